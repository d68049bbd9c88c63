"""What the cards of standings say: pages, one's own row, newcomers, infinity, and short records."""

import math
from dataclasses import replace

import pytest

from bot.circle.averages import Mean
from bot.circle.read_model import MemberRecord
from bot.door.messages import PICTURE, SECONDARY, Message
from bot.standings.by_moment import Moments
from bot.standings.calibration import read, read_numbers
from bot.standings.cards import (
    METRIC_CHOICES,
    calibration_details,
    leaderboard_details,
    profile_details,
)
from bot.standings.front_cards import calibration_card, leaderboard_card, profile_card
from bot.standings.metrics import WORDS, say_interval, say_value
from bot.standings.pictures import calibration_picture
from bot.standings.query import METRICS, BoardQuery, Metric, Window
from bot.standings.service import PAGE, Board, BoardRow, Calibration, Profile
from scoring import MeanInterval
from storage.tables import Moment

ANA = BoardRow(1, "Ana", 0.021, -0.013, 0.055, 12, ranks=(1, 3))
NEW = BoardRow(None, "Ben", 0.3, math.nan, math.nan, 2)


def board(*rows: BoardRow, asked: BoardQuery | None = None, **more: object) -> Board:
    shown = Board(asked or BoardQuery(), rows, 1, len(rows), None, 9)
    return replace(shown, **more)  # type: ignore[arg-type]


def text(shown: Board) -> str:
    embed = leaderboard_details(shown).embed
    assert embed is not None
    fields = [f"{field.name}: {field.value}" for field in embed.fields]
    return "\n".join([str(embed.title), str(embed.description), *fields, str(embed.footer.text)])


def test_a_row_has_rank_value_name_interval_and_questions() -> None:
    said = text(board(ANA))

    assert "`  1.` **+0.021** Ana (−0.013 to +0.055) · rank 1–3 · 12 questions" in said
    assert "Such as rank 2–5: the best and the worst that the data allow." in said


def test_a_newcomer_is_told_how_far_it_is_to_a_rank() -> None:
    said = text(board(ANA, NEW))

    assert "**On the way** (a rank takes 5 questions)\n`  ·` **+0.300** Ben · 2 of 5" in said


def test_where_nobody_has_a_rank_yet_it_says_so() -> None:
    assert "Nobody has 5 questions yet; 9 resolved so far." in text(board(NEW))


def test_whoever_has_enough_questions_but_no_number_is_not_called_on_the_way() -> None:
    torn = BoardRow(None, "Eve", math.nan, math.nan, math.nan, 6)

    said = text(board(torn, NEW, asked=BoardQuery("peer")))

    assert "**Without a rank** (it takes 5 questions and a number)" in said
    assert "Nobody has a rank.\n" in said
    assert "Ben · 2 of 5 questions" in said


def test_where_nobody_has_a_rank_in_a_window_it_does_not_count_what_is_outside() -> None:
    said = text(board(NEW, asked=BoardQuery("brier", Window("days", 7))))

    assert "Nobody has 5 questions in this window. `min` asks for fewer." in said
    assert "resolved so far" not in said


def test_a_table_that_is_too_close_to_call_says_so_first_and_what_would_settle_it() -> None:
    close, by_luck, clear = (
        leaderboard_details(shown).embed
        for shown in (
            board(ANA, too_close=True, more=33),
            board(ANA, too_close=True),
            board(ANA),
        )
    )

    assert close is not None
    assert by_luck is not None
    assert clear is not None
    assert str(close.description).startswith("**Too close to call: luck alone often gives such")
    assert close.fields[0].name == by_luck.fields[0].name == "What would settle it"
    assert str(close.fields[0].value).startswith("About 35 more questions each, if people go on")
    assert "no more than luck alone makes them" in str(by_luck.fields[0].value)
    assert "Too close" not in str(clear.to_dict())


def test_where_too_little_is_known_it_takes_more_questions_of_the_same_people() -> None:
    said = text(board(ANA, too_close=True, told_apart=False))

    assert "More questions that the same people forecast" in said


def test_ones_own_progress_is_told_whatever_there_is_to_tell() -> None:
    def told(row: BoardRow, metric: Metric = "edge") -> str:
        return text(board(row, mine=(replace(row, mine=True), 1), asked=BoardQuery(metric)))

    assert "You: Known to about ±0.034; twice as many questions would make that ±0.024." in told(
        ANA
    )
    assert "You: 3 more questions to a rank: 2 of 5 so far." in told(NEW)
    bare = replace(ANA, low=math.nan, high=math.nan, questions=7)
    assert "You: From 10 questions on it has an interval: 7 so far." in told(bare, "brier")
    assert "You: On 7 questions; more make the number surer." in told(bare, "calibration")


def test_brackets_are_explained_by_what_they_are_of() -> None:
    bare = replace(ANA, low=math.nan, high=math.nan)

    assert "where the plain mean lies 9 times in 10" in text(board(ANA))
    assert "where it lies 9 times in 10" in text(board(ANA, asked=BoardQuery("brier")))
    assert "where it lies about 9 times in 10" in text(
        board(ANA, asked=BoardQuery("log"), about=True)
    )
    assert "In brackets" not in text(board(bare))


@pytest.mark.parametrize("metric", ["log", "peer", "baseline"])
def test_a_board_that_keeps_forecasts_within_bounds_says_so(metric: Metric) -> None:
    assert "Forecasts beyond 0.1% and 99.9% count as these." in text(
        board(asked=BoardQuery(metric))
    )


def test_while_scores_are_computed_again_the_board_says_how_far_it_is() -> None:
    said = text(board(rescored=1200))

    assert "computed again by new rules: 1,200 of 9 questions so far" in said


def test_an_own_row_is_marked_and_comes_along_from_another_page() -> None:
    mine = replace(ANA, mine=True)

    here, elsewhere = text(board(mine)), text(board(NEW, mine=(mine, 4)))

    assert "**Ana** (you)" in here
    assert "You, on page 4: `  1.` **+0.021** **Ana** (you)" in elsewhere
    assert "on page" not in text(board(mine, mine=(mine, 1)))
    assert text(board(mine, mine=(mine, 1))).count("**Ana** (you)") == 1


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_is_explained_beside_its_numbers(metric: Metric) -> None:
    said = text(board(ANA, asked=BoardQuery(metric)))

    assert WORDS[metric].name in said
    assert WORDS[metric].means in said
    assert "is better" in WORDS[metric].means
    assert ("higher is better" in WORDS[metric].means) == WORDS[metric].higher_is_better


def test_the_metrics_can_be_chosen_by_name() -> None:
    assert {value for _, value in METRIC_CHOICES} == set(METRICS)
    assert [value for _, value in METRIC_CHOICES][:2] == ["edge", "over_time"]
    assert all(len(label) <= 100 for label, _ in METRIC_CHOICES)


def test_pages_have_buttons_to_those_beside_them() -> None:
    asked = BoardQuery("log", Window("days", 30), 3, page=2)

    first, middle, last = (
        [(one.label, one.custom_id) for one in leaderboard_card(shown, None).items]
        for shown in (
            board(ANA, asked=asked.at(1), pages=3),
            board(ANA, asked=asked, pages=3),
            board(ANA, asked=asked.at(3), pages=3),
        )
    )

    back, on = ("Previous page", "turn_page|n1.17.30.3"), ("Next page", "turn_page|n3.17.30.3")
    assert middle == [("Details", "board_details|n2.17.30.3"), back, on]
    assert [label for label, _ in first] == ["Details", "Next page"]
    assert [label for label, _ in last] == ["Details", "Previous page"]


def test_a_page_of_the_longest_names_and_numbers_fits() -> None:
    worst = BoardRow(None, "*" * 32, -123.4, -10000.1, 10000.1, 1000, mine=True)
    rows = tuple(
        replace(worst, rank=500 if at % 2 else None, ranks=(100, 999)) for at in range(PAGE)
    )
    asked = BoardQuery("peer", minimum=1000, page=2)

    message = leaderboard_details(
        board(*rows, asked=asked, pages=9, mine=(rows[1], 1), too_close=True, more=999)
    )

    assert message.embed is not None
    assert len(str(message.embed.description)) < 4096
    assert str(message.embed.description).count("\n") == PAGE + 2
    assert len(message.embed) <= 6000


def test_a_name_cannot_pose_as_another_row() -> None:
    crooked = replace(ANA, name="**1.** @everyone\n`  1.` Me")

    said = text(board(crooked))

    assert "\n`  1.` Me" not in said
    assert "@everyone" not in said


def test_an_empty_window_says_how_to_see_more() -> None:
    said = text(board(asked=BoardQuery("brier", Window("days", 7))))

    assert "No score in this window (last 7 days). `/leaderboard` without a window" in said


def test_a_gain_takes_a_round_with_blind_forecasts() -> None:
    assert "taken in a round with blind forecasts" in text(board(asked=BoardQuery("gain")))


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
    embed = calibration_details(calibration).embed
    assert embed is not None
    return f"{embed.title}\n{embed.description}"


def test_a_calibration_says_whose_it_is_and_what_is_left_out() -> None:
    assert described(shown()).startswith("Calibration: yours\nOnly 1 forecast so far")
    assert "Calibration: Ana\\_B" in described(shown(whose="Ana_B"))
    assert "3 questions of other kinds left out" in described(shown(others=3))


def test_a_picture_names_people_as_they_are_written_and_nobody_by_blank_signs() -> None:
    ten = read([0.8] * 10, [1] * 10)
    plain, unknown = calibration_picture(shown(whose="Ana_B", reading=ten)), "\ue000\ue001"
    there, otherwise = (
        calibration_picture(shown(whose=who, reading=ten)) for who in (unknown, "a member")
    )

    assert plain is not None
    assert there is not None
    assert otherwise is not None
    assert plain.alt.startswith("Calibration: Ana_B, 10 resolved forecasts")
    assert unknown in there.alt
    assert there.png == otherwise.png


def test_the_groups_calibration_says_what_its_forecast_is() -> None:
    said = described(shown(whose="the group", of_group=True, clipped=2))

    assert "one forecast a question, because all share its luck" in said
    assert "0% and 100% count as 0.1% and 99.9%" in said


NOTHING = MemberRecord(None, None, 0)


def profile(*standings: tuple[Metric, BoardRow], **more: object) -> Profile:
    rows = standings or (("edge", ANA),)
    shown = Profile("Ana", 30, 20, 1, rows, Moments(0, ()), "Fine.", (), NOTHING)
    return replace(shown, **more)  # type: ignore[arg-type]


def profile_fields(shown: Profile) -> dict[str, str]:
    embed = profile_details(shown).embed
    assert embed is not None
    fields = {str(field.name): str(field.value) for field in embed.fields}
    return {"": str(embed.description), **fields}


def test_a_profile_shows_what_a_member_did_in_the_circle() -> None:
    circle = MemberRecord(Mean(0.1, (0.02, 0.18), 12), None, 1)

    fields = profile_fields(profile(circle=circle))

    assert str(fields["In the circle"]).startswith(
        "Blind to final **+0.100** on average (90%: +0.020 to +0.180; 12 questions)"
    )
    assert fields["Calibration"] == "Fine."
    assert "**+0.021** Edge over the others (−0.013 to +0.055)" in str(
        fields["Scores over all questions"]
    )


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [
        (0.10, 0.20, "(0.100 to 0.200), better than knowing nothing, which earns 0.250."),
        (0.26, 0.40, "(0.260 to 0.400), worse than knowing nothing, which earns 0.250."),
        (0.20, 0.30, "(0.200 to 0.300), not told apart yet from knowing nothing"),
        (math.nan, math.nan, "A mean Brier score is shown from 10 questions on: 12 so far."),
    ],
)
def test_a_mean_brier_score_is_beside_knowing_nothing_if_more_than_luck_tells_them_apart(
    low: float, high: float, says: str
) -> None:
    brier = BoardRow(None, "Ana", 0.24, low, high, 12)

    assert says in profile_fields(profile(("brier", brier)))[""]


def test_a_profile_tells_no_mean_without_an_interval_and_says_what_it_takes() -> None:
    bare = BoardRow(None, "Ana", 0.123, math.nan, math.nan, 4)

    fields = profile_fields(profile(("edge", ANA), ("brier", bare), ("calibration", bare)))

    assert "0.123" not in str(fields)
    said = fields["Scores over all questions"]
    assert "**+0.021** Edge over the others" in said
    assert said.endswith("*Not sure enough to show yet: Brier score from 10 questions (4 so far).*")


def test_a_profile_has_moments_with_their_intervals_or_how_many_questions_are_missing() -> None:
    mean = MeanInterval(0.2, 0.1, 0.3, 12)
    whole = Moments(12, tuple((moment, mean) for moment in Moment))

    said, waiting, never = (
        profile_fields(profile(moments=one)).get("Mean Brier score by moment", "")
        for one in (whole, Moments(4, ()), Moments(0, ()))
    )

    assert "In the turn: **0.200** (0.100 to 0.300)" in said
    assert "On the same 12 questions" in said
    assert (
        waiting == "Told from 10 questions on that have a forecast at all four moments: 4 so far."
    )
    assert never == ""


def test_a_profile_says_while_scores_are_computed_again() -> None:
    said = profile_fields(profile(rescoring=True, standings=()))[""]

    assert "Scores are being computed again by new rules" in said


@pytest.mark.parametrize(
    ("inside", "says"),
    [
        ([1, 1, 0], "in 2 of 3 (25% to 92%, had chance picked other questions): that fits 80%."),
        ([0] * 9, "the intervals are too narrow."),
        ([1] * 30, "the intervals are wider than they need to be."),
    ],
)
def test_how_often_intervals_of_numbers_held_is_told_with_its_own_interval(
    inside: list[int], says: str
) -> None:
    assert says in described(shown(numbers=read_numbers(inside)))
    assert says in profile_fields(profile(numbers=read_numbers(inside)))["Calibration"]


# What is seen first


def opening(message: Message) -> str:
    """What stands before the picture."""
    assert message.layout is not None
    return str(message.layout.parts[0])


def ranked(name: str, rank: int, ranks: tuple[int, int], questions: int = 12) -> BoardRow:
    return BoardRow(rank, name, 0.1 / rank, 0.0, 0.2, questions, ranks=ranks)


def lead(*rows: BoardRow, **more: object) -> str:
    return opening(leaderboard_card(board(*rows, **{"ranked": len(rows), **more}), None))


CLEAR = (ranked("Ana", 1, (1, 1)), ranked("Ben", 2, (2, 3)), ranked("Cleo", 3, (2, 3)))
OPEN = (ranked("Ana", 1, (1, 2)), ranked("Ben", 2, (1, 3)), ranked("Cleo", 3, (2, 3)))


def test_somebody_leads_only_where_every_rank_but_the_first_is_luck() -> None:
    assert lead(*CLEAR).startswith("**Ana leads**, by more than luck explains.\n-# Edge over")
    assert lead(replace(CLEAR[0], mine=True), *CLEAR[1:]).startswith("**You lead**")
    assert lead(*OPEN).startswith(
        "People differ by more than luck explains, but **who leads is open**: Ana or Ben.\n"
    )


@pytest.mark.parametrize(
    ("rows", "more", "said"),
    [
        (CLEAR, {"too_close": True}, "**Too close to call: luck alone often gives such a table.**"),
        (CLEAR[:2], {}, "Too few to say who leads: it takes three people with a rank, not 2."),
        (
            (replace(CLEAR[0], questions=9), *CLEAR[1:]),
            {},
            "Too early to say who leads: it takes ten questions (9 so far).",
        ),
        ((NEW,), {"ranked": 0}, "Nobody has 5 questions yet; 9 resolved so far."),
        ((), {}, "Nobody can be compared yet."),
        (CLEAR, {"unmoved": True}, "**Nothing to compare yet: nobody has sat in a seat"),
        (CLEAR, {"asked": BoardQuery(page=2)}, "People differ by more than luck explains"),
    ],
)
def test_nobody_is_said_to_lead_by_luck_or_of_too_few(
    rows: tuple[BoardRow, ...], more: dict[str, object], said: str
) -> None:
    if "asked" in more:
        rows = tuple(replace(row, rank=20) for row in rows)
    assert lead(*rows, **more).startswith(said)
    assert "**Ana leads" not in lead(*rows, **more)


def test_many_who_could_be_first_are_not_listed() -> None:
    rows = tuple(ranked(f"M{at}", at, (1, 9)) for at in range(1, 6))

    assert "**who leads is open**.\n" in lead(*rows)


def test_ones_own_place_stands_below_the_picture_in_one_line() -> None:
    def last(mine: BoardRow, page: int = 1) -> str:
        shown = board(*CLEAR, ranked=3, mine=(mine, page))
        message = leaderboard_card(shown, None)
        assert message.layout is not None
        assert message.layout.parts[1] is PICTURE
        return str(message.layout.parts[-1])

    assert last(ANA) == "**+0.021** **You** (−0.013 to +0.055), rank 1–3 of 3"
    assert last(ANA, 4) == "**+0.021** **You** (page 4) (−0.013 to +0.055), rank 1–3 of 3"
    assert last(NEW) == "**You**: 3 more questions to a rank: 2 of 5 so far."


def test_a_board_with_nobody_on_it_has_no_details() -> None:
    assert leaderboard_card(board(), None).items == ()


def test_a_calibration_leads_with_its_sentence_and_under_ten_says_what_a_curve_takes() -> None:
    few, none = calibration_card(shown(), None), calibration_card(shown(reading=None), None)
    enough = shown(reading=read([0.8] * 10, [1] * 8 + [0] * 2), whose="Ana_B", user_id=7)

    assert opening(few) == (
        "Only 1 forecast so far: too few to tell skill from luck. A calibration curve takes 10 "
        "resolved yes-or-no forecasts: 9 more to go.\n-# Calibration: yours"
    )
    assert "curve" not in opening(none)
    said = calibration_card(enough, None)
    assert opening(said).startswith("When Ana\\_B says about 80%, it happens 80% of the time;")
    assert [one.custom_id for one in said.items] == ["calibration_details|k7"]


def test_a_profile_leads_with_the_one_number_that_matters() -> None:
    brier = BoardRow(None, "Ana", 0.15, 0.10, 0.20, 12)

    said = profile_card(profile(("brier", brier), user_id=7), None)
    mine = profile_card(profile(("brier", brier), mine=True), None)

    assert opening(said).splitlines() == [
        (
            "Mean Brier score: **0.150** (0.100 to 0.200), better than knowing nothing, which earns "
            "0.250."
        ),
        "-# Ana: 30 forecasts on 20 questions, 1 not settled yet.",
    ]
    assert "-# You: 30 forecasts" in opening(mine)
    assert [(one.label, one.custom_id) for one in said.items] == [("Details", "profile_details|k7")]
    assert said.items[0].style != SECONDARY


def test_a_profile_without_a_forecast_says_what_to_do_and_nothing_else() -> None:
    nothing = profile(forecasts=0, mine=True, standings=())

    message = profile_card(nothing, None)

    assert opening(message).startswith("You have no forecast yet. `/forecast` records one")
    assert message.items == ()
