"""What came of asking Google for something. Apart from google.py, whose libraries are large."""

from dataclasses import dataclass
from datetime import timedelta

# An insert whose reply was lost may still be on its way when its session is cancelled.
LOOK_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Synced:
    """The event is right at Google; `note` says what it lacks, if anything."""

    event_id: str
    etag: str
    note: str = ""


@dataclass(frozen=True)
class Retry:
    """Not now: the same again after this while does no harm and may well work."""

    after: timedelta
    reason: str


@dataclass(frozen=True)
class GaveUp:
    """It will not work until a person does what the reason says."""

    reason: str


Outcome = Synced | Retry | GaveUp
