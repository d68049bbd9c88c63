"""From standings to their pictures with alt text. Belongs off the event loop."""

from bot.message import Picture
from bot.standings.service import Board


def leaderboard_picture(board: Board) -> Picture | None:
    """The leaderboard drawn; None where there is nothing to draw."""
    if not board.rows:
        return None
    # Loaded with the first picture: matplotlib would be a fifth of an idle bot's memory.
    from bot.standings import charts  # noqa: PLC0415

    shown = charts.BoardPicture(
        title="Leaderboard",
        metric="brier",
        explanation="Mean Brier score with 90% interval; lower is better",
        higher_is_better=False,
        rows=tuple(
            charts.BoardRow(row.name, row.rank, row.brier, row.low, row.high, row.questions)
            for row in board.rows
        ),
    )
    return Picture(
        charts.leaderboard_chart(shown), "leaderboard.png", charts.leaderboard_alt_text(shown)
    )
