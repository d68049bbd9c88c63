"""Whom a lobby calls, and where the host sits when it opens."""

from dataclasses import replace

import pytest

from bot.core import keys
from bot.core.keys import Key
from bot.core.refusals import NotAllowedRefusal
from bot.core.unit import Desk, Person
from bot.door.messages import Message
from bot.registry import CARDS
from bot.schedule import service as schedule_service
from bot.schedule.rules import MOST_PINGS
from bot.schedule.service import Plan
from bot.sessions import cards as sessions_cards
from bot.sessions import hosting
from bot.sessions import service as sessions_service
from bot.sessions.read_model import read_lobby
from bot.sessions.service import Call, StartOptions
from storage import outbox
from storage.tables import Answer, Meetup
from tests.bot.saved_scenes import scene
from tests.bot.scenes import bring, effect, group, open_lobby, people, row
from tests.conftest import GROUP, START, caller

VOICE = 950
MANAGER = {"manages_group": True}
SITS = Call(VOICE, (Person(1, "Ana"), Person(4, "Dan")), is_set=False)


@pytest.fixture
@scene
def planned(desk: Desk) -> Key:
    """A session for which Ana, Ben and Cleo are going, Dan perhaps, and Eva not."""
    at = schedule_service.schedule(desk, caller("Ana"), Plan("in 48 hours")).key
    said = {"Ben": Answer.GOING, "Cleo": Answer.GOING, "Dan": Answer.MAYBE, "Eva": Answer.NO}
    for name, answer in said.items():
        schedule_service.rsvp(desk, caller(name), at, answer)
    return at


def drawn(desk: Desk, at: Key) -> Message:
    message = CARDS.render(desk, at)
    assert message is not None
    return message


def post(desk: Desk, at: Key) -> None:
    """The card is on the screen, in its newest version."""
    found = effect(desk, at)
    assert found is not None
    assert found.id is not None
    with desk.db.write() as tx:
        outbox.confirm(tx, found.id, version=found.wanted, message_id=77)


# The mention


def test_the_lobby_calls_those_who_are_going_and_not_there_yet(desk: Desk, planned: Key) -> None:
    lobby = sessions_service.start_announced(desk, caller("Ana"), planned)

    message = drawn(desk, lobby)

    assert message.pings == (2, 3)
    assert message.content == "<@2> <@3>, we are starting: press **Join** when you are there."


def test_who_has_come_or_is_on_the_call_is_not_called(desk: Desk, planned: Key) -> None:
    call = Call(VOICE, (Person(2, "Ben"),), is_set=False)
    lobby = sessions_service.start_announced(desk, caller("Ana"), planned, call)

    assert drawn(desk, lobby).pings == (3,)


def test_a_lobby_that_was_posted_once_mentions_nobody_again(desk: Desk, planned: Key) -> None:
    lobby = sessions_service.start_announced(desk, caller("Ana"), planned)
    post(desk, lobby)

    message = drawn(desk, lobby)

    assert message.pings == ()
    assert message.content.startswith("<@2> <@3>,")  # it still says who is missing


def test_once_all_are_there_the_lobby_calls_nobody(desk: Desk, planned: Key) -> None:
    lobby = sessions_service.start_announced(desk, caller("Ana"), planned)
    for name in ("Ben", "Cleo"):
        sessions_service.join(desk, caller(name), lobby)

    assert (drawn(desk, lobby).content, drawn(desk, lobby).pings) == ("", ())


def test_who_came_and_left_is_not_called(desk: Desk, planned: Key) -> None:
    lobby = sessions_service.start_announced(desk, caller("Ana"), planned)
    sessions_service.join(desk, caller("Ben"), lobby)
    sessions_service.leave(desk, caller("Ben"), lobby)

    assert drawn(desk, lobby).pings == (3,)


def test_who_only_waits_for_a_place_is_not_called(desk: Desk) -> None:
    at = schedule_service.schedule(desk, caller("Ana"), Plan("in 48 hours", size=2)).key
    for name in ("Ben", "Cleo"):
        schedule_service.rsvp(desk, caller(name), at, Answer.GOING)

    lobby = sessions_service.start_announced(desk, caller("Ana"), at)

    assert drawn(desk, lobby).pings == (2,)


def test_the_lobby_of_the_second_round_calls_nobody(desk: Desk, planned: Key) -> None:
    bring(desk)
    bring(desk, "Will it snow?")
    first = sessions_service.start_announced(desk, caller("Ana"), planned)
    sessions_service.start_round(desk, caller("Ana"), first)
    sessions_service.leave(desk, caller("Ana"))
    sessions_service.join(desk, caller("Ana"))

    second = sessions_service.next_round(desk, caller("Ana"))

    assert second == keys.lobby(planned.id, 2)
    assert drawn(desk, second).content == ""


def test_a_session_that_nobody_planned_calls_nobody(desk: Desk) -> None:
    lobby = open_lobby(desk)

    assert (drawn(desk, lobby).content, drawn(desk, lobby).pings) == ("", ())


def test_however_many_are_going_the_call_fits_in_one_message(desk: Desk, planned: Key) -> None:
    lobby = sessions_service.start_announced(desk, caller("Ana"), planned)
    with desk.db.read() as tx:
        shown = read_lobby(tx, lobby, START)
    assert shown is not None
    crowd = tuple(range(10**18, 10**18 + 200))

    message = sessions_cards.lobby_card(replace(shown, awaited=crowd))

    assert len(message.content) <= 2000
    assert len(message.pings) == MOST_PINGS
    assert f"and {200 - MOST_PINGS} more" in message.content


# The voice channel


def test_where_no_voice_channel_is_set_the_hosts_is_taken(desk: Desk) -> None:
    lobby = sessions_service.start(desk, caller("Ana"), StartOptions(), SITS)

    hosting.arrive_on_call(desk, GROUP, VOICE, Person(5, "Eva"))

    assert row(desk, Meetup, lobby.id).voice_channel_id == VOICE
    assert read_names(desk, lobby) == ("Ana", "Dan", "Eva")


def read_names(desk: Desk, lobby: Key) -> tuple[str, ...]:
    with desk.db.read() as tx:
        shown = read_lobby(tx, lobby, START)
    assert shown is not None
    assert set(shown.circle) <= set(people(desk).values())
    return shown.circle


def test_a_voice_channel_that_the_plan_names_stays(desk: Desk) -> None:
    at = schedule_service.schedule(
        desk, caller("Ana"), Plan("in 48 hours", voice_channel_id=951)
    ).key

    sessions_service.start_announced(desk, caller("Ana"), at, Call(951))

    assert row(desk, Meetup, at.id).voice_channel_id == 951


def test_a_manager_is_offered_the_taken_channel_as_the_groups(desk: Desk) -> None:
    host = caller("Ana", **MANAGER)
    lobby = sessions_service.start(desk, host, StartOptions(), SITS)
    begun = sessions_service.begun(desk, host, lobby, SITS)

    kept = sessions_service.keep_voice(desk, caller("Ana", **MANAGER), lobby)

    assert begun.voice_offer == VOICE
    assert kept == VOICE
    assert group(desk).voice_channel_id == VOICE


@pytest.mark.parametrize(
    ("host", "call"), [({}, SITS), (MANAGER, Call(VOICE)), (MANAGER, Call(None, is_set=False))]
)
def test_nobody_else_is_offered_anything(desk: Desk, host: dict[str, bool], call: Call) -> None:
    lobby = sessions_service.start(desk, caller("Ana", **host), StartOptions(), call)

    assert sessions_service.begun(desk, caller("Ana", **host), lobby, call).voice_offer is None


def test_only_a_manager_makes_it_the_groups(desk: Desk) -> None:
    lobby = sessions_service.start(desk, caller("Ana"), StartOptions(), SITS)

    with pytest.raises(NotAllowedRefusal, match="Manage Server"):
        sessions_service.keep_voice(desk, caller("Ana"), lobby)

    assert group(desk).voice_channel_id is None
