"""The picture on a round's summary, drawn with the library for pictures loaded at the first one."""

from bot.door.messages import Message, Picture
from bot.rounds.read_model import Summary
from bot.rounds.summary_cards import summary_card
from scoring.loading import LOADING

# Stands for the picture that Discord has already: an edit names it and does not send it.
DRAWN_BEFORE = Picture(b"", "circle.png", "")


def draw_summary(shown: Summary) -> Message:
    """Return a round's summary with its picture."""
    return summary_card(shown, summary_picture(shown))


def draw_around_picture(shown: Summary) -> Message:
    """Return a round's summary for an edit that leaves its picture as it is."""
    return summary_card(shown, DRAWN_BEFORE if _has_picture(shown) else None)


def _has_picture(shown: Summary) -> bool:
    return any(seat.said[2] is not None for seat in shown.seats)


def summary_picture(shown: Summary) -> Picture | None:
    """Return the circle of a round drawn; None where nobody made a last forecast."""
    if not _has_picture(shown):
        return None
    # Loaded with the first picture: matplotlib would be a fifth of an idle bot's memory.
    with LOADING:
        from bot.rounds.pictures import picture_of  # noqa: PLC0415

    picture = picture_of(shown)
    return Picture(picture.draw(shown), "circle.png", picture.alt_text(shown))
