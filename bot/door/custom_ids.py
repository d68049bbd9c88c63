"""The grammar of custom ids: an action, and the card it is for.

    done|t7.2    a button or a form: the action `done` on the card `t7.2`
    vote=l7.1    a select, which brings the chosen values along

Anybody can make up a custom id, so a text that does not fit is refused.
"""

import re
from dataclasses import dataclass
from typing import Self

from bot.core.keys import PATTERN, Key
from bot.core.refusals import OLD_BUTTON, StaleRefusal

BUTTON, SELECT = "|", "="
_ACTION = r"(?P<action>[a-z_]{1,20})"
# By these discord.py tells our buttons and our selects from others.
BUTTONS = rf"{_ACTION}\|(?P<key>{PATTERN})"
SELECTS = rf"{_ACTION}=(?P<key>{PATTERN})"
_CUSTOM_ID = re.compile(rf"{_ACTION}(?P<sign>[|=])(?P<key>{PATTERN})", re.ASCII)


@dataclass(frozen=True)
class CustomId:
    """An action and the key of the card that it is done to."""

    action: str
    at: Key
    sign: str = BUTTON

    def __str__(self) -> str:
        return f"{self.action}{self.sign}{self.at}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a custom id; refuse one that is not ours."""
        found = cls.find(text)
        if found is None:
            raise StaleRefusal(OLD_BUTTON)
        return found

    @classmethod
    def find(cls, text: str) -> Self | None:
        """Return the custom id in a text, or None if it is not ours."""
        match = _CUSTOM_ID.fullmatch(text)
        at = Key.find(match["key"]) if match else None
        return cls(match["action"], at, match["sign"]) if match and at else None
