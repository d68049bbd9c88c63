"""What the cards of a round say of each seat: three marks, and nobody twice."""

import pytest

from bot.core import keys
from bot.core.keys import Key
from bot.core.unit import Desk
from bot.door.messages import SECONDARY, Message
from bot.registry import CARDS
from bot.rounds import service as rounds_service
from bot.sessions import service as sessions_service
from storage.enums import Presence
from storage.tables import Attendance, Question, QuestionState
from tests.bot.scenes import card, member, open_round, open_turns, record, rows
from tests.conftest import GROUP, Clock, caller

MOST_LINES = 12
MOST_BUTTONS = 5


def drawn(desk: Desk, at: Key) -> Message:
    message = CARDS.render(desk, at, pictures=False)
    assert message is not None
    return message


def fields(desk: Desk, at: Key) -> dict[str, str]:
    """The lists of a card."""
    embed = drawn(desk, at).embed
    assert embed is not None
    return {str(field.name): str(field.value) for field in embed.fields}


def labels(message: Message) -> list[str]:
    return [str(getattr(item, "label", "")) for item in message.items]


def test_a_number_none_yet_and_away_are_three_marks(desk: Desk) -> None:
    number = open_turns(desk)
    record(desk, "Ana", 1, "60")
    rounds_service.done(desk, caller("Ana"))
    rounds_service.done(desk, caller("Ben"))
    sessions_service.leave(desk, caller("Ana"), card(desk, number))

    said = fields(desk, card(desk, number))["The circle"].splitlines()

    assert said == ["🚪 Ana (away) · **60%**", "▫️ Ben (no number yet)", "🎙️ **Cleo**"]


def test_who_was_skipped_and_who_gave_the_seat_up_have_no_number_yet(desk: Desk) -> None:
    number = open_turns(desk)
    rounds_service.skip(desk, caller("Ana"))
    rounds_service.give_way(desk, caller("Ben"))
    record(desk, "Ana", 1, "35")

    said = fields(desk, card(desk, number))["The circle"].splitlines()

    assert said == [
        "✅ Ana (skipped) · **35%** (late)",
        "🎙️ **Cleo**",
        "▫️ Ben (passed, comes at the end)",
    ]


def test_who_is_in_the_circle_and_updates_is_marked_there_and_not_named_again(
    desk: Desk, clock: Clock
) -> None:
    number = open_turns(desk)
    record(desk, "Ana", 1, "60")
    rounds_service.done(desk, caller("Ana"))
    clock.move(10)
    record(desk, "Ana", 1, "65")
    for said in ("20", "25"):
        record(desk, "Dan", 1, said)

    shown = fields(desk, card(desk, number))

    assert "✅ Ana · **65%** (updated)" in shown["The circle"]
    assert shown["Not in the circle"] == "Dan: 25%"


def test_who_has_a_seat_is_not_on_the_call_without_one(desk: Desk) -> None:
    number = open_round(desk)
    with desk.db.write() as tx:
        for name in ("Ana", "Ben"):
            for seated in rows(desk, Attendance):
                if seated.member_id == member(desk, name):
                    tx.get_one(Attendance, seated.id).presence = Presence.OFFERED

    shown = fields(desk, card(desk, number))

    assert not [name for name in shown if name.startswith("On the call")]
    assert list(shown.values()) == ["Ana, Ben, Cleo"]


def test_in_the_blind_phase_ready_is_not_recorded(desk: Desk) -> None:
    number = open_round(desk)
    record(desk, "Ana", 1)
    rounds_service.ready(desk, caller("Ben"), keys.blind(number))

    shown = fields(desk, keys.blind(number))

    assert list(shown) == [
        "✅ Recorded (1)",
        "🆗 Ready without a number (1)",
        "▫️ Still thinking (1)",
    ]
    assert "I'm ready (2 of 3)" in labels(drawn(desk, keys.blind(number)))


def test_in_the_final_phase_who_is_not_ready_still_may_update(desk: Desk) -> None:
    number = open_turns(desk)
    for name in ("Ana", "Ben", "Cleo"):
        rounds_service.done(desk, caller(name))
    rounds_service.ready(desk, caller("Ben"), card(desk, number))

    at = card(desk, number)

    assert list(fields(desk, at)) == ["🆗 Ready (1)", "▫️ Still may update (2)"]
    assert labels(drawn(desk, at)) == [
        "Record forecast",
        "I'm ready (1 of 3)",
        "Go on",
        "More",
    ]


@pytest.mark.parametrize("moment", ["blind", "blind in", "turn", "recorded", "final", "stopped"])
@pytest.mark.parametrize("closed", [False, True])
def test_every_card_of_a_round_leads_with_one_coloured_button_and_little_text(
    desk: Desk, clock: Clock, moment: str, *, closed: bool
) -> None:
    number = open_round(desk) if "blind" in moment else open_turns(desk)
    if moment == "blind in":
        for name in ("Ana", "Ben", "Cleo"):
            record(desk, name, 1)
    if moment == "recorded":
        record(desk, "Ana", 1)
    if moment == "final":
        for name in ("Ana", "Ben", "Cleo"):
            rounds_service.done(desk, caller(name))
    if moment == "stopped":
        clock.move(8 * 3600)
        rounds_service.expire(desk, number, GROUP)
    if closed:
        _close(desk)

    message = drawn(desk, card(desk, number))

    coloured = [item for item in message.items if getattr(item, "style", None) != SECONDARY]
    assert len(coloured) == 1, labels(message)
    assert len(message.items) <= MOST_BUTTONS
    assert message.embed is not None
    text = [*message.content.splitlines(), *str(message.embed.description).splitlines()]
    assert len([line for line in text if line]) <= MOST_LINES


def _close(desk: Desk) -> None:
    with desk.db.write() as tx:
        tx.get_one(Question, 1).state = QuestionState.CLOSED


def test_who_left_after_the_blind_phase_has_recorded_in_it_all_the_same(desk: Desk) -> None:
    number = open_round(desk)
    record(desk, "Ana", 1, "30")
    rounds_service.move_on(desk, caller("Ana"))
    sessions_service.leave(desk, caller("Ana"), card(desk, number))

    embed = drawn(desk, keys.blind(number)).embed

    assert embed is not None
    assert "1 person recorded a blind forecast" in str(embed.description)
