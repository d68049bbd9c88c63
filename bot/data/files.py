"""Reads the files of an import, or explains how to save them."""

from pathlib import Path

from bot.core.refusals import Refusal
from bot.data.reading import text
from bot.data.reading.source import Files
from bot.data.reading.text import SAVE_IT

# How files begin that are not in UTF-8, or no text at all.
_TABLES = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson")
# Which files of the same folder say more of one that is called like this.
_BELONGS = {
    "forecast_data": {"question_data.csv"},
    "survey_fcasts": {"ifps.csv"},
    "bets": {"markets.json", "markets.jsonl"},
    "public": {"questions.csv"},
    "responses": {"questions.csv"},
}
_BEGINNINGS = (
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
    (b"PK\x03\x04", "a spreadsheet or a zip file, not CSV"),
    (b"\xd0\xcf\x11\xe0", "a spreadsheet, not CSV"),
)


def read_files(file: Path) -> Files:
    """Return a file's text in any encoding, and the texts beside it that may say more of it.

    Of a zip, the file with forecasts is the one that is meant.

    Raises:
        Refusal: there is none, or it is no text; the sentence says what to do.
    """
    content = _content(file, "forecast")
    if not content.startswith(text.ZIP):
        texts = {file.name: text.decode(str(file), content)}
        return Files(file.name, texts | _beside(file))
    packed = {
        name: one
        for name, one in text.unpack(str(file), content).items()
        if name.casefold().endswith(_TABLES)
    }
    if not packed:
        raise Refusal(f"{file} holds no CSV file. Unpack it, and import the file that is meant.")
    main = max(packed, key=lambda name: (_is_main(name), len(packed[name])))
    return Files(main, {name: text.decode(name, one) for name, one in packed.items()})


def read_text(file: Path, each: str = "question") -> str:
    """Return the text of a file in UTF-8, whose lines are one for each question, say.

    Raises:
        Refusal: there is none, or it is not in UTF-8; the sentence says what to do.
    """
    return _decode(file, _content(file, each))


def _content(file: Path, each: str) -> bytes:
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
    return content


def _beside(file: Path) -> dict[str, str]:
    """Return the texts in the same folder that belong to such a file by their names."""
    found = {}
    for start, others in _BELONGS.items():
        if file.name.casefold().startswith(start):
            for other in sorted(file.parent.iterdir()):
                if other.name.casefold() in others and other != file:
                    found[other.name] = text.decode(str(other), other.read_bytes())
    return found


def _is_main(name: str) -> bool:
    """Tell whether a file of a zip has forecasts, and does not only say more of them."""
    plain = name.casefold()
    return not any(word in plain for word in ("question", "ifps", "market", "readme"))


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
