"""What the group is told about itself, read from the database."""

from dataclasses import dataclass

from sqlmodel import Session

from bot.core.keys import Key
from bot.core.mentions import Mentions, read_mentions
from storage import groups, outbox
from storage.tables import Group


@dataclass(frozen=True)
class Trouble:
    """A channel in which the bot cannot post, and why."""

    channel_id: int
    reason: str


@dataclass(frozen=True)
class Welcome:
    """What a group is told when the bot has come: what there is to set up, and what is set."""

    at: Key
    group: Group
    mentions: Mentions

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the names of what nobody has chosen yet."""
        return missing(self.group)


def read_trouble(tx: Session, at: Key) -> Trouble | None:
    """Return the trouble in a key's channel, or None once it is over."""
    reason = outbox.trouble_of(tx, at.id)
    return Trouble(at.id, reason) if reason else None


def read_welcome(tx: Session, at: Key) -> Welcome | None:
    """Return what the card of the newest invitation shows; None for an older one."""
    group = groups.find(tx, at.id)
    if group is None or at.more != (group.joins % 10_000,):
        return None
    return Welcome(at, group, read_mentions(tx))


def missing(group: Group) -> tuple[str, ...]:
    """Return the names of the three settings that nobody has chosen yet."""
    chosen = {
        "the channel": group.channel_id,
        "the voice channel": group.voice_channel_id,
        "the time zone": group.timezone_chosen,
    }
    return tuple(name for name, value in chosen.items() if not value)
