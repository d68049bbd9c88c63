"""Fields about one round's circle, for its summary and for the question's outcome.

Each sentence says of how many people it speaks. Before and after are of the same people, and
nothing is concluded from fewer than three.
"""

from collections.abc import Sequence

import discord

from bot.answers.probabilities import Belief
from bot.answers.wording import PathWords
from bot.answers.yes_no_words import YES
from bot.circle.movement import Move, Movement, Spread
from bot.circle.read_model import WorthShown
from bot.circle.rules import say_gain
from bot.circle.words import MOST_NAMED, name_of, say_gains
from bot.circle.worth import AsOne, Gain
from bot.core.numbers import say_points, say_probability, say_share
from bot.core.refusals import say_people
from bot.door.messages import say_brier

ALL_THE_WAY, OVERSHOT = 0.95, 1.05
TOGETHER, APART = 0.95, 1.05
ROOM_FOR_STEPS = 600
_NOTHING = 0.0005  # a gain that would be shown as 0.000

PATH = (
    "The group's number after each turn: what has been said, and the blind forecasts of those "
    "still to speak."
)
NEWCOMER = " Somebody without a blind forecast comes in with the turn."
DESCRIPTION = (
    "This describes the round and is no score. What ranks is how much better a turn was than the "
    "group's number just before it."
)


def add_worth(embed: discord.Embed, shown: WorthShown | None) -> None:
    """Add to a question's outcome what its circle was worth."""
    if shown is not None:
        rows = (_went(shown), _seats(shown), _own(shown), _together(shown))
        value = "\n".join(row for row in rows if row)
        last = f" (the last of {shown.rounds} rounds)" if shown.rounds > 1 else ""
        embed.add_field(name=f"What the circle was worth{last}", value=value, inline=False)


def worth_line(shown: WorthShown) -> str:
    """Say in one line where the group ended and, of the same people, whether that was nearer."""
    worth, change = shown.worth, shown.worth.change
    if change is None:
        return f"The group ended at {say_probability(worth.final)} ({say_people(worth.people)})."
    start, end = say_probability(change.before), say_probability(change.after)
    who = f"the same {say_people(change.people)}"
    return f"The group {_came(change)}: {start} blind → **{end}** ({who})."


def add_movement(
    embed: discord.Embed, moved: Movement, names: Sequence[str], told: PathWords = YES
) -> None:
    """Add to a round's summary how it went; `names` are those of the seats."""
    if moved.spoke and moved.final is not None:
        rows = (_path(moved, names, told), _spread(moved.spread), _furthest(moved.furthest, names))
        value = "\n".join(row for row in rows if row)
        embed.add_field(name="How the forecast moved", value=value, inline=False)


def ended(moved: Movement, told: PathWords) -> str:
    """Say where the group ended, and how many people that is."""
    if moved.final is None:
        return "The round is closed."
    if moved.final_people == 1:
        return f"One person has a forecast: {_bold(moved.final, told)}{told.tail}."
    people = say_people(moved.final_people)
    return f"The group ended at {_bold(moved.final, told)}{told.tail} ({people})."


def same_people(count: int) -> str:
    """Say that the same people were compared: "5 people, the same both times"."""
    return f"{say_people(count)}, the same both times"


def _went(shown: WorthShown) -> str:
    worth = shown.worth
    outcome = "yes" if worth.outcome else "no"
    if worth.change is None:
        return (
            f"The group ended at {say_probability(worth.final)} ({say_people(worth.people)}), and "
            f"it came out {outcome}. Fewer than three forecast both blind and at the end: too few "
            "to compare."
        )
    change = worth.change
    return (
        f"The circle was worth **{say_gain(change.gain)}**: {_direction(change)}, from "
        f"{say_probability(change.before)} to {say_probability(change.after)} "
        f"({same_people(change.people)}), and it came out {outcome}."
    )


def _came(change: Gain) -> str:
    if abs(change.gain) < _NOTHING:
        return "ended as near as it began"
    return "came nearer" if change.gain > 0 else "went further away"


def _direction(change: Gain) -> str:
    if change.gain >= _NOTHING:
        return "the group's number came nearer to what happened"
    if change.gain <= -_NOTHING:
        return "the group's number went away from what happened"
    return "the group's number ended as near to what happened as it began"


def _seats(shown: WorthShown) -> str:
    if not shown.worth.seats:
        return ""
    said = say_gains([(shown.names[member], gain) for member, gain in shown.worth.seats])
    return f"How each turn moved the group's number: {said}. *{DESCRIPTION}*"


def _own(shown: WorthShown) -> str:
    own = shown.worth.own
    if not own:
        return ""
    nearer = sum(gain > 0 for _, gain in own)
    said = say_gains([(shown.names[member], gain) for member, gain in own])
    return f"Nearer at the end than blind: {nearer} of {len(own)}. {said}."


def _together(shown: WorthShown) -> str:
    said = ", ".join(_as_one(one) for one in shown.worth.aggregates)
    return (
        f"As one forecast, the final ones would have earned: {said}; the members on average "
        f"{say_brier(shown.worth.members)}."
    )


def _as_one(one: AsOne) -> str:
    return f"{one.name} {say_brier(one.brier)}"


def _path(moved: Movement, names: Sequence[str], told: PathWords) -> str:
    start = _start(moved, told)
    end = f"final {_bold(moved.final, told)}"
    late = NEWCOMER if moved.newcomers else ""
    steps = "".join(
        f"{name_of(names[at])} {_bold(moved.path[at + 1], told)} → " for at in moved.spoke
    )
    if len(moved.spoke) > MOST_NAMED or len(steps) > ROOM_FOR_STEPS:
        return (
            f"{told.head}{start}{end}, over {len(moved.spoke)} turns.{_largest(moved, names, told)}"
        )
    return f"{told.head}{start}{steps}{end}\n*{PATH}{late}*"


def _start(moved: Movement, told: PathWords) -> str:
    if not moved.blind_people:
        return ""
    fewer = moved.blind_people < moved.final_people
    of = f" ({say_people(moved.blind_people)})" if fewer else ""
    return f"blind {_bold(moved.path[0], told)}{of} → "


def _largest(moved: Movement, names: Sequence[str], told: PathWords) -> str:
    chance = told.chance
    if chance is None:
        return ""
    steps = [
        (at, chance(after) - chance(before))
        for at in moved.spoke
        if (before := moved.path[at]) and (after := moved.path[at + 1])
    ]
    most = sorted(steps, key=lambda step: -abs(step[1]))[:3]
    said = ", ".join(f"{name_of(names[at])} {say_points(step)}" for at, step in most if step)
    return f" Largest steps: {said}." if said else ""


def _spread(spread: Spread | None) -> str:
    if spread is None:
        return ""
    way = (
        "they moved together"
        if spread.left < TOGETHER
        else "they moved apart"
        if spread.left > APART
        else "they stayed as far apart as they were"
    )
    return (
        f"{say_share(spread.left)} of the blind differences are left "
        f"({say_people(spread.people)}): {way}."
    )


def _furthest(move: Move | None, names: Sequence[str]) -> str:
    """Say who changed most, of those who had heard somebody."""
    if move is None:
        return ""
    said = (
        f"Changed most of the {move.listeners} who had heard others: {name_of(names[move.seat])}, "
        f"{say_probability(move.blind)} → {say_probability(move.turn)}"
    )
    if move.weight is None:
        return f"{said}, although what was said before came to {say_probability(move.heard)}, too."
    return f"{said}, {_way(move.weight)} the {say_probability(move.heard)} said before."


def _way(weight: float) -> str:
    if weight < 0:
        return "away from"
    if weight > OVERSHOT:
        return "beyond"
    return "all the way to" if weight > ALL_THE_WAY else f"{say_share(weight)} of the way to"


def _bold(belief: Belief | None, told: PathWords) -> str:
    return f"**{told.say(belief)}**" if belief is not None else "–"
