"""Every cell of docs/permissions.md: each role, in each state, at each command, button and form."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

import pytest

from bot.core.permissions import Role
from bot.core.refusals import NotAllowedRefusal, Refusal
from bot.core.unit import Caller, Desk
from bot.who_may import CONFIRMATION, PARTS, QUESTION, SESSION, Deed, Part, State
from storage.engine import Database
from tests.bot.who_may import uses
from tests.bot.who_may.scenes import FACILITATORS, MANAGER, Place
from tests.conftest import Clock, caller


@pytest.fixture
def desk(sqlite: Database, clock: Clock) -> Desk:
    """On SQLite alone, where all rows can be compared and put back within a millisecond."""
    return Desk(sqlite, clock)


# Which of the doors of a deed are tried.
Doors = Callable[[list[str]], list[str]]
CHANGED = "but it changed something"


class Kept:
    """A scene, put back whenever something has changed."""

    def __init__(self, desk: Desk, clock: Clock, part: Part, state: State) -> None:
        self.desk, self.clock = replace(desk, integrations=uses.WITH_FEED), clock
        self.place: Place = uses.BUILDERS[part.title](self.desk, clock, state)
        self.now: datetime = clock.now
        self._rows = sqlite3.connect(":memory:", check_same_thread=False)
        with self._raw() as raw:
            raw.backup(self._rows)
        self._before = self.bytes()

    def bytes(self) -> bytes:
        with self._raw() as raw:
            return raw.serialize()

    def has_changed(self) -> bool:
        return self.bytes() != self._before

    def put_back(self) -> None:
        self.clock.now = self.now
        if self.has_changed():
            with self._raw() as raw:
                self._rows.backup(raw)
            self._before = self.bytes()

    @contextmanager
    def _raw(self) -> Iterator[sqlite3.Connection]:
        with self.desk.db.engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            assert isinstance(raw, sqlite3.Connection)
            yield raw


def somebody(part: Part, place: Place, name: str, turn: int) -> Caller:
    """A person of a scene; a facilitator is so in one of the ways, with Manage Server the last."""
    held = place.roles[name]
    if Role.MANAGER in held:
        return caller(name, **MANAGER)
    ways = FACILITATORS[:2] if Role.MANAGER in part.roles else FACILITATORS
    return caller(name, **(ways[turn % len(ways)] if Role.FACILITATOR in held else {}))


async def tried(kept: Kept, deed: Deed, door: str, who: Caller) -> str:
    """What came of it: "done", "not allowed" or "refused", and whether a refusal changed a row."""
    try:
        await uses.use(kept.desk, who, deed, door, kept.place)
    except NotAllowedRefusal:
        said = "not allowed"
    except Refusal as refusal:
        said = f"refused: {refusal}"
    else:
        return "done"
    changed = kept.has_changed() and uses.use_of(deed, door).before is None
    return f"{said}, {CHANGED}" if changed else said


def expected(deed: Deed, state: State, held: frozenset[Role]) -> str:
    rule = deed.rules.get(state)
    if rule is None:
        return "refused"
    if rule.allows(held):
        return "done"
    return "not allowed" if rule.refusal else "refused"


def fits(said: str, wanted: str) -> bool:
    """Where nobody can, it does not matter which of two reasons is said first."""
    if said.endswith(CHANGED):
        return False
    if wanted == "refused":
        return said != "done"
    return said == wanted


async def wrong_cells(kept: Kept, part: Part, state: State, doors: Doors) -> list[object]:
    """Try each role at the doors of each deed, and return what is not as the page says."""
    wrong: list[object] = []
    turn = 0
    people = dict.fromkeys(name for role in part.roles for name in kept.place.persons(role))
    for deed in part.deeds:
        usable = [door for door in deed.doors if uses.can_use(deed, door, kept.place)]
        if state in deed.rules and not usable:
            wrong.append(f"no door leads to: {deed.says}")
        for door in doors(usable if state in deed.rules else list(deed.doors)):
            for name in people:
                turn += 1
                said = await tried(kept, deed, door, somebody(part, kept.place, name, turn))
                wanted = expected(deed, state, kept.place.roles[name])
                if not fits(said, wanted):
                    wrong.append((deed.says, door, name, said, wanted))
                kept.put_back()
    return wrong


ALL_STATES = [
    pytest.param(part, state, id=f"{part.title}: {state}".replace(" ", "_"))
    for part in PARTS
    for state in part.states
]


@pytest.mark.slow
@pytest.mark.parametrize(("part", "state"), ALL_STATES)
async def test_every_cell_is_as_the_page_says(
    desk: Desk, clock: Clock, part: Part, state: State
) -> None:
    kept = Kept(desk, clock, part, state)

    wrong = await wrong_cells(kept, part, state, doors=lambda usable: usable)

    assert wrong == [], "\n".join(map(str, wrong))


@pytest.mark.parametrize(
    ("part", "state"),
    [(SESSION, State.LATER_TURN), (QUESTION, State.CLOSED), (CONFIRMATION, State.WAITING)],
    ids=["a_turn", "a_closed_question", "an_outcome_that_waits"],
)
async def test_the_cells_of_three_states_are_as_the_page_says_at_one_door_each(
    desk: Desk, clock: Clock, part: Part, state: State
) -> None:
    kept = Kept(desk, clock, part, state)

    wrong = await wrong_cells(kept, part, state, doors=lambda usable: usable[:1])

    assert wrong == [], "\n".join(map(str, wrong))
