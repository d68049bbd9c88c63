"""What is encrypted at rest can be read with the key, and with nothing else."""

import pytest

from bot.core.encryption import Box, BrokenSealError, NoKeyError, new_key

OLD, NEW = new_key(), new_key()


def test_what_is_sealed_opens_with_the_key_only() -> None:
    sealed = Box(OLD).seal("ana@example.org")

    assert "ana" not in sealed
    assert Box(OLD).open(sealed) == "ana@example.org"
    with pytest.raises(BrokenSealError):
        Box(NEW).open(sealed)


def test_a_new_key_in_front_opens_what_is_there_and_seals_what_comes() -> None:
    before = Box(OLD).seal("ana@example.org")
    both = Box(f"{NEW}, {OLD}")

    assert both.open(before) == "ana@example.org"
    assert Box(NEW).open(both.seal("new")) == "new"
    assert Box(NEW).open(both.renew(before)) == "ana@example.org"


def test_what_needs_no_renewing_stays_as_it_is() -> None:
    new, lost = Box(NEW).seal("new"), Box(new_key()).seal("lost")

    assert [Box(f"{NEW},{OLD}").renew(one) for one in (new, lost)] == [new, lost]


def test_a_digest_finds_a_secret_again_while_keys_are_changed() -> None:
    kept = Box(OLD).digest("secret")

    assert Box(OLD).digest("secret") == kept
    assert kept in Box(f"{NEW},{OLD}").digests("secret")
    assert Box(NEW).digest("secret") != kept


@pytest.mark.parametrize("key", [None, "", " , "])
def test_no_key_says_how_to_make_one(key) -> None:
    with pytest.raises(NoKeyError, match=r"DOJO_SECRET_KEY is not set.*dojo new-key"):
        Box(key)


@pytest.mark.parametrize(
    "key", ["password", f"{OLD},short", "ä" * 44], ids=["word", "second too short", "not ASCII"]
)
def test_what_is_no_key_is_said(key) -> None:
    with pytest.raises(NoKeyError, match="DOJO_SECRET_KEY is not a key"):
        Box(key)


@pytest.mark.parametrize("sealed", ["", "garbage", "gAAAAAé"])
def test_what_was_never_sealed_does_not_open(sealed) -> None:
    with pytest.raises(BrokenSealError):
        Box(OLD).open(sealed)
