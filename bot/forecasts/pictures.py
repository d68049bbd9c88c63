"""From a question's history to the answer: its forecasts, their picture with alt text, the card.

Belongs off the event loop.
"""

from bot.core.unit import Caller, Desk
from bot.door.messages import Message, Picture
from bot.forecasts import history_cards
from bot.forecasts import service as forecasts_service
from bot.forecasts.read_model import History
from scoring.loading import LOADING


def history(desk: Desk, caller: Caller, question_id: int) -> Message:
    """Return a question's history with its picture."""
    found = forecasts_service.show_history(desk, caller, question_id)
    return history_cards.history_card(found, history_picture(found))


def history_picture(found: History) -> Picture | None:
    """Draw the forecasts that the caller may see; None without any."""
    if not found.lines:
        return None
    # Loaded with the first picture: matplotlib would be a fifth of an idle bot's memory.
    with LOADING:
        from bot.forecasts import charts as forecasts_charts  # noqa: PLC0415

    return Picture(
        forecasts_charts.history_chart(found),
        "history.png",
        forecasts_charts.history_alt_text(found),
    )
