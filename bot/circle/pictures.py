"""From the group's circle to its picture with alt text. Belongs off the event loop."""

from bot.circle.service import GroupCircle
from bot.circle.worth import Mean
from bot.message import Picture


def circle_picture(view: GroupCircle) -> Picture | None:
    """The aggregates and the gains drawn; None where nothing is resolved yet."""
    if not view.aggregates or view.members is None:
        return None
    # Loaded with the first picture: matplotlib would be a fifth of an idle bot's memory.
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
