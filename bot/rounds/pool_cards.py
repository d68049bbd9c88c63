"""What the summary says of the group's forecasts, in the words of the question's kind."""

from bot.answers.card_words import words_of
from bot.answers.formats import AnswerFormat
from bot.answers.pooling import PooledForecast
from bot.answers.wording import PathWords
from bot.circle.round_cards import ended
from bot.core.refusals import say_people
from bot.rounds.read_model import Summary


def moved(shown: Summary) -> str:
    """Say how the same people moved; of too few, where the group ended."""
    compared, asked = shown.movement.compared, shown.about.asked
    if compared is None:
        return ended(shown.movement, path_words(shown))
    who = f"the same {say_people(compared.people)}"
    return words_of(asked).moved(compared.before, compared.after, who, asked)


def path_words(shown: Summary) -> PathWords:
    """Choose what is said of a forecast in the group's path."""
    asked = shown.about.asked
    return words_of(asked).path(shown.movement.final, asked)


def pool_lines(shown: Summary) -> str:
    """Say the group's forecasts, blind and final, in each way; and how far apart people are."""
    asked, movement = shown.about.asked, shown.movement
    rows = [
        f"{name} ({say_people(people)}): {_pool(pool, asked)}"
        for name, people, pool in (
            ("Blind", movement.blind_people, shown.blind_pool),
            ("Final", movement.final_people, shown.final_pool),
        )
        if pool is not None
    ]
    return "\n".join([*rows, _spread(shown)])


def _pool(pool: PooledForecast, asked: AnswerFormat) -> str:
    words = words_of(asked)
    return ", ".join(f"{name} {words.say_pooled(belief, asked)}" for name, belief in pool.ways)


def _spread(shown: Summary) -> str:
    assert shown.final_pool is not None  # noqa: S101 - the caller has looked
    finals = [seat.said[2] for seat in shown.seats if seat.said[2] is not None]
    asked = shown.about.asked
    return words_of(asked).spread(finals, shown.final_pool.best, asked)
