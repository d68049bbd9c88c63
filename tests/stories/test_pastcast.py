"""A pastcasting evening: questions about the past are dealt, forecast, and revealed at once."""

import pytest
from sqlmodel import select

from bot.demo.stage import Stage, as_text, labels, private_message
from storage.engine import Database
from storage.tables import Question, QuestionState, Round, Score, Sighting
from tests.conftest import CAST
from tests.stories import wire
from tests.stories.past import BANK, fill_bank, forecast, play_round, start_pastcast


@pytest.mark.slow
async def test_five_members_take_three_questions_one_of_which_two_know(
    stage: Stage, sqlite: Database
) -> None:
    await start_pastcast(stage, sqlite, questions=3)
    await play_round(stage)
    await stage.press("Ana", "Next question")
    await play_round(stage, knowing=("Ben", "Cleo"))
    await stage.press("Ana", "Next question")
    await play_round(stage)
    last = stage.card("End the session")
    await stage.press("Ana", "End the session")

    told = stage.transcript()
    assert [told.count(f"{count} of 5 forecast") for count in (5, 3)] == [2, 1]
    for one in BANK:
        assert told.count(f"It is {one.as_of.day} {one.as_of:%B %Y}") >= 3
        assert one.source in told
    assert "### It came out East" in told
    assert "The crowd of 14 March 2013 said 23%" in told
    assert "That was question 3 of 3." in as_text(last)
    with sqlite.read() as tx:
        asked = tx.exec(select(Question)).all()
        scores = tx.exec(select(Score).where(Score.headline)).all()
        seen = tx.exec(select(Sighting)).all()
    assert {one.state for one in asked} == {QuestionState.RESOLVED}
    assert len(scores) == 5 + 3 + 5
    assert all(one.past for one in scores)
    assert len(seen) == len(BANK) * len(CAST)


async def test_a_turn_takes_three_minutes_and_the_setting_changes_it(
    stage: Stage, sqlite: Database
) -> None:
    await start_pastcast(stage, sqlite)
    stage.add_manager("Max")
    await stage.type("Max", "settings rounds", past_turn="5m")

    await play_round(stage)
    await stage.press("Ana", "Next question")

    with sqlite.read() as tx:
        assert tx.exec(select(Round.turn_seconds).order_by(Round.id)).all() == [180, 300]


async def test_who_knows_a_question_has_no_seat_says_nothing_and_can_undo_it(
    stage: Stage, sqlite: Database
) -> None:
    await start_pastcast(stage, sqlite)

    pressed = await stage.press("Dan", "I know this one")
    told = wire.alone(pressed)
    refused = await forecast_refused(stage, "Dan")
    without = as_text(stage.card("Record forecast"))
    await stage.answer("Dan", pressed, "Undo")

    assert "nobody is told" in told
    assert "You know this one" in refused
    assert "(0 of 4)" in without
    assert "Dan" not in without
    assert "(0 of 5)" in as_text(stage.card("Record forecast"))


async def test_one_who_comes_late_has_seen_the_question_too(stage: Stage, sqlite: Database) -> None:
    fill_bank(sqlite)
    await stage.type("Ana", "session start", format="pastcast")
    await stage.press("Ana", "Start the round")

    await stage.type("Eva", "session join")

    with sqlite.read() as tx:
        assert len(tx.exec(select(Sighting)).all()) == 2


async def test_another_question_is_dealt_and_the_first_stays_sealed(
    stage: Stage, sqlite: Database
) -> None:
    await start_pastcast(stage, sqlite)
    await forecast(stage, "Ben", 40)

    asked = await stage.more("Ana", "Change question")
    await stage.answer("Ana", asked, "Deal another one")

    with sqlite.read() as tx:
        first, second = tx.exec(select(Question).order_by(Question.id)).all()
    assert (first.state, second.state) == (QuestionState.VOID, QuestionState.OPEN)
    assert "It came out" not in stage.transcript()
    assert "round 2" in stage.transcript().lower()


async def test_a_bank_that_runs_dry_says_so_and_names_topics(
    stage: Stage, sqlite: Database
) -> None:
    await start_pastcast(stage, sqlite, topic="law")
    await play_round(stage)

    answer = await stage.press("Ana", "Next question")

    said = wire.alone(answer)
    assert "no question about law left" in said
    assert "science (1)" in said
    assert "dojo import-bank FILE" in said


async def test_an_unknown_topic_or_an_own_question_is_refused_with_what_there_is(
    stage: Stage, sqlite: Database
) -> None:
    fill_bank(sqlite)
    await stage.bring("Ana", "Will it rain in Niamey tomorrow?")

    unknown = await stage.type("Ana", "session start", format="pastcast", topic="cooking")
    own = await stage.type("Ana", "session start", format="pastcast", question="1")
    circle = await stage.type("Ana", "session start", topic="law")

    assert "It has" in wire.alone(unknown)
    assert "the bot deals the questions" in wire.alone(own)
    assert "format:pastcast" in wire.alone(circle)


async def test_an_evening_goes_on_after_a_restart(stage: Stage, sqlite: Database) -> None:
    await start_pastcast(stage, sqlite)
    await stage.restart()
    await play_round(stage, knowing=("Eva",))

    details = await stage.press("Ana", "Details", stage.card("Next question"))

    assert "You earned" in as_text(private_message(details))
    assert "Dispute" not in labels(stage.card("Next question"))


async def forecast_refused(stage: Stage, name: str) -> str:
    """What somebody is told whose forecast is refused."""
    form = await stage.press(name, "Record forecast")
    if form.modal is None:
        return wire.alone(form)
    fields = ("part0", "part1", "part2", "part3")
    given = dict.fromkeys(fields, "25") if "'part0'" in str(form.modal) else {"probability": "40"}
    return wire.alone(await stage.fill(name, form, **given))


async def test_a_dealt_question_is_shown_on_its_day_with_nothing_to_change(
    stage: Stage, sqlite: Database
) -> None:
    await start_pastcast(stage, sqlite, topic="law")

    shown = private_message(await stage.type("Ana", "question show", question="1"))

    assert "It is 2 May 2015." in as_text(shown)
    assert labels(shown) == ["Forecast"]
