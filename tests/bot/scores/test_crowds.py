"""The crowd beside a circle: hidden until it has gone around, then everywhere without a rank."""

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from bot.answers.formats import AnswerFormat
from bot.answers.probabilities import Belief
from bot.circle import averages
from bot.circle import cards as circle_cards
from bot.circle import service as circle_service
from bot.circle.rules import Circle, Voice
from bot.core import keys
from bot.core.unit import Desk
from bot.data import service as data_service
from bot.door.messages import Message
from bot.forecasts import pictures as forecasts_pictures
from bot.questions import outcomes as questions_outcomes
from bot.questions import service as questions_service
from bot.registry import CARDS
from bot.rounds import service as rounds_service
from bot.rounds import summaries, summary_cards
from bot.scores import crowds as scores_crowds
from bot.sessions import service as sessions_service
from bot.standings import cards as standings_cards
from bot.standings import front_cards
from bot.standings import pictures as standings_pictures
from bot.standings import service as standings_service
from storage import crowds
from storage.tables import Crowd, CrowdMoment, Effect, EffectTarget, Question, Round, Watch
from tests.bot.scenes import bring, open_lobby, open_round, open_turns, play, record, row, rows
from tests.bot.scenes import card as round_card
from tests.conftest import GROUP, Clock, caller

SAID = {"Ana": ("30", "60", "80"), "Ben": ("90", "70", "20"), "Cleo": ("50", "40", "45")}
FACILITATOR: dict[str, Any] = {"manages_events": True}
MANAGER: dict[str, Any] = {"manages_group": True, "manages_events": True}
BROUGHT, AT_CLOSE = 0.3137, 0.2719
SECRETS = ("31.37", "0.3137", "31%", "27.19", "0.2719", "27%", "Manifold")


def heard(
    desk: Desk,
    question: int,
    said: float | str,
    round_id: int | None = None,
    source: str = "manifold",
) -> None:
    """What the source's forecasters said: at the import, or at the close of a round."""
    moment = CrowdMoment.IMPORT if round_id is None else CrowdMoment.CLOSE
    form = {"probability": said} if isinstance(said, float) else {"values": said}
    with desk.db.write() as tx:
        at = desk.clock() + timedelta(seconds=round_id or 0)
        tx.add(Crowd(question_id=question, round_id=round_id, moment=moment, at=at, **form))
        if source and round_id is None:
            tx.add(Watch(question_id=question, source=source, ref="x"))


def resolve(desk: Desk, clock: Clock, number: int = 1, outcome: str = "yes") -> None:
    clock.move(60)
    questions_outcomes.resolve(desk, caller("Ana", **FACILITATOR), number, outcome=outcome)


def text(message: Message | None) -> str:
    """All that a message says, its buttons and its picture's words too."""
    assert message is not None
    said = [message.content or "", *(str(item) for item in message.items)]
    if message.layout is not None:
        said += message.layout.texts()
    if message.embed is not None:
        said.append(str(message.embed.to_dict()))
    if message.picture is not None:
        said.append(message.picture.alt)
    return "\n".join(said)


def everything(desk: Desk) -> str:
    """All cards that the group has, all that a member may ask for, and the manager's export."""
    ana = caller("Ana", **MANAGER)
    posted = [one for one in rows(desk, Effect) if one.target == EffectTarget.MESSAGE]
    cards = [CARDS.render(desk, keys.Key.parse(one.key), pictures=False) for one in posted]
    cards = [one for one in cards if one is not None]
    boards = [
        front_cards.leaderboard_card(board(desk, metric), None)
        for metric in ("edge", "brier", "log", "baseline")
    ]
    circle = circle_cards.circle_details(circle_service.show_circle(desk, ana))
    history = [
        text(forecasts_pictures.history(desk, ana, one.id or 0)) for one in rows(desk, Question)
    ]
    packed = zipfile.ZipFile(io.BytesIO(data_service.export_for(desk, ana)))
    files = [packed.read(name).decode() for name in packed.namelist() if "watches" not in name]
    choices = [title for title, _ in questions_service.choices(desk, ana, "")]
    files = [one.replace("manifold", "") for one in files]
    return "\n".join([*map(text, [*cards, *boards, circle]), *history, *files, *choices])


def told(desk: Desk) -> list[str]:
    """Which of the secrets can be read somewhere."""
    said = everything(desk)
    return [secret for secret in SECRETS if secret in said]


def board(desk: Desk, metric: Any = "brier", window: str = "") -> standings_service.Board:
    return standings_service.show_leaderboard(
        desk, caller(), metric=metric, window=window, minimum=1
    )


def details(desk: Desk, round_id: int) -> str:
    shown, own = summaries.show(desk, caller(), keys.summary(round_id))
    return text(summary_cards.details_card(shown, own))


@pytest.mark.both_engines
def test_nobody_reads_the_crowd_before_the_round_has_closed(desk: Desk, clock: Clock) -> None:
    question = bring(desk)
    heard(desk, question, BROUGHT)
    with_no_round = told(desk)
    number = open_round(desk)
    blind = told(desk)
    rounds_service.move_on(desk, caller("Ana"), round_card(desk, number))
    record(desk, "Ana", question)
    turns = told(desk)
    for name in ("Ana", "Ben", "Cleo"):
        rounds_service.done(desk, caller(name))
    final = told(desk)
    rounds_service.move_on(desk, caller("Ana"))

    assert (with_no_round, blind, turns, final) == ([], [], [], [])
    assert "Manifold, when the question was brought: **31.37%**" in details(desk, number)
    assert "0.3137" in everything(desk)


@pytest.mark.both_engines
def test_a_question_that_was_changed_before_anybody_spoke_hides_its_crowd_still(
    desk: Desk,
) -> None:
    bring(desk)
    bring(desk, "Will it hail?")
    lobby = open_lobby(desk)
    sessions_service.start_round(desk, caller("Ana"), lobby)
    (held,) = rows(desk, Round)
    number, first = held.id or 0, held.question_id
    heard(desk, first, BROUGHT)
    record(desk, "Ben", first, "40")

    rounds_service.move_on(desk, caller("Ana"), round_card(desk, number))
    sessions_service.change_question(desk, caller("Ana"), None, str(3 - first))

    with desk.db.read() as tx:
        assert crowds.of_question(tx, first) == []
        assert scores_crowds.read(tx, row(desk, Question, first), number) is None
    assert told(desk) == []


@pytest.mark.both_engines
def test_a_question_that_is_settled_without_a_round_hides_nothing_unless_a_round_runs(
    desk: Desk, clock: Clock
) -> None:
    question = bring(desk)
    heard(desk, question, BROUGHT)
    number = open_turns(desk)
    record(desk, "Ana", question)
    resolve(desk, clock)
    running = told(desk)
    other = bring(desk, "Will it hail?")
    heard(desk, other, 0.4242, source="kalshi")
    record(desk, "Ben", other)
    resolve(desk, clock, other)

    assert number
    assert running == []
    assert "The crowd on Kalshi, when the question was brought, said 42.42%: 0.332" in everything(
        desk
    )


@pytest.mark.both_engines
def test_the_crowd_at_the_close_counts_and_that_of_before_stands_beside_it(
    desk: Desk, clock: Clock
) -> None:
    question = bring(desk)
    heard(desk, question, BROUGHT)
    number = play(desk, clock, SAID)
    heard(desk, question, AT_CLOSE, number)

    said = details(desk, number)
    shown, _ = summaries.show(desk, caller(), keys.summary(number))
    summary = text(CARDS.render(desk, keys.summary(number)))
    resolve(desk, clock)
    outcome = text(CARDS.render(desk, keys.resolution(question)))

    assert "The crowd on Manifold: **27.19%**, when the question was brought 31.37%" in said
    assert shown.crowd is not None
    assert shown.crowd.belief == Belief(AT_CLOSE)
    assert "The crowd on Manifold: 27.19%. In seat order" in summary
    assert "-# The crowd on Manifold said 27.19%: 0.530 · knowing nothing: 0.250" in outcome


@pytest.mark.both_engines
def test_options_have_a_crowd_too_and_equal_shares(desk: Desk, clock: Clock) -> None:
    question = bring(desk, answers="Red; Green; Blue")
    heard(desk, question, "[0.2, 0.3, 0.5]")
    record(desk, "Ana", question, "30 30 40")
    resolve(desk, clock, question, "Blue")

    outcome = text(CARDS.render(desk, keys.resolution(question)))

    crowd = board(desk).crowd
    assert "said 20/30/50%: 0.380 · knowing nothing: 0.667" in outcome
    assert crowd is not None
    assert round(crowd.value, 9) == round(0.25 * 0.38 / (1 - 1 / 3), 9)
    assert board(desk, "log").crowd is None


@pytest.mark.parametrize("said", ["[0.5, 0.5]", 0.5])
def test_what_does_not_fit_the_question_is_no_crowd(
    desk: Desk, clock: Clock, said: float | str
) -> None:
    question = bring(desk, answers="Red; Green; Blue")
    heard(desk, question, said)
    record(desk, "Ana", question, "30 30 40")
    resolve(desk, clock, question, "Blue")

    with desk.db.read() as tx:
        assert scores_crowds.read(tx, row(desk, Question, question)) is None
    assert board(desk).crowd is None


@pytest.mark.both_engines
def test_the_board_has_the_crowd_and_knowing_nothing_without_a_rank(
    desk: Desk, clock: Clock
) -> None:
    question = bring(desk)
    heard(desk, question, BROUGHT)
    number = play(desk, clock, SAID)
    heard(desk, question, 0.5, number)
    other = bring(desk, "Will it hail?")
    heard(desk, other, 0.9)
    record(desk, "Ana", other, "55")
    resolve(desk, clock)
    resolve(desk, clock, other)

    found = board(desk)
    said = text(front_cards.leaderboard_card(found, standings_pictures.leaderboard_picture(found)))

    assert found.crowd is not None
    assert (found.crowd.rank, found.crowd.questions) == (None, 2)
    assert round(found.crowd.value, 9) == round((0.25 + 0.01) / 2, 9)
    assert {one.name for one in found.rows} == set(SAID)
    assert "-# The crowd, on 2 questions: **0.130**" in said
    assert (
        "-# Knowing nothing (50%, or equal shares of the options), by definition: **0.250**" in said
    )
    assert "The crowd: 0.130 (2 questions)" in said
    assert "The crowd, on 2 questions: **0.130**" in text(
        standings_cards.leaderboard_details(found)
    )
    assert "Always saying 50%: **0.69**" in text(
        front_cards.leaderboard_card(board(desk, "log"), None)
    )
    assert board(desk, "edge").crowd is None


def test_a_window_counts_the_crowd_of_its_own_questions_alone(desk: Desk, clock: Clock) -> None:
    for title, chance in (("Will it hail?", 0.9), ("Will it snow?", 0.5)):
        question = bring(desk, title)
        heard(desk, question, chance)
        record(desk, "Ana", question)
        resolve(desk, clock, question)
        clock.move(40 * 86_400)
    clock.move(-20 * 86_400)

    found = board(desk, window="30 days").crowd

    assert found is not None
    assert (found.questions, found.value) == (1, 0.25)


def circle_of(number: int, crowd: float | None, outcome: int) -> Circle:
    voices = tuple(Voice(member, 0.5, 0.5, 0.4 + 0.1 * member) for member in range(3))
    return Circle(number, number, Any, voices, outcome, crowd)  # type: ignore[arg-type]


def test_the_crowd_is_compared_on_its_own_questions_and_judged_from_thirty_on() -> None:
    known = [circle_of(number, (0.1, 0.9)[number % 2], number % 2) for number in range(30)]
    others = [circle_of(number, None, number % 2) for number in range(30, 50)]

    enough = averages.compare_with_crowd(averages.earned([*known, *others]))
    few = averages.compare_with_crowd(averages.earned([*known[:12], *others]))
    ours = averages.compare_numbers(averages.earned([*known, *others]))

    assert enough is not None
    assert (enough.questions, enough.best) == (30, "crowd")
    assert "always 50%" in enough.behind
    assert few is not None
    assert (few.questions, few.behind) == (12, ())
    assert ours is not None
    assert (ours.questions, ours.best == "crowd") == (50, False)
    assert averages.compare_with_crowd(averages.earned(others)) is None


@pytest.mark.both_engines
def test_the_circle_says_what_the_crowd_earned_on_the_same_questions(
    desk: Desk, clock: Clock
) -> None:
    question = bring(desk)
    heard(desk, question, BROUGHT)
    number = play(desk, clock, SAID)
    heard(desk, question, 0.9, number)
    resolve(desk, clock)

    view = circle_service.show_circle(desk, caller())
    said = text(circle_cards.circle_details(view))

    assert "Or that of the crowd?" in said
    assert "On 1 question of which it is known, the crowd of the source earned **0.010**" in said
    assert "Too early to say: it takes 30 questions (1 so far)." in said
    assert view.trust is not None
    assert dict(view.trust.rows)["always 50%"].value == 0.25
    assert "crowd" not in dict(view.trust.rows)


def test_knowing_nothing_is_half_or_equal_shares_and_nothing_of_a_number() -> None:
    options = AnswerFormat("ordered", ("A", "B", "C", "D"))

    assert scores_crowds.of_nothing(AnswerFormat()) == Belief(0.5)
    assert scores_crowds.of_nothing(options) == Belief(values=(0.25,) * 4)
    assert scores_crowds.of_nothing(AnswerFormat("numeric", (), "mm")) is None


@pytest.mark.both_engines
def test_the_close_of_a_round_belongs_to_that_round(desk: Desk, clock: Clock) -> None:
    question = bring(desk)
    heard(desk, question, BROUGHT)
    number = play(desk, clock, SAID)
    heard(desk, question, AT_CLOSE, number)

    with desk.db.read() as tx:
        here, nowhere = crowds.at_close(tx, number), crowds.at_close(tx, number + 1)
        by_round = crowds.of_rounds(tx, GROUP)

    assert here is not None
    assert (here.probability, nowhere, by_round) == (AT_CLOSE, None, {number: AT_CLOSE})
