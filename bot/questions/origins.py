"""Where an imported question comes from: what was fetched, until it is brought and after.

What was fetched waits as a draft, so it outlives a restart. Only its author gets it back, and what
the source's forecasters say never leaves it before its moment.
"""

import json
import random
from dataclasses import asdict
from datetime import datetime

from bot.answers import belief_mapping, kinds
from bot.answers import mapping as answers_mapping
from bot.answers.formats import AnswerFormat
from bot.answers.probabilities import Belief
from bot.core.refusals import StaleRefusal
from bot.core.unit import ActUnit, Unit, row_id
from bot.questions import watch_rules
from bot.sources.imported import Found, ImportedQuestion, Part, Several
from storage import crowds, watches
from storage.tables import CrowdMoment, Question, Watch

GONE = (
    "That question has been brought already, or it is more than a day since I fetched it. "
    "`/question import` fetches it again."
)
LONGEST_BACKGROUND = 4_000
_MOMENTS = ("closes_at", "expected_at")


def dump(found: Found) -> str:
    """Write what was fetched as a draft holds it."""
    return json.dumps(asdict(found), default=datetime.isoformat)


def load(typed: str) -> Found:
    """Return what was fetched."""
    data = json.loads(typed)
    if "parts" in data:
        return Several(**{**data, "parts": tuple(Part(**part) for part in data["parts"])})
    moments = {
        name: datetime.fromisoformat(data[name]) if data[name] else None for name in _MOMENTS
    }
    asked = AnswerFormat(**{**data["asked"], "options": tuple(data["asked"]["options"])})
    said = data["crowd"]
    crowd = Belief(said["probability"], tuple(said["values"])) if said else None
    return ImportedQuestion(**{**data, **moments, "asked": asked, "crowd": crowd, "outcome": None})


def details(unit: ActUnit, draft_id: int) -> dict[str, str]:
    """Return the options or the unit of a fetched question, as fields of its form."""
    asked = _fetched(unit, draft_id).asked
    written = kinds.kind_of(asked.kind).write_details(asked)
    return {"answers": written, "answers_of": asked.kind}


def attach(unit: ActUnit, question: Question, draft_id: int) -> None:
    """Save with a new question where it comes from, and begin to watch it there."""
    found = _fetched(unit, draft_id)
    draft = watches.fetched(unit.tx, unit.my_id, draft_id)
    if draft is not None:
        draft.about = watches.BROUGHT
    question.background = found.background[:LONGEST_BACKGROUND]
    question.expected_at = found.expected_at
    number = row_id(question)
    if found.crowd is not None and answers_mapping.asked(question) == found.asked:
        said = belief_mapping.dump_values(found.crowd)
        at = draft.created_at if draft is not None else unit.now
        crowds.save(unit.tx, number, probability=found.crowd.probability, values=said, at=at)
    watch = Watch(question_id=number, source=found.source, ref=found.ref)
    unit.tx.add(watch)
    unit.tx.flush()
    look_next(unit, watch, question)


def look_next(unit: Unit, watch: Watch, question: Question, *, wait: float | None = None) -> None:
    """Set when a question is looked at next."""
    watch.look_at = watch_rules.next_look(
        unit.now,
        question.closes_at,
        spread=random.random(),
        failures=watch.failures,
        wait=wait,
    )
    unit.wake(f"watch:{row_id(watch)}", watch.look_at)


def look_now(unit: Unit, question_id: int) -> None:
    """Have a watched question looked at as soon as possible: its round has closed."""
    watch = watches.of_question(unit.tx, question_id)
    if watch is not None and watch.look_at is not None:
        watch.look_at = unit.now
        unit.wake(f"watch:{row_id(watch)}", unit.now)


def watch_again(unit: Unit, question: Question) -> None:
    """Go on to watch a question that is open again, unless its source has lost it."""
    watch = watches.of_question(unit.tx, row_id(question))
    if watch is not None and watch.look_at is None and watch.gone_at is None:
        look_next(unit, watch, question)


def hear(unit: Unit, question: Question, found: ImportedQuestion) -> list[int]:
    """Save what the source says beside rounds that have just closed; return these rounds."""
    number = row_id(question)
    if found.crowd is None or answers_mapping.asked(question) != found.asked:
        return []
    heard = []
    for row in watches.closed_rounds(unit.tx, number, unit.now - watch_rules.BESIDE):
        round_id = row_id(row)
        if crowds.find(unit.tx, number, CrowdMoment.CLOSE, round_id) is None:
            crowds.save(
                unit.tx,
                number,
                probability=found.crowd.probability,
                values=belief_mapping.dump_values(found.crowd),
                at=unit.now,
                moment=CrowdMoment.CLOSE,
                round_id=round_id,
            )
            heard.append(round_id)
    return heard


def _fetched(unit: ActUnit, draft_id: int) -> ImportedQuestion:
    draft = watches.fetched(unit.tx, unit.my_id, draft_id)
    found = load(draft.typed) if draft is not None else None
    if not isinstance(found, ImportedQuestion):
        raise StaleRefusal(GONE)
    return found
