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

# Forecast in the weeks before, and resolved by now; all five forecasts in the order of the cast.
BEFORE = (
    CastQuestion(
        by="Dana",
        title="Will Starliner bring its two astronauts back to Earth by 30 September 2024?",
        criteria="Yes if both land aboard the Starliner in which they flew up.",
        closes="6 Sep 2024 18:00",
        source="https://www.nasa.gov/",
        outcome="no",
        known="7 Sep 2024 04:01 UTC",
        forecasts=("10%", "20%", "5%", "15%", "35%"),
    ),
    CastQuestion(
        by="Emil",
        title="Will US unemployment for August 2024 be above 4.2%?",
        criteria="By the first publication of the Bureau of Labor Statistics.",
        closes="6 Sep 2024 12:00",
        source="https://www.bls.gov/",
        outcome="no",
        known="6 Sep 2024 12:30 UTC",
        forecasts=("40%", "30%", "25%", "45%", "60%"),
    ),
    CastQuestion(
        by="Ana",
        title="Will China lead the medal table of the Paralympics in Paris?",
        criteria="By gold medals, once the last event is over.",
        closes="7 Sep 2024",
        source="https://www.paralympic.org/",
        outcome="yes",
        known="8 Sep 2024 18:00 UTC",
        forecasts=("90%", "85%", "97%", "80%", "75%"),
    ),
    CastQuestion(
        by="Boris",
        title="Will Polaris Dawn launch by 12 September 2024?",
        criteria="Yes if the rocket lifts off with its crew of four.",
        closes="9 Sep 2024",
        source="https://www.spacex.com/launches/",
        outcome="yes",
        known="10 Sep 2024 09:23 UTC",
        forecasts=("60%", "45%", "75%", "55%", "70%"),
    ),
    CastQuestion(
        by="Boris",
        title="Will the European Central Bank cut its deposit rate on 12 September 2024?",
        criteria="Yes if the decision of that day lowers the deposit facility rate.",
        closes="12 Sep 2024 12:00",
        source="https://www.ecb.europa.eu/",
        outcome="yes",
        known="12 Sep 2024 12:15 UTC",
        forecasts=("92%", "88%", "95%", "85%", "70%"),
    ),
    CastQuestion(
        by="Dana",
        title="Will the Federal Reserve cut by half a point on 18 September 2024?",
        criteria="Yes if the target range falls by 50 basis points or more.",
        closes="18 Sep 2024 17:00",
        source="https://www.federalreserve.gov/",
        outcome="yes",
        known="18 Sep 2024 18:00 UTC",
        forecasts=("45%", "30%", "60%", "40%", "20%"),
    ),
    CastQuestion(
        by="Chidi",
        title="Will the Bank of England cut its rate on 19 September 2024?",
        criteria="By the minutes of the Monetary Policy Committee.",
        closes="19 Sep 2024 10:00",
        source="https://www.bankofengland.co.uk/",
        outcome="no",
        known="19 Sep 2024 11:00 UTC",
        forecasts=("20%", "30%", "15%", "25%", "40%"),
    ),
    CastQuestion(
        by="Chidi",
        title="Will the iPhone 16 be on sale by 20 September 2024?",
        criteria="Yes if shops hand it out that day.",
        closes="19 Sep 2024",
        source="https://www.apple.com/newsroom/",
        outcome="yes",
        known="20 Sep 2024 08:00 UTC",
        forecasts=("85%", "90%", "95%", "88%", "80%"),
    ),
    CastQuestion(
        by="Ana",
        title="Will SpaceX fly Starship a fifth time by 30 September 2024?",
        criteria="Yes if ship and booster lift off together.",
        closes="29 Sep 2024",
        source="https://www.spacex.com/launches/",
        outcome="no",
        known="1 Oct 2024 00:00 UTC",
        forecasts=("35%", "25%", "20%", "50%", "65%"),
    ),
    CastQuestion(
        by="Emil",
        title="Will the Nobel Prize in Physics of 2024 go to work on machine learning?",
        criteria="By the committee's own words in its announcement.",
        closes="8 Oct 2024 09:00",
        source="https://www.nobelprize.org/",
        outcome="yes",
        known="8 Oct 2024 09:45 UTC",
        forecasts=("8%", "5%", "15%", "10%", "3%"),
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

# A pastcast, and somebody who has read about it before.
DEALT = ("comet-ison-survival-2013",)
KNOWS = "Emil"
PAST_ROUND = {
    "Ana": CastForecast("50%", "40%", "Most comets that come so close fall apart."),
    "Boris": CastForecast("60%", "45%", "Lovejoy went through closer, and lasted two days."),
    "Chidi": CastForecast("40%", "30%", "It has stayed dimmer than hoped, so it may be small."),
    "Dana": CastForecast("55%", "35%", "Surviving is not enough: it has to be active in December."),
}
