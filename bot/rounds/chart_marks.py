"""The marks that all pictures of a round share: blind, turn, late, final, crowd, the group's line.

Each stage has a shape of its own, so that a picture without colours says the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D

from bot.answers.card_words import words_of
from bot.answers.probabilities import Belief
from bot.door import chart_style
from bot.rounds.read_model import Summary

# Shape, filling, edge and size of each stage.
_LOOKS = {
    "blind": ("o", chart_style.CARD, chart_style.INK, 5.5),
    "turn": ("o", chart_style.BLUE, chart_style.CARD, 7.0),
    "late": ("o", chart_style.BLUE, chart_style.BLUE, 6.5),
    "final": ("D", chart_style.PINK, chart_style.CARD, 7.0),
    "crowd": ("^", chart_style.GREEN, chart_style.CARD, 9.0),
}
_HOLLOW = 1.5
GROUP, THE_GROUP = "group", "the group"
CROWD, THE_CROWD = "crowd", "the crowd"

Values = tuple[float, ...]
Point = tuple[float, float]


def mark(
    stage: str, x: Sequence[float], y: Sequence[float], *, color: str = "", label: str = ""
) -> Line2D:
    """Make the mark of a stage, the same in the plot and in the key."""
    shape, face, edge, size = _LOOKS[stage]
    hollow = stage == "blind"
    made = Line2D(x, y, label=label, linestyle="none", clip_on=False, zorder=4)
    made.set(marker=shape, markersize=size)
    made.set_markeredgewidth(_HOLLOW if hollow else 1.0)
    made.set_markerfacecolor(face if hollow else color or face)
    made.set_markeredgecolor((color or edge) if hollow else edge)
    if stage == "late":
        made.set(fillstyle="left", markerfacecoloralt=chart_style.CARD)
    return made


def range_look(stage: str) -> tuple[str, float]:
    """Return the colour and the width of a range's line."""
    if stage == CROWD:
        return chart_style.GREEN, 2.0
    return (chart_style.INK, 1.2) if stage == "blind" else (chart_style.PINK, 3.0)


def group_line(x: Sequence[float], y: Sequence[float], label: str = "") -> Line2D:
    """Make the thick line of the group's number."""
    line = Line2D(x, y, label=label, color=chart_style.AMBER, linewidth=3.0, zorder=2.5)
    line.set(solid_joinstyle="round", solid_capstyle="butt", clip_on=False)
    return line


@dataclass
class Drawing:
    """The marks of a plot, gathered and then drawn together: one by one they take too long."""

    marks: dict[tuple[str, str], list[Point]] = field(default_factory=dict)
    ranges: dict[tuple[str, str], list[list[Point]]] = field(default_factory=dict)
    stems: list[list[Point]] = field(default_factory=list)

    def add(self, stage: str, at: Point, color: str = "") -> None:
        """Take in one mark."""
        self.marks.setdefault((stage, color), []).append(at)

    def add_range(self, stage: str, ends: tuple[float, float], level: float, color: str) -> None:
        """Take in the line of a range: thin if blind, thick if final."""
        found = self.ranges.setdefault((stage, color), [])
        found.append([(end, level) for end in ends])

    def join(self, points: Sequence[Point]) -> None:
        """Take in a thin line between marks."""
        if len(points) > 1:
            self.stems.append(list(points))

    def draw(self, area: Axes) -> None:
        """Draw everything that was taken in."""
        stems = LineCollection(self.stems, colors=chart_style.MUTED, linewidths=1.1, zorder=3)
        area.add_collection(stems, autolim=False)
        for (stage, color), lines in self.ranges.items():
            own, width = range_look(stage)
            drawn = LineCollection(lines, colors=color or own, linewidths=width, zorder=3)
            area.add_collection(drawn, autolim=False)
        for (stage, color), points in self.marks.items():
            area.add_line(mark(stage, *_columns(points), color=color))


def key(shown: Summary, *, turns: bool, path: bool) -> list[Line2D]:
    """List the marks that appear in a picture, and no others."""
    seats = shown.seats
    used = {
        "blind": any(seat.said[0] is not None for seat in seats),
        "turn": turns and any(seat.said[1] is not None and not seat.late for seat in seats),
        "late": turns and any(seat.said[1] is not None and seat.late for seat in seats),
        "final": any(seat.said[2] is not None for seat in seats),
        CROWD: shown.crowd is not None,
    }
    marks = [mark(stage, [], [], label=stage) for stage, drawn in used.items() if drawn]
    return [*marks, group_line([], [], GROUP)] if path else marks


def has_path(shown: Summary) -> bool:
    """Tell whether the group had any number."""
    return any(one is not None for one in shown.movement.path)


def draw_path(area: Axes, shown: Summary, at: int, levels: Sequence[float]) -> None:
    """Draw one of the group's values downwards: before the first turn, and after each seat."""
    path = zip(levels, map(values_of, shown.movement.path), strict=False)
    points = [(values[at], level) for level, values in path if values is not None]
    area.add_line(group_line(*_columns(points)))


def _columns(points: Sequence[Point]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]


def values_of(belief: Belief | None) -> Values | None:
    """Return a forecast's values; a chance is one."""
    if belief is None:
        return None
    return belief.values or (belief.probability or 0.0,)


def of_crowd(shown: Summary) -> Values | None:
    """Return what the crowd said, if it is known."""
    return values_of(shown.crowd.belief if shown.crowd else None)


def crowd_in_words(shown: Summary) -> str:
    """Say what the crowd said as one more sentence; nothing where it is not known."""
    if shown.crowd is None:
        return ""
    asked = shown.about.asked
    said = words_of(asked).say_on_picture(shown.crowd.belief, asked)
    when = ", when the question was brought" if shown.crowd.brought else ""
    return f" {shown.crowd.who}{when}: {said}."


def group_ends(shown: Summary) -> tuple[str, Values | None, Values | None]:
    """Name the group, with its forecast before and after of the same people.

    Of too few there is the end alone.
    """
    found = shown.movement.compared
    if found is None:
        return THE_GROUP, None, values_of(shown.movement.final)
    everybody = found.people == shown.movement.final_people
    name = THE_GROUP if everybody else f"the same {found.people}"
    return name, values_of(found.before), values_of(found.after)
