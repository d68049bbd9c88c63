"""Turns the bytes of a file into text, whatever spreadsheet wrote them. Pure."""

import re
import zipfile
from io import BytesIO

from bot.core.refusals import Refusal

SAVE_IT = "Save it as CSV UTF-8 with commas between the columns, and import that."
ZIP = b"PK\x03\x04"
LARGEST_UNPACKED = 300_000_000
# How files begin that are no text at all.
_OTHERS = (
    (b"\xd0\xcf\x11\xe0", "a spreadsheet of an old kind"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "packed with gzip"),
    (b"SQLite format 3", "a database"),
)
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# Bytes that Windows-1252 has no letter for are control letters in Latin-1.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


def decode(name: str, content: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16, or Latin-1 as Windows writes it.

    Raises:
        Refusal: it is no text; the sentence says what to do.
    """
    for beginning, what in _OTHERS:
        if content.startswith(beginning):
            raise Refusal(f"{name} cannot be read: it is {what}. {SAVE_IT}")
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _with_mark(name, content[len(mark) :], encoding)
    if encoding := _wide(content[:4000]):
        return _with_mark(name, content, encoding)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _in_one_byte(name, content)


def unpack(name: str, content: bytes) -> dict[str, bytes]:
    """Return the files of a zip by their names, without folders.

    Raises:
        Refusal: it is a spreadsheet, damaged, or too large.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            entries = [entry for entry in packed.infolist() if not entry.is_dir()]
            if any(entry.filename == "[Content_Types].xml" for entry in entries):
                raise Refusal(f"{name} cannot be read: it is a spreadsheet, not CSV. {SAVE_IT}")
            if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
                raise Refusal(f"{name} is too large: unpack it, and import its files one by one.")
            return {entry.filename.rsplit("/", 1)[-1]: packed.read(entry) for entry in entries}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
        raise Refusal(
            f"{name} is a damaged or locked zip file. Unpack it, and import the file in it."
        ) from None


def _with_mark(name: str, content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise Refusal(
            f"{name} is damaged: it is not all in {encoding[:6].upper()}. {SAVE_IT}"
        ) from None


def _wide(start: bytes) -> str:
    """Return which UTF-16 it is where there is no mark: every other byte is nothing then."""
    if len(start) < 4:
        return ""
    if start[1::2].count(0) > 0.4 * len(start) / 2 and not start[::2].count(0):
        return "utf-16-le"
    if start[::2].count(0) > 0.4 * len(start) / 2 and not start[1::2].count(0):
        return "utf-16-be"
    return ""


def _in_one_byte(name: str, content: bytes) -> str:
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    if len(_CONTROL.findall(text[:100_000])) > 3:
        raise Refusal(f"{name} cannot be read: it is no text. {SAVE_IT}")
    return text
