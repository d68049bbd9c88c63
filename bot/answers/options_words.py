"""What cards say of questions answered by one of several options."""

import re
from collections.abc import Mapping, Sequence

from bot.answers.formats import VOID, AnswerFormat, list_options
from bot.answers.kinds import kind_of
from bot.answers.options import example
from bot.answers.probabilities import Belief
from bot.answers.wording import (
    COUNTS,
    MOST_FIELDS,
    CardField,
    Choice,
    Details,
    FormField,
    PathWords,
    PictureName,
)
from bot.answers.yes_no_words import VOID_NAME
from bot.core.numbers import say_probability
from bot.door.messages import lines, one_line, safe, say_brier

LONGEST_LABEL = 45
# Ten options of the longest, and what stands between them.
LONGEST_DETAILS = 800
BOLD_SCALED = (
    "The bold number counts on the leaderboard, scaled there so that the same chance for each "
    f"option earns 0.250, as 50% does on a yes/no question: {COUNTS}"
)
NO_CATCH_ALL = "Can something else happen? Then an option such as `other` keeps it answerable."
_CATCH_ALL = re.compile(
    r"\b(?:others?|another|else|none|neither|nobody|no one|nothing|any|the rest|no \w+)\b",
    re.IGNORECASE,
)
_OPTION = 24


class _OptionsInWords:
    """What options have in common, with an order or without one."""

    picture: PictureName = "strips"
    to_record = "your numbers"
    score_title = "Brier scores, best first"
    outcome_names: Mapping[str, str] = {VOID: VOID_NAME}
    order = "in this order"
    title = "Options"

    def ask(self, asked: AnswerFormat) -> str:
        """List the options on one line."""
        named = " · ".join(safe(one) for one in list_options(asked))
        return f"\nOptions, {self.order}: {named}"

    def describe(self, asked: AnswerFormat) -> CardField | None:
        """List the options one per line."""
        options = [safe(option) for option in list_options(asked)]
        return CardField(self.title, lines(options), inline=False)

    def form_fields(
        self, asked: AnswerFormat, said: Sequence[str], most: int = MOST_FIELDS
    ) -> list[FormField]:
        """Ask for one chance per option; in one field where they are too many for the form."""
        if len(asked.options) > most:
            note = f"One per option, in this order, 100% together: {example(asked)}"
            default = "/".join(said)
            return [FormField("How likely is each?", note, example(asked), default=default)]
        return [
            FormField(option, _note(at, option), part=at, default=said[at] if said else "")
            for at, option in enumerate(list_options(asked))
        ]

    def outcome_note(self, asked: AnswerFormat) -> str | None:
        """Let one choose from a list."""
        return None

    def path(self, final: Belief | None, asked: AnswerFormat) -> PathWords:
        """Say the chance of the option that is likeliest at the end."""
        top = _likeliest(final) if final else 0
        name = _name(asked, top)
        return PathWords(
            lambda belief: say_probability(belief.values[top]),
            lambda belief: belief.values[top],
            head=f"{name}: ",
            tail=f" for {name}",
        )

    def moved(self, before: Belief, after: Belief, who: str, asked: AnswerFormat) -> str:
        """Say whether another option has become the likeliest."""
        first, last = _likeliest(before), _likeliest(after)
        start, end = say_probability(before.values[last]), say_probability(after.values[last])
        name = _name(asked, last)
        if first != last:
            return (
                f"The likeliest answer went **from {_name(asked, first)} to {name}**, "
                f"now at {end} ({who})."
            )
        stayed = f"The group stayed with **{name}** as the likeliest answer"
        if start == end:
            return f"{stayed}, at {end} ({who})."
        return f"{stayed}, from {start} blind to **{end}** ({who})."

    def say_pooled(self, belief: Belief, asked: AnswerFormat) -> str:
        """Say all chances in a row."""
        return kind_of(asked.kind).say(belief, asked)

    def spread(self, finals: Sequence[Belief], best: Belief, asked: AnswerFormat) -> str:
        """Say the lowest and the highest chance of the likeliest option."""
        top = _likeliest(best)
        given = [belief.values[top] for belief in finals]
        low, high = say_probability(min(given)), say_probability(max(given))
        return f"Spread at the end on {_name(asked, top)}: {low} to {high}."

    def say_score(self, score: float, asked: AnswerFormat) -> str:
        """Say a Brier score."""
        return say_brier(score)

    def example(self, belief: Belief, outcome: str, score: float, asked: AnswerFormat) -> str:
        """Say which chance was given to what happened."""
        chance = say_probability(belief.values[asked.options.index(outcome)])
        return f"gave {safe(outcome)}, which it was, {chance}"

    def say_on_picture(self, belief: Belief, asked: AnswerFormat) -> str:
        """Say all chances in a row."""
        return "/".join(say_probability(value) for value in belief.values)

    def say_step(self, belief: Belief, asked: AnswerFormat) -> str:
        """Say all chances in a row."""
        return self.say_on_picture(belief, asked)

    def say_tick(self, value: float, digits: int) -> str:
        """Say a chance."""
        return say_probability(value)


class ChoiceInWords(_OptionsInWords):
    """The kind `choice`."""

    choice = Choice("Options", "One of several things. Next you name them.")
    details: Details | None = Details(
        "options", "Two to ten, one per line.", "Red\nGreen\nAnother", LONGEST_DETAILS, several=True
    )

    def hint(self, asked: AnswerFormat) -> str:
        """Hint that something else may happen, where no option covers it."""
        return "" if any(map(_CATCH_ALL.search, asked.options)) else NO_CATCH_ALL

    def explain_score(self, asked: AnswerFormat) -> tuple[str, str]:
        """Explain Brier's sum, with what knowing nothing earns."""
        evenly = 1 - 1 / len(asked.options)
        said = (
            "A Brier score of several options adds up the squared distances of all of them: 0 is "
            "perfect, 2 is everything on a wrong one, and the same chance for each earns "
            f"{say_brier(evenly)}. Lower is better."
        )
        return said, BOLD_SCALED


class OrderedInWords(_OptionsInWords):
    """The kind `ordered`."""

    choice = Choice("Options in an order", "Being one off costs less than being far off.")
    details: Details | None = Details(
        "options",
        "Two to ten in their order, one per line.",
        "under 10\n10 to 20\nover 20",
        LONGEST_DETAILS,
        several=True,
    )
    order = "in their order"
    title = "Options, in their order"

    def hint(self, asked: AnswerFormat) -> str:
        """Hint at nothing: the first and the last option are mostly open at their end."""
        return ""

    def explain_score(self, asked: AnswerFormat) -> tuple[str, str]:
        """Explain that a near miss costs less."""
        said = (
            "A Brier score of options in an order compares, at each cut between two of them, the "
            "chance put below with what happened: 0 is perfect, 2 is worst, and one option off "
            "costs less than far off. Lower is better."
        )
        return said, BOLD_SCALED


def _note(at: int, option: str) -> str:
    """Say how to type it, once; and the whole name where a label has no room for it."""
    how = "In percent; all together 100." if at == 0 else ""
    whole = option if len(option) > LONGEST_LABEL else ""
    return ". ".join(one for one in (whole, how) if one)


def _likeliest(belief: Belief) -> int:
    return belief.values.index(max(belief.values))


def _name(asked: AnswerFormat, at: int) -> str:
    return one_line(asked.options[at], _OPTION)
