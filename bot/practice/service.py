"""Practice alone: deal a question about the past in private, take a chance, reveal the outcome.

What somebody practises is theirs: no group hears of it, and no board counts it.
"""

import secrets
from collections.abc import Sequence

from sqlmodel import Session

from bot.answers import kinds
from bot.answers.formats import BINARY
from bot.answers.probabilities import parse_probability
from bot.core.integrations import Integrations
from bot.core.keys import Key
from bot.core.refusals import StaleRefusal
from bot.core.sealed import can_open, open_outcome
from bot.core.unit import Desk, Loner, LoneUnit
from bot.practice import read_model
from bot.practice.read_model import Dealt, PracticeCalibration, Revealed, RunDry
from bot.standings import calibration as standings_calibration
from storage import bank, practice
from storage.bank import Wanted
from storage.tables import Banked, Practice, QuestionKind

KINDS = (QuestionKind.BINARY,)
NOT_YOURS = (
    "This is nobody's practice but the one who was dealt it. Type `/practice` for one of your own."
)
ANSWERED = "You have answered this one already. Type `/practice` for the next one."


def deal(desk: Desk, who: Loner, topic: str = "") -> Dealt | RunDry:
    """Deal a question that the person has not seen; one that waits for an answer comes again."""
    with desk.alone(who) as unit:
        return _deal(desk, unit, _topic_meant(unit, topic))


def deal_another(desk: Desk, who: Loner, at: Key) -> Dealt | RunDry:
    """Deal the next question after one, of its topic if that was asked for."""
    with desk.alone(who) as unit:
        return _deal(desk, unit, _topic_after(unit, at))


def know(desk: Desk, who: Loner, at: Key) -> Dealt | RunDry | Revealed:
    """Leave out a question that the person knows, and deal another one."""
    with desk.alone(who) as unit:
        row = _own(unit.tx, who, at)
        if row.probability is not None:
            return read_model.read_revealed(unit.tx, row, same_topic=_stays(at))
        if row.answered_at is None:
            row.known, row.answered_at = True, unit.now
            unit.tx.flush()
        return _deal(desk, unit, _topic_after(unit, at))


def answer(desk: Desk, who: Loner, at: Key, said: str) -> Revealed:
    """Take the person's chance of yes, and reveal; the first answer counts."""
    with desk.alone(who) as unit:
        row = _own(unit.tx, who, at)
        if row.known:
            raise StaleRefusal(ANSWERED)
        if row.answered_at is None:
            row.probability = parse_probability(said)
            row.answered_at = unit.now
            happened = _happened(bank.get(unit.tx, row.banked_id), desk.integrations)
            row.outcome = int(happened)
            row.brier = read_model.brier(row.probability, happened=happened)
            unit.tx.flush()
        return read_model.read_revealed(unit.tx, row, same_topic=_stays(at))


def look(desk: Desk, who: Loner, at: Key) -> Dealt:
    """Return a question that waits for the person's answer."""
    with desk.db.read() as tx:
        row = _own(tx, who, at)
        if row.answered_at is not None:
            raise StaleRefusal(ANSWERED)
        return read_model.read_dealt(tx, row, same_topic=_stays(at))


def calibrate(desk: Desk, who: Loner) -> PracticeCalibration:
    """Measure the person's calibration in all that counts of their practice."""
    with desk.db.read() as tx:
        rows = practice.counted(tx, who.user_id)
    read = standings_calibration.read([said for said, *_ in rows], [came for _, came, _ in rows])
    return PracticeCalibration("you", of_group=False, reading=read, others=0)


def topic_choices(desk: Desk, who: Loner, so_far: str) -> list[tuple[str, str]]:
    """Return the topics that fit what was typed so far, with how much of each is unseen."""
    with desk.db.read() as tx:
        found = bank.topics(tx, _wanted(who))
    typed = so_far.strip().casefold()
    return [
        (f"{topic} ({count} unseen)", topic)
        for topic, count in found.items()
        if typed in topic.casefold()
    ]


def _deal(desk: Desk, unit: LoneUnit, topic: str) -> Dealt | RunDry:
    waiting = practice.open_of(unit.tx, unit.who.user_id)
    if waiting is not None:
        return read_model.read_dealt(unit.tx, waiting, same_topic=bool(topic), waited=True)
    wanted = _wanted(unit.who, topic)
    chosen = _draw(unit.tx, bank.unseen(unit.tx, wanted), desk.integrations)
    if chosen is None:
        return RunDry(topic, bank.topics(unit.tx, _wanted(unit.who)))
    row = Practice(user_id=unit.who.user_id, banked_id=chosen, dealt_at=unit.now)
    unit.tx.add(row)
    bank.see(unit.tx, [chosen], [unit.who.user_id], unit.now)
    unit.tx.flush()
    return read_model.read_dealt(unit.tx, row, same_topic=bool(topic))


def _draw(tx: Session, ids: Sequence[int], using: Integrations) -> int | None:
    """Choose one of the questions by lot, but none whose seal cannot be opened any more."""
    left = list(ids)
    while left:
        chosen = left.pop(secrets.randbelow(len(left)))
        if can_open(using.box, bank.get(tx, chosen)):
            return chosen
    return None


def _wanted(who: Loner, topic: str = "") -> Wanted:
    return Wanted([who.user_id], who.group_id, topic or None, KINDS)


def _own(tx: Session, who: Loner, at: Key) -> Practice:
    """Return the practice that a button is about; refuse anybody else's."""
    row = practice.of_user(tx, who.user_id, at.id)
    if row is None:
        raise StaleRefusal(NOT_YOURS)
    return row


def _topic_meant(unit: LoneUnit, typed: str) -> str:
    """Return the topic that was typed, as the bank writes it; an unknown one as it was typed."""
    topic = typed.strip()
    if not topic:
        return ""
    known = bank.topics(unit.tx, _wanted(unit.who)._replace(user_ids=()))
    return next((one for one in known if one.casefold() == topic.casefold()), topic)


def _topic_after(unit: LoneUnit, at: Key) -> str:
    """Return the topic with which the next one is dealt; empty for any."""
    if not _stays(at):
        return ""
    return bank.get(unit.tx, _own(unit.tx, unit.who, at).banked_id).topic


def _stays(at: Key) -> bool:
    return at.more == (1,)


def _happened(asked: Banked, using: Integrations) -> bool:
    outcome = open_outcome(using.box, asked)
    return kinds.kind_of(BINARY.kind).measure(outcome) == 1
