"""What door, delivery and alarms tell to whoever watches the bot from outside.

`Watch` itself does nothing with it: metrics are off unless they are wanted, and cost nothing then.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import aiohttp

    from storage.enums import CardKind


class Watch:
    """Hears how the bot works, and keeps nothing of it."""

    def follow(self, trace: "aiohttp.TraceConfig") -> "aiohttp.TraceConfig":
        """Hear of each request to Discord, too; return the same trace."""
        return trace

    def came(self, interaction_id: int, kind: str) -> None:
        """Hear that an interaction came in."""

    def refused(self, kind: str) -> None:
        """Hear that a member was refused in words."""

    def failed(self, kind: str) -> None:
        """Hear that an interaction failed for a reason of ours."""

    def rang(self, timer: str, late_seconds: float) -> None:
        """Hear how long after its moment a timer was served."""

    def posted(self, card: "CardKind", late_seconds: float) -> None:
        """Hear how long after it was saved a new message was at Discord."""


NOBODY = Watch()
