"""Slash commands that people can tap, by the ids that Discord gave them.

The ids are saved, because cards are drawn without a connection to Discord.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlmodel import Session

from bot.core.unit import Desk
from storage import bot_state


@dataclass(frozen=True)
class Mentions:
    """The ids of the slash commands, by the first word of their names."""

    ids: Mapping[str, int] = field(default_factory=dict)

    def of(self, command: str) -> str:
        """Return a command as something to tap, or as something to type."""
        number = self.ids.get(command.split(maxsplit=1)[0])
        return f"</{command}:{number}>" if number else f"`/{command}`"


def read_mentions(tx: Session) -> Mentions:
    """Return how commands are mentioned; before the first start, as typed."""
    saved = bot_state.get(tx, bot_state.COMMAND_IDS)
    return Mentions(json.loads(saved) if saved else {})


def save_command_ids(desk: Desk, ids: Mapping[str, int]) -> None:
    """Save the ids that Discord has given to the commands."""
    value = json.dumps(dict(ids), sort_keys=True)
    with desk.db.read() as tx:
        if bot_state.get(tx, bot_state.COMMAND_IDS) == value:
            return
    with desk.db.write() as tx:
        bot_state.keep(tx, bot_state.COMMAND_IDS, value)
