"""A scene that is put back is the one that was built, and never stands in for another."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.core.encryption import Box, new_key
from bot.core.integrations import Integrations
from bot.core.unit import Desk, Unit
from storage.tables import Question
from tests.bot import saved_scenes, scenes
from tests.conftest import Clock, caller

SAID = {"Ana": ("30", "50", "60"), "Ben": ("40", "70", "80")}
WAYS = {
    "bring": scenes.bring,
    "turns": scenes.open_turns,
    "play": lambda desk: scenes.play(desk, desk.clock, SAID),
}


@pytest.fixture(autouse=True)
def _nothing_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_scenes, "_SAVED", {})


@pytest.mark.parametrize("way", WAYS)
def test_rows_time_answer_and_the_next_ids_are_those_of_the_scene_that_was_built(
    desk: Desk, clock: Clock, empty_again: Callable[[], None], way: str
) -> None:
    began = clock.now
    first = (WAYS[way](desk), clock.now, scenes.snapshot(desk))
    following = scenes.bring(desk, scenes.SNOW)
    empty_again()
    clock.now = began

    # Built again, its interactions would have other numbers.
    assert (WAYS[way](desk), clock.now, scenes.snapshot(desk)) == first
    assert scenes.bring(desk, scenes.SNOW) == following


def test_other_words_and_another_time_are_another_scene(
    desk: Desk, clock: Clock, empty_again: Callable[[], None]
) -> None:
    scenes.bring(desk)
    empty_again()
    scenes.bring(desk, scenes.SNOW)
    assert scenes.row(desk, Question, 1).title == scenes.SNOW
    empty_again()
    clock.move(60)

    scenes.bring(desk)

    assert scenes.row(desk, Question, 1).created_at == clock.now


def test_another_key_is_another_scene(desk: Desk, empty_again: Callable[[], None]) -> None:
    """What a scene has encrypted with one key can be read with that key alone."""
    first, second = (replace(desk, integrations=Integrations(box=Box(new_key()))) for _ in "12")
    scenes.bring(first)
    empty_again()
    scenes.bring(second)

    assert len(saved_scenes._SAVED) == 2


def test_what_happened_before_a_scene_stays(
    desk: Desk, clock: Clock, empty_again: Callable[[], None]
) -> None:
    scenes.bring(desk)
    empty_again()
    scenes.bring(desk, scenes.SNOW)

    assert scenes.bring(desk) == 2


def test_whoever_hears_of_changes_hears_of_a_scenes(
    desk: Desk, empty_again: Callable[[], None]
) -> None:
    scenes.bring(desk)
    empty_again()
    heard: list[Unit] = []

    scenes.bring(replace(desk, saved=heard.append))

    assert len(heard) == 1


def test_numbers_that_a_failure_used_up_are_in_no_saved_scene(desk: Desk) -> None:
    with pytest.raises(ZeroDivisionError), desk.act(caller("Ana")):
        raise ZeroDivisionError

    scenes.bring(desk)

    assert saved_scenes._SAVED == {}
