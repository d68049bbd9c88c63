"""How the weekly digest looks: a few short lists, one below the other."""

from collections.abc import Sequence

from bot.circle.rules import say_gain
from bot.core.refusals import say_count
from bot.digest.read_model import Ahead, CameOut, Digest, Linked, Listed
from bot.door.messages import (
    PRIMARY,
    Layout,
    Message,
    button,
    countdown,
    cut,
    one_line,
    safe,
    weekday,
)

TITLE, NAME, OUTCOME = 80, 24, 40
MOST_NAMED = 2


def digest_message(shown: Digest) -> Message:
    """Tell a group about its week; this mentions nobody."""
    parts = [
        _section("Came out", [_came_out(one) for one in shown.resolved], shown.resolved_total),
        _section("Closes this week", _rows(shown.closing, "closes"), shown.closing.total),
        _section("Waits for an outcome", _rows(shown.waiting, "since"), shown.waiting.total),
        _session(shown.session),
    ]
    told = "\n".join(part for part in parts if part)
    items = (button("bring", shown.at, "Bring a question", PRIMARY),)
    return Message(layout=Layout((f"### The week at a glance\n{told}",)), items=items)


def _section(name: str, rows: Sequence[str], total: int) -> str:
    """Return a list below its name; a single row stands beside it."""
    if total == 1:
        return f"**{name}:** {rows[0]}"
    if not rows:
        return ""
    left = total - len(rows)
    more = [f"… and {left} more"] if left else []
    return "\n".join([f"**{name}**", *(f"• {row}" for row in rows), *more])


def _rows(listed: Listed, verb: str) -> list[str]:
    return [f"{_link(one.about)} · {verb} {countdown(one.at)}" for one in listed.rows]


def _session(session: Ahead | None) -> str:
    if session is None:
        return ""
    when = f"{weekday(session.at)} ({countdown(session.at)})"
    return f"**Next session:** {_link(session.about)} · {when}"


def _came_out(one: CameOut) -> str:
    if one.outcome is None:
        return f"{_link(one.about)} is void"
    after_all = " after all" if one.corrected else ""
    said = [f"{_link(one.about)} came out **{_short(one.outcome)}**{after_all}", _nearest(one)]
    if one.gain is not None:
        said.append(f"the circle was worth {say_gain(one.gain)}")
    return " · ".join(said)


def _nearest(one: CameOut) -> str:
    """Say who was nearest; nobody is compared with nobody."""
    if not one.people:
        return "no forecast counts"
    if one.people == 1:
        return f"only {_name(one.nearest[0])} forecast it"
    if len(one.nearest) > MOST_NAMED:
        return f"{say_count(len(one.nearest), 'member')} nearest alike"
    return f"nearest: {' and '.join(map(_name, one.nearest))}"


def _name(name: str) -> str:
    return one_line(name, NAME)


def _short(outcome: str) -> str:
    return safe(cut(outcome, OUTCOME))


def _link(about: Linked) -> str:
    title = one_line(about.title, TITLE)
    return f"[{title}]({about.url})" if about.url else title
