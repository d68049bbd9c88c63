"""What questions are about: how a topic is called, and which topics a group has."""

from sqlmodel import Session

from bot.core.refusals import Refusal
from bot.core.unit import Caller, Desk
from bot.questions.rules import ANY, LONGEST_TOPIC, Topic, topic_name
from storage import questions

MOST_NAMED = 10


def read(tx: Session, group_id: int, typed: str) -> str | None:
    """Return a typed topic as the group spells it already, or as typed; None if it is empty."""
    name = topic_name(typed)
    known = {one.name.casefold(): one.name for one in questions.topics(tx, group_id)}
    return known.get(name.casefold(), name) or None


def find(tx: Session, group_id: int, typed: str, *, past: bool = False) -> Topic:
    """Return the topic that somebody chose or typed; refuse one that no question has."""
    wanted = " ".join(typed.split())
    if not wanted:
        return ANY
    known = questions.topics(tx, group_id, past=past)
    for one in known:
        if one.name.casefold() == wanted.casefold():
            return Topic(one.question_id, one.name)
    what = "pastcast" if past else "question"
    names = ", ".join(f"`{one.name}`" for one in known[:MOST_NAMED])
    there = f"There is {names}." if names else "`/question submit topic:…` brings one."
    raise Refusal(f"No {what} here has the topic `{wanted[:LONGEST_TOPIC]}`. {there}")


def of_number(tx: Session, group_id: int, number: int) -> Topic | None:
    """Return the topic of the group's question with this number, if it has one."""
    question = questions.get(tx, group_id, number) if number else None
    return Topic(number, question.topic) if question and question.topic else None


def choices(
    desk: Desk, caller: Caller, so_far: str, *, past: bool = False
) -> list[tuple[str, str]]:
    """Return the topics that fit what was typed so far, said with how many questions each has."""
    wanted = " ".join(so_far.split()).casefold()
    with desk.db.read() as tx:
        found = questions.topics(tx, caller.group_id, past=past)
    return [
        (f"{one.name} ({one.questions})", one.name)
        for one in found
        if wanted in one.name.casefold()
    ]
