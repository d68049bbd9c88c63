"""Questions with options and about a number, through the services: from the form to the scores."""

import pytest

from bot import keys
from bot.forecasts import service as forecasts
from bot.forecasts.rules import Belief
from bot.questions import service as questions
from bot.questions.kinds.rules import Asked
from bot.questions.shown import ResolutionCard, read_question, read_resolution
from bot.rules import Refusal
from bot.sessions.rounds.pools.pictures import pool_picture
from bot.sessions.rounds.shown import Summary, read_summary
from bot.standings import service as standings
from bot.unit import Desk
from storage.tables import (
    Forecast,
    Question,
    QuestionKind,
    QuestionState,
    Resolution,
    Score,
)
from tests.bot.scenes import bring, play, record, row, rows, snapshot, wrote
from tests.conftest import Clock, caller

COLOURS = "Red\nGreen\nBlue"
IN_ORDER = "ordered\nunder 10\n10 to 20\nover 20"
DAYS = "number in days"


def settle(desk: Desk, clock: Clock, outcome: str) -> questions.Resolved:
    clock.move(60)
    return questions.resolve(desk, caller("Ana"), 1, outcome=outcome)


def resolution_card(desk: Desk) -> ResolutionCard:
    with desk.db.read() as tx:
        shown = read_resolution(tx, keys.resolution(1))
    assert shown is not None
    return shown


def summary(desk: Desk, number: int) -> Summary:
    with desk.db.read() as tx:
        shown = read_summary(tx, keys.summary(number), desk.clock())
    assert shown is not None
    return shown


def headlines(desk: Desk) -> list[tuple[float, float | None]]:
    return [(round(one.shown, 9), one.brier) for one in rows(desk, Score) if one.headline]


# Bringing and changing


@pytest.mark.parametrize(
    ("answers", "kind", "options", "unit"),
    [
        ("", QuestionKind.BINARY, None, None),
        ("é\nb", QuestionKind.CHOICE, '["é", "b"]', None),
        ("ordered\na\nb", QuestionKind.ORDERED, '["a", "b"]', None),
        ("number", QuestionKind.NUMERIC, None, None),
        (DAYS, QuestionKind.NUMERIC, None, "days"),
    ],
)
def test_the_form_decides_what_a_question_takes(
    desk: Desk, answers: str, kind: QuestionKind, options: str | None, unit: str | None
) -> None:
    made = row(desk, Question, bring(desk, answers=answers))

    assert (made.kind, made.options, made.unit) == (kind, options, unit)


def test_options_that_cannot_be_are_refused_and_nothing_is_saved(desk: Desk) -> None:
    bring(desk, "Is there another question?")
    before = snapshot(desk)

    with pytest.raises(Refusal, match="one option"):
        bring(desk, answers="Red")

    assert snapshot(desk) == before


def test_the_answers_can_be_changed_until_somebody_has_forecast(desk: Desk) -> None:
    bring(desk, answers=COLOURS)
    as_written = questions.as_written(desk, caller("Ana"), 1)
    questions.edit(desk, caller("Ana"), 1, wrote(answers=DAYS))
    record(desk, "Ben", 1, "1/2/3")

    with pytest.raises(Refusal, match="answers stay as they are"):
        questions.edit(desk, caller("Ana"), 1, wrote(answers=COLOURS))
    questions.edit(desk, caller("Ana"), 1, wrote(answers=DAYS, closes="in 2 hours"))

    assert as_written.answers == COLOURS
    assert row(desk, Question, 1).kind == QuestionKind.NUMERIC
    assert row(desk, Question, 1).closes_at is not None


# Forecasting


@pytest.mark.parametrize(
    ("answers", "typed", "values", "held"),
    [
        (COLOURS, "60/30/10", (0.6, 0.3, 0.1), "[0.6, 0.3, 0.1]"),
        (IN_ORDER, "0.5 0.3 0.2", (0.5, 0.3, 0.2), "[0.5, 0.3, 0.2]"),
        (DAYS, "1/2.5/10 days", (1.0, 2.5, 10.0), "[1.0, 2.5, 10.0]"),
    ],
)
def test_a_forecast_is_kept_and_comes_back_as_what_stands(
    desk: Desk, answers: str, typed: str, values: tuple[float, ...], held: str
) -> None:
    bring(desk, answers=answers)

    receipt = record(desk, "Ben", 1, typed)

    (made,) = rows(desk, Forecast)
    prepared = forecasts.prepare(desk, caller("Ben"), keys.question(1))
    history = forecasts.show_history(desk, caller("Eva"), 1)
    assert (made.probability, made.values) == (None, held)
    assert receipt.belief == prepared.previous == history.lines[0].belief == Belief(values=values)
    assert receipt.asked == prepared.asked == history.asked
    assert record(desk, "Ben", 1, typed).previous == receipt.belief


@pytest.mark.parametrize(
    ("answers", "typed"),
    [("", "60/30/10"), (COLOURS, "70"), (COLOURS, "60/30/20"), (DAYS, "3/2/1"), (DAYS, "70%")],
)
def test_a_forecast_of_another_kind_is_refused_and_nothing_is_saved(
    desk: Desk, answers: str, typed: str
) -> None:
    bring(desk, answers=answers)
    before = snapshot(desk)

    with pytest.raises(Refusal):
        record(desk, "Ben", 1, typed)

    assert snapshot(desk) == before


# A round


def test_a_circle_s_distributions_are_pooled_option_by_option(desk: Desk, clock: Clock) -> None:
    bring(desk, answers=COLOURS)

    shown = summary(
        desk,
        play(
            desk,
            clock,
            {
                "Ana": ("50/40/10", "50/30/20", "60/30/10"),
                "Ben": ("30/60/10", "40/40/20", "40/40/20"),
            },
        ),
    )

    blind, final = shown.blind_pool, shown.final_pool
    assert (shown.blind, shown.final) == (None, None)
    assert blind is not None
    assert final is not None
    assert final.mean.values == pytest.approx((0.5, 0.35, 0.15))
    odds = [((p / (1 - p)) * (q / (1 - q))) ** 0.5 for p, q in ((0.6, 0.4), (0.3, 0.4), (0.1, 0.2))]
    chances = [one / (1 + one) for one in odds]
    assert final.best.values == pytest.approx([one / sum(chances) for one in chances])
    assert blind.mean.values == pytest.approx((0.4, 0.5, 0.1))
    assert [seat.said[1] for seat in shown.seats] == [
        Belief(values=(0.5, 0.3, 0.2)),
        Belief(values=(0.4, 0.4, 0.2)),
    ]


def test_the_picture_has_letters_for_options_that_begin_alike(desk: Desk, clock: Clock) -> None:
    alike = "The candidate of the coalition of the parties of the"
    bring(desk, answers=f"{alike} left\n{alike} right")
    shown = summary(desk, play(desk, clock, {"Ana": ("60/40",) * 3}))

    assert f"Chances of A {alike[:38]}, B {alike[:38]}, in" in pool_picture(shown).alt


def test_a_circle_s_numbers_are_pooled_quantile_by_quantile(desk: Desk, clock: Clock) -> None:
    bring(desk, answers=DAYS)
    said = {"Ana": "1/2/3", "Ben": "2/4/9", "Cleo": "3/9/30"}

    shown = summary(desk, play(desk, clock, {name: (text,) * 3 for name, text in said.items()}))

    assert shown.final_pool is not None
    assert shown.final_pool.best.values == (2.0, 4.0, 9.0)
    assert shown.final_pool.mean.values == (2.0, 5.0, 14.0)


def test_the_circle_s_gain_is_for_yes_or_no_alone(desk: Desk, clock: Clock) -> None:
    bring(desk, answers=COLOURS)
    play(desk, clock, {"Ana": ("50/40/10",) * 3, "Ben": ("30/60/10",) * 3})

    settle(desk, clock, "Red")

    assert {one.gain for one in rows(desk, Score)} == {None}
    assert len(rows(desk, Score)) == 8


# Settling


def test_options_are_scored_by_brier_s_sum_and_on_the_common_scale_for_boards(
    desk: Desk, clock: Clock
) -> None:
    bring(desk, answers=COLOURS)
    record(desk, "Ben", 1, "60/30/10")

    entered = settle(desk, clock, "green")

    assert (entered.title, entered.outcome) == ("Will it rain in Niamey tomorrow?", "Green")
    assert row(desk, Question, 1).state == QuestionState.RESOLVED
    assert [one.outcome for one in rows(desk, Resolution)] == ["1"]
    assert headlines(desk) == [(0.86, pytest.approx(0.25 * 0.86 / (1 - 1 / 3)))]


def test_an_order_forgives_a_near_miss(desk: Desk, clock: Clock) -> None:
    bring(desk, answers=IN_ORDER)
    record(desk, "Ben", 1, "25/25/50")

    settle(desk, clock, "C")

    assert headlines(desk) == [(0.3125, pytest.approx(0.25 * 0.3125 / (4 / 9)))]


def test_a_number_is_scored_by_distance_which_has_a_unit_of_its_own(
    desk: Desk, clock: Clock
) -> None:
    bring(desk, answers=DAYS)
    record(desk, "Ben", 1, "10/20/40")

    settle(desk, clock, "25 days")

    assert [one.outcome for one in rows(desk, Resolution)] == ["25.0"]
    # 2/3 of (15 * 0.1 + 5 * 0.5 + 15 * 0.1), by hand
    assert headlines(desk) == [(round(2 / 3 * 5.5, 9), None)]


def test_a_correction_scores_anew_and_a_reopening_takes_the_scores_away(
    desk: Desk, clock: Clock
) -> None:
    bring(desk, answers=COLOURS)
    record(desk, "Ben", 1, "60/30/10")
    settle(desk, clock, "Green")
    settle(desk, clock, "Red")
    corrected = resolution_card(desk)
    scored = headlines(desk)

    questions.reopen(desk, caller("Ana", manages_events=True), 1)

    assert (corrected.outcome, corrected.corrected) == ("Red", True)
    assert corrected.lines[0].headlines == (Belief(values=(0.6, 0.3, 0.1)),)
    assert scored == [(0.26, pytest.approx(0.0975))]
    assert rows(desk, Score) == []


@pytest.mark.parametrize("answers", [COLOURS, IN_ORDER, DAYS])
def test_any_question_can_be_void(desk: Desk, clock: Clock, answers: str) -> None:
    bring(desk, answers=answers)
    record(desk, "Ben", 1, "10/20/70")

    settle(desk, clock, "void")

    assert row(desk, Question, 1).state == QuestionState.VOID
    assert rows(desk, Score) == []
    assert resolution_card(desk).outcome == "void"


@pytest.mark.parametrize(("answers", "typed"), [(COLOURS, "Purple"), (DAYS, "soon"), ("", "Red")])
def test_an_outcome_of_another_kind_is_refused_and_nothing_is_saved(
    desk: Desk, clock: Clock, answers: str, typed: str
) -> None:
    bring(desk, answers=answers)
    before = snapshot(desk)

    with pytest.raises(Refusal):
        settle(desk, clock, typed)

    assert snapshot(desk) == before


def test_the_outcomes_on_offer_are_those_of_the_question(desk: Desk) -> None:
    bring(desk, answers=COLOURS)
    bring(desk, "How long will it take?", answers=DAYS)
    bring(desk, "Will it happen at all?")

    offered = [
        questions.outcome_choices(desk, caller("Ana"), question, typed)
        for question, typed in (("1", ""), ("1", "re"), ("2", ""), ("3", ""), ("nothing", ""))
    ]

    assert offered == [
        ["Red", "Green", "Blue", "void"],
        ["Red", "Green"],
        ["void"],
        ["yes", "no", "void"],
        [],
    ]


def test_the_card_says_what_can_be_answered_and_what_it_was(desk: Desk, clock: Clock) -> None:
    bring(desk, answers=COLOURS)
    settle(desk, clock, "Blue")

    with desk.db.read() as tx:
        shown = read_question(tx, keys.question(1))

    assert shown is not None
    assert shown.asked == Asked("choice", ("Red", "Green", "Blue"))
    assert shown.outcome == "Blue"


def test_a_profile_tells_the_newest_scores_on_the_common_scale_and_no_distances(
    desk: Desk, clock: Clock
) -> None:
    for number, (title, answers, typed, outcome) in enumerate(
        (
            ("Will it be so?", "", "60", "yes"),
            ("Which will it be?", COLOURS, "60/30/10", "Red"),
            ("How long will it be?", DAYS, "10/20/40", "500"),
        ),
        start=1,
    ):
        bring(desk, title, answers=answers)
        record(desk, "Ben", number, typed)
        clock.move(60)
        questions.resolve(desk, caller("Ana"), number, outcome=outcome)

    shown = standings.show_profile(desk, caller("Ben"))

    assert shown is not None
    assert [(line.title, round(line.headline or 0, 9)) for line in shown.recent] == [
        ("Which will it be?", 0.0975),
        ("Will it be so?", 0.16),
    ]
