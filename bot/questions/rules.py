"""Rules of a question: what it may say, and its way to an outcome.

Pure; time is an argument.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from bot.core.refusals import Refusal, say_count

State = Literal["proposed", "open", "closed", "resolved", "void"]
# What an action did. "taken_up": no longer only proposed; "closed" and "opened" are about
# forecasts; "settled": an outcome was entered, corrected or taken back.
Event = Literal[
    "offered", "taken_up", "opened", "closed", "close_moved", "settled", "disputed", "marked"
]

SHORTEST_TITLE = 10
LONGEST_TITLE = 200
LONGEST_CRITERIA = 1000
LONGEST_SOURCE = 300
LONGEST_TOPIC = 30
# Ten years with the most leap days possible; the reader of times counts them exactly.
FURTHEST_CLOSE = timedelta(days=365 * 10 + 3)


@dataclass(frozen=True)
class Progress:
    """The state of a question, and until when it takes forecasts."""

    state: State
    closes_at: datetime | None = None

    @property
    def settled(self) -> bool:
        """Tell whether there is an outcome, void included."""
        return self.state in {"resolved", "void"}

    @property
    def unclosed(self) -> bool:
        """Tell whether it can still be closed."""
        return self.state in {"proposed", "open"}


Step = tuple[Progress, tuple[Event, ...]]


@dataclass(frozen=True)
class QuestionDraft:
    """What a member wrote about a question, after all checks."""

    title: str
    criteria: str
    closes_at: datetime | None
    source_url: str | None


@dataclass(frozen=True)
class Topic:
    """What questions are about; a button knows it by the number of a question about it."""

    number: int = 0
    name: str = ""


# No topic: questions about everything.
ANY = Topic()


def topic_name(typed: str) -> str:
    """Return a topic as it was typed, on one line; empty where there is none.

    >>> topic_name("  world   politics ")
    'world politics'
    """
    name = " ".join(typed.split())
    if len(name) > LONGEST_TOPIC:
        raise Refusal(
            f"The topic has {say_count(len(name), 'character')}; {LONGEST_TOPIC} fit. One or two "
            "words are best, such as `weather`."
        )
    return name


def draft(
    *, title: str, criteria: str, closes_at: datetime | None, source_url: str, now: datetime
) -> QuestionDraft:
    """Return what a member wrote, checked; a refusal says what to write instead."""
    title = " ".join(title.split())
    criteria = criteria.strip()
    if not SHORTEST_TITLE <= len(title) <= LONGEST_TITLE:
        raise Refusal(
            f"The title has {say_count(len(title), 'character')}; it needs {SHORTEST_TITLE} to "
            f"{LONGEST_TITLE}, for example `Will X happen by 1 March 2027?`"
        )
    if len(criteria) > LONGEST_CRITERIA:
        raise Refusal(
            f"The resolution criteria have {len(criteria)} characters; {LONGEST_CRITERIA} fit. "
            "Put the details behind the source link."
        )
    if closes_at is not None:
        _check_close(closes_at, now)
    return QuestionDraft(title, criteria, closes_at, _source(source_url))


def takes_forecasts(state: State, closes_at: datetime | None, now: datetime) -> bool:
    """Tell whether a question takes forecasts: it has no outcome and is not closed.

    A close that has passed counts at once, even before the state of the question says so.
    """
    return state in {"proposed", "open"} and (closes_at is None or closes_at > now)


def waits_for_circle(state: State, *, in_round: bool, taken: bool) -> bool:
    """Tell whether a question still waits for its first circle; `taken` says that one was held."""
    return state in {"proposed", "open"} and not in_round and not taken


def may_show_number(*, in_round: bool, waits: bool, session_ahead: bool) -> bool:
    """Tell whether a question's card may show the group's number.

    Not while a round is on the question: the number would tell of blind forecasts. Not while it
    waits for its first circle and a session is planned or live: who has read the number cannot
    forecast blind any more.
    """
    return not in_round and not (waits and session_ahead)


def check_open(state: State, closes_at: datetime | None, now: datetime) -> None:
    """Refuse a forecast on a question that takes none."""
    if takes_forecasts(state, closes_at, now):
        return
    over = "been settled" if state in {"resolved", "void"} else "closed"
    raise Refusal(f"This question has {over}, so it takes no more forecasts.")


def check_known(known_at: datetime, created_at: datetime, now: datetime) -> None:
    """Refuse a moment when the outcome cannot have become known."""
    if known_at > now:
        raise Refusal(
            "The outcome cannot have become known in the future. Give the moment when it was "
            "settled in the world, for example `yesterday 18:00`."
        )
    if known_at < created_at - timedelta(days=366):
        raise Refusal("That is more than a year before the question was asked. Check the year.")


def offer(closes_at: datetime | None) -> Step:
    """Return a newly proposed question."""
    return Progress("proposed", closes_at), ("offered",)


def bring_in() -> Step:
    """Return a question that was forecast elsewhere before it came here."""
    return Progress("open"), ("opened",)


def deal() -> Step:
    """Return a question from the bank, which a circle takes at once."""
    return Progress("open"), ()


def check_unsealed(now: Progress) -> None:
    """Refuse to touch a question from the bank unless its outcome was revealed."""
    if now.state == "void":
        raise Refusal("This question comes from the bank, and its outcome stays sealed.")
    if not now.settled:
        raise Refusal(
            "This question comes from the bank, with its outcome sealed: the bot reveals it when "
            "its round closes. Nothing else changes it."
        )


def take_up(now: Progress, at: datetime) -> Step:
    """Open a question for its first round or forecast; later ones change nothing."""
    check_open(now.state, now.closes_at, at)
    after = replace(now, state="open")
    return after, _left(now)


def close(now: Progress, at: datetime) -> Step:
    """Close a question if its time has come; any other stays as it is."""
    due = now.closes_at is not None and now.closes_at <= at
    if not due or not now.unclosed:
        return now, ()
    return replace(now, state="closed"), (*_left(now), "closed")


def move_close(now: Progress, closes_at: datetime | None, at: datetime) -> Step:
    """Change the close; a closed question opens again if its new close is ahead."""
    check_unsettled(now)
    after = replace(now, closes_at=closes_at)
    moved: tuple[Event, ...] = ("close_moved",) if closes_at != now.closes_at else ()
    if now.state == "closed" and (closes_at is None or closes_at > at):
        return replace(after, state="open"), (*moved, "opened")
    return after, moved


def settle(now: Progress, result: str) -> Step:
    """Enter an outcome, or correct the one that was entered before."""
    state: State = "void" if result == "void" else "resolved"
    closed: tuple[Event, ...] = ("closed",) if now.unclosed else ()
    return replace(now, state=state), (*_left(now), *closed, "settled")


def withdraw(now: Progress) -> Step:
    """Take back a question that nobody has forecast."""
    if now.state != "proposed":
        raise Refusal(
            f"Only a proposed question can be withdrawn, and this one is {now.state}. "
            "`/question resolve` with the outcome `void` keeps the forecasts and scores none."
        )
    return settle(now, "void")


def reopen(now: Progress, at: datetime) -> Step:
    """Remove the outcome; the question takes forecasts unless its close has passed."""
    if not now.settled:
        raise Refusal(f"This question is {now.state}, so there is nothing to reopen.")
    if now.closes_at is not None and now.closes_at <= at:
        return replace(now, state="closed"), ("settled",)
    return replace(now, state="open"), ("settled", "opened")


def dispute(now: Progress) -> Step:
    """Note that somebody objects to an outcome."""
    if not now.settled:
        raise Refusal("Only a settled question can be disputed, and this one is not settled.")
    return now, ("disputed",)


def mark(now: Progress, at: datetime) -> Step:
    """Set or remove somebody's "Already forecast it" mark."""
    check_open(now.state, now.closes_at, at)
    return now, ("marked",)


def check_unsettled(now: Progress) -> None:
    """Refuse to change a question that has an outcome."""
    if now.settled:
        raise Refusal("This question has been settled. A facilitator can `/question reopen` it.")


def _left(now: Progress) -> tuple[Event, ...]:
    return ("taken_up",) if now.state == "proposed" else ()


def _check_close(closes_at: datetime, now: datetime) -> None:
    if closes_at <= now:
        raise Refusal("The close date has passed already. Give one in the future.")
    if closes_at > now + FURTHEST_CLOSE:
        raise Refusal("The close date is more than ten years away. Ask something nearer.")


def _source(text: str) -> str | None:
    url = text.strip()
    if not url:
        return None
    if not is_link(url):
        raise Refusal(
            "The source is a link that begins with `https://` and has no spaces or accents in it, "
            "or nothing."
        )
    if len(url) > LONGEST_SOURCE:
        raise Refusal(f"The source link is longer than {LONGEST_SOURCE} characters. Shorten it.")
    return url


def is_link(url: str) -> bool:
    """Tell whether a text is an address on the web that everybody can open."""
    try:
        parts = urlsplit(url)
    except ValueError:  # brackets without an address in them
        return False
    visible = re.fullmatch(r"[!-~]+", url) is not None
    return visible and parts.scheme in {"http", "https"} and bool(parts.hostname)
