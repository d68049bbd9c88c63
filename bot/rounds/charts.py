"""The picture of a closed round: how the forecast moved around the circle, seat by seat.

It draws the numbers that it is given and computes none of them: aggregates come from the caller.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bot.core.numbers import say_probability
from bot.core.refusals import say_count, say_people
from bot.door import chart_style
from bot.rounds.read_model import Summary, SummarySeat

_PLOT_HEIGHT = 190.0
_LEFT, _FINALS_WIDTH, _RIGHT = 46.0, 46.0, 50.0
_MANY = 14  # from here on the card is larger
_VALUES_UP_TO = 8  # seats whose dots have room for a number
_LONGEST_NAME = 82.0
_NUMBER_HEIGHT = 0.12  # of the plot, with the dot it belongs to
_LOWEST_NUMBER = 0.08
_AWAY = 0.06  # a longer step aside that is still better than crossing the group's line
_SLANT, _UPRIGHT = 35, 90
_SLANT_NEEDS = 22.0  # points per seat under which slanted names would touch
_STILL_THE_SAME = 0.03  # finals nearer than this stand side by side


@dataclass(frozen=True)
class _Names:
    """The names as they stand under the seats, all at one angle, and the room they take."""

    shown: tuple[str, ...]
    size: float
    angle: int
    height: float


def circle_chart(circle: Summary) -> bytes:
    """Draw the round: blinds hollow, turns filled, the group's line thick, finals at the right."""
    width = chart_style.LARGE_WIDTH if len(circle.seats) > _MANY else chart_style.NORMAL_WIDTH
    head = chart_style.heading(circle.about.question, _story(circle), width)
    across = width - _LEFT - _FINALS_WIDTH - _RIGHT
    names = _names(circle.seats, across / (len(circle.seats) + 1))
    top = head.height + 30
    card = chart_style.figure(width, top + _PLOT_HEIGHT + names.height + 22, head)
    chart_style.key(card, head.height + 2, _key(circle), columns=6)
    area = chart_style.axes(card, _LEFT, top, across, _PLOT_HEIGHT)
    _draw_seats(area, circle, names)
    _draw_finals(card, top, width, circle)
    return chart_style.to_png(card)


def circle_alt_text(circle: Summary) -> str:
    """Say the same in words for those who do not see the picture."""
    seats = ", ".join(_seat_in_words(seat) for seat in circle.seats)
    story = _story(circle).removesuffix(".")
    start = f"“{circle.about.question}”, {say_count(len(circle.seats), 'seat')}: {story}."
    path = [say_probability(value) for value in circle.running if value is not None]
    steps = f" The group's number, turn by turn: {', '.join(path)}." if path else ""
    return chart_style.alt_text(f"{start} In seat order: {seats}.{steps}" if seats else start)


def _story(circle: Summary) -> str:
    """Tell in one sentence where the group began and ended."""
    if circle.compared is not None:
        return f"{_change(*circle.compared)}."
    final = circle.movement.final
    after = circle.running[-1] if final is None else final.probability
    if after is None:
        return "Nobody recorded a forecast in the circle."
    return f"The group ended at {say_probability(after)} ({_counted(circle)})."


def _counted(circle: Summary) -> str:
    """Count whose number it is, and how few the line began with."""
    finals = sum(seat.final is not None for seat in circle.seats)
    blinds = sum(seat.blind is not None for seat in circle.seats)
    people = say_people(finals)
    return people if blinds >= finals else f"{people}, {blinds or 'none'} of them blind before"


def _change(before: float, after: float, people: int) -> str:
    """Tell a change of the same people both times; under three there is none to tell."""
    start, end = say_probability(before), say_probability(after)
    who = f"{people} people, the same both times"
    if start == end:
        return f"The group ended at {end}, where the blind forecasts were ({who})"
    return f"The group went from {start} (blind) to {end} ({who})"


def _seat_in_words(seat: SummarySeat) -> str:
    stages = (("blind", seat.blind), ("turn", seat.turn), ("final", seat.final))
    made = [f"{stage} {say_probability(p)}" for stage, p in stages if p is not None]
    late = " (late)" if seat.late else ""
    return f"{seat.name[:40]} {' → '.join(made) or 'no forecast'}{late}"


def _key(circle: Summary) -> list[Line2D]:
    """List the marks that appear in this picture, and no others."""
    seats = circle.seats
    used = {
        "blind": any(seat.blind is not None for seat in seats),
        "turn": any(seat.turn is not None and not seat.late for seat in seats),
        "late": any(seat.turn is not None and seat.late for seat in seats),
        "group": any(value is not None for value in circle.running),
        "final": any(seat.final is not None for seat in seats),
    }
    return [_mark(name, [], [], name) for name, shown in used.items() if shown]


def _mark(stage: str, x: Sequence[float], y: Sequence[float], label: str = "") -> Line2D:
    """Make the mark of a stage, the same in the plot and in the key."""
    looks = {
        "blind": ("o", chart_style.CARD, chart_style.INK, 6.5),
        "turn": ("o", chart_style.BLUE, chart_style.CARD, 9.0),
        "late": ("D", chart_style.BLUE, chart_style.INK, 7.0),
        "final": ("o", chart_style.VIOLET, chart_style.CARD, 7.5),
    }
    mark = Line2D(x, y, label=label, linestyle="none", clip_on=False, zorder=4)
    if stage == "group":
        mark.set(linestyle="-", color=chart_style.AMBER, linewidth=3.5, zorder=2.5)
        mark.set(marker="o", markersize=4, solid_joinstyle="round", solid_capstyle="butt")
        return mark
    shape, face, edge, size = looks[stage]
    mark.set(marker=shape, markerfacecolor=face, markeredgecolor=edge, markersize=size)
    mark.set_markeredgewidth(1.6 if stage == "blind" else 1.0)
    return mark


def _names(seats: tuple[SummarySeat, ...], slot: float) -> _Names:
    """Lay the names flat while they fit their seats, then slanted, then upright."""
    called = [chart_style.readable(s.name, otherwise=f"seat {k}") for k, s in enumerate(seats, 1)]
    flat = max((chart_style.text_width(name) for name in called), default=0.0) <= slot - 5
    angle = 0 if flat else _SLANT if slot >= _SLANT_NEEDS else _UPRIGHT
    size = chart_style.SMALL if angle == _UPRIGHT else chart_style.BODY
    shown = tuple(chart_style.shorten(name, _LONGEST_NAME, size=size) for name in called)
    longest = max((chart_style.text_width(name, size=size) for name in shown), default=0.0)
    height = {0: 14.0, _SLANT: 0.58 * longest + 14, _UPRIGHT: longest + 6}[angle]
    return _Names(shown, size, angle, max(height, 14.0))


def _draw_seats(area: Axes, circle: Summary, names: _Names) -> None:
    """Draw everything that has a place in the seat order, from the start to the last seat."""
    area.set_xlim(-0.5, len(circle.seats) + 0.5)
    area.set_xticks([])
    chart_style.percent_axis(area, "y")
    seats = list(enumerate(circle.seats, 1))
    spoken = [(at, seat.turn) for at, seat in seats if seat.turn is not None]
    area.plot(*_columns(spoken), color=chart_style.BLUE, linewidth=1.3, alpha=0.75, zorder=2)
    for at, seat in seats:
        _draw_seat(area, at, seat)
    group = [(at, p) for at, p in enumerate(circle.running) if p is not None]
    area.add_line(_mark("group", *_columns(group)))
    if len(circle.seats) <= _VALUES_UP_TO:
        _write_values(area, circle)
    _write_names(area, circle.seats, names)


def _columns(points: list[tuple[int, float]]) -> tuple[list[float], list[float]]:
    return [float(at) for at, _ in points], [p for _, p in points]


def _draw_seat(area: Axes, at: int, seat: SummarySeat) -> None:
    """Draw a seat's blind and turn forecasts, joined by a stem that shows how far it moved."""
    if seat.blind is not None and seat.turn is not None:
        ends = [seat.blind, seat.turn]
        area.plot([at, at], ends, color=chart_style.MUTED, linewidth=1.2, alpha=0.7, zorder=1.5)
    if seat.blind is not None:
        area.add_line(_mark("blind", [at], [seat.blind]))
    if seat.turn is not None:
        area.add_line(_mark("late" if seat.late else "turn", [at], [seat.turn]))


def _write_values(area: Axes, circle: Summary) -> None:
    """Write each turn forecast by its dot, rather away from the group's line than beyond it."""
    for at, seat in enumerate(circle.seats, 1):
        if seat.turn is None:
            continue
        others = [p for p in (seat.blind, circle.running[at]) if p is not None]
        above = _clear_of(seat.turn, others)
        below = 1 - _clear_of(1 - seat.turn, [1 - p for p in others])
        up, down = above - seat.turn, seat.turn - below
        line_above = (circle.running[at] or 0.0) > seat.turn
        rises = up <= down + (-_AWAY if line_above else _AWAY) or below < _LOWEST_NUMBER
        place, shift = (above, 12) if rises else (below, -13)
        number = say_probability(seat.turn)
        chart_style.note(area, (at, place), number, shift=(0, shift), color=chart_style.BLUE)


def _clear_of(start: float, others: list[float]) -> float:
    """Climb from a dot over the other marks of its seat that its number would cover."""
    for other in sorted(others):
        if start < other < start + _NUMBER_HEIGHT:
            start = other
    return start


def _write_names(area: Axes, seats: tuple[SummarySeat, ...], names: _Names) -> None:
    """Name the seats under the plot, faintly those that did not forecast in their turn."""
    placing = {"va": "top"} if names.angle == 0 else {"ha": "right", "rotation": names.angle}
    under = area.get_xaxis_transform()
    labels = [("start", chart_style.MUTED)]
    for seat, name in zip(seats, names.shown, strict=True):
        labels.append((name, chart_style.INK if seat.turn is not None else chart_style.MUTED))
    for at, (label, color) in enumerate(labels):
        chart_style.note(
            area,
            (at, 0),
            label,
            within=under,
            shift=(0, -8),
            size=names.size,
            color=color,
            rotation_mode="anchor",
            **placing,
        )


def _draw_finals(card: Figure, top: float, width: float, circle: Summary) -> None:
    """Gather the final forecasts in a column of their own, lowest and highest numbered."""
    area = chart_style.axes(card, width - _FINALS_WIDTH - _RIGHT, top, _FINALS_WIDTH, _PLOT_HEIGHT)
    area.patch.set(facecolor=chart_style.STRIPE, alpha=1)
    area.set_xlim(-1, 1)
    area.set_xticks([])
    chart_style.percent_axis(area, "y", labels=False)
    finals = sorted(seat.final for seat in circle.seats if seat.final is not None)
    area.add_line(_mark("final", _side_by_side(finals), finals))
    if circle.movement.final is not None:
        ends = [circle.movement.final.probability or 0.0] * 2
        area.plot([-1, 1], ends, color=chart_style.AMBER, linewidth=3.5, zorder=2.5)
    under = area.get_xaxis_transform()
    chart_style.note(
        area, (0, 0), "final", within=under, shift=(0, -8), va="top", color=chart_style.MUTED
    )
    for value, shift in _ends(finals):
        chart_style.note(
            area,
            (1, value),
            say_probability(value),
            within=area.get_yaxis_transform(),
            shift=(6, shift),
            color=chart_style.VIOLET,
            ha="left",
        )


def _ends(finals: list[float]) -> list[tuple[float, float]]:
    """Give the lowest and highest with the points to move their numbers, so as not to touch."""
    if not finals or finals[0] == finals[-1]:
        return [(value, 0.0) for value in finals[:1]]
    apart = (finals[-1] - finals[0]) * _PLOT_HEIGHT
    shift = max(0.0, (13 - apart) / 2)
    return [(finals[0], -shift), (finals[-1], shift)]


def _side_by_side(values: list[float]) -> list[float]:
    """Spread near-equal values sideways about the middle, closer together when they are many."""
    rows: list[list[float]] = []
    for value in values:
        if rows and value - rows[-1][0] < _STILL_THE_SAME:
            rows[-1].append(value)
        else:
            rows.append([value])
    spread: list[float] = []
    for row in rows:
        step = min(0.36, 1.6 / max(len(row) - 1, 1))
        spread.extend(step * (k - (len(row) - 1) / 2) for k in range(len(row)))
    return spread
