"""An outcome that is entered while a round runs on its question."""

from bot.core import keys
from bot.core.unit import Desk
from bot.questions import outcomes as questions_outcomes
from bot.registry import CARDS
from storage.tables import Round
from tests.bot.scenes import open_round, record, row
from tests.conftest import Clock, caller


def test_in_the_blind_phase_the_card_says_that_scores_come_with_the_close(
    desk: Desk, clock: Clock
) -> None:
    number = open_round(desk)
    question = row(desk, Round, number).question_id
    record(desk, "Ana", question, "60")
    clock.move(60)

    questions_outcomes.resolve(desk, caller("Ana"), question, outcome="yes")

    shown = CARDS.render(desk, keys.resolution(question))
    assert shown is not None
    assert shown.layout is not None
    told = "\n".join(shown.layout.texts())
    assert "The scores come when the round closes." in told
    assert "0.16" not in told
