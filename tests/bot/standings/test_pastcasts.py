"""The board of pastcasts: the same rules as the live one, and nothing of it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.circle import service as circle_service
from bot.core.unit import Desk
from bot.sessions import service as sessions_service
from bot.standings import boards, front_cards, pictures
from bot.standings import cards as standings_cards
from bot.standings import crowd as standings_crowd
from bot.standings import service as standings_service
from bot.standings import stored as standings_stored
from bot.standings.query import METRICS
from bot.standings.service import Board, Profile
from storage import scores
from storage.crowds import Beside
from storage.tables import Question, Standing
from tests.bot.pastcast_scenes import DAY, SAID, pastcast, reveal
from tests.bot.saved_scenes import scene
from tests.bot.scenes import bring, play, rows
from tests.conftest import GROUP, Clock, caller
from tests.machine import examples

NAMES = ("Ana", "Ben", "Cleo", "Dan")
WINDOWS = ("", "1 session")


@scene
def live(
    desk: Desk, clock: Clock, number: int, outcome: str = "yes", said: dict[str, Any] = SAID
) -> int:
    """A session on a question that the group brought, settled the same evening."""
    question = bring(desk, f"Will the event number {number} happen?")
    play(desk, clock, said)
    clock.move(1)
    reveal(desk, question, outcome)
    sessions_service.end(desk, caller(next(iter(said))))
    clock.move(DAY)
    return question


def board(desk: Desk, metric: Any = "brier", window: str = "", *, past: bool = True) -> Board:
    return standings_service.show_leaderboard(
        desk, caller(), metric=metric, window=window, minimum=1, past=past
    )


def profile(desk: Desk, name: str = "Ana") -> Profile:
    found = standings_service.show_profile(desk, caller(name))
    assert found is not None
    return found


def both_boards(desk: Desk) -> dict[bool, list[str]]:
    """Everything that is said of either board: NaN is equal to itself in words."""
    shown = {past: tables(desk, past=past) for past in (False, True)}
    keep_up(desk)
    profiles = [profile(desk, name) for name in NAMES]
    records: dict[bool, list[Any]] = {
        False: [*(replace(one, past=None) for one in profiles), *live_records(desk)],
        True: [one.past for one in profiles],
    }
    return {past: [repr(one) for one in (*shown[past], *records[past])] for past in (False, True)}


def tables(desk: Desk, *, past: bool) -> list[Any]:
    """All leaderboards and calibrations of one of the two."""
    leaderboards = [board(desk, metric, at, past=past) for metric in METRICS for at in WINDOWS]
    calibrations = [
        standings_service.show_calibration(desk, caller(name), past=past) for name in NAMES
    ]
    group = standings_service.show_calibration(desk, caller(), group=True, past=past)
    return [*leaderboards, *calibrations, group]


def live_records(desk: Desk) -> list[Any]:
    kept = [row.model_dump(exclude={"id"}) for row in rows(desk, Standing)]
    with desk.db.read() as tx:
        every = boards.every_board(boards.gather(scores.counted(tx, GROUP)))
    return [circle_service.show_circle(desk, caller()), sorted(map(repr, kept)), every]


def keep_up(desk: Desk) -> None:
    """What is read next is what was kept: no database keeps the sign of nothing."""
    standings_stored.refresh(desk, GROUP, GROUP)


class Last:
    """What both boards said after the last example: nothing happens until the next one."""

    pages: dict[bool, list[str]] | None = None


@pytest.fixture
def last() -> Last:
    return Last()


CHANCE = st.integers(0, 100).map("{}%".format)
EVENING = st.fixed_dictionaries(
    {
        "order": st.permutations(NAMES).map(lambda names: names[:3]),
        "said": st.lists(st.tuples(CHANCE, CHANCE, CHANCE), min_size=3, max_size=3),
        "outcome": st.sampled_from(["yes", "no"]),
        "crowd": st.none() | st.floats(0, 1),
        "knows": st.booleans(),
    }
)


@pytest.mark.both_engines
@settings(
    max_examples=examples(6),
    derandomize=True,
    phases=[Phase.generate],  # one database for all examples: a failure cannot be made smaller
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(evenings=st.lists(EVENING, min_size=1, max_size=2), past=st.booleans())
@pytest.mark.slow
def test_what_happens_on_one_board_changes_nothing_of_the_other(
    desk: Desk,
    clock: Clock,
    last: Last,
    evenings: Sequence[dict[str, Any]],
    past: bool,
) -> None:
    if not last.pages:
        begin(desk, clock)
        keep_up(desk)
        last.pages = both_boards(desk)
    others, own = last.pages[not past], last.pages[past]

    for one in evenings:
        said = dict(zip(one["order"], one["said"], strict=True))
        number = 100 + len(rows(desk, Question))
        if past:
            knows = tuple(one["order"][:1]) if one["knows"] else ()
            pastcast(desk, clock, number, one["outcome"], one["crowd"], said, knows)
        else:
            live(desk, clock, number, one["outcome"], said)
            keep_up(desk)

    last.pages = both_boards(desk)
    assert last.pages[not past] == others
    assert last.pages[past] != own


@scene
def begin(desk: Desk, clock: Clock) -> None:
    """Both boards have somebody, and every name is known."""
    swapped = dict(zip(("Dan", "Ben", "Ana"), SAID.values(), strict=True))
    live(desk, clock, 1)
    live(desk, clock, 2, "no", swapped)
    pastcast(desk, clock, 3, "no", 0.4, swapped)
    pastcast(desk, clock, 4, "yes", None, SAID)


@scene
def three_alike(desk: Desk, clock: Clock) -> None:
    """The same three evenings on either board."""
    for number in range(3):
        outcome = "yes" if number else "no"
        live(desk, clock, number, outcome)
        pastcast(desk, clock, number, outcome)


@scene
def ten_pastcasts(desk: Desk, clock: Clock) -> None:
    """As many as a calibration needs; the crowd was sure of yes, which every second one was."""
    for number in range(10):
        pastcast(desk, clock, number, "yes" if number % 2 else "no", 0.95)


@pytest.mark.slow
@pytest.mark.parametrize("metric", METRICS)
def test_the_same_evenings_give_the_same_numbers_on_either_board(
    desk: Desk, clock: Clock, metric: str
) -> None:
    three_alike(desk, clock)

    mine, others = board(desk, metric), board(desk, metric, past=False)

    assert mine.rows
    assert [row.name for row in mine.rows] == [row.name for row in others.rows]
    assert repr(mine.rows) == repr(others.rows)
    assert mine.resolved == others.resolved == 3


def test_the_last_session_is_the_last_that_took_a_question_of_this_board(
    desk: Desk, clock: Clock
) -> None:
    pastcast(desk, clock, 1)
    pastcast(desk, clock, 2, said={"Dan": ("20", "20", "20"), "Ben": ("90", "70", "20")})
    live(desk, clock, 3, said={"Ana": ("20", "20", "20"), "Cleo": ("90", "70", "20")})

    past, both = board(desk, window="1 session"), board(desk, window="2 sessions")
    mine = board(desk, window="1 session", past=False)

    assert {row.name for row in past.rows} == {"Dan", "Ben"}
    assert {row.name for row in both.rows} == {"Ana", "Ben", "Cleo", "Dan"}
    assert {row.name for row in mine.rows} == {"Ana", "Cleo"}


def test_a_button_leads_to_a_page_of_the_same_board(desk: Desk, clock: Clock) -> None:
    pastcast(desk, clock, 1)
    shown = board(desk, "gain")

    again = standings_service.show_page_of(desk, caller(), shown.asked.key())

    assert shown.title == "Leaderboard: Pastcasts: Gain for the circle, all time"
    assert repr(again) == repr(shown)


def test_the_crowd_of_that_day_stands_beside_the_brier_scores_without_a_rank(
    desk: Desk, clock: Clock
) -> None:
    pastcast(desk, clock, 1, "yes", 0.9)  # the crowd earns .01
    pastcast(desk, clock, 2, "no", 0.7)  # and .49
    pastcast(desk, clock, 3, "no")

    shown = board(desk)

    assert shown.crowd is not None
    assert (shown.crowd.rank, shown.crowd.questions) == (None, 2)
    assert round(shown.crowd.value, 9) == 0.25
    assert shown.crowd.low != shown.crowd.low
    assert "The crowd of that day, on 2 questions: **0.250**" in details(shown)
    assert "The crowd of that day: 0.250 (2 questions)" in str(pictures.leaderboard_picture(shown))
    assert board(desk, "edge").crowd is None
    assert board(desk, window="1 session").crowd is None
    assert board(desk, past=False).crowd is None


def said(
    question: int, member: int, brier: float, crowd: float, outcome: int, round_id: int = 1
) -> Beside:
    """A headline beside what the crowd of that day gave to yes."""
    return Beside(question, round_id, member, brier, "binary", ("no", "yes")[outcome], crowd)


def test_the_crowd_has_an_interval_from_ten_questions_on() -> None:
    rows = [said(number, 1, 0.16, number / 10, number % 2) for number in range(10)]

    nine, ten = (standings_crowd.earned(rows[:count]) for count in (9, 10))

    assert nine is not None
    assert ten is not None
    assert (nine.count, nine.low == nine.low) == (9, False)
    assert (ten.count, ten.low < ten.mean < ten.high) == (10, True)


def test_a_member_beside_the_crowd_counts_each_question_once_and_the_crowds_error_first() -> None:
    rows = [
        said(1, 7, 0.04, 0.9, 1),  # the crowd .01: worse by .03
        said(2, 7, 0.09, 0.5, 0),  # the crowd .25: better by .16
        said(2, 7, 0.05, 0.5, 0, 2),  # and by .20 in a second round
        said(3, 8, 0.99, 0.5, 0),
    ]

    found = standings_crowd.beside(rows, 7)

    assert found is not None
    assert (found.count, round(found.mean, 9)) == (2, 0.075)
    assert standings_crowd.beside(rows, 9) is None


def details(shown: Board) -> str:
    embed = standings_cards.leaderboard_details(shown).embed
    assert embed is not None
    return "\n".join([str(embed.description), *(str(field.value) for field in embed.fields)])


def told(found: Profile) -> str:
    """What the details of a profile say of pastcasts."""
    embed = standings_cards.profile_details(found).embed
    assert embed is not None
    return "\n".join(str(one.value) for one in embed.fields if one.name == "Pastcasts, apart")


def test_a_profile_has_a_section_of_pastcasts_only_where_there_are_some(
    desk: Desk, clock: Clock
) -> None:
    live(desk, clock, 1)
    before = profile(desk)
    pastcast(desk, clock, 2, "yes", 0.9)

    after = profile(desk)

    assert before.past is None
    assert told(before) == ""
    assert replace(after, past=None) == replace(before, past=None)
    said = told(after)
    assert said.startswith("3 forecasts on 1 question.\n")
    assert "Brier score from 10 questions on: 1 so far." in said
    assert "Beside the crowd of that day from 10 questions on that it forecast too: 1" in said
    assert "**Pastcasts, apart:** 3 forecasts on 1 question." in front(after)


def test_from_ten_pastcasts_on_a_profile_says_how_one_did_beside_the_crowd(
    desk: Desk, clock: Clock
) -> None:
    ten_pastcasts(desk, clock)

    found = profile(desk)

    assert found.past is not None
    assert found.past.crowd is not None
    # The crowd: .0025 and .9025, Ana: .16 and .36.
    assert round(found.past.crowd.mean, 9) == 0.1925
    said = told(found)
    assert "beside the crowd of that day · 10 questions: not told apart from it yet." in said
    assert "**0.260** Brier score (" in said
    assert "All 10 forecasts together" in said
    assert "mean Brier score **0.260** (" in front(found)


def front(found: Profile) -> str:
    layout = front_cards.profile_card(found, None).layout
    assert layout is not None
    return "\n".join(part for part in layout.parts if isinstance(part, str))


def test_who_has_pastcasts_alone_is_told_that_none_of_it_is_live(desk: Desk, clock: Clock) -> None:
    pastcast(desk, clock, 1)

    said = front(profile(desk))

    assert said.startswith("You have no forecast on a live question yet.")
    assert "**Pastcasts, apart:**" in said


def test_who_knew_a_pastcast_is_on_no_board_of_it(desk: Desk, clock: Clock) -> None:
    pastcast(desk, clock, 1, "yes", 0.9, knows=("Ben",))

    found = profile(desk, "Ben").past

    assert [row.name for row in board(desk).rows] == ["Ana", "Cleo"]
    assert found is not None
    assert (found.standings, found.crowd) == ((), None)


def test_a_calibration_is_of_live_questions_or_of_pastcasts(desk: Desk, clock: Clock) -> None:
    ten_pastcasts(desk, clock)
    live(desk, clock, 11)

    mine, past = (
        standings_service.show_calibration(desk, caller(), past=past) for past in (False, True)
    )
    group = standings_service.show_calibration(desk, caller(), group=True, past=True)

    assert mine is not None
    assert past is not None
    assert group is not None
    assert mine.reading is not None
    assert mine.reading.count == 1
    assert past.reading is not None
    assert past.reading.count == 10
    assert group.reading is not None
    assert group.reading.count == 10
    assert past.title == "Calibration on pastcasts: yours"
    layout = front_cards.calibration_card(past, None).layout
    assert layout is not None
    assert "dealt from the bank" in str(layout.parts[0])


@pytest.mark.parametrize("metric", METRICS)
def test_an_empty_board_of_pastcasts_says_how_to_get_one(
    desk: Desk, clock: Clock, metric: str
) -> None:
    live(desk, clock, 1)

    said = details(board(desk, metric))
    window = details(board(desk, metric, "7 days"))

    assert "format `pastcast`" in said
    assert "`/leaderboard board:past` without a window" in window
