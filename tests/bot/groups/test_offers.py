"""What the panel offers: every value is one that the group may choose, and says what it is."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.refusals import Refusal
from bot.core.times.zones import place
from bot.core.unit import Desk
from bot.door.messages import MOST_OPTIONS, OPTION_LIMIT, ROW_LIMIT
from bot.groups import panel_cards
from bot.groups import service as groups_service
from bot.groups.offers import OFFERS, OTHER, ZONES, Offer, Page
from bot.groups.service import SettingsChange
from storage.tables import Group
from tests.conftest import caller

BY_NAME = {offer.name: offer for offer in OFFERS}

MANAGER = {"manages_group": True}


def ids(offer: Offer) -> str:
    return offer.name


@pytest.mark.parametrize("offer", OFFERS, ids=ids)
def test_every_value_on_offer_can_be_chosen_and_is_then_the_one_that_is_shown(
    desk: Desk, offer: Offer
) -> None:
    for value in offer.values:
        settings = groups_service.change(desk, caller(**MANAGER), offer.change(value))

        assert offer.now(settings.group) == value


def test_every_setting_is_in_the_panel() -> None:
    by_lists_of_discord = {"channel_id", "voice_channel_id", "facilitator_role_id"}

    assert set(BY_NAME) | by_lists_of_discord == {one.name for one in fields(SettingsChange)}


@pytest.mark.parametrize("offer", OFFERS, ids=ids)
def test_options_are_within_discords_limits_and_told_apart(offer: Offer) -> None:
    options = offer.options(Group(id=1, name="Circle", reminder_minutes="7", turn_seconds=421))

    assert 2 <= len(options) <= MOST_OPTIONS
    assert len(dict(options)) == len({words for _, words in options}) == len(options)
    assert all(1 <= len(value) <= OPTION_LIMIT >= len(words) for value, words in options)
    assert (OTHER in dict(options)) == bool(offer.example)


def test_a_value_that_only_this_group_has_is_on_the_list() -> None:
    group = Group(id=1, name="Circle", timezone="Europe/Lisbon", turn_seconds=421)

    assert BY_NAME["timezone"].options(group)[0] == ("Europe/Lisbon", "Time zone: Europe/Lisbon")
    assert BY_NAME["turn"].options(group)[0] == ("421s", "Turn: 7m1s")


@pytest.mark.parametrize("typed", ["twice", "", "-1", "١", "9" * 12])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(Refusal, match="number"):
        BY_NAME["extensions"].change(typed)


def test_cities_on_one_line_have_the_same_clock_all_year() -> None:
    days = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=one) for one in range(730)]
    for name, cities in ZONES.items():
        for city in cities:
            there = place(city) or ZoneInfo(f"{name.partition('/')[0]}/{city.replace(' ', '_')}")
            assert [day.astimezone(there).utcoffset() for day in days] == [
                day.astimezone(ZoneInfo(name)).utcoffset() for day in days
            ], city


@pytest.mark.parametrize("page", Page, ids=lambda page: page.name)
def test_a_page_fits_in_five_rows_with_at_most_five_buttons(desk: Desk, page: Page) -> None:
    panel = panel_cards.panel(groups_service.show(desk, caller(**MANAGER)), page)

    selects = [one for one in panel.items if not hasattr(one, "label")]
    assert 1 <= len(selects) < ROW_LIMIT
    assert len(panel.items) - len(selects) <= ROW_LIMIT
