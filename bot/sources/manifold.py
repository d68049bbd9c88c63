"""Manifold: from an address to a request, from an answer to a question. Pure.

Its terms forbid collecting its questions, so one is asked for at a time, by somebody's wish.
"""

import re

from bot.answers.formats import BINARY, VOID, AnswerFormat
from bot.answers.probabilities import Belief
from bot.core.refusals import Refusal
from bot.sources import payloads
from bot.sources.imported import (
    Found,
    ImportedQuestion,
    Part,
    ReportedOutcome,
    Request,
    several,
)
from bot.sources.payloads import Payload, UnreadableError

SOURCE, NAME = "manifold", "Manifold"
# What cannot be asked here, in words.
UNTAKEN = {
    "STONK": "a stock without an outcome",
    "POLL": "a poll without an outcome",
    "BOUNTIED_QUESTION": "a bounty without an outcome",
    "QUADRATIC_FUNDING": "a way to give money, without an outcome",
    "CERT": "a certificate without an outcome",
    "NUMERIC": "a number in a form that Manifold has given up",
}
ONE_ANSWER = {"MULTIPLE_CHOICE": False, "MULTI_NUMERIC": True, "DATE": True}

_SLUG = re.compile(r"[A-Za-z0-9-]{1,200}")
_NO_QUESTION = {"browse", "group", "topic", "post", "news", "dashboard", "tournaments", "questions"}


def request(address: str) -> tuple[Request, ...] | None:
    """Return what to ask for the question at an address; None where it is not Manifold's."""
    parts = payloads.address(address, "manifold.markets")
    if parts is None:
        return None
    steps = payloads.steps(parts)
    steps = steps[1:] if steps[:1] == ["embed"] else steps
    if len(steps) != 2 or steps[0] in _NO_QUESTION or not _SLUG.fullmatch(steps[1]):
        raise Refusal(
            "That is not the address of one question on Manifold. Open the question there and copy "
            "its address: `https://manifold.markets/somebody/will-it-rain`."
        )
    return (Request(SOURCE, f"/v0/slug/{steps[1]}"),)


def read(data: Payload, asked: Request) -> Found:
    """Return the question that Manifold has sent, or a choice of its answers."""
    kind = payloads.text(data, "outcomeType")
    number = payloads.text(data, "id")
    if not _SLUG.fullmatch(number):
        raise UnreadableError(NAME)
    if kind == "BINARY":
        return _question(data, number, BINARY, _of_one(data))
    if kind == "PSEUDO_NUMERIC":
        note = "Manifold says one number and no range"
        return _question(data, number, AnswerFormat("numeric"), None, note=note)
    if kind not in ONE_ANSWER:
        what = UNTAKEN.get(kind, f"of a kind (`{payloads.shorten(kind, 40)}`) that I do not know")
        raise Refusal(
            f"This is {what}, so it cannot be forecast here. I take questions with yes or no, with "
            "answers to choose from, and with a number."
        )
    answers = payloads.objects(data, "answers")
    if data.get("shouldAnswersSumToOne") is False:
        return _one_of(data, number, answers, asked.part)
    names = [payloads.text(one, "text") for one in answers]
    taken = payloads.options(names, NAME, ordered=ONE_ANSWER[kind])
    chances = payloads.shares([payloads.chance(one.get("probability")) for one in answers])
    return _question(data, number, taken, chances)


def _one_of(data: Payload, number: str, answers: list[Payload], wanted: str) -> Found:
    """Return one answer as a question of its own, where several can come true."""
    title = payloads.title(data, NAME, "question")
    path = f"/v0/market/{number}"
    if not wanted:
        found = [
            Part(Request(SOURCE, path, answer_id).ref, f"{title}: {payloads.text(one, 'text')}")
            for one in answers
            if not payloads.text(one, "resolution") and (answer_id := payloads.text(one, "id"))
        ]
        if not found:
            raise Refusal("All answers of this question on Manifold are decided already.")
        return several(SOURCE, title, found)
    for one in answers:
        if payloads.text(one, "id") == wanted:
            # What the answer has of its own counts, and of the market what it shares with it.
            own = {**data, "resolution": None, "isResolved": bool(one.get("resolution")), **one}
            own["question"] = f"{title}: {payloads.text(one, 'text')}"
            return _question(own, number, BINARY, _of_one(one), part=wanted)
    raise UnreadableError(NAME)


def _of_one(data: Payload) -> Belief | None:
    chance = payloads.chance(data.get("probability"))
    return None if chance is None else Belief(chance)


def _question(
    data: Payload,
    number: str,
    taken: AnswerFormat,
    crowd: Belief | None,
    *,
    part: str = "",
    note: str = "",
) -> ImportedQuestion:
    closes_at = payloads.moment(data, "closeTime")
    return ImportedQuestion(
        SOURCE,
        Request(SOURCE, f"/v0/market/{number}", part).ref,
        payloads.text(data, "url") if _is_own(payloads.text(data, "url")) else "",
        payloads.title(data, NAME, "question"),
        payloads.text(data, "textDescription"),
        "",
        closes_at,
        None,
        taken,
        crowd,
        note if crowd is None else "",
        _outcome(data, taken),
    )


def _is_own(link: str) -> bool:
    return payloads.address(link, "manifold.markets") is not None


def _outcome(data: Payload, taken: AnswerFormat) -> ReportedOutcome | None:
    """Return the outcome that is reported, if there is one."""
    said = payloads.text(data, "resolution")
    known_at = payloads.moment(data, "resolutionTime")
    if data.get("isResolved") is not True or not said or known_at is None:
        return None
    outcome, words = _decided(data, taken, said)
    return ReportedOutcome(outcome, known_at, f"Resolved {words}")


def _decided(data: Payload, taken: AnswerFormat, said: str) -> tuple[str, str]:
    if taken.kind == "binary" and said in {"YES", "NO"}:
        return said.lower(), said
    if said == "CANCEL":
        return VOID, "CANCEL: every bet there was given back"
    ids = [payloads.text(one, "id") for one in payloads.objects(data, "answers")]
    if taken.has_options and said in ids:
        index = ids.index(said)
        return str(index), f"“{taken.options[index]}”"
    chance = payloads.chance(data.get("resolutionProbability"))
    at = "" if chance is None else f" at {chance * 100:.0f}%"
    return VOID, f"{payloads.shorten(said, 40)}{at}: a part of each answer, which is none of them"
