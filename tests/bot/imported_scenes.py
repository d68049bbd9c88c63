"""Short ways to a question that came from another platform."""

from datetime import timedelta
from typing import Any

from bot.answers.formats import BINARY, AnswerFormat
from bot.answers.probabilities import Belief
from bot.core.drafts import FilledForm
from bot.core.unit import Desk
from bot.questions import imports
from bot.questions import service as questions_service
from bot.sources.imported import ImportedQuestion, ReportedOutcome
from tests.conftest import START, caller

URL = "https://manifold.markets/somebody/rain"
RAIN_THERE = "Will it rain in Niamey before May?"


def there(asked: AnswerFormat = BINARY, **more: Any) -> ImportedQuestion:
    """A question as Manifold has it."""
    given: dict[str, Any] = {
        "title": RAIN_THERE,
        "criteria": "As the station says.",
        "closes_at": START + timedelta(days=30),
        "crowd": Belief(0.62) if asked == BINARY else Belief(values=(0.7, 0.3)),
        **more,
    }
    return ImportedQuestion(
        "manifold",
        "/v0/market/rain",
        URL,
        background="It is dry.",
        expected_at=None,
        asked=asked,
        **given,
    )


def reports(outcome: str, said: str = "Resolved YES", **more: Any) -> ImportedQuestion:
    """The same, decided a day after the start."""
    return there(outcome=ReportedOutcome(outcome, START + timedelta(days=1), said), **more)


def bring_from_manifold(desk: Desk, found: ImportedQuestion | None = None, **typed: str) -> int:
    """A question that Ana has imported, with what she has edited."""
    ana = caller("Ana")
    errand = imports.begin(desk, ana, URL)
    imports.keep(desk, ana, errand, found or there())
    fields = {**imports.form_fields(desk, ana, errand.draft_id), **typed}
    kind = fields.pop("kind")
    sent = FilledForm(f"imported|d{errand.draft_id}", fields, {"kind": kind})
    brought = questions_service.bring_fetched(desk, caller("Ana"), errand.draft_id, sent)
    assert isinstance(brought, questions_service.Brought)
    return brought.id
