"""What an outcome says to all, what it says to one alone, and whom it calls."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.answers.formats import BINARY
from bot.answers.probabilities import Belief
from bot.core import keys
from bot.core.keys import Key
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.unit import Desk
from bot.door.messages import SECONDARY, Message
from bot.groups import service as groups_service
from bot.groups.service import SettingsChange
from bot.questions import outcomes as questions_outcomes
from bot.questions import own_score
from bot.questions.outcome_cards import details_card, new_outcome_message, resolution_card
from bot.questions.own_score import OwnScore
from bot.questions.read_model import (
    MOST_CALLED,
    NewOutcome,
    Objection,
    ResolutionCard,
    ScoreLine,
    read_new_outcome,
    read_resolution,
)
from storage import outbox
from storage.tables import Effect, Moment, QuestionState
from tests.bot.scenes import bring, effect, play, record
from tests.conftest import CAST, Clock, caller

AT = datetime(2026, 11, 20, tzinfo=UTC)
FIVE = {"Ana": "60", "Ben": "66", "Cleo": "70", "Dan": "80", "Eva": "52"}
MANAGER = {"manages_group": True, "manages_events": True}


def line(name: str, chance: float, *, member: int = 0, headlines: int = 1) -> ScoreLine:
    belief, score = Belief(chance), (1 - chance) ** 2
    counts = (belief,) * headlines
    told = ((Moment.CLOSE, belief, score),)
    return ScoreLine(name, told, score if headlines else None, counts, score, member)


def outcome(*lines: ScoreLine, **more: object) -> ResolutionCard:
    shown = ResolutionCard(
        keys.resolution(1), "Will it rain?", QuestionState.RESOLVED, "yes", AT, "Ana", "", False,
        lines, (), asked=BINARY,
    )  # fmt: skip
    return replace(shown, **more)  # type: ignore[arg-type]


def text(message: Message) -> str:
    assert message.layout is not None
    return "\n".join(message.layout.texts())


def own(shown: ResolutionCard, member: int, *, forecast: bool = True) -> str:
    """What somebody reads first who presses Details."""
    embed = details_card(own_score.place(shown, member, forecast=forecast)).embed
    assert embed is not None
    return str(embed.description)


LINES = tuple(
    line(name, chance, member=at)
    for at, (name, chance) in enumerate(
        (("Dan", 0.8), ("Cleo", 0.7), ("Ben", 0.66), ("Ana", 0.6), ("Eva", 0.52), ("Fay", 0.52)), 1
    )
)


def test_what_happened_comes_first_then_one_line_for_each_person() -> None:
    shown = outcome(line("Dan", 0.8), line("Cleo", 0.7, headlines=2), line("Eva", 0.5, headlines=0))

    message = resolution_card(shown)

    assert text(message).splitlines()[:6] == [
        "### It came out yes",
        "-# Will it rain?",
        "-# Brier scores, best first",
        "**0.040** Dan · 80%",
        "**0.090** Cleo · mean of 2 rounds",
        "0.250 Eva · 50% (no turn)",
    ]
    assert [one.label for one in message.items] == ["Details", "Dispute", "Correct the outcome"]  # type: ignore[union-attr]
    assert [one.label for one in message.items if one.style != SECONDARY] == ["Details"]  # type: ignore[union-attr]


def test_a_corrected_a_void_and_a_reopened_outcome_say_so_first() -> None:
    corrected = text(resolution_card(outcome(*LINES, corrected=True, outcome="no")))
    void = resolution_card(outcome(state=QuestionState.VOID, outcome="void"))
    reopened = resolution_card(outcome(outcome=None))

    assert corrected.startswith("### Corrected: it came out no\n")
    assert text(void).startswith("### Void: nobody is scored\n")
    labels = ["Details", "Dispute", "Correct the outcome"]
    assert [one.label for one in void.items] == labels  # type: ignore[union-attr]
    assert text(reopened).startswith("**Reopened**\n")
    assert [one.label for one in reopened.items] == ["Details"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("member", "said"),
    [
        (1, "You earned **0.040**, better than 5 of 5.\nYou said 80% and it came out yes: on the"),
        (3, "You earned **0.116**, better than 3 of 5.\n"),
        (5, "You earned **0.230**, level with 1 of 5.\n"),
        (4, "You earned **0.160**, better than 2 of 5.\n"),
    ],
)
def test_ones_own_score_comes_first_beside_that_of_the_others(member: int, said: str) -> None:
    assert own(outcome(*LINES), member).startswith(said)


def test_who_is_behind_everybody_is_told_kindly_and_level_scores_are_no_win() -> None:
    last = outcome(*LINES[:3], line("Eva", 0.2, member=4))
    even = outcome(*(line(name, 0.70001 - at / 1e6, member=at) for at, name in enumerate("abcd")))

    assert "You earned **0.640**. The other 3 people came nearer this time.\n" in own(last, 4)
    assert "level with 3 of 3" in own(even, 0)


def test_of_fewer_than_three_people_nobody_is_better() -> None:
    said = own(outcome(*LINES[:2]), 1)

    assert said.startswith("You earned **0.040**.\nYou said 80%")
    assert "better" not in said


def test_who_had_no_turn_or_no_forecast_is_told_why_there_is_no_rank() -> None:
    shown = outcome(*LINES[:3], line("Eva", 0.9, member=5, headlines=0))

    assert own(shown, 5).startswith("You earned **0.010**. Told, not ranked with the others")
    assert own(shown, 9, forecast=False) == "You did not forecast this question."
    assert own(shown, 9).startswith("None of your forecasts counts here")


def test_a_mean_of_rounds_names_no_single_forecast() -> None:
    said = own(outcome(line("Ana", 0.6, member=1, headlines=2), *LINES[:2]), 1)

    assert said.endswith("It is the mean of your 2 rounds.")


@pytest.mark.parametrize("count", [1, 12, 60, 300])
def test_no_outcome_is_too_large_for_discord(count: int) -> None:
    lines = tuple(line("*" * 32, 0.7, member=at) for at in range(count))
    objections = (Objection("*" * 32, "*" * 300),) * 9
    called = tuple(10**18 + at for at in range(min(count, MOST_CALLED)))
    shown = outcome(
        *lines, title="*" * 200, objections=objections, called=called, source="*" * 300,
        outcome="*" * 60, corrected=True, is_new=True,
    )  # fmt: skip

    message = resolution_card(shown)
    details = details_card(OwnScore(shown, lines[0], forecast=True)).embed

    assert len(text(message)) <= 4000
    assert len(message.pings) <= 100
    assert details is not None
    assert len(details) <= 6000
    assert max(len(str(one.value)) for one in details.fields) <= 1024
    assert (
        len(new_outcome_message(NewOutcome(shown.at, "*" * 200, "*" * 60, called, True)).content)
        < 2000
    )


# Whom an outcome calls


def forecast_by(desk: Desk, names: tuple[str, ...]) -> int:
    number = bring(desk)
    for name in names:
        record(desk, name, number, "70")
    return number


def settle(desk: Desk, clock: Clock, outcome: str) -> None:
    clock.move(60)
    questions_outcomes.resolve(desk, caller("Ana"), 1, outcome=outcome)


def shown(desk: Desk) -> ResolutionCard:
    with desk.db.read() as tx:
        found = read_resolution(tx, keys.resolution(1))
    assert found is not None
    return found


def users(*names: str) -> set[int]:
    return {CAST.index(name) + 1 for name in names}


def news(desk: Desk, entered: int) -> tuple[Effect | None, NewOutcome | None]:
    """The message about the outcome that was entered as this one."""
    at: Key = keys.new_outcome(1, entered)
    with desk.db.read() as tx:
        return effect(desk, at), read_new_outcome(tx, at)


def was_posted(desk: Desk) -> None:
    with desk.db.write() as tx:
        posted = outbox.by_key(tx, str(keys.resolution(1)))
        assert posted is not None
        posted.shown, posted.message_id = 1, 77


def test_who_forecast_is_called_by_the_first_post_alone(desk: Desk, clock: Clock) -> None:
    forecast_by(desk, ("Ben", "Cleo"))
    settle(desk, clock, "yes")

    first = shown(desk)
    was_posted(desk)
    later = shown(desk)

    assert set(resolution_card(first).pings) == users("Ben", "Cleo")
    assert resolution_card(later).pings == ()
    assert text(resolution_card(first)) == text(resolution_card(later))
    assert "**Details** tells you your own score." in text(resolution_card(later))


def test_another_outcome_calls_once_more_and_the_same_one_does_not(
    desk: Desk, clock: Clock
) -> None:
    forecast_by(desk, ("Ben", "Cleo"))
    settle(desk, clock, "yes")
    was_posted(desk)

    settle(desk, clock, "yes")
    settle(desk, clock, "no")

    assert news(desk, 2) == (None, None)
    asked_for, told = news(desk, 3)
    assert asked_for is not None
    assert told is not None
    message = new_outcome_message(told)
    assert set(message.pings) == users("Ben", "Cleo")
    assert "“Will it rain in Niamey tomorrow?” came out **no** after all." in message.content
    assert [one.label for one in message.items] == ["Details"]  # type: ignore[union-attr]


def test_news_that_has_been_overtaken_is_not_told(desk: Desk, clock: Clock) -> None:
    forecast_by(desk, ("Ben",))
    settle(desk, clock, "yes")
    was_posted(desk)
    settle(desk, clock, "no")

    settle(desk, clock, "void")

    assert news(desk, 2)[1] is None
    void = news(desk, 3)[1]
    assert void is not None
    assert "Nobody is scored on it any more." in new_outcome_message(void).content
    assert [one.label for one in new_outcome_message(void).items] == ["Details"]  # type: ignore[union-attr]


def test_a_question_that_was_reopened_calls_when_it_is_resolved_again(
    desk: Desk, clock: Clock
) -> None:
    forecast_by(desk, ("Ben",))
    settle(desk, clock, "yes")
    was_posted(desk)
    questions_outcomes.reopen(desk, caller("Ana", **MANAGER), 1)

    settle(desk, clock, "yes")

    assert news(desk, 2)[0] is not None
    assert news(desk, 2)[1] is None
    assert news(desk, 3)[0] is not None


def test_a_reopening_is_told_to_who_forecast_it_once(desk: Desk, clock: Clock) -> None:
    forecast_by(desk, ("Ben", "Cleo"))
    settle(desk, clock, "yes")
    was_posted(desk)

    questions_outcomes.reopen(desk, caller("Ana", **MANAGER), 1)

    told = news(desk, 2)[1]
    assert told is not None
    message = new_outcome_message(told)
    assert set(message.pings) == users("Ben", "Cleo")
    assert "has been reopened: its outcome was taken back. 2 people's scores changed." in (
        message.content
    )
    assert "2 people's scores changed." in text(resolution_card(shown(desk)))


def test_a_group_that_wants_nobody_called_has_nobody_called(desk: Desk, clock: Clock) -> None:
    forecast_by(desk, ("Ben",))
    change = SettingsChange(call_forecasters=False)
    groups_service.change(desk, caller("Ana", **MANAGER), change)
    settle(desk, clock, "yes")
    was_posted(desk)
    settle(desk, clock, "no")

    assert shown(desk).called == ()
    assert news(desk, 2) == (None, None)


def test_switching_the_calls_on_later_changes_no_card_that_is_there(
    desk: Desk, clock: Clock
) -> None:
    forecast_by(desk, ("Ben",))
    who = caller("Ana", **MANAGER)
    groups_service.change(desk, who, SettingsChange(call_forecasters=False))
    settle(desk, clock, "yes")
    before = text(resolution_card(shown(desk)))

    groups_service.change(desk, caller("Ana", **MANAGER), SettingsChange(call_forecasters=True))

    assert text(resolution_card(shown(desk))) == before


# What one member asks for


def test_details_are_of_the_member_who_asks(desk: Desk, clock: Clock) -> None:
    play(desk, clock, {name: (said, said, said) for name, said in FIVE.items()})
    settle(desk, clock, "yes")

    bens = own_score.show(desk, caller("Ben"), 1)
    guest = own_score.show(desk, caller("Guest"), 1)

    assert bens.line is not None
    assert (bens.line.name, bens.better, bens.others) == ("Ben", 2, 4)
    assert (guest.line, guest.forecast) == (None, False)


def test_before_an_outcome_and_in_another_group_there_are_no_scores(
    desk: Desk, clock: Clock
) -> None:
    forecast_by(desk, ("Ben",))

    with pytest.raises(StaleRefusal, match="never had an outcome"):
        own_score.show(desk, caller("Ben"), 1)
    settle(desk, clock, "yes")
    with pytest.raises(Refusal, match="not in this group"):
        own_score.show(desk, caller("Ben", group_id=901, group_name="Owls"), 1)
