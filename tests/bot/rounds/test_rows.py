"""The rows of a round and its cards: read as they are by now, and cheaply."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlmodel import Session

from bot.core.unit import Desk
from bot.forecasts import service as forecasts_service
from bot.rounds import rows
from storage import forecasts, rounds
from storage.enums import ForecastKind, SeatState
from tests.bot.scenes import CIRCLE, card, open_turns
from tests.conftest import GROUP, caller


@pytest.mark.both_engines
def test_what_a_unit_has_changed_is_read_before_it_is_saved(desk: Desk) -> None:
    number = open_turns(desk)

    with desk.step(GROUP) as unit:
        rounds.seats(unit.tx, number)[2].passes = 2
        rounds.turns(unit.tx, number)[0].extensions = 1
        row = rounds.get(unit.tx, GROUP, number)
        assert row is not None
        rounds.seats(unit.tx, number)[1].passes = 1
        found = rounds.around(unit.tx, number, row.session_id)
        circle = rows.find(unit.tx, number)

    assert circle is not None
    assert sorted(seat.passes for _, seat, _, _ in found if seat) == [0, 1, 2]
    assert [seat.passes for seat in circle.seats] == [0, 1, 2]
    assert [turn.extensions for turn in circle.turns] == [1]
    assert circle.seats[0].state is SeatState.SPEAKING
    assert {one.name for one in circle.people.values()} == set(CIRCLE)


@pytest.mark.both_engines
def test_a_forecast_is_returned_as_it_is_read_later(desk: Desk) -> None:
    number = open_turns(desk)
    with desk.act(caller("Ana")) as unit:
        row = rounds.get(unit.tx, GROUP, number)
        assert row is not None
        made = forecasts.add(
            unit.tx,
            question_id=row.question_id,
            member_id=unit.my_id,
            round_id=number,
            kind=ForecastKind.UPDATE,
            probability=0.25,
            reason="snow",
            made_at=unit.now,
        )

    with desk.db.read() as tx:
        assert forecasts.on_card(tx, number) == [made]


def test_a_second_forecast_leaves_the_open_question_alone(desk: Desk) -> None:
    number = open_turns(desk)
    at = card(desk, number)
    forecasts_service.record_at(desk, caller("Ana"), at, probability="70")

    with flushes() as seen:
        forecasts_service.record_at(desk, caller("Ana"), at, probability="60")

    assert seen == []


@contextmanager
def flushes() -> Iterator[list[object]]:
    """What sessions compare with the database, since it may have changed."""
    seen: list[object] = []

    def note(session: Session, *_: object) -> None:
        seen.extend(session.dirty)

    event.listen(Session, "before_flush", note)
    yield seen
    event.remove(Session, "before_flush", note)
