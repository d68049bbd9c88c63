"""Brings a typed text into the form in which its words are compared. Pure."""

import unicodedata

LONGEST = 80
# Marks that stand around a text that was copied.
_AROUND = "`*\"'“”„«»_ "
_ALIKE = str.maketrans({"’": "'", "‘": "'", "‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-"})
# Marks for the direction of letters cannot be seen, but are copied together with the text.
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\ufeff\u2060"))


def clean(text: str) -> str:
    """Return a text in small letters without accents, with plain spaces and dashes."""
    plain = " ".join(text.translate(_UNSEEN).translate(_ALIKE).split())
    split = unicodedata.normalize("NFD", plain.strip(_AROUND).casefold())
    return "".join(char for char in split if not unicodedata.combining(char))


def quote(text: str) -> str:
    """Return typed text as an answer repeats it: one short line in code marks."""
    seen = "".join(char if char.isprintable() else " " for char in text.replace("`", ""))
    return f"`{' '.join(seen.split())[:60].strip() or ' '}`"


def strange(text: str) -> bool:
    """Tell whether a text holds what no keyboard types: controls, half characters, null."""
    kinds = {unicodedata.category(char) for char in text if char not in "\t\n\r"}
    return bool(kinds & {"Cc", "Cs", "Co", "Cn"})
