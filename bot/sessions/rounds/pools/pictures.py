"""From a summary to its picture with alt text, where it is not of yes or no. Draws."""

from bot.forecasts.rules import Belief
from bot.message import Picture
from bot.questions.kinds.rules import list_options
from bot.sessions.rounds.pooling import Pool
from bot.sessions.rounds.pools import charts
from bot.sessions.rounds.shown import Summary


def pool_picture(shown: Summary) -> Picture:
    """The circle's forecasts drawn."""
    picture = charts.PoolPicture(
        title=shown.about.question,
        seats=tuple(
            charts.Spoken(seat.name, _values(seat.said[0]), _values(seat.said[2]))
            for seat in shown.seats
        ),
        group=charts.Spoken("the group", _best(shown.blind_pool), _best(shown.final_pool)),
        options=tuple(list_options(shown.about.asked)),
        unit=shown.about.asked.unit,
    )
    return Picture(charts.pool_chart(picture), "circle.png", charts.pool_alt_text(picture))


def _values(belief: Belief | None) -> tuple[float, ...] | None:
    return belief.values if belief is not None else None


def _best(pool: Pool | None) -> tuple[float, ...] | None:
    return _values(pool.best) if pool is not None else None
