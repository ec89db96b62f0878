"""Feature tables of judged teams, from the very functions that the ranking uses: what tuning learns from."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from eval.inputs.judged import JudgedTeams, team_topics
from eval.tuning.fit import TeamFeatures
from models.needs import Need
from models.rules import DerivedField, Ruleset
from models.vocab import SupportKind
from recommender.catalog.load import Catalog
from recommender.config import RankingConfig
from recommender.diagnosis.evidence import TeamEvidence
from recommender.embedding import CachedEmbedder
from recommender.index import CatalogIndex
from recommender.instruments import LoadedInstrument
from recommender.ports import OnProgress
from recommender.ranking.features import team_features
from recommender.ranking.signals import own_words, rubric_queries, team_signals
from recommender.ranking.support_table import SupportTable
from recommender.rules.columns import SupportColumns
from recommender.rules.evaluate import evaluate
from recommender.rules.facts import team_facts

__all__ = ["feature_tables", "present_weights"]


def feature_tables(
    teams: JudgedTeams,
    catalog: Catalog,
    kind: SupportKind,
    *,
    instrument: LoadedInstrument,
    evidence: Mapping[str, TeamEvidence],
    needs: Mapping[str, Sequence[Need]],
    ruleset: Ruleset,
    config: RankingConfig,
    embedder: CachedEmbedder,
    as_of: date,
    progress: OnProgress | None = None,
) -> list[TeamFeatures]:
    """Every eligible support of one kind for every judged team, with the parts of its score before they are weighed.

    These are the features that the configuration names for this kind and the rules that weigh for it: a preferring
    rule is 1 where it is met, a discouraging one -1, both 0 elsewhere.

    Args:
        teams: Judged teams; one without a judged support of this kind is left out.
        catalog: What is ranked.
        kind: Which supports.
        instrument: Of the teams.
        evidence: What is known of each team, by assessment id.
        needs: Needs of each team, by assessment id.
        ruleset: Gates decide who is eligible; weighted rules become features.
        config: Names the features.
        embedder: For catalog, pictures of practice and the teams' own words.
        as_of: The day from which freshness counts, for teams that name none.
        progress: Called as texts are embedded and teams measured.
    """
    index = CatalogIndex.build(catalog.by_kind[kind], embedder, progress=progress)
    table = SupportTable.of(
        index, embedder.encode(rubric_queries(instrument), query=True, progress=progress), parts=config.parts
    )
    columns = SupportColumns.of(index.supports)
    topics = team_topics(teams, index.supports, needs=needs)
    judged = [assessment for assessment in teams.assessments if assessment.assessment_id in topics]
    tables = []
    for done, assessment in enumerate(judged, start=1):
        team_id = assessment.assessment_id
        day = assessment.as_of or as_of
        known = evidence[team_id]
        signals = team_signals(known, instrument, needs[team_id], config.scoring)
        words = own_words(known)
        measured = team_features(
            table,
            np.arange(len(index.supports)),
            evidence=known,
            instrument=instrument,
            signals=signals,
            words=words,
            piece_vectors=embedder.encode_live(words.pieces),
            parts=config.parts,
        )
        derived = {DerivedField.LEVEL_FIT: measured.level_fit}
        facts = team_facts(known, needs[team_id], as_of=day)
        rules = evaluate(ruleset, columns, facts, as_of=day, derived=derived)
        values = {name: measured.columns[name] for name in config.kinds[kind].features}
        values |= {rule_id: np.sign(rules.contributions[rule_id]) for rule_id in _rule_weights(ruleset, kind)}
        rows = np.flatnonzero(rules.eligible)
        tables.append(
            TeamFeatures(
                team_id=team_id,
                doc_ids=tuple(index.supports[row].id for row in rows),
                values=np.column_stack(list(values.values()))[rows],
                names=tuple(values),
                topic=topics[team_id],
            )
        )
        if progress:
            progress(done, len(judged), f"{kind} tables")
    return tables


def present_weights(kind: SupportKind, *, ruleset: Ruleset, config: RankingConfig) -> NDArray[np.float64]:
    """The weights in use, in the order of the features of `feature_tables`; only their proportions matter."""
    return np.array([*config.kinds[kind].features.values(), *_rule_weights(ruleset, kind).values()])


def _rule_weights(ruleset: Ruleset, kind: SupportKind) -> dict[str, float]:
    weighted = {rule.id: rule.weight[kind] for rule in ruleset.rules if rule.weight and kind in rule.kinds}
    return {rule_id: weight for rule_id, weight in weighted.items() if weight > 0}
