"""The words that columns of the tables may hold. Pure."""

from enum import StrEnum


class QuestionKind(StrEnum):
    """What a forecast on the question looks like."""

    BINARY = "binary"
    CHOICE = "choice"
    ORDERED = "ordered"
    NUMERIC = "numeric"


class QuestionState(StrEnum):
    """Where a question is in its life."""

    PROPOSED = "proposed"
    OPEN = "open"
    CLOSED = "closed"
    RESOLVED = "resolved"
    VOID = "void"


class SessionState(StrEnum):
    """Where a session is in its life."""

    SCHEDULED = "scheduled"
    LIVE = "live"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class SessionFormat(StrEnum):
    """Where the questions of a session come from: its members, or the bank of the past."""

    CIRCLE = "circle"
    PASTCAST = "pastcast"


class CrowdMoment(StrEnum):
    """When a source's forecasters were listened to."""

    IMPORT = "import"
    CLOSE = "close"


class Repeat(StrEnum):
    """How often the sessions of a series take place."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"


class DraftKind(StrEnum):
    """What waits for its author: to say which time was meant, or to correct a form."""

    PLAN = "plan"
    QUESTION = "question"
    OUTCOME = "outcome"
    FORM = "form"


class Answer(StrEnum):
    """What a member said to an invitation."""

    GOING = "going"
    MAYBE = "maybe"
    NO = "no"


class Presence(StrEnum):
    """Whether a member is in a live session's circle."""

    OFFERED = "offered"
    IN = "in"
    OUT = "out"


class Order(StrEnum):
    """How the seats of a round are ordered."""

    ROTATE = "rotate"
    RANDOM = "random"
    MANUAL = "manual"


class Phase(StrEnum):
    """Where a round is."""

    BLIND = "blind"
    TURNS = "turns"
    FINAL = "final"
    CLOSED = "closed"


class SeatState(StrEnum):
    """What became of a seat so far."""

    WAITING = "waiting"
    SPEAKING = "speaking"
    SPOKEN = "spoken"
    SKIPPED = "skipped"
    GAVE_UP = "gave_up"


class ForecastKind(StrEnum):
    """When in the life of a question a forecast was made."""

    BLIND = "blind"
    TURN = "turn"
    UPDATE = "update"


class Moment(StrEnum):
    """Which of a member's forecasts a score belongs to."""

    BLIND = "blind"
    TURN = "turn"
    FINAL = "final"
    CLOSE = "close"


class EffectState(StrEnum):
    """What became of an effect in the outbox."""

    PENDING = "pending"
    DONE = "done"
    PARKED = "parked"
    EXPIRED = "expired"
    GIVEN_UP = "given_up"


class EffectTarget(StrEnum):
    """Where an effect of the outbox belongs."""

    MESSAGE = "message"
    DISCORD_EVENT = "discord_event"
    GOOGLE_CALENDAR = "google_calendar"
    THREAD = "thread"


class CardKind(StrEnum):
    """The kinds of cards, each with the letter of its key.

    The letters are in stored keys and on buttons, so they must never change.
    """

    ANNOUNCEMENT = "a"
    REMINDER = "m"
    PLACE = "w"
    NOTICE = "x"
    LOBBY = "l"
    BLIND = "b"
    TURN = "t"
    CUE = "u"
    FINAL = "f"
    STOPPED = "o"
    SUMMARY = "s"
    EVENING = "e"
    QUESTION = "q"
    RESOLUTION = "r"
    TROUBLE = "p"
    WELCOME = "i"
    # Few small letters are left.
    HOUR = "H"
    THREAD = "D"
    DISCORD_EVENT = "v"
    GOOGLE_SESSION = "g"
    GOOGLE_SERIES = "h"
    ADDRESS = "c"
    NEW_OUTCOME = "y"
    DEALT = "z"
    WARM_UP = "W"
    PROPOSAL = "O"
    SOURCE = "S"
    INQUIRY = "I"
    OVERDUE = "F"
    DIGEST = "G"
    # These are on buttons only. Pages of a leaderboard were "w" once, as places still are.
    DRAFT = "d"
    LEADERBOARD = "n"
    STANDING = "k"
    GROUP = "j"
    PRACTICE = "P"
    MEMBER = "M"

    @property
    def target(self) -> EffectTarget:
        """Return where effects of this kind belong."""
        return _ELSEWHERE.get(self, EffectTarget.MESSAGE)


_ELSEWHERE = {
    CardKind.DISCORD_EVENT: EffectTarget.DISCORD_EVENT,
    CardKind.GOOGLE_SESSION: EffectTarget.GOOGLE_CALENDAR,
    CardKind.GOOGLE_SERIES: EffectTarget.GOOGLE_CALENDAR,
    CardKind.ADDRESS: EffectTarget.GOOGLE_CALENDAR,
    CardKind.THREAD: EffectTarget.THREAD,
}
