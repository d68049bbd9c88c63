"""Links to the past: each stops at the day, survives any text, and fits on a button."""

from datetime import date
from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from bot.core.times.said import it_is
from bot.pastcasts import box, cards, links

DAY = date(2013, 3, 4)
DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))


def test_the_day_is_said_as_people_say_it() -> None:
    assert it_is(DAY) == "It is 4 March 2013"


def test_a_question_has_a_search_an_articles_history_and_the_news_of_its_day() -> None:
    found = cards.look_up_links("Will gold rise?", "Gold as an investment", DAY)

    search, versions, news = [str(one.url) for one in found]
    assert [one.label for one in found] == ["Web search", "Encyclopedia", "News"]
    assert search == (
        "https://www.google.com/search?q=Gold%20as%20an%20investment%20before%3A2013-03-04"
    )
    assert versions == (
        "https://en.wikipedia.org/w/index.php?title=Gold_as_an_investment"
        "&action=history&offset=20130304000000"
    )
    assert news == "https://web.archive.org/web/20130304000000/https://www.bbc.co.uk/news"


def test_without_an_article_the_title_is_searched_and_there_is_no_encyclopedia() -> None:
    found = cards.look_up_links("Will gold rise?", "", DAY)

    assert [one.label for one in found] == ["Web search", "News"]
    assert "Will%20gold%20rise%3F%20before" in str(found[0].url)


@given(st.text(max_size=2000), DAYS)
def test_a_search_of_any_text_asks_for_nothing_after_the_day(words: str, day: date) -> None:
    address = links.search(words.encode("utf-8", "ignore").decode(), day)

    asked = parse_qs(urlsplit(address).query)
    assert len(address) <= links.LONGEST
    assert address.isascii()
    assert list(asked) == ["q"]
    assert asked["q"][0].endswith(f" before:{day.isoformat()}")


@given(st.text(max_size=100), DAYS)
def test_an_article_of_any_name_adds_nothing_to_what_is_asked_for(title: str, day: date) -> None:
    address = links.history(title.encode("utf-8", "ignore").decode(), day)

    if address is not None:
        asked = parse_qs(urlsplit(address).query)
        assert len(address) <= links.LONGEST
        assert set(asked) == {"title", "action", "offset"}
        assert asked["offset"] == [f"{day:%Y%m%d}000000"]


def test_every_question_of_the_box_has_its_three_links() -> None:
    for row in box.rows():
        assert len(cards.look_up_links(row.title, row.look_up, row.as_of)) == 3, row.id
