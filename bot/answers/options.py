"""Questions answered by one of several options, with an order or without one. Pure.

Chances of options add up to 100%, give or take one for rounding; they are then scaled to add up to
it exactly, and the receipt says so.
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from statistics import fmean

import scoring
from bot.answers import briers, pieces
from bot.answers.formats import BINARY, LETTERS, VOID, AnswerFormat, Kind, quote_options
from bot.answers.kind import Earned, Typed
from bot.answers.pooling import PooledForecast, mean_of_odds
from bot.answers.probabilities import SIGN, Belief
from bot.core.numbers import say_probability
from bot.core.refusals import Refusal

FEWEST_OPTIONS, MOST_OPTIONS = 2, 10
LONGEST_OPTION = 60
ROUNDING = Fraction(1, 100)

_HOW = "Write 2 to 10 options, one per line."
_ORDERED = re.compile(r"(?:ordered|in (?:this |an )?order)\s*:?(?:\s+|$)", re.IGNORECASE)
_BULLET = re.compile(r"^(?:[-*•]\s+)+")
_COMMA = re.compile(r"(?<!\d),|,(?!\d{3}(?!\d))")
_LETTERED = re.compile(r"\([a-j]\)", re.IGNORECASE)
_CHANCE = re.compile(r"(\d{1,12}(?:[.,]\d{1,12})?|[.,]\d{1,12})\s*(%?)")
_SIGN_IN_WORDS = re.compile(rf"(?<=[\d.,\s]){SIGN}", re.IGNORECASE)


class _Options:
    """What options have in common, with an order or without one."""

    kind: Kind
    one_chance = False
    own_unit = False
    has_details = True

    def read_details(self, typed: str) -> AnswerFormat:
        """Read the options: yes and no alone are none."""
        options = check_options(_split(typed))
        if {option.casefold() for option in options} == {"yes", "no"}:
            return BINARY
        return AnswerFormat(self.kind, options)

    def write_details(self, asked: AnswerFormat) -> str:
        """Write the options one per line."""
        return "\n".join(asked.options)

    def read(self, text: str, asked: AnswerFormat) -> Typed:
        """Read one chance per option, scaled to add up to 100%."""
        text = pieces.without_about(text)
        shares = _shares(_SIGN_IN_WORDS.sub("%", text), asked)
        total = sum(shares, Fraction())
        if abs(total - 1) > ROUNDING:
            added = say_probability(float(total))
            raise Refusal(f"`{pieces.quote(text)}` adds up to {added}. {_how(asked)}")
        values = tuple(float(share / total) for share in shares)
        return Typed(Belief(values=values), None if total == 1 else float(total))

    def write(self, belief: Belief, asked: AnswerFormat) -> tuple[str, ...]:
        """Write one field per option."""
        return tuple(_bare(value) for value in belief.values)

    def say(self, belief: Belief, asked: AnswerFormat) -> str:
        """Say all chances in a row: "60/30/10%"."""
        return f"{'/'.join(self.write(belief, asked))}%"

    def say_in_full(self, belief: Belief, asked: AnswerFormat) -> str:
        """Say each chance with its option: "red 60%, green 30%, blue 10%"."""
        return ", ".join(
            f"{option} {say_probability(value)}"
            for option, value in zip(asked.options, belief.values, strict=True)
        )

    def is_certain(self, belief: Belief) -> bool:
        """Tell whether one option has all of the chance."""
        return 1.0 in belief.values

    def pool(self, beliefs: Sequence[Belief]) -> PooledForecast:
        """Pool option by option; the mean of odds is quoted, scaled to add up to 1."""
        columns = list(zip(*(belief.values for belief in beliefs), strict=True))
        odds = [mean_of_odds(column).probability for column in columns]
        best = Belief(values=tuple(one / sum(odds) for one in odds))
        mean = Belief(values=tuple(fmean(column) for column in columns))
        return PooledForecast((("mean of odds", best), ("mean", mean)), best)

    def read_outcome(self, typed: str, asked: AnswerFormat) -> str:
        """Read an option by its name, its letter or its place, which counts from 1."""
        if typed.casefold() == VOID:
            return VOID
        index = _option(typed, asked.options)
        if index is None:
            raise Refusal(
                f"`{_shown(typed)}` is none of the options. Type the name or the letter of one: "
                f"{quote_options(asked)}; or `void` (the question cannot be answered)."
            )
        return str(index)

    def say_outcome(self, outcome: str, asked: AnswerFormat) -> str:
        """Say the option's name."""
        return asked.options[int(outcome)]

    def outcomes(self, asked: AnswerFormat) -> tuple[str, ...]:
        """List the options."""
        return asked.options

    def measure(self, outcome: str) -> float:
        """Return the option's number, from 0."""
        return float(outcome)

    def edges(self, earned: Sequence[Earned]) -> list[float | None]:
        """Compare scores on the common scale with the mean of the others'."""
        return briers.edges(earned)


class Choice(_Options):
    """The kind `choice`: options without an order."""

    kind = "choice"

    def read_format(self, typed: str) -> AnswerFormat | None:
        """Read options, or refuse them: no other kind is left."""
        return self.read_details(typed)

    def earn(self, beliefs: Sequence[Belief], outcome: float) -> list[Earned]:
        """Score distributions by Brier's sum and its relatives."""
        chances = [belief.values for belief in beliefs]
        outcomes = [int(outcome)] * len(chances)
        scores = scoring.brier_score_categorical(probabilities=chances, outcomes=outcomes)
        scaled = scoring.common_scale(scores=scores, kind="options", options=len(chances[0]))
        return briers.earned(chances, outcome, scores, scaled)


class Ordered(_Options):
    """The kind `ordered`: options in an order, in which a near miss costs less."""

    kind = "ordered"

    def read_format(self, typed: str) -> AnswerFormat | None:
        """Read options after the word that says that they have an order."""
        in_order = _ORDERED.match(typed)
        return self.read_details(typed[in_order.end() :]) if in_order else None

    def earn(self, beliefs: Sequence[Belief], outcome: float) -> list[Earned]:
        """Score distributions by Brier at each cut of the order, and its relatives."""
        chances = [belief.values for belief in beliefs]
        outcomes = [int(outcome)] * len(chances)
        scores = scoring.brier_score_ordered(probabilities=chances, outcomes=outcomes)
        scaled = scoring.common_scale(scores=scores, kind="ordered", options=len(chances[0]))
        return briers.earned(chances, outcome, scores, scaled)


def check_options(options: Sequence[str]) -> tuple[str, ...]:
    """Return options without surplus space; refuse too few, too many, or two alike."""
    named = tuple(" ".join(option.split()) for option in options)
    if not FEWEST_OPTIONS <= len(named) <= MOST_OPTIONS:
        many = "one option" if len(named) == 1 else f"{len(named)} options"
        raise Refusal(f"I read {many} there. {_HOW}")
    for number, option in enumerate(named):
        _check_option(option)
        if option.casefold() in {other.casefold() for other in named[:number]}:
            raise Refusal(f"The option “{option}” is there twice. Each needs a name of its own.")
    return named


def example(asked: AnswerFormat) -> str:
    """Return chances that add up to 100, as many as there are options: "50/30/20"."""
    count = len(asked.options)
    rest = 100 // count
    return "/".join(str(part) for part in [100 - rest * (count - 1), *[rest] * (count - 1)])


def _split(text: str) -> list[str]:
    """Split options one per line, or all in one line with `;` or `,` between them."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) == 1:
        lines = [part.strip() for part in _parts(lines[0]) if part.strip()]
    return [_BULLET.sub("", line, count=1) for line in lines]


def _parts(line: str) -> list[str]:
    """Split at semicolons, else at commas: between thousands only where nothing else splits."""
    if ";" in line:
        return line.split(";")
    parts = _COMMA.split(line)
    return parts if len(parts) > 1 else line.split(",")


def _check_option(option: str) -> None:
    if not 1 <= len(option) <= LONGEST_OPTION:
        raise Refusal(
            f"The option “{option[:40]}…” has {len(option)} characters; {LONGEST_OPTION} fit. Put "
            "the details into the criteria."
        )
    if option.casefold() == VOID:
        raise Refusal("“void” is no option: it is the outcome of a question without an answer.")
    if _LETTERED.search(option):
        raise Refusal("Leave out letters such as `(a)`: the bot gives each option its letter.")


def _option(typed: str, options: Sequence[str]) -> int | None:
    """Return the option that is meant: its name goes before its letter and its place."""
    named = [option.casefold() for option in options]
    if typed.casefold() in named:
        return named.index(typed.casefold())
    index = LETTERS.find(typed.upper()) if len(typed) == 1 else -1
    if index < 0 and typed.isdecimal() and len(typed) < 3 and not _have_digits(named):
        index = int(typed) - 1
    return index if 0 <= index < len(options) else None


def _have_digits(named: Sequence[str]) -> bool:
    """Tell whether a number may be what came out, `3` of "under 10", and no place."""
    return any(character.isdigit() for option in named for character in option)


def _shown(typed: str) -> str:
    return typed.replace("`", "'")[:40] or " "


def _shares(text: str, asked: AnswerFormat) -> list[Fraction]:
    """Return shares of 1, from percentages unless they add up to about 1 themselves."""
    given = pieces.split(text)
    read = [_CHANCE.fullmatch(piece) for piece in given]
    if len(given) != len(asked.options) or None in read:
        counted = f"{len(given)} of {len(asked.options)} chances" if all(read) else "no chances"
        raise Refusal(f"I read {counted} in `{pieces.quote(text)}`. {_how(asked)}")
    found = [(Fraction(one[1].replace(",", ".")), one[2]) for one in read if one]
    total = sum((number for number, _ in found), Fraction())
    as_shares = abs(total - 1) <= ROUNDING and not any(sign for _, sign in found)
    shares = [number if as_shares else number / 100 for number, _ in found]
    if max(shares) > 1:
        raise Refusal(f"`{pieces.quote(text)}` has a chance above 100%. {_how(asked)}")
    return shares


def _how(asked: AnswerFormat) -> str:
    return (
        f"Type one chance per option, in this order: {quote_options(asked)}. Together they are "
        f"100%, for example `{example(asked)}`."
    )


def _bare(value: float) -> str:
    return say_probability(value).removesuffix("%")
