"""The people of the demo, and their questions: true events with true outcomes."""

from dataclasses import dataclass
from datetime import UTC, datetime

# The evening of the demo: a Thursday on which none of the outcomes was known.
EVENING = datetime(2024, 10, 10, 18, 58, tzinfo=UTC)
HOST = "Ana"
CAST = ("Ana", "Boris", "Chidi", "Dana", "Emil")


@dataclass(frozen=True)
class CastQuestion:
    """A question with what is known of it today."""

    by: str
    title: str
    criteria: str
    closes: str
    source: str
    outcome: str
    known: str
    answers: str = ""
    forecasts: tuple[str, ...] = ()


BOOSTER = CastQuestion(
    by="Chidi",
    title="Will SpaceX catch a Super Heavy booster with its launch tower by 31 October 2024?",
    criteria="Yes if a returning booster is caught and held by the tower's arms at Starbase.",
    closes="31 Oct 2024",
    source="https://www.spacex.com/launches/",
    outcome="yes",
    known="13 Oct 2024 12:33 UTC",
)
PEACE = CastQuestion(
    by="Dana",
    title="Will the Nobel Peace Prize of 2024 go to an organisation?",
    criteria="Yes if at least one laureate is an organisation and not a person.",
    closes="11 Oct 2024 08:30",
    source="https://www.nobelpeaceprize.org/",
    outcome="yes",
    known="11 Oct 2024 09:00 UTC",
)
# Forecast outside the session, by all five in the order of the cast.
AT_HOME = (
    CastQuestion(
        by="Boris",
        title="Will the European Central Bank cut its deposit rate on 17 October 2024?",
        criteria="Yes if the decision of that day lowers the deposit facility rate.",
        closes="17 Oct 2024 12:00",
        source="https://www.ecb.europa.eu/",
        outcome="yes",
        known="17 Oct 2024 12:15 UTC",
        forecasts=("85%", "0.9", "70", "95%", "8/10"),
    ),
    CastQuestion(
        by="Emil",
        title="Will US unemployment for October 2024 be above 4.1%?",
        criteria="By the first publication of the Bureau of Labor Statistics.",
        closes="1 Nov 2024 12:00",
        source="https://www.bls.gov/",
        outcome="no",
        known="1 Nov 2024 12:30 UTC",
        forecasts=("40%", "35", "0.55", "30%", "45%"),
    ),
    CastQuestion(
        by="Ana",
        title="Will Donald Trump win the US presidential election of 2024?",
        criteria="Yes if the major agencies call the election for him.",
        closes="5 Nov 2024 23:00",
        source="https://apnews.com/",
        outcome="yes",
        known="6 Nov 2024 10:34 UTC",
        forecasts=("52%", "45%", "0.6", "48", "50%"),
    ),
    CastQuestion(
        by="Chidi",
        title="How many games will baseball's World Series of 2024 take?",
        criteria="The games that are played, of seven at most.",
        closes="25 Oct 2024 23:00",
        source="https://www.mlb.com/postseason",
        outcome="5",
        known="31 Oct 2024 04:00 UTC",
        answers="ordered\n4\n5\n6\n7",
        forecasts=("15/25/30/30", "20/30/25/25", "10/30/30/30", "25/25/25/25", "12/23/32/33"),
    ),
)


@dataclass(frozen=True)
class CastForecast:
    """One member's forecasts in a round: blind, in the turn with a reason, final."""

    blind: str
    turn: str
    reason: str
    final: str | None = None


BOOSTER_ROUND = {
    "Ana": CastForecast("35%", "45%", "Licence still missing, but the date keeps holding.", "60%"),
    "Boris": CastForecast("20%", "30%", "First try of something that nobody has done."),
    "Chidi": CastForecast("70%", "72%", "Last flight came down within half a metre."),
    "Dana": CastForecast("50%", "64%", "The tower looks ready, and three weeks are left."),
    "Emil": CastForecast("15%", "55%", "They divert to the sea if one sensor is off.", "58%"),
}
PEACE_ROUND = {
    "Ana": CastForecast("30%", "40%", "About a quarter of all prizes went to organisations."),
    "Boris": CastForecast("25%", "30%", "Base rate since 1990 is nearer to a third."),
    "Chidi": CastForecast("45%", "45%", "Years with many wars favour aid organisations."),
    "Dana": CastForecast("55%", "50%", "The bookmakers' list is half organisations."),
    "Emil": CastForecast("40%", "42%", "Between the base rate and the favourites."),
}
