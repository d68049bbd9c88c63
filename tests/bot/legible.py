"""Whether a picture can be read on a phone: measured on the figure that became a PNG."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import combinations
from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image

from bot.door import chart_style

PHONE = 290  # the CSS pixels across in which Discord shows a picture there
SMALLEST = 11
TOUCHING = 0.5  # of a point: anti-aliasing
APART = 2  # points between two texts on one line


@dataclass(frozen=True)
class Drawn:
    """What a picture came to: its PNG, and what was on its figure, which holds every pixel."""

    png: bytes
    across: float  # points, as `down`
    down: float
    scale: float  # of a pixel, in points
    written: tuple[tuple[str, float, Bbox], ...]  # each text, its size, its place in pixels
    markers: tuple[str, ...]  # of the lines on all plotting areas

    def pixels(self) -> npt.NDArray[np.uint8]:
        """The picture's rows of red, green and blue, from 0 to 255."""
        with Image.open(BytesIO(self.png)) as image:
            return np.asarray(image)[..., :3]


def drawn(draw: Callable[[], bytes]) -> Drawn:
    """Draw a picture once for all that is asked of it."""
    card, png = _draw(draw)
    across, down = card.get_size_inches() * 72
    lines = [line for area in card.axes for line in area.lines]
    return Drawn(
        png,
        across,
        down,
        72 / card.dpi,
        tuple(map(_measure, texts(card))),
        tuple(map(_mark, lines)),
    )


def album(draw: Callable[[Any], bytes], pictures: Mapping[str, Any]) -> Callable[[str], Drawn]:
    """What gives each of these pictures by its name, drawn when it is first wanted."""
    return cache(lambda name: drawn(lambda: draw(pictures[name])))


def figure_of(draw: Callable[[], bytes]) -> Figure:
    """The figure that somebody draws."""
    return _draw(draw)[0]


def _draw(draw: Callable[[], bytes]) -> tuple[Figure, bytes]:
    cards: list[Figure] = []
    as_png = chart_style.to_png
    with patch.object(chart_style, "to_png", lambda card: cards.append(card) or as_png(card)):
        png = draw()
    (card,) = cards
    return card, png


def texts(card: Figure) -> list[Text]:
    """All that is written on a figure that was drawn."""
    found = [one for one in card.findobj(Text) if isinstance(one, Text)]
    return [one for one in found if one.get_visible() and one.get_text().strip()]


def _measure(text: Text) -> tuple[str, float, Bbox]:
    return text.get_text(), text.get_fontsize(), text.get_window_extent()


def _mark(line: Line2D) -> str:
    return str(line.get_marker())


def assert_legible(draw: Callable[[], bytes]) -> None:
    """Check that every text is large enough on a phone, whole, and clear of all others."""
    assert_drawn_legibly(drawn(draw))


def assert_drawn_legibly(picture: Drawn) -> None:
    """Check the same of what was drawn before."""
    across, down, scale = picture.across, picture.down, picture.scale
    small = [text for text, size, _ in picture.written if size * PHONE / across < SMALLEST]
    assert not small, f"too small at {PHONE} pixels: {small}"
    boxes = [(text, box) for text, _, box in picture.written]
    for text, box in boxes:
        out = min(box.x0, box.y0) < 0 or box.x1 * scale > across or box.y1 * scale > down
        assert not out, f"cut off: {text!r}"
    for (one, first), (other, second) in combinations(boxes, 2):
        wide = min(first.x1, second.x1) - max(first.x0, second.x0) + APART / scale
        high = min(first.y1, second.y1) - max(first.y0, second.y0)
        assert min(wide, high) * scale <= TOUCHING, f"{one!r} covers {other!r}"
