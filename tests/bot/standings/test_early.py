"""What ended early counts at once in every score, and in a calibration from its close on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.core.unit import Desk, Unit
from bot.door.messages import Message
from bot.questions import outcomes as questions_outcomes
from bot.standings import boards, front_cards
from bot.standings import cards as standings_cards
from bot.standings import service as standings_service
from bot.standings import stored as standings_stored
from bot.standings.calibration import read, sentence, wait
from bot.standings.cards import say_waiting
from bot.standings.query import METRICS
from bot.standings.service import Calibration
from storage import scores
from storage import standings as kept_rows
from storage.tables import Question, Standing
from tests.bot.pastcast_scenes import make_past, pastcast, put_in_bank, reveal
from tests.bot.saved_scenes import scene
from tests.bot.scenes import bring, group, record, rows
from tests.conftest import GROUP, START, Clock, caller
from tests.machine import examples

FACILITATOR = {"manages_events": True}
SAID = {"Ana": "80", "Ben": "35"}
NAMES = tuple(SAID)
DAY = 86_400
CLOSE = "2026-12-31 12:00"
NEW_YEARS_EVE = datetime(2026, 12, 31, 12, tzinfo=UTC)


def settle(desk: Desk, clock: Clock, number: int, outcome: str = "yes") -> None:
    clock.move(60)
    questions_outcomes.resolve(desk, caller("Ana", **FACILITATOR), number, outcome=outcome)


@scene
def ask(
    desk: Desk,
    clock: Clock,
    *,
    closes: str = "",
    outcome: str = "yes",
    answers: str = "",
    said: dict[str, str] = SAID,
) -> int:
    """A question that both forecast, and that came out a minute later."""
    title = f"Will the event number {len(rows(desk, Question))} happen?"
    number = bring(desk, title, closes=closes, answers=answers)
    for name, probability in said.items():
        record(desk, name, number, probability)
    settle(desk, clock, number, outcome)
    return number


def calibration(desk: Desk, name: str = "Ana", **more: Any) -> Calibration:
    found = standings_service.show_calibration(desk, caller(name), **more)
    assert found is not None
    return found


def counted(desk: Desk, name: str = "Ana", **more: Any) -> int:
    reading = calibration(desk, name, **more).reading
    return reading.count if reading else 0


def board(desk: Desk, metric: Any = "calibration", window: str = "") -> standings_service.Board:
    return standings_service.show_leaderboard(
        desk, caller(), metric=metric, window=window, minimum=1
    )


def calibrations(desk: Desk) -> list[str]:
    """Everything that is measured of how calibrated somebody is; not when the next ones join."""
    profiles = [standings_service.show_profile(desk, caller(name)) for name in NAMES]
    kept = [row for row in rows(desk, Standing) if row.metric == "calibration"]
    own = [calibration(desk, name) for name in NAMES]
    return [
        *(repr(one.reading) for one in own),
        *(repr(one.numbers) for one in own),
        repr(calibration(desk, group=True).reading),
        *(repr(board(desk, window=window).rows) for window in ("", "3650 days", "2026 Q4")),
        *(repr(dict(one.standings).get("calibration")) for one in profiles if one is not None),
        repr(sorted((row.member_id, row.value, row.questions) for row in kept)),
    ]


def text(message: Message) -> str:
    if message.layout is not None:
        return "\n".join(message.layout.texts())
    return str(message.embed.to_dict() if message.embed else "")


def test_the_sentence_names_how_many_wait_and_when_they_join() -> None:
    noon, later = NEW_YEARS_EVE, NEW_YEARS_EVE + timedelta(days=3)

    said = [say_waiting(wait(closes)) for closes in ([noon], [noon] * 3, [later, noon])]  # type: ignore[arg-type]

    on = f"<t:{int(noon.timestamp())}:D>"
    assert said == [
        f"1 that ended early joins on {on}.",
        f"3 that ended early join on {on}.",
        f"2 that ended early join at their close, the next on {on}.",
    ]
    assert wait([]) is None


def test_a_record_of_nothing_but_early_ends_is_not_called_one_without_outcomes() -> None:
    assert "No resolved" not in sentence(None, "you", waiting=True)
    assert sentence(read([0.8], [1]), "you", waiting=True) == sentence(read([0.8], [1]), "you")


@pytest.mark.both_engines
def test_an_early_end_counts_in_brier_scores_at_once_and_in_calibration_from_its_close_on(
    desk: Desk, clock: Clock
) -> None:
    ask(desk, clock)
    ask(desk, clock, closes=CLOSE)

    before = counted(desk), counted(desk, group=True), board(desk).rows[0].questions
    earned = [board(desk, metric).rows[0].questions for metric in METRICS if metric != "gain"]
    clock.now = NEW_YEARS_EVE - timedelta(seconds=1)
    last = counted(desk)
    clock.now = NEW_YEARS_EVE
    after = counted(desk), counted(desk, group=True), board(desk).rows[0].questions

    assert (before, last, after) == ((1, 1, 1), 1, (2, 2, 2))
    assert earned == [1 if metric == "calibration" else 2 for metric in METRICS if metric != "gain"]


@pytest.mark.both_engines
def test_the_card_says_how_many_wait_until_nobody_does(desk: Desk, clock: Clock) -> None:
    for _ in range(3):
        ask(desk, clock, closes=CLOSE)
    record(desk, "Ben", bring(desk, closes=CLOSE), "50")  # nothing that ended
    said = f"3 that ended early join on <t:{int(NEW_YEARS_EVE.timestamp())}:D>."

    shown, page = calibration(desk), board(desk)
    profile = standings_service.show_profile(desk, caller())
    assert profile is not None
    cards = [
        text(front_cards.calibration_card(shown, None)),
        text(standings_cards.calibration_details(shown)),
        text(front_cards.calibration_card(calibration(desk, group=True), None)),
        text(front_cards.leaderboard_card(page, None)),
        text(standings_cards.leaderboard_details(page)),
        text(standings_cards.profile_details(profile)),
    ]
    clock.now = NEW_YEARS_EVE

    assert [said in one for one in cards] == [True] * len(cards)
    assert "No resolved" not in cards[0]
    later = text(front_cards.calibration_card(calibration(desk), None))
    assert "that ended early" not in later


@pytest.mark.both_engines
def test_the_range_of_a_number_waits_too(desk: Desk, clock: Clock) -> None:
    said = {"Ana": "10 20 30"}
    ask(desk, clock, closes=CLOSE, answers="a number in mm", outcome="25", said=said)

    early, waiting = calibration(desk).numbers, calibration(desk).waiting
    clock.now = NEW_YEARS_EVE
    later = calibration(desk).numbers

    assert early is None
    assert waiting is not None
    assert later is not None
    assert later.count == 1


def test_only_a_members_own_forecasts_are_said_to_wait(desk: Desk, clock: Clock) -> None:
    ask(desk, clock, closes=CLOSE, said={"Ana": "80"})
    ask(desk, clock, said={"Ben": "30"})

    assert calibration(desk, "Ana").waiting is not None
    assert calibration(desk, "Ben").waiting is None


@pytest.mark.both_engines
def test_pastcasts_never_wait(desk: Desk, clock: Clock) -> None:
    pastcast(desk, clock, 1)
    number = bring(desk, "Did it end early?", closes=CLOSE)
    record(desk, "Ana", number)
    make_past(desk, number, put_in_bank(desk, "early"))
    clock.move(60)
    reveal(desk, number)

    found = calibration(desk, past=True)

    assert found.reading is not None
    assert (found.reading.count, found.waiting) == (2, None)


@pytest.mark.both_engines
def test_stored_standings_are_computed_again_when_a_close_passes(desk: Desk, clock: Clock) -> None:
    ask(desk, clock)
    ask(desk, clock, closes="2026-12-01 12:00")
    ask(desk, clock, closes=CLOSE)
    woken: list[Unit] = []
    heard = Desk(desk.db, clock, woken.append)

    found = []
    for moment in (clock(), datetime(2026, 12, 1, 12, tzinfo=UTC), NEW_YEARS_EVE):
        clock.now = moment
        with desk.db.read() as tx:
            due = kept_rows.due(tx, clock())
        standings_stored.refresh(heard, GROUP, GROUP)
        with desk.db.read() as tx:
            (best, *_) = standings_stored.kept(tx, GROUP, "calibration", 1).ranked
            still = kept_rows.due(tx, clock())
        found.append((len(due), best.questions, len(still), group(desk).standings_until))

    closes = datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert found == [(1, 1, 0, closes), (1, 2, 0, NEW_YEARS_EVE), (1, 3, 0, None)]
    assert [unit.alarms[f"standings:{GROUP}"] for unit in woken] == [closes, NEW_YEARS_EVE, None]


@pytest.mark.both_engines
def test_an_alarm_for_the_close_is_found_before_it_comes(desk: Desk, clock: Clock) -> None:
    ask(desk, clock, closes=CLOSE)
    standings_stored.refresh(desk, GROUP, GROUP)

    with desk.db.read() as tx:
        early = kept_rows.due(tx, NEW_YEARS_EVE - timedelta(seconds=1))
        found = kept_rows.due(tx, NEW_YEARS_EVE + timedelta(hours=1))

    assert (early, found) == ([], [(GROUP, GROUP, NEW_YEARS_EVE)])


@pytest.mark.both_engines
def test_a_board_asked_for_before_the_keeper_came_shows_the_new_calibration(
    desk: Desk, clock: Clock
) -> None:
    ask(desk, clock)
    ask(desk, clock, closes=CLOSE)
    standings_stored.refresh(desk, GROUP, GROUP)
    before = board(desk).rows[0].questions

    clock.now = NEW_YEARS_EVE

    assert (before, board(desk).rows[0].questions) == (1, 2)


def test_what_is_kept_is_what_a_board_computes(desk: Desk, clock: Clock) -> None:
    for closes in ("", CLOSE, "", CLOSE):
        ask(desk, clock, closes=closes)

    with desk.db.read() as tx:
        waiting = scores.waiting(tx, GROUP, clock())
        kept = boards.every_board(boards.gather(scores.counted(tx, GROUP)), waiting)["calibration"]
        computed = standings_stored.compute(tx, GROUP, "calibration", now=clock())

    assert repr(kept) == repr(computed)
    assert {row.questions for row in kept.ranked} == {2}


@pytest.mark.slow
@pytest.mark.both_engines
@settings(
    max_examples=examples(8),
    derandomize=True,
    phases=[Phase.generate],  # one database for all examples: a failure cannot be made smaller
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    outcome=st.sampled_from(["yes", "no"]),
    said=st.fixed_dictionaries({name: st.integers(1, 99).map("{}%".format) for name in NAMES}),
    days=st.integers(1, 60),
)
def test_an_early_end_changes_no_calibration_before_its_close_and_does_after(
    desk: Desk, clock: Clock, outcome: str, said: dict[str, str], days: int
) -> None:
    ask(desk, clock)
    closes = clock() + timedelta(days=days)
    before = calibrations(desk)

    ask(desk, clock, closes=f"{closes:%Y-%m-%d %H:%M}", outcome=outcome, said=said)

    assert calibrations(desk) == before
    clock.now = closes - timedelta(minutes=1)
    assert calibrations(desk) == before
    clock.now = closes
    after = calibrations(desk)
    assert after[0] != before[0]
    assert after[4] != before[4]
    assert after[-1] != before[-1]
    assert clock() > START
