"""The lanes of one process, and which request takes which. Their sum is less than the threads and the connections.

| lane | in work | why it is one |
|---|---|---|
| reads | 4 | short; more at once would only take turns on the processor |
| writes | 12 | mostly wait for each other and for the disk |
| rankings | set | long work on the processor |
| imports | 2 | as large as a catalog, so their bodies are read in the lane |
| sign-ins | 4 | each takes 64 MiB on purpose |
| outside | 4 | wait for an identity provider, which may never answer |
| watching | 2 | must answer while all others are full |
| the door | 4 | keys are looked up before bodies are read |
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from api.access.lanes import Lane, LaneTerms, SpentTime
from api.settings import Settings

__all__ = ["FREE", "SPECIAL", "LaneName", "Traffic", "fits"]

LaneName = Literal["reads", "writes", "rankings", "imports", "sign-ins", "outside", "watching", "door"]

FREE = "/healthz"
"""Never waits: whoever asks whether the process lives must be told when it is full."""
SPECIAL: Mapping[LaneName, Sequence[tuple[str, str]]] = {
    "rankings": (
        ("POST", "/v1/recommendations:preview"),
        ("POST", "/v1/teams/{team_id}/recommendations"),
        ("POST", "/v1/teams/{team_id}/recommendations:what-if"),
        ("GET", "/v1/runs/{run_id}/why-not/{support_id}"),
        ("GET", "/v1/runs/{run_id}/replay"),
        ("GET", "/v1/runs/{run_id}/changes"),
        ("GET", "/desk/runs/{run_id}/why-not"),
        ("GET", "/desk/runs/{run_id}/what-if"),
        ("GET", "/desk/runs/{run_id}/changes"),
        ("GET", "/assessments/{assessment_id}/growth"),
        ("GET", "/check/{respondent_id}/team/growth"),
        ("POST", "/assessments/{assessment_id}/plan"),
        ("POST", "/check/{respondent_id}/team/plan"),
    ),
    "sign-ins": (("POST", "/sign-in"),),
    "outside": (("GET", "/sign-in/oidc"), ("GET", "/sign-in/oidc/callback")),
    "watching": (("GET", "/readyz"), ("GET", "/metrics")),
}
"""Routes with a lane of their own, by method and path template."""
_FIXED: Mapping[LaneName, LaneTerms] = {
    "imports": LaneTerms(at_once=2, each=1, waiting=8, waiting_each=2, patience=10),
    "sign-ins": LaneTerms(at_once=4, each=2, waiting=64, waiting_each=32, patience=5),
    "outside": LaneTerms(at_once=4, each=4, waiting=16, waiting_each=16, patience=2),
    "watching": LaneTerms(at_once=2, each=2, waiting=32, waiting_each=32, patience=5),
}


class Traffic:
    """The lanes, and the way to them by method and path."""

    def __init__(self, settings: Settings, special: Mapping[LaneName, Iterable[tuple[str, str]]]) -> None:
        """`special` names the routes of a lane by method and path template; all others read or write."""
        wait = settings.queue_seconds
        rankings = LaneTerms(
            at_once=settings.rankings_at_once,
            each=max(1, settings.rankings_at_once - 1),
            waiting=16 * settings.rankings_at_once,
            waiting_each=8 * settings.rankings_at_once,
            patience=10 * wait,
        )
        short = LaneTerms(at_once=4, each=3, waiting=256, waiting_each=128, patience=wait)
        self.lanes: Mapping[LaneName, Lane] = {
            "reads": Lane(short),
            "writes": Lane(LaneTerms(at_once=12, each=8, waiting=256, waiting_each=128, patience=4 * wait)),
            "rankings": Lane(rankings, spent=SpentTime(settings.ranking_seconds_per_minute)),
            "door": Lane(LaneTerms(at_once=4, each=3, waiting=256, waiting_each=128, patience=wait)),
            **{name: Lane(terms) for name, terms in _FIXED.items()},
        }
        self._special = [
            (name, method, fits(template)) for name, routes in special.items() for method, template in routes
        ]

    def name_of(self, method: str, path: str) -> LaneName | None:
        """The lane of a request; None for what never waits."""
        if path == FREE:
            return None
        for name, wanted, pattern in self._special:
            if wanted == method and pattern.fullmatch(path):
                return name
        return "reads" if method in ("GET", "HEAD", "OPTIONS") else "writes"


def fits(template: str) -> re.Pattern[str]:
    """The pattern of the paths of a route's template, such as `/v1/runs/{run_id}`."""
    parts = re.split(r"\{[^}]*\}", template)
    return re.compile("[^/]+".join(map(re.escape, parts)))
