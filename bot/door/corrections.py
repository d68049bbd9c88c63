"""The button under a refused form, which opens it again."""

from bot.core import drafts
from bot.core.keys import Key
from bot.door.forms import CORRECT
from bot.door.interactions import Door
from bot.door.parts import Action
from storage.enums import CardKind


async def correct(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Open a form that was refused, as it was typed."""
    filled = await door.do(drafts.kept, at.id)
    door.note(filled)
    await door.open(filled.form, filled.fields)


ACTIONS = {CORRECT: Action(correct, {CardKind.DRAFT})}
