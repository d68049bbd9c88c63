"""A small bank, and people who practise with it."""

from datetime import date, timedelta
from typing import Any

from bot.core.unit import Desk, Loner
from bot.practice import service as practice_service
from bot.practice.read_model import Dealt, Revealed
from storage import bank
from storage.tables import Banked, Practice
from tests.bot.scenes import row
from tests.conftest import caller

DAY = date(2013, 3, 14)
KNOWN = date(2014, 8, 9)
SOURCE = "Bureau of Meteorology"


def banked(number: int, **more: Any) -> Banked:
    """A question of a bank; those with an even number happened."""
    given = {
        "name": f"q{number}",
        "topic": "weather",
        "title": f"Will it rain on day {number} of that spring?",
        "criteria": "Yes if at least one millimetre falls in the town.",
        "background": "The last week was dry.",
        "look_up": "Rain",
        "opens_at": DAY - timedelta(days=7),
        "as_of": DAY,
        "closes_at": KNOWN,
        "known_at": KNOWN,
        "outcome": "no" if number % 2 else "yes",
        "source": SOURCE,
        "source_url": "https://weather.example/2014",
        **more,
    }
    return Banked(**given)


def fill(desk: Desk, count: int = 3, group_id: int | None = None, **more: Any) -> None:
    """Put so many questions into the box, or into a group's own bank."""
    prefix = more.pop("prefix", "q")
    rows = [banked(one, name=f"{prefix}{one}", **more) for one in range(count)]
    with desk.db.write() as tx:
        bank.put(tx, group_id, rows)


def someone(name: str = "Ana", group_id: int | None = None) -> Loner:
    """Somebody who practises: in a direct message, or in a group's server."""
    made = caller(name)
    return Loner(made.user_id, group_id, made.interaction_id)


def deal(desk: Desk, name: str = "Ana", topic: str = "", group_id: int | None = None) -> Dealt:
    dealt = practice_service.deal(desk, someone(name, group_id), topic)
    assert isinstance(dealt, Dealt)
    return dealt


def answer(desk: Desk, dealt: Dealt, said: str = "70", name: str = "Ana") -> Revealed:
    return practice_service.answer(desk, someone(name), dealt.key, said)


def question_of(desk: Desk, dealt: Dealt) -> int:
    """The number of the banked question that was dealt."""
    return row(desk, Practice, dealt.id).banked_id
