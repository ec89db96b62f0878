"""What the engine knows of a team: all that needs, features, rules and reasons are made from.

It comes from a release, for everybody but the authors, or from answers in full, for whoever owns them. What is made
from the evidence of a release cannot tell more than the release does, because nothing else is in it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from models.assessment import Assessment, OpenText, Team
from models.profile import CapacityProfile
from models.release import ReleasedTeam
from models.vocab import AnswerMode, Domain, Form, ReadinessAdvice
from recommender.config import ScoringConfig
from recommender.diagnosis.profiling import build_profile
from recommender.diagnosis.release import released_profile
from recommender.instruments import LoadedInstrument
from recommender.reading.placeholders import says_nothing

__all__ = ["Basis", "TeamEvidence", "evidence_of"]

Basis = Literal["answers", "release"]
_TEXTS = tuple(OpenText.model_fields)


@dataclass(frozen=True)
class TeamEvidence:
    """A team at one time, as far as the engine may know it."""

    basis: Basis
    team: Team
    profile: CapacityProfile
    items: Mapping[str, float]
    """Where the team stands on an item, 1 to 4: the mean level from answers; from a release the nearest picture, or the
    mean of the domain where the item itself is not told. Items that nothing is known of are left out."""
    pictures: frozenset[str]
    """Items whose own picture may be told."""
    areas: tuple[Domain, ...]
    """What too few people to release anything else want to work on."""
    readiness: Mapping[Domain, ReadinessAdvice]
    roles: tuple[str, ...]
    """Of the people on the team, as far as they are known; repeats do not matter."""
    words: Mapping[str, tuple[str, ...]]
    """Own words by question, in an order that does not depend on the file's."""
    quotable: frozenset[str]
    """Questions whose words may be quoted."""

    @property
    def form(self) -> Form:
        """Which questionnaire the team answered."""
        return self.profile.form


def evidence_of(source: Assessment | ReleasedTeam, instrument: LoadedInstrument, config: ScoringConfig) -> TeamEvidence:
    """The evidence of a team.

    Args:
        source: a released team; or an assessment, which is then used in full.
        instrument: the questionnaire that was answered.
        config: constants of scoring.
    """
    if isinstance(source, ReleasedTeam):
        return _from_release(source, instrument, config)
    return _from_answers(source, instrument, config)


def _from_answers(assessment: Assessment, instrument: LoadedInstrument, config: ScoringConfig) -> TeamEvidence:
    profile = build_profile(assessment, instrument, config)
    people = sorted(assessment.responses, key=lambda response: response.respondent)
    levels = {
        item: [level for one in people if isinstance(level := one.answers.get(item), int)] for item in instrument.items
    }
    texts = {
        name: [(text, one.share_text) for one in people if (text := _said(one.open_text, name))] for name in _TEXTS
    }
    items = {item: math.fsum(given) / len(given) for item, given in levels.items() if given}
    return TeamEvidence(
        basis="answers",
        team=assessment.team,
        profile=profile,
        items=items,
        pictures=frozenset(items),
        areas=(),
        readiness={one.domain: one.advice for one in profile.readiness},
        roles=tuple(one.role for one in people if one.role),
        words={name: tuple(text for text, _ in given) for name, given in texts.items()},
        quotable=frozenset(name for name, given in texts.items() if all(shared for _, shared in given)),
    )


def _from_release(source: ReleasedTeam, instrument: LoadedInstrument, config: ScoringConfig) -> TeamEvidence:
    release = source.release
    profile = released_profile(release, instrument, config)
    means = {score.domain: score.mean for score in profile.domains if score.mean is not None}
    asked = instrument.asked(release.form, length=release.length, focus_domains=release.focus_domains)
    of_domain = {item.id: means[domain] for domain, items in asked.items() if domain in means for item in items}
    words = {name: tuple(text for one in source.texts if (text := _said(one, name))) for name in _TEXTS}
    consensus = release.answer_mode is AnswerMode.CONSENSUS
    least = 1 if consensus else instrument.instrument.privacy.min_detail
    return TeamEvidence(
        basis="release",
        team=source.team,
        profile=profile,
        items={**of_domain, **release.pictures},
        pictures=frozenset(release.pictures),
        areas=release.areas,
        readiness={one.domain: one.readiness for one in release.domains if one.readiness is not None},
        roles=release.roles,
        words=words,
        # A quotation from few authors would point at one of them.
        quotable=frozenset(name for name, given in words.items() if len(given) >= least),
    )


def _said(texts: OpenText, name: str) -> str:
    """What an author wrote to a question; "N/A" and the like are no words of anybody."""
    text: str = getattr(texts, name).strip()
    return "" if says_nothing(text) else text
