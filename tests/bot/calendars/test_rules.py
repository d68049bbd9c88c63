"""Which addresses are taken, and how a code is guarded."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.calendars import rules as calendars_rules
from bot.core.refusals import Refusal

NOW = datetime(2026, 11, 20, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed", ["ana@example.org", " Ana.B+dojo@mail.example.co.uk ", "mailto:o'neil@example.org"]
)
def test_an_address_is_taken_as_it_is(typed) -> None:
    assert calendars_rules.check_address(typed) == typed.strip().removeprefix("mailto:")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ana",
        "ana@",
        "ana@localhost",
        "a b@example.org",
        "ana@example.org, ben@example.org",
        "ana@example.org\nBcc: ben@example.org",
        "Ana <ana@example.org>",
        ".ana@example.org",
        "ana@-example.org",
        "x" * 250 + "@example.org",
    ],
)
def test_what_is_no_single_address_is_refused(typed) -> None:
    with pytest.raises(Refusal, match="no mail address"):
        calendars_rules.check_address(typed)


def test_codes_are_six_digits_and_differ() -> None:
    codes = {calendars_rules.new_code() for _ in range(50)}

    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert len(codes) > 40


@pytest.mark.parametrize(
    ("typed", "right"), [("012345", True), (" 012 345 ", True), ("12345", False), ("٠١٢٣٤٥", False)]
)
def test_a_code_may_be_typed_with_spaces(typed, right) -> None:
    assert calendars_rules.is_code(typed, "012345") is right


@pytest.mark.parametrize(
    ("asked_ago", "first_ago", "asked", "refused"),
    [
        (None, None, 0, ""),
        (timedelta(minutes=4), timedelta(minutes=4), 1, "another in 1m"),
        (timedelta(minutes=5), timedelta(hours=1), 2, ""),
        (
            timedelta(hours=1),
            timedelta(hours=23),
            3,
            "3 codes in a day. You can have another in 1h",
        ),
        (timedelta(hours=1), timedelta(hours=24), 3, ""),
    ],
)
def test_codes_come_slowly_and_few(asked_ago, first_ago, asked, refused) -> None:
    def check() -> None:
        calendars_rules.check_may_ask(
            asked_at=asked_ago and NOW - asked_ago,
            counted_from=first_ago and NOW - first_ago,
            asked=asked,
            now=NOW,
        )

    if refused:
        with pytest.raises(Refusal, match=refused):
            check()
    else:
        check()


@pytest.mark.parametrize(
    ("age", "tries", "valid"),
    [
        (timedelta(0), 0, True),
        (timedelta(hours=23), 4, True),
        (timedelta(hours=24), 0, False),
        (timedelta(0), 5, False),
        (None, 0, False),
    ],
)
def test_a_code_lasts_a_day_and_five_tries(age, tries, valid) -> None:
    assert calendars_rules.is_valid(age if age is None else NOW - age, tries, NOW) is valid
