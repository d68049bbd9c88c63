"""The kinds of questions: what answers there can be, how they are written down, and outcomes.

Options have letters (A to J) in their order, so that they can be named shortly. Pure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.answers import numbers
from bot.core.refusals import Refusal

Kind = Literal["binary", "choice", "ordered", "numeric"]

FEWEST_OPTIONS, MOST_OPTIONS = 2, 10
LONGEST_OPTION = 60
LONGEST_UNIT = 20
LETTERS = "ABCDEFGHIJ"
VOID = "void"

_HOW = (
    "Leave it empty for yes or no. Or write 2 to 10 options, one per line, with `ordered` as the "
    "first line if they have an order. Or write `number in days`, with your unit."
)
_YES_OR_NO = {"", "yes/no", "yes / no", "yes or no", "yes no", "binary", "y/n"}
_NUMBER = re.compile(
    r"(?:an?\s+)?(?:number|numeric|numerical)\b(?:\s*(?:\bin\b|\bof\b|:|,|-))?\s*(?P<unit>.*)",
    re.IGNORECASE,
)
_ORDERED = re.compile(r"(?:ordered|in (?:this |an )?order)\s*:?(?:\s+|$)", re.IGNORECASE)
_BULLET = re.compile(r"^(?:[-*•]\s+)+")
_SIGNS = "%‰°$€£¥₹"
_COMMA = re.compile(r"(?<!\d),|,(?!\d{3}(?!\d))")
_LETTERED = re.compile(r"\([a-j]\)", re.IGNORECASE)


@dataclass(frozen=True)
class AnswerFormat:
    """What answers a question takes: yes or no, one of its options, or a number in a unit."""

    kind: Kind = "binary"
    options: tuple[str, ...] = ()
    unit: str = ""

    @property
    def has_options(self) -> bool:
        """Whether a forecast is a distribution over options."""
        return self.kind in {"choice", "ordered"}


BINARY = AnswerFormat()


def read_kind(text: str) -> AnswerFormat:
    r"""What the form's field about the answers means.

    >>> read_kind("ordered\nunder 10\n10 to 20\nover 20").options
    ('under 10', '10 to 20', 'over 20')
    >>> read_kind("number in days")
    AnswerFormat(kind='numeric', options=(), unit='days')
    """
    typed = text.strip()
    if " ".join(typed.lower().split()) in _YES_OR_NO:
        return BINARY
    if "\n" not in typed and (number := _NUMBER.fullmatch(typed)):
        return AnswerFormat("numeric", unit=check_unit(number["unit"]))
    in_order = _ORDERED.match(typed)
    options = check_options(_split(typed[in_order.end() :] if in_order else typed))
    if {option.casefold() for option in options} == {"yes", "no"}:
        return BINARY
    return AnswerFormat("ordered" if in_order else "choice", options)


def write_kind(asked: AnswerFormat) -> str:
    """The same as the form shows it for editing."""
    if asked.kind == "numeric":
        return f"number in {asked.unit}" if asked.unit else "number"
    return "\n".join((["ordered"] if asked.kind == "ordered" else []) + list(asked.options))


def check_options(options: Sequence[str]) -> tuple[str, ...]:
    """Options without surplus space; refused where there are too few, too many or two alike."""
    named = tuple(" ".join(option.split()) for option in options)
    if not FEWEST_OPTIONS <= len(named) <= MOST_OPTIONS:
        many = "one option" if len(named) == 1 else f"{len(named)} options"
        raise Refusal(f"I read {many} there. {_HOW}")
    for number, option in enumerate(named):
        _check_option(option)
        if option.casefold() in {other.casefold() for other in named[:number]}:
            raise Refusal(f"The option “{option}” is there twice. Each needs a name of its own.")
    return named


def check_unit(text: str) -> str:
    """A unit without surplus space; too long a one is refused."""
    unit = " ".join(text.strip("() \t").split())
    if len(unit) > LONGEST_UNIT:
        raise Refusal(
            f"The unit has {len(unit)} characters; {LONGEST_UNIT} fit. Put the details into the "
            "criteria, and write for example `number in days`."
        )
    if any(character.isdigit() for character in unit):
        raise Refusal("A unit has no digits, for they would read as part of a number.")
    if unit and not any(character.isalpha() or character in _SIGNS for character in unit):
        raise Refusal("A unit is a word or a sign, for example `number in days` or `number in %`.")
    return unit


def letter(index: int) -> str:
    """The short name of an option, counted from 0."""
    return LETTERS[index]


def list_options(asked: AnswerFormat) -> list[str]:
    """The options with their letters, in their order: "A Medvedev"."""
    return [f"{letter(index)} {option}" for index, option in enumerate(asked.options)]


def quote_options(asked: AnswerFormat) -> str:
    """All of them for a refusal: what members call them formats and links nothing there."""
    named = "; ".join(list_options(asked)).replace("`", "'")
    return f"`{named}`"


def parse_outcome(text: str, asked: AnswerFormat) -> str:
    """What was entered as the outcome, as resolutions hold it.

    That is yes or no, the number of an option from 0, a number, or void. An option is meant by
    its name, its letter, or its place counted from 1.
    """
    typed = " ".join(text.split())
    if asked.kind == "binary":
        return _yes_or_no(typed)
    if typed.casefold() == VOID:
        return VOID
    if asked.kind == "numeric":
        return _number_outcome(typed, asked)
    index = _option(typed, asked.options)
    if index is None:
        raise Refusal(
            f"`{_shown(typed)}` is none of the options. Type the name or the letter of one: "
            f"{quote_options(asked)}; or `void` (the question cannot be answered)."
        )
    return str(index)


def say_outcome(outcome: str, asked: AnswerFormat) -> str:
    """An outcome as people say it: "yes", the option's name, "42 days", "void"."""
    if outcome == VOID or asked.kind == "binary":
        return outcome
    if asked.kind == "numeric":
        return numbers.say_amount(float(outcome), asked.unit)
    return asked.options[int(outcome)]


def outcomes(asked: AnswerFormat) -> list[str]:
    """The outcomes to choose from; of numbers there are too many."""
    answers = {"binary": ("yes", "no"), "numeric": ()}.get(asked.kind, asked.options)
    return [*answers, VOID]


def _split(text: str) -> list[str]:
    """Options one per line, or all in one line with `;` or `,` between them."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) == 1:
        lines = [part.strip() for part in _parts(lines[0]) if part.strip()]
    return [_BULLET.sub("", line, count=1) for line in lines]


def _parts(line: str) -> list[str]:
    """A comma between thousands parts nothing, unless that leaves a single piece: `100,200`."""
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
    """The option that is meant; its own name goes before its letter and its place."""
    named = [option.casefold() for option in options]
    if typed.casefold() in named:
        return named.index(typed.casefold())
    index = LETTERS.find(typed.upper()) if len(typed) == 1 else -1
    if index < 0 and typed.isdecimal() and len(typed) < 3 and not _have_digits(named):
        index = int(typed) - 1
    return index if 0 <= index < len(options) else None


def _have_digits(named: Sequence[str]) -> bool:
    """Then a number may be what came out, `3` of "under 10", and not a place."""
    return any(character.isdigit() for option in named for character in option)


def _number_outcome(typed: str, asked: AnswerFormat) -> str:
    try:
        return repr(numbers.parse_number(typed, asked.unit))
    except Refusal as refusal:
        raise Refusal(f"{refusal} Or `void` (the question cannot be answered).") from None


def _shown(typed: str) -> str:
    return typed.replace("`", "'")[:40] or " "


def _yes_or_no(text: str) -> str:
    """What was typed as an outcome."""
    typed = text.strip().lower()
    known = {
        "yes": "yes",
        "y": "yes",
        "true": "yes",
        "no": "no",
        "n": "no",
        "false": "no",
        "void": "void",
        "annul": "void",
        "annulled": "void",
    }
    if typed not in known:
        raise Refusal("The outcome is `yes`, `no` or `void` (the question cannot be answered).")
    return known[typed]
