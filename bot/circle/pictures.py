"""From the group's circle to its picture with alt text. Belongs off the event loop."""

from bot.circle import cards as circle_cards
from bot.circle import service as circle_service
from bot.circle.service import GroupCircle
from bot.core.unit import Caller, Desk
from bot.door.messages import Message, Picture
from scoring.loading import LOADING


def circle(desk: Desk, caller: Caller) -> Message:
    """Return the card with its picture of what the circle has been worth."""
    view = circle_service.show_circle(desk, caller)
    return circle_cards.circle_card(view, circle_picture(view))


def circle_details(desk: Desk, caller: Caller) -> Message:
    """Return all that there is to say of the group's circle."""
    return circle_cards.circle_details(circle_service.show_circle(desk, caller))


def circle_picture(view: GroupCircle) -> Picture | None:
    """Draw the gains and the ways to have one number; None without either."""
    rows = view.trust.rows if view.trust else ()
    if not view.gains and not any(one.interval for _, one in rows):
        return None
    # Loaded with the first picture: matplotlib would be a fifth of an idle bot's memory.
    with LOADING:
        from bot.circle import charts as circle_charts  # noqa: PLC0415

    return Picture(
        circle_charts.group_chart(view), "our-circle.png", circle_charts.group_alt_text(view)
    )
