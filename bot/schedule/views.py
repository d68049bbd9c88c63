"""Buttons of an announcement, of a reminder, and of a question about a time."""

from bot.core.keys import Key
from bot.core.refusals import StaleRefusal
from bot.door.interactions import Door
from bot.door.parts import Action
from bot.questions import service as questions_service
from bot.schedule import cards as schedule_cards
from bot.schedule import service as schedule_service
from bot.schedule import vote_cards
from storage.enums import Answer, CardKind


async def going(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Answer that the member is going."""
    await _answer(door, at, Answer.GOING)


async def maybe(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Answer that the member may come."""
    await _answer(door, at, Answer.MAYBE)


async def cannot(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Answer that the member can't make it."""
    await _answer(door, at, Answer.NO)


async def vote_for(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Vote for a question of the next session, or take the vote back."""
    voted = await door.do(schedule_service.vote_in_next, at.id)
    _, own = await door.do(questions_service.show_again, at.id)
    await door.whisper(vote_cards.voted(voted, own))


async def vote_ahead(door: Door, at: Key, values: tuple[str, ...]) -> None:
    """Vote for a question of the planned session, or take the vote back."""
    if not values or not values[0].isdecimal():
        raise StaleRefusal("Choose a question from the list of the newest card.")
    await door.change(at, schedule_service.vote, at, int(values[0]))


async def choose(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Finish a plan with the time that the member has chosen."""
    await door.replace(schedule_cards.answer(await door.do(schedule_service.choose, at)))


async def _answer(door: Door, at: Key, said: Answer) -> None:
    if at.kind == CardKind.ANNOUNCEMENT:
        await door.change(at, schedule_service.rsvp, at, said)
    else:
        await door.do(schedule_service.rsvp, at, said)
        await door.whisper("Noted. The announcement shows it.")


_INVITES = {CardKind.ANNOUNCEMENT, CardKind.REMINDER, CardKind.NOTICE}
ACTIONS = {
    "going": Action(going, _INVITES),
    "maybe": Action(maybe, _INVITES),
    "cannot": Action(cannot, {*_INVITES, CardKind.PLACE}),
    "vote_for": Action(vote_for, {CardKind.QUESTION}),
    "vote_ahead": Action(vote_ahead, {CardKind.ANNOUNCEMENT}),
    "choose": Action(choose, {CardKind.DRAFT}),
}
