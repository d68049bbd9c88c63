"""Addresses that show the web as it was before a day. Nothing is fetched here. Pure."""

from datetime import date
from urllib.parse import quote

# The longest address that a button may open.
LONGEST = 512
_NEWS = "https://www.bbc.co.uk/news"


def search(words: str, day: date) -> str:
    """Return a web search for pages from before a day.

    Words that would make the address too long are left out, from the end.

    >>> search("Andes & peaks", date(2013, 3, 14))
    'https://www.google.com/search?q=Andes%20%26%20peaks%20before%3A2013-03-14'
    """
    start, end = "https://www.google.com/search?q=", quote(f" before:{day.isoformat()}", safe="")
    asked = " ".join(words.split())
    while len(start) + len(quote(asked, safe="")) + len(end) > LONGEST:
        asked = asked.rpartition(" ")[0] if " " in asked else asked[:-1]
    return f"{start}{quote(asked, safe='')}{end}"


def history(article: str, day: date) -> str | None:
    """Return an article's versions in the encyclopedia from before a day, newest first.

    None without an article, or if its name is too long for an address.

    >>> history("Brent Crude", date(2011, 9, 12))
    'https://en.wikipedia.org/w/index.php?title=Brent_Crude&action=history&offset=20110912000000'
    """
    title = quote("_".join(article.split()), safe="")
    if not title:
        return None
    address = (
        f"https://en.wikipedia.org/w/index.php?title={title}"
        f"&action=history&offset={day:%Y%m%d}000000"
    )
    return address if len(address) <= LONGEST else None


def news(day: date) -> str:
    """Return an archive's copy of a page of news, the nearest to the start of a day.

    >>> news(date(2013, 3, 14))
    'https://web.archive.org/web/20130314000000/https://www.bbc.co.uk/news'
    """
    return f"https://web.archive.org/web/{day:%Y%m%d}000000/{_NEWS}"
