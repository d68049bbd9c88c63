"""From the settings to the client that asks other platforms."""

from bot.core.settings import Settings
from bot.sources.client import Place, Sources


def places(settings: Settings) -> dict[str, Place]:
    """Return where each platform's interface is, with the key for it, if there is one."""
    token = settings.metaculus_token.get_secret_value().strip() if settings.metaculus_token else ""
    key = {"Authorization": f"Token {token}"} if token else {}
    return {
        "manifold": Place(settings.manifold_api),
        "metaculus": Place(settings.metaculus_api, key),
        "polymarket": Place(settings.polymarket_api),
        "kalshi": Place(settings.kalshi_api),
    }


def open_sources(settings: Settings) -> Sources:
    """Return the client for what the settings name."""
    return Sources(places(settings))
