"""Hashes of what a message shows, to find edits that would change nothing.

What Discord may do by itself is not in them: it numbers components and serves files elsewhere.
"""

import hashlib
import json

from bot.door.messages import Aside, Layout, Message
from storage.outbox import Hashes


def hashes_of(message: Message) -> Hashes:
    """Return the hash of a message's text, embed and buttons, and that of its files."""
    embed = message.embed.to_dict() if message.embed else None
    items = [[item.row, item.to_component_dict()] for item in message.items]
    said: list[object] = [message.content, embed, items]
    if message.layout is not None:
        said.append(_layout(message.layout))
    return Hashes(_hash(said), _hash(_files(message)))


def _layout(layout: Layout) -> list[object]:
    """Return what a card of parts shows."""
    parts: list[object] = [
        [part.text, part.item.to_component_dict()] if isinstance(part, Aside) else str(part)
        for part in layout.parts
    ]
    return [layout.colour, parts]


def text_hash_of(message: Message) -> Hashes:
    """Return the hash of an edit that leaves a message's files unchanged."""
    return hashes_of(message)._replace(files=None)


def _files(message: Message) -> list[list[str]]:
    """Return what tells each file: its name, its alt text and its bytes."""
    files: list[list[str]] = []
    if (picture := message.picture) is not None:
        files.append([picture.filename, picture.alt, hashlib.sha256(picture.png).hexdigest()])
    if (beside := message.attachment) is not None:
        files.append([beside.filename, "", hashlib.sha256(beside.content).hexdigest()])
    return files


def _hash(shown: object) -> str:
    said = json.dumps(shown, sort_keys=True, default=str)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
