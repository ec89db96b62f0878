"""Settings of one Trellis instance, read from the environment once and passed on; never imported as a global."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.errors import InvalidSetting
from models.base import Fault
from recommender.folders import data_folder
from recommender.ranking.exploration import MAX_RATE
from recommender.reading.faults import FaultReport

__all__ = ["Settings", "load_settings"]


_LIKE = {
    "public_url": "an address such as https://trellis.example.org, without a path or quotation marks",
    "oidc_issuer": "an address such as https://sign-in.example.org",
    "model_sha256": "64 hexadecimal digits",
}
"""What a setting must look like, by its name."""


class Settings(BaseSettings):
    """Every setting is an environment variable `TRELLIS_NAME`; the defaults start a working local instance."""

    model_config = SettingsConfigDict(env_prefix="TRELLIS_", frozen=True, env_ignore_empty=True)

    catalog_dir: Path | None = None
    """Folder with `resources.jsonl` and `providers.jsonl`; None means the starter catalog. An imported catalog that a
    operator has put in use takes its place."""
    data_dir: Path = Field(default_factory=data_folder)
    """Holds the database, `trellis.sqlite`, and the vectors, `vectors.sqlite`, which may be deleted at any time."""
    database_url: SecretStr | None = None
    """`postgresql://USER:PASSWORD@HOST/NAME`, or `sqlite:///PATH`; None means SQLite in the data directory."""
    lock_seconds: float = Field(default=5, gt=0, le=600)
    """How long a request waits for data that another one is changing; then it is answered with 503."""
    model: str = "all-MiniLM-L6-v2"
    """Name of the packaged embedding model, or the path of another sentence-transformers model."""
    model_sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    """Expected SHA-256 of that model's weights; None checks the packaged model only, whose hash is known."""
    ruleset: Path | None = None
    """Ruleset file (YAML); None means the shipped rules."""
    config: Path | None = None
    """Ranking configuration (YAML); None means the shipped one."""
    evaluation: Path | None = None
    """Evaluation that the quality page shows (JSON, from `trellis eval publish`); None means the shipped one."""
    host: str = "127.0.0.1"
    """Address that `trellis serve` listens on."""
    port: int = Field(default=8000, ge=0, le=65535)
    """Port that `trellis serve` listens on; 0 picks a free one."""
    max_body_bytes: int = Field(default=1_048_576, gt=0)
    """Largest accepted request body, in bytes; larger ones are answered with 413."""
    max_catalog_bytes: int = Field(default=33_554_432, gt=0)
    """The same for an imported catalog, which is larger than anything else that is sent."""
    exploration: float = Field(default=0.0, ge=0, le=MAX_RATE)
    """Chance that neighbors in a stored run's lists swap places, 0 to 0.5, so that other rankings can be evaluated."""
    requests_per_minute: int = Field(default=600, gt=0)
    """Requests a minute that one key may make of one process; more are answered with 429."""
    queue_seconds: float = Field(default=1.0, gt=0, le=60)
    """Seconds that a read waits while others are served; writes wait four times as long, rankings ten times."""
    rankings_at_once: int = Field(default=2, ge=1, le=16)
    """Rankings (previews, what-ifs, why-nots, new runs) that are worked out at once; as many as there are cores."""
    ranking_seconds_per_minute: float = Field(default=30, gt=0)
    """Seconds of a minute that the rankings of one key or person may take; more are answered with 429."""
    header_seconds: float = Field(default=10, gt=0, le=600)
    """How long the head of a request may take to come; then its connection is closed."""
    body_seconds: float = Field(default=20, gt=0, le=600)
    """The same for its body, beside a second for each 32 KB that it may have; then it is answered with 408."""
    drain_seconds: float = Field(default=0, ge=0)
    """Seconds that new requests are still taken after the signal to end, while `/readyz` says 503 already."""
    shutdown_seconds: int = Field(default=20, gt=0)
    """Seconds that requests in flight then have to finish."""
    review_days: int = Field(default=7, ge=1, le=365)
    """Days from a run to the day on which its review is due."""
    public_url: str | None = Field(default=None, pattern=r"^https?://[^/?#\s]+$")
    """Where people reach this instance, such as `https://trellis.example.org`; None means host and port."""
    hsts_seconds: int = Field(default=0, ge=0)
    """For how long browsers come by https only, once they have been here; 0 tells them nothing."""
    link_minutes: int = Field(default=30, gt=0, le=10_080)
    """How long a sign-in link may be used, in minutes."""
    oidc_issuer: str | None = Field(default=None, pattern=r"^(https://|http://(localhost|127\.0\.0\.1)(:|/|$))")
    """Identity provider (OpenID Connect) that people sign in with; None means that there is none."""
    oidc_client_id: str | None = None
    """What the identity provider calls this instance."""
    oidc_client_secret: SecretStr | None = None
    """What this instance proves itself with there; None for a public client."""
    log_level: Literal["critical", "error", "warning", "info", "debug"] = "info"
    """Least severe log line that is written."""

    @field_validator("catalog_dir", "data_dir", "ruleset", "config", "evaluation")
    @classmethod
    def _at_home(cls, path: Path | None) -> Path | None:
        """Units and files of variables do not expand `~`, and a folder of that name is nobody's wish."""
        try:
            return None if path is None else path.expanduser()
        except RuntimeError as error:
            raise ValueError("The folder of that user is not known; write the path out.") from error

    @field_validator("public_url", mode="before")
    @classmethod
    def _without_slash(cls, address: object) -> object:
        return address.strip().rstrip("/") if isinstance(address, str) else address

    @property
    def base_url(self) -> str:
        """Where people reach this instance, without a slash at the end."""
        return self.public_url or f"http://{self.host}:{self.port}"


def load_settings(**given: Any) -> Settings:
    """The settings of the environment, with what is `given` (and not None) on top.

    Raises:
        InvalidSetting: settings with impossible values, each by its variable.
    """
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise InvalidSetting(_faults(error)) from error
    if settings.hsts_seconds and not (settings.public_url or "").startswith("https://"):
        detail = "Set TRELLIS_PUBLIC_URL to an https:// address first: browsers that are told so come by no other way."
        raise InvalidSetting([Fault(pointer="TRELLIS_HSTS_SECONDS", detail=detail)])
    return settings


def _faults(error: ValidationError) -> list[Fault]:
    report, lines = FaultReport(), error.errors(include_url=False)
    given = {str(line["loc"][0]): line["input"] for line in lines}
    # A value may hold a secret, such as the password in a database's address.
    report.shape(error, given, Settings, secret=True, like=_LIKE)
    return [
        fault.model_copy(update={"pointer": f"TRELLIS_{fault.pointer.removeprefix('/').replace('/', '_')}".upper()})
        for fault in report.faults(given)
    ]
