"""The form of a question about the past that a facilitator brings, with its outcome."""

from collections.abc import Mapping

from discord.ui import Modal

from bot.core.keys import Key
from bot.door.interactions import Door
from bot.door.parts import Action
from bot.pastcasts import by_hand, by_hand_cards
from storage.enums import CardKind


async def new_form(door: Door, at: Key, _typed: Mapping[str, str]) -> Modal:
    """Make the form, for those who may bring such a question."""
    await door.do(by_hand.check_may_bring)
    return by_hand_cards.by_hand_form(at)


async def sealed(door: Door, _at: Key, _values: tuple[str, ...]) -> None:
    """Put a question about the past into the group's bank."""
    sent = await door.sent()
    door.note(by_hand_cards.without_outcome(sent))
    done = await door.do(by_hand.bring, by_hand_cards.typed(sent))
    await door.whisper(by_hand_cards.brought(done))


ACTIONS = {"sealed": Action(sealed, {CardKind.QUESTION}, new_form)}
