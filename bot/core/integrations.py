"""What this process may use beyond its database: a key, Google Calendar, a web server."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.encryption import Box


@dataclass(frozen=True)
class Integrations:
    """What is configured; without any of it, everything else works."""

    box: "Box | None" = None
    google: bool = False
    feed_url: str | None = None


NONE = Integrations()
