"""ForecastBench's files in every odd state: what becomes a question of the bank, and what does not."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from bot.core.refusals import Refusal
from bot.core.unit import Desk
from bot.data.bank_import import import_bank
from bot.data.forecastbench import (
    COMBINATION,
    NEITHER,
    TOO_EARLY,
    UNFIT,
    UNRESOLVED,
    Benchmark,
    read_round,
)
from bot.pastcasts.bank_rows import BankRow
from storage.tables import Banked, Group
from tests.bot.scenes import rows, snapshot
from tests.conftest import GROUP

Json = dict[str, Any]
TODAY = date(2026, 11, 20)
DUE = "2024-07-21"
PAGE = "https://manifold.example/circle/rain-in-niamey"


def market(number: str = "m1", **changed: Any) -> Json:
    """A question of a market, as the question set has it."""
    return {
        "id": number,
        "source": "manifold",
        "question": "Will it rain in Niamey before October?",
        "resolution_criteria": f"Resolves to the outcome of the question found at {PAGE}.",
        "background": f"The rains are late this year. More on {PAGE}/comments and https://a.example.",
        "market_info_open_datetime": "2024-01-05T08:00:00+00:00",
        "market_info_close_datetime": "2024-12-31T23:59:00+00:00",
        "market_info_resolution_criteria": "N/A",
        "url": PAGE,
        "freeze_datetime": "2024-07-12T00:00:00+00:00",
        "freeze_datetime_value": "0.283",
        "freeze_datetime_value_explanation": "The market value.",
        "source_intro": "We would like a forecast.",
        "resolution_dates": "N/A",
        **changed,
    }


def series(number: str = "s1", **changed: Any) -> Json:
    """A question of a data set, which is asked for several days."""
    return market(
        number,
        **{
            "source": "fred",
            "question": "Will the rate be higher on {resolution_date} than on {forecast_due_date}?",
            "resolution_criteria": "Yes if the value of {resolution_date} is the larger one.",
            "background": "N/A",
            "market_info_open_datetime": "N/A",
            "market_info_close_datetime": "N/A",
            "url": "https://fred.example/series/rate",
            "freeze_datetime_value": "0.5",
            "freeze_datetime_value_explanation": "The latest value.",
            "resolution_dates": ["2024-07-28", "2024-08-20", "2024-10-19"],
            **changed,
        },
    )


def ended(number: Any = "m1", day: str = "2024-09-03", to: Any = 1.0, **changed: Any) -> Json:
    return {
        "id": number,
        "source": "manifold",
        "direction": None,
        "resolution_date": day,
        "resolved_to": to,
        "resolved": True,
        **changed,
    }


def files(questions: Sequence[Any], resolutions: Sequence[Any], **about: Any) -> list[str]:
    shared = {"forecast_due_date": DUE, "question_set": f"{DUE}-llm.json", **about}
    return [
        json.dumps({**shared, "questions": questions}),
        json.dumps({**shared, "resolutions": resolutions}),
    ]


def read(questions: Sequence[Any], resolutions: Sequence[Any], **about: Any) -> Benchmark:
    return read_round(files(questions, resolutions, **about), today=TODAY)


def only(questions: Sequence[Any], resolutions: Sequence[Any]) -> BankRow:
    [row] = read(questions, resolutions).rows
    return row


def test_a_question_of_a_market_is_asked_on_the_day_when_it_was_frozen() -> None:
    one = only([market()], [ended()])

    assert (one.id, one.topic, one.kind) == ("manifold/m1", "manifold", "binary")
    assert (one.opens_at, one.as_of) == (date(2024, 1, 5), date(2024, 7, 12))
    assert (one.closes_at, one.known_at) == (date(2024, 12, 31), date(2024, 9, 3))
    assert (one.outcome, one.crowd, one.source_url) == ("yes", 0.283, PAGE)


def test_pages_that_tell_the_outcome_by_now_are_in_no_text() -> None:
    one = only([market(market_info_resolution_criteria=f"See {PAGE}/rules.")], [ended()])

    assert one.criteria == (
        "Resolves to the outcome of the question found at its page on manifold\n"
        "See its page on manifold"
    )
    assert one.background.endswith("More on its page on manifold and https://a.example.")


def test_the_day_when_a_market_was_settled_is_in_no_text() -> None:
    one = only([market()], [ended(day="2024-09-03")])

    assert not any("September" in text for text in (one.title, one.criteria, one.background))


def test_of_several_days_the_first_after_the_due_date_is_asked_for() -> None:
    said = [("2024-10-19", 0.0), ("2024-07-21", 0.0), ("2024-07-28", 1.0), ("2024-08-20", 0.0)]

    one = only([series()], [ended("s1", day, to, source="fred") for day, to in said])

    assert one.title == "Will the rate be higher on 28 July 2024 than on 21 July 2024?"
    assert one.criteria == "Yes if the value of 28 July 2024 is the larger one."
    assert (one.known_at, one.closes_at, one.outcome) == (date(2024, 7, 28),) * 2 + ("yes",)
    assert one.id == "fred/s1/2024-07-28"


def test_a_day_that_the_title_does_not_name_is_in_the_criteria() -> None:
    one = only([series(question="Will the rate go up?")], [ended("s1", source="fred")])

    assert one.criteria.endswith("The day that counts is 3 September 2024.")


def test_a_value_of_a_data_set_is_no_crowd() -> None:
    assert only([series()], [ended("s1", source="fred")]).crowd is None


@pytest.mark.parametrize(
    ("value", "crowd"),
    [("0.283", 0.283), (0.1, 0.1), ("1", 1.0), ("N/A", None), (None, None), ("55", None),
     ("-0.1", None), ("nan", None), (True, None), (["0.2"], None)],
)  # fmt: skip
def test_the_crowd_is_a_chance_or_unknown(value: Any, crowd: float | None) -> None:
    assert only([market(freeze_datetime_value=value)], [ended()]).crowd == crowd


@pytest.mark.parametrize(
    ("question", "resolution", "reason"),
    [
        (market(["m1", "m2"]), ended(["m1", "m2"], direction=[1, -1]), COMBINATION),
        (market(combination_of=[market(), market("m2")]), ended(), COMBINATION),
        (market(), ended("m2"), UNRESOLVED),
        (market(), ended(source="polymarket"), UNRESOLVED),
        (market(), ended(resolved=False, to=0.31), UNRESOLVED),
        (market(), ended(resolved=None), UNRESOLVED),
        (market(), ended(to=None), UNRESOLVED),
        (market(), ended(to=float("nan")), UNRESOLVED),
        (market(), ended(day="2031-01-01"), UNRESOLVED),
        (market(), ended(day="soon"), UNRESOLVED),
        (market(), ended(to=0.5), NEITHER),
        (market(), ended(to=2), NEITHER),
        (market(), ended(day=DUE), TOO_EARLY),
        (market(), ended(day="2024-07-12"), TOO_EARLY),
        (market(freeze_datetime="N/A"), ended(), UNFIT),
        (market(question="Rain?"), ended(), UNFIT),
        (market(question="W" * 201), ended(), UNFIT),
        (market(question=None), ended(), UNFIT),
        (market(resolution_criteria="N/A"), ended(), UNFIT),
        (market(resolution_criteria="c" * 2001), ended(), UNFIT),
    ],
)
def test_what_cannot_be_dealt_is_left_out_with_its_reason(
    question: Json, resolution: Json, reason: str
) -> None:
    found = read([question, market("fine")], [resolution, ended("fine")])

    assert [one.id for one in found.rows] == ["manifold/fine"]
    assert found.left_out == {reason: 1}


def test_what_is_no_question_at_all_stops_nothing() -> None:
    found = read(["x", None, 7, {}, market()], [None, "y", {}, ended()])

    assert [one.id for one in found.rows] == ["manifold/m1"]
    assert sum(found.left_out.values()) == 1


@pytest.mark.parametrize(
    ("changed", "day"),
    [
        ({"freeze_datetime": "2024-07-12"}, date(2024, 7, 12)),
        ({"freeze_datetime": "2024-07-12T00:00:00Z"}, date(2024, 7, 12)),
        ({"freeze_datetime": "2024-07-11T23:30:00-04:00"}, date(2024, 7, 12)),
    ],
)
def test_a_day_may_be_written_in_several_ways(changed: Json, day: date) -> None:
    assert only([market(**changed)], [ended()]).as_of == day


def test_a_market_that_opened_after_the_freeze_or_closed_before_it_is_taken_all_the_same() -> None:
    late = {"market_info_open_datetime": "2024-07-15", "market_info_close_datetime": "2024-07-01"}

    one = only([market(**late)], [ended()])

    assert (one.opens_at, one.closes_at) == (None, one.as_of)


def test_a_long_background_ends_with_a_sentence() -> None:
    one = only([market(background="It has not rained yet. " * 60)], [ended()])

    assert len(one.background) <= 1000
    assert one.background.endswith("yet.")


def test_a_long_id_is_shortened_and_stays_another_than_its_neighbour() -> None:
    ids = ["0x" + "a" * 90 + end for end in "xy"]

    found = read([market(one) for one in ids], [ended(one) for one in ids])

    names = [one.id for one in found.rows]
    assert len(set(names)) == 2
    assert max(map(len, names)) <= 80


def test_what_no_database_keeps_is_taken_out_of_a_text() -> None:
    one = only([market(question="Will it rain\0 in Niamey\ud800 this year?")], [ended()])

    assert one.title == "Will it rain in Niamey this year?"


def test_without_a_due_date_the_day_of_the_freeze_counts() -> None:
    [one] = read([market()], [ended(day="2024-07-13")], forecast_due_date=None).rows

    assert one.known_at == date(2024, 7, 13)


QUESTIONS, RESOLUTIONS = files([market()], [ended()])
LATER = json.dumps({"forecast_due_date": "2024-08-04", "resolutions": []})


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ([QUESTIONS], "The resolution set is missing"),
        ([QUESTIONS, QUESTIONS], "The resolution set is missing"),
        ([RESOLUTIONS], "The question set is missing"),
        ([QUESTIONS, "{}"], "neither a question set nor a resolution set"),
        ([QUESTIONS, "[1, 2]"], "neither a question set nor a resolution set"),
        ([QUESTIONS, '{"resolutions": {}}'], "neither a question set nor a resolution set"),
        ([QUESTIONS, '{\n"resolutions": ['], "Line 2: this is not JSON"),
        ([QUESTIONS, "[" * 200_000], "not"),
        ([QUESTIONS, "id,title\n"], "this is not JSON"),
        ([QUESTIONS, LATER], "two rounds: the questions are for 2024-07-21, the resolutions for"),
    ],
)
def test_files_that_are_no_round_are_refused(texts: list[str], reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        read_round(texts, today=TODAY)


def test_the_files_come_in_any_order_and_twice_is_once(desk: Desk) -> None:
    with desk.db.write() as tx:
        tx.add(Group(id=GROUP, name="Circle"))
    texts = files([market(), market(), market(["m1", "x"]), series()], [ended()])

    first = import_bank(desk.db, desk.clock, None, texts, None)
    before = snapshot(desk)
    again = import_bank(desk.db, desk.clock, None, texts[::-1], None)

    assert first.say() == (
        "Read 1 question: 1 new, 0 changed, 0 as before. Left out: 1 made of two others, "
        "1 not resolved yet."
    )
    assert (again.added, again.changed, snapshot(desk)) == (0, 0, before)
    assert [one.name for one in rows(desk, Banked)] == ["manifold/m1"]
