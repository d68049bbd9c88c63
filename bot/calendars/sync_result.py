"""What came of asking Google for something. Apart from google.py, whose libraries are large."""

from dataclasses import dataclass
from datetime import timedelta

# An insert whose reply was lost may reach Google after its session was cancelled. So a cancelled
# event that was written this recently is looked for once more.
LOOK_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Synced:
    """A success: the event is at Google; `note` says what it lacks, if anything."""

    event_id: str
    etag: str
    note: str = ""


@dataclass(frozen=True)
class Retry:
    """A failure that may pass: try the same again after this time."""

    after: timedelta
    reason: str


@dataclass(frozen=True)
class GaveUp:
    """A failure that lasts until a person does what the reason says."""

    reason: str


Outcome = Synced | Retry | GaveUp
