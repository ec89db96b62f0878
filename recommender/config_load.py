"""Reading a ranking configuration from YAML, with the place of each fault."""

from functools import lru_cache
from importlib import resources
from pathlib import Path

import recommender
from models.vocab import SupportKind
from recommender.config import RankingConfig
from recommender.errors import InvalidConfig
from recommender.ranking.features import FEATURES
from recommender.reading.faults import FaultReport
from recommender.reading.values import Syntax, read_bytes, read_value

__all__ = ["load_config", "parse_config", "starter_config"]


@lru_cache(maxsize=1)
def starter_config() -> RankingConfig:
    """The configuration that ships with Trellis, read once a process."""
    file = resources.files(recommender) / "data" / "ranking" / "starter.yaml"
    return parse_config(file.read_bytes(), file="starter.yaml")


def load_config(path: Path) -> RankingConfig:
    """The configuration in a file.

    Raises:
        InvalidConfig: every fault with its line; a file that cannot be read is one.
    """
    return parse_config(read_bytes(path, file=path.name, error=InvalidConfig), file=path.name)


def parse_config(content: bytes, *, file: str) -> RankingConfig:
    """The configuration in YAML; `file` names it in faults.

    Raises:
        InvalidConfig: not YAML, unknown settings, unknown features, weights below 0, or a kind without settings.
    """
    return read_value(content, RankingConfig, syntax=Syntax.YAML, file=file, error=InvalidConfig, check=_check_features)


def _check_features(data: object, report: FaultReport) -> None:
    """Names of features that do not exist, and kinds that are left out."""
    kinds = data.get("kinds") if isinstance(data, dict) else None
    if not isinstance(kinds, dict):
        return
    for kind in SupportKind:
        if kind not in kinds:
            report.add(("kinds",), f"The kind '{kind}' has no settings.")
    for kind, settings in kinds.items():
        features = settings.get("features") if isinstance(settings, dict) else None
        for name in features if isinstance(features, dict) else ():
            if name not in FEATURES:
                report.unknown_word(("kinds", kind, "features", name), name, tuple(FEATURES), what="a feature")
