"""Short ways to pastcasts: questions of the bank that went around, and were revealed."""

from collections.abc import Mapping
from datetime import date

from bot.core.unit import Desk
from bot.scores import rescoring
from bot.sessions import service as sessions_service
from storage import bank
from storage.tables import Banked, Mark, Question, QuestionState, Resolution
from tests.bot.saved_scenes import scene
from tests.bot.scenes import bring, member, play
from tests.conftest import GROUP, Clock, caller

SAID = {"Ana": ("30", "60", "80"), "Ben": ("90", "70", "20"), "Cleo": ("50", "40", "45")}
DAY = 86_400


def put_in_bank(desk: Desk, name: str, outcome: str = "yes", crowd: float | None = None) -> int:
    """A question of the box about 2013."""
    row = Banked(
        name=name,
        topic="weather",
        title=f"Did it happen, {name}?",
        criteria="By the book.",
        opens_at=date(2013, 1, 1),
        as_of=date(2013, 3, 14),
        closes_at=date(2013, 5, 1),
        known_at=date(2013, 6, 1),
        outcome=outcome,
        crowd=crowd,
    )
    with desk.db.write() as tx:
        bank.put(tx, None, [row])
        return row.id or 0


def make_past(desk: Desk, question_id: int, banked_id: int) -> None:
    """Say that a question of the group was dealt from the bank."""
    with desk.db.write() as tx:
        tx.get_one(Question, question_id).banked_id = banked_id


def know(desk: Desk, name: str, question_id: int) -> None:
    """What "I know this one" leaves."""
    with desk.db.write() as tx:
        tx.add(Mark(question_id=question_id, member_id=member(desk, name), at=desk.clock()))


def reveal(desk: Desk, question_id: int, outcome: str = "yes") -> None:
    """The outcome becomes known now, and is scored."""
    with desk.step(GROUP) as unit:
        question = unit.tx.get_one(Question, question_id)
        question.state = QuestionState.RESOLVED
        now = unit.now
        unit.tx.add(
            Resolution(question_id=question_id, outcome=outcome, known_at=now, entered_at=now)
        )
        unit.tx.flush()
        rescoring.rescore(unit, question)


@scene
def pastcast(
    desk: Desk,
    clock: Clock,
    number: int,
    outcome: str = "yes",
    crowd: float | None = None,
    said: Mapping[str, tuple[str, str, str]] = SAID,
    knows: tuple[str, ...] = (),
) -> int:
    """A session in which one banked question went around and was revealed; the question."""
    question = bring(desk, f"Did the event number {number} happen?")
    play(desk, clock, dict(said))
    make_past(desk, question, put_in_bank(desk, f"event-{number}", outcome, crowd))
    for name in knows:
        know(desk, name, question)
    clock.move(1)
    reveal(desk, question, outcome)
    sessions_service.end(desk, caller(next(iter(said))))
    clock.move(DAY)
    return question
