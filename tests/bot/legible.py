"""Whether a picture can be read on a phone: measured on the figure before it becomes a PNG."""

from collections.abc import Callable
from itertools import combinations
from unittest.mock import patch

from matplotlib.figure import Figure
from matplotlib.text import Text

from bot.door import chart_style

PHONE = 290  # the CSS pixels across in which Discord shows a picture there
SMALLEST = 11
TOUCHING = 0.5  # of a point: anti-aliasing
APART = 2  # points between two texts on one line


def figure_of(draw: Callable[[], bytes]) -> Figure:
    """The figure that somebody draws."""
    drawn: list[Figure] = []
    as_png = chart_style.to_png
    with patch.object(chart_style, "to_png", lambda card: drawn.append(card) or as_png(card)):
        draw()
    (card,) = drawn
    return card


def texts(card: Figure) -> list[Text]:
    """All that is written on a figure."""
    card.draw_without_rendering()
    found = [one for one in card.findobj(Text) if isinstance(one, Text)]
    return [one for one in found if one.get_visible() and one.get_text().strip()]


def assert_legible(draw: Callable[[], bytes]) -> None:
    """Check that every text is large enough on a phone, whole, and clear of all others."""
    card = figure_of(draw)
    across, down = card.get_size_inches() * 72
    scale = 72 / card.dpi
    written = texts(card)
    small = [one.get_text() for one in written if one.get_fontsize() * PHONE / across < SMALLEST]
    assert not small, f"too small at {PHONE} pixels: {small}"
    boxes = [(one.get_text(), one.get_window_extent()) for one in written]
    for text, box in boxes:
        out = min(box.x0, box.y0) < 0 or box.x1 * scale > across or box.y1 * scale > down
        assert not out, f"cut off: {text!r}"
    for (one, first), (other, second) in combinations(boxes, 2):
        wide = min(first.x1, second.x1) - max(first.x0, second.x0) + APART / scale
        high = min(first.y1, second.y1) - max(first.y0, second.y0)
        assert min(wide, high) * scale <= TOUCHING, f"{one!r} covers {other!r}"
