"""What is said to a member about themselves says "you"; what is said of others does not."""

from typing import Any

import pytest

from bot.circle.averages import Weight
from bot.circle.cards import record_lines
from bot.circle.read_model import MemberRecord
from bot.core.refusals import Refusal
from bot.core.unit import Desk
from bot.standings import pictures as standings_pictures
from bot.standings import service as standings_service
from bot.standings.cards import profile_details
from tests.bot.scenes import bring
from tests.conftest import caller

DAN, EVA = caller("Dan").user_id, caller("Eva").user_id


def profile(desk: Desk, who: int | None) -> Any:
    return standings_pictures.profile(desk, caller("Dan"), who)


def calibration(desk: Desk, who: int | None) -> Any:
    return standings_pictures.calibration(desk, caller("Dan"), who, group=False)


@pytest.mark.parametrize("show", [profile, calibration])
def test_a_newcomer_is_spoken_to_and_a_stranger_is_spoken_of(desk: Desk, show: Any) -> None:
    for own in (None, DAN):
        with pytest.raises(Refusal, match=r"nothing of yours here yet.*`/forecast` records your"):
            show(desk, own)
    with pytest.raises(Refusal, match="I have not met this member here yet"):
        show(desk, EVA)


def test_a_profile_without_a_forecast_speaks_to_its_member_alone(desk: Desk) -> None:
    bring(desk, name="Dan")
    shown = [
        standings_service.show_profile(desk, caller(name), who)
        for name, who in (("Dan", None), ("Eva", DAN))
    ]

    said = [str(profile_details(one).embed.description) for one in shown if one]  # type: ignore[union-attr]

    assert said[0].startswith("You have no forecast yet. `/forecast` records one")
    assert said[1] == "No forecast yet."


@pytest.mark.parametrize(
    ("weight", "yours", "theirs"),
    [
        (-0.5, "you move away from the group", "moves away from the group"),
        (0.0, "you keep to your own view", "keeps to their own view"),
        (0.3, "you listen, and lean to your own view", "listens, and leans to their own view"),
        (0.5, "you meet the group halfway", "meets the group halfway"),
        (1.0, "you follow the group", "follows the group"),
        (2.0, "you go further than the group", "goes further than the group"),
    ],
)
def test_how_a_member_listens_is_said_to_them_on_their_own_profile(
    weight: float, yours: str, theirs: str
) -> None:
    record = MemberRecord(None, Weight(1, weight, (weight - 0.1, weight + 0.1), 9), 9)

    assert f"**{yours}**" in record_lines(record, you=True)[0]
    assert f"**{theirs}**" in record_lines(record)[0]
