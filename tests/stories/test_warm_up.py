"""A warm-up of five people in the lobby, with a restart of the bot in between."""

import re

from bot.answers.ranges import write_range
from bot.demo.stage import Stage, as_text, labels
from bot.pastcasts import box
from storage import warm_ups
from storage.tables import Banked, WarmUp
from tests.conftest import CAST
from tests.stories import wire
from tests.stories.evening import RAIN

WIDE = "-1000000 to 1000000000"
NOWHERE = "-3 to -2"


async def lobby_with_warm_up(stage: Stage) -> None:
    """Everybody is in the lobby, and Ana has opened the warm-up."""
    box.load(stage.app.database)
    await stage.bring("Ana", RAIN)
    await stage.type("Ana", "session start")
    for name in CAST[1:]:
        await stage.press(name, "Join")
    await stage.press("Ana", "Warm-up")


async def fill_in(stage: Stage, who: str, typed: list[str]) -> str:
    """Fill in both forms; return what was said at the end."""
    page = await stage.press(who, "Answer")
    for first in (0, 5):
        label = f"Fill in {first + 1} to {first + 5}"
        form = await stage.answer(who, page, label)
        fields = {f"range{first + at}": typed[first + at] for at in range(5)}
        page = await stage.fill(who, form, **fields)
    return wire.alone(page)


def asked(stage: Stage) -> list[Banked]:
    with stage.app.database.read() as tx:
        return [tx.get_one(Banked, one) for one in warm_ups.items(tx.get_one(WarmUp, 1))]


def exact(one: Banked) -> str:
    """A range that holds the truth and nothing else."""
    return f"{float(one.outcome)} to {float(one.outcome)}"


async def test_five_people_warm_up_and_each_learns_what_their_ranges_were_worth(
    stage: Stage,
) -> None:
    await lobby_with_warm_up(stage)
    card = as_text(stage.card("Answer"))
    lobby = labels(stage.card("Start the round"))
    items = asked(stage)
    secrets = [one.source for one in items]

    first = await fill_in(stage, "Ana", [WIDE] * 10)
    await fill_in(stage, "Ben", [NOWHERE] * 10)
    await fill_in(stage, "Cleo", [*map(exact, items[:7]), "", "", ""])
    halfway = as_text(stage.card("Answer"))
    await stage.restart()
    form = await stage.answer("Cleo", await stage.press("Cleo", "Answer"), "Fill in 6 to 10")
    kept = str(form.modal)
    again = [*map(exact, items[5:7]), NOWHERE, NOWHERE, NOWHERE]
    await stage.fill("Cleo", form, **{f"range{5 + at}": text for at, text in enumerate(again)})
    await fill_in(stage, "Dan", [WIDE] * 10)
    before = stage.transcript() + str([one.json for one in stage.env.http_requests])
    last = await fill_in(stage, "Eva", [*[NOWHERE] * 9, WIDE])

    assert "Warm-up: ten statements, 5m" in card
    assert "[Answer]  [Show the answers]" in card
    assert lobby == ["Join", "Leave", "Bring a question", "Start the round"]
    assert all(one.title.split("(")[0].strip()[:40] in first.replace("\\", "") for one in items)
    assert "✅ Ana · 10 of 10" in halfway
    assert "▫️ Cleo · 7 of 10" in halfway
    assert "▫️ Dan · 0 of 10" in halfway
    assert write_range(float(items[6].outcome), float(items[6].outcome)) in kept
    assert not [one for one in secrets if one in before + first]
    assert "Everybody has given their ranges" in last
    shown = as_text(stage.card("My answers"))
    # Ana and Dan 10 each, Cleo 7, Eva 1.
    assert "The group's 90% ranges held the truth in 28 of 50: 56%." in shown
    assert "about 45" in shown
    assert NOWHERE not in shown
    own = wire.alone(await stage.press("Cleo", "My answers"))
    assert "**7 of 10** of your 90% ranges held the truth: 70%." in own
    assert "you said -3 to -2" in own.replace("\\", "")


async def test_after_five_minutes_the_answers_come_by_themselves(stage: Stage) -> None:
    await lobby_with_warm_up(stage)
    await fill_in(stage, "Ana", [WIDE] * 10)
    await stage.wait(290)
    early = as_text(stage.card("Answer"))

    await stage.wait(12)

    assert "Warm-up: ten statements" in early
    assert "Only one of you gave ranges" in as_text(stage.card("My answers"))


async def test_time_shows_the_answers_also_when_the_bot_was_down_at_that_moment(
    stage: Stage,
) -> None:
    await lobby_with_warm_up(stage)
    await fill_in(stage, "Ana", [WIDE] * 10)
    await fill_in(stage, "Ben", [WIDE] * 10)

    await wire.sleep_through(stage, 310)
    await stage.wait(60)

    shown = as_text(stage.card("My answers"))
    assert "20 of 20: 100%" in shown
    assert "says little yet" in shown


async def test_a_range_that_cannot_be_read_is_corrected_where_it_was_typed(stage: Stage) -> None:
    await lobby_with_warm_up(stage)
    page = await stage.press("Ben", "Answer")
    form = await stage.answer("Ben", page, "Fill in 1 to 5")
    refused = await stage.fill("Ben", form, range0=WIDE, range1="45 to 20")
    why = wire.alone(refused)
    again = await stage.answer("Ben", refused, "Correct it")

    saved = await stage.fill("Ben", again, range0=WIDE, range1=WIDE)

    assert "Statement 2: `45 to 20` goes down" in why
    assert len(re.findall(r"\*\*\\?-1", wire.alone(saved))) == 2
    assert "▫️ Ben · 2 of 10" in as_text(stage.card("Answer"))


async def test_the_host_is_asked_before_others_are_cut_short_and_nobody_else_may(
    stage: Stage,
) -> None:
    await lobby_with_warm_up(stage)
    refused = await stage.press("Ben", "Show the answers")
    asked_first = await stage.press("Ana", "Show the answers")
    question = wire.alone(asked_first)

    done = await stage.answer("Ana", asked_first, "Show them now")

    assert "Only the host or a facilitator" in wire.alone(refused)
    assert "**5 people have not given all ranges yet. Show the answers?**" in question
    assert "The card shows the answers" in wire.alone(done)
    assert "Nobody gave a range." in as_text(stage.messages()[-1])


async def test_in_a_thread_the_card_is_in_the_thread_and_a_round_closes_it(stage: Stage) -> None:
    stage.add_manager("Max")
    await stage.type("Max", "settings planning", thread=True)
    box.load(stage.app.database)
    await stage.bring("Ana", RAIN)
    await stage.type("Ana", "session start")
    [thread] = stage.channel.threads
    await stage.press("Ben", "Join")
    await stage.press("Ana", "Warm-up")
    there = as_text(stage.card("Answer", thread))

    await stage.press("Ana", "Start the round")

    assert "▫️ Ben · 0 of 10" in there
    assert "Warm-up: the answers" in stage.transcript(thread)
    assert "Warm-up: ten" not in stage.transcript()
