"""Boards of one topic: the same as if the group had asked nothing else."""

from collections.abc import Callable

import pytest

from bot.core import keys
from bot.core.keys import Key
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.unit import Desk
from bot.questions import service as questions_service
from bot.questions.rules import Topic
from bot.standings import front_cards, pictures
from bot.standings import service as standings_service
from bot.standings.query import METRICS, BoardQuery, Window
from bot.standings.service import Board
from storage.enums import CardKind
from storage.tables import Question
from tests.bot.pastcast_scenes import pastcast
from tests.bot.saved_scenes import scene
from tests.bot.scenes import bring
from tests.bot.standings.test_pastcasts import live
from tests.conftest import START, Clock, caller

FIRST = {"Ana": ("20", "20", "20"), "Ben": ("90", "70", "60"), "Cleo": ("50", "50", "50")}
OTHER = {"Ben": ("10", "30", "40"), "Ana": ("80", "80", "95"), "Cleo": ("40", "30", "20")}
WORDS = Topic(1, "weather")


def file(desk: Desk, *topics: str) -> None:
    for number, topic in enumerate(topics, 1):
        who = caller("Ana", manages_events=True)
        questions_service.file_under(desk, who, number, topic)


@scene
def evenings(desk: Desk, clock: Clock) -> None:
    """Two questions about the weather, and one about sport between them."""
    for number, said in enumerate((FIRST, OTHER, OTHER), 1):
        live(desk, clock, number, said=said)
    file(desk, "weather", "sport", "weather")


@scene
def two_evenings(desk: Desk, clock: Clock) -> None:
    for number, said in enumerate((FIRST, OTHER), 1):
        live(desk, clock, number, said=said)


@scene
def two_evenings_and_another(desk: Desk, clock: Clock) -> None:
    """The same two, with a topic, and one that has another."""
    two_evenings(desk, clock)
    file(desk, "weather", "weather")
    live(desk, clock, 3, said=OTHER)
    file(desk, "weather", "weather", "sport")


def board(desk: Desk, metric: str = "brier", topic: str = "weather", **more: object) -> Board:
    return standings_service.show_leaderboard(
        desk, caller(), metric=metric, minimum=1, topic=topic, **more
    )


@pytest.mark.slow
@pytest.mark.both_engines
@pytest.mark.parametrize("metric", METRICS)
def test_a_board_of_a_topic_is_that_of_its_questions_alone(
    desk: Desk, clock: Clock, empty_again: Callable[[], None], metric: str
) -> None:
    two_evenings(desk, clock)
    alone = board(desk, metric, "")
    empty_again()
    clock.now = START

    two_evenings_and_another(desk, clock)

    assert repr(board(desk, metric).rows) == repr(alone.rows)
    assert board(desk, metric).resolved == 2
    assert repr(board(desk, metric, "").rows) != repr(alone.rows)


def test_a_window_and_a_topic_count_together(desk: Desk, clock: Clock) -> None:
    evenings(desk, clock)

    (ana, *_) = [row for row in board(desk, window="1 session").rows if row.name == "Ana"]

    assert ana.questions == 1
    assert board(desk, topic="sport", window="1 session").rows == ()


def test_the_title_names_the_topic_and_whoever_has_no_score_on_it_is_told(
    desk: Desk, clock: Clock
) -> None:
    live(desk, clock, 1)
    file(desk, "sea_*weather*")

    shown = board(desk, topic="SEA_*weather*")

    assert shown.title == "Leaderboard: sea_*weather*: Brier score, all time"
    said = front_cards.leaderboard_card(shown, None).layout
    assert said is not None
    assert "sea\\_\\*weather\\*: Brier" in said.texts()[0]


def test_a_topic_without_a_score_says_so(desk: Desk, clock: Clock) -> None:
    evenings(desk, clock)
    bring(desk)
    file(desk, "weather", "sport", "weather", "sky")

    said = front_cards.leaderboard_card(board(desk, topic="sky"), None).layout

    assert said is not None
    assert "No such score on sky yet." in said.texts()[0]
    with pytest.raises(Refusal, match="No question here has the topic `space`"):
        board(desk, topic="space")


@pytest.mark.both_engines
@pytest.mark.parametrize("group", [True, False])
def test_a_calibration_of_a_topic_is_of_its_questions_alone(
    desk: Desk, clock: Clock, group: bool
) -> None:
    evenings(desk, clock)

    def count(topic: str | int) -> int:
        found = standings_service.show_calibration(desk, caller(), group=group, topic=topic)
        assert found is not None
        assert found.reading is not None
        return found.reading.count

    assert (count("weather"), count("sport"), count(""), count(1)) == (2, 1, 3, 2)


def test_details_of_a_calibration_keep_the_topic(desk: Desk, clock: Clock) -> None:
    evenings(desk, clock)
    user = caller().user_id

    card = pictures.calibration(desk, caller(), None, group=False, topic="weather")
    details = pictures.calibration_details(desk, caller(), keys.standing(user, topic=1))

    assert card.items[0].custom_id == f"calibration_details|k{user}.0.1"
    assert details.embed is not None
    assert details.embed.title == "Calibration about weather: yours"


def test_pastcasts_have_topics_of_their_own(desk: Desk, clock: Clock) -> None:
    pastcast(desk, clock, 1)
    live(desk, clock, 2)
    with desk.db.write() as tx:
        tx.get_one(Question, 1).topic = "space"
        tx.get_one(Question, 2).topic = "weather"

    assert board(desk, topic="space", past=True).rows
    with pytest.raises(Refusal, match="No pastcast here has the topic `weather`"):
        board(desk, topic="weather", past=True)


# Buttons


@pytest.mark.parametrize("past", [True, False])
def test_a_button_keeps_topic_page_window_and_board(past: bool) -> None:
    for number in (0, 1, 9_999, 10_000, 3_000_000_000):
        asked = BoardQuery(
            "gain", Window("days", 30), 7, 9_999, past=past, topic=Topic(number, "weather")
        )

        found = BoardQuery.from_key(Key.parse(str(asked.key())))

        assert found == BoardQuery("gain", asked.window, 7, 9_999, past, Topic(number))


def test_buttons_from_before_topics_still_work() -> None:
    assert BoardQuery.from_key(Key(CardKind.LEADERBOARD, 3, (4, 0, 5))).topic.number == 0


@pytest.mark.parametrize("number", [2, 77, 4])
def test_a_button_whose_topic_is_gone_or_elsewhere_is_refused_kindly(
    desk: Desk, clock: Clock, number: int
) -> None:
    evenings(desk, clock)
    questions_service.file_under(desk, caller("Ana", manages_events=True), 2, "-")
    bring(desk, name="Guest", group_id=901)
    with desk.db.write() as tx:
        tx.get_one(Question, 4).topic = "weather"
    key = BoardQuery(topic=Topic(number)).key()

    with pytest.raises(StaleRefusal, match="That topic is gone"):
        standings_service.show_page_of(desk, caller(), key)


def test_a_page_behind_a_button_has_the_topic_by_its_name_of_now(desk: Desk, clock: Clock) -> None:
    evenings(desk, clock)

    shown = standings_service.show_page_of(desk, caller(), BoardQuery("brier", topic=WORDS).key())

    assert shown.asked.topic == WORDS
    assert "weather" in shown.title
