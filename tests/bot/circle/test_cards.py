"""The group's view in words: careful verdicts, intervals, and nothing that outgrows Discord."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.circle.averages import LATER, OPENING, Comparison, Mean, Weight
from bot.circle.cards import circle_card, circle_details, record_lines
from bot.circle.read_model import MemberRecord
from bot.circle.service import Fairness, Follower, GroupCircle, RoundGain, Seating, Trust
from bot.circle.worth import AGGREGATES, MEMBERS

AT = datetime(2026, 11, 20, tzinfo=UTC)
LONGEST_NAME = "*" * 32


def mean(value: float, low: float, high: float, questions: int = 20) -> Mean:
    return Mean(value, (low, high), questions)


def trust(found: Comparison | None, questions: int = 40) -> Trust:
    rows = ((name, mean(0.2, 0.1, 0.3, questions)) for name in (*AGGREGATES, MEMBERS))
    return Trust(tuple(rows), found)


def early_trust(questions: int) -> Trust:
    rows = ((name, Mean(0.2, None, questions)) for name in (*AGGREGATES, MEMBERS))
    return Trust(tuple(rows), Comparison(questions, "mean", ()))


VIEW = GroupCircle(
    rounds=40,
    other_rounds=0,
    resolved=40,
    gain=mean(0.04, 0.01, 0.07),
    gains=(RoundGain(AT, 0.06), RoundGain(AT, -0.02), RoundGain(AT, 0.0)),
    trust=trust(Comparison(40, "median", ())),
    fairness=Fairness(20, (Seating("Ana", 9, 10.0), Seating("Ben", 11, 10.0)), None),
    followers=(
        Follower("Ana", 0.05, (-0.1, 0.2), 20),
        Follower("Ben", 0.9, (0.2, 1.6), 5),
    ),
    quiet=(("Cleo", 1), ("Dan", 4)),
    spread_left=0.6,
    spread_rounds=12,
)


def field(view: GroupCircle, name: str) -> str:
    embed = circle_details(view).embed
    assert embed is not None
    return next(str(one.value) for one in embed.fields if one.name == name)


@pytest.mark.parametrize(
    ("gain", "verdict"),
    [
        (mean(0.04, 0.01, 0.07), "**Yes**, and it is hardly luck."),
        (mean(0.04, -0.01, 0.07), "Too close to call: it may be luck."),
        (mean(-0.04, -0.07, 0.01), "Too close to call: it may be luck."),
        (mean(-0.04, -0.07, -0.01), "**No**: so far it made us worse"),
    ],
)
def test_it_is_said_how_sure_the_gain_is(gain: Mean, verdict: str) -> None:
    said = field(replace(VIEW, gain=gain), "Does the circle help us?")

    assert said.startswith(verdict)
    assert "nearer to what happened in 1 of 3 rounds, and went away from it in 1." in said
    assert "on average (90%: " in said


def test_a_gain_without_an_interval_is_not_shown() -> None:
    view = replace(VIEW, gain=Mean(0.04, None, 9))

    said = field(view, "Does the circle help us?")

    assert "both blind and at the end (9 so far)." in said
    assert "0.040" not in said


def test_rounds_without_three_people_to_compare_give_no_gain() -> None:
    said = field(replace(VIEW, gain=None, gains=()), "Does the circle help us?")

    assert "In no resolved round did three people forecast both blind and at the end" in said


ALL_BEHIND = (MEMBERS, *(name for name in AGGREGATES if name != "median"))


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (Comparison(40, "median", ALL_BEHIND, 7), "The **median**: all others are behind by more"),
        (Comparison(40, "median", ()), "Too close to call: luck alone often gives such"),
        (Comparison(40, "median", ("mean",)), "Behind the **median** by more than luck explains: "),
        (Comparison(29, "median", ()), "Too early to say: it takes 30 questions (29 so far)."),
    ],
)
def test_which_number_to_trust_is_said_by_the_joint_comparison_alone(
    found: Comparison, verdict: str
) -> None:
    said = field(replace(VIEW, trust=trust(found)), "Which number should we trust?")

    assert said.startswith(verdict)
    assert "**0.200** (0.100 to 0.300) the members on average" in said


def test_no_way_to_have_one_number_is_shown_without_an_interval_or_sorted_as_a_ranking() -> None:
    early = field(replace(VIEW, trust=early_trust(9)), "Which number should we trust?")
    later = field(VIEW, "Which number should we trust?")

    assert "from ten questions on (9 so far)" in early
    assert "0.200" not in early
    assert [later.index(f") {name}\n") for name in AGGREGATES] == sorted(
        later.index(f") {name}\n") for name in AGGREGATES
    )


@pytest.mark.parametrize(
    ("seats", "verdict"),
    [
        (None, "Too early to say: it takes 30 resolved questions (0 so far)."),
        (Comparison(29, LATER, ()), "Too early to say: it takes 30 resolved questions (29 so far)"),
        (Comparison(31, LATER, ()), "No seat has it better, as far as 31 questions can tell."),
        (
            Comparison(31, OPENING, (LATER,)),
            "Turns in the opening seat were better, beside the group's number just before them, than",
        ),
    ],
)
def test_fairness_is_said_by_the_joint_comparison_alone(
    seats: Comparison | None, verdict: str
) -> None:
    found = Fairness(31, (Seating("Ana", 1, 2.0),), seats)

    said = field(replace(VIEW, fairness=found), "Is the order fair?")

    assert said.startswith(verdict)
    assert "of two or more: Ana 1 (2.0 each would be even). `/session start`" in said


def test_following_is_told_in_kind_words_with_how_sure_they_are() -> None:
    said = field(VIEW, "Who moves towards the others?")

    assert "Ana keeps to their own view: 5% (90%: −10% to 20%; 20 turns)" in said
    assert "Ben follows the group: 90% (90%: 20% to 160%; 5 turns)" in said
    assert "It takes five turns after others. So far: Cleo 1, Dan 4." in said
    assert "60% of our blind differences are left at the end (12 rounds of three" in said
    assert "Neither is better, and a second thought that differs from the first looks like" in said


def test_nobody_is_said_to_follow_before_five_turns() -> None:
    said = field(replace(VIEW, followers=()), "Who moves towards the others?")

    assert said.startswith("It takes five turns after others. So far: Cleo 1, Dan 4.")
    assert "How far a turn goes" not in said


def test_rounds_on_other_kinds_alone_are_declined_kindly() -> None:
    view = GroupCircle(0, 3, 0, None, (), None, None, (), (), None, 0)

    message = circle_card(view, None)

    assert message.layout is not None
    assert (
        "yes/no questions only, and all that went around here were of other kinds (3 rounds)"
        in message.layout.texts()[0]
    )
    assert message.items == ()


@pytest.mark.parametrize("count", [2, 8, 9, 30, 200])
def test_no_group_is_too_large_for_discord(count: int) -> None:
    view = replace(
        VIEW,
        other_rounds=1,
        trust=trust(Comparison(40, "median", ALL_BEHIND[1:])),
        fairness=Fairness(
            40,
            tuple(Seating(LONGEST_NAME, at, at / 7) for at in range(count)),
            Comparison(40, OPENING, (LATER,)),
        ),
        followers=tuple(Follower(LONGEST_NAME, 0.3, (0.2, 0.4), 1000) for _ in range(count)),
        quiet=((LONGEST_NAME, 4),) * count,
        openers=(LONGEST_NAME,) * count,
        alike=(LONGEST_NAME,) * count,
    )

    whole = circle_details(view).embed

    assert whole is not None
    assert len(whole.fields) == 4
    assert max(len(str(one.value)) for one in whole.fields) <= 1024
    assert len(whole) <= 6000


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "Yes, and it is hardly luck."),
        ({"gain": Mean(0.04, None, 9)}, "Too early to say: it takes ten questions on which three"),
        ({"gain": None, "gains": ()}, "In no resolved round did three people forecast both"),
        ({"gain": None, "resolved": 0}, "That shows when a question of ours is resolved with"),
    ],
)
def test_the_circle_leads_with_whether_it_helps(more: dict[str, object], said: str) -> None:
    message = circle_card(replace(VIEW, **more), None)  # type: ignore[arg-type]

    assert message.layout is not None
    first = message.layout.texts()[0].replace("**", "")
    assert first.startswith(f"Does going around help us? {said}")
    assert "\n-# 40 rounds closed on yes/no questions" in first
    assert [(one.label, one.custom_id) for one in message.items] == [  # type: ignore[union-attr]
        ("Details", "circle_details|k0")
    ]


def test_a_profile_says_with_an_interval_what_the_circle_did_for_somebody() -> None:
    record = MemberRecord(mean(0.031, -0.01, 0.07, 12), Weight(1, 0.5, (0.2, 0.8), 7), 7)

    own, listening = record_lines(record)

    assert own.startswith(
        "Blind to final **+0.031** on average (90%: −0.010 to +0.070; 12 questions)"
    )
    assert listening.startswith(
        "While others speak: **meets the group halfway**, 50% of the way from the blind forecast "
        "to what was said before (90%: 20% to 80%; 7 turns)."
    )
    assert "a second thought that differs from the first looks like following" in listening


def test_a_profile_of_a_young_member_says_what_is_missing_and_no_number() -> None:
    record = MemberRecord(Mean(0.2, None, 3), Weight(1, 0.5, None, 1), 1)

    assert record_lines(record) == (
        "Blind to final is told from ten resolved questions on (3 so far).",
        "Listening is told from five turns after others on (1 so far).",
    )
    assert record_lines(MemberRecord(None, None, 0)) == ()
