"""Whatever members write: it cannot format, link or ping, and the longest of it fits."""

import re

import discord
import pytest

from bot.demo.stage import Stage, as_text, labels
from bot.door.messages import components_of
from tests.stories import wire

NASTY = "*bold* `code` ||hush|| @everyone @here <@1456074443980800016> [here](https://evil.example)"
HARM = re.compile(
    r"(?<!\\)[*`|](?=bold|code|hush|\|hush)|@everyone|@here|<@\d+>|(?<!\\)\[here\]\(\S*\)"
)
NAME = "*bold* `code` @everyone"
CROWD = 30


async def test_text_from_members_cannot_format_link_or_ping(stage: Stage) -> None:
    stage.people["Mallory"] = stage.add(NAME)
    await _play_with_nasty_texts(stage)

    for message in stage.messages():
        assert not HARM.search(_read_by_discord(message)), as_text(message)
        assert "\n- list" not in as_text(message)
    assert set(wire.pinged(stage)) == {"Ana", "Mallory"}
    assert stage.transcript().count("bold") > 10


async def test_a_reason_cannot_pose_as_another_row(stage: Stage) -> None:
    await stage.bring("Ana", "Will it rain in Niamey tomorrow?")
    await stage.type("Ana", "session start", order="manual")
    await stage.press("Ana", "Start the round")
    await stage.press("Ana", "Go on")

    await stage.record("Ana", "60", "so\n✅ Ben · 99%")

    assert "**60%** · so ✅ Ben · 99%" in as_text(stage.card("Done"))


@pytest.mark.slow
async def test_a_crowd_with_long_names_and_long_texts_fits_on_every_card(stage: Stage) -> None:
    stage.people = {f"P{number}": stage.add(f"{number}".ljust(32, "*")) for number in range(CROWD)}
    names = list(stage.people)
    await stage.bring(names[0], **_longest(0))
    for number, name in enumerate(names[1:], start=1):
        wire.send_form(stage, name, stage.card(), "submitted|q0", **_longest(number)).deliver()
    await stage.env.settle()
    await stage.type(names[0], "session start", order="manual")
    await _all_press(stage, names[1:], "Join")
    lobby = stage.card("Join")
    await stage.people[names[1]].select(lobby, ["25"])
    voted = as_text(stage.card("Join"))
    await stage.press(names[0], "Start the round")
    await _all_record(stage, names, "Go on", "b1")
    blind = as_text(stage.card("Go on"))
    await stage.press(names[0], "Go on")
    await _all_record(stage, names[1:], "Done", "t1.1")
    turn = as_text(stage.card("Done"))
    await stage.type(names[0], "session end")
    await stage.wait(60)
    stage.add_manager("Mia")
    await stage.type("Mia", "question resolve", question="25", outcome="yes")
    leading = [
        await stage.type(names[0], command, **options)
        for command, options in (
            ("leaderboard", {"min": 1, "metric": "over_time"}),
            ("calibration", {}),
            ("calibration", {"group": True}),
            ("profile", {}),
        )
    ]
    asked = [
        await stage.type(names[0], command, **options)
        for command, options in (
            ("history", {"question": "25"}),
            ("question list", {}),
            ("question show", {"question": "25"}),
        )
    ]
    told = [await wire.details(stage, names[0], one) for one in leading]
    cards = [message for message in stage.messages() if "Details" in labels(message)]
    told += [wire.alone(await stage.press(names[0], "Details", message)) for message in cards]
    answers = [*told, *map(wire.alone, leading), *map(wire.alone, asked)]

    assert "In the circle (30)" in voted
    assert re.search(r" and \d+ more\nQuestions to choose from", voted)
    assert re.search(r"… and \d+ more to vote for below", voted)
    assert len(_options(lobby)) == 25
    assert "Recorded (30)" in blind
    assert "… and" in turn
    assert len(cards) == 3  # of the question, the summary and the outcome
    assert all(answers)
    assert " and " in answers[-1].split("Already forecast by")[1]


async def test_the_longest_announcement_fits(stage: Stage) -> None:
    await stage.type(
        "Ana",
        "session schedule",
        when="in 48 hours",
        title="*" * 100,
        description="*" * 1000,
        timezone="America/Argentina/ComodRivadavia",
        voice=stage.voice,
    )
    for number in range(CROWD):
        stage.people[f"P{number}"] = stage.add(f"{number}".ljust(32, "*"))
    crowd = list(stage.people)
    await _all_press(stage, crowd[:12], "Going")
    await _all_press(stage, crowd[12:24], "Maybe")
    await _all_press(stage, crowd[24:], "Can't make it")

    card = as_text(stage.card("Going"))

    assert "Going (12)" in card
    assert "Maybe (12)" in card


@pytest.mark.parametrize("command", ["question submit", "session schedule"])
async def test_a_title_in_another_script_is_kept_as_it_is(stage: Stage, command: str) -> None:
    title = "明日、東京で雨が降りますか？ 🌧️ Élections"
    if command == "question submit":
        await stage.bring("Ana", title)
    else:
        await stage.type("Ana", command, when="in 48 hours", title=title)

    assert title in as_text(stage.card())


async def _play_with_nasty_texts(stage: Stage) -> None:
    multiline = f"{NASTY}\n- list\n# heading"
    await stage.type("Ana", "session schedule", when="in 48 hours", title=NASTY, description=NASTY)
    await stage.press("Mallory", "Going")
    await stage.bring("Mallory", f"Will {NASTY}?", criteria=NASTY)
    await stage.type("Ana", "session start", session="1", order="manual")
    await stage.press("Mallory", "Join")
    await stage.press("Ana", "Start the round")
    await stage.record("Mallory", "40", multiline)
    await stage.press("Ana", "Go on")
    await stage.record("Ana", "60", multiline)
    await stage.press("Ana", "Done")
    await stage.record("Mallory", "50", multiline)
    await stage.wait(600)
    await stage.type("Ana", "session end")
    await stage.type(
        "Mallory", "question resolve", question="1", outcome="yes", source=NASTY, known_at="now"
    )
    await stage.type("Ana", "question dispute", question="1", reason=multiline)


def _read_by_discord(message: discord.Message) -> str:
    """What Discord formats: not footers and buttons; and not the pings that are meant."""
    content = re.sub(r"^<@\d+>(?=, )|^(<@\d+> ?)+$", "", message.content)
    parts = [content]
    for embed in message.embeds:
        parts += [embed.title or "", embed.description or ""]
        parts += [f"{field.name}\n{field.value}" for field in embed.fields]
    laid_out = [one for one in components_of(message) if isinstance(one, discord.TextDisplay)]
    parts += [re.sub(r"^-# (<@\d+> )+(?=\*\*Details)", "", one.content) for one in laid_out]
    return "\n".join(parts)


def _longest(number: int) -> dict[str, str]:
    return {
        "title": f"{number} ".ljust(200, "*"),
        "criteria": "*" * 1000,
        "source": "https://example.org/".ljust(300, "x"),
        "closes": "2026-06-01",
    }


async def _all_press(stage: Stage, names: list[str], label: str) -> None:
    card = stage.card(label)
    for name in names:
        wire.press(stage, name, card, label).deliver()
    await stage.env.settle()


async def _all_record(stage: Stage, names: list[str], label: str, key: str) -> None:
    card = stage.card(label)
    for number, name in enumerate(names, start=1):
        said = {"probability": f"{number}.125%", "reason": "*" * 500}
        wire.send_form(stage, name, card, f"recorded|{key}", **said).deliver()
    await stage.env.settle()


def _options(lobby: discord.Message) -> list[discord.SelectOption]:
    (menu,) = (
        child
        for row in lobby.components
        for child in getattr(row, "children", ())
        if isinstance(child, discord.SelectMenu)
    )
    return menu.options
