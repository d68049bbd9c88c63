"""From the group's circle to its picture with alt text. Belongs off the event loop."""

from bot.circle import cards, service
from bot.circle.service import GroupCircle
from bot.circle.worth import Mean
from bot.loading import LOADING
from bot.message import Message, Picture
from bot.unit import Caller, Desk


def circle(desk: Desk, caller: Caller) -> Message:
    """What going around has been worth to the group, with its picture."""
    view = service.show_circle(desk, caller)
    return cards.circle_card(view, circle_picture(view))


def circle_picture(view: GroupCircle) -> Picture | None:
    """The aggregates and the gains drawn; None where nothing is resolved yet."""
    if not view.aggregates or view.members is None:
        return None
    # Loaded with the first picture: matplotlib would be a fifth of an idle bot's memory.
    with LOADING:
        from bot.circle import charts  # noqa: PLC0415

    def row(name: str, brier: Mean, kind: charts.Kind) -> charts.TrustRow:
        return charts.TrustRow(name, brier.value, brier.interval, kind)

    rows = [row(one.name, one.brier, "aggregate") for one in view.aggregates]
    rows.append(row("the members, on average", view.members, "members"))
    if view.best_member:
        rows.append(row(view.best_member.name, view.best_member.brier, "best member"))
    shown = charts.GroupPicture(
        rounds=view.resolved,
        rows=tuple(rows),
        gains=tuple(charts.GainDot(one.closed_at, one.gain) for one in view.gains),
        mean_gain=view.gain.value if view.gain else None,
    )
    return Picture(charts.group_chart(shown), "our-circle.png", charts.group_alt_text(shown))
