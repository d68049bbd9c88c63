"""A member's address: given, confirmed by the code in the mail, invited, and taken back."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.calendars import addresses
from bot.calendars.addresses import AddressRequest, StoredAddress
from bot.core.encryption import Box, new_key
from bot.core.integrations import Integrations
from bot.core.refusals import Refusal
from bot.core.unit import Desk
from storage.tables import Address
from tests.bot.scenes import rows
from tests.calendars.loopback_google import Fault, LoopbackGoogle
from tests.calendars.test_google_sync import ON, deliver, deliver_all, plan
from tests.conftest import Clock, caller

ANA = "ana@example.org"


@pytest.fixture
def desk(desk: Desk) -> Desk:
    return replace(desk, integrations=ON)


def ask(desk: Desk, address: str = ANA, name: str = "Ana") -> StoredAddress:
    return addresses.change(desk, caller(name), AddressRequest(address=address))


def mailed_code(google: LoopbackGoogle) -> str:
    """The code in the newest invitation."""
    titles = [event["summary"] for event in google.alive]
    return next(found[0] for title in reversed(titles) if (found := re.search(r"\d{6}", title)))


def confirm(
    desk: Desk, google: LoopbackGoogle, name: str = "Ana", address: str = ANA
) -> StoredAddress:
    ask(desk, address, name)
    deliver(desk, google)
    return addresses.change(desk, caller(name), AddressRequest(code=mailed_code(google)))


def test_the_code_goes_to_the_address_and_to_nobody_else(desk, google) -> None:
    kept = ask(desk)

    deliver(desk, google)

    assert kept == StoredAddress("a…@example.org")
    [event] = google.alive
    assert [guest["email"] for guest in event["attendees"]] == [ANA]
    assert google.sent("invite", ANA) == 1


def test_an_address_that_is_not_confirmed_is_invited_to_nothing(desk, clock, google) -> None:
    ask(desk)
    plan(desk)

    deliver_all(desk, clock, google)

    assert google.sent("invite", ANA) == 1  # the code


def test_a_confirmed_address_is_invited_to_what_is_planned_already_and_later(
    desk, clock, google
) -> None:
    plan(desk, title="Planned before")
    deliver(desk, google)

    kept = confirm(desk, google)
    plan(desk, title="Planned after")
    deliver_all(desk, clock, google)

    assert kept == StoredAddress("a…@example.org", confirmed=True)
    invited = {event["summary"] for event in google.alive if event["attendees"]}
    assert invited == {"Planned before", "Planned after"}
    assert google.sent("invite", ANA) == 3
    assert google.sent("uninvite", ANA) == 0  # the code's event goes quietly


def test_taking_it_back_deletes_it_and_ends_the_invitations(desk, clock, google) -> None:
    plan(desk)
    confirm(desk, google)
    deliver_all(desk, clock, google)

    kept = addresses.change(desk, caller(), AddressRequest(forget=True))
    deliver_all(desk, clock, google)

    assert kept == StoredAddress(None)
    assert [event["attendees"] for event in google.alive] == [[]]
    [row] = rows(desk, Address)
    assert (row.sealed, row.code, row.confirmed_at) == (None, None, None)


def test_a_new_address_takes_the_place_of_the_old_one(desk, clock, google) -> None:
    plan(desk)
    confirm(desk, google)
    clock.move(600)

    kept = confirm(desk, google, address="ana@example.net")
    deliver_all(desk, clock, google)

    assert kept.masked == "a…@example.net"
    [event] = google.alive
    assert [guest["email"] for guest in event["attendees"]] == ["ana@example.net"]


def test_addresses_are_not_readable_in_the_database(desk, google) -> None:
    ask(desk)

    [row] = rows(desk, Address)
    assert ANA not in str(row.model_dump())
    assert ON.box.open(row.sealed) == ANA


def test_a_wrong_code_is_counted_and_five_are_too_many(desk, google) -> None:
    ask(desk)
    deliver(desk, google)
    right = mailed_code(google)
    wrong = f"{(int(right) + 1) % 10**6:06}"

    for left in ("4 more tries", "3 more tries", "2 more tries", "1 more try"):
        with pytest.raises(Refusal, match=rf"You have {left}\."):
            addresses.change(desk, caller(), AddressRequest(code=wrong))
    with pytest.raises(Refusal, match="Ask for a new code"):
        addresses.change(desk, caller(), AddressRequest(code=wrong))
    with pytest.raises(Refusal, match="no code to be confirmed"):
        addresses.change(desk, caller(), AddressRequest(code=right))


def test_a_code_of_yesterday_is_no_use(desk, clock, google) -> None:
    ask(desk)
    deliver(desk, google)
    clock.move(timedelta(days=1).total_seconds())

    with pytest.raises(Refusal, match="no code to be confirmed"):
        addresses.change(desk, caller(), AddressRequest(code=mailed_code(google)))


def test_somebody_elses_code_confirms_nothing(desk, google) -> None:
    ask(desk)
    deliver(desk, google)

    with pytest.raises(Refusal, match="no code to be confirmed"):
        addresses.change(desk, caller("Ben"), AddressRequest(code=mailed_code(google)))


def test_giving_and_taking_back_does_not_bring_more_codes(desk, clock, google) -> None:
    for _ in range(3):
        ask(desk)
        addresses.change(desk, caller(), AddressRequest(forget=True))
        clock.move(600)

    with pytest.raises(Refusal, match="3 codes in a day"):
        ask(desk)


def test_why_no_code_could_be_sent_is_said(desk, google) -> None:
    ask(desk)
    google.delegated = False

    deliver(desk, google)

    kept = addresses.change(desk, caller(), AddressRequest())
    assert "domain-wide delegation" in kept.trouble


def test_a_code_whose_mail_was_lost_on_the_way_comes_once(desk, clock, google) -> None:
    ask(desk)
    google.faults += [None, Fault("late")]

    deliver_all(desk, clock, google)

    assert google.sent("invite", ANA) == 1
    assert len(google.alive) == 1


@pytest.mark.parametrize(
    ("integrations", "said"),
    [
        (Integrations(box=ON.box), "no Google Calendar"),
        (Integrations(google=True), "no key to keep your address safe"),
    ],
)
def test_what_the_bot_cannot_do_it_does_not_take(desk, integrations, said) -> None:
    with pytest.raises(Refusal, match=said):
        ask(replace(desk, integrations=integrations))

    assert rows(desk, Address) == []


def test_an_address_whose_key_is_gone_counts_as_none(desk, clock, google) -> None:
    plan(desk)
    confirm(desk, google)
    lost = replace(desk, integrations=replace(ON, box=Box(new_key())))

    assert addresses.change(lost, caller(), AddressRequest()) == StoredAddress(None)
    deliver_all(lost, clock, google)
    assert len(google.alive) == 1


def test_only_one_thing_at_a_time(desk) -> None:
    with pytest.raises(Refusal, match="One thing at a time"):
        addresses.change(desk, caller(), AddressRequest(address=ANA, forget=True))


def test_the_same_address_again_is_confirmed_already(desk, google, clock: Clock) -> None:
    confirm(desk, google)
    clock.move(600)

    with pytest.raises(Refusal, match="confirmed already"):
        ask(desk)
