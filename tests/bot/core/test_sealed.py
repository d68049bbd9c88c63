"""Outcomes of banked questions at rest: sealed, opened for a reveal, and sealed anew."""

from dataclasses import replace
from datetime import date

import pytest

from bot.core.encryption import Box, new_key
from bot.core.integrations import Integrations
from bot.core.refusals import Refusal
from bot.core.sealed import open_outcome, renew_outcomes, seal_outcome
from bot.core.unit import Desk
from storage.tables import Banked, Group
from tests.bot.scenes import rows


def banked(box: Box | None, *, group_id: int | None = 900, name: str = "rain") -> Banked:
    outcome, sealed = seal_outcome(box, "yes")
    day = date(2012, 1, 2)
    return Banked(
        group_id=group_id, name=name, topic="other", title="Will it rain?", criteria="Rain.",
        opens_at=day, as_of=day, closes_at=day, known_at=date(2012, 1, 3), outcome=outcome,
        sealed=sealed,
    )  # fmt: skip


def keep(desk: Desk, *found: Banked) -> None:
    with desk.db.write() as tx:
        tx.add(Group(id=900, name="Circle"))
        tx.flush()
        tx.add_all(found)


def with_box(desk: Desk, box: Box) -> Desk:
    return replace(desk, integrations=Integrations(box=box))


def test_a_sealed_outcome_can_be_read_with_its_key_only() -> None:
    box = Box(new_key())

    one = banked(box)

    assert (one.sealed, "yes" in one.outcome) == (True, False)
    assert open_outcome(box, one) == "yes"
    for other in (None, Box(new_key())):
        with pytest.raises(Refusal, match="DOJO_SECRET_KEY takes several"):
            open_outcome(other, one)


def test_without_a_key_the_outcome_is_kept_as_it_is() -> None:
    one = banked(None)

    assert (one.sealed, open_outcome(None, one), open_outcome(Box(new_key()), one)) == (
        False,
        "yes",
        "yes",
    )


def test_a_new_key_in_front_seals_anew_so_that_the_old_one_can_go(desk: Desk) -> None:
    old, new = new_key(), new_key()
    keep(desk, banked(Box(old)))

    renew_outcomes(with_box(desk, Box(f"{new},{old}")))

    [one] = rows(desk, Banked)
    assert open_outcome(Box(new), one) == "yes"


def test_what_was_brought_before_there_was_a_key_is_sealed_but_the_box_is_not(desk: Desk) -> None:
    box = Box(new_key())
    keep(desk, banked(None), banked(None, group_id=None, name="of the box"))

    renew_outcomes(desk)
    before = [one.sealed for one in rows(desk, Banked)]
    renew_outcomes(with_box(desk, box))

    ours, of_the_box = rows(desk, Banked)
    assert before == [False, False]
    assert (ours.sealed, open_outcome(box, ours)) == (True, "yes")
    assert (of_the_box.sealed, of_the_box.outcome) == (False, "yes")


def test_what_no_key_opens_stays_as_it_is(desk: Desk) -> None:
    gone = banked(Box(new_key()))
    text = gone.outcome
    keep(desk, gone)

    renew_outcomes(with_box(desk, Box(new_key())))

    assert [one.outcome for one in rows(desk, Banked)] == [text]
