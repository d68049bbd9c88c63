"""Reads the file of an import as text, or explains how to save it."""

from pathlib import Path

from bot.core.refusals import Refusal
from bot.data.rules import SAVE_IT

# How files begin that are not in UTF-8, or no text at all.
_BEGINNINGS = (
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
    (b"PK\x03\x04", "a spreadsheet or a zip file, not CSV"),
    (b"\xd0\xcf\x11\xe0", "a spreadsheet, not CSV"),
)


def read_text(file: Path, each: str = "forecast") -> str:
    """Return the text of a file, whose lines are one for each forecast, say.

    Raises:
        Refusal: there is none, or it is not in UTF-8; the sentence says what to do.
    """
    if file.is_dir():
        raise Refusal(f"{file} is a folder. Name the CSV file in it.")
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise Refusal(f"There is no file {file} here. Check its name and folder.") from None
    except OSError as error:
        raise Refusal(f"{file} cannot be read: {error.strerror or error}.") from None
    if not content.strip(b"\xef\xbb\xbf \t\r\n"):
        raise Refusal(
            f"{file} is empty. It needs a line with the names of the columns, and one for each "
            f"{each}."
        )
    return _decode(file, content)


def _decode(file: Path, content: bytes) -> str:
    for beginning, what in _BEGINNINGS:
        if content.startswith(beginning):
            raise Refusal(f"{file} cannot be read as UTF-8: it is {what}. {SAVE_IT}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Refusal(
            f"{file} cannot be read as UTF-8: line {line} has a letter in another encoding, such "
            f"as Latin-1 or Windows-1252. {SAVE_IT}"
        ) from None
