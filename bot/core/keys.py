"""The key of every message that the bot keeps, the same after a restart.

A key is the outbox key, the message's nonce (so at most 25 characters), and part of every
`custom_id` on the message, by which the bot finds its own message again.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from bot.core.refusals import StaleRefusal
from storage.enums import CardKind

PATTERN = r"[a-z](?:\d{1,19})(?:\.\d{1,9}){0,3}"
# What a database's integers hold.
LARGEST_ID = 2**63 - 1

# More than the minutes before a session of which people can be reminded.
_PART = 100_000
_KEY = re.compile(PATTERN, re.ASCII)
_LETTERS = frozenset(kind.value for kind in CardKind)


@dataclass(frozen=True)
class Key:
    """The kind of message, an id, and what else tells it apart."""

    kind: CardKind
    id: int
    more: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind.value}{'.'.join(str(number) for number in (self.id, *self.more))}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a key; refuse anything else, for a `custom_id` is untrusted input."""
        key = cls.find(text)
        if key is None:
            raise StaleRefusal("This button is from an older version of the bot. Nothing happened.")
        return key

    @classmethod
    def find(cls, text: str) -> Self | None:
        """Return the key that a text is, or None where it is no key."""
        if not _KEY.fullmatch(text) or text[0] not in _LETTERS:
            return None
        number, *more = map(int, text[1:].split("."))
        return cls(CardKind(text[0]), number, tuple(more)) if number <= LARGEST_ID else None


def announcement(session_id: int) -> Key:
    """Return the key of the card that announces a scheduled session."""
    return Key(CardKind.ANNOUNCEMENT, session_id)


def reminder(session_id: int, minutes: int, planned_at: datetime, part: int = 0) -> Key:
    """Return the key of a reminder before a session; a session that moves gets another.

    Where more people are mentioned than fit in a message, it has parts.
    """
    which = minutes + part * _PART
    return Key(CardKind.REMINDER, session_id, (which, int(planned_at.timestamp()) // 60))


def part_of_reminder(at: Key) -> tuple[int, int]:
    """Return how many minutes before the session a reminder is, and its part."""
    part, minutes = divmod(at.more[0], _PART)
    return minutes, part


def event(session_id: int) -> Key:
    """Return the key of a session's event in Discord's own calendar."""
    return Key(CardKind.DISCORD_EVENT, session_id)


def place(session_id: int, member_id: int, waited_since: datetime) -> Key:
    """Return the key of the message that a waiting member has a place.

    Six digits of the moment tell apart who waits a second time; more would not fit a nonce.
    """
    return Key(CardKind.PLACE, session_id, (member_id, int(waited_since.timestamp()) % 10**6))


def notice(session_id: int, number: int, part: int = 0) -> Key:
    """Return the key of the message that a session, and perhaps others, moved or is cancelled.

    Where more people are mentioned than fit in a message, it has parts.
    """
    return Key(CardKind.NOTICE, session_id, (number, part))


def calendar_session(session_id: int) -> Key:
    """Return the key of a single session's event in Google Calendar."""
    return Key(CardKind.GOOGLE_SESSION, session_id)


def calendar_series(series_id: int) -> Key:
    """Return the key of a series' event in Google Calendar."""
    return Key(CardKind.GOOGLE_SERIES, series_id)


def address(address_id: int, number: int) -> Key:
    """Return the key of the mail that confirms a member's address."""
    return Key(CardKind.ADDRESS, address_id, (number,))


def draft(draft_id: int, choice: int) -> Key:
    """Return the key of one of the ways to read a plan's time."""
    return Key(CardKind.DRAFT, draft_id, (choice,))


def lobby(session_id: int, number: int) -> Key:
    """Return the key of the card before a round."""
    return Key(CardKind.LOBBY, session_id, (number,))


def evening(session_id: int) -> Key:
    """Return the key of the card at the end of a session."""
    return Key(CardKind.EVENING, session_id)


def blind(round_id: int) -> Key:
    """Return the key of the card of a round's blind phase."""
    return Key(CardKind.BLIND, round_id)


def turn(round_id: int, number: int) -> Key:
    """Return the key of the card of one turn."""
    return Key(CardKind.TURN, round_id, (number,))


def cue(round_id: int, turn_number: int, seconds: int, extensions: int) -> Key:
    """Return the key of the message that some seconds are left to speak."""
    return Key(CardKind.CUE, round_id, (turn_number, seconds, extensions))


def final(round_id: int, turns: int) -> Key:
    """Return the key of a final phase's card.

    An undone skip can lead to a second final phase, so the turns are counted in it.
    """
    return Key(CardKind.FINAL, round_id, (turns,))


def stopped(round_id: int, turns: int) -> Key:
    """Return the key of the card of a round that was stopped.

    A round can be stopped more than once, so the turns before it are counted in the key.
    """
    return Key(CardKind.STOPPED, round_id, (turns,))


def summary(round_id: int) -> Key:
    """Return the key of the card that sums up a round."""
    return Key(CardKind.SUMMARY, round_id)


def question(question_id: int) -> Key:
    """Return the key of a question's card."""
    return Key(CardKind.QUESTION, question_id)


def resolution(question_id: int) -> Key:
    """Return the key of the card with a question's outcome and scores."""
    return Key(CardKind.RESOLUTION, question_id)


def trouble(channel_id: int, now: datetime) -> Key:
    """Return the key of the notice that a channel is closed to the bot.

    One notice a day is enough, so the day is in the key.
    """
    return Key(CardKind.TROUBLE, channel_id, (int(now.timestamp()) // 86400 % 1000,))
