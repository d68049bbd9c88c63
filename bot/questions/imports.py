"""Questions of other platforms: fetched for one member, shown, and brought. Never touches Discord.

Fetching takes long, so it happens between two units of work: `begin` counts it and says what to
ask, `keep` saves what came back.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from bot.core import limits
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.unit import ActUnit, Caller, Desk, row_id
from bot.questions import origins
from bot.questions.rules import FURTHEST_CLOSE, LONGEST_CRITERIA, LONGEST_TITLE, SHORTEST_TITLE
from bot.sources import payloads, platforms
from bot.sources.imported import Found, ImportedQuestion, Request, Several
from scoring.loading import LOADING
from storage import groups, questions, watches
from storage.tables import Draft, DraftKind, QuestionState

# Titles that are so alike may ask the same, in percent; and how many of the newest are compared.
ALIKE = 85
MOST_COMPARED = 2_000
MOST_SHOWN = 3
# Less of the background than this is not worth its place below the criteria.
WORTH_READING = 150

# From a title and the titles of a group's questions to the numbers of those that are alike.
Finder = Callable[[str, Mapping[int, str]], Sequence[int]]


@dataclass(frozen=True)
class Errand:
    """What to fetch, and under which number it will be kept."""

    draft_id: int
    requests: tuple[Request, ...]


@dataclass(frozen=True)
class Alike:
    """A question of the group that may ask the same."""

    id: int
    title: str


@dataclass(frozen=True)
class Fetched:
    """What was fetched, as its author sees it: without what the source's forecasters say."""

    draft_id: int
    source: str
    found: Found
    alike: tuple[Alike, ...] = ()


def begin(desk: Desk, caller: Caller, url: str) -> Errand:
    """Count a fetch, and say what to ask for an address."""
    requests = platforms.requests(url)
    with desk.act(caller) as unit:
        return Errand(_count(unit), requests)


def choose(desk: Desk, caller: Caller, draft_id: int, values: Sequence[str]) -> Errand:
    """Count a fetch of one of several questions, which the member has chosen."""
    with desk.act(caller) as unit:
        draft = watches.fetched(unit.tx, unit.my_id, draft_id)
        found = origins.load(draft.typed) if draft is not None and draft.typed else None
        index = int(values[0]) if values and values[0].isdecimal() and len(values[0]) < 4 else -1
        if not isinstance(found, Several) or not 0 <= index < len(found.parts):
            raise StaleRefusal(origins.GONE)
        request = platforms.again(found.source, found.parts[index].ref)
        return Errand(_count(unit), (request,))


def keep(desk: Desk, caller: Caller, errand: Errand, found: Found) -> Fetched:
    """Save what was fetched until its form is sent; refuse what is decided already.

    The same interaction has counted the fetch, so it acts here for the second time.
    """
    name = platforms.name_of(found.source)
    if isinstance(found, ImportedQuestion) and found.outcome is not None:
        raise Refusal(
            f"{name} has decided this question already, so nobody here could forecast it. A "
            "facilitator can bring it for the bank of the past: `/question submit sealed:True`."
        )
    find_alike = _load_finder()
    with desk.act(replace(caller, interaction_id=None)) as unit:
        draft = watches.fetched(unit.tx, unit.my_id, errand.draft_id)
        if draft is None:
            raise StaleRefusal(origins.GONE)
        draft.typed = origins.dump(found)
        if not isinstance(found, ImportedQuestion):
            return Fetched(errand.draft_id, name, found)
        alike = _alike(unit.tx, unit.group.id, found, find_alike)
        return Fetched(errand.draft_id, name, found, alike)


def form_fields(desk: Desk, caller: Caller, draft_id: int) -> dict[str, str]:
    """Return a fetched question as its form shows it."""
    with desk.db.read() as tx:
        me = groups.member_of_user(tx, caller.group_id, caller.user_id)
        draft = watches.fetched(tx, row_id(me), draft_id) if me else None
        found = origins.load(draft.typed) if draft is not None and draft.typed else None
    if not isinstance(found, ImportedQuestion):
        raise StaleRefusal(origins.GONE)
    return {
        "title": fit_title(found),
        "criteria": fit_criteria(found.criteria, found.background),
        "closes": _say_close(found.closes_at, desk.clock()),
        "source": found.link,
        "kind": found.asked.kind,
    }


def fit_title(found: ImportedQuestion) -> str:
    """Return a title that fits, also where the source's is a word or two."""
    title = payloads.shorten(found.title, LONGEST_TITLE)
    named = f"{title} ({platforms.name_of(found.source)})"
    return title if len(title) >= SHORTEST_TITLE else named


def fit_criteria(criteria: str, background: str) -> str:
    """Return the criteria, and below them as much of the background as fits."""
    if not criteria:
        return payloads.shorten(background, LONGEST_CRITERIA)
    room = LONGEST_CRITERIA - len(criteria) - 2
    if not background or room < min(WORTH_READING, len(background)):
        return payloads.shorten(criteria, LONGEST_CRITERIA)
    return f"{criteria}\n\n{payloads.shorten(background, room)}"


def _say_close(closes_at: datetime | None, now: datetime) -> str:
    """Return the close as the form shows it; none where it could not be sent."""
    if closes_at is None or not now < closes_at <= now + FURTHEST_CLOSE:
        return ""
    return f"{closes_at:%Y-%m-%d %H:%M} UTC"


def _count(unit: ActUnit) -> int:
    """Count a fetch of the member's, and return the number under which it is kept."""
    since = unit.now - limits.FETCHES.within
    own = watches.fetched_since(unit.tx, unit.group.id, since, member_id=unit.my_id)
    limits.FETCHES.check(own, unit.now)
    limits.GROUP_FETCHES.check(watches.fetched_since(unit.tx, unit.group.id, since), unit.now)
    draft = Draft(
        group_id=unit.group.id,
        member_id=unit.my_id,
        kind=DraftKind.QUESTION,
        about=watches.FETCHED,
        typed="",
        readings="[]",
        created_at=unit.now,
    )
    unit.tx.add(draft)
    unit.tx.flush()
    return row_id(draft)


def _load_finder() -> Finder:
    """Return what finds the titles that are most like one; its library is loaded at the first use.

    That takes time and memory, so it comes before the transaction, and not with the bot's start.
    """
    with LOADING:
        from rapidfuzz import fuzz, process, utils  # noqa: PLC0415

    def find(title: str, titles: Mapping[int, str]) -> Sequence[int]:
        close = process.extract(
            title,
            titles,
            scorer=fuzz.token_sort_ratio,
            processor=utils.default_process,
            score_cutoff=ALIKE,
            limit=MOST_SHOWN,
        )
        return [number for _, _, number in close]

    return find


def _alike(tx: Session, group_id: int, found: ImportedQuestion, find: Finder) -> tuple[Alike, ...]:
    """Return questions of the group that may ask the same: the same one first."""
    titles = questions.titles(tx, group_id, besides=QuestionState.VOID, limit=MOST_COMPARED)
    same = watches.of_source(tx, group_id, found.source, found.ref)
    known = [number for number in same if number in titles]
    numbers = dict.fromkeys([*known, *find(found.title, titles)])
    return tuple(Alike(number, titles[number]) for number in list(numbers)[:MOST_SHOWN])
