"""A question that closes while a round is on it: cards and presses tell what still helps."""

import pytest

from bot.core import keys
from bot.core.keys import Key
from bot.core.refusals import NotAllowedRefusal, Refusal
from bot.core.unit import Desk
from bot.door.messages import Message
from bot.questions import outcomes as questions_outcomes
from bot.questions import service as questions_service
from bot.registry import CARDS
from bot.rounds import service as rounds_service
from bot.sessions import service as sessions_service
from storage.tables import Phase, Round
from tests.bot.scenes import (
    RAIN,
    bring,
    card,
    effect,
    finish,
    open_round,
    open_turns,
    phase,
    record,
    row,
    rows,
    running,
    speaker,
    wanted,
    wrote,
)
from tests.conftest import GROUP, Clock, caller

HOUR = 3600
CLOSED = "The question has closed"


def shown(desk: Desk, at: Key) -> tuple[str, list[str]]:
    """What a card says as it is drawn now, and what can be pressed on it."""
    message = CARDS.render(desk, at, pictures=False)
    assert message is not None
    return text_of(message), [str(getattr(item, "label", "")) for item in message.items]


def text_of(message: Message) -> str:
    embed = message.embed
    fields = [str(field.value) for field in embed.fields] if embed else []
    footer = str(embed.footer.text or "") if embed else ""
    parts = message.layout.texts() if message.layout else []
    described = str(embed and embed.description)
    return "\n".join([message.content or "", described, *fields, footer, *parts])


def closing_in(desk: Desk, minutes: int) -> None:
    bring(desk, closes=f"in {minutes} minutes")


def stopped(desk: Desk, clock: Clock) -> tuple[int, Key]:
    """A round that was stopped after a night away, in which its question closed."""
    closing_in(desk, 60)
    number = open_turns(desk)
    clock.move(8 * HOUR)
    rounds_service.expire(desk, number, GROUP)
    return number, card(desk, number)


def test_after_a_night_in_which_the_question_closed_the_card_says_so_and_offers_no_resume(
    desk: Desk, clock: Clock
) -> None:
    _, at = stopped(desk, clock)

    said, labels = shown(desk, at)

    assert CLOSED in said
    assert "Resume" not in said
    assert "Record forecast" not in said
    assert labels[:2] == ["Next round", "End the session"]
    assert not {"Resume", "Record forecast"} & set(labels)


def test_resume_on_a_card_from_before_the_close_is_refused_and_says_what_helps(
    desk: Desk, clock: Clock
) -> None:
    number, at = stopped(desk, clock)

    for press in (at, None):
        with pytest.raises(Refusal, match=r"closed.*Next round.*End the session"):
            rounds_service.resume(desk, caller("Ben"), press)

    assert speaker(desk, number) is None
    assert row(desk, Round, number).stopped_at is not None


def test_next_round_closes_a_round_on_a_closed_question_and_opens_the_lobby(
    desk: Desk, clock: Clock
) -> None:
    number, at = stopped(desk, clock)
    asked = effect(desk, at)

    with pytest.raises(NotAllowedRefusal):
        sessions_service.next_round(desk, caller("Ben"), at)
    lobby = sessions_service.next_round(desk, caller("Ana"), at)

    assert phase(desk, number) == Phase.CLOSED
    assert effect(desk, keys.summary(number)) is None
    assert effect(desk, lobby) is not None
    assert asked is not None
    assert CARDS.render(desk, at) is None


def test_next_round_without_a_card_closes_it_too_but_never_one_on_an_open_question(
    desk: Desk, clock: Clock
) -> None:
    closing_in(desk, 60)
    number = open_turns(desk)

    with pytest.raises(Refusal, match="A round is running"):
        sessions_service.next_round(desk, caller("Ana"))
    clock.move(HOUR)
    rounds_service.expire(desk, number, GROUP)
    sessions_service.next_round(desk, caller("Ana"))

    assert phase(desk, number) == Phase.CLOSED


def test_a_question_whose_close_was_moved_on_can_be_resumed(desk: Desk, clock: Clock) -> None:
    number, at = stopped(desk, clock)
    questions_service.close_due(desk, 1, GROUP)
    before = wanted(desk, at)

    questions_service.edit(desk, caller("Ana"), 1, wrote(RAIN, closes="in 3 hours"))

    assert wanted(desk, at) == before + 1
    assert "Resume" in shown(desk, at)[1]
    rounds_service.resume(desk, caller("Ben"), at)
    assert speaker(desk, number) == "Ben"


def test_a_turn_goes_on_when_its_question_closes_and_its_card_asks_for_no_forecast(
    desk: Desk, clock: Clock
) -> None:
    closing_in(desk, 5)
    number = open_turns(desk)
    at = card(desk, number)
    before = wanted(desk, at)
    clock.move(300)

    questions_service.close_due(desk, 1, GROUP)

    said, labels = shown(desk, at)
    assert wanted(desk, at) == before + 1
    assert speaker(desk, number) == "Ana"
    assert CLOSED in said
    assert "Record forecast" not in said
    assert "Record forecast" not in labels
    assert {"Done", "Next round", "End the session"} <= set(labels)
    with pytest.raises(Refusal, match="closed"):
        record(desk, "Ana", 1)


def test_a_cue_asks_for_no_forecast_that_cannot_be_recorded(desk: Desk, clock: Clock) -> None:
    closing_in(desk, 5)
    number = open_turns(desk)
    clock.move(600)
    rounds_service.expire(desk, number, GROUP)

    said, _ = shown(desk, keys.cue(number, 1, 0, 0))

    assert "forecast" not in said
    assert "Done" in said


@pytest.mark.parametrize("last", [False, True])
def test_the_blind_and_the_final_card_ask_for_no_forecast_either(
    desk: Desk, clock: Clock, *, last: bool
) -> None:
    closing_in(desk, 2)
    number = open_turns(desk) if last else open_round(desk)
    for name in ("Ana", "Ben", "Cleo") if last else ():
        rounds_service.done(desk, caller(name))
    clock.move(120)

    said, labels = shown(desk, card(desk, number))

    assert CLOSED in said
    assert "Record forecast" not in said
    assert "Record forecast" not in labels
    assert {"Go on", "Next round", "End the session"} <= set(labels)


def test_a_summary_offers_a_forecast_until_the_question_closes_and_not_after(
    desk: Desk, clock: Clock
) -> None:
    closing_in(desk, 60)
    number = finish(desk)
    at = keys.summary(number)
    before, wanted_before = shown(desk, at), wanted(desk, at)
    clock.move(HOUR)

    questions_service.close_due(desk, 1, GROUP)

    said, labels = shown(desk, at)
    assert "You can update" in before[0]
    assert "Forecast" in before[1]
    assert wanted(desk, at) == wanted_before + 1
    assert CLOSED in said
    assert "You can update" not in said
    assert labels == ["Details", "Next round", "End the session"]


def test_every_round_that_took_the_question_offers_no_forecast_after_its_close(
    desk: Desk, clock: Clock
) -> None:
    closing_in(desk, 60)
    first = finish(desk)
    sessions_service.end(desk, caller("Ana"))
    second = finish(desk)
    before = [wanted(desk, keys.summary(number)) for number in (first, second)]
    clock.move(HOUR)

    questions_service.close_due(desk, 1, GROUP)

    after = [wanted(desk, keys.summary(number)) for number in (first, second)]
    assert after == [one + 1 for one in before]


def test_a_settled_question_takes_no_forecast_on_its_rounds_cards_until_it_is_reopened(
    desk: Desk,
) -> None:
    bring(desk)
    number = finish(desk)
    at = keys.summary(number)

    questions_outcomes.resolve(desk, caller("Ana"), 1, outcome="yes")
    settled, asked = shown(desk, at), wanted(desk, at)
    questions_outcomes.reopen(desk, caller("Ana", manages_events=True), 1)

    assert "Forecast" not in settled[1]
    assert "You can update" not in settled[0]
    assert wanted(desk, at) == asked + 1
    assert "Forecast" in shown(desk, at)[1]


def test_the_lobby_that_follows_holds_no_closed_question(desk: Desk, clock: Clock) -> None:
    _, at = stopped(desk, clock)
    bring(desk, "Will it snow in Oslo this year?")

    lobby = sessions_service.next_round(desk, caller("Ana"), at)
    sessions_service.start_round(desk, caller("Ana"), lobby)

    assert row(desk, Round, running(desk, lobby.id)).question_id == 2
    assert len(rows(desk, Round)) == 2
