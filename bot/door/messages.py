"""What cards are made of: messages, buttons, and text that is safe."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Literal

import discord
from discord.ui.select import BaseSelect

from bot.core.keys import Key
from bot.door.components import AnySelect, Choose, Press
from bot.door.custom_ids import SELECT, CustomId

Item = discord.ui.Button[Any] | AnySelect

TITLE_LIMIT = 256
FIELD_LIMIT = 1024
DESCRIPTION_LIMIT = 4096
EMBED_LIMIT = 6000
LAYOUT_LIMIT = 4000
OPTION_LIMIT = 100
ROW_LIMIT = 5
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
        """Return a new upload of the picture."""
        return discord.File(io.BytesIO(self.png), self.filename, description=self.alt[:1024])


@dataclass(frozen=True)
class Attachment:
    """A file beside a message; it is replaced whenever the message is edited."""

    content: bytes
    filename: str

    def file(self) -> discord.File:
        """Return a new upload of the file."""
        return discord.File(io.BytesIO(self.content), self.filename)


class Place(Enum):
    """Marks the place of the picture among the parts of a card."""

    PICTURE = "picture"


PICTURE = Place.PICTURE


@dataclass(frozen=True)
class Aside:
    """A text with a button at its side."""

    text: str
    item: discord.ui.Button[Any]


Part = str | Aside | Literal[Place.PICTURE]


@dataclass(frozen=True)
class Layout:
    """A card of parts, in the order in which they are read; an embed has its picture last.

    Discord allows 4,000 characters in all texts together, and no embed beside a layout.
    """

    parts: tuple[Part, ...]
    colour: int = BLUE

    def texts(self) -> list[str]:
        """Return the texts from top to bottom."""
        said = [part.text if isinstance(part, Aside) else part for part in self.parts]
        return [text for text in said if isinstance(text, str)]

    def asides(self) -> list[Item]:
        """Return the buttons at the sides of texts."""
        return [part.item for part in self.parts if isinstance(part, Aside)]


@dataclass(frozen=True)
class Message:
    """A message to send or edit; it may notify only the users in `pings` and those with `roles`.

    It has an embed or a layout, not both.
    """

    content: str = ""
    embed: discord.Embed | None = None
    layout: Layout | None = None
    items: tuple[Item, ...] = ()
    picture: Picture | None = None
    attachment: Attachment | None = None
    pings: tuple[int, ...] = ()
    roles: tuple[int, ...] = ()
    spoken: bool = False

    def view(self) -> discord.ui.View | discord.ui.LayoutView | None:
        """Return the buttons and selects; this needs a running event loop."""
        if self.layout is not None:
            return self._laid_out(self.layout)
        if not self.items:
            return None
        view = discord.ui.View(timeout=None)
        for item in self.items:
            view.add_item(_pressable(item))
        return view

    def _laid_out(self, layout: Layout) -> discord.ui.LayoutView:
        """Return the parts in one frame, with the buttons below them."""
        view = discord.ui.LayoutView(timeout=None)
        if self.content:
            view.add_item(discord.ui.TextDisplay(self.content))
        frame: discord.ui.Container[Any] = discord.ui.Container(accent_colour=layout.colour)
        for part in layout.parts:
            if part is not PICTURE:
                frame.add_item(_component(part))
            elif self.picture is not None:
                frame.add_item(_gallery(self.picture))
        for row in _rows(self.items):
            frame.add_item(discord.ui.ActionRow(*map(_pressable, row)))
        return view.add_item(frame)

    def files(self) -> list[discord.File]:
        """Return new uploads of the picture and the attachment, if there are any."""
        return [one.file() for one in (self.picture, self.attachment) if one is not None]

    def to_send(self) -> dict[str, Any]:
        """Return the message as the arguments with which discord.py posts it.

        It may notify only the users in `pings` and those with `roles`.
        """
        users = [discord.Object(user) for user in self.pings]
        roles = [discord.Object(role) for role in self.roles]
        mentions = discord.AllowedMentions(
            everyone=False, roles=roles or False, users=users or False
        )
        options: dict[str, Any] = {"content": self._content(), "allowed_mentions": mentions}
        if self.embed is not None:
            options["embed"] = self.embed
        if view := self.view():
            options["view"] = view
        if files := self.files():
            options["files"] = files
        return options

    def to_edit(self, *, files: bool = True) -> dict[str, Any]:
        """Return the message as the arguments with which discord.py edits one; it notifies nobody.

        Without `files` the message keeps those that it has.
        """
        options: dict[str, Any] = {
            "content": self._content(),
            "embed": self.embed,
            "view": self.view(),
            "allowed_mentions": discord.AllowedMentions.none(),
        }
        return options | ({"attachments": self.files()} if files else {})

    def _content(self) -> str | None:
        """Return the text above the card; a layout has it among its parts."""
        return None if self.layout is not None else self.content or None


def _component(part: str | Aside) -> discord.ui.Item[Any]:
    if isinstance(part, Aside):
        return discord.ui.Section(part.text, accessory=_pressable(part.item))
    return discord.ui.TextDisplay(part)


def _gallery(picture: Picture) -> discord.ui.MediaGallery[Any]:
    gallery: discord.ui.MediaGallery[Any] = discord.ui.MediaGallery()
    address = f"attachment://{picture.filename}"
    return gallery.add_item(media=address, description=picture.alt[:1024] or None)


def _rows(items: Sequence[Item]) -> list[list[Item]]:
    """Return the items by row: five buttons, or one select; an item may ask for its row."""
    rows: list[list[Item]] = []
    for item in items:
        alone = isinstance(item, BaseSelect)
        beside = rows[-1] if rows else None
        fits = beside and not alone and len(beside) < ROW_LIMIT and item.row == beside[0].row
        if fits and beside and not isinstance(beside[0], BaseSelect):
            beside.append(item)
        else:
            rows.append([item])
    return rows


def _pressable(item: Item) -> discord.ui.Item[Any]:
    """Make a button or select send its presses here; a link stays as it is."""
    if isinstance(item, BaseSelect):
        return Choose(item)
    return item if item.url else Press(item)


def components_of(message: discord.Message) -> Iterator[Any]:
    """Yield all parts of a message that Discord has, from top to bottom, frames and rows too."""
    waiting: list[Any] = list(reversed(message.components))
    while waiting:
        part = waiting.pop()
        yield part
        inside = [*getattr(part, "children", ()), getattr(part, "accessory", None)]
        waiting += [one for one in reversed(inside) if one is not None]


def link(label: str, url: str, *, row: int | None = None) -> discord.ui.Button[Any]:
    """Return a button that opens an address."""
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
    """Return a button that does `action` to what `at` names."""
    return discord.ui.Button(
        label=label, style=style, custom_id=str(CustomId(action, at)), row=row, disabled=disabled
    )


def select(
    action: str, at: Key, placeholder: str, options: Sequence[tuple[int, str, str]], *, row: int
) -> discord.ui.Select[Any]:
    """Return a select of at most 25 options: value, label and description."""
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
    """Return members' text without anything that formats, links or pings."""
    escaped = discord.utils.escape_mentions(discord.utils.escape_markdown(text))
    # A link that was cut short is not escaped yet, and what follows it could complete it.
    return escaped.replace("](", "]\\(")


def cut(text: str, limit: int) -> str:
    """Cut a text to the limit; an ellipsis marks what was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def lines(rows: Sequence[str], limit: int = FIELD_LIMIT, *, empty: str = "—") -> str:
    """Join rows that fit in a field, and count the rest."""
    fitting: list[str] = []
    room = limit - 24
    for row in rows:
        room -= len(row) + 1
        if room < 0:
            fitting.append(f"… and {len(rows) - len(fitting)} more")
            break
        fitting.append(row)
    return "\n".join(fitting) or empty


def listed(names: Sequence[str], limit: int = FIELD_LIMIT) -> str:
    """Join names with commas, and count those that do not fit."""
    joined = ""
    for count, name in enumerate(names):
        longer = f"{joined}, {safe(name)}" if joined else safe(name)
        if len(longer) > limit - 24:
            return f"{joined} and {len(names) - count} more"
        joined = longer
    return joined or "—"


def one_line(text: str, limit: int) -> str:
    """Return members' text for one row of a list, on a single line.

    So it cannot look like another row.
    """
    return safe(cut(" ".join(text.split()), limit))


def moment(at: datetime) -> str:
    """Write a date and time that clients show in their zone: "20 November 2026 19:00"."""
    return discord.utils.format_dt(at, "f")


def weekday(at: datetime) -> str:
    """Write weekday, date and time in each client's zone: "Friday, 20 November 2026 19:00"."""
    return discord.utils.format_dt(at, "F")


def day(at: datetime) -> str:
    """Write a date that clients show in their own zone: "20 November 2026"."""
    return discord.utils.format_dt(at, "D")


def countdown(at: datetime) -> str:
    """Write a distance in time that clients keep current: "in 9 minutes"."""
    return discord.utils.format_dt(at, "R")


def card(title: str, description: str = "", colour: int = BLUE) -> discord.Embed:
    """Return an embed whose parts are within Discord's limits."""
    return discord.Embed(
        title=cut(title, TITLE_LIMIT),
        description=cut(description, DESCRIPTION_LIMIT) or None,
        colour=colour,
    )


def say_brier(value: float) -> str:
    """Say a Brier score, with three decimals everywhere."""
    return f"{value:.3f}"
