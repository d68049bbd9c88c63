"""From a summary to its picture with alt text, where it is not of yes or no. Draws."""

from bot.answers.kinds import list_options
from bot.answers.probabilities import Belief
from bot.circle.movement import Movement
from bot.door.messages import Picture
from bot.rounds import pool_charts
from bot.rounds.read_model import Summary


def pool_picture(shown: Summary) -> Picture:
    """The circle's forecasts drawn."""
    picture = pool_charts.PoolPicture(
        title=shown.about.question,
        seats=tuple(
            pool_charts.Spoken(seat.name, _values(seat.said[0]), _values(seat.said[2]))
            for seat in shown.seats
        ),
        group=_group(shown.movement),
        path=tuple(_values(one) for one in shown.movement.path),
        end=_values(shown.movement.final),
        people=shown.movement.compared.people if shown.movement.compared else 0,
        options=tuple(list_options(shown.about.asked)),
        unit=shown.about.asked.unit,
    )
    return Picture(
        pool_charts.pool_chart(picture), "circle.png", pool_charts.pool_alt_text(picture)
    )


def _group(moved: Movement) -> pool_charts.Spoken:
    """Return before and after of the same people; of too few, the end alone."""
    found = moved.compared
    if found is None:
        return pool_charts.Spoken("the group", None, _values(moved.final))
    everybody = found.people == moved.final_people
    name = "the group" if everybody else f"the same {found.people}"
    return pool_charts.Spoken(name, found.before.values, found.after.values)


def _values(belief: Belief | None) -> tuple[float, ...] | None:
    return belief.values if belief is not None else None
