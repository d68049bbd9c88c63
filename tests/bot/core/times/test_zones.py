"""Time zones as people name them."""

import pytest

from bot.core.refusals import Refusal
from bot.core.times.zones import parse_zone, zones_like


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("  America/New York ", "America/New_York"),
        ("Etc/GMT+5", "Etc/GMT+5"),
        ("utc", "UTC"),
        ("Z", "UTC"),
        ("Berlin", "Europe/Berlin"),
        ("new  york", "America/New_York"),
        ("Port-au-Prince", "America/Port-au-Prince"),
        ("EET", "EET"),
        ("Singapore", "Asia/Singapore"),
    ],
)
def test_a_time_zone_is_found_by_its_name_or_its_city(typed: str, name: str) -> None:
    assert str(parse_zone(typed)) == name


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("EST", "America/New_York"),
        ("edt", "America/New_York"),
        ("ET", "America/New_York"),
        ("Eastern", "America/New_York"),
        ("CT", "America/Chicago"),
        ("MST", "America/Denver"),
        ("PT", "America/Los_Angeles"),
        ("HST", "Pacific/Honolulu"),
        ("BST", "Europe/London"),
        ("UK", "Europe/London"),
        ("CET", "Europe/Berlin"),
        ("AEDT", "Australia/Sydney"),
        ("JST", "Asia/Tokyo"),
        ("SGT", "Asia/Singapore"),
        ("GMT", "UTC"),
    ],
)
def test_an_everyday_name_is_the_wall_clock_of_its_place(typed: str, name: str) -> None:
    assert str(parse_zone(typed)) == name


@pytest.mark.parametrize(
    ("typed", "name"),
    [("CST", "America/Chicago"), ("ist", "Asia/Kolkata"), (" AEST ", "Australia/Brisbane")],
)
def test_a_name_of_several_zones_is_refused_with_the_names_to_type(typed: str, name: str) -> None:
    with pytest.raises(Refusal, match=rf"means different time zones.*`{name}`"):
        parse_zone(typed)


@pytest.mark.parametrize(
    "typed",
    [
        *("", " ", "UTC+2", "../etc/passwd", "Mars/Olympus", "x" * 999, "get", "Christmas"),
        *("localtime", "Factory", "\0", "Europe/", "/Berlin", "Easter", "\ud800"),
    ],
)
def test_what_is_no_time_zone_is_refused_with_examples(typed: str) -> None:
    with pytest.raises(Refusal, match=r"is not a time zone\. Use a name such as `Europe/Berlin`"):
        parse_zone(typed)


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("EST", ["America/New_York"]),
        ("et", ["America/New_York"]),
        ("CST", ["America/Chicago", "Asia/Shanghai", "America/Havana"]),
        ("berl", ["Europe/Berlin"]),
        ("new york", ["America/New_York"]),
        ("NEW_YORK", ["America/New_York"]),
        ("nothing like it", []),
    ],
)
def test_zones_are_offered_for_what_is_typed_so_far(typed: str, names: list[str]) -> None:
    assert zones_like(typed)[: len(names)] == names
    assert len(zones_like(typed)) <= 25


def test_every_zone_that_is_offered_can_be_chosen() -> None:
    offered = zones_like("", most=1000)

    assert len(offered) > 500
    assert len(zones_like("")) == 25
    assert len(set(offered)) == len(offered)
    assert all(str(parse_zone(name)) == name for name in offered if "/" in name)
    assert all(parse_zone(name) for name in offered)
