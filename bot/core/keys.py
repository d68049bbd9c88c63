"""The key of every message that the bot keeps, the same after a restart.

A key is the outbox key, the message's nonce (so at most 25 characters), and part of every
`custom_id` on the message, by which the bot finds its own message again.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from bot.core.refusals import OLD_BUTTON, StaleRefusal
from storage.enums import CardKind

PATTERN = r"[a-zA-Z](?:\d{1,19})(?:\.\d{1,9}){0,3}"
# What a database's integers hold.
LARGEST_ID = 2**63 - 1

# Between two messages about what waits for an outcome.
WEEK = timedelta(weeks=1)
# In a cue's key, in the place of its seconds.
SOON = 1
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
            raise StaleRefusal(OLD_BUTTON)
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


def hour(session_id: int, starts_at: datetime) -> Key:
    """Return the key of the message that calls the host at a session's hour.

    A session that moves has another hour.
    """
    return Key(CardKind.HOUR, session_id, (int(starts_at.timestamp()) // 60,))


def thread(session_id: int) -> Key:
    """Return the key of a session's own thread."""
    return Key(CardKind.THREAD, session_id)


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


def form(draft_id: int) -> Key:
    """Return the key of a form that was filled in and waits."""
    return Key(CardKind.DRAFT, draft_id)


def lobby(session_id: int, number: int) -> Key:
    """Return the key of the card before a round."""
    return Key(CardKind.LOBBY, session_id, (number,))


def lobby_page(lobby_key: Key, page: int) -> Key:
    """Return the key of a private page of a lobby's questions."""
    return Key(CardKind.LOBBY, lobby_key.id, (lobby_key.more[0], page))


def warm_up(warm_up_id: int) -> Key:
    """Return the key of the card of a warm-up."""
    return Key(CardKind.WARM_UP, warm_up_id)


def warm_up_form(warm_up_id: int, page: int) -> Key:
    """Return the key of one of the forms in which a member answers a warm-up."""
    return Key(CardKind.WARM_UP, warm_up_id, (page,))


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
    """Return the key of the message that some seconds are left to speak.

    `SOON` stands for all seconds but 0: one message that is edited each time.
    """
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


def dealt(question_id: int) -> Key:
    """Return the key of the card of a question that was dealt from the bank."""
    return Key(CardKind.DEALT, question_id)


def resolution(question_id: int) -> Key:
    """Return the key of the card with a question's outcome and scores."""
    return Key(CardKind.RESOLUTION, question_id)


def new_outcome(question_id: int, entered: int) -> Key:
    """Return the key of the message that a question has another outcome than before.

    It counts how many outcomes were entered, because each change has a message of its own.
    """
    return Key(CardKind.NEW_OUTCOME, question_id, (entered,))


def proposal(question_id: int, proposal_id: int) -> Key:
    """Return the key of the card with an outcome that a question's source reports."""
    return Key(CardKind.PROPOSAL, question_id, (proposal_id,))


def source_gone(question_id: int) -> Key:
    """Return the key of the message that a question's source does not have it any more."""
    return Key(CardKind.SOURCE, question_id)


def inquiry(question_id: int, asked: int) -> Key:
    """Return the key of the message that asks the author what happened, the so-many-th time."""
    return Key(CardKind.INQUIRY, question_id, (asked,))


def confirmation(question_id: int, proposal_id: int) -> Key:
    """Return the key of the card of an outcome that waits for a second person."""
    return Key(CardKind.INQUIRY, question_id, (0, proposal_id))


def overdue(group_id: int, at: datetime) -> Key:
    """Return the key of the weekly message to the facilitators about what waits for an outcome."""
    return Key(CardKind.OVERDUE, group_id, (int(at.timestamp()) // int(WEEK.total_seconds()),))


def overdue_before(group_id: int, ask_at: datetime) -> Key:
    """Return the key of the weekly message after which a question is asked again at `ask_at`."""
    return overdue(group_id, ask_at - WEEK)


def welcome(group_id: int, joins: int) -> Key:
    """Return the key of what a group is told when the bot comes for the so-many-th time.

    Four digits of the count are as many as fit a nonce.
    """
    return Key(CardKind.WELCOME, group_id, (joins % 10_000,))


def digest(group_id: int, week: int) -> Key:
    """Return the key of a group's digest of a week, which is numbered."""
    return Key(CardKind.DIGEST, group_id, (week,))


def group(group_id: int, page: int = 0) -> Key:
    """Return the key of private messages about the group: a page of its settings, the help."""
    return Key(CardKind.GROUP, group_id, (page,))


def standing(user_id: int = 0, *, past: bool = False, topic: int = 0) -> Key:
    """Return the key on a button about a member's standing, or without a member the group's.

    That on pastcasts has a number more, and that on a topic the number of a question about it.
    """
    more = (int(past), topic) if topic else (1,) if past else ()
    return Key(CardKind.STANDING, user_id, more)


def practice(practice_id: int = 0, *, same_topic: bool = False) -> Key:
    """Return the key on the buttons of a question that somebody takes alone.

    `same_topic` says that the next one is to be of its topic. Without a number it is about none.
    """
    return Key(CardKind.PRACTICE, practice_id, (int(same_topic),))


def member(member_id: int = 0) -> Key:
    """Return the key on the buttons that ask whether to forget a member.

    Without a member it is about what somebody does alone.
    """
    return Key(CardKind.MEMBER, member_id)


def trouble(channel_id: int, now: datetime) -> Key:
    """Return the key of the notice that a channel is closed to the bot.

    One notice a day is enough, so the day is in the key.
    """
    return Key(CardKind.TROUBLE, channel_id, (int(now.timestamp()) // 86400 % 1000,))
