"""The look that every picture shares: card, colours, letters and PNG.

It knows nothing of rounds, members or scores. It never touches pyplot or rcParams: pictures are
drawn in worker threads, and those two belong to all threads at once.

Lengths are points (1/72 inch), counted from the top left corner like a web page. Every card is 288
points wide, and a phone shows it about 290 pixels wide: so a point is a pixel there, and 11 is the
smallest lettering. What does not fit makes a card taller, never smaller.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any, Literal
from unicodedata import category, normalize

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager, get_font
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.textpath import TextToPath
from matplotlib.transforms import Affine2D

from bot.core.numbers import say_share

# One dark card for both of Discord's themes: it brings its own background.
CARD = "#1e2129"
STRIPE = "#262a34"
GRID = "#414757"
INK = "#f4f5f7"
MUTED = "#b4bac6"
BLUE = "#6cb6ff"
AMBER = "#ffb000"
GREEN = "#3fbf4f"
PINK = "#f07cc0"
RED = "#ff7f50"

TITLE, BODY, SMALL = 13.0, 11.5, 11.0
WIDTH, MARGIN = 288.0, 12.0
ALT_TEXT_LIMIT = 1000

_DPI = 300
_SIGN = "•"  # stands for a character that no font here can draw
_TOP, _TITLE_LINE, _SENTENCE_LINE, _KEY_LINE, _GAP = 10.0, 17.0, 14.5, 16.0, 5.0
_TITLE_LINES, _SENTENCE_LINES = 3, 9
_KEY_MARK, _KEY_PAD, _KEY_SPACE = 13.0, 4.0, 10.0
_NARROW = 6  # letters as wide as one is high; most are wider
_MARKS_IN_A_ROW = 2  # stacked accents climb out of the card otherwise
_DIRECTIONS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_JOINERS = "\u200c\u200d"
_SELECTORS = range(0xFE00, 0xFE10)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
# Fonts to look for, in this order. Colour emoji fonts are left out on purpose: they are bitmaps,
# which Agg cannot draw.
_WANTED = (
    "DejaVu Sans",
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", "Noto Sans CJK TC"),
    *("Noto Sans SC", "Noto Sans JP", "Noto Sans KR", "Source Han Sans SC", "WenQuanYi Micro Hei"),
    *("WenQuanYi Zen Hei", "Droid Sans Fallback", "PingFang SC", "Hiragino Sans"),
    *("Microsoft YaHei", "Yu Gothic", "Malgun Gothic", "Noto Sans", "Noto Sans Arabic"),
    *("Noto Sans Hebrew", "Noto Sans Armenian", "Noto Sans Georgian", "Noto Sans Ethiopic"),
    *("Noto Sans Devanagari", "Noto Sans Bengali", "Noto Sans Gurmukhi", "Noto Sans Gujarati"),
    *("Noto Sans Oriya", "Noto Sans Tamil", "Noto Sans Telugu", "Noto Sans Kannada"),
    *("Noto Sans Malayalam", "Noto Sans Sinhala", "Noto Sans Thai", "Noto Sans Lao"),
    *("Noto Sans Khmer", "Noto Sans Myanmar", "Noto Serif Tibetan", "Noto Sans Symbols"),
    *("Noto Sans Symbols2", "Noto Sans Math", "Noto Emoji", "Symbola"),
)


@dataclass(frozen=True)
class Heading:
    """A title, a sentence and the marks explained, already broken into the lines that fit."""

    title: tuple[str, ...]
    sentence: tuple[str, ...]
    key: tuple[tuple[Artist, ...], ...] = ()

    @property
    def height(self) -> float:
        """Return the points taken from the top of the card, with the space below."""
        lines = _TITLE_LINE * len(self.title) + _SENTENCE_LINE * len(self.sentence)
        return _TOP + lines + _KEY_LINE * len(self.key) + _GAP * (2 if self.key else 1)


def heading(title: str, sentence: str, key: Sequence[Artist] = ()) -> Heading:
    """Break a title, a sentence and the labels of marks to the card's width."""
    room = WIDTH - 2 * MARGIN
    return Heading(
        wrap(title, room, size=TITLE, bold=True, lines=_TITLE_LINES),
        wrap(sentence, room, size=SMALL, lines=_SENTENCE_LINES),
        tuple(map(tuple, _flow(key, room))),
    )


def figure(height: float, head: Heading) -> Figure:
    """Return an empty card with its heading.

    Its canvas is Agg, so no window system is needed.
    """
    card = Figure(figsize=(WIDTH / 72, height / 72), dpi=_DPI, facecolor=CARD)
    FigureCanvasAgg(card)
    top = _TOP + _TITLE_LINE / 2
    for line in head.title:
        write(card, MARGIN, top, line, size=TITLE, bold=True)
        top += _TITLE_LINE
    for line in head.sentence:
        write(card, MARGIN, top, line, size=SMALL, color=MUTED)
        top += _SENTENCE_LINE
    for at, row in enumerate(head.key):
        _write_key(card, top - _SENTENCE_LINE / 2 + _GAP + at * _KEY_LINE, row)
    return card


def axes(card: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Add a plain plotting area: quiet ticks, no frame, no grid until asked for."""
    across, down = (float(inches) * 72 for inches in card.get_size_inches())
    box = (left / across, 1 - (top + height) / down, width / across, height / down)
    area = card.add_axes(box, facecolor="none")
    area.spines[:].set_visible(False)
    area.tick_params(length=0, pad=4, colors=MUTED, labelsize=SMALL, labelfontfamily=_WANTED[0])
    return area


def percent_axis(
    area: Axes, which: Literal["x", "y"], *, labels: bool = True, halves: bool = True
) -> None:
    """Run an axis from 0 to 100%, with quarter lines and room for dots.

    Without `halves`, a low axis names its two ends only.
    """
    axis, limits = (area.xaxis, area.set_xlim) if which == "x" else (area.yaxis, area.set_ylim)
    quarters = (0.0, 0.25, 0.5, 0.75, 1.0)
    limits(-0.03, 1.03)
    named = {0.0, 0.5, 1.0} if halves else {0.0, 1.0}
    said = [say_share(at) if labels and at in named else "" for at in quarters]
    axis.set_ticks(quarters, said)
    grid(area, which)


def grid(area: Axes, which: Literal["x", "y"]) -> None:
    """Draw the quiet lines behind everything at the places that an axis names."""
    area.grid(visible=True, axis=which, color=GRID, linewidth=0.8)
    area.set_axisbelow(True)


def write(
    card: Figure,
    left: float,
    top: float,
    text: str,
    *,
    size: float = BODY,
    color: str = INK,
    bold: bool = False,
    **placing: Any,
) -> None:
    """Write on the card; the place is the line's left end unless `placing` says otherwise."""
    letters = _letters(text, size, color, bold=bold)
    placing = {"va": "center_baseline", "transform": _points(card), **placing}
    card.text(left, top, **letters, **placing)


def note(
    area: Axes,
    at: tuple[float, float],
    text: str,
    *,
    shift: tuple[float, float] = (0, 0),
    within: Any = "data",
    size: float = SMALL,
    color: str = INK,
    bold: bool = False,
    **placing: Any,
) -> None:
    """Write beside a point of a plot, shifted by points.

    A halo separates the letters from lines behind them.
    """
    letters = _letters(text, size, color, bold=bold)
    placing = {"ha": "center", "va": "center_baseline", "annotation_clip": False, **placing}
    label = letters.pop("s")
    drawn = area.annotate(
        label, at, xycoords=within, xytext=shift, textcoords="offset points", **letters, **placing
    )
    drawn.set_path_effects([withStroke(linewidth=2.5, foreground=CARD)])


def stripe(card: Figure, top: float, height: float, *, color: str = STRIPE) -> None:
    """Colour a row of the card from edge to edge, behind everything."""
    box = Rectangle((0, top), WIDTH, height, transform=_points(card), zorder=-1)
    box.set(facecolor=color, edgecolor="none")
    card.add_artist(box)


def to_png(card: Figure) -> bytes:
    """Draw the card as PNG; the same card always gives the same bytes.

    So the file says nothing of when or by what it was drawn.
    """
    file = BytesIO()
    card.savefig(file, format="png", dpi=_DPI, facecolor=CARD, metadata={"Software": None})
    return file.getvalue()


def alt_text(text: str) -> str:
    """Make text fit for a picture's description: one line, no direction tricks, within limits."""
    line = " ".join(text.split())
    line = "".join(c for c in line if category(c) not in ("Cc", "Cs") and c not in _DIRECTIONS)
    return line if len(line) <= ALT_TEXT_LIMIT else line[: ALT_TEXT_LIMIT - 1].rstrip() + "…"


def clean(text: str, *, bold: bool = False) -> str:
    """Replace each character that no font here can draw with a neutral sign.

    Without this, such a character would be drawn as a box and raise a warning. Fancy letters
    become plain ones, invisible and direction-turning characters go, and so does a pile of accents.
    """
    text = " ".join(normalize("NFC", text).split())
    if text.isascii() and text.isprintable():
        return text
    drawn: list[str] = []
    for character in text:
        drawn.extend(_drawable(character, drawn, bold=bold))
    return " ".join("".join(drawn).split())


def readable(text: str, *, otherwise: str, bold: bool = False) -> str:
    """Clean a name, or return `otherwise` if nothing of it can be drawn."""
    drawn = clean(text, bold=bold)
    return drawn if drawn.replace(_SIGN, "").strip() else otherwise


def shorten(text: str, width: float, *, size: float = BODY, bold: bool = False) -> str:
    """Clean a text, and cut it with … if it is too wide."""
    text = clean(text, bold=bold)
    most = int(width / size * _NARROW)  # more letters than this never fit, and need no measuring
    if len(text) <= most and text_width(text, size=size, bold=bold) <= width:
        return text
    fits, too_long = 0, min(len(text), most)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        short = text[:middle].rstrip() + "…"
        roomy = text_width(short, size=size, bold=bold) <= width
        fits, too_long = (middle, too_long) if roomy else (fits, middle)
    return text[: max(fits, 1)].rstrip() + "…"


def wrap(
    text: str, width: float, *, size: float = BODY, bold: bool = False, lines: int = 2
) -> tuple[str, ...]:
    """Clean a text and break it into lines that fit; … marks a cut."""
    left = clean(text, bold=bold)
    broken: list[str] = []
    while left and len(broken) < lines - 1:
        line = _first_line(left, width, size, bold=bold)
        broken.append(line)
        left = left[len(line) :].lstrip()
    return (*broken, shorten(left, width, size=size, bold=bold)) if left else tuple(broken)


@lru_cache(maxsize=1024)
def text_width(text: str, *, size: float = BODY, bold: bool = False) -> float:
    """Measure a cleaned line in points, without needing a card."""
    families, weight = _face(text, bold=bold)
    font = FontProperties(family=families, size=size, weight=weight)
    return float(TextToPath().get_text_width_height_descent(text, font, ismath=False)[0])


def _points(card: Figure) -> Affine2D:
    """Turn points from the top left corner into the pixels that matplotlib counts from below."""
    down = float(card.get_size_inches()[1]) * 72
    return Affine2D().scale(1, -1).translate(0, down).scale(_DPI / 72)


def _flow(key: Sequence[Artist], room: float) -> list[list[Artist]]:
    """Put as many marks with their labels on each line as fit."""
    rows: list[list[Artist]] = []
    left = 0.0
    for mark in key:
        needs = _KEY_MARK + _KEY_PAD + text_width(str(mark.get_label()), size=SMALL) + _KEY_SPACE
        if not rows or needs - _KEY_SPACE > left:
            rows.append([])
            left = room
        rows[-1].append(mark)
        left -= needs
    return rows


def _write_key(card: Figure, top: float, row: Sequence[Artist]) -> None:
    """Explain one line of marks; each carries its label."""
    down = float(card.get_size_inches()[1]) * 72
    drawn = card.legend(
        handles=list(row),
        labels=["."] * len(row),  # the real ones may begin with a sign that matplotlib skips
        loc="upper left",
        bbox_to_anchor=(MARGIN / WIDTH, 1 - top / down),
        ncols=len(row),
        frameon=False,
        prop=FontProperties(family=_WANTED[0], size=SMALL),
        borderpad=0,
        borderaxespad=0,
        handlelength=_KEY_MARK / SMALL,
        handletextpad=_KEY_PAD / SMALL,
        columnspacing=_KEY_SPACE / SMALL,
    )
    for mark, label in zip(row, drawn.get_texts(), strict=True):
        letters = _letters(str(mark.get_label()), SMALL, MUTED, bold=False)
        label.set(text=letters.pop("s"), **letters)


def _first_line(text: str, width: float, size: float, *, bold: bool) -> str:
    """Take as many whole words as fit, or as much of one long word."""
    cut = shorten(text, width, size=size, bold=bold)
    if cut == text:
        return text
    fitting = cut.removesuffix("…")
    broken_word = not text[len(fitting)].isspace()
    at_a_word = fitting.rpartition(" ")[0] if broken_word else fitting
    return at_a_word or fitting


def _letters(text: str, size: float, color: str, *, bold: bool) -> dict[str, Any]:
    """Return how to draw a text; a dollar sign in it starts no formula."""
    text = clean(text, bold=bold)
    families, weight = _face(text, bold=bold)
    face = {"fontfamily": families, "fontweight": weight, "fontsize": size}
    return {"s": text, "color": color, "parse_math": False, **face}


def _drawable(character: str, before: list[str], *, bold: bool) -> str:
    """Return what is drawn for one character after those `before` it."""
    if category(character) in ("Mn", "Mc", "Me"):
        return _accent(character, before, bold=bold)
    if character in _JOINERS:
        return character if before and category(before[-1]) in ("Lo", "Mn", "Mc") else ""
    invisible = category(character) in ("Cc", "Cf", "Cs") or ord(character) in _SKIN_TONES
    if invisible:
        return ""
    if _family_with(character, bold=bold):
        return character
    plain = normalize("NFKC", character)
    return plain if all(_family_with(letter, bold=bold) for letter in plain) else _SIGN


def _accent(mark: str, before: list[str], *, bold: bool) -> str:
    """Return an accent only if the letter's font draws it, and never many together."""
    row = before[-_MARKS_IN_A_ROW:]
    tower = len(row) == _MARKS_IN_A_ROW and all(category(c) in ("Mn", "Me") for c in row)
    base = next((c for c in reversed(before) if category(c) not in ("Mn", "Mc", "Me")), " ")
    family = _family_with(base, bold=bold)
    if tower or base in f" {_SIGN}" or ord(mark) in _SELECTORS or family is None:
        return ""
    return mark if ord(mark) in _characters(family, bold=bold) else ""


def _face(text: str, *, bold: bool) -> tuple[list[str], str]:
    """Name the fonts that a text needs, and its weight.

    No other fonts are named, because each costs time.

    A text is bold only if all of its fonts can be; asking for more fills the log with complaints.
    """
    needed = {_family_with(character, bold=bold) for character in text}
    families = [name for name in _installed() if name in needed or name == _WANTED[0]]
    heavy = bold and all(name in _with_bold() for name in families)
    return families, "bold" if heavy else "normal"


def _family_with(character: str, *, bold: bool) -> str | None:
    point = ord(character)
    return next((name for name in _installed() if point in _characters(name, bold=bold)), None)


@lru_cache(maxsize=1)
def _installed() -> tuple[str, ...]:
    """Name the wanted fonts that this machine has; the first one comes with matplotlib."""
    found = {font.name for font in fontManager.ttflist}
    return tuple(name for name in _WANTED if name in found)


@lru_cache(maxsize=1)
def _with_bold() -> frozenset[str]:
    return frozenset(font.name for font in fontManager.ttflist if font.weight in ("bold", 700))


@lru_cache(maxsize=2 * len(_WANTED))
def _characters(family: str, *, bold: bool) -> frozenset[int]:
    """Return the characters that a font can draw; for bold, both faces must.

    Either of the two faces may be chosen for a bold text.
    """
    faces = ("normal", "bold") if bold and family in _with_bold() else ("normal",)
    files = [fontManager.findfont(FontProperties(family=family, weight=face)) for face in faces]
    return frozenset.intersection(*(frozenset(get_font(file).get_charmap()) for file in files))
