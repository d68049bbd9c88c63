"""The bank in the box: what every question of it keeps to, so that an evening is fair."""

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import pytest
from rapidfuzz import fuzz, process

from bot.core.refusals import Refusal
from bot.pastcasts import box
from bot.pastcasts.bank_rows import BankRow
from tests.conftest import SHARED

FACTS = SHARED / "data" / "gjp_questions.csv"
# A text that has as many letters in a row from another has copied them.
COPIED = 50
# Titles are one question from here on, of 100; the next two are 85 alike, and ask of two years.
ALIKE = 88
needs_facts = pytest.mark.skipif(not FACTS.exists(), reason="the facts are not beside the checkout")


@cache
def bank() -> tuple[BankRow, ...]:
    return tuple(box.rows())


@cache
def facts() -> dict[str, dict[str, str]]:
    with FACTS.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def yes_or_no() -> list[BankRow]:
    return [one for one in bank() if one.kind == "binary"]


def texts(one: BankRow) -> tuple[str, ...]:
    return one.title, one.criteria, one.background, one.source


def spellings(day: date) -> Iterator[str]:
    """A day as people write it, in small letters."""
    for month in (f"{day:%B}", f"{day:%b}", f"{day:%b}."):
        for number in (f"{day.day}", f"{day:%d}", f"{day.day}th", f"{day.day}st", f"{day.day}rd"):
            yield f"{number} {month}".lower()
            yield f"{number} of {month}".lower()
            yield f"{month} {number}".lower()
    yield from (f"{day:%Y-%m-%d}", f"{day:%d.%m.%Y}", f"{day.day}.{day.month}.{day.year}")
    yield from (f"{day:%d/%m/%Y}", f"{day:%m/%d/%Y}", f"{day.day}/{day.month}/{day.year}")


def says(text: str, day: date) -> list[str]:
    """The spellings of a day in a text; "1 may" is not in "11 may" nor in "1 mayor"."""
    padded = f" {text.lower()} "
    found = []
    for one in spellings(day):
        at = padded.find(one)
        while at >= 0:
            around = padded[at - 1] + padded[at + len(one)]
            if not any(letter.isalnum() for letter in around):
                found.append(one)
            at = padded.find(one, at + 1)
    return found


def test_there_are_evenings_enough_in_the_box() -> None:
    with_facts = [one for one in bank() if one.facts]

    assert len(bank()) >= 300
    assert len(with_facts) >= 200
    assert len(yes_or_no()) > len(bank()) / 2
    assert len({one.topic for one in bank()}) >= 10
    assert {one.kind for one in bank()} == {"binary", "choice", "ordered", "numeric"}


def test_every_name_and_every_fact_is_there_once() -> None:
    for names in ([one.id for one in bank()], [one.facts for one in bank() if one.facts]):
        assert [name for name, count in Counter(names).items() if count > 1] == []


def test_a_question_is_asked_before_it_is_known() -> None:
    late = [
        one.id
        for one in bank()
        if not (one.opens_at or one.as_of) <= one.as_of < one.known_at
        or not one.as_of <= (one.closes_at or one.known_at)
    ]

    assert late == []
    assert min(one.as_of.year for one in bank()) >= 2010
    assert max(one.known_at.year for one in bank()) <= 2024


def test_texts_fit_on_a_card() -> None:
    limits = {
        "title": (20, 150),
        "criteria": (20, 500),
        "background": (80, 600),
        "source": (5, 200),
    }

    unfit = [
        (one.id, name, len(getattr(one, name)))
        for one in bank()
        for name, (shortest, longest) in limits.items()
        if not shortest <= len(getattr(one, name)) <= longest
    ]

    assert unfit == []


def test_no_question_is_asked_twice_in_other_words() -> None:
    titles = [one.title for one in bank()]
    alike = process.cdist(titles, titles, scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE)

    twice = [
        (bank()[first].id, bank()[second].id)
        for first, second in zip(*alike.nonzero(), strict=True)
        if first < second
    ]

    assert twice == []


def test_every_outcome_can_be_read_as_its_question_asks() -> None:
    unread = []
    for one in bank():
        try:
            one.read_outcome()
        except Refusal as refusal:
            unread.append((one.id, str(refusal)))

    assert unread == []


@needs_facts
def test_outcomes_are_those_of_the_facts() -> None:
    opposite = {"yes": "no", "no": "yes"}

    wrong = []
    for one in bank():
        if one.facts and one.asks:
            fact = facts()[one.facts]["outcome"]
            wanted = fact if one.asks == "same" else opposite[fact]
            if one.outcome != wanted:
                wrong.append((one.id, one.outcome, wanted))

    assert wrong == []
    assert [one.id for one in yes_or_no() if one.facts and not one.asks] == []


@needs_facts
def test_days_are_those_of_the_facts() -> None:
    """What closed on a day is known on the next one; what happened just after it, a day later."""
    off = []
    for one in bank():
        if one.facts:
            theirs = date.fromisoformat(facts()[one.facts]["known_at"])
            if not 1 <= (one.known_at - theirs).days <= 2:
                off.append((one.id, one.known_at, theirs))

    assert off == []


@needs_facts
def test_no_sentence_is_copied() -> None:
    theirs = {
        text[at : at + COPIED].lower()
        for row in facts().values()
        for text in (row["title"], row["criteria"])
        for at in range(len(text) - COPIED + 1)
    }

    copied = [
        (one.id, text[at : at + COPIED])
        for one in bank()
        for text in texts(one)
        for at in range(len(text) - COPIED + 1)
        if text[at : at + COPIED].lower() in theirs
    ]

    assert copied == []


def test_no_background_tells_the_day_of_the_outcome() -> None:
    # Facts say the closing day, the bank the next one.
    told = [
        (one.id, found)
        for one in bank()
        for back in range(2 if one.facts else 1)
        if (found := says(one.background, one.known_at - timedelta(days=back)))
    ]

    assert told == []


def test_no_is_not_the_safe_answer() -> None:
    outcomes = Counter(one.outcome for one in yes_or_no())

    assert outcomes["no"] <= 0.6 * outcomes.total()
    assert outcomes["yes"] <= 0.6 * outcomes.total()


def test_some_looked_likely_and_some_did_not() -> None:
    thought = [one.thought for one in yes_or_no()]
    known = [said for said in thought if said is not None]

    assert len(known) == len(thought)
    assert (min(known), max(known)) == (5, 95)
    by_fifth = Counter(min(said // 20, 4) for said in known)
    assert min(by_fifth[fifth] for fifth in range(5)) >= 0.08 * len(known)


def test_what_looked_likely_did_not_always_happen() -> None:
    surprises = [
        one.id
        for one in yes_or_no()
        if one.thought is not None and (one.thought > 50) != (one.outcome == "yes")
    ]

    assert len(surprises) >= 0.1 * len(yes_or_no())


def test_addresses_are_safe_to_open() -> None:
    assert [
        one.id for one in bank() if not (one.source_url or "https://").startswith("https://")
    ] == []


def test_the_crowd_is_that_of_the_tournament() -> None:
    assert [one.id for one in bank() if one.crowd is not None and not one.facts] == []
    assert [one.id for one in bank() if one.crowd is not None and one.kind != "binary"] == []


def test_everybody_can_look_something_up() -> None:
    assert [one.id for one in bank() if not one.look_up] == []
