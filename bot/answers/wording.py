"""What cards and pictures have to know of each kind of question."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.answers.formats import AnswerFormat
from bot.answers.probabilities import Belief

PictureName = Literal["line", "strips", "ranges"]

# A form has five parts; one of them is the reason.
MOST_FIELDS = 4
COUNTS = "the forecast of one's own turn, or where no round took the question the last one."


@dataclass(frozen=True)
class PathWords:
    """How the group's number is said; `chance` is what counts as a step, where it has points.

    `head` stands before the path, `tail` behind where the group ended: "Green: …", "… for Green".
    """

    say: Callable[[Belief], str]
    chance: Callable[[Belief], float] | None = None
    head: str = ""
    tail: str = ""


@dataclass(frozen=True)
class CardField:
    """A field of a card."""

    name: str
    value: str
    inline: bool


@dataclass(frozen=True)
class FormField:
    """A field of the form in which one forecasts; `part` is its place among several, from 0."""

    label: str
    note: str
    placeholder: str = ""
    part: int | None = None
    default: str = ""


@dataclass(frozen=True)
class Choice:
    """What a kind is called in the form of a question, where one chooses it."""

    label: str
    note: str


@dataclass(frozen=True)
class Details:
    """What is asked for in a second form, once a kind is chosen; `thing` names it.

    `several` tells that it takes several lines.
    """

    thing: str
    note: str
    placeholder: str
    longest: int
    several: bool = False
    required: bool = True


class KindInWords(Protocol):
    """One entry of the table of words for cards.

    `picture` names what a round's summary shows: the group's chance as a line, a strip for each
    option, or ranges. `to_record` is what the speaker records. `outcome_names` are those outcomes
    that the form of the outcome calls otherwise than they are stored. `details` is None where
    nothing more is asked for.
    """

    choice: Choice
    details: Details | None

    picture: PictureName
    to_record: str
    score_title: str
    outcome_names: Mapping[str, str]

    def ask(self, asked: AnswerFormat) -> str:
        """Say on a round's card what a forecast says; nothing where it is the chance of yes."""

    def describe(self, asked: AnswerFormat) -> CardField | None:
        """Say on a question's card what can be answered, where it is not yes or no."""

    def hint(self, asked: AnswerFormat) -> str:
        """Hint at what the answers lack, in one line; nothing if they lack nothing."""

    def form_fields(
        self, asked: AnswerFormat, said: Sequence[str], most: int = MOST_FIELDS
    ) -> list[FormField]:
        """List the fields of a forecast, at most so many; `said` is what stands so far in parts."""

    def outcome_note(self, asked: AnswerFormat) -> str | None:
        """Say how to type the outcome; None where one chooses from a list."""

    def path(self, final: Belief | None, asked: AnswerFormat) -> PathWords:
        """Choose what is said of the group's number, by where the group ended."""

    def moved(self, before: Belief, after: Belief, who: str, asked: AnswerFormat) -> str:
        """Say how the same people moved; `who` counts them."""

    def say_pooled(self, belief: Belief, asked: AnswerFormat) -> str:
        """Say the group's forecast."""

    def spread(self, finals: Sequence[Belief], best: Belief, asked: AnswerFormat) -> str:
        """Say how far apart people are at the end; `best` is the group's forecast."""

    def say_score(self, score: float, asked: AnswerFormat) -> str:
        """Say a score in the question's own form."""

    def explain_score(self, asked: AnswerFormat) -> tuple[str, str]:
        """Say what the score means, and what the bold one counts for."""

    def example(self, belief: Belief, outcome: str, score: float, asked: AnswerFormat) -> str:
        """Say what one score comes from, for somebody who has never seen one."""

    def say_on_picture(self, belief: Belief, asked: AnswerFormat) -> str:
        """Say a forecast in a picture's alt text."""

    def say_step(self, belief: Belief, asked: AnswerFormat) -> str:
        """Say the group's forecast short, in the alt text's path."""

    def say_tick(self, value: float, digits: int) -> str:
        """Say one value beside or below a picture, where there is little room."""
