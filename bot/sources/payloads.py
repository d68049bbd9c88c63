"""Reads fields of what a platform sent, which may lack anything and hold anything. Pure."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit

from bot.answers.amounts import check_unit
from bot.answers.formats import AnswerFormat
from bot.answers.options import LONGEST_OPTION, MOST_OPTIONS, check_options
from bot.answers.probabilities import Belief
from bot.core.refusals import Refusal, clean_text
from bot.sources.imported import SourceError

Payload = Mapping[str, Any]

LONGEST_TEXT = 20_000


class UnreadableError(SourceError):
    """An answer that has another form than the platform describes."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} answered something that I cannot read as a question. Bring it with "
            "`/question submit` instead, and tell whoever runs the bot if it happens again."
        )


def address(text: str, *hosts: str) -> SplitResult | None:
    """Return the parts of an address on one of these hosts, or None where it is another's."""
    text = text.strip().strip("<>")
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:  # brackets without an address in them
        return None
    return parts if parts.scheme in {"http", "https"} and host in hosts else None


def steps(parts: SplitResult) -> list[str]:
    """Return the steps of an address's path."""
    return [step for step in parts.path.split("/") if step]


def text(data: Payload, *names: str) -> str:
    """Return the first of these fields that holds words, without what no database keeps."""
    for name in names:
        value = data.get(name)
        if isinstance(value, str) and value.strip():
            return clean_text(value).strip()[:LONGEST_TEXT]
    return ""


def word(data: Payload, name: str) -> str:
    """Return a field as one word in small letters."""
    return text(data, name).casefold()


def title(data: Payload, name: str, *fields: str) -> str:
    """Return a title in one line; refuse an answer without one."""
    found = " ".join(text(data, *fields).split())
    if not found:
        raise UnreadableError(name)
    return found


def part(data: Payload, field: str) -> Payload:
    """Return the object in a field; an empty one where there is none."""
    value = data.get(field)
    return value if isinstance(value, Mapping) else {}


def objects(data: Payload, field: str) -> list[Payload]:
    """Return the objects of a list in a field."""
    value = data.get(field)
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def number(value: Any) -> float | None:
    """Return a number, also one that is sent as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def chance(value: Any) -> float | None:
    """Return a number from 0 to 1; None for anything else."""
    found = number(value)
    return found if found is not None and 0 <= found <= 1 else None


def moment(data: Payload, *names: str) -> datetime | None:
    """Return the first of these fields that holds a moment, as text or in milliseconds."""
    return next((found for name in names if (found := _moment(data.get(name))) is not None), None)


def _moment(value: Any) -> datetime | None:
    try:
        if isinstance(value, str) and value.strip():
            found = datetime.fromisoformat(value.strip())
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def listed(data: Payload, field: str) -> list[str]:
    """Return a list of texts, also one that is sent as JSON within a text."""
    value = data.get(field)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return []
    return [clean_text(str(one)).strip() for one in value] if isinstance(value, list) else []


def options(names: Sequence[str], name: str, *, ordered: bool = False) -> AnswerFormat:
    """Return a question's options, shortened to what fits; refuse what cannot be asked here."""
    if len(names) > MOST_OPTIONS:
        raise Refusal(
            f"This question has {len(names)} answers on {name}, and {MOST_OPTIONS} fit here. Bring "
            "the likeliest ones with `/question submit`, and an option for the rest."
        )
    try:
        fitted = check_options([shorten(" ".join(one.split()), LONGEST_OPTION) for one in names])
    except Refusal as refusal:
        raise Refusal(
            f"The answers of this question on {name} do not fit here. {refusal} `/question submit` "
            "takes it in your words."
        ) from None
    return AnswerFormat("ordered" if ordered else "choice", fitted)


def unit(typed: str) -> str:
    """Return a unit as it can be kept; none where it cannot."""
    try:
        return check_unit(typed)
    except Refusal:
        return ""


def shares(chances: Sequence[float | None]) -> Belief | None:
    """Return the chances of options, made to add up to 1; None where one is missing."""
    known = [one for one in chances if one is not None]
    total = sum(known)
    if not known or len(known) < len(chances) or not 0 < total < math.inf:
        return None
    return Belief(values=tuple(one / total for one in known))


def shorten(words: str, most: int) -> str:
    """Return a text that fits, with a sign at its end where something was left out."""
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def joined(*texts: str) -> str:
    """Return texts with an empty line between them, each once."""
    return "\n\n".join(dict.fromkeys(_filled(texts)))


def _filled(texts: Sequence[str]) -> Iterator[str]:
    return (one for one in texts if one)
