"""How practice looks: the question, its form, the reveal, and the calibration so far."""

from collections.abc import Sequence
from typing import Any

import discord

from bot.core import keys
from bot.core.numbers import say_probability
from bot.core.refusals import say_count
from bot.core.times.said import it_is, say_day
from bot.door.custom_ids import CustomId
from bot.door.messages import (
    AMBER,
    GREEN,
    GREY,
    PICTURE,
    PRIMARY,
    TITLE_LIMIT,
    Item,
    Layout,
    Message,
    Part,
    Picture,
    button,
    cut,
    safe,
    say_brier,
)
from bot.door.selects import word_select
from bot.pastcasts.cards import look_up_links, say_source
from bot.pastcasts.dealing import IMPORT
from bot.practice.read_model import Dealt, PracticeCalibration, Revealed, RunDry

PERCENTAGES = (5, *range(10, 91, 10), 95)
KNOWING_NOTHING = 0.25
LONGEST_CRITERIA, LONGEST_BACKGROUND = 2000, 1000
LONGEST_FORM_TITLE = 45
SURE = 0.9
Shown = Dealt | Revealed | RunDry


def question_card(dealt: Dealt) -> Message:
    """Ask a question as it was asked on its day; nothing in it says what came of it."""
    head = f"**{it_is(dealt.as_of)}**\n### {safe(cut(dealt.title, TITLE_LIMIT))}"
    told = cut(safe(dealt.criteria), LONGEST_CRITERIA)
    if dealt.background:
        told += f"\n\n{cut(safe(dealt.background), LONGEST_BACKGROUND)}"
    parts = (head, told, f"-# {_hint(dealt)}")
    return Message(layout=Layout(parts), items=tuple(_question_items(dealt)))


def chance_form(dealt: Dealt) -> discord.ui.Modal:
    """Make the form behind Type a number."""
    form_id = str(CustomId("practise_typed", dealt.key))
    form = discord.ui.Modal(title="How likely is a yes?", custom_id=form_id, timeout=900)
    form.add_item(discord.ui.TextDisplay(f"**{safe(cut(dealt.title, TITLE_LIMIT))}**"))
    field: discord.ui.TextInput[Any] = discord.ui.TextInput(
        custom_id="probability", placeholder="70", max_length=100
    )
    return form.add_item(discord.ui.Label(text="Chance of yes, in percent", component=field))


def reveal_card(revealed: Revealed, calibration: Picture | None = None) -> Message:
    """Say what happened and what the forecast earned, perhaps over the calibration so far."""
    parts: tuple[Part, ...] = (_outcome(revealed), "\n".join(_small_print(revealed)), PICTURE)
    items: list[Item] = [button("another_practice", revealed.key, "Another one", PRIMARY)]
    if revealed.has_curve and calibration is None:
        items.append(button("practice_so_far", revealed.key, "Calibration so far"))
    colour = GREEN if revealed.brier < KNOWING_NOTHING else AMBER
    return Message(layout=Layout(parts, colour), picture=calibration, items=tuple(items))


def calibration_card(shown: PracticeCalibration, picture: Picture | None) -> Message:
    """Say what the calibration in practice means, over its picture."""
    told = f"{shown.sentence} {shown.advice}".strip()
    first = f"{safe(told)}\n-# {shown.title}, which nobody else sees"
    return Message(layout=Layout((first, PICTURE)), picture=picture)


def dry_card(left: RunDry) -> Message:
    """Say that nothing unseen is left, of what there is some, and how to get more."""
    about = f" about {safe(cut(left.topic, 50))}" if left.topic else ""
    said = [f"**There is nothing{about} that you have not seen.**"]
    if left.others:
        counts = ", ".join(f"{safe(topic)} ({count:,})" for topic, count in left.others.items())
        said.append(f"Unseen questions about other topics: {cut(counts, 1500)}.")
    said.append(IMPORT)
    more = button("another_practice", keys.practice(), "Another topic", PRIMARY)
    return Message(layout=Layout(("\n".join(said),), GREY), items=(more,) if left.others else ())


def practice_card(shown: Shown) -> Message:
    """Show whatever comes next: a question, a reveal, or that nothing is left."""
    match shown:
        case Dealt():
            return question_card(shown)
        case Revealed():
            return reveal_card(shown)
        case RunDry():
            return dry_card(shown)


def _hint(dealt: Dealt) -> str:
    again = "You were dealt this one before. " if dealt.waited else ""
    return f"{again}How likely is a yes? The links lead to what was known before that day."


def _question_items(dealt: Dealt) -> list[Item]:
    """Return a list of chances, two buttons, and the links to the past: five buttons together."""
    options = [(f"{one}%", f"{one}%") for one in PERCENTAGES]
    return [
        word_select("practise", dealt.key, "How likely is a yes?", options, None),
        button("type_practice", dealt.key, "Type a number", row=1),
        button("know_practice", dealt.key, "I know this one", row=1),
        *look_up_links(dealt.title, dealt.look_up, dealt.as_of, row=2),
    ]


def _outcome(shown: Revealed) -> str:
    came = "Yes" if shown.happened else "No"
    return (
        f"### {came}\n{safe(cut(shown.title, TITLE_LIMIT))}\n"
        f"You said **{say_probability(shown.probability)}**: Brier score "
        f"**{say_brier(shown.brier)}**. {_sentence(shown)}"
    )


def _sentence(shown: Revealed) -> str:
    """Say the one thing to learn: beside the crowd of that day, else beside knowing nothing."""
    if shown.crowd is not None:
        said, earned = shown.crowd
        beside = "as good as you" if earned == shown.brier else _beside(earned, shown.brier)
        return f"The crowd of that day said {say_probability(said)}: {say_brier(earned)}, {beside}."
    towards = shown.probability if shown.happened else 1 - shown.probability
    if towards == 0.5:
        return "50% earns that whatever happens."
    if towards > 0.5:
        return f"You leaned the right way; 50% earns {say_brier(KNOWING_NOTHING)}."
    if 1 - towards >= SURE:
        return "A surprise. They come to the well calibrated, too, but rarely."
    return f"You leaned the other way; 50% earns {say_brier(KNOWING_NOTHING)}."


def _beside(theirs: float, yours: float) -> str:
    return "better than you" if theirs < yours else "and you did better"


def _small_print(shown: Revealed) -> Sequence[str]:
    known = f"Known by {say_day(shown.known_at)}."
    source = say_source(shown.source, shown.source_url)
    so_far = (
        f"{say_count(shown.counted, 'question')} practised, {say_brier(shown.mean)} on average; "
        "lower is better."
    )
    return [f"-# {known} {source}".rstrip(), f"-# {so_far}"]
