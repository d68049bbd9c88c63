"""The two buttons of the question whether to forget somebody."""

from bot.core.keys import Key
from bot.data import cards as data_cards
from bot.data import forgetting
from bot.door.interactions import Door
from bot.door.parts import Action
from storage.enums import CardKind


async def forget(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Forget the member, and say under which name the forecasts stay."""
    done = await door.do(forgetting.forget, at)
    await door.replace(data_cards.forgotten_card(done))


async def keep(door: Door, _at: Key, _values: tuple[str, ...]) -> None:
    """Put the question away; nothing changes."""
    await door.replace(data_cards.kept_card())


ACTIONS = {
    "forget_member": Action(forget, {CardKind.MEMBER}),
    "keep": Action(keep, {CardKind.MEMBER}),
}
