"""Cards and forms of a warm-up: the circle's card, a member's statements, what came out."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from discord.ui import Label, Modal, TextInput

from bot.answers.numbers import say_number
from bot.answers.ranges import say_range, write_range
from bot.core import keys
from bot.core.numbers import say_share
from bot.core.refusals import say_count, say_duration
from bot.door.custom_ids import CustomId
from bot.door.messages import (
    BLUE,
    DESCRIPTION_LIMIT,
    GREEN,
    PRIMARY,
    SECONDARY,
    Item,
    Message,
    button,
    card,
    countdown,
    cut,
    lines,
    one_line,
    safe,
)
from bot.pastcasts import warm_up_rules
from bot.pastcasts.warm_up_read_model import (
    Line,
    OwnAnswers,
    OwnLine,
    Progress,
    Revealed,
    Sheet,
    WarmUpShown,
)
from bot.pastcasts.warm_up_rules import Tally

_WORDS = ("three", "four", "five", "six", "seven", "eight", "nine", "ten")
_TITLE, _SOURCE, _LABEL, _NOTE = 160, 50, 45, 100
_FIELD = "range"
# What a range takes, with the unit beside both numbers.
_LONGEST = 80


def warm_up_card(shown: WarmUpShown) -> Message:
    """Return the circle's card: who has given how many ranges, later what came out."""
    return _asking(shown) if shown.tally is None else _over(shown, shown.tally)


def sheet_message(sheet: Sheet) -> Message:
    """Return a member's own page of all statements, with a form for each five of them."""
    if sheet.closed:
        text = "Everybody has given their ranges, so the card shows what came out."
        mine = button("warm_up_mine", keys.warm_up(sheet.warm_up_id), "My answers", PRIMARY)
        return Message(embed=card("Your ranges", text, GREEN), items=(mine,))
    head = (
        f"Nobody else sees them. Time is up {countdown(sheet.ends_at)}.\n"
        "Give each a range like `20 to 45` that you are 90% sure of."
    )
    text = "\n".join([head, *map(_sheet_line, sheet.lines)])
    return Message(embed=card("Your ranges", text), items=_fill_items(sheet))


def ranges_form(sheet: Sheet, at_page: int) -> Modal:
    """Make the form for one page of a member's statements; what was given is filled in."""
    asked = warm_up_rules.page_of(sheet.lines, at_page)
    at = keys.warm_up_form(sheet.warm_up_id, at_page)
    form = Modal(
        title=f"Your ranges: {_numbers(asked)}",
        custom_id=str(CustomId("warm_up_filled", at)),
        timeout=1800,
    )
    for line in asked:
        form.add_item(_field(line))
    return form


def typed_ranges(fields: dict[str, str]) -> dict[int, str]:
    """Return what a form was sent with, by the numbers of its statements."""
    names = {f"{_FIELD}{number}": number for number in range(warm_up_rules.MOST)}
    return {names[name]: text for name, text in fields.items() if name in names}


def ask_to_show(waiting: Sequence[str], warm_up_id: int) -> Message:
    """Ask whoever wants to show the answers early, while others still think."""
    who = safe(waiting[0]) if len(waiting) == 1 else f"{len(waiting)} people"
    verb = "has" if len(waiting) == 1 else "have"
    show = button("warm_up_show_now", keys.warm_up(warm_up_id), "Show them now", PRIMARY)
    text = f"**{who} {verb} not given all ranges yet. Show the answers?** Nobody can answer then."
    return Message(content=text, items=(show,))


def own_message(own: OwnAnswers) -> Message:
    """Return a member's own ranges beside what came out."""
    tally = own.tally
    share = say_share(tally.held / tally.given)
    head = f"**{tally.held} of {tally.given}** of your 90% ranges held the truth: {share}."
    text = "\n".join([f"{head} {_verdict(tally)}", *map(_own_line, own.lines)])
    return Message(embed=card("My answers", cut(text, DESCRIPTION_LIMIT), GREEN))


def _asking(shown: WarmUpShown) -> Message:
    count = _words(shown.count)
    text = (
        "For each give a range that you are **90% sure** of. **Answer** shows them to you alone.\n"
        f"The answers come {countdown(shown.ends_at)}, or once everybody is done."
    )
    title = f"Warm-up: {count} statements, {say_duration(warm_up_rules.LENGTH)}"
    embed = card(title, text, BLUE)
    embed.add_field(name="Ranges so far", value=lines([*map(_progress_line, shown.progress)]))
    items = (
        button("warm_up_answer", shown.at, "Answer", PRIMARY),
        button("warm_up_show", shown.at, "Show the answers"),
    )
    return Message(embed=embed, items=items)


def _over(shown: WarmUpShown, tally: Tally) -> Message:
    text = "\n".join([_sum(shown.people, tally), *_revealed(shown.revealed)])
    embed = card("Warm-up: the answers", cut(text, DESCRIPTION_LIMIT), GREEN)
    mine = (button("warm_up_mine", shown.at, "My answers"),) if tally.given else ()
    return Message(embed=embed, items=mine)


def _sum(people: int, tally: Tally) -> str:
    """Say what all ranges together were worth; those of one person are nobody else's business."""
    if not people:
        return "Nobody gave a range."
    if people == 1:
        return "Only one of you gave ranges: **My answers** says what they were worth."
    share = say_share(tally.held / tally.given)
    told = f"**The group's 90% ranges held the truth in {tally.held} of {tally.given}: {share}.**"
    return f"{told} {_verdict(tally)}"


def _verdict(tally: Tally) -> str:
    """Say what should be expected, and whether luck alone explains the difference."""
    least = say_share(warm_up_rules.fewest_by_luck(tally.statements) / tally.statements)
    should = f"Well-judged ones hold it in about {say_number(tally.expected)}"
    if tally.too_narrow:
        return f"{should}, and luck alone seldom leaves less than {least}: these were too narrow."
    count = say_count(tally.statements, "statement")
    return f"{should}; with {count} luck alone gives {least} to 100%, so this says little yet."


def _revealed(found: Sequence[Revealed]) -> list[str]:
    return [
        f"{one.number + 1}. **{safe(one.truth)}** · {one_line(one.title, _TITLE)}"
        f"{_source(one.source)}"
        for one in found
    ]


def _source(source: str) -> str:
    """Name the institution alone; what to look up there stands after a colon."""
    name = source.partition(":")[0]
    return f" · {one_line(name, _SOURCE)}" if name.strip() else ""


def _progress_line(one: Progress) -> str:
    done = one.given >= one.asked
    sign = "✅" if done else "▫️"
    return f"{sign} {safe(one.name)} · {one.given} of {one.asked}"


def _sheet_line(line: Line) -> str:
    mine = f"**{safe(say_range(*line.mine, line.unit))}** · " if line.mine else ""
    told = line.unit.casefold() in line.title.casefold()
    unit = "" if told else f", in {safe(line.unit)}"
    title = one_line(line.title, _TITLE)
    return f"{line.number + 1}. {mine}{title} · as of {_day(line.as_of)}{unit}"


def _own_line(line: OwnLine) -> str:
    sign = "✅" if line.held else "▫️"
    said = f"**{safe(line.truth)}**, you said {safe(line.mine)}"
    return f"{sign} {line.number + 1}. {one_line(line.title, _TITLE)} · {said}"


def _fill_items(sheet: Sheet) -> tuple[Item, ...]:
    """Return a button for each form; the first with something left to answer is coloured."""
    pages = [
        warm_up_rules.page_of(sheet.lines, page)
        for page in range(warm_up_rules.pages(len(sheet.lines)))
    ]
    left = [any(line.mine is None for line in page) for page in pages]
    first = left.index(True) if True in left else None
    return tuple(
        button(
            "warm_up_fill",
            keys.warm_up_form(sheet.warm_up_id, number),
            f"Fill in {_numbers(page)}",
            PRIMARY if number == first else SECONDARY,
        )
        for number, page in enumerate(pages)
    )


def _field(line: Line) -> Label[Any]:
    field: TextInput[Any] = TextInput(
        custom_id=f"{_FIELD}{line.number}",
        placeholder="20 to 45",
        default=write_range(*line.mine) if line.mine else None,
        required=False,
        max_length=_LONGEST,
    )
    unit = f", {line.unit}" if line.unit else ""
    about = f"{line.number + 1}. As of {line.as_of.day} {line.as_of:%b %Y}{unit}"
    note = cut(" ".join(line.title.split()), _NOTE)
    return Label(text=cut(about, _LABEL), description=note, component=field)


def _numbers(page: Sequence[Line]) -> str:
    first, last = page[0].number + 1, page[-1].number + 1
    return f"{first} to {last}" if first != last else str(first)


def _words(count: int) -> str:
    return _WORDS[count - warm_up_rules.LEAST]


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
