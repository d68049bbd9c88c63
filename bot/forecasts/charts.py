"""The picture of a question's history: each person's forecasts as steps, and the group's number.

It draws the lines that it is given and computes none of them, beside the band of many people.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from bot.answers.card_words import words_of
from bot.answers.formats import list_options
from bot.answers.probabilities import Belief
from bot.answers.wording import PictureName
from bot.core.refusals import say_count, say_people
from bot.door import chart_rows, chart_style
from bot.forecasts.read_model import History, HistoryLine
from storage.enums import ForecastKind

_MOST_LINES = 6  # more people than this become one band
_MANY_MARKS = 60  # more forecasts than this have no marks of their own
_TALL, _STRIP, _LOW_STRIP, _MANY_STRIPS = 150.0, 62.0, 46.0, 4
_TITLE = 18.0
_LONGEST_NAME = 78.0
_SHAPES = ("o", "s", "^", "D", "v", "P")
_COLORS = (
    chart_style.BLUE,
    chart_style.PINK,
    chart_style.GREEN,
    chart_style.INK,
    chart_style.RED,
    chart_style.MUTED,
)
_MIDDLE_HALF = (25, 75)
_DIGITS = 10
_IN_ALT_TEXT = 12


@dataclass(frozen=True)
class _Panel:
    """One plot: which of a forecast's values it shows, under which title, and the outcome's."""

    title: str
    at: int
    outcome: float | None
    percent: bool = True


@dataclass(frozen=True)
class _Person:
    """Somebody's forecasts by their places in the history, with the look of their line."""

    name: str
    made: tuple[tuple[int, HistoryLine], ...]
    color: str
    shape: str
    mine: bool


def history_chart(history: History) -> bytes:
    """Draw the forecasts one step to the right each; many people are a band and one's own line."""
    people = _people(history)
    panels = _panels(history)
    head = chart_style.heading(history.title, _story(history, people), _key(history, people))
    tall = _TALL if len(panels) == 1 else _STRIP if len(panels) <= _MANY_STRIPS else _LOW_STRIP
    titled = _TITLE if len(panels) > 1 else 4.0
    step = tall + titled + 4
    card = chart_style.figure(head.height + step * len(panels) + 24, head)
    limits = _limits(history, panels)
    left = chart_style.MARGIN + _label_room(history, limits)
    width = chart_rows.RIGHT - left - 4
    for at, panel in enumerate(panels):
        top = head.height + step * at
        if panel.title:
            name = chart_style.shorten(panel.title, chart_rows.RIGHT - left, bold=True)
            chart_style.write(card, left, top + _TITLE / 2 - 2, name, bold=True)
        area = chart_style.axes(card, left, top + titled, width, tall)
        _scale(area, history, panel, limits, tall)
        _draw(area, history, people, panel)
    _write_days(card, history, (left, head.height + step * len(panels) + 6, width))
    return chart_style.to_png(card)


def history_alt_text(history: History) -> str:
    """Say in words where everybody began and ended, and the group."""
    who = say_people(history.people)
    start = f"“{history.title}”, {say_count(len(history.lines), 'forecast')} of {who}."
    said = [_in_words(history, own) for own in _by_member(history).values()]
    more = len(said) - _IN_ALT_TEXT
    rest = f"; and {more} more" if more > 0 else ""
    return chart_style.alt_text(
        f"{start} {_group_in_words(history)} {'; '.join(said[:_IN_ALT_TEXT])}{rest}."
    )


def _group_in_words(history: History) -> str:
    said = []
    if history.outcome is not None:
        void = history.outcome.measured is None
        said.append("It is void." if void else f"It came out {history.outcome.said}.")
    if history.hidden:
        said.append("Blind forecasts are hidden until the round closes.")
    path = [one for one in history.path if one is not None]
    if path:
        first, last = (_say(history, one) for one in (path[0], path[-1]))
        said.append(f"The group's number: {first if first == last else f'{first} → {last}'}.")
    return " ".join(said)


def _in_words(history: History, own: Sequence[tuple[int, HistoryLine]]) -> str:
    first, last = own[0][1], own[-1][1]
    start, end = (_say(history, line.belief) for line in (first, last))
    counted = f" ({say_count(len(own), 'forecast')})" if len(own) > 1 else ""
    return f"{first.name[:40]} {start if len(own) == 1 else f'{start} → {end}'}{counted}"


def _say(history: History, belief: Belief) -> str:
    return words_of(history.asked).say_on_picture(belief, history.asked)


def _by_member(history: History) -> dict[int, list[tuple[int, HistoryLine]]]:
    found: dict[int, list[tuple[int, HistoryLine]]] = defaultdict(list)
    for place, line in enumerate(history.lines):
        found[line.member].append((place, line))
    return dict(found)


def _people(history: History) -> list[_Person]:
    """Return those who have a line of their own: the caller, then the others as they came in.

    Of many people only the caller has one.
    """
    found = dict(sorted(_by_member(history).items(), key=lambda one: not one[1][0][1].mine))
    many = len(found) > _MOST_LINES
    return [
        _Person(
            "you" if own[0][1].mine else own[0][1].name,
            tuple(own),
            _COLORS[0 if many else at],
            _SHAPES[0 if many else at],
            own[0][1].mine,
        )
        for at, own in enumerate(found.values())
        if not many or own[0][1].mine
    ]


def _is_band(history: History) -> bool:
    return history.people > _MOST_LINES


def _panels(history: History) -> list[_Panel]:
    outcome = history.outcome.measured if history.outcome else None
    options = list_options(history.asked)
    strips = [
        _Panel(name, at, None if outcome is None else float(outcome == at))
        for at, name in enumerate(options)
    ]
    found: dict[PictureName, list[_Panel]] = {
        "line": [_Panel("", 0, outcome)],
        "strips": strips,
        "ranges": [_Panel("", 1, outcome, percent=False)],
    }
    return found[words_of(history.asked).picture]


def _story(history: History, people: Sequence[_Person]) -> str:
    """Say how to read the picture: what is hidden, what the band is, what is left out."""
    unit = f", in {history.asked.unit}" if history.asked.unit else ""
    percent = _panels(history)[0].percent
    middles = f"The middle of each forecast{unit}."
    said = ["One step to the right for each forecast." if percent else middles]
    if _is_band(history):
        said.append(f"The band holds the middle half of {history.people} people.")
    if history.hidden:
        said.append("Some are hidden until the round closes.")
    elif _has_hollow(history, people):
        said.append("Hollow: blind.")
    return " ".join(said)


def _has_hollow(history: History, people: Sequence[_Person]) -> bool:
    shown = [line for one in people for _, line in one.made]
    return _marked(history) and any(line.kind == ForecastKind.BLIND for line in shown)


def _marked(history: History) -> bool:
    return len(history.lines) <= _MANY_MARKS


def _key(history: History, people: Sequence[_Person]) -> list[Line2D | Patch]:
    """Name the lines that appear in this picture, and no others."""
    marks: list[Line2D | Patch] = []
    for at, one in enumerate(people, 1):
        called = chart_style.readable(one.name, otherwise=f"member {at}")
        line = _line(one, [], [])
        line.set_label(chart_style.shorten(called, _LONGEST_NAME, size=chart_style.SMALL))
        if _marked(history):
            line.set(marker=one.shape, markersize=6, markeredgecolor=chart_style.CARD)
        marks.append(line)
    if _is_band(history):
        marks.append(Patch(color=chart_style.MUTED, alpha=0.4, label="middle half"))
    if history.group is not None:
        marks.append(_group_line([], [], "group"))
    if history.outcome is not None and history.outcome.measured is not None:
        marks.append(_outcome_line([], [], "came out"))
    return marks


def _line(one: _Person, x: Sequence[float], y: Sequence[float]) -> Line2D:
    return Line2D(x, y, color=one.color, linewidth=2.2 if one.mine else 1.5, zorder=3)


def _group_line(x: Sequence[float], y: Sequence[float], label: str = "") -> Line2D:
    line = Line2D(x, y, label=label, color=chart_style.AMBER, linewidth=3.2, zorder=3.5)
    line.set(drawstyle="steps-post", solid_capstyle="butt", solid_joinstyle="round")
    return line


def _outcome_line(x: Sequence[float], y: Sequence[float], label: str = "") -> Line2D:
    line = Line2D(x, y, label=label, color=chart_style.INK, linewidth=1.8, zorder=2)
    line.set_linestyle((0, (1, 1.4)))
    return line


def _limits(history: History, panels: Sequence[_Panel]) -> tuple[float, float]:
    """Span all that is drawn on a panel of numbers."""
    panel = panels[0]
    said = [_value(line.belief, panel) for line in history.lines]
    came = [] if panel.outcome is None else [panel.outcome]
    return chart_rows.interval_limits([*said, *came], 1.0)


def _label_room(history: History, limits: tuple[float, float]) -> float:
    if _panels(history)[0].percent:
        return chart_rows.width("100%") + 6
    return chart_rows.label_room(limits, lambda value: _tick(history, value))


def _tick(history: History, value: float) -> str:
    return words_of(history.asked).say_tick(value, _DIGITS)


def _scale(
    area: Axes, history: History, panel: _Panel, limits: tuple[float, float], tall: float
) -> None:
    """Set the axes: one step across for each forecast, and what was said upward."""
    if panel.percent:
        chart_style.percent_axis(area, "y", halves=tall >= _STRIP)
    else:
        chart_rows.number_axis(area, "y", limits, lambda value: _tick(history, value), tall)
    area.set_xlim(-0.3, len(history.lines))
    area.set_xticks([])
    days = [at for at, _ in _new_days(history)]
    for at in days if len(days) <= _IN_ALT_TEXT else ():
        area.axvline(at - 0.3, color=chart_style.GRID, linewidth=0.8, zorder=1)


def _draw(area: Axes, history: History, people: Sequence[_Person], panel: _Panel) -> None:
    """Draw the band of many, the lines, their marks, the group's number and the outcome."""
    end = len(history.lines)
    if panel.outcome is not None:
        area.add_line(_outcome_line([-0.3, end], [panel.outcome] * 2))
    if _is_band(history):
        low, high = _band(history, panel)
        places = range(end + 1)
        area.fill_between(
            places, low, high, step="post", color=chart_style.MUTED, alpha=0.35, linewidth=0
        )
    for one in people:
        _draw_person(area, history, one, panel)
    path = [(at, _value(said, panel)) for at, said in enumerate(history.path) if said is not None]
    if path:
        path.append((end, path[-1][1]))
        area.add_line(_group_line([at for at, _ in path], [value for _, value in path]))


def _draw_person(area: Axes, history: History, one: _Person, panel: _Panel) -> None:
    """Draw somebody's steps up to the end, with a mark at each forecast; hollow if blind."""
    steps = [(at, _value(line.belief, panel)) for at, line in one.made]
    across = [float(at) for at, _ in steps] + [float(len(history.lines))]
    line = _line(one, across, [value for _, value in steps] + [steps[-1][1]])
    line.set_drawstyle("steps-post")
    area.add_line(line)
    if not _marked(history):
        return
    for blind in (True, False):
        at = [
            k for k, (_, made) in enumerate(one.made) if (made.kind == ForecastKind.BLIND) == blind
        ]
        marks = Line2D([steps[k][0] for k in at], [steps[k][1] for k in at], linestyle="none")
        marks.set(marker=one.shape, markersize=6, color=one.color, zorder=4, clip_on=False)
        marks.set_markerfacecolor(chart_style.CARD if blind else one.color)
        marks.set_markeredgecolor(one.color if blind else chart_style.CARD)
        marks.set_markeredgewidth(1.5 if blind else 0.8)
        area.add_line(marks)


def _band(history: History, panel: _Panel) -> tuple[list[float], list[float]]:
    """Return the middle half of everybody's standing forecasts after each step."""
    latest: dict[int, float] = {}
    ends = []
    for line in history.lines:
        latest[line.member] = _value(line.belief, panel)
        ends.append(np.percentile(list(latest.values()), _MIDDLE_HALF).tolist())
    ends.append(ends[-1])
    return [low for low, _ in ends], [high for _, high in ends]


def _value(belief: Belief, panel: _Panel) -> float:
    return belief.values[panel.at] if belief.values else belief.probability or 0.0


def _new_days(history: History) -> list[tuple[int, datetime]]:
    """Return where each day begins, on the caller's calendar."""
    times = [line.made_at.astimezone(history.zone) for line in history.lines]
    later = [
        (at, now)
        for at, (before, now) in enumerate(pairwise(times), 1)
        if before.date() != now.date()
    ]
    return [(0, times[0]), *later]


def _write_days(card: Figure, history: History, place: tuple[float, float, float]) -> None:
    """Name the days below where they begin, as far as there is room."""
    left, top, width = place
    step = width / (len(history.lines) + 0.3)
    free, year = left, 0
    for at, day in _new_days(history):
        said = f"{day.day} {day:%b}" + (f" {day.year}" if day.year != year else "")
        begins = left + step * at
        ends = begins + chart_rows.width(said)
        if begins >= free and ends <= chart_rows.RIGHT:
            chart_rows.aside(card, begins, top + 6, said)
            free, year = ends + 8, day.year
