"""The card that asks which time was meant, with a button for each."""

from bot.core import keys
from bot.core.typed_times import TimeQuestion
from bot.door.messages import PRIMARY, Message, button


def doubt_card(question: TimeQuestion, action: str) -> Message:
    """Ask which moment was meant; each button does `action` with its own."""
    buttons = tuple(
        button(action, keys.draft(question.draft_id, number), label, PRIMARY)
        for number, label in enumerate(question.labels)
    )
    text = f"{question.doubt} Which one do you mean? Nothing is saved before you press."
    return Message(content=text, items=buttons)
