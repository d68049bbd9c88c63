"""Bringing in forecasts, all of a file or nothing, beside a bot that runs. Never touches Discord.

What is new is staged in pieces, each in a short transaction of its own, where nobody sees it. One
last short transaction moves all of it. Scores follow in pieces. A process that is killed before the
last transaction leaves only staged rows, which the next start or import deletes; one that is killed
after it leaves scores to the bot, which knows up to which question they are computed.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from bot.answers import belief_mapping
from bot.answers import mapping as answers_mapping
from bot.answers.formats import AnswerFormat
from bot.core import card_refresh
from bot.core.card_refresh import Change
from bot.core.refusals import Refusal, say_count
from bot.core.unit import Clock, Desk, Unit, row_id
from bot.data.reading.faults import Faults
from bot.data.reading.lines import Line
from bot.questions import mapping as questions_mapping
from bot.questions import rules as questions_rules
from bot.scores import bulk, rescoring
from storage import groups, imports, questions
from storage.engine import Database
from storage.tables import Group, Question, StagedForecast, StagedQuestion

# Where `dojo import` puts forecasts when no group is named.
ARCHIVE = Group(id=0, name="Imported")
PIECE = 2_000  # rows that are staged in one transaction
CARDS = 25  # questions whose cards and scores follow in one
# Between two pieces others get their turn: as long as the piece took, and at least this.
BREATH = 0.02

Progress = Callable[[str, int, int], None]
Row = dict[str, Any]


@dataclass(frozen=True)
class Imported:
    """What an import added."""

    lines: int
    forecasts: int
    questions: int
    members: int

    def say(self, *, dry: bool = False) -> str:
        """Say in one line what came in, or what would."""
        said = (
            f"Read {say_count(self.lines, 'line')}: {say_count(self.forecasts, 'new forecast')}, "
            f"{say_count(self.questions, 'new question')}, "
            f"{say_count(self.members, 'new member')}."
        )
        return f"{said} Nothing was written." if dry else said


@dataclass
class Plan:
    """What an import has to add: rows to stage, and what follows for questions there already.

    `before` is how many imports had been finished when this was found out.
    """

    group_id: int
    before: int
    questions: list[Row] = field(default_factory=list)
    forecasts: list[Row] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    states: dict[int, str] = field(default_factory=dict)
    settled: dict[int, tuple[Change, ...]] = field(default_factory=dict)
    touched: dict[int, None] = field(default_factory=dict)
    new_questions: int = 0

    @property
    def is_empty(self) -> bool:
        """Tell whether all of it is there already."""
        return not (self.questions or self.forecasts)


def bring_in(
    database: Database,
    clock: Clock,
    lines: Sequence[Line],
    group_id: int | None,
    *,
    progress: Progress | None = None,
    dry: bool = False,
) -> Imported:
    """Add these forecasts, all or none; the same again adds nothing.

    `dry` only says what would be added.
    """
    plan = _plan(database, lines, group_id)
    said = Imported(len(lines), len(plan.forecasts), plan.new_questions, len(plan.members))
    if dry:
        return said
    tidy_up(database, clock)
    if plan.is_empty:
        with database.write() as tx:
            groups.get_or_add(tx, plan.group_id, ARCHIVE.name)
        return said
    show = progress or (lambda *_: None)
    _stage_and_move(database, clock, plan, show)
    _follow(database, clock, plan, show)
    return said


def tidy_up(database: Database, clock: Clock) -> None:
    """Delete what killed imports have staged, in pieces."""
    with database.read() as tx:
        dead = imports.stale(tx, clock())
    for import_id in dead:
        _drop(database, import_id)


def _plan(database: Database, lines: Sequence[Line], group_id: int | None) -> Plan:
    """Compare a file with what is there; nothing is written."""
    by_question: dict[str, list[Line]] = {}
    for line in lines:
        by_question.setdefault(line.question, []).append(line)
    group = ARCHIVE.id if group_id is None else group_id
    with database.read() as tx:
        if group_id is not None and groups.find(tx, group_id) is None:
            raise Refusal(f"There is no group {group_id} here. Leave --group out for an own one.")
        known = imports.questions(tx, group, by_question.keys())
        ids = [row_id(one) for one in known.values()]
        said, settled = imports.known_forecasts(tx, ids), imports.outcomes(tx, ids)
        members = imports.members(tx, group)
        plan = Plan(group, imports.finished(tx, group))
    plan.members = [
        name for name in dict.fromkeys(one.forecaster for one in lines) if name not in members
    ]
    faults = Faults()
    for key, some in by_question.items():
        question = known.get(key)
        if question is None:
            _plan_new(plan, some)
        else:
            number = row_id(question)
            with faults.noting():
                _plan_more(plan, question, some, (members, said[number], settled.get(number)))
    faults.check()
    return plan


def _plan_new(plan: Plan, lines: Sequence[Line]) -> None:
    first = lines[0]
    outcome = first.outcome if first.resolved_at is not None else ""
    now, _ = questions_rules.bring_in()
    if outcome:
        now, _ = questions_rules.settle(now, outcome)
    plan.new_questions += 1
    plan.questions.append(
        _question_row(
            plan,
            first,
            **_asked(first.asked),
            state=now.state,
            created_at=min(line.forecast_at for line in lines),
            outcome=outcome or None,
            known_at=first.resolved_at if outcome else None,
        )
    )
    for line in lines:
        plan.forecasts.append(_forecast_row(plan, line))


@cache
def _asked(what: AnswerFormat) -> Row:
    """Return the columns that say what answers a question takes."""
    row = Question(group_id=0, title="", created_at=datetime.min)  # noqa: DTZ901 - never saved
    answers_mapping.ask(row, what)
    return {"kind": row.kind.value, "options": row.options, "unit": row.unit}


def _plan_more(
    plan: Plan,
    question: Question,
    lines: Sequence[Line],
    there: tuple[Mapping[str, int], Counter[imports.Known], tuple[str | None, datetime] | None],
) -> None:
    """Plan what a file adds to a question that is there already."""
    _check_same(question, lines[0])
    members, known, settled = there
    new = []
    for line in lines:
        said = (line.belief.probability, belief_mapping.dump_values(line.belief))
        same = (members.get(line.forecaster, 0), line.forecast_at, *said)
        if known[same] > 0:
            known[same] -= 1
        else:
            new.append(line)
    for line in new:
        plan.forecasts.append(_forecast_row(plan, line))
    if new:
        plan.touched[row_id(question)] = None
    first = lines[0]
    outcome = (first.outcome, first.resolved_at)
    if all(outcome) and settled != outcome:
        _plan_outcome(plan, question, first)


def _plan_outcome(plan: Plan, question: Question, line: Line) -> None:
    """Plan to enter or correct the outcome of a question that is there already."""
    after, events = questions_rules.settle(questions_mapping.load(question), line.outcome)
    number = row_id(question)
    plan.states[number] = after.state
    plan.settled[number] = tuple(questions_mapping.CHANGES[event] for event in events)
    plan.touched[number] = None
    plan.questions.append(
        _question_row(
            plan,
            line,
            question_id=number,
            kind=question.kind.value,
            state=after.state,
            created_at=question.created_at,
            outcome=line.outcome,
            known_at=line.resolved_at,
        )
    )


def _check_same(question: Question, first: Line) -> None:
    if question.title != first.title:
        raise Refusal(
            f"Line {first.number}, column title, value {first.title[:60]!r}: an earlier import "
            f"says {question.title[:60]!r} of the same question."
        )
    if answers_mapping.asked(question) != first.asked:
        raise Refusal(
            f"Line {first.number}, column question, value {first.question[:60]!r}: an earlier "
            "import says that it takes other answers (another kind, options or unit)."
        )


def _question_row(plan: Plan, line: Line, **columns: Any) -> Row:
    empty = dict.fromkeys(("question_id", "options", "unit"))
    named = {"place": len(plan.questions), "key": line.question, "title": line.title}
    return {**empty, **named, **columns}


def _forecast_row(plan: Plan, line: Line) -> Row:
    return {
        "place": len(plan.forecasts),
        "key": line.question,
        "forecaster": line.forecaster,
        "probability": line.belief.probability,
        "values": belief_mapping.dump_values(line.belief),
        "made_at": line.forecast_at,
    }


def _stage_and_move(database: Database, clock: Clock, plan: Plan, show: Progress) -> None:
    """Stage everything and move it at once.

    Whatever goes wrong before the end, nothing is left.
    """
    with database.write() as tx:
        import_id = imports.start(tx, plan.group_id, clock())
    try:
        _stage(database, clock, plan, import_id, show)
        _move(database, clock, plan, import_id)
    except BaseException:
        with suppress(Exception):  # the next start or import deletes what this cannot
            _drop(database, import_id)
        raise
    _drop(database, import_id)


def _stage(database: Database, clock: Clock, plan: Plan, import_id: int, show: Progress) -> None:
    done, total = 0, len(plan.questions) + len(plan.forecasts)
    for table, rows in ((StagedQuestion, plan.questions), (StagedForecast, plan.forecasts)):
        for some in _pieces(rows, PIECE):
            with database.write() as tx:
                if not imports.stage(tx, import_id, table, some, clock()):
                    raise Refusal("The import stood still for too long. Start it again.")
            done += len(some)
            show("Writing", done, total)


def _move(database: Database, clock: Clock, plan: Plan, import_id: int) -> None:
    """Make all of an import visible in one short transaction."""
    with database.write() as tx:
        now = clock()
        group = groups.get_or_add(tx, plan.group_id, ARCHIVE.name)
        if imports.finished(tx, plan.group_id) != plan.before:
            raise Refusal(
                "Another import into this group finished meanwhile, so nothing was imported. "
                "Start it again."
            )
        first = imports.last_question(tx)
        imports.add_members(tx, plan.group_id, plan.members)
        imports.move(tx, plan.group_id, import_id, now)
        imports.change_states(tx, plan.states)
        unit = Unit(tx, now, group)
        _follow_new(unit, first)
        # Should this process be killed now, the bot computes scores from here on.
        since = min([first, *(number - 1 for number in plan.touched)])
        group.rescored_to = since if group.rescored_to is None else min(since, group.rescored_to)
        unit.save_refreshes()


def _follow_new(unit: Unit, after: int) -> None:
    """Have the cards edited on which new questions show; one of each state says which these are."""
    for question in imports.new_questions(unit.tx, unit.group.id, after):
        card_refresh.follow(unit, Change.QUESTION_OPENED, question)
        card_refresh.follow(unit, Change.FORECAST_FIRST, question)
        if questions_mapping.load(question).settled:
            card_refresh.follow(unit, Change.QUESTION_CLOSED, question)
            card_refresh.follow(unit, Change.QUESTION_SETTLED, question)


def _follow(database: Database, clock: Clock, plan: Plan, show: Progress) -> None:
    """Let cards and scores follow, in pieces."""
    desk = Desk(database, clock)
    done = 0
    for some in _pieces(list(plan.touched), CARDS):
        with desk.step(plan.group_id) as unit:
            for number in some:
                _follow_one(unit, plan, number)
        done += len(some)
        show("Cards", done, len(plan.touched))
    for done, total in bulk.rescore_all(desk, plan.group_id):
        show("Scores", done, total)


def _follow_one(unit: Unit, plan: Plan, number: int) -> None:
    question = questions.get(unit.tx, plan.group_id, number)
    if question is None:
        return
    for change in (Change.FORECAST_FIRST, *plan.settled.get(number, ())):
        card_refresh.follow(unit, change, question)
    rescoring.rescore(unit, question)


def _drop(database: Database, import_id: int) -> None:
    """Delete what an import has staged, in pieces."""
    left = True
    while left:
        with database.write() as tx:
            left = imports.forget_some(tx, import_id)
            if not left:
                imports.forget(tx, import_id)
        if left:
            time.sleep(BREATH)


def _pieces(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """Yield rows in pieces; behind each but the last, others get their turn."""
    for start in range(0, len(rows), size):
        began = time.perf_counter()
        yield rows[start : start + size]
        if start + size < len(rows):
            time.sleep(max(BREATH, time.perf_counter() - began))
