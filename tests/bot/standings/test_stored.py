"""Kept standings: what a full rebuild gives, whenever and however often they are brought up."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlmodel import delete, select

import scoring
from bot.core.unit import Desk, Unit
from bot.questions import outcomes as questions_outcomes
from bot.standings import service as standings_service
from bot.standings import stored as standings_stored
from bot.standings.query import METRICS, Metric
from storage import standings as kept_rows
from storage.tables import Score, Standing
from tests.bot.saved_scenes import scene
from tests.bot.scenes import RAIN, SNOW, bring, finish, group, play, record, rows
from tests.conftest import GROUP, Clock, caller

FACILITATOR = {"manages_events": True}
SAID = {"Ana": ("30", "60", "80"), "Ben": ("90", "70", "20"), "Cleo": ("50", "40", "0%")}


def refresh(desk: Desk) -> None:
    standings_stored.refresh(desk, GROUP, GROUP)


def settle(desk: Desk, clock: Clock, number: int, outcome: str = "yes", known: str = "") -> None:
    clock.move(60)
    questions_outcomes.resolve(
        desk, caller("Ana", **FACILITATOR), number, outcome=outcome, known=known
    )


@scene
def ask_and_settle(desk: Desk, clock: Clock, title: str, outcome: str, **said: str) -> int:
    number = bring(desk, title)
    for name, probability in said.items():
        record(desk, name, number, probability)
    settle(desk, clock, number, outcome)
    return number


@scene
def evenings(desk: Desk, clock: Clock) -> None:
    """A round and questions outside rounds, with somebody who said 0% to what happened."""
    play(desk, clock, SAID)
    settle(desk, clock, 1)
    ask_and_settle(desk, clock, SNOW, "yes", Ana="0%", Ben="55")
    ask_and_settle(desk, clock, "Will it hail in Lima this year?", "no", Ana="35", Cleo="20")


def kept(desk: Desk) -> list[dict[str, Any]]:
    """The kept standings without their ids, in one order."""
    found = [one.model_dump(exclude={"id"}) for one in rows(desk, Standing)]
    return sorted(found, key=lambda one: (one["metric"], one["member_id"]))


def computed(desk: Desk, metric: Metric) -> scoring.Leaderboard:
    with desk.db.read() as tx:
        return standings_stored.compute(tx, GROUP, metric, now=desk.clock())


def test_a_settled_question_wakes_the_keeper_at_once(desk: Desk, clock: Clock) -> None:
    woken: list[Unit] = []
    bring(desk)
    record(desk, "Ana", 1)
    heard = Desk(desk.db, clock, woken.append)

    settle(heard, clock, 1)

    assert woken[-1].alarms[f"standings:{GROUP}"] == clock()


def test_a_round_that_closes_on_an_open_question_changes_no_standing(desk: Desk) -> None:
    finish(desk)

    assert group(desk).scores_version == 0


def test_the_sweep_finds_groups_whose_scores_have_changed(desk: Desk, clock: Clock) -> None:
    evenings(desk, clock)
    with desk.db.read() as tx:
        before = [group_id for group_id, *_ in kept_rows.due(tx, desk.clock())]

    refresh(desk)

    with desk.db.read() as tx:
        assert (before, [group_id for group_id, *_ in kept_rows.due(tx, desk.clock())]) == (
            [GROUP],
            [],
        )


@pytest.mark.parametrize("metric", METRICS)
def test_what_is_kept_is_what_all_scores_give(desk: Desk, clock: Clock, metric: Metric) -> None:
    evenings(desk, clock)
    refresh(desk)

    with desk.db.read() as tx:
        found = standings_stored.kept(tx, GROUP, metric, 1)

    said, wanted = (repr(one).replace("=-0.0", "=0.0") for one in (found, computed(desk, metric)))
    assert said == wanted  # NaN and infinity included; no database keeps the sign of nothing
    assert found.ranked or found.unranked


def test_a_full_rebuild_gives_the_same_numbers_as_keeping_up_question_by_question(
    desk: Desk, clock: Clock
) -> None:
    play(desk, clock, SAID)
    settle(desk, clock, 1)
    refresh(desk)
    ask_and_settle(desk, clock, SNOW, "yes", Ana="0%", Ben="55")
    refresh(desk)
    ask_and_settle(desk, clock, RAIN.replace("rain", "hail"), "no", Ana="35", Cleo="20")
    settle(desk, clock, 1, "no")
    settle(desk, clock, 2, "void")
    settle(desk, clock, 1, "yes")
    refresh(desk)
    followed = kept(desk)

    with desk.step(GROUP) as unit:  # as after a new version: nothing but forecasts and outcomes
        unit.tx.exec(delete(Standing))
        unit.tx.exec(delete(Score))
        unit.group.rescored_to = 0
    refresh(desk)

    assert kept(desk) == followed
    assert {one["metric"] for one in followed} == set(METRICS)


def test_the_order_in_which_questions_are_settled_does_not_matter(desk: Desk, clock: Clock) -> None:
    said = {"Ana": "35", "Ben": "80", "Cleo": "55"}
    numbers = [bring(desk, f"Is this question number {number}?") for number in range(6)]
    for number in numbers:
        for name, probability in said.items():
            record(desk, name, number, str(int(probability) + number))
    known = "2026-11-20 19:10"
    clock.move(3600)
    for number in numbers:
        settle(desk, clock, number, "yes" if number % 2 else "no", known)
    refresh(desk)
    first = kept(desk)

    for number in reversed(numbers):
        settle(desk, clock, number, "void")
    for number in reversed(numbers):
        settle(desk, clock, number, "yes" if number % 2 else "no", known)
    refresh(desk)

    assert kept(desk) == first
    assert {one["metric"] for one in first} == set(METRICS) - {"gain"}


def test_refreshing_again_changes_nothing(desk: Desk, clock: Clock) -> None:
    evenings(desk, clock)
    refresh(desk)
    before = rows(desk, Standing)

    refresh(desk)

    assert rows(desk, Standing) == before


class BusyDesk(Desk):
    """A desk where somebody corrects the first outcome just before anything else is saved."""

    @contextmanager
    def step(self, group_id: int) -> Iterator[Unit]:
        plain = Desk(self.db, self.clock)
        questions_outcomes.resolve(plain, caller("Ana", **FACILITATOR), 1, outcome="no")
        with plain.step(group_id) as unit:
            yield unit


def test_scores_that_change_while_standings_are_computed_are_not_overlooked(
    desk: Desk, clock: Clock
) -> None:
    ask_and_settle(desk, clock, RAIN, "yes", Ana="60")

    refresh(BusyDesk(desk.db, clock))
    meanwhile = kept(desk)
    refresh(desk)

    assert meanwhile == []
    assert [one["value"] for one in kept(desk) if one["metric"] == "brier"] == [pytest.approx(0.36)]


def test_the_leaderboard_is_right_before_and_after_the_keeper_has_come_round(
    desk: Desk, clock: Clock
) -> None:
    evenings(desk, clock)

    before = standings_service.show_leaderboard(desk, caller(), metric="log", minimum=1)
    refresh(desk)
    after = standings_service.show_leaderboard(desk, caller(), metric="log", minimum=1)

    assert repr(before) == repr(after)


def test_a_kept_leaderboard_reads_no_score(desk: Desk, clock: Clock) -> None:
    evenings(desk, clock)
    refresh(desk)
    with desk.db.write() as tx:
        tx.exec(delete(Score))

    shown = standings_service.show_leaderboard(desk, caller(), metric="brier", minimum=1)

    assert [row.name for row in shown.rows] == ["Ben", "Cleo", "Ana"]


def test_void_questions_leave_the_kept_standings(desk: Desk, clock: Clock) -> None:
    number = ask_and_settle(desk, clock, RAIN, "yes", Ana="60")
    refresh(desk)
    before = len(kept(desk))

    settle(desk, clock, number, "void")
    refresh(desk)

    assert (before > 0, kept(desk)) == (True, [])


def test_values_that_are_not_defined_come_back_as_they_were(desk: Desk, clock: Clock) -> None:
    ask_and_settle(desk, clock, RAIN, "yes", Ana="0%")
    refresh(desk)

    with desk.db.read() as tx:
        edge = standings_stored.kept(tx, GROUP, "edge", 1)
        (brier,) = standings_stored.kept(tx, GROUP, "brier", 1).ranked

    assert (edge.ranked, edge.unranked) == ((), ())
    assert math.isnan(brier.low)
    assert math.isnan(brier.error)


# After an upgrade


def age(desk: Desk) -> None:
    """Scores as the migration finds them: without what older versions did not compute."""
    with desk.step(GROUP) as unit:
        for row in unit.tx.exec(select(Score)):
            row.log = row.baseline = row.peer = row.gain = row.probability = row.outcome = None
            row.edge = row.turn_edge = row.over_time = row.coverage = row.seat = None
            row.headline = row.moment == "close"
        unit.group.standings_version, unit.group.rescored_to = unit.group.scores_version, 0


def scores(desk: Desk) -> list[dict[str, Any]]:
    found = [one.model_dump(exclude={"id"}) for one in rows(desk, Score)]
    return sorted(found, key=lambda one: (one["forecast_id"], one["moment"], one["round_id"] or 0))


def test_a_group_that_was_here_before_has_every_score_computed_anew(
    desk: Desk, clock: Clock
) -> None:
    evenings(desk, clock)
    refresh(desk)
    wanted, board = scores(desk), kept(desk)
    age(desk)
    with desk.db.read() as tx:
        waiting = [group_id for group_id, *_ in kept_rows.due(tx, desk.clock())]

    refresh(desk)

    assert waiting == [GROUP]
    assert scores(desk) == wanted
    assert kept(desk) == board
    assert group(desk).rescored_to is None


def test_who_asks_a_small_group_right_after_an_upgrade_sees_the_new_scores(
    desk: Desk, clock: Clock
) -> None:
    evenings(desk, clock)
    wanted = standings_service.show_leaderboard(desk, caller(), metric="log", minimum=1)
    age(desk)

    shown = standings_service.show_leaderboard(desk, caller(), metric="log", minimum=1)

    assert repr(shown) == repr(wanted)


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many questions at once as a group with a million forecasts would have."""
    monkeypatch.setattr(standings_stored, "MOST_FORECASTS", 1)
    monkeypatch.setattr(standings_stored, "BATCHES", 2)
    monkeypatch.setattr(standings_service, "AT_ONCE", 1)


@pytest.mark.usefixtures("one_by_one")
def test_a_large_group_is_scored_again_in_small_steps_and_shows_no_board_of_both_rules(
    desk: Desk, clock: Clock
) -> None:
    evenings(desk, clock)
    refresh(desk)
    wanted, board = scores(desk), kept(desk)
    age(desk)

    shown = standings_service.show_leaderboard(desk, caller(), minimum=1)
    profile = standings_service.show_profile(desk, caller("Ana"))
    with desk.db.read() as tx:
        waiting = [group_id for group_id, *_ in kept_rows.due(tx, desk.clock())]
    for _ in range(3):
        refresh(desk)

    assert (shown.rows, shown.rescored, shown.resolved) == ((), 1, 3)
    assert profile is not None
    assert (profile.rescoring, profile.standings) == (True, ())
    assert waiting == [GROUP]
    assert (scores(desk), kept(desk)) == (wanted, board)


@pytest.mark.usefixtures("one_by_one")
def test_what_is_resolved_or_corrected_while_a_group_is_scored_again_is_right_at_the_end(
    desk: Desk, clock: Clock
) -> None:
    evenings(desk, clock)
    later = bring(desk, "Will it thaw in Oslo this year?")
    record(desk, "Ana", later, "30")
    age(desk)
    standings_stored.rescore(desk, GROUP, 1)

    settle(desk, clock, 1, "no")
    settle(desk, clock, later, "yes")
    for _ in range(5):
        refresh(desk)
    found, board = scores(desk), kept(desk)
    with desk.step(GROUP) as unit:
        unit.tx.exec(delete(Score))
        unit.group.rescored_to = 0
    for _ in range(5):
        refresh(desk)

    assert (scores(desk), kept(desk)) == (found, board)
    assert group(desk).rescored_to is None
