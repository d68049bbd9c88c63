"""How a question's history reads: one sentence, the picture, the forecasts below."""

from dataclasses import replace

from bot.door.messages import LAYOUT_LIMIT, PICTURE, Picture
from bot.forecasts.history_cards import history_card
from bot.forecasts.read_model import History, Outcome
from tests.bot.forecasts.test_charts import FOUR, PICTURES, history, line

PNG = Picture(b"", "history.png", "")


def texts(shown: History) -> list[str]:
    layout = history_card(shown, PNG).layout
    assert layout is not None
    return layout.texts()


def test_the_picture_comes_after_one_sentence_and_before_the_forecasts() -> None:
    layout = history_card(history(*FOUR), PNG).layout

    assert layout is not None
    head, picture, below = layout.parts
    assert picture is PICTURE
    assert str(head).count("\n") == 1
    assert "The group stands at **70%** (4 people, 9 forecasts)." in str(head)
    assert str(below).count("\n") == len(FOUR) - 1
    assert "**40%** Ana blind" in str(below)


def test_once_resolved_it_says_how_it_came_out_first() -> None:
    head = texts(PICTURES["resolved"])[0]

    assert "It came out **yes**. The group stood at **70%**" in head


def test_a_void_question_is_called_so() -> None:
    assert "It is void." in texts(PICTURES["void"])[0]


def test_two_people_have_no_number_in_common() -> None:
    head = texts(history(*FOUR[:2]))[0]

    assert "2 people, 2 forecasts so far." in head


def test_what_is_hidden_is_said_without_any_number() -> None:
    head = texts(history(*FOUR[:3], hidden=True))[0]

    assert "Blind forecasts are shown when the round closes." in head
    assert "stands at" not in head


def test_a_question_that_nobody_forecast_says_so_and_has_no_picture() -> None:
    message = history_card(history(), None)

    assert message.layout is not None
    assert "Nobody has forecast it yet." in message.layout.texts()[0]
    assert message.picture is None


def test_the_longest_history_fits_and_keeps_the_newest_forecasts() -> None:
    reason = "*" * 500
    many = [replace(line(k, "*" * 32, 0.5), reason=reason) for k in range(99)]
    newest = replace(line(99, "Newest", 0.123), reason=reason)
    asked = PICTURES["ten long options"].asked
    shown = history(*many, newest, title="*" * 200)

    said = texts(shown)
    with_options = texts(
        replace(PICTURES["ten long options"], title="*" * 200, outcome=Outcome("*" * 60, 1.0))
    )

    assert len(asked.options) == 10
    assert sum(map(len, said)) <= LAYOUT_LIMIT
    assert sum(map(len, with_options)) <= LAYOUT_LIMIT
    assert "Newest" in said[1]
    assert "of 100; `/data export` has all." in said[1]
