"""Write docs/permissions.md from the code's own declarations: `python -m tests.permissions`."""

from collections.abc import Iterable
from pathlib import Path

from bot.core import limits
from bot.core.limits import Cap, Rate
from bot.core.permissions import Role
from bot.core.pools import Pools
from bot.core.refusals import say_duration
from bot.who_may import PARTS, Deed, Part, State

PAGE = Path(__file__).resolve().parents[1] / "docs" / "permissions.md"

# A deed with more doors than these is not read as a list of them.
MANY = 30

HEAD = """# Who may do what

This page is written from the code (`python -m tests.permissions`) and compared with it in the tests: the services check
with the same declarations (`bot/core/permissions.py`, `bot/who_may.py`), and each cell is tried at each of its doors.

The check is made where the change is made, in its transaction, and with the roles that Discord reports with that very
press, command or form. So it holds for a `custom_id` that somebody made up, for a command that the server's settings
show to everybody, and for a form that was opened before a role was taken away: what was typed into it is given back.
Whoever may not reads who may, and nothing changes. Another group's sessions, questions and messages are never found.

| role | who that is |
| --- | --- |
| anybody | every member of the server who can use the bot's commands there |
| in the circle | has a seat in the live session |
| next in the circle | sits first behind the host |
| speaker | has the floor |
| who forecast it | has recorded a forecast on the question |
| author | has brought the question |
| who entered it | has entered the outcome that waits |
| host | has planned or started the session, or has taken it over |
| facilitator | has the group's facilitator role (`/settings facilitator`), Manage Events or Manage Server |
| Manage Server | may manage the server, or is an administrator |
| whose it is | typed it, fetched it or was dealt it |

A cell names the states in which that role may: ✓ is all of the table's states, – is none. One person can have several
roles. Names with `/` are commands, *Bring this as a question* stands in the menu of a message, and the others are the
names that buttons, selects and forms have in the code.

In a **direct message** with the bot only `/practice` and its buttons work; all else says that it belongs into a server.
"""

LIMITS = """## How much

Whoever asks for more reads when to ask again, or what to close first; of a form, **Correct it** opens what was typed.
One member's limits are nobody else's. They are generous: an evening comes nowhere near them. Rates are kept in the memory of the process,
so a restart forgets them; what a group has is counted in the transaction that would add one more. What the shell
commands bring in is not limited.
"""


def page() -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *map(_part, PARTS), LIMITS, _limits()])


def _part(part: Part) -> str:
    roles = [str(role) for role in part.roles]
    lines = [
        f"## {part.title}",
        "",
        *([part.note, ""] if part.note else []),
        *([f"States: {', '.join(part.states)}.{_together(part)}", ""] if part.states[1:] else []),
        f"| what | by | {' | '.join(roles)} |",
        f"| --- | --- |{' --- |' * len(roles)}",
        *(_row(part, deed) for deed in part.deeds),
        "",
    ]
    return "\n".join(lines)


def _together(part: Part) -> str:
    return "".join(
        f" *{name.capitalize()}*: from {several[0]} to {several[-1]}."
        if len(several) > 2
        else f" *{name.capitalize()}*: {several[0]}, {several[-1]}."
        for name, several in part.together.items()
    )


def _row(part: Part, deed: Deed) -> str:
    by = _in_short(deed) if len(deed.doors) > MANY else ", ".join(map(_door, deed.doors))
    cells = [_cell(part, deed, role) for role in part.roles]
    return f"| {deed.says} | {by} | {' | '.join(cells)} |"


def _door(door: str) -> str:
    return f"`{door}`" if door[1:2].islower() else f"*{door[1:]}*"


def _in_short(deed: Deed) -> str:
    """Name groups of commands, with those of each that are no door to it, and count the rest."""
    groups = dict.fromkeys(name.partition(" ")[0] for name in deed.commands)
    spoken = [_group(group, deed) for group in groups]
    return f"{', '.join(spoken)}; {len(deed.buttons)} buttons, selects and forms of its panel"


def _group(group: str, deed: Deed) -> str:
    everywhere = {name for part in PARTS for one in part.deeds for name in one.commands}
    others = {name for name in everywhere if name.startswith(f"{group} ")} - set(deed.commands)
    but = ", ".join(f"`{name.partition(' ')[2]}`" for name in sorted(others))
    return f"`/{group} …`{f' but not {but}' if but else ''}"


def _cell(part: Part, deed: Deed, role: Role) -> str:
    states = [one for one in part.states if deed.allows(one, role.all)]
    if len(states) == len(part.states):
        return "✓"
    return ", ".join(_shortly(part, states)) or "–"


def _shortly(part: Part, states: list[State]) -> list[str]:
    """Say states, those that have a name together by that."""
    for name, several in part.together.items():
        if set(several) <= set(states):
            first = states.index(several[0])
            others = [str(one) for one in states if one not in several]
            return [*others[:first], name, *others[first:]]
    return list(map(str, states))


def _limits() -> str:
    pools = Pools()
    pools.close()
    rows = [
        *_rows("a member", limits.OF_MEMBER),
        *_rows("a group", limits.OF_GROUP),
        f"| a member | pictures under way at a time | {pools.pictures.each} |",
        f"| a group | exports under way at a time | {pools.exports.each} |",
    ]
    return "\n".join(["| of | what | how many |", "| --- | --- | --- |", *rows, ""])


def _rows(whose: str, of: Iterable[Rate | Cap]) -> list[str]:
    return [f"| {whose} | {one.what} | {_many(one)} |" for one in of]


def _many(one: Rate | Cap) -> str:
    if isinstance(one, Cap):
        return f"{one.most} at a time"
    return f"{one.count} in {say_duration(one.within)}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
