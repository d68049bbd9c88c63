"""What the group of the demo has forecast in the weeks before, so that it has a record tonight.

It is written by the services alone: what they would post is not, for nobody would read so far up.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.core.typed_times import TimeQuestion
from bot.core.unit import Caller, Desk
from bot.demo.cast import BEFORE, CAST, DEALT, CastQuestion
from bot.forecasts import service as forecasts_service
from bot.pastcasts import box
from bot.questions import outcomes as questions_outcomes
from bot.questions import service as questions_service
from bot.questions.service import Written
from storage import bank, outbox
from storage.engine import Database

# When the first of those questions was brought; the others came a few hours later each.
BEGAN = datetime(2024, 8, 28, 18, 0, tzinfo=UTC)
APART = timedelta(hours=3)


def write_past(database: Database, caller_of: Callable[[str], Caller]) -> None:
    """Have every question of the weeks before asked, forecast by all, and resolved."""
    now = BEGAN
    desk = Desk(database, lambda: now)
    asked: list[tuple[int, CastQuestion]] = []
    for brought in BEFORE:
        now += APART
        asked.append((_ask(desk, caller_of, brought), brought))
    now = BEGAN + timedelta(days=42)
    for number, brought in asked:
        questions_outcomes.resolve(
            desk, caller_of(brought.by), number, outcome=brought.outcome, known=brought.known
        )
    _post_nothing(database, now)


def fill_bank(database: Database) -> None:
    """Put into the bank what the transcript deals."""
    chosen = [row for row in box.rows() if row.id in DEALT]
    with database.write() as tx:
        bank.put(tx, None, [row.to_row(row.read_outcome()) for row in chosen])


def _ask(desk: Desk, caller_of: Callable[[str], Caller], brought: CastQuestion) -> int:
    written = Written(
        title=brought.title,
        criteria=brought.criteria,
        closes=brought.closes,
        source=brought.source,
        answers=brought.answers,
    )
    asked = questions_service.submit(desk, caller_of(brought.by), written)
    if isinstance(asked, TimeQuestion):
        raise TypeError(f"{brought.closes} can be read in several ways")
    number = asked.id
    for name, said in zip(CAST, brought.forecasts, strict=True):
        forecasts_service.record(desk, caller_of(name), number, probability=said)
    return number


def _post_nothing(database: Database, now: datetime) -> None:
    with database.write() as tx:
        while found := outbox.due(tx, now + timedelta(days=1)):
            for effect_id, _channel in found:
                outbox.expire(tx, effect_id)
