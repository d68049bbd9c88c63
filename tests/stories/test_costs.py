"""What a press costs the database: statements and commits, counted while the real bot works."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from bot.demo.stage import Stage, as_text
from bot.runtime.delivery.worker import Delivery

MOST_STATEMENTS = 8


class Costs:
    """The statements and the commits since it was made; what begins a transaction is neither."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.commits = 0

    def execute(self, _c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            self.statements.append(statement)

    def commit(self, _connection: Any) -> None:
        self.commits += 1


@contextmanager
def costs(stage: Stage) -> Iterator[Costs]:
    """Counts on both of the database's engines."""
    counted = Costs()
    database = stage.app.database
    engines = [database._writer, database._reader]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", counted.execute)
        event.listen(engine, "commit", counted.commit)
    yield counted
    for engine in engines:
        event.remove(engine, "before_cursor_execute", counted.execute)
        event.remove(engine, "commit", counted.commit)


async def test_recording_a_forecast_again_takes_eight_statements_with_the_card_and_the_note(
    circle: Stage,
) -> None:
    await circle.record("Ana", "60", "a first thought")
    form = await circle.press("Ana", "Record forecast")

    with costs(circle) as counted:
        await circle.fill("Ana", form, probability="70", reason="a second thought")

    assert "**70%** · a second thought" in as_text(circle.card("Done"))
    assert len(counted.statements) <= MOST_STATEMENTS, "\n\n".join(counted.statements)


@pytest.mark.parametrize("who", ["Ana", "Ben"])
async def test_the_first_forecast_takes_eight_statements_until_the_card_shows_it(
    circle: Stage, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = await circle.press(who, "Record forecast")
    monkeypatch.setattr(Delivery, "answered", lambda *_, **__: None)

    with costs(circle) as counted:
        await circle.fill(who, form, probability="70", reason="a thought")

    assert "70%" in as_text(circle.card("Done"))
    assert len(counted.statements) <= MOST_STATEMENTS, "\n\n".join(counted.statements)


@pytest.mark.parametrize("label", ["Pass", "Done"])
async def test_a_press_is_one_commit_until_the_card_shows_it(
    circle: Stage, label: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await circle.record("Ana", "60")
    answered = []
    monkeypatch.setattr(Delivery, "answered", lambda _, *edit, **__: answered.append(edit))
    monkeypatch.setattr(Delivery, "wake", lambda _: None)

    with costs(circle) as counted:
        await circle.press("Ana", label)

    assert len(answered) == 1
    assert len([one for one in counted.statements if one.startswith(("INSERT", "UPDATE"))]) >= 2
    assert counted.commits == 1


@pytest.mark.parametrize("label", ["+2 min", "Pause"])
async def test_a_press_behind_more_is_one_commit(
    circle: Stage, label: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Delivery, "wake", lambda _: None)
    asked = await circle.press("Ana", "More")

    with costs(circle) as counted:
        await circle.answer("Ana", asked, label)

    assert counted.commits == 1
