"""The messages in the channels: made, edited, deleted, listed; and how a test reads them.

Follows what Discord documents about nonces, attachments and mentions. Who may see a private
(ephemeral) message is kept here, and such a message is in no channel's list.
"""

from __future__ import annotations

import copy
import mimetypes
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .components import visible_text, with_ids
from .faults import Refusal
from .world import Channel, Json, Member, User, World, timestamp

EPHEMERAL, LOADING = 1 << 6, 1 << 7
CONTENT_LIMIT = 2000
PAGE, LARGEST_PAGE = 50, 100
CONTENTS = ("content", "embeds", "components", "attachments", "poll", "sticker_ids")


@dataclass(frozen=True)
class File:
    name: str
    content: bytes


Files = Mapping[int, File]


@dataclass(frozen=True)
class Message:
    """A message as it was when the test looked; `data` is Discord's JSON of it."""

    data: Json

    @property
    def id(self) -> int:
        return int(self.data["id"])

    @property
    def channel_id(self) -> int:
        return int(self.data["channel_id"])

    @property
    def content(self) -> str:
        return str(self.data["content"])

    @property
    def embeds(self) -> list[Json]:
        return list(self.data["embeds"])

    @property
    def attachments(self) -> list[Json]:
        return list(self.data["attachments"])

    @property
    def nonce(self) -> str | None:
        return self.data.get("nonce")

    @property
    def ephemeral(self) -> bool:
        return bool(self.data["flags"] & EPHEMERAL)

    @property
    def pings(self) -> list[int]:
        """The ids of those whom it notifies."""
        return [int(user["id"]) for user in self.data["mentions"]]

    @property
    def text(self) -> str:
        """Everything that a reader sees: content, embeds, texts and labels of its components."""
        return "\n".join(visible_text(self.data))


class Messages:
    """All messages there are, oldest first."""

    def __init__(self, world: World, nonce_window: float) -> None:
        self._world = world
        self.file_url = ""
        self._stored: dict[int, Json] = {}
        self._readers: dict[int, int] = {}
        self._sent: dict[tuple[int, int, str], tuple[float, int]] = {}
        self.files: dict[int, bytes] = {}
        self.nonce_window = nonce_window
        self.nonces_are_per_channel = True

    def in_channel(self, channel_id: int) -> list[Json]:
        """What everybody in the channel sees."""
        public = (m for i, m in self._stored.items() if i not in self._readers)
        return [m for m in public if int(m["channel_id"]) == channel_id]

    def private_to(self, user_id: int) -> list[Json]:
        """The ephemeral messages that one person sees, of all channels."""
        return [m for i, m in self._stored.items() if self._readers.get(i) == user_id]

    def find(self, message_id: int) -> Json | None:
        return self._stored.get(message_id)

    def get(self, channel_id: int, message_id: int) -> Json:
        """A public message, as the API gives it out."""
        message = self._stored.get(message_id)
        hidden = message_id in self._readers
        if message is None or hidden or int(message["channel_id"]) != channel_id:
            raise Refusal(404, 10008, "Unknown Message")
        return message

    def page(self, channel_id: int, query: Mapping[str, str]) -> list[Json]:
        """One page of history, newest first whichever way one pages."""
        limit = min(int(query.get("limit", PAGE)), LARGEST_PAGE)
        messages = self.in_channel(channel_id)
        if "before" in query:
            messages = [m for m in messages if int(m["id"]) < int(query["before"])]
        if "after" in query:
            messages = [m for m in messages if int(m["id"]) > int(query["after"])][:limit]
        return [_without_nonce(m) for m in reversed(messages[-limit:])]

    def send(self, channel: Channel, body: Json, files: Files) -> Json:
        """What the bot posts. A nonce that it used a moment ago gives the same message again."""
        key = self._nonce_key(channel, body)
        if key is not None and body.get("enforce_nonce") and (known := self._known(key)):
            return known
        message = self.create(channel, self._world.bot, body, files)
        if key is not None:
            message["nonce"] = body["nonce"]
            self._sent[key] = (self._world.clock(), int(message["id"]))
        self._announce("MESSAGE_CREATE", message)
        return message

    def _nonce_key(self, channel: Channel, body: Json) -> tuple[int, int, str] | None:
        """Discord's page says "the same author"; whether channels matter it doesn't say."""
        nonce = body.get("nonce")
        scope = channel.id if self.nonces_are_per_channel else 0
        return None if nonce in (None, "") else (self._world.bot.id, scope, str(nonce))

    def _known(self, key: tuple[int, int, str]) -> Json | None:
        """The message sent under this nonce lately. One deleted since is not posted again: 404."""
        sent_at, message_id = self._sent.get(key, (float("-inf"), 0))
        if self._world.clock() - sent_at >= self.nonce_window:
            return None
        if message_id not in self._stored:
            raise Refusal(404, 10008, "Unknown Message")
        return self._stored[message_id]

    def respond(
        self, channel: Channel, body: Json, files: Files, reader: Member, facts: Json
    ) -> Json:
        """An answer to an interaction; `reader` alone sees it if it is ephemeral."""
        message = self.create(channel, self._world.bot, body, files, facts)
        if message["flags"] & EPHEMERAL:
            self._readers[int(message["id"])] = reader.id
        else:
            self._announce("MESSAGE_CREATE", message)
        return message

    def say(self, channel: Channel, author: User, content: str) -> Json:
        """What a person writes."""
        message = self.create(channel, author, {"content": content}, {})
        self._announce("MESSAGE_CREATE", message)
        return message

    def create(
        self, channel: Channel, author: User, body: Json, files: Files, facts: Json | None = None
    ) -> Json:
        """Stores a new message without telling anyone yet."""
        flags = body.get("flags") or 0
        if not flags & LOADING:
            _check(body, files)
        message: Json = {
            "id": str(self._world.ids.new()),
            "type": 19 if body.get("message_reference") else 0,
            "channel_id": str(channel.id),
            "author": author.payload(),
            "content": body.get("content") or "",
            "embeds": _embeds(body.get("embeds")),
            "components": with_ids(body.get("components") or []),
            "attachments": [],
            "timestamp": timestamp(self._world.clock()),
            "edited_timestamp": None,
            "tts": bool(body.get("tts")),
            "pinned": False,
            "flags": flags,
        } | (facts or {})
        if body.get("message_reference"):
            message["message_reference"] = self._reference(channel, body["message_reference"])
        message["attachments"] = self._attached(message, body, files)
        message |= self._mentions(message, body)
        self._stored[int(message["id"])] = message
        return message

    def _reference(self, channel: Channel, reference: Json) -> Json:
        target = self._stored.get(int(reference["message_id"]))
        if target is None and reference.get("fail_if_not_exists", True):
            raise Refusal(400, 50035, "Invalid Form Body: message_reference: Unknown message")
        place = {"channel_id": str(channel.id), "message_id": str(reference["message_id"])}
        return place | ({"guild_id": str(channel.guild.id)} if channel.guild else {})

    def edit(self, message: Json, body: Json, files: Files) -> Json:
        """Replaces what the body names and leaves the rest, as PATCH does."""
        changed = {key: body[key] for key in CONTENTS if key in body}
        _check({key: message[key] for key in CONTENTS if key in message} | changed, files)
        if "content" in body:
            message["content"] = body["content"] or ""
        if "embeds" in body:
            message["embeds"] = _embeds(body["embeds"])
        if "components" in body:
            message["components"] = with_ids(body["components"] or [])
        if "attachments" in body or files:
            message["attachments"] = self._attached(message, body, files)
        message["flags"] = (message["flags"] | (body.get("flags") or 0)) & ~LOADING
        message["edited_timestamp"] = timestamp(self._world.clock())
        message |= self._mentions(message, body)
        if int(message["id"]) not in self._readers:
            self._announce("MESSAGE_UPDATE", message)
        return message

    def delete(self, message: Json) -> None:
        message_id = int(message["id"])
        del self._stored[message_id]
        if self._readers.pop(message_id, None) is None:
            gone = {"id": str(message_id), "channel_id": message["channel_id"]}
            self._world.announce("MESSAGE_DELETE", gone | self._guild_of(message))

    def _attached(self, message: Json, body: Json, files: Files) -> list[Json]:
        """Those kept of the old attachments, then the new ones, as the body lists them."""
        listed = body.get("attachments")
        wanted = None if listed is None else {str(entry["id"]) for entry in listed}
        kept = [a for a in message["attachments"] if wanted is None or a["id"] in wanted]
        notes = {str(entry["id"]): entry for entry in listed or []}
        new = (self._store(message, f, notes.get(str(n), {})) for n, f in sorted(files.items()))
        return [*kept, *new]

    def _store(self, message: Json, file: File, notes: Json) -> Json:
        file_id = self._world.ids.new()
        self.files[file_id] = file.content
        name = notes.get("filename") or file.name
        url = f"{self.file_url}/{message['channel_id']}/{file_id}/{name}"
        described = {"description": notes["description"]} if notes.get("description") else {}
        return {
            "id": str(file_id),
            "filename": name,
            "size": len(file.content),
            "url": url,
            "proxy_url": url,
            "content_type": mimetypes.guess_type(name)[0] or "application/octet-stream",
        } | described

    def _mentions(self, message: Json, body: Json) -> Json:
        """Whom it pings: those named in its text, as far as `allowed_mentions` lets it."""
        text = "\n".join(visible_text(message))
        allowed = body.get("allowed_mentions")
        users = _allowed(re.findall(r"<@!?(\d+)>", text), "users", allowed)
        roles = _allowed(re.findall(r"<@&(\d+)>", text), "roles", allowed)
        known = (self._world.users.get(int(user)) for user in users)
        loud = allowed is None or "everyone" in (allowed.get("parse") or [])
        return {
            "mentions": [user.payload() for user in known if user is not None],
            "mention_roles": roles,
            "mention_everyone": loud and bool(re.search("@everyone|@here", text)),
        }

    def _announce(self, event: str, message: Json) -> None:
        self._world.announce(event, copy.deepcopy(message) | self._guild_of(message))

    def _guild_of(self, message: Json) -> Json:
        """The gateway names the group of a message; the HTTP API doesn't."""
        channel = self._world.channels.get(int(message["channel_id"]))
        if channel is None or channel.guild is None:
            return {}
        author = (
            channel.guild.members.get(int(message["author"]["id"])) if "author" in message else None
        )
        member = {"member": author.payload(with_user=False)} if author else {}
        return {"guild_id": str(channel.guild.id)} | member


def _without_nonce(message: Json) -> Json:
    """History doesn't tell nonces: who looks for a message of theirs needs another mark."""
    return {key: value for key, value in message.items() if key != "nonce"}


def _embeds(embeds: list[Json] | None) -> list[Json]:
    return [{"type": "rich"} | copy.deepcopy(embed) for embed in embeds or []]


def _allowed(named: list[str], kind: str, allowed: Json | None) -> list[str]:
    unique = list(dict.fromkeys(named))
    if allowed is None or kind in (allowed.get("parse") or []):
        return unique
    listed = {str(one) for one in allowed.get(kind) or []}
    return [one for one in unique if one in listed]


def _check(body: Json, files: Files) -> None:
    """The two things that Discord refuses of any message, however it is sent."""
    if len(body.get("content") or "") > CONTENT_LIMIT:
        limit = f"content: Must be {CONTENT_LIMIT} or fewer in length."
        raise Refusal(400, 50035, f"Invalid Form Body: {limit}")
    if not files and not any(body.get(key) for key in CONTENTS):
        raise Refusal(400, 50006, "Cannot send an empty message")


def snapshots(messages: list[Json]) -> Iterator[Message]:
    """Copies for a test to keep: what it saw doesn't change under its hands."""
    return (Message(copy.deepcopy(message)) for message in messages)


def snapshot(message: Any) -> Message | None:
    return None if message is None else Message(copy.deepcopy(message))
