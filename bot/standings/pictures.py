"""From standings to what is answered: the numbers, their picture with alt text, and the card.

Belongs off the event loop.
"""

import math
from dataclasses import replace

from bot.keys import Key
from bot.message import Message, Picture
from bot.rules import Refusal
from bot.standings import cards, service
from bot.standings.asked import Metric
from bot.standings.service import Board, Calibration
from bot.standings.words import WORDS
from bot.unit import Caller, Desk
from scoring.loading import LOADING

STRANGER = "I have not met this member here yet: no forecast, no session, no question."
YOU_ARE_NEW = (
    "I have nothing of yours here yet: no forecast, no session, no question. `/forecast` records "
    "your first forecast."
)


def leaderboard(
    desk: Desk, caller: Caller, *, metric: Metric, window: str, minimum: int
) -> Message:
    """The first page of a leaderboard."""
    board = service.show_leaderboard(desk, caller, metric=metric, window=window, minimum=minimum)
    return cards.leaderboard_card(board, leaderboard_picture(board))


def leaderboard_page(desk: Desk, caller: Caller, at: Key) -> Message:
    """The page that a button stands for."""
    board = service.show_page_of(desk, caller, at)
    return cards.leaderboard_card(board, leaderboard_picture(board))


def calibration(desk: Desk, caller: Caller, user_id: int | None, *, group: bool) -> Message:
    """A calibration with its picture."""
    shown = service.show_calibration(desk, caller, user_id, group=group)
    if shown is None:
        raise _unknown(caller, user_id)
    return cards.calibration_card(shown, calibration_picture(shown))


def profile(desk: Desk, caller: Caller, user_id: int | None) -> Message:
    """A member's record."""
    shown = service.show_profile(desk, caller, user_id)
    if shown is None:
        raise _unknown(caller, user_id)
    return cards.profile_card(shown)


def _unknown(caller: Caller, user_id: int | None) -> Refusal:
    return Refusal(YOU_ARE_NEW if user_id in {None, caller.user_id} else STRANGER)


def leaderboard_picture(board: Board) -> Picture | None:
    """One page of the leaderboard drawn; None where there is nothing to draw."""
    if not board.rows or board.unmoved:
        return None
    # Loaded with the first picture: matplotlib would be a fifth of an idle bot's memory.
    with LOADING:
        from bot.standings import charts  # noqa: PLC0415

    metric = board.asked.metric
    shown = charts.BoardPicture(
        title=cards.leaderboard_title(board).removeprefix("Leaderboard: "),
        metric=metric,
        explanation=WORDS[metric].means,
        higher_is_better=WORDS[metric].higher_is_better,
        rows=tuple(
            charts.BoardRow(
                row.name,
                row.rank,
                row.value,
                _known(row.low),
                _known(row.high),
                row.questions,
                _known(row.raw),
                row.ranks,
            )
            for row in board.rows
        ),
        too_close=board.too_close,
    )
    return Picture(
        charts.leaderboard_chart(shown), "leaderboard.png", charts.leaderboard_alt_text(shown)
    )


def _known(number: float) -> float | None:
    return None if math.isnan(number) else number


def calibration_picture(shown: Calibration) -> Picture | None:
    """A calibration drawn; None where there is nothing to draw."""
    read = shown.reading
    if read is None:
        return None
    with LOADING:
        from bot.charts import readable  # noqa: PLC0415 - see leaderboard_picture
        from bot.standings import charts  # noqa: PLC0415

    edges = tuple(at / len(read.bars) for at in range(len(read.bars) + 1))
    told = charts.CalibrationPicture(
        title=cards.calibration_title(shown),
        sentence=shown.sentence,
        bins=tuple(
            charts.BinDot(one.said, one.happened, one.low, one.high, one.count) for one in read.bins
        ),
        curve_x=read.curve.x,
        curve_y=read.curve.y,
        band_x=read.curve.band_x,
        band_low=read.curve.band_low,
        band_high=read.curve.band_high,
        histogram_edges=edges,
        histogram_counts=read.bars,
        count=read.count,
    )
    # A name that no font here can draw is in the words beside the picture.
    named = replace(shown, whose=readable(shown.whose, otherwise="a member"))
    drawn = replace(told, title=cards.calibration_title(named), sentence=named.sentence)
    return Picture(
        charts.calibration_chart(drawn), "calibration.png", charts.calibration_alt_text(told)
    )
