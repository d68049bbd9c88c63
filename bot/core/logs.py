"""Logs for the people who run the bot: one line an event, with what it is about.

Door, alarms and delivery say once what their work is about, with `begin`. All lines of that work
say it too, those of threads included, and what services find out on the way (`note`).
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from bot.core import troubles
from bot.core.keys import Key
from storage.enums import CardKind

# One dictionary for a press, a timer or an effect: threads and tasks copy the context, not this.
_subject: ContextVar[dict[str, object] | None] = ContextVar("log_subject", default=None)
_WORDS = {
    "round": (
        CardKind.BLIND,
        CardKind.TURN,
        CardKind.CUE,
        CardKind.FINAL,
        CardKind.STOPPED,
        CardKind.SUMMARY,
    ),
    "session": (
        CardKind.ANNOUNCEMENT,
        CardKind.REMINDER,
        CardKind.PLACE,
        CardKind.NOTICE,
        CardKind.LOBBY,
        CardKind.EVENING,
        CardKind.HOUR,
        CardKind.THREAD,
        CardKind.DISCORD_EVENT,
        CardKind.GOOGLE_SESSION,
    ),
    "question": (
        CardKind.QUESTION,
        CardKind.DEALT,
        CardKind.RESOLUTION,
        CardKind.NEW_OUTCOME,
        CardKind.PROPOSAL,
        CardKind.SOURCE,
        CardKind.INQUIRY,
    ),
}
_WORD_OF = {kind: word for word, kinds in _WORDS.items() for kind in kinds}


@contextmanager
def about(**ids: object) -> Iterator[None]:
    """Have the lines of this block say what they are about."""
    token = _subject.set({})
    note(**ids)
    try:
        yield
    finally:
        _subject.reset(token)


def begin(interaction: int, **ids: object) -> None:
    """Have all lines say which interaction they are about, until its task ends.

    What is known of that interaction already stays: an error is answered by a new door.
    """
    known = _subject.get()
    if known is None or known.get("interaction") != interaction:
        _subject.set({})
    note(interaction=interaction, **ids)


def note(**ids: object) -> None:
    """Add what the work turned out to be about: its session, its round."""
    subject = _subject.get()
    if subject is not None:
        subject.update((name, value) for name, value in ids.items() if value is not None)


def note_key(key: Key | None) -> None:
    """Add the session, round or question of a card."""
    if key is not None and key.kind in _WORD_OF:
        note(**{_WORD_OF[key.kind]: key.id})


def _say_subject(_logger: Any, _method: str, line: EventDict) -> EventDict:
    """Add to a line what it is about; what the line says itself stands."""
    return {**(_subject.get() or {}), **line}


def set_up_logs(level: str) -> None:
    """Send our logs and those of the libraries to standard error, from this level on."""
    threshold = logging.getLevelNamesMapping()[level]
    logging.basicConfig(level=max(threshold, logging.WARNING), handlers=[_handler()], force=True)
    structlog.configure(
        processors=[*_processors(), _renderer()],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _processors() -> list[Processor]:
    """Return what each line goes through before it is written."""
    return [
        _say_subject,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        troubles.shorten,
        structlog.processors.format_exc_info,
    ]


def _renderer() -> Processor:
    if sys.stderr.isatty():
        return structlog.dev.ConsoleRenderer(colors=False)
    return structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"])


def _handler() -> logging.Handler:
    """Return what writes the lines of the libraries in the same form as ours."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *_processors()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer()],
        )
    )
    return handler
