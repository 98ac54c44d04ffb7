"""All settings, read once at the start from the environment (``PERCORSO_*``) and passed on as plain values.

With no variable set the whole product runs on one machine, on files.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Words = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """Every setting with its default."""

    model_config = SettingsConfigDict(env_prefix="PERCORSO_", env_ignore_empty=True, extra="ignore")

    dir: Path = Field(default=Path("percorso-data"), description="Where the company's data lives.")
    log_url: str | None = Field(
        default=None, description="Database of the log; default the file log.db in the directory."
    )
    state_url: str | None = Field(
        default=None, description="Database of the state; default the file state.db in the directory."
    )
    lake_url: str | None = Field(
        default=None, description="Folder of the Parquet lake; default lake/ in the directory."
    )

    engine_url: str | None = Field(
        default=None,
        pattern=r"^(spark://|k8s://|yarn$|local)",
        description="Spark master that compares people, such as spark://HOST:7077; default DuckDB in the process.",
    )

    tombstones: Path | None = Field(
        default=None,
        description="File with the list of erasures, best on another disk; default tombstones.jsonl in the directory.",
    )

    host: str = Field(default="127.0.0.1", description="Address the server listens on.")
    port: int = Field(default=8321, ge=0, le=65535, description="Port the server listens on; 0 = any free one.")
    base_url: str | None = Field(
        default=None, description="Public address, used in links of messages; default http://HOST:PORT."
    )

    name: str = Field(default="Percorso", description="First start only: name of the company.")
    zone: str = Field(default="Europe/Rome", description="First start only: IANA time zone of the company.")
    currency: str = Field(default="EUR", description="First start only: ISO currency of amounts that name none.")
    language: Literal["it", "en"] = Field(
        default="it", description="First start only: language of people who told none."
    )
    quiet: str = Field(
        default="21:00-08:00",
        description="First start only: from when to when nobody is written to, by the person's clock, or none.",
    )
    packs: Words = Field(
        default=("retail",), description="First start only: packs in force, comma-separated names or files."
    )

    robots: Literal["out", "in"] = Field(
        default="out",
        description="Whether robots that look at pages count as people; their events are labelled either way.",
    )
    link_domains: Words = Field(
        default=(), description="Hosts that QR codes may lead to, their subdomains included, comma-separated."
    )

    contact_cost: float = Field(
        default=6.0, ge=0, description="What one contact costs the company, in its currency; prices frictions."
    )

    retention_hour: int | Literal["never"] = Field(
        default=3,
        description="Hour of the company's day, 0 to 23, from which events are dropped that were kept long enough; never.",
    )
    callback_hosts: Words = Field(
        default=(),
        description="Hosts that callbacks of privacy requests may reach by http or on a private network, comma-separated.",
    )

    smtp_host: str | None = Field(
        default=None, description="SMTP server; without it mail goes to the built-in inbox page."
    )
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Port of the SMTP server.")
    smtp_user: str | None = Field(default=None, description="User name at the SMTP server.")
    smtp_password: SecretStr | None = Field(default=None, description="Password at the SMTP server.")
    smtp_tls: Literal["none", "starttls", "tls"] = Field(
        default="starttls", description="How the connection is secured."
    )
    smtp_from: str = Field(default="Percorso <percorso@localhost>", description="Sender of mails.")
    smtp_allow: Words = Field(
        default=(), description="Test mode: only these addresses or @domains get mail, comma-separated."
    )

    memory_mb: int = Field(default=2048, ge=256, description="Memory limit of the analysis engine.")
    threads: int = Field(default=2, ge=1, description="Threads of the analysis engine.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level of log lines."
    )

    @field_validator("retention_hour")
    @classmethod
    def _an_hour(cls, value: int | str) -> int | str:
        if isinstance(value, int) and not 0 <= value <= 23:
            raise ValueError("an hour is a number from 0 to 23, or never")
        return value

    @field_validator("packs", "smtp_allow", "link_domains", "callback_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value
