"""The published evaluation that people are shown, and whether it is about what this instance serves."""

from importlib import resources
from typing import NamedTuple

from api.engine.engine import Engine
from api.errors import InvalidSetting, NotReady
from api.settings import Settings
from models.base import Fault
from models.evaluation import PublishedEvaluation
from recommender.errors import InputError, describe
from recommender.reading.values import Syntax, read_value

__all__ = ["ReportPart", "load_evaluation", "parts_compared"]


class ReportPart(NamedTuple):
    """One part of a ranking: as it was evaluated, and as it is served here."""

    name: str
    evaluated: str
    served: str

    @property
    def same(self) -> bool:
        """Whether both are the same."""
        return self.evaluated == self.served


def load_evaluation(settings: Settings) -> PublishedEvaluation:
    """The evaluation that the settings name, or the one that ships with Trellis.

    Raises:
        InvalidSetting: the file cannot be read, or is no published evaluation; every fault.
    """
    path = settings.evaluation or resources.files(__package__) / "data" / "published.json"
    try:
        return read_value(path.read_bytes(), PublishedEvaluation, syntax=Syntax.JSON, file=str(path))
    except OSError as error:
        detail = f"{path} cannot be read: {error.strerror}."
        raise InvalidSetting([Fault(pointer="TRELLIS_EVALUATION", detail=detail)]) from error
    except InputError as error:
        faults = [Fault(pointer="TRELLIS_EVALUATION", detail=describe(fault)) for fault in error.faults]
        raise InvalidSetting(faults) from error


def parts_compared(evaluation: PublishedEvaluation, engine: Engine) -> tuple[ReportPart, ...] | None:
    """Every part of a ranking as evaluated and as served; None while this instance still loads.

    A part that the evaluation does not name counts as another one.
    """
    try:
        versions = engine.recommender.versions
    except NotReady:
        return None
    instrument = versions.instrument
    served = {
        "catalog": versions.catalog,
        "instrument": f"{instrument.id}@{instrument.version}+{instrument.content_hash}",
        "ruleset": versions.ruleset,
        "config": versions.config,
        "model": versions.model.replace("+", " ", 1),
    }
    return tuple(ReportPart(name, evaluation.versions.get(name, ""), here) for name, here in served.items())
