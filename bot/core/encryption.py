"""What is encrypted at rest: mail addresses, the sign-in to Google, feeds' secrets, outcomes.

A box is made from `DOJO_SECRET_KEY`, one key or several with commas between: the first one seals,
all of them open, so that a new key can be put in front and the old one be taken away later.
"""

import hashlib
import hmac

from bot.core.errors import StartError
from scoring.loading import LOADING

HOW_TO_MAKE_ONE = "`dojo new-key` makes one; docs/operations.md says what to know about it."


class NoKeyError(StartError):
    """There is no usable key for sealing or opening a text."""


class BrokenSealError(Exception):
    """What was sealed cannot be opened with any of the keys."""


class Box:
    """A box that seals text, so that only the key's owner can read it.

    A sealed text can be found again by its digest.
    """

    def __init__(self, keys: str | None) -> None:
        # Loaded with the first box: a bot without a key does not need it.
        with LOADING:
            from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415

        self._keys = [key.strip() for key in (keys or "").split(",") if key.strip()]
        if not self._keys:
            raise NoKeyError(f"DOJO_SECRET_KEY is not set. {HOW_TO_MAKE_ONE}")
        try:
            self._fernet = MultiFernet([Fernet(key) for key in self._keys])
        except ValueError:
            raise NoKeyError(f"DOJO_SECRET_KEY is not a key. {HOW_TO_MAKE_ONE}") from None

    @property
    def has_older_keys(self) -> bool:
        """Tell whether something could be sealed with another key than the newest."""
        return len(self._keys) > 1

    def seal(self, text: str) -> str:
        """Return the text, unreadable without the key; different each time."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Return the text that was sealed with any of the keys."""
        with LOADING:
            from cryptography.fernet import InvalidToken  # noqa: PLC0415

        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise BrokenSealError from None

    def find(self, sealed: str) -> str | None:
        """Return the text that was sealed, or None if its key is gone."""
        try:
            return self.open(sealed)
        except BrokenSealError:
            return None

    def renew(self, sealed: str) -> str:
        """Return the same text sealed with the first key.

        What is sealed with it already, or cannot be opened, comes back unchanged.
        """
        with LOADING:
            from cryptography.fernet import Fernet, InvalidToken  # noqa: PLC0415

        try:
            Fernet(self._keys[0]).decrypt(sealed.encode())
        except InvalidToken:
            text = self.find(sealed)
            return sealed if text is None else self.seal(text)
        return sealed

    def digest(self, text: str) -> str:
        """Return the digest, by the first key, that finds a sealed text unopened."""
        return self.digests(text)[0]

    def digests(self, text: str) -> tuple[str, ...]:
        """Return the digests of a text by every key, for look-ups during a key change."""
        return tuple(
            hmac.new(key.encode(), b"dojo-digest:" + text.encode(), hashlib.sha256).hexdigest()
            for key in self._keys
        )


def new_key() -> str:
    """Return a new key for `DOJO_SECRET_KEY`."""
    with LOADING:
        from cryptography.fernet import Fernet  # noqa: PLC0415

    return Fernet.generate_key().decode()
