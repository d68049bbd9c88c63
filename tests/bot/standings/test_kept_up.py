"""Standings kept up step by step are those computed from nothing, whatever happened in between."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session, select, update

from bot.core.refusals import Refusal
from bot.core.unit import Desk, Unit
from bot.data import importing
from bot.forecasts import service as forecasts_service
from bot.questions import outcomes as questions_outcomes
from bot.standings import boards
from bot.standings import stored as standings_stored
from bot.standings.query import METRICS, Metric
from scoring import Leaderboard
from storage import scores, standings
from storage.tables import Member, Question, Score, Standing
from tests.bot.imported_files import read_text
from tests.bot.scenes import bring, people, rows
from tests.conftest import CAST, GROUP, Clock, caller
from tests.machine import examples

FACILITATOR = {"manages_events": True}
NAMES = ("Ana", "Ben", "Cleo", "Dan")
HEADER = "question,title,forecaster,forecast_at,probability,outcome,resolved_at"

SAID = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 100).map("{}%".format), min_size=1)
WHICH = st.integers(0, 3)
STEP = st.one_of(
    st.tuples(st.just("ask"), SAID, st.sampled_from(["yes", "no"])),
    st.tuples(st.just("settle"), WHICH, st.sampled_from(["yes", "no", "void"])),
    st.tuples(st.just("reopen"), WHICH, st.just("")),
    st.tuples(st.just("join"), st.integers(0, 100), st.just("yes")),
    st.tuples(st.just("bring_in"), st.integers(0, 100), st.sampled_from(["yes", "no"])),
    st.tuples(st.just("forget"), st.sampled_from(NAMES), st.just("")),
)


class Evenings:
    """What can happen to a group's scores, one method for each."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self.desk, self.clock = desk, clock
        self.asked: list[int] = []

    def ask(self, said: dict[str, str], outcome: str) -> None:
        number = bring(self.desk, f"Is this question {self._next()}?")
        for name, probability in said.items():
            self._record(name, number, probability)
        self.asked.append(number)
        self.settle(-1, outcome)

    def settle(self, which: int, outcome: str) -> None:
        self.clock.move(60)
        number = self._one(which)
        questions_outcomes.resolve(self.desk, caller("Ana", **FACILITATOR), number, outcome=outcome)

    def reopen(self, which: int, _: str) -> None:
        questions_outcomes.reopen(self.desk, caller("Ana", **FACILITATOR), self._one(which))

    def join(self, percent: int, outcome: str) -> None:
        self.ask({f"New {self._next()}": f"{percent}%", "Ana": "60"}, outcome)

    def bring_in(self, percent: int, outcome: str) -> None:
        at = self._next()
        made = f"2025-01-01T00:00:00Z,{percent / 100},{outcome},2025-02-01T00:00:00Z"
        lines = [f"q{at},Will {at} happen?,{name},{made}" for name in ("Ana", "Eve")]
        read = read_text("\n".join([HEADER, *lines]), now=self.clock())
        importing.bring_in(self.desk.db, self.clock, read, GROUP)

    def forget(self, name: str, _: str) -> None:
        """Somebody's forecasts stay, under another name and without an account."""
        with self.desk.step(GROUP) as unit:
            for row in unit.tx.exec(select(Member).where(Member.name == name)):
                row.user_id, row.name = None, f"Member {row.id}"
                row.import_name = row.name

    def _record(self, name: str, number: int, probability: str) -> None:
        """Anybody may; each new person has an account of their own."""
        who = caller(name) if name in CAST else replace(caller(), name=name, user_id=1_000 + number)
        forecasts_service.record(self.desk, who, number, probability=probability)

    def _one(self, which: int) -> int:
        if not self.asked:
            raise Refusal("Nothing has been asked.")
        return self.asked[which % len(self.asked)]

    def _next(self) -> int:
        return len(rows(self.desk, Question)) + 1


def refresh(desk: Desk) -> None:
    standings_stored.refresh(desk, GROUP, GROUP)


def kept(desk: Desk) -> list[str]:
    with desk.db.read() as tx:
        return said({metric: standings_stored.kept(tx, GROUP, metric, 1) for metric in METRICS})


def computed(desk: Desk) -> list[str]:
    """From the scores alone, with nothing known of before."""
    with desk.db.read() as tx:
        counted = boards.gather(scores.counted(tx, GROUP))
        return said(boards.every_board(counted, scores.waiting(tx, GROUP, desk.clock())))


def said(found: Mapping[Metric, Leaderboard]) -> list[str]:
    """Every digit; SQLite does not keep the sign of nothing."""
    return [repr(found[metric]).replace("=-0.0,", "=0.0,") for metric in METRICS]


@pytest.mark.slow
@pytest.mark.both_engines
@settings(
    max_examples=examples(20),
    derandomize=True,
    phases=[Phase.generate],  # one database for all examples: a failure cannot be made smaller
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.tuples(STEP, st.booleans()), min_size=1, max_size=6))
def test_standings_kept_up_step_by_step_are_those_computed_from_nothing(
    desk: Desk, clock: Clock, steps: Sequence[tuple[Any, bool]]
) -> None:
    evenings = Evenings(desk, clock)
    evenings.ask({"Ana": "30", "Ben": "80"}, "yes")

    for (what, first, second), looked_at in steps:
        with suppress(Refusal):  # such as reopening what is open
            getattr(evenings, what)(first, second)
        if looked_at:
            refresh(desk)
            assert kept(desk) == computed(desk)

    refresh(desk)
    assert kept(desk) == computed(desk)


class KilledDesk(Desk):
    """A desk whose process ends just before standings are saved."""

    @contextmanager
    def step(self, group_id: int) -> Iterator[Unit]:
        with Desk(self.db, self.clock).step(group_id) as unit:
            yield unit
            raise KeyboardInterrupt


@pytest.mark.both_engines
def test_an_update_that_was_interrupted_is_taken_up_again(desk: Desk, clock: Clock) -> None:
    evenings = Evenings(desk, clock)
    evenings.ask({"Ana": "30", "Ben": "80"}, "yes")
    refresh(desk)
    before = kept(desk)
    evenings.ask({"Ana": "20", "Cleo": "70"}, "no")

    with pytest.raises(KeyboardInterrupt):
        refresh(KilledDesk(desk.db, clock))
    meanwhile = kept(desk)
    with desk.db.read() as tx:
        due = [group_id for group_id, *_ in standings.due(tx, clock())]
    refresh(desk)

    assert (meanwhile, due) == (before, [GROUP])
    assert kept(desk) == computed(desk) != before


def luck(desk: Desk) -> dict[str, tuple[str | None, float | None]]:
    """Each member's luck, by name."""
    names = people(desk)
    found = [row for row in rows(desk, Standing) if row.metric == "calibration"]
    return {names[row.member_id]: (row.luck_of, row.luck_mean) for row in found}


@pytest.mark.both_engines
def test_only_whose_forecasts_changed_is_resampled(desk: Desk, clock: Clock) -> None:
    evenings = Evenings(desk, clock)
    evenings.ask({"Ana": "30", "Ben": "80", "Cleo": "50"}, "yes")
    refresh(desk)
    with desk.step(GROUP) as unit:  # to be known again
        unit.tx.execute(update(Standing).values(luck_mean=0.125))

    evenings.ask({"Ana": "20"}, "no")
    evenings.settle(0, "no")
    refresh(desk)

    taken = {name: mean == 0.125 for name, (_, mean) in luck(desk).items()}
    assert taken == {"Ana": False, "Ben": True, "Cleo": True}


@pytest.mark.both_engines
def test_scores_are_read_some_at_a_time_while_the_others_wait_in_the_database(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A million at once would take half a gigabyte."""
    monkeypatch.setattr(scores, "ROWS_AT_ONCE", 2)
    Evenings(desk, clock).ask({"Ana": "30", "Ben": "80", "Cleo": "45"}, "yes")

    with desk.db.read() as tx:
        pieces = scores.counted(tx, GROUP)
        first, waiting = next(pieces), open_cursors(tx)
        second, left = list(pieces), open_cursors(tx)

    saved = [(row.member_id, row.brier, row.edge, row.seat) for row in rows(desk, Score)]
    found = [(member, brier, edge, seat) for member, _, _, _, brier, edge, *_, seat, _ in first]
    assert (len(first), [len(one) for one in second]) == (2, [1])
    assert set(found) < set(saved)
    assert (waiting, left) == ((0, 0) if desk.db.is_sqlite else (1, 0))


def open_cursors(tx: Session) -> int:
    """How many answers PostgreSQL keeps for this transaction; SQLite does not say."""
    if tx.get_bind().dialect.name == "sqlite":
        return 0
    asked = text("SELECT count(*) FROM pg_cursors WHERE name = 'scores'")
    return int(tx.connection().execute(asked).scalar_one())
