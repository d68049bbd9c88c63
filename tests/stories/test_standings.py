"""Leaderboard, calibration and profile as members ask for them in Discord."""

import pytest

from bot.demo.stage import Stage
from bot.scores import rescoring
from storage import groups
from storage.tables import Question
from tests.bot import pastcast_scenes, scenes
from tests.bot.imported_files import bring_in_text
from tests.conftest import START
from tests.stories import wire

HEAD = "question,title,forecaster,forecast_at,probability,outcome,resolved_at"
PEOPLE = 25


def add_records(stage: Stage, questions: int = 3) -> None:
    """Twenty-five imported members who forecast the same questions, the first one best."""
    lines = [
        f"q{question},Question {question}?,P{number:02},2020-01-01T00:00:00Z,"
        f"{1 - number / 100},yes,2020-02-01T00:00:00Z"
        for question in range(questions)
        for number in range(1, PEOPLE + 1)
    ]
    text = "\n".join([HEAD, *lines, ""])
    bring_in_text(stage.app.database, lambda: START, text, stage.guild.id)


def deal_from_the_bank(stage: Stage) -> None:
    """The imported questions are pastcasts; the crowd of that day gave each of them 80%."""
    desk = stage.app.desk
    imported = [one for one in scenes.rows(desk, Question) if one.import_key]
    for one in imported:
        banked = pastcast_scenes.put_in_bank(desk, str(one.import_key), "yes", 0.8)
        pastcast_scenes.make_past(desk, one.id or 0, banked)
        with desk.step(stage.guild.id) as unit:
            rescoring.rescore(unit, unit.tx.get_one(Question, one.id))


async def meet(stage: Stage, name: str = "Ana") -> None:
    """The bot knows the group from its first command on."""
    await stage.bring(name, "Will it rain?")


async def test_the_pages_of_a_leaderboard_turn_in_place_also_after_a_restart(
    stage: Stage,
) -> None:
    await meet(stage)
    add_records(stage)

    board = await stage.type("Ana", "leaderboard", metric="brier", min=1)
    first, numbers = wire.alone(board), await wire.details(stage, "Ana", board)
    await stage.people["Ana"].click(board.response.message, label="Next page")
    second = wire.alone(board)
    await stage.restart()
    others = await wire.details(stage, "Ana", board)
    await stage.people["Ana"].click(board.response.message, label="Previous page")

    assert "page 1 of 2\n" in first
    assert "[Details]  [Next page]" in first
    assert "`  1.` **0.000** P01" in numbers
    assert "P20" in numbers
    assert "page 2 of 2\n" in second
    assert "[Details]  [Previous page]" in second
    assert "P21" in others
    assert "P20" not in others
    assert wire.alone(board) == first
    (picture,) = board.response.attachments
    assert "1. P01 0.000 (3 questions" in str(picture.description)


async def test_pastcasts_have_a_leaderboard_and_a_calibration_of_their_own_after_a_restart_too(
    stage: Stage,
) -> None:
    await meet(stage)
    add_records(stage, 10)
    deal_from_the_bank(stage)

    live = await stage.type("Ana", "leaderboard", metric="brier", min=1)
    past = await stage.type("Ana", "leaderboard", metric="brier", min=1, board="past")
    group = await stage.type("Ana", "calibration", group=True, board="past")
    await stage.restart()
    await stage.people["Ana"].click(past.response.message, label="Next page")

    assert "Nobody has a score yet" in wire.alone(live)
    told = wire.alone(past)
    assert "Pastcasts: Brier score, all time, page 2 of 2\n" in told
    assert "Pastcasts: questions whose outcome was known, dealt from the bank." in told
    assert "The crowd of that day, on 10 questions: **0.040**" in told
    details = await wire.details(stage, "Ana", past)
    assert "P21" in details
    assert "The crowd of that day, on 10 questions: **0.040**" in details
    assert "-# Calibration on pastcasts: the group" in wire.alone(group)
    assert "dealt from the bank" in await wire.details(stage, "Ana", group)


async def test_a_leaderboard_without_options_is_the_edge_of_all_time(stage: Stage) -> None:
    await meet(stage)
    add_records(stage)

    board = await stage.type("Ana", "leaderboard")

    assert "Nobody has 5 questions yet; 3 resolved so far.\n-# Edge over" in wire.alone(board)
    details = await wire.details(stage, "Ana", board)
    assert "Leaderboard: Edge over the others, all time" in details
    assert "On the way** (a rank takes 5 questions)" in details
    assert "· 3 of 5 questions" in details
    assert "short records are pulled towards 0" in details


async def test_windows_are_offered_while_one_types_and_can_be_typed_freely(stage: Stage) -> None:
    await meet(stage)
    add_records(stage)
    ana = stage.people["Ana"]

    offered = await ana.autocomplete(stage.channel, "leaderboard", "window", "")
    typed = await ana.autocomplete(stage.channel, "leaderboard", "window", "12")
    old = await stage.type("Ana", "leaderboard", metric="brier", window="2020 q1", min=1)
    recent = await stage.type("Ana", "leaderboard", metric="brier", window="last 30 days", min=1)

    assert [one["name"] for one in offered[:1]] == ["All time"]
    assert "Last 10 sessions" in {one["name"] for one in offered}
    assert [one["value"] for one in typed] == ["12 days", "12 sessions"]
    assert "season 2020 Q1" in wire.alone(old)
    assert "P01" in await wire.details(stage, "Ana", old)
    assert "No score in this window (last 30 days)" in wire.alone(recent)


async def test_what_ended_early_joins_the_calibration_at_its_close_also_after_a_restart(
    stage: Stage,
) -> None:
    for number in (1, 2, 3):
        await stage.bring("Ana", f"Will it rain {number}?", closes="in 20 minutes")
        await stage.type("Ana", "forecast", question=str(number), probability="80")
    await stage.wait(60)
    for number in (1, 2, 3):
        await stage.type("Ana", "question resolve", question=str(number), outcome="yes")

    early = wire.alone(await stage.type("Ana", "calibration"))
    board = wire.alone(await stage.type("Ana", "leaderboard", metric="brier", min=1))
    await stage.wait(20 * 60)
    await stage.restart()
    late = wire.alone(await stage.type("Ana", "calibration"))

    assert "3 that ended early join on <t:" in early
    assert "No yes-or-no question counts yet" in early
    assert "on 3 questions" not in early
    assert "You" in board
    assert "Only 3 forecasts so far" in late
    assert "ended early" not in late


@pytest.mark.slow
async def test_a_members_calibration_and_the_groups_come_with_a_picture(stage: Stage) -> None:
    for number in range(10):
        await stage.bring("Ana", f"Will it rain {number}?")
        for name in ("Ana", "Ben"):
            await stage.type(name, "forecast", question=str(number + 1), probability="80")
    await stage.wait(60)
    for number in range(10):
        if number == 9:
            few = wire.alone(await stage.type("Ana", "calibration"))
        await stage.type("Ana", "question resolve", question=str(number + 1), outcome="yes")

    mine = await stage.type("Ana", "calibration")
    bens = await stage.type("Ana", "calibration", member=stage.people["Ben"])
    group = await stage.type("Ana", "calibration", group=True)

    assert "9 forecasts so far: too few" in few
    assert "A calibration curve takes 10 resolved yes-or-no forecasts: 1 more to go." in few
    assert "When you say about 80%, it happens 100% of the time" in wire.alone(mine)
    assert "-# Calibration: Ben" in wire.alone(bens)
    for answer in (mine, bens, group):
        (picture,) = answer.response.attachments
        assert "80% → 100% (10)" in str(picture.description)
    await stage.restart()
    assert "Calibration: Ben" in await wire.details(stage, "Ana", bens)
    assert "one forecast a question" in await wire.details(stage, "Ana", group)


async def test_a_profile_names_what_is_not_sure_enough_and_says_calibration_in_a_sentence(
    stage: Stage,
) -> None:
    await meet(stage)
    await stage.type("Ana", "forecast", question="1", probability="80")
    await stage.type("Ben", "forecast", question="1", probability="60")
    await stage.wait(60)
    await stage.type("Ana", "question resolve", question="1", outcome="yes")

    answer = await stage.type("Ben", "profile", member=stage.people["Ana"])
    (picture,) = answer.response.attachments
    await stage.restart()
    profile = await wire.details(stage, "Ben", answer)

    assert "A mean Brier score is shown from 10 questions on: 1 so far." in wire.alone(answer)
    assert "-# Ana: 1 forecast on 1 question" in wire.alone(answer)
    assert "Will it rain? 0.040" in str(picture.description)
    for waits in (
        "Edge over the others from 3 questions (1 so far)",
        "Edge over time from 3 questions (1 so far)",
        "Brier score from 10 questions (1 so far)",
        "Log score from 20 questions (1 so far)",
    ):
        assert waits in profile
    assert "**0.040** Will it rain?" in profile
    assert "Only 1 forecast so far" in profile


def versions(stage: Stage) -> tuple[int, int]:
    with stage.app.database.read() as tx:
        group = groups.get(tx, stage.guild.id)
        return group.scores_version, group.standings_version


async def test_standings_follow_a_resolved_question_by_themselves(stage: Stage) -> None:
    await meet(stage)
    await stage.type("Ana", "forecast", question="1", probability="80")
    await stage.wait(60)

    await stage.type("Ana", "question resolve", question="1", outcome="yes")
    await stage.wait(1)

    assert versions(stage) == (1, 1)


async def test_standings_that_a_crash_left_behind_follow_after_the_start(stage: Stage) -> None:
    await meet(stage)
    add_records(stage)  # as `dojo import` does it: beside the bot, which hears nothing of it
    before = versions(stage)

    await stage.restart()
    await stage.wait(60)

    assert before[0] > before[1] == 0
    assert versions(stage) == (before[0], before[0])
