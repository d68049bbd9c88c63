"""How the outcome of a banked question is sealed at rest, and opened for its reveal."""

from bot.core.encryption import Box, BrokenSealError
from bot.core.refusals import Refusal
from bot.core.unit import Desk, row_id
from storage import bank
from storage.tables import Banked

KEY_IS_GONE = (
    "The outcome of this question was sealed with a key that is gone, so it cannot be revealed. "
    "Whoever runs the bot can put the old key back: DOJO_SECRET_KEY takes several, with commas "
    "between."
)


# So many are sealed anew in one transaction.
AT_A_TIME = 500


def seal_outcome(box: Box | None, outcome: str) -> tuple[str, bool]:
    """Return an outcome as it is kept, and whether it is sealed; without a key it is plain."""
    return (outcome, False) if box is None else (box.seal(outcome), True)


def open_outcome(box: Box | None, banked: Banked) -> str:
    """Return the outcome of a banked question, as resolutions hold it.

    Only a reveal may ask for it.

    Raises:
        Refusal: it was sealed with a key that is gone.
    """
    if not banked.sealed:
        return banked.outcome
    if box is None:
        raise Refusal(KEY_IS_GONE)
    try:
        return box.open(banked.outcome)
    except BrokenSealError:
        raise Refusal(KEY_IS_GONE) from None


def can_open(box: Box | None, banked: Banked) -> bool:
    """Tell whether the outcome of a banked question can be revealed."""
    try:
        open_outcome(box, banked)
    except Refusal:
        return False
    return True


def renew_outcomes(desk: Desk) -> None:
    """Seal with the newest key all outcomes that groups brought; the box holds no secrets."""
    box = desk.integrations.box
    if box is None:
        return
    with desk.db.write() as tx:
        for row in bank.plain(tx):
            row.outcome, row.sealed = seal_outcome(box, row.outcome)
    after = 0
    # With one key, all that can be opened is sealed with it already.
    while box.has_older_keys:
        with desk.db.write() as tx:
            rows = bank.sealed(tx, after, AT_A_TIME)
            for row in rows:
                row.outcome = box.renew(row.outcome)
        if not rows:
            return
        after = row_id(rows[-1])
