"""Deal a question of the past to a circle, and let those who know it stay out of it.

A dealt question is a question of the group like any other. What the bank knows of its outcome
stays in the bank until the round closes (`questions/reveal.py`).
"""

from datetime import datetime

from sqlmodel import Session

from bot.core import keys
from bot.core.keys import Key
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.sealed import can_open
from bot.core.unit import ActUnit, Caller, Desk, row_id
from bot.pastcasts import lot
from bot.pastcasts.read_model import Dealt, read_dealt
from bot.questions import mapping as questions_mapping
from bot.questions import rules as questions_rules
from bot.questions import service as questions_service
from bot.questions import topics as questions_topics
from bot.rounds import service as rounds_service
from storage import bank, questions, rounds, sessions
from storage.bank import Wanted
from storage.tables import Banked, Meetup, Phase, Question, Round

MOST_TOPICS = 10
OVER = "The round of that question is over. Nothing changed."
SEEN = (
    "You are in the circle. You have seen this question before, alone or elsewhere, so you have no "
    "seat and no score on it; you are in for the next one."
)
IMPORT = "Whoever runs the bot brings in more with `dojo import-bank FILE`."


class LastOneRefusal(Refusal):
    """The last member in a round knows its question; `at` names that question."""

    def __init__(self, at: Key) -> None:
        super().__init__("You are the last one in this round: end it?")
        self.at = at


def deal(unit: ActUnit, meetup: Meetup, members: list[int], seed: int) -> Question:
    """Return a question of the past that nobody in the circle has seen, and post its card.

    Which one is decided by the round's stored seed: `lot.draw` gives the same one again.
    """
    users = bank.users(unit.tx, members)
    banked = _draw(unit, Wanted(users, unit.group.id, meetup.topic), seed)
    question = _question_of(unit, banked)
    bank.see(unit.tx, [row_id(banked)], users, unit.now)
    unit.show(keys.dealt(row_id(question)), meetup.cards_in)
    return question


def look(desk: Desk, caller: Caller, at: Key) -> Dealt:
    """Return a dealt question of the caller's group, as its card has it."""
    with desk.db.read() as tx:
        questions_service.require(tx, caller.group_id, at.id)
        shown = read_dealt(tx, at)
    if shown is None:
        raise StaleRefusal("That question was not dealt from the bank.")
    return shown


def know(desk: Desk, caller: Caller, at: Key, *, surely: bool = False) -> None:
    """Take a member who knows a question out of its seats and scores, quietly.

    The last one in the round is asked first, for it ends with them.
    """
    with desk.act(caller) as unit:
        question, row = _running(unit, at)
        seated = {seat.member_id for seat in rounds.seats(unit.tx, row_id(row)) if seat.present}
        if seated == {unit.my_id} and not surely:
            raise LastOneRefusal(at)
        if not questions.is_marked(unit.tx, at.id, unit.my_id):
            questions.toggle_mark(unit.tx, at.id, unit.my_id, unit.now)
        bank.see(unit.tx, [question.banked_id or 0], [caller.user_id], unit.now)
        unit.tx.flush()
        rounds_service.leave_seat(unit, row, unit.my_id)


def know_after_all_not(desk: Desk, caller: Caller, at: Key) -> None:
    """Undo what a member pressed by mistake, and give the seat back."""
    with desk.act(caller) as unit:
        _, row = _running(unit, at)
        if not questions.is_marked(unit.tx, at.id, unit.my_id):
            raise StaleRefusal("That is undone already.")
        questions.toggle_mark(unit.tx, at.id, unit.my_id, unit.now)
        unit.tx.flush()
        if unit.my_id in sessions.circle(unit.tx, row.session_id) and row.phase != Phase.FINAL:
            rounds_service.join_seat(unit, row, unit.my_id)


def sit_down(unit: ActUnit, row: Round) -> bool:
    """Give a member a seat in a running round; return False where they know its question."""
    question = unit.tx.get_one(Question, row.question_id)
    if knows(unit, question, row.opened_at):
        return False
    rounds_service.join_seat(unit, row, unit.my_id)
    return True


def knows(unit: ActUnit, question: Question, dealt_at: datetime) -> bool:
    """Tell whether a member knows a dealt question; from now on they have seen it.

    Who had seen it before it was dealt, or practises it meanwhile, knows it like one who says so.
    """
    if question.banked_id is None:
        return False
    marked = questions.is_marked(unit.tx, row_id(question), unit.my_id)
    user = unit.caller.user_id
    if not marked and bank.saw_before(unit.tx, question.banked_id, user, dealt_at):
        marked = questions.toggle_mark(unit.tx, row_id(question), unit.my_id, unit.now)
    bank.see(unit.tx, [question.banked_id], [user], unit.now)
    return marked


def topics(desk: Desk, caller: Caller, typed: str) -> list[tuple[str, str]]:
    """Return topics that match the typed text, said with how much of them the caller has left."""
    with desk.db.read() as tx:
        found = bank.topics(tx, Wanted([caller.user_id], caller.group_id))
    return [
        (f"{topic} ({count})", topic)
        for topic, count in found.items()
        if typed.strip().casefold() in topic.casefold()
    ]


def count_unseen(tx: Session, meetup: Meetup, members: list[int]) -> int:
    """Count the questions that a session can still deal to these members."""
    users = bank.users(tx, members)
    return bank.count(tx, Wanted(users, meetup.group_id, meetup.topic))


def say_dry(tx: Session, wanted: Wanted) -> str:
    """Say that the bank has nothing left, and what helps."""
    about = f" about {wanted.topic}" if wanted.topic else ""
    dry = f"The bank has no question{about} left that nobody here has seen."
    left = bank.topics(tx, wanted._replace(topic=None))
    if not left:
        return f"{dry} {IMPORT}"
    names = ", ".join(f"{topic} ({count})" for topic, count in list(left.items())[:MOST_TOPICS])
    return (
        f"{dry} Topics with unseen ones: {names}. `/session end`, then `/session start "
        f"format:pastcast` takes another topic, or all. {IMPORT}"
    )


def check_topic(unit: ActUnit, typed: str) -> str | None:
    """Return the topic that was typed; refuse one of which the bank has nothing."""
    topic = typed.strip().casefold()
    if not topic:
        return None
    known = bank.topics(unit.tx, Wanted([], unit.group.id))
    names = {name.casefold(): name for name in known}
    if topic not in names:
        raise Refusal(f"The bank has no such topic. It has {', '.join(known) or 'none at all'}.")
    return names[topic]


def _draw(unit: ActUnit, wanted: Wanted, seed: int) -> Banked:
    """Draw a question whose outcome can be revealed; refuse where there is none."""
    ids = bank.unseen(unit.tx, wanted)
    while ids:
        banked = bank.get(unit.tx, lot.draw(ids, seed)[0])
        if can_open(unit.integrations.box, banked):
            return banked
        ids.remove(row_id(banked))
    raise Refusal(say_dry(unit.tx, wanted))


def _question_of(unit: ActUnit, banked: Banked) -> Question:
    question = Question(
        group_id=unit.group.id,
        kind=banked.kind,
        title=banked.title,
        criteria=banked.criteria,
        options=banked.options,
        unit=banked.unit,
        created_at=unit.now,
        banked_id=row_id(banked),
        topic=questions_topics.read(unit.tx, unit.group.id, banked.topic),
    )
    unit.tx.add(question)
    unit.tx.flush()
    questions_mapping.save(unit, question, questions_rules.deal())
    return question


def _running(unit: ActUnit, at: Key) -> tuple[Question, Round]:
    """Return a dealt question whose round is running, after all that is due by now."""
    question = questions_service.require(unit.tx, unit.group.id, at.id)
    row = rounds.latest_on_question(unit.tx, at.id)
    meetup = unit.tx.get_one(Meetup, row.session_id) if row is not None else None
    running = rounds_service.running(unit, meetup) if meetup is not None else None
    if question.banked_id is None or running is None or running.question_id != at.id:
        raise StaleRefusal(OVER)
    return question, running
