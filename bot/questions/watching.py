"""Imported questions on their platforms: what is heard of them, and outcomes that are proposed.

An outcome is never applied alone. Each function that time calls changes nothing the second time.
"""

from bot.answers import mapping as answers_mapping
from bot.core import card_refresh, keys
from bot.core.card_refresh import Change
from bot.core.keys import Key
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.times.result import Understood
from bot.core.unit import ActUnit, Caller, Desk, Unit, row_id
from bot.questions import origins, watch_rules
from bot.questions import outcomes as questions_outcomes
from bot.questions import service as questions_service
from bot.questions.outcomes import Entered
from bot.sources import platforms
from bot.sources.imported import ImportedQuestion, ReportedOutcome, Request, SourceError
from storage import outbox, watches
from storage.tables import Proposal, Question, QuestionState, Round, Watch

SETTLED = (QuestionState.RESOLVED, QuestionState.VOID)
DECIDED = "That has been decided already; the card shows how."


def to_ask(desk: Desk, watch_id: int) -> Request | None:
    """Return what to ask of a watched question; None where nothing is due any more."""
    with desk.db.read() as tx:
        watch = tx.get(Watch, watch_id)
        question = tx.get(Question, watch.question_id) if watch is not None else None
        if watch is None or question is None or not _is_due(watch, question, desk):
            return None
        return platforms.again(watch.source, watch.ref)


def hear(desk: Desk, watch_id: int, group_id: int, answer: object = None) -> None:
    """Note what a platform has answered: a question, or in words why there is none."""
    with desk.step(group_id) as unit:
        watch = unit.tx.get(Watch, watch_id)
        if watch is None or watch.look_at is None or watch.look_at > unit.now:
            return
        question = unit.tx.get_one(Question, watch.question_id)
        if question.state in SETTLED:
            watch.look_at = None
        elif isinstance(answer, ImportedQuestion):
            _note(unit, watch, question, answer)
        else:
            _note_failure(unit, watch, question, answer)


def accept(desk: Desk, caller: Caller, at: Key) -> None:
    """Enter the outcome that a source reports, as `/question resolve` would."""
    with desk.act(caller) as unit:
        proposal, question = _waiting(unit, at, "resolve")
        _decide(unit, proposal, accepted=True)
        asked = answers_mapping.asked(question)
        outcome = proposal.outcome
        if asked.has_options and outcome.isdecimal():
            outcome = asked.options[int(outcome)]
        known = Understood(min(proposal.known_at, unit.now), unit.zone)
        said = Entered(outcome, f"{platforms.name_of(proposal.source)}: {proposal.said}")
        questions_outcomes.enter(unit, row_id(question), said, known)
        card_refresh.follow(unit, Change.PROPOSAL_DECIDED, question)


def decline(desk: Desk, caller: Caller, at: Key) -> None:
    """Leave the question as it is, whatever its source reports."""
    with desk.act(caller) as unit:
        proposal, question = _waiting(unit, at, "decide about")
        _decide(unit, proposal, accepted=False)
        card_refresh.follow(unit, Change.PROPOSAL_DECIDED, question)


def _waiting(unit: ActUnit, at: Key, deed: str) -> tuple[Proposal, Question]:
    """Return a proposal that nobody has decided about, for those who may."""
    question = questions_service.require(unit.tx, unit.group.id, at.id)
    questions_service.require_author(unit, question, deed)
    proposal = unit.tx.get(Proposal, at.more[0]) if at.more else None
    # Without a source a member entered it, and a second person confirms that on another card.
    if proposal is None or proposal.question_id != question.id or not proposal.source:
        raise Refusal("There is no such proposal any more. See the question's card.")
    if proposal.accepted is not None or question.state in SETTLED:
        raise StaleRefusal(DECIDED)
    if proposal.outcome == watch_rules.BY_HAND and deed == "resolve":
        raise Refusal("The question here has no such answer. `/question resolve` enters yours.")
    return proposal, question


def _decide(unit: ActUnit, proposal: Proposal, *, accepted: bool) -> None:
    proposal.accepted, proposal.decided_at = accepted, unit.now
    proposal.decided_by_id = unit.my_id
    unit.tx.flush()


def _is_due(watch: Watch, question: Question, desk: Desk) -> bool:
    due = watch.look_at is not None and watch.look_at <= desk.clock()
    return due and question.state not in SETTLED


def _note(unit: Unit, watch: Watch, question: Question, found: ImportedQuestion) -> None:
    watch.failures, watch.gone_at, watch.looked_at = 0, None, unit.now
    for round_id in origins.hear(unit, question, found):
        card_refresh.follow(unit, Change.CROWD_HEARD, unit.tx.get_one(Round, round_id))
    if found.outcome is not None:
        _propose(unit, question, found, found.outcome)
    origins.look_next(unit, watch, question)


def _note_failure(unit: Unit, watch: Watch, question: Question, answer: object) -> None:
    """Look again later, ever more rarely; a source without the question is said once."""
    gone = isinstance(answer, SourceError) and answer.gone
    if gone != (watch.gone_at is not None):  # only times in a row without it count
        watch.failures, watch.gone_at = 0, unit.now if gone else None
    watch.failures, watch.looked_at = watch.failures + 1, unit.now
    if gone and watch.failures >= watch_rules.GONE_AFTER:
        watch.look_at = None
        unit.show(keys.source_gone(row_id(question)), _channel(unit, question))
        return
    wait = answer.wait if isinstance(answer, SourceError) else None
    origins.look_next(unit, watch, question, wait=wait)


def _propose(
    unit: Unit, question: Question, found: ImportedQuestion, reported: ReportedOutcome
) -> None:
    """Save a reported outcome, and ask its author about it; once for each outcome."""
    number = row_id(question)
    before = watches.proposals(unit.tx, number)
    outcome = watch_rules.outcome_here(
        reported.outcome, found.asked, answers_mapping.asked(question)
    )
    if before and (before[-1].outcome, before[-1].said) == (outcome, reported.said):
        return
    for one in before:
        if one.accepted is None:  # the source says something else now
            one.accepted, one.decided_at = False, unit.now
    proposal = Proposal(
        question_id=number,
        outcome=outcome,
        known_at=min(reported.known_at, unit.now),
        source=found.source,
        said=reported.said,
        made_at=unit.now,
    )
    unit.tx.add(proposal)
    unit.tx.flush()
    card_refresh.follow(unit, Change.PROPOSAL_DECIDED, question)
    unit.show(keys.proposal(number, row_id(proposal)), _channel(unit, question))


def _channel(unit: Unit, question: Question) -> int:
    """Return where the question's card is; where it has none, the group's channel."""
    posted = outbox.by_key(unit.tx, str(keys.question(row_id(question))))
    return (posted.channel_id if posted is not None else None) or unit.group.channel_id or 0
