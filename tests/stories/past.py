"""Short ways to a pastcasting evening."""

from collections.abc import Collection
from datetime import date

from bot.demo.stage import Stage
from storage import bank
from storage.engine import Database
from storage.tables import Banked, QuestionKind
from tests.conftest import CAST

BANK = (
    Banked(
        name="owl-2013",
        topic="science",
        title="Will the spotted owl be seen in Kent by 1 April 2013?",
        criteria="Yes if the county's bird society reports a sighting that it has checked.",
        background="None has been seen there since 1998. The winter was mild.",
        look_up="Spotted owl",
        opens_at=date(2013, 3, 1),
        as_of=date(2013, 3, 14),
        closes_at=date(2013, 4, 1),
        known_at=date(2013, 3, 29),
        outcome="yes",
        crowd=0.23,
        source="Kent Bird Society: sightings of 2013",
    ),
    Banked(
        name="bridge-2015",
        topic="law",
        title="Will the court stop the bridge over the fjord in 2015?",
        criteria="Yes if the supreme court stops the building by 31 December 2015.",
        background="Two courts have let it go on.",
        look_up="Fjord",
        opens_at=date(2015, 2, 1),
        as_of=date(2015, 5, 2),
        closes_at=date(2015, 12, 31),
        known_at=date(2016, 1, 1),
        outcome="no",
        source="Supreme court: rulings of 2015",
    ),
    Banked(
        name="medals-2016",
        topic="sport",
        kind=QuestionKind.CHOICE,
        title="Which team wins the relay of the islands in 2016?",
        criteria="The team that the jury names as the winner.",
        background="Four teams have entered.",
        look_up="Relay race",
        options='["North", "South", "East", "West"]',
        opens_at=date(2016, 2, 1),
        as_of=date(2016, 5, 2),
        closes_at=date(2016, 8, 1),
        known_at=date(2016, 7, 30),
        outcome="2",
        source="Jury of the islands: results of 2016",
    ),
)


def fill_bank(database: Database, rows: Collection[Banked] = BANK) -> None:
    """Put these questions, and no others, into the box."""
    with database.write() as tx:
        bank.put(tx, None, [Banked(**row.model_dump(exclude={"id"})) for row in rows])


async def start_pastcast(stage: Stage, database: Database, **options: object) -> None:
    """A pastcast with everybody in the circle, and its first question dealt."""
    fill_bank(database)
    await stage.type("Ana", "session start", format="pastcast", order="manual", **options)
    for name in CAST[1:]:
        await stage.press(name, "Join")
    await stage.press("Ana", "Start the round")


async def play_round(stage: Stage, *, knowing: Collection[str] = ()) -> None:
    """A round in which some know the question, and all others forecast blind and in their turn."""
    for name in knowing:
        await stage.press(name, "I know this one")
    others = [name for name in CAST if name not in knowing]
    for number, name in enumerate(others):
        await forecast(stage, name, 30 + 5 * number)
    await stage.press(others[0], "I'm ready")
    for number, name in enumerate(others):
        await stage.wait(20)
        await forecast(stage, name, 50 + 5 * number)
        await stage.press(name, "Done")
    for name in others:
        await stage.press(name, "I'm ready")


async def forecast(stage: Stage, name: str, percent: int) -> None:
    """A forecast by the form: a chance of yes, or of the first of four options."""
    form = await stage.press(name, "Record forecast")
    rest = (100 - percent) // 3
    parts = [str(100 - 3 * rest), *[str(rest)] * 3]
    if "'part0'" in str(form.modal):
        await stage.fill(name, form, **{f"part{place}": part for place, part in enumerate(parts)})
    else:  # beside the choice to finish there is one field for all options
        has_options = "one per option" in str(form.modal).lower()
        said = "/".join(parts) if has_options else str(percent)
        await stage.fill(name, form, probability=said, reason="as it usually goes")
