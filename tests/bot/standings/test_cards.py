"""What the cards of standings say: pages, one's own row, newcomers, infinity, and short records."""

import math
from dataclasses import replace

import pytest

from bot.circle.shown import MemberRecord
from bot.circle.worth import Mean
from bot.standings.asked import METRICS, Asked, Metric, Window
from bot.standings.cards import (
    METRIC_CHOICES,
    calibration_card,
    leaderboard_card,
    profile_card,
)
from bot.standings.pictures import calibration_picture
from bot.standings.reading import read
from bot.standings.service import PAGE, Board, BoardRow, Calibration, Profile
from bot.standings.words import WORDS, say_interval, say_value

ANA = BoardRow(1, "Ana", 0.021, -0.013, 0.055, 12)
NEW = BoardRow(None, "Ben", 0.3, math.nan, math.nan, 2)


def board(*rows: BoardRow, asked: Asked | None = None, **more: object) -> Board:
    shown = Board(asked or Asked(), rows, 1, len(rows), None, 9)
    return replace(shown, **more)  # type: ignore[arg-type]


def text(shown: Board) -> str:
    embed = leaderboard_card(shown, None).embed
    assert embed is not None
    fields = [f"{field.name}: {field.value}" for field in embed.fields]
    return "\n".join([str(embed.title), str(embed.description), *fields, str(embed.footer.text)])


def test_a_row_has_rank_value_name_interval_and_questions() -> None:
    assert "`  1.` **+0.021** Ana (−0.013 to +0.055) · 12 questions" in text(board(ANA))


def test_a_newcomer_is_told_how_far_it_is_to_a_rank() -> None:
    said = text(board(ANA, NEW))

    assert "**On the way** (a rank takes 5 questions)\n`  ·` **+0.300** Ben · 2 of 5" in said


def test_where_nobody_has_a_rank_yet_it_says_so() -> None:
    assert "Nobody has 5 questions yet; 9 resolved so far." in text(board(NEW))


def test_whoever_has_enough_questions_but_no_number_is_not_called_on_the_way() -> None:
    torn = BoardRow(None, "Eve", math.nan, -math.inf, math.inf, 6, infinite=2)

    said = text(board(torn, NEW, asked=Asked("peer")))

    assert "**Without a rank** (it takes 5 questions and a number)" in said
    assert "Nobody has a rank.\n" in said
    assert "Ben · 2 of 5 questions" in said


def test_where_nobody_has_a_rank_in_a_window_it_does_not_count_what_is_outside() -> None:
    said = text(board(NEW, asked=Asked("brier", Window("days", 7))))

    assert "Nobody has 5 questions in this window. `min` asks for fewer." in said
    assert "resolved so far" not in said


def test_a_table_that_is_all_level_says_why() -> None:
    assert "no more than luck explains, so all share the first rank" in text(board(ANA, level=True))
    assert "All level" not in text(board(ANA))


def test_an_own_row_is_marked_and_comes_along_from_another_page() -> None:
    mine = replace(ANA, mine=True)

    here, elsewhere = text(board(mine)), text(board(NEW, mine=(mine, 4)))

    assert "**Ana** (you)" in here
    assert "You, on page 4: `  1.` **+0.021** **Ana** (you)" in elsewhere
    assert "on page" not in text(board(mine, mine=(mine, 1)))


@pytest.mark.parametrize(
    ("metric", "value", "says"),
    [
        ("log", math.inf, "Eve said 0% to what happened on 1 question."),
        ("baseline", -math.inf, "Eve said 0% to what happened on 1 question."),
        ("peer", -math.inf, "Eve said 0% to what happened on 1 question."),
        ("peer", math.inf, "Eve: on 1 question, others said 0% to what happened."),
        ("peer", math.nan, "they or others said 0% to what happened; ∞ and −∞ have no mean."),
    ],
)
def test_an_endless_number_is_explained(metric: Metric, value: float, says: str) -> None:
    eve = BoardRow(1, "Eve", value, math.nan, math.nan, 7, infinite=1)

    assert says in text(board(eve, asked=Asked(metric)))


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_is_explained_beside_its_numbers(metric: Metric) -> None:
    said = text(board(ANA, asked=Asked(metric)))

    assert WORDS[metric].name in said
    assert WORDS[metric].means in said
    assert "is better" in WORDS[metric].means
    assert ("higher is better" in WORDS[metric].means) == WORDS[metric].higher_is_better


def test_the_metrics_can_be_chosen_by_name() -> None:
    assert [value for _, value in METRIC_CHOICES] == list(METRICS)
    assert all(len(label) <= 100 for label, _ in METRIC_CHOICES)


def test_pages_have_buttons_to_those_beside_them() -> None:
    asked = Asked("log", Window("days", 30), 3, page=2)

    first, middle, last = (
        [(one.label, one.custom_id) for one in leaderboard_card(shown, None).items]
        for shown in (
            board(ANA, asked=asked.at(1), pages=3),
            board(ANA, asked=asked, pages=3),
            board(ANA, asked=asked.at(3), pages=3),
        )
    )

    back, on = ("Previous page", "turn_page|w1.17.30.3"), ("Next page", "turn_page|w3.17.30.3")
    assert middle == [back, on]
    assert [label for label, _ in first] == ["Next page"]
    assert [label for label, _ in last] == ["Previous page"]


def test_a_page_of_the_longest_names_and_numbers_fits() -> None:
    worst = BoardRow(None, "*" * 32, -123.4, -10000.1, 10000.1, 1000, infinite=999, mine=True)
    rows = tuple(replace(worst, rank=500 if at % 2 else None) for at in range(PAGE))

    message = leaderboard_card(
        board(*rows, asked=Asked("peer", minimum=1000, page=2), pages=9, mine=(worst, 1)), None
    )

    assert message.embed is not None
    assert len(str(message.embed.description)) < 4096
    assert str(message.embed.description).count("\n") == PAGE + 1
    assert len(message.embed) <= 6000


def test_a_name_cannot_pose_as_another_row() -> None:
    crooked = replace(ANA, name="**1.** @everyone\n`  1.` Me")

    said = text(board(crooked))

    assert "\n`  1.` Me" not in said
    assert "@everyone" not in said


def test_an_empty_window_says_how_to_see_more() -> None:
    said = text(board(asked=Asked("brier", Window("days", 7))))

    assert "No score in this window (last 7 days). `/leaderboard` without a window" in said


def test_a_gain_takes_a_round_with_blind_forecasts() -> None:
    assert "taken in a round with blind forecasts" in text(board(asked=Asked("gain")))


def test_numbers_are_written_as_their_metric_is_read() -> None:
    assert say_value("brier", 0.1234) == "0.123"
    assert say_value("peer", -12.34) == "−12.3"
    assert say_value("edge", math.nan) == "–"
    assert say_interval("log", 0.5, math.inf) == "0.50 to ∞"
    assert say_interval("log", math.nan, math.nan) == ""


def shown(**more: object) -> Calibration:
    given = {"whose": "you", "of_group": False, "reading": read([0.8], [1]), "others": 0} | more
    return Calibration(**given)  # type: ignore[arg-type]


def described(calibration: Calibration) -> str:
    embed = calibration_card(calibration, None).embed
    assert embed is not None
    return f"{embed.title}\n{embed.description}"


def test_a_calibration_says_whose_it_is_and_what_is_left_out() -> None:
    assert described(shown()).startswith("Calibration: yours\nOnly 1 forecast so far")
    assert "Calibration: Ana\\_B" in described(shown(whose="Ana_B"))
    assert "3 questions of other kinds left out" in described(shown(others=3))


def test_a_picture_names_people_as_they_are_written_and_nobody_by_blank_signs() -> None:
    plain, unknown = calibration_picture(shown(whose="Ana_B")), "\ue000\ue001"
    there, otherwise = (calibration_picture(shown(whose=who)) for who in (unknown, "a member"))

    assert plain is not None
    assert there is not None
    assert otherwise is not None
    assert plain.alt.startswith("Calibration: Ana_B, 1 resolved forecast")
    assert unknown in there.alt
    assert there.png == otherwise.png


def test_the_groups_calibration_says_what_its_forecast_is() -> None:
    said = described(shown(whose="the group", of_group=True, clipped=2))

    assert "one forecast a question, because all share its luck" in said
    assert "0% and 100% count as 0.1% and 99.9%" in said


def test_a_profile_shows_what_a_member_did_in_the_circle() -> None:
    circle = MemberRecord(None, 0, Mean(0.1, None, 1), 1, None)
    profile = Profile("Ana", 3, 2, 1, (("edge", ANA),), (), "Fine.", (), circle)

    embed = profile_card(profile).embed

    assert embed is not None
    fields = {field.name: field.value for field in embed.fields}
    assert str(fields["In the circle"]).startswith("Own gain **+0.100** on average (1 round)")
    assert fields["Calibration"] == "Fine."
    assert "**+0.021** Edge over the others (−0.013 to +0.055)" in str(
        fields["Scores over all questions"]
    )
