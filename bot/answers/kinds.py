"""The table of the kinds of questions, and what is asked and answered by any of them. Pure."""

from bot.answers.amounts import Amount
from bot.answers.formats import VOID, AnswerFormat
from bot.answers.kind import KindOfQuestion
from bot.answers.options import Choice, Ordered
from bot.answers.yes_no import YesOrNo

# A text is offered to each in this order; options come last, for any words can be options.
KINDS: dict[str, KindOfQuestion] = {
    "binary": YesOrNo(),
    "numeric": Amount(),
    "ordered": Ordered(),
    "choice": Choice(),
}


def kind_of(name: str) -> KindOfQuestion:
    """Return the entry of a kind."""
    return KINDS[name]


def read_kind(text: str) -> AnswerFormat:
    r"""Return what a text asks for that names the kind, too.

    >>> read_kind("ordered\nunder 10\n10 to 20\nover 20").options
    ('under 10', '10 to 20', 'over 20')
    >>> read_kind("number in days")
    AnswerFormat(kind='numeric', options=(), unit='days')
    """
    read = (kind.read_format(text.strip()) for kind in KINDS.values())
    return next(asked for asked in read if asked is not None)


def parse_outcome(text: str, asked: AnswerFormat) -> str:
    """Read what was entered as the outcome, as resolutions hold it.

    That is yes or no, the number of an option from 0, a number, or void. An option is meant by
    its name, its letter, or its place counted from 1.
    """
    return kind_of(asked.kind).read_outcome(" ".join(text.split()), asked)


def say_outcome(outcome: str, asked: AnswerFormat) -> str:
    """Say an outcome as people do: "yes", the option's name, "42 days", "void"."""
    return outcome if outcome == VOID else kind_of(asked.kind).say_outcome(outcome, asked)


def outcomes(asked: AnswerFormat) -> list[str]:
    """List the outcomes to choose from; of numbers there are too many."""
    return [*kind_of(asked.kind).outcomes(asked), VOID]
