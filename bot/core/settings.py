"""Configuration: `DOJO_*` in the environment or a `.env` file, one typed object."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything that can be configured, with its default."""

    model_config = SettingsConfigDict(
        env_prefix="DOJO_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        # A secret that comes from a file often ends in a line break.
        str_strip_whitespace=True,
    )

    discord_token: SecretStr | None = Field(
        default=None, description="The bot's token, from the Discord developer portal. Required."
    )
    database_url: str = Field(
        default="sqlite:///dojo.db",
        description="Where everything is kept: SQLite, or postgresql://user:password@host/name.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="How much is logged."
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Seals what is encrypted at rest; `dojo new-key` makes one. Several, newest "
        "first, with commas between, while keys are changed.",
    )
    google_credentials: SecretStr | None = Field(
        default=None,
        description="The JSON file from Google's console, or its text: a service account's key, or "
        "the OAuth client of a desktop app. Without it there is no Google Calendar.",
    )
    google_subject: str | None = Field(
        default=None,
        description="Whom the service account acts for, with domain-wide delegation.",
    )
    google_calendar_id: str = Field(
        default="primary", description="The calendar that sessions are put into."
    )
    google_api_endpoint: str = Field(
        default="https://www.googleapis.com", description="Where Google's interface is."
    )
    http_bind: str | None = Field(
        default=None,
        description="Where the web server listens, for example 127.0.0.1:8080. Off without it.",
    )
    http_url: str | None = Field(
        default=None,
        description="What people reach the web server by, for example https://dojo.example.org.",
    )
    shards: str | None = Field(
        default=None,
        description="Which of Discord's shards this process has, of how many: 0-3/16, or 5/16. For "
        "several processes on one PostgreSQL; without it one process has all.",
    )
    metrics: bool = Field(
        default=False,
        description="on serves metrics for Prometheus at /metrics, where DOJO_HTTP_BIND listens.",
    )
    metaculus_token: SecretStr | None = Field(
        default=None,
        description="The token with which questions of Metaculus are read; every account there has "
        "one at https://www.metaculus.com/accounts/settings/. Without it there are none of them.",
    )
    manifold_api: str = Field(
        default="https://api.manifold.markets", description="Where Manifold's interface is."
    )
    metaculus_api: str = Field(
        default="https://www.metaculus.com", description="Where Metaculus's interface is."
    )
    polymarket_api: str = Field(
        default="https://gamma-api.polymarket.com", description="Where Polymarket's interface is."
    )
    kalshi_api: str = Field(
        default="https://external-api.kalshi.com/trade-api/v2",
        description="Where Kalshi's interface is; https://api.elections.kalshi.com/trade-api/v2 is "
        "an older name of it.",
    )
    backup_dir: Path | None = Field(
        default=None,
        description="The folder that backups are written to while the bot runs. None without it.",
    )
    backup_every: str = Field(
        default="1d", description="How often a backup is made, such as 6h or 1d."
    )
    backup_keep: int = Field(
        default=7, ge=1, description="How many backups are kept; the oldest ones are deleted."
    )
