"""A database that is away is a line in the log; a bug keeps its traceback."""

import pytest
from sqlalchemy.exc import OperationalError

from bot.core.troubles import HALF_DONE, SAID, shorten
from storage.engine import Database
from storage.troubles import Trouble

NOBODY_THERE = "postgresql://ann@127.0.0.1:1/dojo?connect_timeout=1"


def test_every_trouble_has_a_sentence_that_says_what_was_saved_and_what_to_do() -> None:
    said = [SAID[trouble] for trouble in Trouble]

    assert [one for one in (*said, HALF_DONE) if "lease" not in one] == []
    assert [one for one in said if "nothing was saved" not in one] == [SAID[Trouble.UNSURE]]


def test_a_database_that_is_away_is_logged_without_its_traceback() -> None:
    with pytest.raises(OperationalError) as caught:
        Database(NOBODY_THERE).answers()

    line = shorten(None, "error", {"level": "error", "exc_info": caught.value, "event": "x"})

    assert line == {"level": "warning", "event": "x", "database": "away"}


def test_the_error_that_is_being_handled_is_looked_at_too() -> None:
    try:
        Database(NOBODY_THERE).answers()
    except OperationalError:
        line = shorten(None, "error", {"level": "error", "exc_info": True})

    assert line == {"level": "warning", "database": "away"}


@pytest.mark.parametrize("given", [{}, {"exc_info": None}, {"exc_info": ValueError("a bug")}])
def test_any_other_line_stays_as_it_is(given: dict[str, object]) -> None:
    line = {"level": "error", "event": "x", **given}

    assert shorten(None, "error", dict(line)) == line
