"""A question about the past that a facilitator brings by hand: read, sealed, and dealt to others."""

from dataclasses import replace
from datetime import date

import pytest

from bot.core.encryption import Box, new_key
from bot.core.integrations import Integrations
from bot.core.refusals import NotAllowedRefusal, Refusal
from bot.core.sealed import open_outcome
from bot.core.unit import Caller, Desk
from bot.pastcasts import by_hand
from bot.pastcasts.by_hand_rules import Typed, read, read_days
from storage import bank
from storage.bank import Wanted
from storage.tables import Banked, Question
from tests.bot.scenes import bring, rows
from tests.conftest import GROUP, caller

TODAY = date(2026, 11, 20)
POPE = Typed(
    title="Will the next pope come from the Americas?",
    text="Yes if the man elected was born there.\n \nThe seat is empty; 115 cardinals vote.",
    days="12 March 2013 to 13 March 2013",
    outcome="yes",
    source="Holy See, https://www.vatican.va",
)


def facilitator(name: str = "Ana") -> Caller:
    return caller(name, manages_events=True)


def dealt_to(desk: Desk, *names: str) -> list[int]:
    with desk.db.read() as tx:
        return bank.unseen(tx, Wanted([caller(name).user_id for name in names], group_id=GROUP))


def test_a_form_becomes_a_question_of_the_bank() -> None:
    found = read(POPE, TODAY)

    assert found.criteria == "Yes if the man elected was born there."
    assert found.background == "The seat is empty; 115 cardinals vote."
    assert (found.as_of, found.known_at) == (date(2013, 3, 12), date(2013, 3, 13))
    assert (found.source, found.source_url) == ("Holy See,", "https://www.vatican.va")


@pytest.mark.parametrize(
    "days",
    [
        "14 March 2013 to 2 April 2013",
        "2013-03-14 to 2013-04-02",
        "2013-03-14 - 2013-04-02",
        "2013-03-14–2013-04-02",
        "March 14th, 2013 until Apr 2, 2013",
        "14.3.2013 … 02.04.2013",
        " 14 mar 2013\n2 APRIL 2013 ",
    ],
)
def test_days_are_read_as_people_write_them(days: str) -> None:
    assert read_days(days, TODAY) == (date(2013, 3, 14), date(2013, 4, 2))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"title": "Rain?"}, "title has 5 characters; it needs 10 to 200"),
        ({"title": " " * 20}, "title has 0 characters"),
        ({"text": "Yes."}, "what counts has 4 characters"),
        ({"text": "Yes if it rains.\n\nNo."}, "known then has 3 characters; it needs 10 to 1,000"),
        ({"text": "Yes if it rains.\n\n" + "b" * 1001}, "known then has 1,001 characters"),
        ({"days": ""}, "`Nothing` is not two days"),
        ({"days": "14 March 2013"}, "is not two days. Type two days, such as"),
        ({"days": "14 March to 2 April 2013"}, "`14 March` is not a day with its year"),
        ({"days": "03/04/2013 to 05/06/2013"}, "`03/04/2013` is not a day with its year"),
        ({"days": "30 February 2013 to 2 April 2013"}, "`30 February 2013` is not a day"),
        ({"days": "2 April 2013 to 14 March 2013"}, "on a later day than it is asked"),
        ({"days": "2 April 2013 to 2 April 2013"}, "on a later day than it is asked"),
        ({"days": "2 April 2013 to 21 November 2026"}, "without `sealed`"),
        ({"outcome": ""}, "Choose what happened"),
        ({"outcome": "void"}, "Choose what happened"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_to_type(
    changed: dict[str, str], reason: str
) -> None:
    with pytest.raises(Refusal) as refusal:
        read(replace(POPE, **changed), TODAY)

    assert reason in str(refusal.value)


@pytest.mark.both_engines
def test_it_is_dealt_to_everybody_but_to_whoever_brought_it(desk: Desk) -> None:
    done = by_hand.bring(desk, facilitator(), POPE)

    [one] = rows(desk, Banked)
    assert (done.title, done.changed) == (POPE.title, False)
    assert (one.group_id, one.added_by, one.topic) == (GROUP, caller("Ana").user_id, "other")
    assert dealt_to(desk, "Ben", "Cleo") == [one.id]
    assert dealt_to(desk, "Ana", "Ben") == []
    assert rows(desk, Question) == []


def test_its_outcome_is_sealed_where_there_is_a_key(desk: Desk) -> None:
    box = Box(new_key())

    by_hand.bring(replace(desk, integrations=Integrations(box=box)), facilitator(), POPE)

    [one] = rows(desk, Banked)
    assert (one.sealed, "yes" in one.outcome) == (True, False)
    assert open_outcome(box, one) == "yes"


def test_only_facilitators_may_bring_one(desk: Desk) -> None:
    by_hand.check_may_bring(desk, facilitator())

    for refused in (by_hand.check_may_bring, lambda *who: by_hand.bring(*who, POPE)):
        with pytest.raises(NotAllowedRefusal, match="Only a facilitator"):
            refused(desk, caller("Ben"))

    assert rows(desk, Banked) == []


@pytest.mark.both_engines
def test_sent_again_with_the_same_title_it_changes_ones_own(desk: Desk) -> None:
    by_hand.bring(desk, facilitator(), POPE)

    again = replace(POPE, title=POPE.title.upper(), outcome="no", days="2013-03-01 to 2013-03-13")
    done = by_hand.bring(desk, facilitator(), again)

    [one] = rows(desk, Banked)
    assert done.changed
    assert (one.outcome, one.as_of) == ("no", date(2013, 3, 1))
    assert dealt_to(desk, "Ana") == []


def test_what_somebody_else_brought_or_has_seen_stays_as_it_is(desk: Desk) -> None:
    by_hand.bring(desk, facilitator(), POPE)
    [one] = rows(desk, Banked)
    with pytest.raises(Refusal, match="has a question of that title already"):
        by_hand.bring(desk, facilitator("Ben"), replace(POPE, outcome="no"))

    with desk.db.write() as tx:
        bank.see(tx, [one.id or 0], [caller("Cleo").user_id], desk.clock())
    with pytest.raises(Refusal, match="has a question of that title already"):
        by_hand.bring(desk, facilitator(), replace(POPE, outcome="no"))

    assert [one.outcome for one in rows(desk, Banked)] == ["yes"]


def test_what_was_dealt_to_the_group_stays_as_it_is(desk: Desk) -> None:
    by_hand.bring(desk, facilitator(), POPE)
    question = bring(desk)
    with desk.db.write() as tx:
        tx.get_one(Question, question).banked_id = rows(desk, Banked)[0].id

    with pytest.raises(Refusal, match="has a question of that title already"):
        by_hand.bring(desk, facilitator(), replace(POPE, outcome="no"))
