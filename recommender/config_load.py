"""Reading a ranking configuration from YAML, with the place of each fault."""

from importlib import resources
from pathlib import Path

from pydantic import ValidationError

import recommender
from models.base import Fault
from models.vocab import SupportKind
from recommender.config import KindConfig, Parts, RankingConfig
from recommender.errors import InvalidConfig
from recommender.ranking.features import FEATURES
from recommender.reading.faults import value_faults, wrong_word
from recommender.reading.yaml_document import Document, parse_document

__all__ = ["load_config", "parse_config", "starter_config"]


def starter_config() -> RankingConfig:
    """The configuration that ships with Trellis."""
    file = resources.files(recommender) / "data" / "ranking" / "starter.yaml"
    return parse_config(file.read_bytes(), file="starter.yaml")


def load_config(path: Path) -> RankingConfig:
    """The configuration in a file.

    Raises:
        InvalidConfig: every fault with its line; a file that cannot be read is one.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        detail = f"The file cannot be read: {error.strerror}."
        raise InvalidConfig([Fault(pointer="", detail=detail, file=path.name)]) from None
    return parse_config(content, file=path.name)


def parse_config(content: bytes, *, file: str) -> RankingConfig:
    """The configuration in YAML; `file` names it in faults.

    Raises:
        InvalidConfig: not YAML, unknown settings, unknown features, weights below 0, or a kind without settings.
    """
    document = parse_document(content)
    faults = list(document.faults)
    config: RankingConfig | None = None
    if not faults:
        try:
            config = RankingConfig.model_validate(document.data)
        except ValidationError as error:
            names = {*RankingConfig.model_fields, *KindConfig.model_fields, *Parts.model_fields}
            faults += value_faults(error, document.data, fields=names)
        faults += _feature_faults(document.data)
    if faults or config is None:
        raise InvalidConfig([_placed(fault, document, file) for fault in faults])
    return config


def _feature_faults(data: object) -> list[Fault]:
    """Names of features that do not exist, and kinds that are left out."""
    kinds = data.get("kinds") if isinstance(data, dict) else None
    if not isinstance(kinds, dict):
        return []
    faults = [
        Fault(pointer="/kinds", detail=f"the kind '{kind}' has no settings")
        for kind in SupportKind
        if kind not in kinds
    ]
    for kind, settings in kinds.items():
        features = settings.get("features") if isinstance(settings, dict) else None
        faults.extend(
            Fault(pointer=f"/kinds/{kind}/features/{name}", detail=wrong_word(name, tuple(FEATURES)))
            for name in (features if isinstance(features, dict) else ())
            if name not in FEATURES
        )
    return faults


def _placed(fault: Fault, document: Document, file: str) -> Fault:
    return fault.model_copy(update={"file": file, "line": fault.line or document.line(fault.pointer)})
