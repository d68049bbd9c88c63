"""Every kind of message by the letter of its key: how to read what it shows, and how to draw it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot.groups import cards as group_cards
from bot.keys import Key
from bot.message import Message, Picture
from bot.questions import cards as question_cards
from bot.questions import shown as question_shown
from bot.sessions import cards as session_cards
from bot.sessions import shown as session_shown
from bot.sessions.planning import cards as planning_cards
from bot.sessions.planning import shown as planning_shown
from bot.sessions.rounds import cards as round_cards
from bot.sessions.rounds import shown as round_shown
from bot.unit import Desk
from scoring.loading import LOADING
from storage import outbox
from storage.tables import Meetup, Question, Round

# What the number in a key is the number of, by the key's letter.
SESSIONS, ROUNDS, QUESTIONS = "amwle", "btufso", "qr"

Read = Callable[[Session, Key, datetime], Any]
Draw = Callable[[Any], Message]


def render(
    desk: Desk, key: Key, *, pictures: bool = True, group_id: int | None = None
) -> Message | None:
    """The message as it should be now; None when it has lost its point.

    Reads the database and may draw a picture, so it belongs off the event loop. `pictures` and
    `group_id` are as in `read`.
    """
    with desk.db.read() as tx:
        draw = read(tx, key, desk.clock(), pictures=pictures, group_id=group_id)
    return draw()


def read(
    tx: Session, key: Key, now: datetime, *, pictures: bool = True, group_id: int | None = None
) -> Callable[[], Message | None]:
    """Reads what the message shows; the call that is returned draws it, without the database.

    Without `pictures` it is drawn for an edit that leaves the message's picture as it is. A key
    that came from Discord may be forged: with `group_id` only a card of that group is drawn.
    """
    if group_id is not None and not is_of_group(tx, key, group_id):
        return lambda: None
    look, _ = CATALOGUE[key.kind]
    return drawing(key, look(tx, key, now), pictures=pictures)


def drawing(key: Key, shown: Any, *, pictures: bool = True) -> Callable[[], Message | None]:
    """The call that draws the message `key` with what it shows; `pictures` is as in `read`."""
    _, draw = CATALOGUE[key.kind]
    if not pictures:
        draw = UNDRAWN.get(key.kind, draw)
    return lambda: None if shown is None else draw(shown)


def is_of_group(tx: Session, key: Key, group_id: int) -> bool:
    """Whether the key names something of this group."""
    if key.kind in QUESTIONS:
        row: Question | Meetup | None = tx.get(Question, key.id)
    elif key.kind in ROUNDS:
        held = tx.get(Round, key.id)
        row = tx.get(Meetup, held.session_id) if held else None
    else:
        row = tx.get(Meetup, key.id) if key.kind in SESSIONS else None
    return row is not None and row.group_id == group_id


def _read_trouble(tx: Session, key: Key, _now: datetime) -> tuple[int, str] | None:
    reason = outbox.trouble_of(tx, key.id)
    return (key.id, reason) if reason else None


def _draw_summary(shown: round_shown.Summary) -> Message:
    return round_cards.summary_card(shown, summary_picture(shown))


def _summary_around_its_picture(shown: round_shown.Summary) -> Message:
    return round_cards.summary_card(shown, DRAWN_BEFORE if _has_picture(shown) else None)


def _has_picture(shown: round_shown.Summary) -> bool:
    of_others = shown.final_pool is not None and shown.about.asked.kind != "binary"
    return of_others or any(seat.final is not None for seat in shown.seats)


def summary_picture(shown: round_shown.Summary) -> Picture | None:
    """The circle of a round drawn; None where nobody made a last forecast."""
    picture = None
    if shown.final_pool is not None and shown.about.asked.kind != "binary":
        # Loaded with the first picture, as below.
        with LOADING:
            from bot.sessions.rounds.pools import pictures  # noqa: PLC0415

        picture = pictures.pool_picture(shown)
    elif any(seat.final is not None for seat in shown.seats):
        # Loaded with the first picture: matplotlib would be a fifth of an idle bot's memory.
        with LOADING:
            from bot.sessions.rounds import charts as round_charts  # noqa: PLC0415

        circle = round_charts.CirclePicture(
            title=shown.about.question,
            seats=tuple(
                round_charts.SeatLine(seat.name, seat.blind, seat.turn, seat.late, seat.final)
                for seat in shown.seats
            ),
            aggregate=shown.running,
            final=shown.final.odds_mean if shown.final else None,
            compared=shown.compared,
        )
        picture = Picture(
            round_charts.circle_chart(circle), "circle.png", round_charts.circle_alt_text(circle)
        )
    return picture


# Stands for the picture that Discord has already: an edit names it and does not send it.
DRAWN_BEFORE = Picture(b"", "circle.png", "")
CATALOGUE: dict[str, tuple[Read, Draw]] = {
    "a": (
        lambda tx, key, _: planning_shown.read_announcement(tx, key),
        planning_cards.announcement_card,
    ),
    "m": (
        lambda tx, key, _: planning_shown.read_reminder(tx, key),
        planning_cards.reminder_message,
    ),
    "w": (
        lambda tx, key, _: planning_shown.read_place(tx, key),
        planning_cards.place_message,
    ),
    "l": (session_shown.read_lobby, session_cards.lobby_card),
    "e": (lambda tx, key, _: session_shown.read_evening(tx, key), session_cards.evening_card),
    "b": (round_shown.read_phase, round_cards.blind_card),
    "t": (round_shown.read_turn, round_cards.turn_card),
    "u": (round_shown.read_cue, round_cards.cue_message),
    "f": (round_shown.read_phase, round_cards.final_card),
    "o": (round_shown.read_stopped, round_cards.stopped_card),
    "s": (round_shown.read_summary, _draw_summary),
    "q": (lambda tx, key, _: question_shown.read_question(tx, key), question_cards.question_card),
    "r": (
        lambda tx, key, _: question_shown.read_resolution(tx, key),
        question_cards.resolution_card,
    ),
    "p": (_read_trouble, lambda trouble: group_cards.trouble_message(*trouble)),
}
# The messages with a picture, drawn without it. Drawing takes a while, so it has its own threads.
UNDRAWN: dict[str, Draw] = {"s": _summary_around_its_picture}
