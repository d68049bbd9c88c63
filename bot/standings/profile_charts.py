"""The picture of a member's record: the Brier scores of the newest questions, under their means.

It draws the numbers that it is given and computes none of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from bot.core.refusals import say_count
from bot.door import chart_rows, chart_style
from bot.standings.by_moment import ProfileLine
from bot.standings.metrics import say_value
from bot.standings.service import Profile
from storage.enums import Moment

_ROW = 21.0
_LONGEST = 140.0
_LEAST_SCALE = 0.5  # a record of good scores must not look like a scattered one
_KNOWING_NOTHING = 0.25
_MOMENTS = {
    Moment.BLIND: "blind",
    Moment.TURN: "in the turn",
    Moment.FINAL: "round closed",
    Moment.CLOSE: "question closed",
}


@dataclass(frozen=True)
class _Row:
    """A score with its interval, if it is a mean of enough."""

    name: str
    value: float
    interval: tuple[float, float] | None = None
    counts: bool = True

    @property
    def mean(self) -> bool:
        """Tell whether this is a mean with an interval."""
        return self.interval is not None


def profile_chart(profile: Profile) -> bytes:
    """Draw the means that have an interval, then the newest questions, newest above."""
    rows = _rows(profile)
    head = chart_style.heading(_title(profile), _story(profile), _key(rows))
    top, tall = head.height + 16, _ROW * len(rows)
    card = chart_style.figure(top + tall + 26, head)
    names = [chart_style.readable(row.name, otherwise="a question") for row in rows]
    values = [say_value("brier", row.value) for row in rows]
    at = chart_rows.columns(names, values, longest=_LONGEST)
    area = chart_style.axes(card, at.plot_left, top, at.plot_width, tall)
    highest = max(_LEAST_SCALE, *(end for row in rows for end in (row.value, *_ends(row))))
    limits = (-0.03 * highest, 1.03 * highest)
    chart_rows.number_axis(area, "x", limits, chart_rows.say_plain, at.plot_width)
    area.set_ylim(len(rows), 0)
    area.set_yticks([])
    for level, row in enumerate(rows):
        if row.mean:
            chart_style.stripe(card, top + _ROW * level, _ROW)
        color = chart_style.INK if row.counts else chart_style.MUTED
        middle = top + _ROW * (level + 0.5)
        chart_rows.write_row(card, at, middle, names[level], values[level], color=color)
        _draw_row(area, level + 0.5, row)
    area.axvline(
        _KNOWING_NOTHING, color=chart_style.AMBER, linewidth=1.4, linestyle=(0, (4, 3)), zorder=1.5
    )
    chart_rows.point_to_better(card, at, top - 8, higher=False)
    return chart_style.to_png(card)


def profile_alt_text(profile: Profile) -> str:
    """Give the means with their intervals, and the newest scores."""
    said = "; ".join(_in_words(row) for row in _rows(profile))
    return chart_style.alt_text(f"{_title(profile)}. {_story(profile)} Brier scores: {said}.")


def _title(profile: Profile) -> str:
    if profile.mine:
        return "Your Brier scores"
    return f"Brier scores: {chart_style.readable(profile.name, otherwise='a member')}"


def _story(profile: Profile) -> str:
    newest = say_count(len(profile.recent), "resolved question")
    return f"The newest {newest}; 0 is perfect, knowing nothing earns 0.25."


def _rows(profile: Profile) -> list[_Row]:
    means = [
        _Row(f"all {say_count(row.questions, 'question')}", row.value, (row.low, row.high))
        for metric, row in profile.standings
        if metric == "brier" and not isnan(row.low)
    ]
    means += [
        _Row(_MOMENTS[moment], mean.mean, (mean.low, mean.high))
        for moment, mean in profile.moments.means
    ]
    return [*means, *map(_of_question, profile.recent)]


def _of_question(line: ProfileLine) -> _Row:
    """Return the score that counts; faintly the last one where none does."""
    if line.headline is not None:
        return _Row(line.title, line.headline)
    return _Row(line.title, line.briers[-1][1] if line.briers else float("nan"), counts=False)


def _ends(row: _Row) -> tuple[float, ...]:
    return row.interval or ()


def _key(rows: Sequence[_Row]) -> list[Line2D]:
    """Explain the marks that appear in this picture, and no others."""
    marks = [Line2D([], [], color=chart_style.AMBER, linewidth=1.6, label="knowing nothing")]
    marks[0].set_linestyle((0, (3, 2)))
    if any(row.mean for row in rows):
        label = "mean, 90% interval"
        marks.append(Line2D([], [], color=chart_style.BLUE, linewidth=2.4, label=label))
        marks[-1].set(marker="D", markersize=6, markeredgecolor=chart_style.CARD)
    return marks


def _draw_row(area: Axes, level: float, row: _Row) -> None:
    color = chart_style.BLUE if row.counts else chart_style.MUTED
    if row.interval is not None:
        area.plot(row.interval, [level, level], color=color, linewidth=2.4)
    shape, size = ("D", 6.5) if row.mean else ("o", 7.0)
    mark = area.plot([row.value], [level], shape, color=color, markersize=size, zorder=4)
    mark[0].set(markeredgecolor=chart_style.CARD, clip_on=False)


def _in_words(row: _Row) -> str:
    told = f"{row.name[:60]} {say_value('brier', row.value)}"
    if row.interval is not None:
        low, high = (say_value("brier", end) for end in row.interval)
        return f"{told} (90% {low} to {high})"
    return told if row.counts else f"{told} (no turn)"
