"""What somebody practises is theirs, and what is sealed stays sealed until the reveal."""

import json

import pytest
import structlog

from bot.core.refusals import Refusal
from bot.core.unit import Desk
from bot.data import service as data_service
from bot.door.messages import Message
from bot.practice import cards as practice_cards
from bot.practice import service as practice_service
from bot.practice.read_model import Dealt, RunDry
from bot.standings import service as standings_service
from tests.bot.data.test_service import unpack
from tests.bot.practice.scenes import answer, deal, fill, someone
from tests.conftest import GROUP, caller


def everything_of(message: Message) -> str:
    """All that goes to Discord with a message."""
    assert message.layout is not None
    items = [json.dumps(one.to_component_dict()) for one in message.items]
    return "\n".join([*message.layout.texts(), *items])


def test_each_has_the_answered_practice_of_their_own_in_their_export_and_nobody_elses(
    desk: Desk,
) -> None:
    for name in ("Ana", "Ben"):
        with desk.act(caller(name)):
            pass
    fill(desk, 4)
    answer(desk, deal(desk), "70")
    deal(desk)
    answer(desk, deal(desk, "Ben"), "20", "Ben")
    practice_service.know(desk, someone("Ben"), deal(desk, "Ben").key)

    exports = [
        unpack(data_service.export_for(desk, caller("Ana")))[1],
        unpack(data_service.export_for(desk, caller("Ben", manages_group=True)))[1],
        unpack(data_service.export_for(desk, caller("Cleo", manages_group=True)))[1],
        unpack(data_service.export_group(desk.db, GROUP))[1],
    ]

    said = [[one["probability"] for one in found["practices"]] for found in exports]
    assert said == [[0.7], [0.2, None], [], []]
    assert [one["outcome"] for one in exports[1]["practices"]][1] is None


def test_no_page_of_a_group_shows_practice(desk: Desk) -> None:
    with desk.act(caller()):
        pass
    fill(desk, 12)
    for _ in range(11):
        answer(desk, deal(desk, group_id=GROUP), "60")

    profile = standings_service.show_profile(desk, caller("Ana"), 1)
    calibration = standings_service.show_calibration(desk, caller("Ana"))
    board = standings_service.show_leaderboard(desk, caller("Ana"), metric="brier", minimum=1)

    assert profile is not None
    assert profile.forecasts == 0
    assert calibration is not None
    assert calibration.reading is None
    assert board.members == 0


def test_practice_writes_no_line_into_the_log(desk: Desk) -> None:
    fill(desk)
    with structlog.testing.capture_logs() as logged:
        answer(desk, deal(desk))

    assert logged == []


@pytest.mark.parametrize("outcome", ["yes", "no"])
def test_a_question_is_the_same_whatever_came_of_it(desk: Desk, outcome: str) -> None:
    fill(desk, 1, outcome=outcome, crowd=0.37)
    dealt = deal(desk)

    shown = everything_of(practice_cards.question_card(dealt))
    form = json.dumps(practice_cards.chance_form(dealt).to_dict())

    for sealed in ("9 August", "2014", "Bureau", "weather.example", "37"):
        assert sealed not in shown
        assert sealed not in form
    assert "It is 14 March 2013" in shown


def test_what_is_read_before_the_reveal_has_no_field_for_what_is_sealed() -> None:
    fields = set(Dealt.__dataclass_fields__) | set(RunDry.__dataclass_fields__)

    assert not fields & {"outcome", "known_at", "closes_at", "crowd", "source", "source_url"}


def test_a_refused_chance_says_nothing_of_the_outcome(desk: Desk) -> None:
    fill(desk, 1, crowd=0.37)
    dealt = deal(desk)

    with pytest.raises(Refusal) as refused:
        answer(desk, dealt, "yes")

    assert not [one for one in ("2014", "Bureau", "37%") if one in str(refused.value)]
