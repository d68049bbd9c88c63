"""The pictures of a closed round in strips, one for each option, or in ranges.

They draw what they are given and compute none of it: the group's forecasts come from the caller.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bot.answers.card_words import words_of
from bot.answers.formats import list_options
from bot.answers.probabilities import Belief
from bot.answers.wording import KindInWords
from bot.core.numbers import say_probability
from bot.core.refusals import say_count
from bot.door import chart_rows, chart_style
from bot.rounds import chart_marks
from bot.rounds.chart_marks import Values, values_of
from bot.rounds.read_model import Summary

_DIGITS = 4
_TICK_DIGITS = 10  # ticks are round numbers; those of years may be half a year apart
_OPTION_LABEL, _OPTION_GAP = 19.0, 9.0
_INSET = 28.0  # room for half a label at both ends of an axis
_SEAT_STEP, _TALLEST_STRIPS = 10.0, 330.0
_FOLDED = 30.0  # the height of a strip in which all seats share two lines
_FOLDED_LINE = 15.0
_ROW = 24.0
_ALT_NAME = 40


@dataclass(frozen=True)
class _Line:
    """What one seat, or the whole group, forecast blind and at the end: chances or quantiles.

    The crowd's has one forecast, with a mark of its own; `color` is that of a line's words.
    """

    name: str
    blind: Values | None
    final: Values | None
    mark: str = "final"
    color: str = ""


def strips_chart(shown: Summary) -> bytes:
    """Draw one strip per option, in each the seats from the first above to the last below."""
    has_path = chart_marks.has_path(shown)
    key = chart_marks.key(shown, turns=False, path=has_path)
    head = chart_style.heading(shown.about.question, _strips_story(shown), key)
    count, strip = len(shown.about.asked.options), _strip_height(shown)
    row = _OPTION_LABEL + strip + _OPTION_GAP
    card = chart_style.figure(head.height + row * count + 12, head)
    for at in range(count):
        _draw_option(card, shown, at, (head.height + row * at, strip))
    return chart_style.to_png(card)


def ranges_chart(shown: Summary) -> bytes:
    """Draw one row per seat with its range, and the group's below."""
    words = words_of(shown.about.asked)
    key = _range_key(shown)
    head = chart_style.heading(shown.about.question, _ranges_story(shown), key)
    spoken = [*_seats(shown), replace(_group(shown), color=chart_style.AMBER), *_crowd(shown)]
    top, tall = head.height + 16, _ROW * len(spoken)
    card = chart_style.figure(top + tall + 26, head)
    names = [chart_style.readable(one.name, otherwise="seat") for one in spoken]
    values = [_middle(one, words) for one in spoken]
    at = chart_rows.columns(names, [*values, "middle"])
    area = chart_style.axes(card, at.plot_left, top, at.plot_width, tall)
    _scale(area, spoken, words, at.plot_width)
    drawing = chart_marks.Drawing()
    for level, one in enumerate(spoken):
        said = names[level], values[level]
        middle = top + _ROW * (level + 0.5)
        chart_rows.write_row(
            card,
            at,
            middle,
            *said,
            color=one.color or chart_style.INK,
            value_color=one.color or chart_style.PINK,
        )
        _gather_ranges(drawing, level, one)
    drawing.draw(area)
    chart_marks.draw_path(area, shown, 1, range(len(shown.seats) + 1))
    chart_style.stripe(card, top + _ROW * len(shown.seats), _ROW)
    chart_rows.aside(card, chart_rows.RIGHT, top - 8, "middle", ha="right")
    return chart_style.to_png(card)


def strips_alt_text(shown: Summary) -> str:
    """Say the same in words for those who do not see the picture."""
    options = ", ".join(option[:_ALT_NAME] for option in list_options(shown.about.asked))
    return _alt_text(shown, f"Chances of {options}, in this order, blind and at the end.")


def ranges_alt_text(shown: Summary) -> str:
    """Say the same in words for those who do not see the picture."""
    what = "Each range has an 80% chance; the dot is as likely too high as too low."
    return _alt_text(shown, what)


def _alt_text(shown: Summary, what: str) -> str:
    asked = shown.about.asked
    said = [_group_in_words(shown), *(_in_words(shown, seat) for seat in _seats(shown))]
    path = [words_of(asked).say_step(one, asked) for one in shown.movement.path if one]
    steps = f" The group's number, turn by turn: {', '.join(path)}." if path else ""
    counted = say_count(len(shown.seats), "seat")
    crowd = chart_marks.crowd_in_words(shown)
    return chart_style.alt_text(
        f"“{shown.about.question}”, {counted}. {what}{crowd} {'; '.join(said)}.{steps}"
    )


def _group_in_words(shown: Summary) -> str:
    who = f" ({_people(shown)} people, the same both times)" if _people(shown) else ""
    return f"{_in_words(shown, _group(shown))}{who}"


def _in_words(shown: Summary, seat: _Line) -> str:
    asked = shown.about.asked
    said = [
        f"{when} {words_of(asked).say_on_picture(Belief(values=values), asked)}"
        for when, values in (("blind", seat.blind), ("final", seat.final))
        if values is not None
    ]
    return f"{seat.name[:_ALT_NAME]} {' → '.join(said) or 'no forecast'}"


def _strips_story(shown: Summary) -> str:
    people = _people(shown)
    lines = (
        "Blind forecasts above, final ones below."
        if _is_folded(shown)
        else "One line per seat, in seat order."
    )
    right = f" At the right the group, blind → final, of the same {people}." if people else ""
    return f"{lines}{right}"


def _ranges_story(shown: Summary) -> str:
    unit = f", in {shown.about.asked.unit}" if shown.about.asked.unit else ""
    return f"Ranges with an 80% chance{unit}; the mark is the middle."


def _strip_height(shown: Summary) -> float:
    """Give each seat a line of its own where there is room for it in every strip.

    The crowd has one below them.
    """
    if _is_folded(shown):
        return _FOLDED + _FOLDED_LINE * (shown.crowd is not None)
    return _unfolded_height(shown)


def _is_folded(shown: Summary) -> bool:
    return _unfolded_height(shown) * len(shown.about.asked.options) > _TALLEST_STRIPS


def _unfolded_height(shown: Summary) -> float:
    return _SEAT_STEP * (len(shown.seats) + 1 + (shown.crowd is not None))


def _draw_option(card: Figure, shown: Summary, at: int, place: tuple[float, float]) -> None:
    """Draw the strip of one option, with its name and the group's change above it."""
    top, strip = place
    change = _change(_group(shown), at)
    room = chart_rows.RIGHT - chart_style.MARGIN
    left = room - chart_style.text_width(change, size=chart_style.SMALL) - 10
    name = chart_style.shorten(list_options(shown.about.asked)[at], left, bold=True)
    level = top + _OPTION_LABEL / 2 - 1
    chart_style.write(card, chart_style.MARGIN, level, name, bold=True)
    chart_rows.aside(card, chart_rows.RIGHT, level, change, ha="right", color=chart_style.AMBER)
    width = chart_style.WIDTH - 2 * _INSET
    area = chart_style.axes(card, _INSET, top + _OPTION_LABEL, width, strip)
    chart_style.percent_axis(area, "x", labels=at == len(shown.about.asked.options) - 1)
    area.set_yticks([])
    area.patch.set(facecolor=chart_style.STRIPE, alpha=1)
    folded, crowd = _is_folded(shown), chart_marks.of_crowd(shown)
    last = 2 if folded else len(shown.seats)
    more = crowd is not None
    area.set_ylim((1.5 + more, -0.5) if folded else (len(shown.seats) + more, -1))
    drawing = chart_marks.Drawing()
    if crowd is not None:
        drawing.add(chart_marks.CROWD, (crowd[at], last))
    for level, seat in enumerate(_seats(shown)):
        above, below = (0, 1) if folded else (level, level)
        blind, final = (None if said is None else said[at] for said in (seat.blind, seat.final))
        _gather(drawing, {"blind": (blind, above), "final": (final, below)})
    drawing.draw(area)
    _draw_group(area, shown, at, folded=folded)


def _draw_group(area: Axes, shown: Summary, at: int, *, folded: bool) -> None:
    """Draw the group's chance downwards: before the first seat, after each, and at the end."""
    count = len(shown.seats)
    step = 1 / max(count, 1) if folded else 1.0
    start = 0.0 if folded else -0.5
    levels = [start + step * at for at in range(count + 1)]
    chart_marks.draw_path(area, shown, at, levels)


def _change(group: _Line, at: int) -> str:
    said = [say_probability(values[at]) for values in (group.blind, group.final) if values]
    return " → ".join(dict.fromkeys(said))


def _gather(drawing: chart_marks.Drawing, said: dict[str, tuple[float | None, float]]) -> None:
    """Take in one seat's blind and final chance, and the way between them."""
    made = {stage: (value, level) for stage, (value, level) in said.items() if value is not None}
    for stage, point in made.items():
        drawing.add(stage, point)
    drawing.join(list(made.values()))


def _scale(area: Axes, spoken: Sequence[_Line], words: KindInWords, width: float) -> None:
    """Set the axes: seats downward, and all that was said across with a few numbers."""
    said = [value for one in spoken for value in (*(one.blind or ()), *(one.final or ()))]
    low, high = min(said, default=0.0), max(said, default=1.0)
    room = 0.05 * (high - low) or 0.1 * abs(high) or 1.0
    chart_rows.number_axis(
        area,
        "x",
        (low - room, high + room),
        lambda value: words.say_tick(value, _TICK_DIGITS),
        width,
    )
    area.set_ylim(len(spoken), 0)
    area.set_yticks([])


def _middle(one: _Line, words: KindInWords) -> str:
    return words.say_tick(one.final[1], _DIGITS) if one.final else "–"


def _gather_ranges(drawing: chart_marks.Drawing, level: int, one: _Line) -> None:
    """Take in the blind range above, the final one below."""
    apart = 0.2 if one.blind is not None and one.final is not None else 0.0
    for stage, values, down in (("blind", one.blind, -apart), (one.mark, one.final, apart)):
        if values is not None:
            low, middle, high = values
            where = level + 0.5 + down
            drawing.add_range(stage, (low, high), where, one.color)
            drawing.add(stage, (middle, where), one.color)


def _range_key(shown: Summary) -> list[Line2D]:
    """List the marks of the ranges, each on its line."""
    marks = chart_marks.key(shown, turns=False, path=chart_marks.has_path(shown))
    for one in marks:
        stage = str(one.get_label())
        if stage != chart_marks.GROUP:
            color, width = chart_marks.range_look(stage)
            one.set(linestyle="-", color=color, linewidth=width)
    return marks


def _seats(shown: Summary) -> tuple[_Line, ...]:
    return tuple(
        _Line(one.name, values_of(one.said[0]), values_of(one.said[2])) for one in shown.seats
    )


def _group(shown: Summary) -> _Line:
    return _Line(*chart_marks.group_ends(shown))


def _crowd(shown: Summary) -> tuple[_Line, ...]:
    """Return the crowd's line, below all others: it did not sit in the circle."""
    values = chart_marks.of_crowd(shown)
    if values is None:
        return ()
    return (_Line(chart_marks.THE_CROWD, None, values, chart_marks.CROWD, color=chart_style.GREEN),)


def _people(shown: Summary) -> int:
    """Count who is compared before and after; 0 where too few are."""
    return shown.movement.compared.people if shown.movement.compared else 0
