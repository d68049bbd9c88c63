"""The picture of a closed round: how the forecast moved around the circle, seat by seat.

It draws the numbers that it is given and computes none of them: aggregates come from the caller.
"""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bot.core.numbers import say_probability
from bot.core.refusals import say_count, say_people
from bot.door import chart_rows, chart_style
from bot.rounds import chart_marks
from bot.rounds.chart_marks import Values
from bot.rounds.read_model import Summary, SummarySeat

_ROW = 22.0
_STAGES = (0.22, 0.5, 0.78)  # where blind, turn and final stand in a row, so as not to cover
_END, _NOTHING = "final", "–"
_MANY = 14  # from here on the percentages stand above the plot too

Row = tuple[str, tuple[float | None, float | None, float | None], bool]


def circle_chart(circle: Summary) -> bytes:
    """Draw one row per seat, in seat order: blind, turn and final, and the group's line down."""
    key = chart_marks.key(circle, turns=True, path=chart_marks.has_path(circle))
    head = chart_style.heading(circle.about.question, _story(circle), key)
    rows = _rows(circle)
    if not rows:
        return chart_style.to_png(chart_style.figure(head.height, head))
    many, count = len(rows) > _MANY, len(rows) + (circle.crowd is not None)
    top, tall = head.height + (30 if many else 16), _ROW * count
    card = chart_style.figure(top + tall + 26, head)
    crowd = chart_marks.of_crowd(circle)
    ends = [*(_said(chances[2]) for _, chances, _ in rows), *map(_said, crowd or ())]
    names = [*(name for name, *_ in rows), *([chart_marks.THE_CROWD] if crowd else [])]
    at = chart_rows.columns(names, [*ends, _END])
    area = chart_style.axes(card, at.plot_left, top, at.plot_width, tall)
    chart_style.percent_axis(area, "x")
    area.set_ylim(count, 0)
    area.set_yticks([])
    area.tick_params(labeltop=many)
    chart_rows.aside(card, chart_rows.RIGHT, top - (22 if many else 8), _END, ha="right")
    _draw_rows(card, area, circle, rows, (at, top))
    if crowd is not None:
        _draw_crowd(card, area, crowd[0], (at, top), len(rows))
    return chart_style.to_png(card)


def circle_alt_text(circle: Summary) -> str:
    """Say the same in words for those who do not see the picture."""
    seats = ", ".join(_seat_in_words(seat) for seat in circle.seats)
    story = _story(circle).removesuffix(".")
    start = f"“{circle.about.question}”, {say_count(len(circle.seats), 'seat')}: {story}."
    path = [say_probability(value) for value in circle.running if value is not None]
    steps = f" The group's number, turn by turn: {', '.join(path)}." if path else ""
    start += chart_marks.crowd_in_words(circle)
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


def _said(chance: float | None) -> str:
    return _NOTHING if chance is None else say_probability(chance)


def _rows(circle: Summary) -> list[Row]:
    """Return what stands in each row: a name, three chances, and whether the turn was late.

    The last row is the group's, if it has a number.
    """
    rows: list[Row] = [
        (
            chart_style.readable(seat.name, otherwise=f"seat {place}"),
            (seat.blind, seat.turn, seat.final),
            seat.late,
        )
        for place, seat in enumerate(circle.seats, 1)
    ]
    name, before, after = chart_marks.group_ends(circle)
    if after is not None:
        rows.append((name, (_first(before), None, after[0]), False))
    return rows


def _first(values: Values | None) -> float | None:
    return None if values is None else values[0]


def _draw_rows(
    card: Figure,
    area: Axes,
    circle: Summary,
    rows: Sequence[Row],
    place: tuple[chart_rows.Columns, float],
) -> None:
    """Draw the seats one below the other, the group's line down between them, and its own row."""
    at, top = place
    drawing = chart_marks.Drawing()
    for level, row in enumerate(rows):
        grouped = level == len(circle.seats)
        _write_row(card, at, top + _ROW * (level + 0.5), row, grouped=grouped)
        _gather(drawing, level, row, color=chart_style.AMBER if grouped else "")
    drawing.draw(area)
    chart_marks.draw_path(area, circle, 0, range(len(circle.seats) + 1))
    if len(rows) > len(circle.seats):
        chart_style.stripe(card, top + _ROW * len(circle.seats), _ROW)


def _draw_crowd(
    card: Figure, area: Axes, chance: float, place: tuple[chart_rows.Columns, float], level: int
) -> None:
    """Draw the crowd below all others, in a row of its own: it did not sit in the circle."""
    at, top = place
    middle, color = level + 0.5, chart_style.GREEN
    said = chart_marks.THE_CROWD, _said(chance)
    chart_rows.write_row(card, at, top + _ROW * middle, *said, color=color, value_color=color)
    area.add_line(chart_marks.mark(chart_marks.CROWD, [chance], [middle]))


def _write_row(
    card: Figure, at: chart_rows.Columns, level: float, row: Row, *, grouped: bool
) -> None:
    """Write a name and where it ended; faintly the name of those who did not speak."""
    name, (_, turn, final), _ = row
    spoke = chart_style.MUTED if turn is None else chart_style.INK
    color, value_color = (
        (chart_style.AMBER, chart_style.AMBER) if grouped else (spoke, chart_style.PINK)
    )
    chart_rows.write_row(card, at, level, name, _said(final), color=color, value_color=value_color)


def _gather(drawing: chart_marks.Drawing, level: int, row: Row, color: str) -> None:
    """Take in the marks of a row, joined in the order in which they were made."""
    _, chances, late = row
    stages = ("blind", "late" if late else "turn", "final")
    made = [
        (stage, (chance, level + down))
        for stage, chance, down in zip(stages, chances, _STAGES, strict=True)
        if chance is not None
    ]
    for stage, point in made:
        drawing.add(stage, point, color)
    drawing.join([point for _, point in made])
