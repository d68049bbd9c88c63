"""What cards are made of: a message as a value, its buttons, and text that cannot do harm."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import discord

from bot.core.keys import Key
from bot.door.components import Choose, Press
from bot.door.custom_ids import SELECT, CustomId

Item = discord.ui.Button[Any] | discord.ui.Select[Any]

TITLE_LIMIT = 256
FIELD_LIMIT = 1024
DESCRIPTION_LIMIT = 4096
EMBED_LIMIT = 6000
OPTION_LIMIT = 100
MOST_OPTIONS = 25

BLUE = 0x5865F2
GREEN = 0x3BA55D
AMBER = 0xE6A23C
GREY = 0x747F8D

PRIMARY = discord.ButtonStyle.primary
SECONDARY = discord.ButtonStyle.secondary
SUCCESS = discord.ButtonStyle.success
DANGER = discord.ButtonStyle.danger


@dataclass(frozen=True)
class Picture:
    """A PNG with what a screen reader says of it."""

    png: bytes
    filename: str
    alt: str

    def file(self) -> discord.File:
        """A new upload of the picture."""
        return discord.File(io.BytesIO(self.png), self.filename, description=self.alt[:1024])


@dataclass(frozen=True)
class Attachment:
    """A file beside a message; it is replaced whenever the message is edited."""

    content: bytes
    filename: str

    def file(self) -> discord.File:
        """A new upload of the file."""
        return discord.File(io.BytesIO(self.content), self.filename)


@dataclass(frozen=True)
class Message:
    """A message to be sent or edited: `pings` are the only users whom it may notify."""

    content: str = ""
    embed: discord.Embed | None = None
    items: tuple[Item, ...] = ()
    picture: Picture | None = None
    attachment: Attachment | None = None
    pings: tuple[int, ...] = ()
    spoken: bool = False

    def view(self) -> discord.ui.View | None:
        """The buttons and selects; needs a running event loop."""
        if not self.items:
            return None
        view = discord.ui.View(timeout=None)
        for item in self.items:
            view.add_item(_pressable(item))
        return view

    def files(self) -> list[discord.File]:
        """New uploads of whatever is beside the text."""
        return [one.file() for one in (self.picture, self.attachment) if one is not None]

    def mentions(self) -> discord.AllowedMentions:
        """Nobody but those who are meant to be notified."""
        users = [discord.Object(user) for user in self.pings]
        return discord.AllowedMentions(everyone=False, roles=False, users=users or False)


def _pressable(item: Item) -> discord.ui.Item[Any]:
    """A button or select whose presses arrive here; a link's do not."""
    if isinstance(item, discord.ui.Select):
        return Choose(item)
    return item if item.url else Press(item)


def link(label: str, url: str, *, row: int | None = None) -> discord.ui.Button[Any]:
    """A button that opens an address."""
    return discord.ui.Button(label=label, url=url, row=row)


def button(
    action: str,
    at: Key,
    label: str,
    style: discord.ButtonStyle = SECONDARY,
    *,
    row: int | None = None,
    disabled: bool = False,
) -> discord.ui.Button[Any]:
    """A button that does `action` to what `at` names."""
    return discord.ui.Button(
        label=label, style=style, custom_id=str(CustomId(action, at)), row=row, disabled=disabled
    )


def select(
    action: str, at: Key, placeholder: str, options: Sequence[tuple[int, str, str]], *, row: int
) -> discord.ui.Select[Any]:
    """A select of at most 25 options: value, label and description."""
    return discord.ui.Select(
        custom_id=str(CustomId(action, at, SELECT)),
        placeholder=placeholder,
        options=[
            discord.SelectOption(
                label=cut(label, OPTION_LIMIT),
                value=str(value),
                description=cut(description, OPTION_LIMIT) or None,
            )
            for value, label, description in options[:MOST_OPTIONS]
        ],
        row=row,
    )


def safe(text: str) -> str:
    """Text from members, with nothing in it that formats, links or pings."""
    return discord.utils.escape_mentions(discord.utils.escape_markdown(text))


def cut(text: str, limit: int) -> str:
    """Text that fits; what does not is marked with an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def lines(rows: Sequence[str], limit: int = FIELD_LIMIT, *, empty: str = "—") -> str:
    """Rows that fit in a field; what does not is counted, not dropped silently."""
    kept: list[str] = []
    room = limit - 24
    for row in rows:
        room -= len(row) + 1
        if room < 0:
            kept.append(f"… and {len(rows) - len(kept)} more")
            break
        kept.append(row)
    return "\n".join(kept) or empty


def listed(names: Sequence[str], limit: int = FIELD_LIMIT) -> str:
    """Names with commas between them; those for which there is no room are counted."""
    shown = ""
    for count, name in enumerate(names):
        longer = f"{shown}, {safe(name)}" if shown else safe(name)
        if len(longer) > limit - 24:
            return f"{shown} and {len(names) - count} more"
        shown = longer
    return shown or "—"


def one_line(text: str, limit: int) -> str:
    """Text from members within a row of a list: it cannot pose as another row."""
    return safe(cut(" ".join(text.split()), limit))


def moment(at: datetime) -> str:
    """A date and time that each client shows in its own zone: "20 November 2026 19:00"."""
    return discord.utils.format_dt(at, "f")


def day(at: datetime) -> str:
    """A date that each client shows in its own zone: "20 November 2026"."""
    return discord.utils.format_dt(at, "D")


def countdown(at: datetime) -> str:
    """A distance in time that each client keeps current: "in 9 minutes"."""
    return discord.utils.format_dt(at, "R")


def card(title: str, description: str = "", colour: int = BLUE) -> discord.Embed:
    """An embed whose parts are within Discord's limits."""
    return discord.Embed(
        title=cut(title, TITLE_LIMIT),
        description=cut(description, DESCRIPTION_LIMIT) or None,
        colour=colour,
    )


def say_brier(value: float) -> str:
    """A Brier score as it is shown everywhere."""
    return f"{value:.3f}"
