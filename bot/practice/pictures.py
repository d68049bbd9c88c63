"""The calibration of somebody's practice with its picture. Belongs off the event loop."""

from bot.core.unit import Desk, Loner
from bot.door.messages import Message, Picture
from bot.practice import cards as practice_cards
from bot.practice import service as practice_service
from bot.practice.read_model import PracticeCalibration, Revealed
from bot.standings.pictures import calibration_picture


def so_far(desk: Desk, who: Loner) -> Message:
    """Return the calibration so far."""
    return practice_cards.calibration_card(*_measured(desk, who))


def reveal(desk: Desk, who: Loner, revealed: Revealed) -> Message:
    """Return a reveal with the calibration so far below it."""
    return practice_cards.reveal_card(revealed, *_measured(desk, who))


def _measured(desk: Desk, who: Loner) -> tuple[PracticeCalibration, Picture | None]:
    shown = practice_service.calibrate(desk, who)
    return shown, calibration_picture(shown)
