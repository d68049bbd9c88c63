"""Ask what happened with questions that closed: first their author, then the facilitators.

Each function loads, applies the rules and saves with its effects in one transaction.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.answers import mapping as answers_mapping
from bot.answers.kinds import say_outcome
from bot.core import keys, typed_times
from bot.core.keys import Key
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.times.result import Asks, Understood
from bot.core.typed_times import ReadTime, TimeQuestion, TypedTime
from bot.core.unit import ActUnit, Caller, Desk, Unit, row_id
from bot.questions import entry, inquiry_mapping, inquiry_rules
from bot.questions import mapping as questions_mapping
from bot.questions import outcomes as questions_outcomes
from bot.questions import service as questions_service
from bot.questions.entry import Proposed, Resolved
from bot.questions.inquiry_rules import Asking
from bot.questions.outcomes import Entered
from storage import inquiries, outbox
from storage.tables import DraftKind, Inquiry, Question

OVERTAKEN = "This message has been overtaken. Nothing happened: `/question show` has the question."


@dataclass(frozen=True)
class AskedLater:
    """A question whose outcome is not known yet, and when its author is asked again."""

    title: str
    again: Understood


def ask_due(desk: Desk, question_id: int, group_id: int) -> None:
    """Ask what happened with a question if that is due. A second call asks nobody."""
    with desk.step(group_id) as unit:
        row = inquiries.of_question(unit.tx, question_id)
        if row is None or unit.group.left_at is not None:
            return
        after, due = inquiry_rules.ring(
            _load(unit, row),
            unit.now,
            proposed_at=inquiries.proposed_at(unit.tx, question_id),
        )
        if due == "remind":
            _remind(unit, row)
            return
        if due == "ask":
            _ask(unit, row, after.asked)
        inquiry_mapping.save(unit, row, after)


def answer(desk: Desk, caller: Caller, at: Key, outcome: str) -> Resolved | Proposed | TimeQuestion:
    """Enter what happened with a question that closed; it became known now."""
    with desk.act(caller) as unit:
        question = questions_service.require(unit.tx, unit.group.id, at.id)
        _check_waits(unit, question)
        return questions_outcomes.enter(unit, at.id, Entered(outcome))


def check_may_wait(desk: Desk, caller: Caller, at: Key) -> str:
    """Return the title of a question that the caller may have asked again later."""
    with desk.db.read() as tx:
        question = questions_service.require(tx, caller.group_id, at.id)
        questions_service.require_author_before(tx, caller, question, "resolve")
        return question.title


def not_yet(desk: Desk, caller: Caller, at: Key, typed: str) -> AskedLater | TimeQuestion:
    """Have the author asked again in a week, or at a moment that was typed."""
    again = _read_again(desk, caller, typed)
    with desk.act(caller) as unit:
        if isinstance(again, Asks):
            _require_asked(unit, at)
            about = f"{at.id}.{at.more[0]}"
            return typed_times.ask(unit, DraftKind.OUTCOME, {}, again, about)
        return _not_yet(unit, at, again)


def choose_again(desk: Desk, caller: Caller, at: Key) -> AskedLater:
    """Have the author asked again at the moment that the member has chosen."""
    with desk.act(caller) as unit:
        chosen = typed_times.take(unit, DraftKind.OUTCOME, at)
        about = Key.find(f"I{chosen.about}")
        if about is None or len(about.more) != 1:
            raise StaleRefusal(OVERTAKEN)
        return _not_yet(unit, about, chosen.moment)


def _read_again(desk: Desk, caller: Caller, typed: str) -> ReadTime | None:
    """Read when to ask again, before anything changes; None if it is left open."""
    if not typed.strip():
        return None
    zone = typed_times.zone_of(desk, caller)
    return TypedTime(typed, "close", zone, desk.clock()).read()


def _not_yet(unit: ActUnit, at: Key, again: Understood | None) -> AskedLater:
    question, row = _require_asked(unit, at)
    before = inquiry_mapping.load(row)
    after = inquiry_rules.not_yet(before, unit.now, again.at if again else None)
    inquiry_mapping.save(unit, row, after)
    unit.refresh(at)
    if row.reminded and before.ask_at is not None:
        unit.refresh(keys.overdue_before(unit.group.id, before.ask_at))
    at_next = again or Understood(after.ask_at or unit.now, unit.zone)
    return AskedLater(question.title, at_next)


def _require_asked(unit: ActUnit, at: Key) -> tuple[Question, Inquiry]:
    """Return a question whose newest message was pressed; refuse who may not answer it."""
    question = questions_service.require(unit.tx, unit.group.id, at.id)
    _check_waits(unit, question)
    row = inquiries.of_question(unit.tx, at.id)
    if row is None or not row.asked or at != keys.inquiry(at.id, row.asked):
        raise StaleRefusal(OVERTAKEN)
    return question, row


def _check_waits(unit: ActUnit, question: Question) -> None:
    """Refuse an answer where there is an outcome already, or where nobody waits for one."""
    questions_service.require_author(unit, question, "resolve")
    if not questions_mapping.load(question).settled:
        return
    latest = entry.corrected(unit.tx, row_id(question))
    said = latest and say_outcome(str(latest.outcome), answers_mapping.asked(question))
    raise Refusal(
        f"Somebody was faster: it came out {said}. Nothing happened; **Correct the outcome** on "
        "the question's card changes it."
    )


def _ask(unit: Unit, row: Inquiry, asked: int) -> None:
    """Ask the author; an earlier message that asked goes."""
    inquiry_mapping.withdraw_card(unit, row)
    channel = _channel(unit, row.question_id)
    if channel is not None:
        unit.show(keys.inquiry(row.question_id, asked), channel)


def _remind(unit: Unit, row: Inquiry) -> None:
    """Tell the facilitators of all that is due, or wait for their next weekly message."""
    last_at = _last_reminder(unit)
    if last_at is not None and unit.now < last_at + keys.WEEK:
        inquiry_mapping.save(unit, row, inquiry_rules.join(inquiry_mapping.load(row), last_at))
        return
    channel = _channel(unit, row.question_id)
    for one in _reminded(unit):
        _note_reminded(unit, one)
    if channel is None:
        return
    unit.withdraw(*_weeks_before(unit))
    unit.show(keys.overdue(unit.group.id, unit.now), channel)


def _reminded(unit: Unit) -> list[Inquiry]:
    """Return what the message to the facilitators is about: due by now, or nearly so."""
    until = unit.now + inquiry_rules.COMES_ALONG
    return [one for one, _ in inquiries.of_group(unit.tx, unit.group.id, until)]


def _note_reminded(unit: Unit, row: Inquiry) -> None:
    after, due = inquiry_rules.ring(
        _load(unit, row),
        unit.now,
        proposed_at=inquiries.proposed_at(unit.tx, row.question_id),
        ahead=inquiry_rules.COMES_ALONG,
    )
    if due == "remind":
        inquiry_mapping.save(unit, row, after)


def _load(unit: Unit, row: Inquiry) -> Asking:
    has_author = bool(inquiries.with_author(unit.tx, [row.question_id]))
    return inquiry_mapping.load(row, has_author=has_author)


def _last_reminder(unit: Unit) -> datetime | None:
    """Return when the facilitators were told last, if that was in this week or the last."""
    keyed = [keys.overdue(unit.group.id, unit.now), *_weeks_before(unit)[:1]]
    found = [outbox.by_key(unit.tx, str(key)) for key in keyed]
    return next((one.created_at for one in found if one is not None), None)


def _weeks_before(unit: Unit) -> list[Key]:
    """Return the keys of the messages of the two weeks before."""
    weeks = (keys.WEEK, 2 * keys.WEEK)
    return [keys.overdue(unit.group.id, unit.now - ago) for ago in weeks]


def _channel(unit: Unit, question_id: int) -> int | None:
    """Return where it is asked: the group's channel, or the one of the question's card."""
    if unit.group.channel_id is not None:
        return unit.group.channel_id
    card = outbox.by_key(unit.tx, str(keys.question(question_id)))
    return card.channel_id if card is not None else None
