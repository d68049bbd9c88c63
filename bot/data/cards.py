"""How it is asked whether to forget somebody, and how that went."""

from bot.data.forgetting import Asked, Forgotten
from bot.door.messages import DANGER, Message, button, safe

OWN = """**Shall this group forget you?**
1. Your name, Discord id and mail address go for good, with all reasons, objections and drafts \
that you typed, your votes, your answers to invitations, and what you practised alone.
2. Your forecasts and questions stay, under a name such as “former member 7”: so everybody's \
scores stay right.
3. Nobody can undo it. If you come back, you begin as a new member. `/data export` gives you a \
copy first."""
OTHERS = """**Shall this group forget {}?**
1. Their name, Discord id and mail address go for good, with all reasons, objections and drafts \
that they typed, their votes, and their answers to invitations.
2. Their forecasts and questions stay, under a name such as “former member 7”: so everybody's \
scores stay right.
3. Nobody can undo it. If they come back, they begin as a new member."""
PRACTICE = "**Shall I forget what you have practised?**\nIt goes for good. Nothing else is held."
OWN_ELSEWHERE = (
    "Another group of this bot knows you, too. There nothing changes, and which questions of the "
    "past you have seen is still noted."
)
THEIR_ELSEWHERE = (
    "Another group of this bot knows them, too. There nothing changes, and neither does what they "
    "practise alone."
)
INTERESTED = (
    "One more thing: an event in Discord lists {0} as interested. Only {1} can take that back, on "
    "the event; else the name comes back from there."
)
DONE = (
    "Done. **{}** is the name in this group from now on. The newest cards follow within minutes; "
    "whatever else was posted stays in Discord until somebody deletes it there."
)


def ask_card(asked: Asked) -> Message:
    """Say in three lines what being forgotten means, with the button that does it."""
    lines = [OWN if asked.own else OTHERS.format(safe(asked.name))] if asked.at.id else [PRACTICE]
    if asked.elsewhere:
        lines.append(OWN_ELSEWHERE if asked.own else THEIR_ELSEWHERE)
    if asked.interested:
        lines.append(_interested(own=asked.own))
    label, keep = ("Forget me", "Keep me") if asked.own else ("Forget this member", "Keep them")
    items = (button("forget_member", asked.at, label, DANGER), button("keep", asked.at, keep))
    return Message(content="\n".join(lines), items=items)


def forgotten_card(done: Forgotten) -> Message:
    """Say under which name the forecasts stay."""
    if not done.pseudonym:
        return Message(content="Done. What you practised is gone.")
    lines = [DONE.format(done.pseudonym)]
    if done.interested:
        lines.append(_interested(own=done.own))
    return Message(content="\n".join(lines))


def kept_card() -> Message:
    """Say that nothing has changed."""
    return Message(content="Nothing has changed.")


def _interested(*, own: bool) -> str:
    return INTERESTED.format("you" if own else "them", "you" if own else "they")
