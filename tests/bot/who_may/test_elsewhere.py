"""Ids that are somebody else's, overtaken or made up, and direct messages: refused, kindly."""

from contextlib import suppress
from typing import Any

import pytest

from bot.core import keys
from bot.core.keys import Key
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.unit import Desk
from bot.door.custom_ids import CustomId
from bot.registry import ACTIONS
from bot.who_may import PARTS, SESSION, Deed, State
from storage.enums import CardKind
from tests.bot.scenes import RAIN, SNOW, snapshot
from tests.bot.who_may import uses
from tests.bot.who_may.doors import command_named, press, type_command
from tests.bot.who_may.scenes import MANAGER, Place, session
from tests.bot.who_may.test_table import command_names
from tests.conftest import Clock, caller

# A manager of another server, who has seen the numbers of this one.
STRANGER: dict[str, Any] = {
    "group_id": 901,
    "group_name": "Owls",
    "channel_id": 911,
    **MANAGER,
}
WITH_IDS = {
    "session edit": {"session": "1", "title": "Ours now"},
    "session cancel": {"session": "1"},
    "session show": {"session": "1"},
    "session share": {"session": "1"},
    "session start": {"session": "1"},
    "session next": {"question": "1"},
    "session change-question": {"question": "1"},
    "question show": {"question": "1"},
    "question edit": {"question": "1"},
    "question withdraw": {"question": "1"},
    "question resolve": {"question": "1", "outcome": "yes"},
    "question dispute": {"question": "1", "reason": "It did not."},
    "question reopen": {"question": "1"},
    "forecast": {"question": "1", "probability": "70"},
    "history": {"question": "1"},
}
# What works without a group: for one person alone.
ALONE = {
    *("/practice", "practise", "type_practice", "practise_typed", "know_practice"),
    *("another_practice", "practice_so_far"),
}
# Says a thing to the one who pressed, and reads and changes nothing.
NEITHER = {"leave", "keep"}


def test_every_command_that_takes_a_question_or_a_session_is_tried_here() -> None:
    taking = {
        name
        for name in command_names()
        if {"question", "session"}
        & {one.name for one in getattr(command_named(name), "parameters", ())}
    }

    assert taking == set(WITH_IDS)


@pytest.mark.parametrize("name", sorted(WITH_IDS))
async def test_a_command_finds_nothing_of_another_group(
    desk: Desk, clock: Clock, name: str
) -> None:
    session(desk, clock, State.PLANNED)
    before = snapshot(desk)

    with pytest.raises(Refusal) as refused:
        await type_command(desk, caller("Guest", **STRANGER), name, **WITH_IDS[name])

    assert not any(one in str(refused.value) for one in (RAIN, SNOW, "Ana"))
    assert snapshot(desk) == before


@pytest.mark.parametrize("state", [State.LOBBY, State.LATER_TURN, State.FINAL], ids=str)
async def test_who_leads_acts_on_no_other_round_turn_or_lobby_than_there_is(
    desk: Desk, clock: Clock, state: State
) -> None:
    place = session(desk, clock, state)
    before = snapshot(desk)
    stale = {
        CardKind.LOBBY: [keys.lobby(1, 7), keys.lobby(99, 1), keys.question(1)],
        CardKind.TURN: [keys.turn(1, 1), keys.turn(1, 7), keys.turn(99, 2)],
        CardKind.FINAL: [keys.final(99, 3), keys.blind(1)],
    }[place.current or CardKind.LOBBY]
    # A forecast is recorded, whatever phase has come by now, and a look changes nothing.
    # Of the session as a whole are its seats and its end.
    besides = {"record", "recorded", "more_round", "leave", "round_details"}
    besides |= {"join", "leave_now", "end_session"}
    names = {name for deed in SESSION.deeds for name in deed.buttons} - besides

    acted = []
    for name in sorted(names):
        for at in (one for one in stale if one.kind in ACTIONS[name].kinds):
            with suppress(Refusal):
                await press(desk, caller("Ben", **MANAGER), name, at, ("1",))
                acted.append((name, str(at)))

    assert acted == []
    assert snapshot(desk) == before


@pytest.mark.parametrize(
    "custom_id",
    [
        *("", "|", "join", "join|", "join|l", "join|l1.x", "JOIN|l1.1", "join|l-1.1", "join|l1.1 "),
        *("join|l1.1.1.1.1", "join|?1", "join|l99999999999999999999", "join=l1.1|l1.1", "a" * 200),
        *("join|l1.1\n", "join|l١.١", "submitted|q0; DROP TABLE questions"),
    ],
)
def test_a_made_up_custom_id_is_none_of_ours(custom_id: str) -> None:
    assert CustomId.find(custom_id) is None
    with pytest.raises(StaleRefusal, match="Nothing happened"):
        CustomId.parse(custom_id)


async def test_in_a_direct_message_all_but_practice_says_that_it_belongs_into_a_server(
    desk: Desk, clock: Clock
) -> None:
    place = session(desk, clock, State.LOBBY)
    before = snapshot(desk)

    said = {
        f"{deed.says}: {door}": await in_a_direct_message(desk, deed, door, place)
        for part in PARTS
        for deed in part.deeds
        for door in set(deed.doors) - ALONE - NEITHER
    }

    assert {one: text for one, text in said.items() if "where the group is" not in text} == {}
    assert snapshot(desk) == before


async def in_a_direct_message(desk: Desk, deed: Deed, door: str, place: Place) -> str:
    """What is said to somebody who tries it there."""
    how = uses.use_of(deed, door)
    try:
        if door.startswith("/"):
            await type_command(desk, None, door[1:], **how.options(place))
        else:
            at, chosen = Key(min(ACTIONS[door].kinds), 1, (1,)), how.values(place)
            await press(desk, None, door, at, chosen, how.fields(place))
    except Refusal as refusal:
        return str(refusal)
    return "nothing"
