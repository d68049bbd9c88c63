"""A question of another platform is brought, goes around the circle, and its outcome is proposed."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
import simcord
from sqlmodel import select

from bot.demo.stage import Stage, as_text, labels, private_message
from bot.sources.client import Sources
from storage.engine import Database
from storage.tables import Crowd, Draft, Proposal, Question, Watch
from tests.sources import payloads
from tests.sources.loopback import Platforms, Says, platforms
from tests.stories import wire
from tests.stories.conftest import OpenStage
from tests.stories.forms import fields

RAIN = "https://manifold.markets/somebody/will-it-rain-in-niamey"
ON_MANIFOLD, AGAIN = "/v0/slug/will-it-rain-in-niamey", "/v0/market/Qz5n9aLPyy"
TITLE = "Will it rain in Niamey before May?"


@dataclass
class Connected:
    """A stage, and the platforms that its bot asks."""

    stage: Stage
    served: Platforms


@pytest.fixture
def served() -> Iterator[Platforms]:
    with platforms() as opened:
        yield opened


@pytest.fixture
async def connected(
    sqlite: Database, served: Platforms, open_stage: OpenStage
) -> AsyncIterator[Connected]:
    async with open_stage(sqlite, sources=Sources(served.places())) as stage:
        served.say(ON_MANIFOLD, payloads.manifold(closeTime=closes(stage)))
        yield Connected(stage, served)


def closes(stage: Stage, days: int = 30) -> int:
    return int(stage.env.now().timestamp() + days * 86_400) * 1000


def rows(stage: Stage, table: type) -> list:
    with stage.app.database.read() as tx:
        return list(tx.exec(select(table)))


async def fetch(stage: Stage, url: str = RAIN, who: str = "Ana") -> simcord.InteractionResult:
    return await stage.type(who, "question import", url=url)


async def press(
    stage: Stage, asked: simcord.InteractionResult, label: str, who: str = "Ana"
) -> simcord.InteractionResult:
    return await stage.answer(who, asked, label)


async def bring(stage: Stage, url: str = RAIN, **typed: str) -> simcord.InteractionResult:
    form = await press(stage, await fetch(stage, url), "Look at it and bring it")
    return await stage.fill("Ana", form, **{**fields(form), **typed})


async def test_the_form_opens_filled_in_and_what_is_edited_is_brought(connected: Connected) -> None:
    stage = connected.stage

    asked = await fetch(stage)
    form = await press(stage, asked, "Look at it and bring it")
    shown = fields(form)
    brought = await stage.fill(
        "Ana", form, **{**shown, "title": "Will it rain in Niamey in April?"}
    )

    assert TITLE in wire.alone(asked)
    assert "62" not in wire.alone(asked)
    assert "What is said there stays hidden until a round on it closes" in wire.alone(asked)
    assert shown["title"] == TITLE
    assert shown["criteria"] == "Yes if the airport's station reports more than 0 mm."
    assert shown["source"] == RAIN
    assert shown["closes"].endswith("UTC")
    assert "your question is in (number 1)" in wire.alone(brought)
    assert "Will it rain in Niamey in April?" in stage.transcript()
    [watch], [crowd] = rows(stage, Watch), rows(stage, Crowd)
    assert (watch.source, watch.ref) == ("manifold", AGAIN)
    assert (crowd.moment, crowd.probability) == ("import", 0.62)


@pytest.mark.slow
async def test_from_the_import_around_the_circle_to_the_accepted_outcome(
    connected: Connected,
) -> None:
    stage, served = connected.stage, connected.served
    # So near to its close it is looked at every hour.
    served.say(ON_MANIFOLD, payloads.manifold(closeTime=closes(stage, 1)))
    await bring(stage, criteria="As the airport says.")
    await stage.type("Ana", "session start", order="manual")
    await stage.press("Ben", "Join")
    await stage.press("Ana", "Start the round")
    await stage.press("Ana", "Go on")
    for who, said in (("Ana", "40"), ("Ben", "55")):
        await stage.record(who, said)
        await stage.press(who, "Done")
    assert "62%" not in stage.transcript()
    served.say(AGAIN, payloads.manifold(probability=0.71))
    await stage.press("Ana", "Go on")
    await stage.wait(5)
    assert [(one.moment, one.probability) for one in rows(stage, Crowd)] == [
        ("import", 0.62),
        ("close", 0.71),
    ]
    details = as_text(private_message(await stage.press("Ben", "Details")))
    assert "The crowd on Manifold: **71%**, when the question was brought 62%" in details
    (picture,) = stage.card("Next round").attachments
    assert "The crowd on Manifold" in str(picture.description)

    await stage.type("Ana", "session end")
    won = {"isResolved": True, "resolution": "YES", "resolutionTime": closes(stage, 0)}
    served.say(AGAIN, payloads.manifold(**won))
    before = len(stage.env.http_requests)
    asked = len(served.asked)
    for _ in range(3):  # only one message comes of all looks
        await stage.wait(4400)
    assert 2 <= len(served.asked) - asked <= 4
    assert stage.transcript().count("Manifold: Resolved YES") == 1
    assert wire.pinged(stage, before) == ["Ana"]
    assert "[Accept]  [Decline]" in as_text(stage.card("Accept"))
    assert rows(stage, Question)[0].state == "open"

    await stage.press("Ana", "Accept")

    assert rows(stage, Question)[0].state == "resolved"
    assert "### It came out yes" in stage.transcript()
    assert "The crowd on Manifold said 71%" in stage.transcript()
    assert "Accepted by Ana" in stage.transcript()
    await stage.wait(4400)  # the last look sees that it is settled, and asks nothing
    after = len(served.asked)
    await stage.wait(4400)
    assert len(served.asked) == after


async def test_what_was_fetched_survives_a_restart(connected: Connected) -> None:
    stage = connected.stage
    asked = await fetch(stage)

    await stage.restart()
    form = await press(stage, asked, "Look at it and bring it")
    await stage.fill("Ana", form, **fields(form))

    assert [one.title for one in rows(stage, Question)] == [TITLE]
    assert len(connected.served.asked) == 1


async def test_a_likely_duplicate_is_shown_first(connected: Connected) -> None:
    stage = connected.stage
    await stage.bring("Ben", "Will it rain in Niamey, before May")

    asked = await fetch(stage)

    said = wire.alone(asked)
    assert "Your group may have it already" in said
    assert "`1` Will it rain in Niamey, before May" in said
    form = await press(stage, asked, "Bring it anyway")
    await stage.fill("Ana", form, **fields(form))
    assert len(rows(stage, Question)) == 2


async def test_of_several_questions_one_is_chosen(connected: Connected) -> None:
    stage, served = connected.stage, connected.served
    served.say("/events/slug/rain", payloads.polymarket_event())
    served.say("/markets/slug/rain-in-zinder", payloads.polymarket(slug="rain-in-zinder"))

    asked = await fetch(stage, "https://polymarket.com/event/rain")
    assert "Which one do you bring?" in wire.alone(asked)
    assert asked.response is not None
    await stage.people["Ana"].select(asked.response.message, ["1"])

    assert "Look at it and bring it" in labels(asked.response.message)
    assert served.asked[-1] == "/markets/slug/rain-in-zinder"


async def test_options_come_along_without_a_second_form(connected: Connected) -> None:
    stage = connected.stage
    connected.served.say(ON_MANIFOLD, payloads.manifold_answers(closeTime=closes(stage)))

    await bring(stage)

    [question] = rows(stage, Question)
    assert (question.kind, question.options) == ("choice", '["Red", "Green", "Blue"]')
    assert [one.values for one in rows(stage, Crowd)] == ["[0.5, 0.3, 0.2]"]


async def test_another_kind_asks_for_its_options_and_has_no_crowd(connected: Connected) -> None:
    stage = connected.stage

    first = await bring(stage, kind="choice")
    await stage.detail("Ana", first, "dry\nwet")

    [question], [watch] = rows(stage, Question), rows(stage, Watch)
    assert (question.options, watch.question_id) == ('["dry", "wet"]', question.id)
    assert rows(stage, Crowd) == []


async def test_an_unclear_close_is_asked_about_and_the_source_is_not_lost(
    connected: Connected,
) -> None:
    stage = connected.stage

    asked = await bring(stage, closes="12/11/2027")
    assert asked.response is not None
    await stage.people["Ana"].click(asked.response.message, label=labels(asked.response.message)[0])

    assert len(rows(stage, Question)) == len(rows(stage, Watch)) == 1


async def test_a_source_without_a_number_is_said(connected: Connected) -> None:
    connected.served.say(ON_MANIFOLD, payloads.manifold(outcomeType="PSEUDO_NUMERIC"))

    said = wire.alone(await fetch(connected.stage))

    assert "Manifold says one number and no range." in said


async def test_a_platform_that_is_away_is_said_and_nothing_is_kept(connected: Connected) -> None:
    connected.served.say(ON_MANIFOLD, Says({}, 404))

    said = wire.alone(await fetch(connected.stage))

    assert "Manifold has no such question" in said
    assert rows(connected.stage, Question) == []


async def test_the_eleventh_fetch_in_an_hour_waits(connected: Connected) -> None:
    stage = connected.stage
    for _ in range(10):
        await fetch(stage)

    refused = wire.alone(await fetch(stage))
    others = wire.alone(await fetch(stage, who="Ben"))
    await stage.wait(3601)
    later = wire.alone(await fetch(stage))

    assert "In 1h I fetch the next one" in refused
    assert TITLE in others
    assert TITLE in later
    assert len(connected.served.asked) == 12


async def test_what_the_source_says_stays_in_the_database(connected: Connected) -> None:
    stage = connected.stage

    asked = await bring(stage)

    assert "62" not in stage.transcript() + wire.alone(asked)
    assert [one.about for one in rows(stage, Draft)] == ["brought"]
    assert rows(stage, Proposal) == []
    assert as_text(stage.card("Forecast")).count(TITLE) == 1
