"""The table of cards: how to read and draw each; `registry.py` fills it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot.core.keys import Key
from bot.core.unit import Desk
from bot.door.messages import Message
from storage.enums import CardKind
from storage.tables import Group, Meetup, Question, Round, WarmUp

Read = Callable[[Session, Key, datetime], Any]
Draw = Callable[[Any], Message]
# What the number in a card's key is the number of.
Owner = type[Meetup] | type[Round] | type[Question] | type[Group] | type[WarmUp]


@dataclass(frozen=True)
class Card:
    """One kind of card.

    `read` returns what it shows, or None once there is nothing to show any more. A card with a
    picture has `undrawn`, which draws the card around the picture that Discord has already. One
    that somebody deleted comes back with its next change, unless `returns` is false.
    A message without buttons that may be deleted has `traces`: all that it may have shown.
    `linked_on` returns the card that links to this one, so it changes once this one is posted.
    """

    read: Read
    draw: Draw
    owner: Owner | None = None
    undrawn: Draw | None = None
    returns: bool = True
    traces: Callable[[Session, Key, datetime], Sequence[Any]] | None = None
    linked_on: Callable[[Key], Key] | None = None


def timeless(read: Callable[[Session, Key], Any]) -> Read:
    """Turn a reader that needs no time into one that ignores it."""
    return lambda tx, key, _now: read(tx, key)


class CardTable:
    """All cards by the kind of their key."""

    def __init__(self, cards: Mapping[CardKind, Card]) -> None:
        self.cards = dict(cards)

    def has_picture(self, key: Key) -> bool:
        """Tell whether the card has a picture, which takes long to draw."""
        return self.cards[key.kind].undrawn is not None

    def returns(self, key: Key) -> bool:
        """Tell whether the card is posted again after somebody has deleted it."""
        return self.cards[key.kind].returns

    def traces(self, desk: Desk, key: Key) -> list[Message]:
        """Return all that a message may have shown, by which it is found without buttons."""
        card = self.cards[key.kind]
        if card.traces is None:
            return []
        with desk.db.read() as tx:
            return [card.draw(shown) for shown in card.traces(tx, key, desk.clock())]

    def linked_on(self, key: Key) -> Key | None:
        """Return the card that links to this one, if any."""
        card = self.cards.get(key.kind)
        return card.linked_on(key) if card is not None and card.linked_on is not None else None

    def render(
        self, desk: Desk, key: Key, *, pictures: bool = True, group_id: int | None = None
    ) -> Message | None:
        """Return the message as it should be now; None when nothing is left to show.

        Reads the database and may draw a picture, so it belongs off the event loop. `pictures` and
        `group_id` are as in `read`.
        """
        with desk.db.read() as tx:
            draw = self.read(tx, key, desk.clock(), pictures=pictures, group_id=group_id)
        return draw()

    def read(
        self,
        tx: Session,
        key: Key,
        now: datetime,
        *,
        pictures: bool = True,
        group_id: int | None = None,
    ) -> Callable[[], Message | None]:
        """Read what a message shows; the call that is returned draws it, without the database.

        Without `pictures` it is drawn for an edit that leaves the message's picture as it is. A
        key that came from Discord may be forged: with `group_id` only a card of that group is read.
        """
        card = self.cards[key.kind]
        if group_id is not None and not _is_of_group(tx, card, key, group_id):
            return lambda: None
        return self.drawing(key, card.read(tx, key, now), pictures=pictures)

    def drawing(
        self, key: Key, shown: Any, *, pictures: bool = True
    ) -> Callable[[], Message | None]:
        """Return the call that draws the message `key`; `pictures` is as in `read`."""
        card = self.cards[key.kind]
        draw = card.draw if pictures or card.undrawn is None else card.undrawn
        return lambda: None if shown is None else draw(shown)


def _is_of_group(tx: Session, card: Card, key: Key, group_id: int) -> bool:
    if card.owner is Group:
        return key.id == group_id
    if card.owner is Round or card.owner is WarmUp:
        held: Round | WarmUp | None = (
            tx.get(Round, key.id) if card.owner is Round else tx.get(WarmUp, key.id)
        )
        row: Question | Meetup | None = tx.get(Meetup, held.session_id) if held else None
    elif card.owner is Question:
        row = tx.get(Question, key.id)
    else:
        row = tx.get(Meetup, key.id) if card.owner is Meetup else None
    return row is not None and row.group_id == group_id
