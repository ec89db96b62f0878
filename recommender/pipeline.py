"""From an assessment to a recommendation run: the page that calls every step in order. Read this file first.

answers, or their release -> evidence -> needs -> candidates for each need -> features and rules -> score
-> diversified list -> plan.
Nothing here reads a clock, a file or the environment: the same inputs and versions give the same run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.assessment import Assessment
from models.base import SupportId
from models.decision_log import LoggedList
from models.kinds import KINDS
from models.message import Message
from models.recommendation import (
    HonoredSupport,
    PastSupport,
    RankedList,
    RecommendationRun,
    UnmetNeed,
    Versions,
    WhyNot,
)
from models.release import ReleasedTeam
from models.rules import Ruleset
from models.vocab import Domain, ScoreStatus, SupportKind, Visibility
from recommender import __version__
from recommender.catalog.load import Catalog
from recommender.config import RankingConfig
from recommender.diagnosis.evidence import TeamEvidence, evidence_of
from recommender.diagnosis.needs import derive_needs
from recommender.embedding import CachedEmbedder
from recommender.index import CatalogIndex, kind_indexes
from recommender.instruments import LoadedInstrument
from recommender.ports import MakeDenseIndex, OnProgress
from recommender.ranking.exploration import log_list, swap_neighbors
from recommender.ranking.ranker import KindRanker, Ranked, TeamToRank
from recommender.ranking.signals import DOMAINS, OwnWords, own_words, rubric_queries, team_signals
from recommender.retrieval import FaissIndex
from recommender.rules.facts import team_facts
from recommender.rules.load import ruleset_version
from recommender.telling.explain import RubricVectors
from recommender.telling.history import latest
from recommender.telling.matches import MatchWriter
from recommender.telling.planning import make_plan
from recommender.words import Speaker

__all__ = ["Decided", "ListTerms", "Recommender", "Source", "versions_of"]

_ALL_KINDS = tuple(KINDS)

Source = Assessment | ReleasedTeam
"""What is known of a team: its release, for everybody but the authors; or its answers in full, for their owner."""


class Decided(NamedTuple):
    """A run, and what the decision log needs of each of its lists."""

    run: RecommendationRun
    logs: tuple[LoggedList, ...]
    """In the order of the run's lists; empty lists have none."""


@dataclass(frozen=True, eq=False)
class ListTerms:
    """On what terms a team's lists are made: all that decides them beside its answers and the versions."""

    as_of: date
    """The date for season and freshness; the assessment's own date is the caller's to choose."""
    kinds: Sequence[SupportKind] = _ALL_KINDS
    """Which lists to make; of kinds that the configuration has no settings for there are none."""
    k: int | None = None
    """Matches a list; None takes the configured number of each kind."""
    history: Sequence[PastSupport] = ()
    """Supports already decided on. They are left out, others move up, and the run says so. The last word on a support
    counts, whatever `as_of` is; ids that the catalog lacks are ignored."""
    exploration: float = 0.0
    """Probability that two neighbors swap places, 0 to 0.5; see `recommender.ranking.exploration`."""
    seed: int = 0
    """Of the swaps, with the ids of team and assessment, the kind and `as_of`."""
    word_vectors: NDArray[np.float32] | None = None
    """What `Recommender.word_vectors` gives for the same answers and configuration; None makes them."""

    @cached_property
    def past(self) -> dict[SupportId, PastSupport]:
        """The last word on each support of the history."""
        return latest(self.history)


class Recommender:
    """A catalog, an instrument, rules and a model, ready to rank. Immutable; safe to call from several threads."""

    def __init__(
        self,
        *,
        instrument: LoadedInstrument,
        catalog: Catalog,
        ruleset: Ruleset,
        config: RankingConfig,
        embedder: CachedEmbedder,
        keep_words: bool = False,
        indexes: Mapping[SupportKind, CatalogIndex] | None = None,
        dense_index: MakeDenseIndex = FaissIndex,
        progress: OnProgress | None = None,
    ) -> None:
        """Index the catalog; only texts that the embedder's cache lacks are encoded.

        Args:
            instrument: the questionnaire that assessments must use.
            catalog: the supports.
            ruleset: gates and preferences.
            config: weights.
            embedder: vectors of the catalog, the rubric and the teams' own words.
            keep_words: whether vectors of the teams' own words may stay in the cache. False encodes them anew each time
                and leaves nothing behind; True suits files that are ranked again and again on one's own machine.
            indexes: the catalog's supports of each kind, indexed already; None indexes them.
            dense_index: how vectors of the catalog are kept and compared, where it is indexed here.
            progress: told about encoding.

        Raises:
            ModelError: a text must be encoded and the model cannot be used.
            CacheUnusable: the vector cache cannot be read or written.
        """
        self.instrument = instrument
        self.catalog = catalog
        self.ruleset = ruleset
        self.config = config
        self.embedder = embedder
        self._keep_words = keep_words
        anchors = embedder.encode(rubric_queries(instrument), query=True, progress=progress)
        self._rubric = RubricVectors.of(anchors)
        self._speaker = Speaker(instrument=instrument.instrument, ruleset=ruleset)
        indexes = indexes or kind_indexes(catalog, embedder, dense_index=dense_index, progress=progress)
        self._rankers = {
            kind: KindRanker(
                indexes[kind],
                kind=kind,
                instrument=instrument,
                anchor_vectors=anchors,
                ruleset=ruleset,
                config=config,
            )
            # Settings that were kept before a kind was known make no list of it.
            for kind in KINDS
            if kind in config.kinds
        }
        self.versions = versions_of(instrument, catalog, ruleset, config, embedder)

    @property
    def indexes(self) -> dict[SupportKind, CatalogIndex]:
        """The catalog's supports of each kind, indexed, for another recommender of the same catalog and model."""
        return {kind: ranker.index for kind, ranker in self._rankers.items()}

    def recommend(self, source: Source, terms: ListTerms) -> RecommendationRun:
        """A team's profile, needs, matches that are good enough, and plan.

        Args:
            source: of this recommender's instrument. What a released team gives may be read by whoever may read its
                release; what an assessment gives tells its answers, and is for their owner.
            terms: on what terms.

        Raises:
            ValueError: the terms' exploration is out of range.
        """
        return self._decide(source, terms, logged=False).run

    def decide(self, source: Source, terms: ListTerms) -> Decided:
        """The run that `recommend` makes, and the log of its lists; the errors are the same."""
        return self._decide(source, terms, logged=True)

    def _decide(self, source: Source, terms: ListTerms, *, logged: bool) -> Decided:
        team = self._view(source, terms.as_of, terms.word_vectors)
        profile = team.evidence.profile
        writer = self._writer(team)
        lists: list[RankedList] = []
        logs: list[LoggedList] = []
        honored: list[HonoredSupport] = []
        for ranker in self._rankers_of(terms.kinds):
            ranked, log = _shown(ranker, team, terms, logged=logged)
            lists.append(self._list(ranker, ranked, team, writer))
            honored += writer.honored(ranker, ranked, terms.past)
            logs += [log] if log else []
        notices = _notices(team.evidence)
        matches = [match for ranked_list in lists for match in ranked_list.matches]
        run = RecommendationRun(
            basis=team.evidence.basis,
            assessment_id=profile.assessment_id,
            team_id=profile.team_id,
            team_name=team.evidence.team.name,
            form=profile.form,
            as_of=terms.as_of,
            versions=self.versions,
            profile=profile,
            needs=team.needs,
            lists=tuple(lists),
            plan=make_plan(
                lists,
                team.needs,
                supports={match.support_id: self.catalog.get(match.support_id) for match in matches},
                is_short={match.support_id: self._rankers[match.kind].is_short(match.support_id) for match in matches},
                present_levels={
                    score.domain: int(np.argmax(score.p_levels)) + 1 for score in profile.domains if score.p_levels
                },
                speaker=self._speaker,
            ),
            notices=tuple(self._speaker.say(notice) for notice in notices),
            notice_messages=notices,
            honored=tuple(honored),
        )
        return Decided(run, tuple(logs))

    def rank(
        self,
        source: Source,
        *,
        as_of: date,
        kinds: Sequence[SupportKind] = _ALL_KINDS,
        k: int,
    ) -> tuple[RankedList, ...]:
        """The best `k` eligible supports of each kind, without a floor: whole lists, for evaluation."""
        team = self._view(source, as_of)
        writer = self._writer(team)
        rankers = self._rankers_of(kinds)
        return tuple(self._list(ranker, ranker.rank(team, k=k), team, writer) for ranker in rankers)

    def order(self, source: Source, terms: ListTerms) -> dict[SupportKind, tuple[SupportId, ...]]:
        """The ids that `recommend` lists, without profile, reasons and plan: for comparing many lists of one team."""
        team = self._view(source, terms.as_of, terms.word_vectors)
        lists: dict[SupportKind, tuple[SupportId, ...]] = {}
        for ranker in self._rankers_of(terms.kinds):
            ranked, _ = _shown(ranker, team, terms, logged=False)
            rows = ranked.features.rows[ranked.listed.order]
            lists[ranker.kind] = tuple(ranker.index.supports[row].id for row in rows.tolist())
        return lists

    def word_vectors(self, source: Source) -> NDArray[np.float32]:
        """Vectors of the team's own words, shape (pieces, dimension); not to be kept on disk, nor for long."""
        return self._word_vectors(self._own_words(evidence_of(source, self.instrument, self.config.scoring)))

    def why_not(self, source: Source, support_id: str, terms: ListTerms) -> WhyNot:
        """Why one support is, or is not, in the list of its kind that `recommend` makes on these terms.

        Raises:
            UnknownSupport: the catalog has no such id.
            ValueError: the terms' exploration is out of range.
        """
        support = self.catalog.get(support_id)
        team = self._view(source, terms.as_of, terms.word_vectors)
        ranker = self._rankers[support.kind]
        ranked, _ = _shown(ranker, team, terms, logged=False)
        return self._writer(team).why_not(
            ranker, ranked, support.id, k=terms.k or ranker.settings.k, past=terms.past.get(support.id)
        )

    def _rankers_of(self, kinds: Sequence[SupportKind]) -> list[KindRanker]:
        return [self._rankers[kind] for kind in kinds if kind in self._rankers]

    def _own_words(self, evidence: TeamEvidence) -> OwnWords:
        return own_words(evidence) if self.config.parts.own_words else OwnWords((), (), frozenset())

    def _word_vectors(self, words: OwnWords) -> NDArray[np.float32]:
        pieces = list(words.pieces)
        if not pieces:  # without words the model is never loaded
            return np.empty((0, self.embedder.dimension), dtype=np.float32)
        return self.embedder.encode(pieces, query=True) if self._keep_words else self.embedder.encode_live(pieces)

    def _view(self, source: Source, as_of: date, word_vectors: NDArray[np.float32] | None = None) -> TeamToRank:
        """The team as the rankers see it: from its evidence alone."""
        scoring = self.config.scoring
        evidence = evidence_of(source, self.instrument, scoring)
        needs = derive_needs(evidence, self.instrument, scoring)
        words = self._own_words(evidence)
        return TeamToRank(
            evidence=evidence,
            needs=needs,
            signals=team_signals(evidence, self.instrument, needs, scoring),
            words=words,
            piece_vectors=self._word_vectors(words) if word_vectors is None else word_vectors,
            facts=team_facts(evidence, needs, as_of=as_of),
            as_of=as_of,
        )

    def _writer(self, team: TeamToRank) -> MatchWriter:
        return MatchWriter(team, instrument=self.instrument, rubric=self._rubric, speaker=self._speaker)

    def _list(self, ranker: KindRanker, ranked: Ranked, team: TeamToRank, writer: MatchWriter) -> RankedList:
        return RankedList(
            kind=ranker.kind,
            matches=tuple(writer.match(ranker, ranked, place) for place in range(len(ranked.listed.order))),
            unmet_needs=_unmet(ranker, ranked, team, self._speaker),
            n_eligible=int(ranked.rules.eligible.sum()),
            n_excluded=int((~ranked.rules.eligible).sum()),
        )


def _shown(ranker: KindRanker, team: TeamToRank, terms: ListTerms, *, logged: bool) -> tuple[Ranked, LoggedList | None]:
    """One kind's list of what is good enough and not past, after its swaps, and its log if wanted and not empty."""
    k, floor, by_chance = terms.k or ranker.settings.k, ranker.settings.floor, terms.exploration != 0
    ranked = ranker.rank(team, k=k, floor=floor, barred=terms.past, runner_up=by_chance or logged)
    if not by_chance and not logged:
        return ranked, None
    ids = (team.evidence.team.id, team.evidence.profile.assessment_id)
    key = "\n".join((str(terms.seed), *ids, ranker.kind, team.as_of.isoformat()))
    shown, swaps, drawn = swap_neighbors(ranked, k=k, rate=terms.exploration, key=key)
    return shown, log_list(ranker, ranked, swaps, drawn) if logged else None


def versions_of(
    instrument: LoadedInstrument,
    catalog: Catalog,
    ruleset: Ruleset,
    config: RankingConfig,
    embedder: CachedEmbedder,
) -> Versions:
    """The versions that a recommender of these parts writes into its runs."""
    return Versions(
        trellis=__version__,
        instrument=instrument.version,
        catalog=catalog.version,
        ruleset=ruleset_version(ruleset),
        model=f"{embedder.name}+{embedder.fingerprint}",
        config=config.content_hash,
    )


def _unmet(ranker: KindRanker, ranked: Ranked, team: TeamToRank, speaker: Speaker) -> tuple[UnmetNeed, ...]:
    """Priority needs that no support good enough works on."""
    rows = ranked.features.rows
    good = ranked.rules.eligible[rows] & (ranked.relevance.total >= ranker.settings.floor)
    served = ranker.table.domains[rows[good & ~ranked.barred]].sum(axis=0) > 0
    was_served = ranker.table.domains[rows[good & ranked.barred]].sum(axis=0) > 0
    unmet = []
    for need in team.needs:
        column = DOMAINS.index(need.domain)
        if need.is_priority and not served[column]:
            key = f"unmet.{'other_' if was_served[column] else ''}{ranker.kind}"
            detail = Message(key=key, values={"need": Message(key=f"domain.{need.domain}")})
            unmet.append(
                UnmetNeed(domain=need.domain, kind=ranker.kind, detail=speaker.say(detail), detail_message=detail)
            )
    return tuple(unmet)


def _notices(evidence: TeamEvidence) -> tuple[Message, ...]:
    """What is missing, one sentence each."""
    unscored = [one.domain for one in evidence.profile.domains if one.status is ScoreStatus.TOO_FEW_ANSWERS]
    if evidence.profile.visibility is not Visibility.NOTHING:
        return (_about("not_scored", unscored),) if unscored else ()
    too_few = Message(key="notice.too_few_people")
    return (too_few, _about("areas", evidence.areas)) if evidence.areas else (too_few,)


def _about(key: str, domains: Sequence[Domain]) -> Message:
    names = tuple(Message(key=f"domain.{domain}") for domain in domains)
    return Message(key=f"notice.{key}", values={"domains": names})
