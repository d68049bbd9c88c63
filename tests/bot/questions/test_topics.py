"""What questions are about: how a topic is given, spelled, changed and asked for."""

import pytest

from bot.core import keys
from bot.core.drafts import FilledForm
from bot.core.refusals import NotAllowedRefusal, Refusal
from bot.core.unit import Desk
from bot.door.custom_ids import CustomId
from bot.pastcasts import box
from bot.questions import cards as questions_cards
from bot.questions import form_cards
from bot.questions import service as questions_service
from bot.questions import topics as questions_topics
from bot.questions.read_model import read_question
from bot.sessions import service as sessions_service
from bot.sessions.service import StartOptions
from storage.enums import QuestionState, SessionFormat
from storage.tables import Question
from tests.bot.scenes import RAIN, SNOW, bring, open_lobby, row, rows, wanted, wrote
from tests.conftest import Clock, caller

MINUTE = 60


def about(desk: Desk, title: str, topic: str, name: str = "Ana", **more: object) -> int:
    """A question with a topic, brought through its form."""
    at = questions_service.keep_topic(desk, caller(name, **more), topic)
    sent = FilledForm(str(CustomId("submitted", at)), {"title": title})
    whole = questions_service.with_topic(desk, caller(name, **more), at, sent)
    return questions_service.save(desk, caller(name, **more), 0, whole).id


def topic(desk: Desk, question: int) -> str | None:
    return row(desk, Question, question).topic


def offered(desk: Desk, typed: str = "") -> list[tuple[str, str]]:
    return questions_topics.choices(desk, caller(), typed)


@pytest.mark.both_engines
def test_a_topic_is_spelled_as_the_group_spelled_it_first(desk: Desk) -> None:
    about(desk, RAIN, "  Wörld   Politics ")
    about(desk, SNOW, "WÖRLD politics")

    assert topic(desk, 1) == topic(desk, 2) == "Wörld Politics"
    assert offered(desk) == [("Wörld Politics (2)", "Wörld Politics")]


@pytest.mark.both_engines
def test_topics_are_offered_commonest_first_by_what_was_typed(desk: Desk) -> None:
    about(desk, RAIN, "sport")
    about(desk, SNOW, "weather")
    about(desk, "Will the comet be seen this month?", "weather")
    about(desk, "Will the owls win the cup?", "birds", group_id=901)

    assert [name for _, name in offered(desk)] == ["weather", "sport"]
    assert offered(desk, " SP") == [("sport (1)", "sport")]


def test_without_a_topic_there_is_none(desk: Desk) -> None:
    bring(desk)

    assert topic(desk, 1) is None
    assert offered(desk) == []


@pytest.mark.parametrize("typed", ["x" * 31, "two words " * 4])
def test_a_long_topic_is_refused_before_the_form_opens(desk: Desk, typed: str) -> None:
    with pytest.raises(Refusal, match="characters; 30 fit"):
        questions_service.keep_topic(desk, caller(), typed)


def test_a_sealed_question_takes_none(desk: Desk) -> None:
    with pytest.raises(Refusal, match="leave `topic` out"):
        questions_service.keep_topic(desk, caller(), "weather", sealed=True)


def test_the_form_that_a_topic_waits_for_is_that_of_a_new_question() -> None:
    assert str(CustomId("submitted", form_cards.NEW)) == questions_service.NEW_FORM
    assert form_cards.question_form(keys.form(7)).custom_id == "submitted|d7"


def test_whoever_types_for_long_loses_the_topic_and_not_the_question(
    desk: Desk, clock: Clock
) -> None:
    at = questions_service.keep_topic(desk, caller(), "weather")
    clock.move(40 * MINUTE)

    sent = FilledForm(str(CustomId("submitted", at)), {"title": RAIN})
    whole = questions_service.with_topic(desk, caller(), at, sent)
    questions_service.save(desk, caller(), 0, whole)

    assert (row(desk, Question, 1).title, topic(desk, 1)) == (RAIN, None)


def test_the_kept_topic_of_somebody_else_is_not_taken(desk: Desk) -> None:
    bring(desk, name="Ben")
    at = questions_service.keep_topic(desk, caller("Ana"), "secret plans")
    sent = FilledForm(str(CustomId("submitted", at)), {"title": SNOW})

    assert "topic" not in questions_service.with_topic(desk, caller("Ben"), at, sent).fields


def test_the_author_changes_it_also_once_it_is_forecast_and_takes_it_away(desk: Desk) -> None:
    bring(desk)
    before = wanted(desk, keys.question(1))

    assert questions_service.file_under(desk, caller(), 1, "weather") == "weather"
    assert topic(desk, 1) == "weather"
    assert wanted(desk, keys.question(1)) == before + 1
    assert questions_service.file_under(desk, caller(), 1, " - ") == ""
    assert topic(desk, 1) is None


def test_an_edit_by_the_form_keeps_it(desk: Desk) -> None:
    about(desk, RAIN, "weather")

    questions_service.edit(desk, caller(), 1, wrote(SNOW))

    assert (row(desk, Question, 1).title, topic(desk, 1)) == (SNOW, "weather")


def test_another_member_may_not_change_it(desk: Desk) -> None:
    bring(desk)

    with pytest.raises(NotAllowedRefusal):
        questions_service.file_under(desk, caller("Ben"), 1, "weather")
    with pytest.raises(Refusal, match="not in this group"):
        questions_service.file_under(desk, caller("Guest", group_id=901), 1, "weather")


def test_the_card_says_it(desk: Desk) -> None:
    about(desk, RAIN, "weather")

    with desk.db.read() as tx:
        shown = read_question(tx, keys.question(1))
    assert shown is not None
    embed = questions_cards.question_card(shown).embed
    assert embed is not None
    assert embed.footer.text == "Asked by Ana · about weather · question 1"


@pytest.mark.both_engines
def test_a_list_of_one_topic_holds_nothing_else(desk: Desk) -> None:
    about(desk, RAIN, "weather")
    about(desk, "Will the owls win the cup?", "sport")
    about(desk, "Will the comet be seen this month?", "weather")
    questions_service.file_under(desk, caller(), 3, "sky")
    about(desk, SNOW, "weather")

    found = questions_service.listing(desk, caller(), None, "WEATHER")

    assert [one.title for one in found] == [SNOW, RAIN]
    assert questions_service.listing(desk, caller(), QuestionState.RESOLVED, "weather") == []


def test_a_topic_that_nothing_has_is_refused_with_those_there(desk: Desk) -> None:
    about(desk, RAIN, "weather")

    with pytest.raises(Refusal, match=r"has the topic `sport`\. There is `weather`"):
        questions_service.listing(desk, caller(), None, "sport")


def test_a_dealt_question_has_the_topic_of_the_bank(desk: Desk) -> None:
    box.load(desk.db)
    lobby = open_lobby(desk, wish=StartOptions(format=SessionFormat.PASTCAST))
    sessions_service.start_round(desk, caller("Ana"), lobby)

    dealt = rows(desk, Question)[0]
    assert dealt.banked_id is not None
    assert dealt.topic is not None
    assert offered(desk) == []
    of_past = questions_topics.choices(desk, caller(), "", past=True)
    assert of_past == [(f"{dealt.topic} (1)", dealt.topic)]
