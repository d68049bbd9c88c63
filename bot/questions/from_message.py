"""A question made of somebody's message: its title, criteria and source, as far as it has them.

Pure. Whoever brings it still reads it in the form, so a guess here costs nobody more than a word.
"""

import re

from bot.questions.rules import (
    LONGEST_CRITERIA,
    LONGEST_SOURCE,
    LONGEST_TITLE,
    SHORTEST_TITLE,
    is_link,
)

_LINK = re.compile(r"https?://[^\s<>\[\]()|*`]+")
_AFTER_LINK = ".,;:!?'\"_~"
# What stands before a line, and around words, only to format them.
_BEFORE_LINE = re.compile(r"^(?:[>#•*-]+\s+)+")
_AROUND_WORDS = re.compile(r"\*\*|__|~~|\|\||`|<>|\[\]|\(\)")
_SENTENCE_END = re.compile(r"[.!…]+\s+")
_INITIAL = re.compile(r"\b\w\.\s+$")


def from_message(text: str, address: str) -> dict[str, str]:
    """Return the fields of the form; without a link in it, the source is the message's address."""
    source = _source(text)
    rows = [_plain(row) for row in text.replace(source, "").splitlines()]
    rows = [row for row in rows if row]
    title, rest = _title(rows[0]) if rows else ("", "")
    criteria = "\n".join(one for one in (rest, *rows[1:]) if one)
    return {
        "title": title,
        "criteria": _shorten(criteria, LONGEST_CRITERIA),
        "source": source or address,
    }


def _source(text: str) -> str:
    """Return the first link that can be a source, if there is one."""
    found = (one.rstrip(_AFTER_LINK) for one in _LINK.findall(text))
    return next((one for one in found if is_link(one) and len(one) <= LONGEST_SOURCE), "")


def _plain(row: str) -> str:
    """Return a line without formatting and surplus space."""
    return " ".join(_AROUND_WORDS.sub("", _BEFORE_LINE.sub("", row.strip())).split())


def _title(row: str) -> tuple[str, str]:
    """Split the first question or sentence from the rest of a line.

    One that is too long for a title is cut there, and stands whole in the rest.
    """
    end = _first_end(row)
    title, rest = row[:end].strip(), row[end:].strip()
    if len(title) <= LONGEST_TITLE:
        return title, rest
    return _shorten(title, LONGEST_TITLE), row


def _first_end(row: str) -> int:
    """Return where the first question ends, else the first sentence; a single letter ends none."""
    asked = row.find("?") + 1
    if asked >= SHORTEST_TITLE:
        return asked
    ends = (one.end() for one in _SENTENCE_END.finditer(row))
    return next(
        (end for end in ends if end > SHORTEST_TITLE and not _INITIAL.search(row[:end])), len(row)
    )


def _shorten(text: str, limit: int) -> str:
    """Cut a text between two words; an ellipsis marks what was cut."""
    if len(text) <= limit:
        return text
    gap = text.rfind(" ", limit // 2, limit)
    return text[: gap if gap > 0 else limit - 1].rstrip() + "…"
