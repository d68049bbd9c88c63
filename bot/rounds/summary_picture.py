"""The picture on a round's summary, drawn with the library for pictures loaded at the first one."""

from bot.door.messages import Message, Picture
from bot.rounds.read_model import Summary
from bot.rounds.summary_cards import summary_card
from scoring.loading import LOADING

FILENAME = "circle.png"


def draw_summary(shown: Summary) -> Message:
    """Return a round's summary with its picture."""
    return summary_card(shown, summary_picture(shown))


def draw_around_picture(shown: Summary) -> Message:
    """Return a round's summary for an edit that leaves its picture as it is.

    The edit names the picture that Discord has already, and says again what it shows.
    """
    return summary_card(shown, summary_picture(shown, drawn=True))


def summary_picture(shown: Summary, *, drawn: bool = False) -> Picture | None:
    """Return the circle of a round drawn; None where nobody made a last forecast.

    If it is `drawn` already, only its words are returned.
    """
    if all(seat.said[2] is None for seat in shown.seats):
        return None
    # Loaded with the first picture: matplotlib would be a fifth of an idle bot's memory.
    with LOADING:
        from bot.rounds.pictures import picture_of  # noqa: PLC0415

    picture = picture_of(shown)
    return Picture(b"" if drawn else picture.draw(shown), FILENAME, picture.alt_text(shown))
