"""What is asked of another platform, and what comes back, as all platforms say it. Pure."""

from dataclasses import dataclass
from datetime import datetime

from bot.answers.formats import AnswerFormat
from bot.answers.probabilities import Belief
from bot.core.refusals import Refusal

# What a member can choose from in one list.
MOST_PARTS = 25


class SourceError(Refusal):
    """What a platform did not answer, in a sentence for the member.

    `gone` says that it does not have the question; `wait` is for how many seconds it wants to be
    left alone.
    """

    def __init__(self, said: str, *, gone: bool = False, wait: float | None = None) -> None:
        super().__init__(said)
        self.gone = gone
        self.wait = wait


@dataclass(frozen=True)
class Request:
    """One thing to ask a platform: a path below its address, and which part of the answer is meant.

    `headers` names what is sent with it beside the usual: a key, whose value only the client has.
    """

    source: str
    path: str
    part: str = ""
    headers: tuple[str, ...] = ()

    @property
    def ref(self) -> str:
        """Return it as it is kept with a question."""
        return f"{self.path}#{self.part}" if self.part else self.path


@dataclass(frozen=True)
class ReportedOutcome:
    """An outcome that a platform reports, as resolutions hold it, with the platform's own words."""

    outcome: str
    known_at: datetime
    said: str


@dataclass(frozen=True)
class ImportedQuestion:
    """A question of another platform, as far as it is understood here.

    `ref` is what to ask for to hear of it again. `crowd` is what its forecasters say; where that
    is None, `note` says why. `closed` says that it takes no more forecasts there.
    """

    source: str
    ref: str
    link: str
    title: str
    criteria: str
    background: str
    closes_at: datetime | None
    expected_at: datetime | None
    asked: AnswerFormat
    crowd: Belief | None = None
    note: str = ""
    outcome: ReportedOutcome | None = None
    closed: bool = False


@dataclass(frozen=True)
class Part:
    """One of several questions behind an address."""

    ref: str
    title: str


@dataclass(frozen=True)
class Several:
    """Several questions behind one address, of which a member has to choose one.

    `count` says how many there are, where not all of them are offered.
    """

    source: str
    title: str
    parts: tuple[Part, ...]
    count: int


Found = ImportedQuestion | Several


def several(source: str, title: str, parts: list[Part]) -> Several:
    """Return a choice of the first questions behind an address."""
    return Several(source, title, tuple(parts[:MOST_PARTS]), len(parts))
