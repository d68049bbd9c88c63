"""Limits of a member and of a group: what is said beyond, and that they hold for nobody else."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core import keys, limits
from bot.core.encryption import Box, new_key
from bot.core.integrations import Integrations
from bot.core.limits import Rate
from bot.core.refusals import Refusal
from bot.core.unit import Caller, Desk
from bot.data import forgetting
from bot.door.interactions import Door
from bot.questions import imports
from bot.questions import outcomes as questions_outcomes
from bot.questions import service as questions_service
from bot.questions.service import NextStep
from bot.schedule import service as schedule_service
from bot.schedule.service import Plan
from storage import groups
from storage.tables import (
    Address,
    Draft,
    DraftKind,
    Meetup,
    Practice,
    Question,
    QuestionState,
    Repeat,
    SessionState,
)
from tests.bot.imported_scenes import URL
from tests.bot.practice.scenes import fill
from tests.bot.scenes import SNOW, bring, member, rows, wrote
from tests.bot.who_may.doors import Asked, parts, press, type_command
from tests.bot.who_may.scenes import FACILITATORS, form_of
from tests.conftest import CHANNEL, GROUP, Clock, caller

ELSEWHERE = {"group_id": 901, "group_name": "Owls", "channel_id": 911}
LEADS = FACILITATORS[1]


def fill_with_questions(desk: Desk, count: int, author: int, group_id: int = GROUP) -> None:
    """So many questions, half of them not forecast yet, and some that are settled."""
    states = (QuestionState.PROPOSED, QuestionState.OPEN)
    made = [(f"Open {number}?", states[number % 2]) for number in range(count)]
    made += [(f"Settled {number}?", QuestionState.RESOLVED) for number in range(20)]
    with desk.db.write() as tx:
        tx.add_all(
            Question(
                group_id=group_id,
                author_id=author,
                title=title,
                state=state,
                created_at=desk.clock(),
            )
            for title, state in made
        )


@pytest.mark.both_engines
def test_a_group_with_as_many_open_questions_as_it_can_have_gets_no_more(desk: Desk) -> None:
    bring(desk)
    fill_with_questions(desk, limits.OPEN_QUESTIONS.most - 1, member(desk, "Ana"))
    before = len(rows(desk, Question))

    with pytest.raises(Refusal, match=r"has 500 open questions.*`/question withdraw`"):
        questions_service.submit(desk, caller("Ben"), wrote(SNOW))
    with pytest.raises(Refusal, match="500 open questions"):  # before the second form is asked for
        questions_service.save(desk, caller("Ben"), 0, form_of("choice"))

    assert (len(rows(desk, Question)), rows(desk, Draft)) == (before, [])


def test_once_a_question_is_withdrawn_another_one_can_come_and_other_groups_never_hear_of_it(
    desk: Desk,
) -> None:
    bring(desk)
    fill_with_questions(desk, limits.OPEN_QUESTIONS.most - 1, member(desk, "Ana"))

    assert questions_service.submit(desk, caller("Ana", **ELSEWHERE), wrote(SNOW))
    questions_outcomes.withdraw(desk, caller("Ana"), 1)

    assert isinstance(questions_service.save(desk, caller("Ben"), 0, form_of("choice")), NextStep)
    assert questions_service.submit(desk, caller("Ben"), wrote(SNOW))


def fill_with_sessions(desk: Desk, count: int, host: int) -> None:
    with desk.db.write() as tx:
        tx.add_all(
            Meetup(
                group_id=GROUP,
                channel_id=CHANNEL,
                host_id=host,
                title=f"Session {number}",
                starts_at=desk.clock() + timedelta(days=1 + number),
                timezone="UTC",
                state=SessionState.SCHEDULED,
                created_at=desk.clock(),
            )
            for number in range(count)
        )


def test_a_group_plans_fifty_sessions_at_a_time_whoever_plans_them(desk: Desk) -> None:
    schedule_service.schedule(desk, caller("Ana"), Plan("in 2 hours"))
    fill_with_sessions(desk, limits.PLANNED_SESSIONS.most - 1, member(desk, "Ana"))

    with pytest.raises(Refusal, match=r"50 sessions planned.*`/session cancel`"):
        schedule_service.schedule(desk, caller("Dan", **LEADS), Plan("in 3 hours"))
    assert schedule_service.schedule(desk, caller("Dan", **ELSEWHERE), Plan("in 3 hours"))
    schedule_service.cancel(desk, caller("Ana"), "1")

    assert schedule_service.schedule(desk, caller("Dan", **LEADS), Plan("in 3 hours"))


def test_a_group_has_twenty_series_and_single_sessions_besides(desk: Desk, clock: Clock) -> None:
    weekly = Plan("in 2 hours", repeat=Repeat.WEEKLY)
    for _ in range(limits.SERIES.most):
        schedule_service.schedule(desk, caller("Dan", **LEADS), weekly)

    with pytest.raises(Refusal, match=r"20 series.*without `repeat`"):
        schedule_service.schedule(desk, caller("Dan", **LEADS), weekly)

    assert schedule_service.schedule(desk, caller("Dan", **LEADS), Plan("in 2 hours"))


def fetched(desk: Desk, count: int) -> None:
    """The members of a group have fetched so many questions within an hour."""
    with desk.db.write() as tx:
        for number in range(count):
            who = groups.member(tx, GROUP, 5_000 + number // 9, f"Member {number // 9}")
            tx.add(
                Draft(
                    group_id=GROUP,
                    member_id=who.id or 0,
                    kind=DraftKind.QUESTION,
                    about="fetched",
                    typed="",
                    readings="[]",
                    created_at=desk.clock() - timedelta(minutes=30),
                )
            )


@pytest.mark.both_engines
def test_a_group_fetches_sixty_questions_an_hour_and_then_waits(desk: Desk, clock: Clock) -> None:
    bring(desk)
    fetched(desk, limits.GROUP_FETCHES.count)

    with pytest.raises(Refusal, match=r"This group has fetched 60 questions.* In 30m I fetch"):
        imports.begin(desk, caller("Ana"), URL)
    assert imports.begin(desk, caller("Ana", **ELSEWHERE), URL)
    clock.move(1_801)

    assert imports.begin(desk, caller("Ana"), URL)


# What costs


def nothing(_desk: Desk, _who: object) -> str:
    return "drawn"


def door(desk: Desk, who: Caller, app: Any) -> Door:
    asked: Any = Asked(desk, who)
    asked.client.app = app
    return Door(asked)


@pytest.mark.parametrize(
    ("ask", "rate", "said"),
    [
        ("draw", limits.PICTURES, "20 pictures within 5m.*In 15s I draw"),
        ("draw_alone", limits.PICTURES, "20 pictures within 5m.*In 15s I draw"),
        ("pack", limits.EXPORTS, "6 exports within an hour. In 10m"),
    ],
)
async def test_a_member_waits_for_the_next_picture_or_export_and_nobody_else_does(
    desk: Desk, clock: Clock, ask: str, rate: Rate, said: str
) -> None:
    app = parts(desk)
    for _ in range(rate.count):
        assert await getattr(door(desk, caller("Ana"), app), ask)(nothing) == "drawn"

    with pytest.raises(Refusal, match=said):
        await getattr(door(desk, caller("Ana"), app), ask)(nothing)
    assert await getattr(door(desk, caller("Ben"), app), ask)(nothing) == "drawn"
    clock.move(rate.each.total_seconds())

    assert await getattr(door(desk, caller("Ana"), app), ask)(nothing) == "drawn"


async def test_who_has_themselves_forgotten_cannot_have_a_stranger_mailed_again_and_again(
    desk: Desk, clock: Clock
) -> None:
    desk = replace(desk, integrations=Integrations(box=Box(new_key()), google=True))
    app, asks = parts(desk), {"name": "settings calendar-email", "address": "eva@example.org"}
    for _ in range(limits.MAIL_CODES.count):
        await type_command(desk, caller("Ana"), app=app, **asks)
        forgetting.forget(desk, caller("Ana"), forgetting.ask(desk, caller("Ana")).at)

    with pytest.raises(Refusal, match=r"6 codes within a day.*In 4h you can ask"):
        await type_command(desk, caller("Ana"), app=app, **asks)

    assert len(rows(desk, Address)) == limits.MAIL_CODES.count
    assert await type_command(desk, caller("Ben"), app=app, **asks)


async def test_who_practises_without_a_pause_takes_a_breath_and_can_still_answer(
    desk: Desk, clock: Clock
) -> None:
    fill(desk)
    app, at = parts(desk), keys.practice(1)
    await type_command(desk, caller("Ana"), "practice", app)
    while app.rates.wait(limits.PRACTICE, caller("Ana").user_id, clock.now) is None:
        pass
    dealt = rows(desk, Practice)

    with pytest.raises(Refusal, match=r"dealt 60 questions within 10m.*in 10s there is"):
        await type_command(desk, caller("Ana"), "practice", app)
    for name in ("another_practice", "know_practice"):
        with pytest.raises(Refusal, match="Take a breath"):
            await press(desk, caller("Ana"), name, at, app=app)
    assert rows(desk, Practice) == dealt
    await press(desk, caller("Ana"), "practise", at, ("70",), app=app)
    clock.move(10)
    await press(desk, caller("Ana"), "another_practice", at, app=app)

    assert [one.probability for one in rows(desk, Practice)] == [0.7, None]
