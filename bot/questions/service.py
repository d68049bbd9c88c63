"""What can be done with a question: submit, edit, withdraw, mark, close, resolve, dispute, reopen.

Each function loads, applies the rules and saves with its effects in one transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from bot import keys, times
from bot.keys import Key
from bot.questions import rules
from bot.questions.kinds import rules as kinds
from bot.questions.kinds import state as kind_state
from bot.questions.kinds.rules import BINARY, Asked
from bot.rules import NotAllowedRefusal, Refusal
from bot.standings import rescoring
from bot.unit import ActUnit, Caller, Desk, Unit, row_id
from storage import forecasts, groups, outbox, questions, rounds, sessions
from storage.tables import Dispute, Phase, Question, QuestionState, Resolution

LONGEST_COMMENT = 300


@dataclass(frozen=True)
class Written:
    """A question as typed into the form, nothing checked yet."""

    title: str
    criteria: str
    closes: str
    source: str
    answers: str = ""


@dataclass(frozen=True)
class Listed:
    """A question in a list."""

    id: int
    title: str
    state: QuestionState
    closes_at: datetime | None
    forecasters: int
    outcome: str | None
    asked: Asked = BINARY


@dataclass(frozen=True)
class Resolvable:
    """A question that is about to be resolved, or was: its title and what answers it takes."""

    title: str
    asked: Asked


@dataclass(frozen=True)
class Resolved:
    """What was entered, as people say it."""

    title: str
    outcome: str


def submit(desk: Desk, caller: Caller, written: Written) -> Key:
    """Proposes a question; its card is posted. Returns the card's key."""
    with desk.act(caller) as unit:
        draft, asked = _read(unit, written), kinds.read_kind(written.answers)
        _refuse_duplicate(unit, draft.title)
        question = Question(
            group_id=unit.group.id,
            author_id=unit.my_id,
            title=draft.title,
            criteria=draft.criteria,
            closes_at=draft.closes_at,
            source_url=draft.source_url,
            created_at=unit.now,
        )
        kind_state.ask(question, asked)
        unit.tx.add(question)
        unit.tx.flush()
        key = keys.question(row_id(question))
        unit.show(key, unit.group.channel_id or caller.channel_id)
        refresh_offers(unit)
        _wake_at_close(unit, question)
        return key


def edit(desk: Desk, caller: Caller, question_id: int, written: Written) -> None:
    """Changes a question; once somebody has forecast it, only its close and its source."""
    asked = kinds.read_kind(written.answers)
    with desk.act(caller) as unit:
        question = require(unit.tx, unit.group.id, question_id)
        _require_author(unit, question, "edit")
        _require_unsettled(question)
        keeps_close = written.closes.strip() == _say_close(question)
        draft = _read(unit, replace(written, closes="") if keeps_close else written)
        closes_at = question.closes_at if keeps_close else draft.closes_at
        if draft.title.lower() != question.title.lower():
            _refuse_duplicate(unit, draft.title)
        before = (question.title, question.criteria, kind_state.asked(question))
        reworded = (draft.title, draft.criteria, asked) != before
        if reworded and questions.forecasters(unit.tx, question_id):
            raise Refusal(
                "Somebody has forecast this question already, so its title, criteria and answers "
                "stay as they are. You can still change the close date and the source."
            )
        question.title, question.criteria = draft.title, draft.criteria
        kind_state.ask(question, asked)
        question.closes_at, question.source_url = closes_at, draft.source_url
        if question.state == QuestionState.CLOSED and (closes_at is None or closes_at > unit.now):
            question.state = QuestionState.OPEN
        unit.refresh(keys.question(question_id))
        _refresh_round(unit, question_id)
        refresh_offers(unit)
        _wake_at_close(unit, question)


def withdraw(desk: Desk, caller: Caller, question_id: int) -> str:
    """Takes back a question that nobody has forecast. Returns its title."""
    with desk.act(caller) as unit:
        question = require(unit.tx, unit.group.id, question_id)
        _require_author(unit, question, "withdraw")
        if question.state != QuestionState.PROPOSED:
            raise Refusal(
                f"Only a proposed question can be withdrawn, and this one is "
                f"{question.state.value}. `/question resolve` with the outcome `void` keeps the "
                "forecasts and scores none."
            )
        question.state = QuestionState.VOID
        _add_resolution(unit, question, "void", unit.now, comment="withdrawn by the author")
        return question.title


def toggle_mark(desk: Desk, caller: Caller, at: Key) -> bool:
    """Sets the caller's "Already forecast it", or takes it back. True if set."""
    with desk.act(caller) as unit:
        question = require(unit.tx, unit.group.id, at.id)
        rules.check_open(question.state.value, question.closes_at, unit.now)
        marked = questions.toggle_mark(unit.tx, row_id(question), unit.my_id, unit.now)
        unit.refresh(at)
        refresh_offers(unit)
        return marked


def resolve(
    desk: Desk,
    caller: Caller,
    question_id: int,
    *,
    outcome: str,
    known: str = "",
    source: str = "",
) -> Resolved:
    """Enters or corrects the outcome, and computes every score anew."""
    with desk.act(caller) as unit:
        question = require(unit.tx, unit.group.id, question_id)
        _require_author(unit, question, "resolve")
        asked = kind_state.asked(question)
        result = kinds.parse_outcome(outcome, asked)
        known_at = _known_at(unit, known, question)
        question.state = QuestionState(rules.state_after(result))
        _add_resolution(unit, question, result, known_at, source=_comment(source))
        rescoring.rescore(unit, question)
        return Resolved(question.title, kinds.say_outcome(result, asked))


def outcome_choices(desk: Desk, caller: Caller, question: str, typed: str) -> list[str]:
    """The outcomes of a question that fit what has been typed so far; none if it is unknown."""
    with desk.db.read() as tx:
        try:
            asked = kind_state.asked(find(tx, caller.group_id, question))
        except Refusal:
            return []
    return [one for one in kinds.outcomes(asked) if typed.strip().casefold() in one.casefold()]


def check_may_resolve(desk: Desk, caller: Caller, question_id: int) -> Resolvable:
    """A question that the caller may resolve; refuses before a form is filled in."""
    with desk.db.read() as tx:
        question = require(tx, caller.group_id, question_id)
        _require_author_before(tx, caller, question, "resolve")
        return Resolvable(question.title, kind_state.asked(question))


def reopen(desk: Desk, caller: Caller, question_id: int) -> str:
    """Takes the resolution back: the question takes forecasts again, and its scores vanish."""
    with desk.act(caller) as unit:
        question = require(unit.tx, unit.group.id, question_id)
        if not caller.is_facilitator(unit.group):
            raise NotAllowedRefusal("Only a facilitator can reopen a question.")
        if question.state not in {QuestionState.RESOLVED, QuestionState.VOID}:
            raise Refusal(
                f"This question is {question.state.value}, so there is nothing to reopen."
            )
        question.state = QuestionState(rules.state_when_reopened(question.closes_at, unit.now))
        _add_resolution(unit, question, None, unit.now, comment="reopened")
        rescoring.rescore(unit, question)
        return question.title


def dispute(desk: Desk, caller: Caller, question_id: int, reason: str) -> None:
    """A forecaster's objection to the outcome, shown on the question's cards."""
    with desk.act(caller) as unit:
        question = require(unit.tx, unit.group.id, question_id)
        _require_disputable(unit.tx, caller, question)
        why = _comment(reason)
        if not why:
            raise Refusal("Say in a few words what is wrong with the outcome.")
        unit.tx.add(Dispute(question_id=question_id, member_id=unit.my_id, reason=why, at=unit.now))
        unit.tx.flush()
        unit.refresh(keys.question(question_id))
        unit.refresh(keys.resolution(question_id))


def check_may_dispute(desk: Desk, caller: Caller, question_id: int) -> None:
    """Refuses who cannot dispute a question before a form is filled in."""
    with desk.db.read() as tx:
        _require_disputable(tx, caller, require(tx, caller.group_id, question_id))


def close_due(desk: Desk, question_id: int, group_id: int) -> None:
    """Closes a question whose close time has come. Running it again changes nothing."""
    with desk.step(group_id) as unit:
        question = questions.get(unit.tx, group_id, question_id)
        if question is None or question.closes_at is None or question.closes_at > unit.now:
            return
        if question.state in {QuestionState.PROPOSED, QuestionState.OPEN}:
            question.state = QuestionState.CLOSED
            unit.refresh(keys.question(question_id))
            refresh_offers(unit)


def find(tx: Session, group_id: int, typed: str) -> Question:
    """The question that a member chose from the list, or named by its title or number."""
    if typed.isdecimal() and len(typed) < 19:
        question = questions.get(tx, group_id, int(typed))
        if question is not None:
            return question
    named = questions.by_title(tx, group_id, typed.strip())
    if len(named) == 1:
        return named[0]
    raise Refusal(
        "I know no such question here. Start typing its title and choose it from the list, or "
        "see `/question list`."
    )


def find_id(desk: Desk, caller: Caller, typed: str) -> int:
    """The id of the question that a member chose or named."""
    with desk.db.read() as tx:
        return row_id(find(tx, caller.group_id, typed))


def choices(desk: Desk, caller: Caller, typed: str) -> list[tuple[str, int]]:
    """Titles and ids that fit what has been typed so far."""
    with desk.db.read() as tx:
        found = questions.listing(tx, caller.group_id, containing=typed.strip())
        return [(question.title, row_id(question)) for question in found]


def listing(desk: Desk, caller: Caller, state: QuestionState | None = None) -> list[Listed]:
    """The newest 25 questions, of one state or of all that are not settled."""
    unsettled = (QuestionState.PROPOSED, QuestionState.OPEN, QuestionState.CLOSED)
    with desk.db.read() as tx:
        found = questions.listing(tx, caller.group_id, states=(state,) if state else unsettled)
        ids = [row_id(question) for question in found]
        people, outcomes = questions.forecasters_of(tx, ids), questions.latest_outcomes(tx, ids)
    return [_listed(question, people, outcomes) for question in found]


def as_written(desk: Desk, caller: Caller, question_id: int) -> Written:
    """A question as its form shows it for editing."""
    with desk.db.read() as tx:
        question = require(tx, caller.group_id, question_id)
        _require_author_before(tx, caller, question, "edit")
        _require_unsettled(question)
        return Written(
            question.title,
            question.criteria,
            _say_close(question),
            question.source_url or "",
            kinds.write_kind(kind_state.asked(question)),
        )


def show_again(desk: Desk, caller: Caller, question_id: int) -> Key:
    """Checks that a question may be shown here. Returns its card's key."""
    with desk.db.read() as tx:
        require(tx, caller.group_id, question_id)
    return keys.question(question_id)


def require(tx: Session, group_id: int, question_id: int) -> Question:
    """The group's question with this id."""
    question = questions.get(tx, group_id, question_id)
    if question is None:
        raise Refusal("That question is not in this group. See `/question list`.")
    return question


def _read(unit: ActUnit, written: Written) -> rules.Draft:
    closes_at = None
    if written.closes.strip():
        zone = times.parse_zone(unit.timezone)
        closes_at = times.parse_day(written.closes, zone=zone, now=unit.now)
    return rules.draft(
        title=written.title,
        criteria=written.criteria,
        closes_at=closes_at,
        source_url=written.source,
        now=unit.now,
    )


def _say_close(question: Question) -> str:
    """The close time as its form shows it; one that is left like this stays to the second."""
    return f"{question.closes_at:%Y-%m-%d %H:%M} UTC" if question.closes_at else ""


def refresh_offers(unit: Unit) -> None:
    """The cards that say which questions there are: open lobbies and announcements."""
    refresh_lobbies(unit)
    for session_id in sessions.planned(unit.tx, unit.group.id):
        unit.refresh(keys.announcement(session_id))


def refresh_lobbies(unit: Unit) -> None:
    """The cards that say, beside each question, who has forecast it already."""
    for session_id, lobby in sessions.open_lobbies(unit.tx, unit.group.id):
        unit.refresh(keys.lobby(session_id, lobby))


def _refresh_round(unit: Unit, question_id: int) -> None:
    """The card of the round that is taking the question: people answer what it says."""
    latest = rounds.latest_on_question(unit.tx, question_id)
    if latest is not None and latest.phase != Phase.CLOSED:
        number, turns = row_id(latest), latest.turn_count
        for key in (keys.blind(number), keys.turn(number, turns), keys.final(number, turns)):
            unit.refresh(key)


def _refuse_duplicate(unit: ActUnit, title: str) -> None:
    same = [
        question
        for question in questions.by_title(unit.tx, unit.group.id, title)
        if question.state != QuestionState.VOID
    ]
    if same:
        raise Refusal(
            "The group has a question with this title already. `/question show` shows it; word "
            "yours differently if it asks something else."
        )


def _require_author(unit: ActUnit, question: Question, deed: str) -> None:
    if unit.my_id != question.author_id and not unit.caller.is_facilitator(unit.group):
        raise NotAllowedRefusal(f"Only the question's author or a facilitator can {deed} it.")


def _require_author_before(tx: Session, caller: Caller, question: Question, deed: str) -> None:
    """The same for somebody who is about to fill in a form."""
    me = groups.member_of_user(tx, caller.group_id, caller.user_id)
    group = groups.get(tx, caller.group_id)
    if not (me and me.id == question.author_id) and not caller.is_facilitator(group):
        raise NotAllowedRefusal(f"Only the question's author or a facilitator can {deed} it.")


def _require_unsettled(question: Question) -> None:
    if question.state in {QuestionState.RESOLVED, QuestionState.VOID}:
        raise Refusal("This question has been settled. A facilitator can `/question reopen` it.")


def _require_disputable(tx: Session, caller: Caller, question: Question) -> None:
    if question.state not in {QuestionState.RESOLVED, QuestionState.VOID}:
        raise Refusal("Only a settled question can be disputed, and this one is not settled.")
    me = groups.member_of_user(tx, caller.group_id, caller.user_id)
    forecast = me is not None and forecasts.of_member(tx, row_id(question), row_id(me))
    if not forecast and not caller.is_facilitator(groups.get(tx, caller.group_id)):
        raise NotAllowedRefusal("Only people who forecast this question can dispute it.")


def _known_at(unit: ActUnit, known: str, question: Question) -> datetime:
    if not known.strip():
        return unit.now
    zone = times.parse_zone(unit.timezone)
    known_at = times.parse_when(known, zone=zone, now=unit.now, prefer="past")
    rules.check_known(known_at, question.created_at, unit.now)
    return known_at


def _add_resolution(
    unit: ActUnit,
    question: Question,
    outcome: str | None,
    known_at: datetime,
    *,
    source: str = "",
    comment: str = "",
) -> None:
    question_id = row_id(question)
    unit.tx.add(
        Resolution(
            question_id=question_id,
            outcome=outcome,
            known_at=known_at,
            entered_at=unit.now,
            entered_by_id=unit.my_id,
            source=source,
            comment=comment,
        )
    )
    questions.settle_disputes(unit.tx, question_id)
    unit.tx.flush()
    unit.refresh(keys.question(question_id))
    refresh_offers(unit)
    shown = outbox.by_key(unit.tx, str(keys.resolution(question_id)))
    if shown is not None:
        unit.refresh(keys.resolution(question_id))
    elif outcome not in {None, kinds.VOID} or questions.forecasters(unit.tx, question_id):
        unit.show(keys.resolution(question_id), unit.group.channel_id or unit.caller.channel_id)


def _comment(text: str) -> str:
    comment = text.strip()
    if len(comment) > LONGEST_COMMENT:
        raise Refusal(f"That has {len(comment)} characters; {LONGEST_COMMENT} fit. Shorten it.")
    return comment


def _listed(
    question: Question, forecasters: Mapping[int, int], outcomes: Mapping[int, str | None]
) -> Listed:
    number = row_id(question)
    return Listed(
        number,
        question.title,
        question.state,
        question.closes_at,
        forecasters.get(number, 0),
        outcomes.get(number),
        kind_state.asked(question),
    )


def _wake_at_close(unit: Unit, question: Question) -> None:
    unit.wake(f"question:{row_id(question)}", question.closes_at)
