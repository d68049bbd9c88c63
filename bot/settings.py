"""Configuration: `DOJO_*` in the environment or a `.env` file, one typed object."""

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything that can be configured, with its default."""

    model_config = SettingsConfigDict(env_prefix="DOJO_", env_file=".env", extra="ignore")

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
