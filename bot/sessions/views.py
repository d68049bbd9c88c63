"""Buttons and selects of a live session."""

from bot.core import keys
from bot.core.keys import Key
from bot.core.refusals import StaleRefusal
from bot.door.interactions import Door
from bot.door.parts import Action
from bot.sessions import cards as sessions_cards
from bot.sessions import private_cards
from bot.sessions import service as sessions_service
from bot.sessions.voice import call_of
from storage.enums import CardKind


async def start(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Start the session of an announcement."""
    door.require_posting()
    call = call_of(door.interaction, await door.do(sessions_service.voice_channel_of, at))
    lobby = await door.change(at, sessions_service.start_announced, at, call)
    begun = await door.do(sessions_service.begun, lobby, call)
    if begun.voice_offer is not None:
        await door.whisper(message=sessions_cards.voice_offer(begun))


async def keep_voice(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Make the session's voice channel the group's."""
    kept = await door.do(sessions_service.keep_voice, at)
    await door.replace(sessions_cards.voice_kept(kept))


async def join(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Take a seat."""
    if not await door.act(at, "You are in the circle.", sessions_service.join, at):
        await door.reply(sessions_cards.joined(seated=False))


async def leave(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Ask the member whether to give up the seat; in a lobby, where nothing is lost, do it."""
    if at.kind == CardKind.LOBBY:
        await door.change(at, sessions_service.leave, at)
        return
    await door.reply(message=private_cards.leave_message(at))


async def leave_now(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Give up the seat."""
    await door.do(sessions_service.leave, at)
    await door.reply(message=private_cards.left_message(at))


async def vote(door: Door, at: Key, values: tuple[str, ...]) -> None:
    """Vote for a question of the lobby, or look at more of them in private."""
    chosen = _chosen(values)
    if chosen == sessions_cards.MORE:
        await _look(door, keys.lobby_page(at, 1))
    else:
        await door.change(at, sessions_service.vote, at, chosen)


async def vote_page(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Show the member another page of the lobby's questions."""
    ballot = await door.do(sessions_service.ballot, at)
    await door.replace(sessions_cards.ballot_message(ballot))


async def vote_here(door: Door, at: Key, values: tuple[str, ...]) -> None:
    """Vote for a question on the member's own page of questions."""
    ballot = await door.do(sessions_service.vote_on_page, at, _chosen(values))
    await door.replace(sessions_cards.ballot_message(ballot))


async def _look(door: Door, at: Key) -> None:
    ballot = await door.do(sessions_service.ballot, at)
    await door.whisper(message=sessions_cards.ballot_message(ballot))


def _chosen(values: tuple[str, ...]) -> int:
    if not values or not values[0].isdecimal():
        raise StaleRefusal("Choose a question from the list of the newest card.")
    return int(values[0])


async def start_round(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Start the round of the lobby."""
    await door.change(at, sessions_service.start_round, at)


async def next_round(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Open the next round from a summary, or from a card that stands for one."""
    await door.act(at, "The lobby of the next round is open.", sessions_service.next_round, at)


async def next_question(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Deal the next question of a pastcast."""
    await door.act(at, "The next question is dealt.", sessions_service.next_question, at)


async def end_session(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """End the session from a summary, or from a card of a round."""
    await door.act(at, "The session is over.", sessions_service.end, at)


async def take_over(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Take over from a host who has left or seems to be away."""
    await door.act(at, "You are the host now.", sessions_service.take_over, at)


async def change_question(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Ask the host which question to take instead."""
    others = await door.do(sessions_service.other_questions, at)
    await door.reply(message=private_cards.change_message(others))


async def change_to(door: Door, at: Key, values: tuple[str, ...]) -> None:
    """Take the chosen question instead."""
    if not values or not values[0].isdecimal():
        raise StaleRefusal("Choose a question from the list.")
    said = "The round begins again with that question."
    await door.act(at, said, sessions_service.change_question, at, values[0])


async def to_lobby(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Open the lobby again, to choose another question there, or have another one dealt."""
    said = "The newest card shows what is next."
    await door.act(at, said, sessions_service.change_question, at)


_RUNNING = {CardKind.BLIND, CardKind.TURN, CardKind.FINAL, CardKind.STOPPED}
_OF_EVENING = {CardKind.LOBBY, *_RUNNING}
_OF_ROUND = {*_RUNNING, CardKind.SUMMARY}
ACTIONS = {
    "start": Action(start, {CardKind.ANNOUNCEMENT, CardKind.HOUR}),
    "keep_voice": Action(keep_voice, {CardKind.LOBBY}),
    "join": Action(join, _OF_EVENING),
    "leave": Action(leave, _OF_EVENING),
    "leave_now": Action(leave_now, _OF_EVENING),
    "vote": Action(vote, {CardKind.LOBBY}),
    "vote_page": Action(vote_page, {CardKind.LOBBY}),
    "vote_here": Action(vote_here, {CardKind.LOBBY}),
    "start_round": Action(start_round, {CardKind.LOBBY}),
    "next_round": Action(next_round, _OF_ROUND),
    "next_question": Action(next_question, _OF_ROUND),
    "end_session": Action(end_session, _OF_ROUND),
    "change_question": Action(change_question, _RUNNING),
    "change_to": Action(change_to, _RUNNING),
    "to_lobby": Action(to_lobby, _RUNNING),
    "take_over": Action(take_over, {*_OF_EVENING, CardKind.SUMMARY}),
}
