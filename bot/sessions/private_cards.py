"""What one member alone sees of a live session: what is asked before something is done."""

from bot.core.keys import Key
from bot.door.messages import DANGER, MOST_OPTIONS, PRIMARY, Message, button, cut, safe, select
from bot.sessions.service import OtherQuestions


def leave_message(at: Key) -> Message:
    """Ask a member who pressed Leave whether they mean it."""
    return Message(
        content="**Leave the circle?** Your seat is given up. What you have forecast stays.",
        items=(button("leave_now", at, "Leave", DANGER),),
    )


def left_message(at: Key) -> Message:
    """Say to a member that they have left, and offer the way back."""
    return Message(
        content="You have left the circle. Your forecasts stay.",
        items=(button("join", at, "Join"),),
    )


def change_message(others: OtherQuestions) -> Message:
    """Ask the host which question to take instead."""
    if others.is_dealt:
        return Message(
            content="**Deal another question?** This one stays sealed, and nobody is scored on it.",
            items=(button("to_lobby", others.at, "Deal another one", PRIMARY),),
        )
    kept = f"What was recorded stays with “{safe(cut(others.question, 150))}”."
    lobby = button("to_lobby", others.at, "Back to the lobby", row=1)
    if not others.choices:
        none = "There is no other question yet: bring one in the lobby."
        return Message(content=f"{none} {kept}", items=(lobby,))
    ask = "Which question instead?"
    if len(others.choices) > MOST_OPTIONS:
        ask += " Here are the newest; the lobby has all."
    newest = [(number, title, "") for number, title in others.choices]
    choice = select("change_to", others.at, "Take another question", newest, row=0)
    return Message(content=f"**{ask}** {kept}", items=(choice, lobby))
