"""The outcomes of banked questions, plain or sealed. Only for when they are revealed."""

from bot.core.encryption import Box
from storage.tables import Banked


def opens(row: Banked, box: Box | None) -> bool:
    """Tell whether the outcome can be revealed: what is sealed needs the key it was sealed with."""
    return not row.sealed or (box is not None and box.find(row.outcome) is not None)


def outcome_of(row: Banked, box: Box | None) -> str:
    """Return the outcome as resolutions hold it."""
    if not row.sealed:
        return row.outcome
    if box is None:
        raise LookupError("a sealed outcome, and no key")
    return box.open(row.outcome)
