"""Whatever is understood is understood again when the bot says it, and lies where it must."""

import csv
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.core.times import words, zones
from bot.core.times.clean import clean
from bot.core.times.reader import read_time
from bot.core.times.result import Asks, Purpose, Refused, Result, Understood
from tests.bot.core.times.test_typed_times import TABLE

ZONES = sorted(
    {str(zones.parse_zone(name)) for name in available_timezones() - {"localtime", "Factory"}}
)
PURPOSES: tuple[Purpose, ...] = ("session", "close", "known")
FARTHEST = {
    "session": timedelta(days=366),
    "close": timedelta(days=3653),
    "known": timedelta(days=366),
}

nows = st.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1)).map(
    lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC)
)
some_zones = st.sampled_from(ZONES).map(ZoneInfo)
purposes = st.sampled_from(PURPOSES)


def digits(template: str, *choices: list[object]) -> st.SearchStrategy[str]:
    return st.tuples(*map(st.sampled_from, choices)).map(lambda chosen: template.format(*chosen))


HOURS: list[object] = list(range(25))
MINUTES: list[object] = ["00", "05", "15", "30", "45", "59"]
DAYS: list[object] = list(range(1, 32))
MONTHS: list[object] = [
    "Jan",
    "February",
    "März",
    "avril",
    "May",
    "junio",
    "Jul",
    "août",
    "Sep.",
    "Oktober",
    "Nov",
    "Dec",
]
WEEKDAYS: list[object] = ["Mon", "tuesday", "Weds", "jeudi", "Freitag", "sábado", "Sun."]

times_of_day = st.one_of(
    digits("{}:{}", HOURS, MINUTES),
    digits("{:02}:{}", HOURS, MINUTES),
    digits("{} {}", list(range(1, 13)), ["am", "pm", "p.m.", "o'clock", "Uhr", "in the evening"]),
    digits("{}{}", list(range(1, 13)), ["am", "pm", "p", "h", "h30"]),
    digits("at {}", HOURS),
    digits("{}.{}", HOURS, MINUTES),
    st.sampled_from(
        ["noon", "midnight", "tonight at 8", "half past seven", "quarter to 8pm", "1930"]
    ),
)
days = st.one_of(
    st.sampled_from(WEEKDAYS).map(str),
    digits("{} {}", ["next", "this", "last"], WEEKDAYS),
    digits("{} {}", DAYS, MONTHS),
    digits("{} {} {}", MONTHS, DAYS, [2026, 2027, 2031]),
    digits("{}.{}.", DAYS, list(range(1, 13))),
    digits("{}/{}", DAYS, list(range(1, 13))),
    digits("{}-{:02}-{:02}", [2025, 2026, 2027], list(range(1, 13)), DAYS),
    digits("{} {} {}", WEEKDAYS, DAYS, MONTHS),
    digits("the {}th", list(range(4, 21))),
    digits("{} {} in {}", ["1st", "second", "last"], WEEKDAYS, MONTHS),
    digits("in {} {}", list(range(1, 40)), ["days", "weeks", "Monate"]),
    digits("{} {} ago", list(range(1, 40)), ["days", "weeks"]),
    st.sampled_from(
        ["today", "morgen", "ayer", "day after tomorrow", "this weekend", "Friday next week"]
    ),
)
moments_from_now = st.one_of(
    digits("in {} {}", list(range(1, 99)), ["minutes", "hours"]),
    digits("{}{}", list(range(1, 99)), ["h", "m", "h ago", " minutes ago"]),
    digits("{}d {}h", list(range(1, 9)), HOURS),
    st.sampled_from(["now", "EOY", "end of June", "Q1 2030", "<t:1796322600:F>"]),
)
places = st.sampled_from(["", "", "ET", "(Berlin)", "UTC", "Asia/Kathmandu", "UTC-5", "Lord Howe"])
texts = st.one_of(
    st.tuples(days, times_of_day, places),
    st.tuples(times_of_day, days, places),
    st.tuples(places, days, times_of_day),
    st.tuples(days, places),
    st.tuples(times_of_day, places),
    st.tuples(moments_from_now),
).map(lambda parts: " ".join(part for part in parts if part))


def understood(result: Result) -> tuple[Understood, ...]:
    match result:
        case Understood():
            return (result,)
        case Asks():
            return result.candidates
    return ()


def said(one: Understood) -> list[str]:
    return [one.label, one.moment, one.text, f"<t:{int(one.at.timestamp())}:F>"]


@given(texts, purposes, some_zones, some_zones, nows)
@example(
    "Sunday 02:30",
    "session",
    ZoneInfo("Europe/Berlin"),
    ZoneInfo("UTC"),
    datetime(2026, 10, 24, tzinfo=UTC),
)
@example(
    "Sunday 01:45",
    "session",
    ZoneInfo("Australia/Lord_Howe"),
    ZoneInfo("UTC"),
    datetime(2027, 4, 1, tzinfo=UTC),
)
def test_what_is_understood_is_understood_again_as_the_bot_says_it(
    text: str, purpose: Purpose, zone: ZoneInfo, other: ZoneInfo, now: datetime
) -> None:
    for one in understood(read_time(text, purpose=purpose, zone=zone, now=now)):
        for words_of_the_bot in said(one):
            again = read_time(words_of_the_bot, purpose=purpose, zone=other, now=now)

            assert isinstance(again, Understood), (words_of_the_bot, again)
            assert again.at == one.at, words_of_the_bot


@given(texts, purposes, some_zones, nows)
def test_what_is_understood_lies_on_the_right_side_of_now_and_not_too_far(
    text: str, purpose: Purpose, zone: ZoneInfo, now: datetime
) -> None:
    result = read_time(text, purpose=purpose, zone=zone, now=now)

    moments = [one.at for one in understood(result)]
    assert all((at <= now) == (purpose == "known") for at in moments)
    assert all(abs(at - now) <= FARTHEST[purpose] for at in moments)
    if isinstance(result, Asks):
        assert 2 <= len(moments) <= 4
        assert moments == sorted(set(moments))
        assert result.doubt
    if isinstance(result, Refused):
        assert result.reason
        assert len(result.reason) < 400


def is_unknown(typed: str) -> bool:
    word = clean(typed)
    taken = {part for phrase in words.phrases() for part in phrase.replace("-", " ").split()}
    return word not in taken and zones.place(word) is None and word not in zones.VAGUE


unknown_words = st.text("abcdefghijklmnopqrstuvwxyzäéñ'", min_size=1, max_size=9).filter(
    lambda word: is_unknown(word) and word[0] != "'" and word[-1] != "'"
)


@given(texts, unknown_words, st.integers(0, 9), purposes, some_zones, nows)
def test_a_word_that_is_not_known_is_never_left_out(
    text: str, word: str, place: int, purpose: Purpose, zone: ZoneInfo, now: datetime
) -> None:
    split = text.split(" ")
    split.insert(place % (len(split) + 1), word)
    more = " ".join(split)
    assume(len(more) <= 80)

    result = read_time(more, purpose=purpose, zone=zone, now=now)

    assert isinstance(result, Refused), more


def typed() -> list[str]:
    if not TABLE.is_file():
        return ["Thursday 19:00"]
    with TABLE.open(newline="", encoding="utf-8") as file:
        return [row["text"] for row in csv.DictReader(file)]


@given(st.sampled_from(typed()), unknown_words, st.booleans(), purposes)
def test_no_row_of_the_shared_table_survives_a_word_more(
    text: str, word: str, first: bool, purpose: Purpose
) -> None:
    now, zone = datetime(2026, 11, 28, 11, tzinfo=UTC), ZoneInfo("Europe/Berlin")
    more = f"{word} {text}" if first else f"{text} {word}"

    assert isinstance(read_time(more, purpose=purpose, zone=zone, now=now), Refused)


@given(st.text(max_size=90), purposes, some_zones, nows)
@example("\0", "session", ZoneInfo("UTC"), datetime(2026, 1, 1, tzinfo=UTC))
@example("\ud800 19:00", "session", ZoneInfo("UTC"), datetime(2026, 1, 1, tzinfo=UTC))
@example("١٩:٠٠", "session", ZoneInfo("UTC"), datetime(2026, 1, 1, tzinfo=UTC))
@example("²", "session", ZoneInfo("UTC"), datetime(2026, 1, 1, tzinfo=UTC))
@example("<t:9999999999999>", "close", ZoneInfo("UTC"), datetime(2026, 1, 1, tzinfo=UTC))
@example("9999-12-31 23:59", "close", ZoneInfo("UTC"), datetime(2026, 1, 1, tzinfo=UTC))
@example("0001-01-01 00:00", "known", ZoneInfo("Asia/Tokyo"), datetime(2026, 1, 1, tzinfo=UTC))
@example("0000-01-01", "known", ZoneInfo("Asia/Tokyo"), datetime(2026, 1, 1, tzinfo=UTC))
@example("999999 years ago", "known", ZoneInfo("UTC"), datetime(2026, 1, 1, tzinfo=UTC))
def test_any_text_at_all_has_an_answer(
    text: str, purpose: Purpose, zone: ZoneInfo, now: datetime
) -> None:
    result = read_time(text, purpose=purpose, zone=zone, now=now)

    assert not isinstance(result, Refused) or result.reason.strip()


VOCABULARY = [
    *words.phrases(),
    *("19:00", "7", "4", "19.30", "4.12", "05/06", "2030", "19h", "2h30", "7pm", "3rd", "(", ")"),
    *("-", "+", "@", ",", "UTC+2", "Berlin", "ET", "<t:1796322600>", "2026-12-03", "1d", ".", "/"),
]


@given(
    st.lists(st.sampled_from(VOCABULARY), max_size=12),
    st.sampled_from([" ", ""]),
    purposes,
    some_zones,
    nows,
)
def test_any_words_of_times_have_an_answer(
    chosen: list[str], between: str, purpose: Purpose, zone: ZoneInfo, now: datetime
) -> None:
    result = read_time(between.join(chosen)[:80], purpose=purpose, zone=zone, now=now)

    assert all((one.at <= now) == (purpose == "known") for one in understood(result))
