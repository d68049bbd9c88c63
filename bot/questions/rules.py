"""What a question may say, and how it goes from proposed to resolved. Pure; time is an argument."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from bot.rules import Refusal, say_count

State = Literal["proposed", "open", "closed", "resolved", "void"]
Outcome = Literal["yes", "no", "void"]

SHORTEST_TITLE = 10
LONGEST_TITLE = 200
LONGEST_CRITERIA = 1000
LONGEST_SOURCE = 300
# Ten years with as many leap days as there can be; the reader of times counts them exactly.
FURTHEST_CLOSE = timedelta(days=365 * 10 + 3)


@dataclass(frozen=True)
class Draft:
    """What a member wrote about a question, in order."""

    title: str
    criteria: str
    closes_at: datetime | None
    source_url: str | None


def draft(
    *, title: str, criteria: str, closes_at: datetime | None, source_url: str, now: datetime
) -> Draft:
    """Checks what was written; refuses with what to write instead."""
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
    return Draft(title, criteria, closes_at, _source(source_url))


def outcome(text: str) -> Outcome:
    """What was typed as an outcome."""
    typed = text.strip().lower()
    known: dict[str, Outcome] = {
        "yes": "yes",
        "y": "yes",
        "true": "yes",
        "no": "no",
        "n": "no",
        "false": "no",
        "void": "void",
        "annul": "void",
        "annulled": "void",
    }
    if typed not in known:
        raise Refusal("The outcome is `yes`, `no` or `void` (the question cannot be answered).")
    return known[typed]


def takes_forecasts(state: State, closes_at: datetime | None, now: datetime) -> bool:
    """Tell whether a forecast can be recorded; a close that nobody has noted yet counts too."""
    return state in {"proposed", "open"} and (closes_at is None or closes_at > now)


def check_open(state: State, closes_at: datetime | None, now: datetime) -> None:
    """Refuses a forecast on a question that takes none."""
    if takes_forecasts(state, closes_at, now):
        return
    over = "been settled" if state in {"resolved", "void"} else "closed"
    raise Refusal(f"This question has {over}, so it takes no more forecasts.")


def check_known(known_at: datetime, created_at: datetime, now: datetime) -> None:
    """Refuses a moment at which the outcome cannot have become known."""
    if known_at > now:
        raise Refusal(
            "The outcome cannot have become known in the future. Give the moment when it was "
            "settled in the world, for example `yesterday 18:00`."
        )
    if known_at < created_at - timedelta(days=366):
        raise Refusal("That is more than a year before the question was asked. Check the year.")


def state_after(result: str) -> State:
    """The state of a question with this outcome."""
    return "void" if result == "void" else "resolved"


def state_when_reopened(closes_at: datetime | None, now: datetime) -> State:
    """A reopened question takes forecasts again, unless its close time has passed."""
    return "closed" if closes_at and closes_at <= now else "open"


def _check_close(closes_at: datetime, now: datetime) -> None:
    if closes_at <= now:
        raise Refusal("The close date has passed already. Give one in the future.")
    if closes_at > now + FURTHEST_CLOSE:
        raise Refusal("The close date is more than ten years away. Ask something nearer.")


def _source(text: str) -> str | None:
    url = text.strip()
    if not url:
        return None
    if not _is_link(url):
        raise Refusal(
            "The source is a link that begins with `https://` and has no spaces or accents in it, "
            "or nothing."
        )
    if len(url) > LONGEST_SOURCE:
        raise Refusal(f"The source link is longer than {LONGEST_SOURCE} characters.")
    return url


def _is_link(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:  # brackets that hold no address
        return False
    visible = re.fullmatch(r"[!-~]+", url) is not None
    return visible and parts.scheme in {"http", "https"} and bool(parts.hostname)
