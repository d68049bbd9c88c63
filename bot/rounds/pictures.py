"""The table of pictures of a closed round; a question's kind names one of them."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.answers.card_words import words_of
from bot.answers.wording import PictureName
from bot.rounds import charts, pool_charts
from bot.rounds.read_model import Summary


@dataclass(frozen=True)
class RoundPicture:
    """A picture as a PNG, and in words for those who do not see it."""

    draw: Callable[[Summary], bytes]
    alt_text: Callable[[Summary], str]


PICTURES: dict[PictureName, RoundPicture] = {
    "line": RoundPicture(charts.circle_chart, charts.circle_alt_text),
    "strips": RoundPicture(pool_charts.strips_chart, pool_charts.strips_alt_text),
    "ranges": RoundPicture(pool_charts.ranges_chart, pool_charts.ranges_alt_text),
}


def picture_of(shown: Summary) -> RoundPicture:
    """Return the picture that goes with the kind of question."""
    return PICTURES[words_of(shown.about.asked).picture]
