"""What a check has found, and how it is said: one line each. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How it is with one thing, as it stands at the beginning of a line."""

    OK = "ok"
    MEND = "mend"
    UNUSED = "–"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: how it is, and what to do if it needs mending."""

    verdict: Verdict
    subject: str
    said: str

    def say(self) -> str:
        """Say it in a line.

        >>> ok("token", "the bot is Dojo").say()
        'ok    token: the bot is Dojo'
        """
        return f"{self.verdict:<4}  {self.subject}: {' '.join(self.said.split())}"


def ok(subject: str, said: str) -> Finding:
    """Return that nothing needs mending."""
    return Finding(Verdict.OK, subject, said)


def mend(subject: str, said: str) -> Finding:
    """Return what is wrong, with what to do."""
    return Finding(Verdict.MEND, subject, said)


def unused(subject: str, said: str = "not used") -> Finding:
    """Return that something is not configured, which is fine."""
    return Finding(Verdict.UNUSED, subject, said)
