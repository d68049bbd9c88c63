"""A whole evening through the simulated Discord."""

from bot.demo.stage import Stage


async def play_evening(stage: Stage) -> None:
    await stage.bring("Ana", "Will it rain in Niamey tomorrow?", closes="2026-03-01")
    await stage.type("Ana", "session start")
    for name in ("Ben", "Cleo"):
        await stage.press(name, "Join")
    await stage.press("Ana", "Start the round")
    for name, said in (("Ana", "30"), ("Ben", "40%"), ("Cleo", "0.6")):
        await stage.record(name, said)
    await stage.press("Ana", "Everyone's ready")
    for said in ("55", "65", "70"):
        card = stage.card("Done")
        speaker = next(name for name in stage.people if name in card.embeds[0].title)
        await stage.record(speaker, said, "as the others say")
        await stage.press(speaker, "Done")
    await stage.press("Ana", "Everyone's ready")


async def test_an_evening_ends_with_a_summary_of_what_the_circle_did(stage: Stage) -> None:
    await play_evening(stage)

    summary = stage.card("Next round")
    assert "moved the group" in summary.embeds[0].description
    assert summary.attachments[0].filename == "circle.png"
    assert stage.env.errors == []
