"""The pictures of a closed round in strips, one for each option, or in ranges.

They draw what they are given and compute none of it: the group's forecasts come from the caller.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from bot.answers.card_words import words_of
from bot.answers.formats import list_options
from bot.answers.probabilities import Belief
from bot.answers.wording import KindInWords
from bot.core.numbers import say_probability
from bot.core.refusals import say_count
from bot.door import chart_style
from bot.rounds.read_model import Summary

_DIGITS = 4
_TICK_DIGITS = 10  # ticks are round numbers; those of years may be half a year apart
_INSET = 30.0  # room for half a label at both ends of an axis
_OPTION_LABEL, _OPTION_GAP = 18.0, 10.0
_SEAT_STEP, _LEAST_STRIP = 9.0, 20.0
_ROW = 26.0
_TALLEST_TABLE = 420.0
_NAME_WIDTH, _VALUE_WIDTH = 96.0, 90.0
_ALT_NAME = 40
_BEFORE = -0.7  # where the group stands before the first seat

Values = tuple[float, ...]


@dataclass(frozen=True)
class _Line:
    """What one seat, or the whole group, forecast blind and at the end: chances or quantiles."""

    name: str
    blind: Values | None
    final: Values | None


def strips_chart(shown: Summary) -> bytes:
    """Draw one strip per option; in each the seats, from the first above to the last below."""
    head = chart_style.heading(shown.about.question, _strips_story(shown))
    count = len(shown.about.asked.options)
    roomy = max(_LEAST_STRIP, _TALLEST_TABLE / count)
    strip = min(roomy, _SEAT_STEP * (len(shown.seats) + 1))
    row = _OPTION_LABEL + strip + _OPTION_GAP
    top = head.height + 26
    card = chart_style.figure(chart_style.NORMAL_WIDTH, top + row * count + 18, head)
    group = Line2D([], [], color=chart_style.AMBER, linewidth=2.5, label="the group")
    chart_style.key(card, head.height + 2, [*_key(shown), group], columns=3)
    for at in range(count):
        _draw_option(card, shown, at, (top + row * at, strip))
    return chart_style.to_png(card)


def ranges_chart(shown: Summary) -> bytes:
    """Draw one row per seat with its range, and the group's below."""
    words = words_of(shown.about.asked)
    head = chart_style.heading(shown.about.question, _ranges_story(shown))
    spoken = [*_seats(shown), _group(shown)]
    row = min(_ROW, _TALLEST_TABLE / len(spoken))
    top = head.height + 26
    tall = row * len(spoken)
    card = chart_style.figure(chart_style.NORMAL_WIDTH, top + tall + 30, head)
    chart_style.key(card, head.height + 2, _key(shown), columns=3)
    left = chart_style.MARGIN + _NAME_WIDTH
    numbers = max(chart_style.text_width(_middle(one, words), bold=True) for one in spoken)
    right = chart_style.MARGIN + min(numbers, _VALUE_WIDTH) + 22
    area = chart_style.axes(card, left, top, chart_style.NORMAL_WIDTH - left - right, tall)
    _scale(area, spoken, words)
    for level, one in enumerate(spoken):
        grouped = level == len(spoken) - 1
        said = one.name, _middle(one, words)
        _write_row(card, said, top + row * (level + 0.5), grouped=grouped)
        _draw_ranges(area, level, one, grouped=grouped)
    _draw_path(area, shown, 1, with_end=False)  # the group has a row of its own
    chart_style.stripe(card, top + tall - row, row)
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
    return chart_style.alt_text(
        f"“{shown.about.question}”, {counted}. {what} {'; '.join(said)}.{steps}"
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
    right = f" At the right blind → final, of the same {people}." if people else ""
    return f"One line per seat, in seat order; amber is the group, turn by turn.{right}"


def _ranges_story(shown: Summary) -> str:
    unit = f", in {shown.about.asked.unit}" if shown.about.asked.unit else ""
    return f"Ranges with an 80% chance{unit}; the dot is the middle. Amber is the group."


def _draw_option(card: Figure, shown: Summary, at: int, place: tuple[float, float]) -> None:
    top, strip = place
    right = chart_style.NORMAL_WIDTH - chart_style.MARGIN
    change = _change(_group(shown), at)
    room = right - chart_style.MARGIN - chart_style.text_width(change) - 12
    name = chart_style.shorten(list_options(shown.about.asked)[at], room, bold=True)
    chart_style.write(card, chart_style.MARGIN, top + _OPTION_LABEL / 2, name, bold=True)
    chart_style.write(
        card, right, top + _OPTION_LABEL / 2, change, color=chart_style.AMBER, ha="right"
    )
    width = chart_style.NORMAL_WIDTH - 2 * _INSET
    area = chart_style.axes(card, _INSET, top + _OPTION_LABEL, width, strip)
    chart_style.percent_axis(area, "x", labels=at == len(shown.about.asked.options) - 1)
    area.set_ylim(len(shown.seats) + 0.2, -0.2 - 0.6)
    area.set_yticks([])
    area.patch.set(facecolor=chart_style.STRIPE, alpha=1)
    for level, seat in enumerate(_seats(shown)):
        _draw_move(area, level, _at(seat.blind, at), _at(seat.final, at))
    _draw_path(area, shown, at, with_end=True)


def _draw_path(area: Axes, shown: Summary, at: int, *, with_end: bool) -> None:
    """Draw the group's number downwards: before the first seat, beside each, and at the end."""
    count = len(shown.seats)
    levels = [_BEFORE, *(float(level) for level in range(count))]
    points = [
        (values[at], level) for level, values in zip(levels, _path(shown), strict=False) if values
    ]
    if with_end and (end := _values(shown.movement.final)):
        points.append((end[at], count - _BEFORE - 1))
    across, down = [x for x, _ in points], [y for _, y in points]
    area.plot(across, down, color=chart_style.AMBER, linewidth=2.5, zorder=2, solid_capstyle="butt")


def _change(group: _Line, at: int) -> str:
    said = [say_probability(values[at]) for values in (group.blind, group.final) if values]
    return " → ".join(dict.fromkeys(said))


def _at(values: Values | None, at: int) -> float | None:
    return None if values is None else values[at]


def _draw_move(area: Axes, level: float, blind: float | None, final: float | None) -> None:
    """Draw one seat's blind and final chance, joined by a stem that shows how far it moved."""
    if blind is not None and final is not None:
        ends = [blind, final]
        area.plot(ends, [level, level], color=chart_style.MUTED, linewidth=1.2, zorder=2.5)
    if blind is not None:
        area.add_line(_mark("blind", [blind], [level]))
    if final is not None:
        area.add_line(_mark("final", [final], [level]))


def _scale(area: Axes, spoken: Sequence[_Line], words: KindInWords) -> None:
    """Set the axes: seats downward, and all that was said across with a few numbers."""
    said = [value for one in spoken for value in (*(one.blind or ()), *(one.final or ()))]
    low, high = min(said, default=0.0), max(said, default=1.0)
    room = 0.04 * (high - low) or 0.1 * abs(high) or 1.0
    area.set_xlim(low - room, high + room)
    area.set_ylim(len(spoken) - 0.5, _BEFORE - 0.05)
    area.set_yticks([])
    area.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    area.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: words.say_tick(value, _TICK_DIGITS))
    )
    area.grid(visible=True, axis="x", color=chart_style.GRID, linewidth=0.8)
    area.set_axisbelow(True)


def _write_row(card: Figure, said: tuple[str, str], level: float, *, grouped: bool) -> None:
    called, middle = said
    color = chart_style.AMBER if grouped else chart_style.INK
    name = chart_style.readable(called, otherwise="seat")
    shown = chart_style.shorten(name, _NAME_WIDTH - 10, bold=grouped)
    chart_style.write(card, chart_style.MARGIN, level, shown, color=color, bold=grouped)
    right = chart_style.NORMAL_WIDTH - chart_style.MARGIN
    amount = chart_style.shorten(middle, _VALUE_WIDTH, bold=grouped)
    chart_style.write(card, right, level, amount, color=color, bold=grouped, ha="right")


def _middle(one: _Line, words: KindInWords) -> str:
    return words.say_tick(one.final[1], _DIGITS) if one.final else "–"


def _draw_ranges(area: Axes, level: float, one: _Line, *, grouped: bool) -> None:
    """Draw the blind range thin and above, the final one thick and below."""
    draw = partial(_draw_range, area)
    apart = 0.17 if one.blind and one.final else 0.0
    if one.blind is not None:
        draw(level - apart, one.blind, "blind", chart_style.AMBER if grouped else chart_style.INK)
    if one.final is not None:
        draw(
            level + apart, one.final, "final", chart_style.AMBER if grouped else chart_style.VIOLET
        )


def _draw_range(area: Axes, level: float, values: Values, stage: str, color: str) -> None:
    low, middle, high = values
    width = 1.2 if stage == "blind" else 3.0
    area.plot([low, high], [level, level], color=color, linewidth=width, alpha=0.8, zorder=2)
    mark = _mark(stage, [middle], [level])
    mark.set_markerfacecolor(chart_style.CARD if stage == "blind" else color)
    mark.set_markeredgecolor(color if stage == "blind" else chart_style.CARD)
    area.add_line(mark)


def _key(shown: Summary) -> list[Line2D]:
    """List the marks that appear in this picture, and no others."""
    used = {
        "blind": any(seat.blind is not None for seat in _seats(shown)),
        "final": any(seat.final is not None for seat in _seats(shown)),
    }
    return [_mark(stage, [], [], stage) for stage, shown in used.items() if shown]


def _mark(stage: str, x: Sequence[float], y: Sequence[float], label: str = "") -> Line2D:
    """Make the mark of a stage, the same in the plot and in the key."""
    face, edge, size = {
        "blind": (chart_style.CARD, chart_style.INK, 5.5),
        "final": (chart_style.VIOLET, chart_style.CARD, 7.0),
    }[stage]
    mark = Line2D(x, y, label=label, linestyle="none", clip_on=False, zorder=4)
    mark.set(marker="o", markerfacecolor=face, markeredgecolor=edge, markersize=size)
    mark.set_markeredgewidth(1.5 if stage == "blind" else 1.0)
    return mark


def _seats(shown: Summary) -> tuple[_Line, ...]:
    return tuple(_Line(one.name, _values(one.said[0]), _values(one.said[2])) for one in shown.seats)


def _group(shown: Summary) -> _Line:
    """Return before and after of the same people; of too few, the end alone."""
    found = shown.movement.compared
    if found is None:
        return _Line("the group", None, _values(shown.movement.final))
    everybody = found.people == shown.movement.final_people
    name = "the group" if everybody else f"the same {found.people}"
    return _Line(name, found.before.values, found.after.values)


def _people(shown: Summary) -> int:
    """Count who is compared before and after; 0 where too few are."""
    return shown.movement.compared.people if shown.movement.compared else 0


def _path(shown: Summary) -> tuple[Values | None, ...]:
    """Return the group's number before the first turn and after each seat."""
    return tuple(map(_values, shown.movement.path))


def _values(belief: Belief | None) -> Values | None:
    return belief.values if belief is not None else None
