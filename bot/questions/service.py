"""Questions before their outcome: submit, edit, mark, find, close.

Each function loads, applies the rules and saves with its effects in one transaction.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from typing import Literal

from sqlmodel import Session

from bot.answers import belief_mapping, kinds
from bot.answers import mapping as answers_mapping
from bot.answers.formats import BINARY, AnswerFormat
from bot.answers.probabilities import Belief
from bot.core import card_refresh, drafts, keys, limits, permissions, typed_times
from bot.core.card_refresh import Change
from bot.core.drafts import FilledForm
from bot.core.find import find_named
from bot.core.keys import Key
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.times.result import Asks, Understood
from bot.core.typed_times import ReadTime, TimeQuestion, TypedTime
from bot.core.unit import ActUnit, Caller, Desk, Unit, row_id
from bot.questions import mapping as questions_mapping
from bot.questions import origins
from bot.questions import rules as questions_rules
from bot.questions import topics as questions_topics
from storage import forecasts, groups, questions
from storage.tables import DraftKind, Question, QuestionState

UNKNOWN = (
    "I know no such question here. Start typing its title and choose it from the list, or see "
    "`/question list`."
)
# The form of a new question, by its custom id, and what is typed to take a topic away.
NEW_FORM = "submitted|q0"
NO_TOPIC = {"-", "–", "—"}
# Says that a question's close stays as it is.
Kept = Literal["kept"]
KEPT: Kept = "kept"


@dataclass(frozen=True)
class Written:
    """A question as typed into the form, before any check.

    `answers` holds its options or its unit, and None where they have not been asked for yet.
    Without a `kind` they say the kind, too. `fetched` is the draft of what it was imported from. A
    `topic` comes with a new question.
    """

    title: str
    criteria: str
    closes: str
    source: str
    answers: str | None = ""
    kind: str | None = None
    fetched: int | None = None
    topic: str = ""


@dataclass(frozen=True)
class Brought:
    """A new or changed question: its card, how its close was understood, and what it has.

    `fixed` tells that its title, criteria and answers cannot be changed any more.
    """

    key: Key
    closes: Understood | None
    changed: bool = False
    asked: AnswerFormat = BINARY
    has_criteria: bool = True
    has_close: bool = True
    fixed: bool = False

    @property
    def id(self) -> int:
        """Return the question's number."""
        return self.key.id


@dataclass(frozen=True)
class OwnForecast:
    """A member's standing forecast on a question, if there is one."""

    belief: Belief | None
    asked: AnswerFormat


@dataclass(frozen=True)
class NextStep:
    """A question that waits for its options or its unit; the draft holds what was typed so far."""

    draft_id: int
    kind: str
    title: str


@dataclass(frozen=True)
class Listed:
    """A question in a list."""

    id: int
    title: str
    state: QuestionState
    closes_at: datetime | None
    forecasters: int
    outcome: str | None
    asked: AnswerFormat = BINARY


def bring_fetched(
    desk: Desk, caller: Caller, draft_id: int, sent: FilledForm
) -> Brought | TimeQuestion | NextStep:
    """Propose a question that was fetched from another platform, as its form says."""
    closes = _read_close(desk, caller, _written(sent.fields))
    with desk.act(caller) as unit:
        details = origins.details(unit, draft_id)
        whole = replace(sent, written={**details, **sent.written})
        written = replace(_written(whole.fields), fetched=draft_id)
        if not _lacks_details(written):
            return _submit(unit, written, closes)
        _check_room(unit)
        _refuse_duplicate(unit, _draft(unit, written, closes).title)
        return _wait(unit, written, whole)


def save(
    desk: Desk, caller: Caller, question_id: int, sent: FilledForm
) -> Brought | TimeQuestion | NextStep:
    """Propose or change a question as its form says; number 0 is a new one.

    Where options or a unit are still to be named, the form waits for them as a draft.
    """
    written = _written(sent.fields)
    if not question_id:
        closes = _read_close(desk, caller, written)
        with desk.act(caller) as unit:
            if not _lacks_details(written):
                return _submit(unit, written, closes)
            _check_room(unit)
            _refuse_duplicate(unit, _draft(unit, written, closes).title)
            return _wait(unit, written, sent)
    moved = _read_new_close(desk, caller, question_id, written)
    with desk.act(caller) as unit:
        return _edit_in_steps(unit, question_id, written, moved, sent)


def submit(desk: Desk, caller: Caller, written: Written) -> Brought | TimeQuestion:
    """Propose a question and post its card; ask first if the close is unclear."""
    closes = _read_close(desk, caller, written)
    with desk.act(caller) as unit:
        return _submit(unit, written, closes)


def edit(desk: Desk, caller: Caller, question_id: int, written: Written) -> Brought | TimeQuestion:
    """Change a question; once somebody has forecast it, only its close and source."""
    closes = _read_new_close(desk, caller, question_id, written)
    with desk.act(caller) as unit:
        return _edit(unit, _editable(unit, question_id), written, closes)


def check_details(fields: Mapping[str, str]) -> None:
    """Refuse options or a unit that the chosen kind cannot have."""
    _asked(_written(fields))


def choose_close(desk: Desk, caller: Caller, at: Key) -> Brought | TimeQuestion:
    """Save a new or changed question with the close that the member has chosen."""
    with desk.act(caller) as unit:
        chosen = typed_times.take(unit, DraftKind.QUESTION, at)
        written = Written(**chosen.typed)
        if chosen.about is None:
            return _submit(unit, written, chosen.moment)
        return _edit(unit, _editable(unit, int(chosen.about)), written, chosen.moment)


def keep_topic(desk: Desk, caller: Caller, topic: str, *, sealed: bool = False) -> Key:
    """Keep the topic of a question whose form is to be opened, and return that form's key."""
    if sealed:
        raise Refusal("A sealed question has no topic of its own: leave `topic` out.")
    with desk.act(caller) as unit:
        questions_topics.read(unit.tx, unit.group.id, topic)
        return keys.form(drafts.save(unit, FilledForm(NEW_FORM, {"topic": topic})))


def with_topic(desk: Desk, caller: Caller, at: Key, sent: FilledForm) -> FilledForm:
    """Return a new question's form with the topic that was kept for it, if it still is."""
    try:
        before = drafts.kept(desk, caller, at.id)
    except StaleRefusal:  # the question counts more than its topic, which can be set later
        before = FilledForm(NEW_FORM, {})
    return replace(sent, form=NEW_FORM, written={**before.written, **sent.written})


def file_under(desk: Desk, caller: Caller, question_id: int, topic: str) -> str:
    """Change what a question is about, and return the topic; a dash stands for none."""
    with desk.act(caller) as unit:
        question = require(unit.tx, unit.group.id, question_id)
        require_author(unit, question, "edit")
        typed = "" if topic.strip() in NO_TOPIC else topic
        question.topic = questions_topics.read(unit.tx, unit.group.id, typed)
        card_refresh.follow(unit, Change.QUESTION_FILED, question)
        return question.topic or ""


def toggle_mark(desk: Desk, caller: Caller, at: Key) -> bool:
    """Set or remove the caller's "Already forecast it" mark; return whether it is set."""
    with desk.act(caller) as unit:
        question = require(unit.tx, unit.group.id, at.id)
        require_unsealed(question)
        step = questions_rules.mark(questions_mapping.load(question), unit.now)
        marked = questions.toggle_mark(unit.tx, row_id(question), unit.my_id, unit.now)
        questions_mapping.save(unit, question, step)
        return marked


def close_due(desk: Desk, question_id: int, group_id: int) -> None:
    """Close a question if its close time has come. A second call changes nothing."""
    with desk.step(group_id) as unit:
        question = questions.get(unit.tx, group_id, question_id)
        if question is not None:
            step = questions_rules.close(questions_mapping.load(question), unit.now)
            questions_mapping.save(unit, question, step)


def take_up(unit: Unit, question: Question) -> None:
    """Note that a round took a question, or that somebody forecast it."""
    step = questions_rules.take_up(questions_mapping.load(question), unit.now)
    questions_mapping.save(unit, question, step)


def find(tx: Session, group_id: int, typed: str) -> Question:
    """Return the question that a member chose or named by its title or number."""
    return find_named(
        typed,
        numbered=partial(questions.get, tx, group_id),
        titled=partial(questions.by_title, tx, group_id),
        unknown=UNKNOWN,
    )


def find_id(desk: Desk, caller: Caller, typed: str) -> int:
    """Return the id of the question that a member chose or named."""
    with desk.db.read() as tx:
        return row_id(find(tx, caller.group_id, typed))


def choices(desk: Desk, caller: Caller, typed: str) -> list[tuple[str, int]]:
    """Return titles and ids that match what has been typed so far."""
    with desk.db.read() as tx:
        found = questions.listing(tx, caller.group_id, containing=typed.strip(), dealt=True)
        return [(question.title, row_id(question)) for question in found]


def listing(
    desk: Desk, caller: Caller, state: QuestionState | None = None, topic: str = ""
) -> list[Listed]:
    """Return the newest 25 questions, in one state or in all without an outcome.

    With a topic, only those about it.
    """
    unsettled = (QuestionState.PROPOSED, QuestionState.OPEN, QuestionState.CLOSED)
    with desk.db.read() as tx:
        about = questions_topics.find(tx, caller.group_id, topic).name or None
        found = questions.listing(
            tx, caller.group_id, states=(state,) if state else unsettled, topic=about
        )
        ids = [row_id(question) for question in found]
        people, outcomes = questions.forecasters_of(tx, ids), questions.latest_outcomes(tx, ids)
    return [_listed(question, people, outcomes) for question in found]


def as_written(desk: Desk, caller: Caller, question_id: int) -> Written:
    """Return a question as its form shows it; refuse who may not edit it."""
    with desk.db.read() as tx:
        question = require(tx, caller.group_id, question_id)
        require_author_before(tx, caller, question, "edit")
        questions_rules.check_unsettled(questions_mapping.load(question))
        asked = answers_mapping.asked(question)
        return Written(
            question.title,
            question.criteria,
            _say_close(question),
            question.source_url or "",
            kinds.kind_of(asked.kind).write_details(asked),
            asked.kind,
        )


def show_again(desk: Desk, caller: Caller, question_id: int) -> tuple[Key, OwnForecast]:
    """Return the key of a question's card, and the caller's own forecast; refuse other groups."""
    with desk.db.read() as tx:
        question = require(tx, caller.group_id, question_id)
        me = groups.member_of_user(tx, caller.group_id, caller.user_id)
        own = own_forecast(tx, question, row_id(me) if me else 0)
    return keys.question(question_id), own


def own_forecast(tx: Session, question: Question, member_id: int) -> OwnForecast:
    """Return a member's standing forecast on a question."""
    found = forecasts.latest_of_member(tx, row_id(question), member_id)
    belief = None if found is None else belief_mapping.load(*found)
    return OwnForecast(belief, answers_mapping.asked(question))


def require(tx: Session, group_id: int, question_id: int) -> Question:
    """Return the group's question with this id, or refuse."""
    question = questions.get(tx, group_id, question_id)
    if question is None:
        raise Refusal("That question is not in this group. See `/question list`.")
    return question


def _submit(unit: ActUnit, written: Written, closes: ReadTime | None) -> Brought | TimeQuestion:
    draft, asked = _draft(unit, written, closes), _asked(written)
    _check_room(unit)
    _refuse_duplicate(unit, draft.title)
    if isinstance(closes, Asks):
        return typed_times.ask(unit, DraftKind.QUESTION, asdict(written), closes)
    question = Question(
        group_id=unit.group.id,
        author_id=unit.my_id,
        title=draft.title,
        criteria=draft.criteria,
        source_url=draft.source_url,
        created_at=unit.now,
        topic=questions_topics.read(unit.tx, unit.group.id, written.topic),
    )
    answers_mapping.ask(question, asked)
    unit.tx.add(question)
    unit.tx.flush()
    key = keys.question(row_id(question))
    unit.show(key, unit.group.channel_id or unit.caller.channel_id)
    questions_mapping.save(unit, question, questions_rules.offer(draft.closes_at))
    if written.fetched is not None:
        origins.attach(unit, question, written.fetched)
    return _brought(question, closes)


def _edit_in_steps(
    unit: ActUnit,
    question_id: int,
    written: Written,
    closes: ReadTime | Kept | None,
    sent: FilledForm,
) -> Brought | TimeQuestion | NextStep:
    """Change a question, or wait for the options or the unit of its new kind."""
    question = _editable(unit, question_id)
    now = answers_mapping.asked(question)
    if written.answers is None and written.kind in {None, now.kind}:
        details = kinds.kind_of(now.kind).write_details(now)
        written = replace(written, kind=now.kind, answers=details)
    if not _lacks_details(written):
        return _edit(unit, question, written, closes)
    _check_rewording(unit, question, _draft(unit, written, closes), None)
    if now.has_options and not kinds.kind_of(str(written.kind)).own_unit:
        options = kinds.kind_of(now.kind).write_details(now)
        sent = replace(sent, written={**sent.written, **_as_fields(options, now.kind)})
    return _wait(unit, written, sent)


def _wait(unit: ActUnit, written: Written, sent: FilledForm) -> NextStep:
    """Save a form until the options or the unit are named, too."""
    return NextStep(drafts.save(unit, sent), str(written.kind), written.title)


def _edit(
    unit: ActUnit, question: Question, written: Written, closes: ReadTime | Kept | None
) -> Brought | TimeQuestion:
    question_id, asked = row_id(question), _asked(written)
    draft = _draft(unit, written, closes)
    _check_rewording(unit, question, draft, asked)
    if isinstance(closes, Asks):
        typed = asdict(written)
        return typed_times.ask(unit, DraftKind.QUESTION, typed, closes, str(question_id))
    _reword(unit, question, draft, asked)
    closes_at = question.closes_at if closes == KEPT else draft.closes_at
    step = questions_rules.move_close(questions_mapping.load(question), closes_at, unit.now)
    questions_mapping.save(unit, question, step)
    zone = closes.zone if isinstance(closes, Understood) else unit.zone
    ahead = Understood(closes_at, zone) if closes_at is not None and closes_at > unit.now else None
    fixed = bool(questions.forecasters(unit.tx, question_id))
    return replace(_brought(question, ahead), changed=True, fixed=fixed)


def _brought(question: Question, closes: Understood | None) -> Brought:
    return Brought(
        keys.question(row_id(question)),
        closes,
        asked=answers_mapping.asked(question),
        has_criteria=bool(question.criteria),
        has_close=question.closes_at is not None,
    )


def _editable(unit: ActUnit, question_id: int) -> Question:
    """Return a question that the caller may change, or refuse."""
    question = require(unit.tx, unit.group.id, question_id)
    require_author(unit, question, "edit")
    questions_rules.check_unsettled(questions_mapping.load(question))
    return question


def _written(fields: Mapping[str, str]) -> Written:
    """Return a question as the fields of its form say it.

    Options or a unit that were named for another kind than the chosen one do not count.
    """
    kind = fields["kind"] if fields.get("kind") in kinds.KINDS else None
    named = fields.get("answers_of", kind) == kind
    return Written(
        title=fields.get("title", ""),
        criteria=fields.get("criteria", ""),
        closes=fields.get("closes", ""),
        source=fields.get("source", ""),
        answers=fields.get("answers") if named else None,
        kind=kind,
        topic=fields.get("topic", ""),
    )


def _as_fields(answers: str, kind: str) -> dict[str, str]:
    """Return options or a unit as fields of a form, with the kind that they are for."""
    return {"answers": answers, "answers_of": kind}


def _lacks_details(written: Written) -> bool:
    """Tell whether options or a unit are still to be named."""
    if written.kind is None or written.answers is not None:
        return False
    return kinds.kind_of(written.kind).has_details


def _asked(written: Written) -> AnswerFormat:
    """Return what a question asks for; without a chosen kind, its text says it."""
    answers = written.answers or ""
    if written.kind is None:
        return kinds.read_kind(answers)
    return kinds.kind_of(written.kind).read_details(answers)


def _reword(
    unit: ActUnit, question: Question, draft: questions_rules.QuestionDraft, asked: AnswerFormat
) -> None:
    """Change what a question says, and update each card that shows it."""
    before = (question.criteria, answers_mapping.asked(question))
    changed = {
        Change.QUESTION_RETITLED: draft.title != question.title,
        Change.QUESTION_REWORDED: (draft.criteria, asked) != before,
        Change.QUESTION_SOURCE_EDITED: draft.source_url != question.source_url,
    }
    question.title, question.criteria = draft.title, draft.criteria
    question.source_url = draft.source_url
    answers_mapping.ask(question, asked)
    for change in (one for one, happened in changed.items() if happened):
        card_refresh.follow(unit, change, question)


def _check_rewording(
    unit: ActUnit,
    question: Question,
    draft: questions_rules.QuestionDraft,
    asked: AnswerFormat | None,
) -> None:
    """Refuse a title in use, and new wording once somebody has forecast the question."""
    if draft.title.lower() != question.title.lower():
        _refuse_duplicate(unit, draft.title)
    before = (question.title, question.criteria, answers_mapping.asked(question))
    reworded = (draft.title, draft.criteria, asked) != before
    if reworded and questions.forecasters(unit.tx, row_id(question)):
        raise Refusal(
            "Somebody has forecast this question already, so its title, criteria and answers "
            "stay as they are. You can still change the close date and the source."
        )


def _read_close(desk: Desk, caller: Caller, written: Written) -> ReadTime | None:
    """Read the typed close before anything is changed; None if it is empty."""
    if not written.closes.strip():
        return None
    zone = typed_times.zone_of(desk, caller)
    return TypedTime(written.closes, "close", zone, desk.clock()).read()


def _read_new_close(
    desk: Desk, caller: Caller, question_id: int, written: Written
) -> ReadTime | Kept | None:
    """Read the close as `_read_close` does, but keep one that is as it was."""
    with desk.db.read() as tx:
        keeps = written.closes.strip() == _say_close(require(tx, caller.group_id, question_id))
    return KEPT if keeps else _read_close(desk, caller, written)


def _draft(
    unit: ActUnit, written: Written, closes: ReadTime | Kept | None
) -> questions_rules.QuestionDraft:
    return questions_rules.draft(
        title=written.title,
        criteria=written.criteria,
        closes_at=None if closes is None or closes == KEPT else typed_times.first(closes).at,
        source_url=written.source,
        now=unit.now,
    )


def _say_close(question: Question) -> str:
    """Return the close as the form shows it.

    If a member leaves this text unchanged, the close keeps its exact seconds too.
    """
    return f"{question.closes_at:%Y-%m-%d %H:%M} UTC" if question.closes_at else ""


def _check_room(unit: ActUnit) -> None:
    """Refuse one more question where the group has as many open ones as it can have."""
    most = limits.OPEN_QUESTIONS.most
    limits.OPEN_QUESTIONS.check(questions.count_open(unit.tx, unit.group.id, most))


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


def require_unsealed(question: Question) -> None:
    """Refuse to touch a question from the bank that is not revealed yet."""
    if question.banked_id is not None:
        questions_rules.check_unsealed(questions_mapping.load(question))


def require_author(unit: ActUnit, question: Question, deed: str) -> None:
    """Refuse all but the question's author and facilitators."""
    require_unsealed(question)
    permissions.CHANGE_QUESTION.require(unit.roles(author=question.author_id), deed=deed)


def require_author_before(tx: Session, caller: Caller, question: Question, deed: str) -> None:
    """Refuse the same members, but before they fill in a form."""
    require_unsealed(question)
    me = groups.member_of_user(tx, caller.group_id, caller.user_id)
    group = groups.get(tx, caller.group_id)
    roles = caller.roles(group, me.id if me else None, author=question.author_id)
    permissions.CHANGE_QUESTION.require(roles, deed=deed)


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
        answers_mapping.asked(question),
    )
