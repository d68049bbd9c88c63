"""What can be done with a question: submit, edit, withdraw, mark, close, resolve, dispute, reopen.

Each function loads, applies the rules and saves with its effects in one transaction.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import Session

from bot import keys
from bot.core import typed_times
from bot.core.times.result import Asks, Understood
from bot.core.typed_times import Asked as AskedTime
from bot.core.typed_times import Reading, TypedTime
from bot.keys import Key
from bot.questions import rules
from bot.questions.kinds import rules as kinds
from bot.questions.kinds import state as kind_state
from bot.questions.kinds.rules import BINARY, Asked
from bot.rules import NotAllowedRefusal, Refusal
from bot.standings import rescoring
from bot.standings import rules as standing_rules
from bot.unit import ActUnit, Caller, Desk, Unit, row_id
from storage import forecasts, groups, outbox, questions, rounds, sessions
from storage.tables import Dispute, DraftKind, Phase, Question, QuestionState, Resolution

LONGEST_COMMENT = 300
# A question keeps the close that it has.
Kept = Literal["kept"]
KEPT: Kept = "kept"


@dataclass(frozen=True)
class Written:
    """A question as typed into the form, nothing checked yet."""

    title: str
    criteria: str
    closes: str
    source: str
    answers: str = ""


@dataclass(frozen=True)
class Brought:
    """A question that was brought or changed: its card, and its close as it was understood."""

    key: Key
    closes: Understood | None
    changed: bool = False

    @property
    def id(self) -> int:
        """The question's number."""
        return self.key.id


@dataclass(frozen=True)
class Entered:
    """An outcome as typed, nothing checked yet."""

    outcome: str
    source: str = ""


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
    """A question that is about to be resolved, or was: its title and what answers it takes.

    `known` and `source` are those of the outcome that is corrected; None where there is none.
    """

    title: str
    asked: Asked
    known: Understood | None = None
    source: str = ""


@dataclass(frozen=True)
class Resolved:
    """What was entered, as people say it, and how many of the forecasts count by it."""

    title: str
    outcome: str
    known: Understood
    counted: int = 0
    forecasts: int = 0


def submit(desk: Desk, caller: Caller, written: Written) -> Brought | AskedTime:
    """Proposes a question; its card is posted. A close in doubt is asked about first."""
    closes = _read_close(desk, caller, written)
    with desk.act(caller) as unit:
        return _submit(unit, written, closes)


def edit(desk: Desk, caller: Caller, question_id: int, written: Written) -> Brought | AskedTime:
    """Changes a question; once somebody has forecast it, only its close and its source."""
    with desk.db.read() as tx:
        keeps = written.closes.strip() == _say_close(require(tx, caller.group_id, question_id))
    closes = KEPT if keeps else _read_close(desk, caller, written)
    with desk.act(caller) as unit:
        return _edit(unit, question_id, written, closes)


def choose_close(desk: Desk, caller: Caller, at: Key) -> Brought | AskedTime:
    """Brings or changes a question with the close that the member has chosen."""
    with desk.act(caller) as unit:
        chosen = typed_times.take(unit, DraftKind.QUESTION, at)
        written = Written(**chosen.typed)
        if chosen.about is None:
            return _submit(unit, written, chosen.moment)
        return _edit(unit, int(chosen.about), written, chosen.moment)


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
) -> Resolved | AskedTime:
    """Enters or corrects the outcome, and computes every score anew."""
    reading = _read_known(desk, caller, question_id, known)
    with desk.act(caller) as unit:
        return _resolve(unit, question_id, Entered(outcome, source), reading)


def choose_known(desk: Desk, caller: Caller, at: Key) -> Resolved | AskedTime:
    """Enters an outcome with the moment that the member has chosen for it."""
    with desk.act(caller) as unit:
        chosen = typed_times.take(unit, DraftKind.OUTCOME, at)
        return _resolve(unit, int(chosen.about or 0), Entered(**chosen.typed), chosen.moment)


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
        asked, corrected = kind_state.asked(question), _corrected(tx, question_id)
        if corrected is None:
            return Resolvable(question.title, asked)
    known = Understood(corrected.known_at, typed_times.zone_of(desk, caller))
    return Resolvable(question.title, asked, known, corrected.source)


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
        _refresh_rounds(unit, question_id)
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
            _refresh_rounds(unit, question_id)
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


def _submit(unit: ActUnit, written: Written, closes: Reading | None) -> Brought | AskedTime:
    draft, asked = _draft(unit, written, closes), kinds.read_kind(written.answers)
    _refuse_duplicate(unit, draft.title)
    if isinstance(closes, Asks):
        return typed_times.ask(unit, DraftKind.QUESTION, asdict(written), closes)
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
    unit.show(key, unit.group.channel_id or unit.caller.channel_id)
    refresh_offers(unit)
    _wake_at_close(unit, question)
    return Brought(key, closes)


def _edit(
    unit: ActUnit, question_id: int, written: Written, closes: Reading | Kept | None
) -> Brought | AskedTime:
    question = require(unit.tx, unit.group.id, question_id)
    _require_author(unit, question, "edit")
    _require_unsettled(question)
    draft = _draft(unit, written, None if closes == KEPT else closes)
    asked = kinds.read_kind(written.answers)
    _check_rewording(unit, question, draft, asked)
    if isinstance(closes, Asks):
        typed = asdict(written)
        return typed_times.ask(unit, DraftKind.QUESTION, typed, closes, str(question_id))
    question.title, question.criteria = draft.title, draft.criteria
    kind_state.ask(question, asked)
    question.source_url = draft.source_url
    if closes != KEPT:
        question.closes_at = draft.closes_at
    _show_edited(unit, question)
    zone = closes.zone if isinstance(closes, Understood) else unit.zone
    at = question.closes_at
    ahead = Understood(at, zone) if at is not None and at > unit.now else None
    return Brought(keys.question(question_id), ahead, changed=True)


def _check_rewording(unit: ActUnit, question: Question, draft: rules.Draft, asked: Asked) -> None:
    """Refuses another question's title, and other words than those that were forecast."""
    if draft.title.lower() != question.title.lower():
        _refuse_duplicate(unit, draft.title)
    before = (question.title, question.criteria, kind_state.asked(question))
    reworded = (draft.title, draft.criteria, asked) != before
    if reworded and questions.forecasters(unit.tx, row_id(question)):
        raise Refusal(
            "Somebody has forecast this question already, so its title, criteria and answers "
            "stay as they are. You can still change the close date and the source."
        )


def _show_edited(unit: ActUnit, question: Question) -> None:
    """A closed question whose close lies ahead again is open; whatever shows it follows."""
    closes_at = question.closes_at
    if question.state == QuestionState.CLOSED and (closes_at is None or closes_at > unit.now):
        question.state = QuestionState.OPEN
    unit.refresh(keys.question(row_id(question)))
    _refresh_rounds(unit, row_id(question))
    refresh_offers(unit)
    _wake_at_close(unit, question)


def _read_close(desk: Desk, caller: Caller, written: Written) -> Reading | None:
    """The close that was typed, read before anything is changed; None if the field is empty."""
    if not written.closes.strip():
        return None
    zone = typed_times.zone_of(desk, caller)
    return TypedTime(written.closes, "close", zone, desk.clock()).read()


def _draft(unit: ActUnit, written: Written, closes: Reading | None) -> rules.Draft:
    return rules.draft(
        title=written.title,
        criteria=written.criteria,
        closes_at=None if closes is None else typed_times.first(closes).at,
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


def _refresh_rounds(unit: Unit, question_id: int) -> None:
    """Have the cards of the question's rounds edited: they ask for forecasts, or no longer."""
    for row in rounds.on_question(unit.tx, question_id):
        number, turns = row_id(row), row.turn_count
        running = (keys.blind(number), keys.turn(number, turns), keys.final(number, turns))
        followed = (*running, keys.stopped(number, turns))
        for key in (keys.summary(number),) if row.phase == Phase.CLOSED else followed:
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


def _resolve(
    unit: ActUnit, question_id: int, entered: Entered, known: Reading | None
) -> Resolved | AskedTime:
    question = require(unit.tx, unit.group.id, question_id)
    _require_author(unit, question, "resolve")
    asked = kind_state.asked(question)
    result, source = kinds.parse_outcome(entered.outcome, asked), _comment(entered.source)
    if isinstance(known, Asks):
        typed = asdict(entered)
        return typed_times.ask(unit, DraftKind.OUTCOME, typed, known, str(question_id))
    corrected = _corrected(unit.tx, question_id)
    known = known or Understood(corrected.known_at if corrected else unit.now, unit.zone)
    source = source or (corrected.source if corrected else "")
    rules.check_known(known.at, question.created_at, unit.now)
    question.state = QuestionState(rules.state_after(result))
    _add_resolution(unit, question, result, known.at, source=source)
    rescoring.rescore(unit, question)
    _refresh_rounds(unit, question_id)
    made = [row.made_at for row in forecasts.on_question(unit.tx, question_id)]
    counted = [
        at
        for at in made
        if standing_rules.counts(at, known_at=known.at, closes_at=question.closes_at)
    ]
    said = kinds.say_outcome(result, asked)
    return Resolved(question.title, said, known, len(counted), len(made))


def _corrected(tx: Session, question_id: int) -> Resolution | None:
    """The outcome that a new one corrects: what is left out stays as it was entered."""
    latest = questions.latest_resolution(tx, question_id)
    return latest if latest is not None and latest.outcome is not None else None


def _read_known(desk: Desk, caller: Caller, question_id: int, known: str) -> Reading | None:
    """When the outcome became known, read before anything is changed; None if left out."""
    if not known.strip():
        return None
    with desk.db.read() as tx:
        opened_at = require(tx, caller.group_id, question_id).created_at
    zone = typed_times.zone_of(desk, caller)
    return TypedTime(known, "known", zone, desk.clock(), opened_at).read()


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
