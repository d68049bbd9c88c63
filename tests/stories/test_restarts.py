"""The bot goes down and comes back: clocks, forms and cards go on where they were."""

from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from bot.demo.stage import Stage, as_text
from storage import outbox
from storage.engine import Database
from tests.stories import wire
from tests.stories.conftest import let_discord_remember_nonces


async def test_a_turn_that_runs_out_while_the_bot_is_down_is_not_longer_for_that(
    circle: Stage,
) -> None:
    await wire.sleep_through(circle, 700)

    assert "Time ran out" in circle.transcript()
    assert " left." not in circle.transcript()
    assert "Ben · seat 2 of 2" in as_text(circle.card("Done"))
    assert wire.pinged(circle) == ["Ana", "Ben"]


async def test_a_turn_goes_on_while_the_bot_is_down(circle: Stage) -> None:
    await circle.wait(100)
    await wire.sleep_through(circle, 300)

    await circle.wait(79)
    before = circle.transcript()
    await circle.wait(1)

    assert "2m left." not in before
    assert "2m left." in circle.transcript()


async def test_who_is_called_next_has_a_full_turn_however_long_the_bot_was_down(
    circle: Stage,
) -> None:
    await wire.sleep_through(circle, 3600)

    await circle.wait(479)
    before = circle.transcript()
    await circle.wait(1)

    assert "2m left." not in before
    assert "2m left." in circle.transcript()


async def test_a_form_from_before_a_restart_records_though_the_turn_is_over(circle: Stage) -> None:
    form = await circle.press("Ana", "Record forecast")
    await wire.sleep_through(circle, 700)

    answer = await circle.fill("Ana", form, probability="60", reason="better late")

    assert "marked late" in wire.alone(answer)
    assert "✅ Ana · **60%** (late) · better late" in as_text(circle.card("Done"))


async def test_a_stopped_clock_stays_stopped_over_a_restart(circle: Stage) -> None:
    await circle.wait(100)
    await circle.more("Ana", "Pause")
    await wire.sleep_through(circle, 3600)
    await circle.more("Ana", "Resume")

    await circle.wait(379)
    before = circle.transcript()
    await circle.wait(1)

    assert "2m left." not in before
    assert "2m left." in circle.transcript()


async def test_a_card_that_discord_took_long_ago_unnoticed_is_found_and_not_posted_again(
    circle: Stage,
) -> None:
    circle.app.delivery._confirm = lambda *_: None  # type: ignore[method-assign]
    await circle.finish("Ana")
    posted = len(circle.messages())
    await wire.sleep_through(circle, 240)

    await circle.record("Ben", "55", "found")

    assert len(circle.messages()) == posted
    assert "**55%** · found" in as_text(circle.card("Done"))


async def test_the_end_of_the_evening_is_found_although_it_has_no_buttons(circle: Stage) -> None:
    await circle.record("Ana", "60")
    circle.app.delivery._confirm = lambda *_: None  # type: ignore[method-assign]
    await circle.type("Ana", "session end")
    await wire.sleep_through(circle, 240)

    assert circle.transcript().count("is over\n") == 1
    assert circle.transcript().count("blind → turn → final") == 1


async def test_a_card_of_which_the_note_could_not_be_saved_is_not_posted_twice(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_discord_remember_nonces(monkeypatch)
    confirm, failures = outbox.confirm, []

    def fail_once(tx: Session, *args: Any, **more: Any) -> bool:
        if not failures:
            failures.append("database is locked")
            raise OperationalError("UPDATE", {}, Exception("database is locked"))
        return confirm(tx, *args, **more)

    async with Stage.open(sqlite, ("Ana",)) as stage:
        monkeypatch.setattr(outbox, "confirm", fail_once)
        await stage.type("Ana", "session start")
        await stage.wait(700)

        assert failures
        assert len(stage.messages()) == 1
        assert "[Join]" in as_text(stage.card())
        await stage.type("Ana", "session end")
        assert "[Join]" not in stage.transcript()
