"""Metaculus: from an address to a request, from an answer to a question. Pure."""

import re
from datetime import datetime
from urllib.parse import parse_qs

from bot.answers.formats import BINARY, VOID, AnswerFormat
from bot.answers.numbers import parse_number
from bot.answers.probabilities import Belief
from bot.core.refusals import Refusal
from bot.sources import payloads
from bot.sources.imported import Found, ImportedQuestion, Part, ReportedOutcome, Request, several
from bot.sources.payloads import Payload, UnreadableError

SOURCE, NAME = "metaculus", "Metaculus"
HEADERS = ("Authorization",)
KEPT_BACK = "Metaculus keeps its forecast to itself"
LACKS_KEY = (
    "Metaculus answers only with a token, and this bot has none. Whoever runs the bot makes one "
    "at https://www.metaculus.com/accounts/settings/ (API access) and sets `DOJO_METACULUS_TOKEN`."
)
_VOID = {
    "ambiguous": "Resolved ambiguous: what happened does not decide it",
    "annulled": "Annulled: the question itself was at fault",
}

_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


def request(address: str) -> tuple[Request, ...] | None:
    """Return what to ask for the question at an address; None where it is not Metaculus's."""
    parts = payloads.address(address, "metaculus.com")
    if parts is None:
        return None
    steps = payloads.steps(parts)
    if len(steps) < 2 or steps[0] not in {"questions", "c"} or not _post_of(steps):
        raise Refusal(
            "That is not the address of a question on Metaculus. Open the question there and copy "
            "its address: `https://www.metaculus.com/questions/12345/…`."
        )
    wanted = parse_qs(parts.query).get("sub-question", [""])[0]
    part = wanted if _NUMBER.fullmatch(wanted) else ""
    return (_request(_post_of(steps), part),)


def _post_of(steps: list[str]) -> str:
    """Return the number of the post, which in a community stands behind the community's name."""
    after = steps[2:] if steps[0] == "c" else steps[1:]
    return next((step for step in after[:1] if _NUMBER.fullmatch(step)), "")


def _request(post: str, part: str = "") -> Request:
    return Request(SOURCE, f"/api/posts/{post}/", part, HEADERS)


def read(data: Payload, asked: Request) -> Found:
    """Return the question that Metaculus has sent, or a choice of those of its group."""
    post = str(data.get("id", ""))
    if not _NUMBER.fullmatch(post):
        raise UnreadableError(NAME)
    found = _questions(data)
    if not found:
        raise Refusal("There is no question behind this address, only a text.")
    if asked.part:
        wanted = [one for one in found if str(one.get("id", "")) == asked.part]
        if not wanted:
            raise Refusal("Metaculus does not have this part of the question any more.")
        return _question(data, post, wanted[0], asked.part)
    if payloads.part(data, "question"):
        return _question(data, post, found[0], "")
    parts = [
        Part(_request(post, str(one["id"])).ref, payloads.title(one, NAME, "title", "label"))
        for one in found
        if _NUMBER.fullmatch(str(one.get("id", ""))) and not payloads.text(one, "resolution")
    ]
    if not parts:
        raise Refusal("All questions of this group on Metaculus are decided already.")
    return several(SOURCE, payloads.title(data, NAME, "title"), parts)


def _questions(data: Payload) -> list[Payload]:
    """Return the questions of a post: its own, those of its group, or both of a conditional."""
    own = payloads.part(data, "question")
    if own:
        return [own]
    group = payloads.objects(payloads.part(data, "group_of_questions"), "questions")
    under = payloads.part(data, "conditional")
    both = [payloads.part(under, name) for name in ("question_yes", "question_no")]
    return [one for one in (*group, *both) if one]


def _question(data: Payload, post: str, own: Payload, part: str) -> ImportedQuestion:
    group = payloads.part(data, "group_of_questions")
    taken = _taken(own)
    crowd = _crowd(own, taken)
    criteria = payloads.joined(
        payloads.text(own, "resolution_criteria") or payloads.text(group, "resolution_criteria"),
        payloads.text(own, "fine_print") or payloads.text(group, "fine_print"),
    )
    link = f"https://www.metaculus.com/questions/{post}/"
    return ImportedQuestion(
        SOURCE,
        _request(post, part).ref,
        f"{link}?sub-question={part}" if part else link,
        payloads.title({**data, **own}, NAME, "title"),
        criteria,
        payloads.text(own, "description") or payloads.text(group, "description"),
        payloads.moment(own, "scheduled_close_time"),
        payloads.moment(own, "scheduled_resolve_time"),
        taken,
        crowd,
        KEPT_BACK if crowd is None else "",
        _outcome(own, taken),
    )


def _taken(own: Payload) -> AnswerFormat:
    kind = payloads.text(own, "type")
    if kind == "binary":
        return BINARY
    if kind == "multiple_choice":
        return payloads.options(payloads.listed(own, "options"), NAME)
    if kind in {"numeric", "discrete"}:
        return AnswerFormat("numeric", unit=payloads.unit(payloads.text(own, "unit")))
    what = "a date" if kind == "date" else f"something (`{payloads.shorten(kind, 40)}`)"
    raise Refusal(
        f"This question asks for {what}, which cannot be forecast here. Ask it with yes or no by "
        "`/question submit`: “Will it happen by …?”"
    )


def _crowd(own: Payload, taken: AnswerFormat) -> Belief | None:
    """Return what all say together, where the token is allowed to see it.

    Of numbers it has no 10% and 90%, so there is nothing to compare with.
    """
    together = payloads.part(payloads.part(own, "aggregations"), "recency_weighted")
    latest = payloads.part(together, "latest")
    values = latest.get("forecast_values")
    chances = [payloads.chance(one) for one in values] if isinstance(values, list) else []
    if taken.kind == "binary":
        centers = latest.get("centers")
        first = centers[0] if isinstance(centers, list) and centers else None
        yes = payloads.chance(first) if first is not None else None
        yes = yes if yes is not None else (chances[1] if len(chances) == 2 else None)
        return None if yes is None else Belief(yes)
    if taken.has_options and len(chances) == len(taken.options):
        return payloads.shares(chances)
    return None


def _outcome(own: Payload, taken: AnswerFormat) -> ReportedOutcome | None:
    """Return the outcome that is reported, if there is one."""
    said = payloads.text(own, "resolution")
    known_at = _known_at(own)
    if not said or known_at is None:
        return None
    if said.casefold() in _VOID:
        return ReportedOutcome(VOID, known_at, _VOID[said.casefold()])
    words = f"Resolved “{payloads.shorten(said, 100)}”"
    outcome = _decided(said, own, taken)
    if outcome is not None:
        return ReportedOutcome(outcome, known_at, words)
    return ReportedOutcome(VOID, known_at, f"{words}, which is no answer that can be scored here")


def _decided(said: str, own: Payload, taken: AnswerFormat) -> str | None:
    if taken.kind == "binary":
        return said.casefold() if said.casefold() in {"yes", "no"} else None
    if taken.has_options:
        names = payloads.listed(own, "options")
        return str(names.index(said)) if said in names else None
    try:
        return repr(parse_number(said, taken.unit))
    except Refusal:
        return None


def _known_at(own: Payload) -> datetime | None:
    """Return when the outcome was known: a question is closed early when it is decided."""
    closed, planned = (
        payloads.moment(own, name) for name in ("actual_close_time", "scheduled_close_time")
    )
    if closed is not None and planned is not None and closed < planned:
        return closed
    return payloads.moment(own, "actual_resolve_time") or closed
