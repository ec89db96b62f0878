"""One evaluation from end to end: every system on the judged teams, for each kind of support."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from eval.inputs.baselines import (
    Query,
    TextToRank,
    best_dense_share,
    bm25,
    catalog_order,
    convex_fusion,
    dense,
    rank,
    reciprocal_rank_fusion,
    seeded_random,
    tfidf,
)
from eval.inputs.judged import JudgedTeams, team_topics
from eval.inputs.texts import support_text, team_text
from eval.measuring.harness import condense, evaluate
from eval.metrics import NDCG, GateViolations, Judged, Metric, NeedCoverage, Precision, Topic
from eval.results.close_ups import Why, with_close_ups
from eval.results.records import ListResult, ResultRecord, environment, record_lists
from models.assessment import Assessment
from models.base import Fault, SupportId
from models.instrument import Instrument
from models.needs import Need
from models.support import Support
from models.vocab import SupportKind
from recommender.canonical import content_hash
from recommender.catalog.load import Catalog
from recommender.embedding import CachedEmbedder
from recommender.errors import InvalidConfig
from recommender.ports import OnProgress
from recommender.reading.trec import TrecRun, rank_scores

__all__ = [
    "BASELINE",
    "DENSE_SHELF",
    "LEXICAL_SHELF",
    "METRICS",
    "OURS",
    "Evaluation",
    "RankedSystem",
    "Ranker",
    "evaluate_teams",
    "shelf_systems",
]

OURS = "trellis"
BASELINE = "fusion"
"""The strongest of the shelf, which all others are tested against unless another is named."""

LEXICAL_SHELF = ("random", "catalog-order", "tfidf", "bm25")
DENSE_SHELF = ("dense", "rrf", "fusion", "gated-fusion")

METRICS: tuple[Metric, ...] = (NDCG(), Precision(), NeedCoverage(), Judged(), GateViolations())
CONDENSED: tuple[Metric, ...] = (NDCG(),)
TESTED: tuple[Metric, ...] = (NDCG(),)

Ranker = Callable[[Assessment], Sequence[tuple[SupportId, float]]]
"""Supports of one kind with their scores, in any order; those left out are not in the list."""


@dataclass(frozen=True)
class RankedSystem:
    """A named way to rank, with its lists."""

    name: str
    description: str
    run: TrecRun


class Evaluation(NamedTuple):
    """What an evaluation found, and the lists that it found it on."""

    result: ResultRecord
    runs: dict[str, dict[str, TrecRun]]
    """By kind, then by name of the system."""


def evaluate_teams(
    teams: JudgedTeams,
    catalog: Catalog,
    *,
    instrument: Instrument,
    needs: Mapping[str, Sequence[Need]],
    embedder: CachedEmbedder | None,
    rankers: Mapping[SupportKind, Mapping[str, Ranker]],
    about_rankers: Mapping[str, str] | None = None,
    runs: Mapping[str, TrecRun] | None = None,
    kinds: Sequence[SupportKind] = tuple(SupportKind),
    baselines: Sequence[str] | None = None,
    baseline: str = BASELINE,
    judged_by: str,
    versions: Mapping[str, str] | None = None,
    seed: int,
    made_on: date,
    reasons: Mapping[SupportKind, Why] | None = None,
    progress: OnProgress | None = None,
) -> Evaluation:
    """Ours and the shelf on judged teams: nDCG, precision, need coverage, share judged, gate violations; paired tests.

    Args:
        teams: Assessments with grades.
        catalog: What is ranked.
        instrument: Gives the words of the baselines' queries.
        needs: The needs of each team by assessment id.
        embedder: For the dense baselines; None leaves them out, and the baseline must then be another.
        rankers: By kind, named rankers to put before the shelf.
        about_rankers: What to say of each, by name.
        runs: Further named runs, such as files; both kinds may be in one.
        kinds: Which lists to evaluate.
        baselines: Names from the shelf; None takes all of it.
        baseline: Name of the system that the others are tested against.
        judged_by: Who graded; recorded.
        versions: Hashes to record beside those of catalog, judgments and embedder.
        seed: For random baseline, intervals and tests.
        made_on: Recorded.
        reasons: Our own sentences by kind, for the lists that are shown side by side; None leaves them out.
        progress: Called as systems are ranked.

    Raises:
        InvalidConfig: No system is called `baseline`, or two systems share a name.
    """
    there = LEXICAL_SHELF if embedder is None else LEXICAL_SHELF + DENSE_SHELF
    shelf = [name for name in there if baselines is None or name in baselines]
    for kind in kinds:
        _check_names([*rankers.get(kind, {}), *(runs or {}), *shelf], baseline)
    results = []
    runs_of: dict[str, dict[str, TrecRun]] = {}
    about = about_rankers or {}
    for kind in kinds:
        supports: Sequence[Support] = [support for support in catalog.supports if support.kind is kind]
        topics = team_topics(teams, supports, needs=needs)
        judged = [assessment for assessment in teams.assessments if assessment.assessment_id in topics]
        systems = [
            RankedSystem(
                name,
                about.get(name, "this project's ranking"),
                _run(ranker, judged, progress, f"{kind} lists by {name}"),
            )
            for name, ranker in rankers.get(kind, {}).items()
        ]
        own = {support.id for support in supports}
        systems += [RankedSystem(name, "read from a file", _only(run, own)) for name, run in (runs or {}).items()]
        put_beside = shelf_systems(
            supports,
            [
                Query(item.assessment_id, team_text(item, instrument, needs=needs[item.assessment_id]))
                for item in judged
            ],
            topics=topics,
            embedder=embedder,
            seed=seed,
            progress=progress,
        )
        systems += [system for system in put_beside if system.name in shelf]
        runs_of[kind.value] = {system.name: system.run for system in systems}
        results.append(
            with_close_ups(
                _list_result(kind, systems, topics, sorted(own), baseline=baseline, seed=seed),
                ours=OURS,
                runs=runs_of[kind.value],
                topics=topics,
                catalog=sorted(own),
                titles={support.id: support.display_title for support in supports},
                labels={item.assessment_id: item.team.name for item in judged},
                why=(reasons or {}).get(kind),
            )
        )
    hashes = {"catalog": catalog.version, "judgments": teams.version, "metrics": content_hash([*map(str, METRICS)])}
    if embedder is not None:
        hashes["model"] = f"{embedder.name} {embedder.fingerprint}"
    result = ResultRecord(
        made_on=made_on,
        judged_by=judged_by,
        seed=seed,
        versions=hashes | dict(versions or {}),
        environment=environment(),
        lists=tuple(results),
    )
    return Evaluation(result, runs_of)


def shelf_systems(
    supports: Sequence[Support],
    queries: Sequence[Query],
    *,
    topics: Mapping[str, Topic],
    embedder: CachedEmbedder | None,
    seed: int,
    progress: OnProgress | None = None,
) -> list[RankedSystem]:
    """The baselines, over the same words that our ranking has, as whole texts.

    Args:
        supports: Of one kind; in the catalog's order.
        queries: One a team.
        topics: For choosing the fusion weight (which flatters it) and for the gates of the gated variant.
        embedder: For the dense ones; None leaves them out.
        seed: For the random one.
        progress: Called as systems are ranked.
    """
    documents = [TextToRank(support.id, support_text(support)) for support in supports]
    lexical = bm25(documents)
    scorers = {
        "random": ("seeded by team and support", seeded_random(documents, seed=seed)),
        "catalog-order": ("the same list for all", catalog_order(documents)),
        "tfidf": ("cosine, sublinear term frequency", tfidf(documents)),
        "bm25": ("Lucene form, stemmed, k1 1.5, b 0.75", lexical),
    }
    if embedder is not None:
        semantic = dense(documents, embedder, progress=progress)
        share = best_dense_share(lexical, semantic, documents, queries, topics=topics, metric=NDCG())
        scorers["dense"] = (f"{embedder.name}, whole query against whole text", semantic)
        scorers["rrf"] = ("bm25 and dense by reciprocal rank", reciprocal_rank_fusion([lexical, semantic], documents))
        fused = convex_fusion(lexical, semantic, dense_share=share)
        best = f"bm25 and dense, dense share {share:g}: the best on these very teams, so it is flattered"
        scorers["fusion"] = (best, fused)
    systems = []
    for done, (name, (description, scorer)) in enumerate(scorers.items()):
        if progress:
            progress(done, len(scorers), "baselines ranked")
        systems.append(RankedSystem(name, description, rank(scorer, documents, queries)))
    if embedder is not None:
        forbidden = {query_id: topic.forbidden for query_id, topic in topics.items()}
        run = rank(fused, documents, queries, without=forbidden)
        systems.append(RankedSystem("gated-fusion", "fusion without what the gates forbid", run))
    if progress:
        progress(len(scorers), len(scorers), "baselines ranked")
    return systems


def _list_result(
    kind: SupportKind,
    systems: Sequence[RankedSystem],
    topics: Mapping[str, Topic],
    catalog: Sequence[str],
    *,
    baseline: str,
    seed: int,
) -> ListResult:
    runs = {system.name: system.run for system in systems}
    return record_lists(
        kind.value,
        evaluate(runs, topics, METRICS),
        evaluate({name: condense(run, topics) for name, run in runs.items()}, topics, CONDENSED),
        runs=runs,
        catalog=catalog,
        descriptions={system.name: system.description for system in systems},
        baseline=baseline,
        tested=TESTED,
        seed=seed,
    )


def _check_names(names: Sequence[str], baseline: str) -> None:
    faults = [
        Fault(pointer="/systems", detail=f"Two systems are called '{name}'.")
        for name, times in Counter(names).items()
        if times > 1
    ]
    if baseline not in names:
        detail = f"No system is called '{baseline}'; there are {', '.join(names)}."
        faults.append(Fault(pointer="/baseline", detail=detail))
    if faults:
        raise InvalidConfig(faults)


def _run(ranker: Ranker, assessments: Sequence[Assessment], progress: OnProgress | None, what: str) -> TrecRun:
    run: TrecRun = {}
    for done, assessment in enumerate(assessments, start=1):
        run[assessment.assessment_id] = rank_scores(ranker(assessment))
        if progress:
            progress(done, len(assessments), what)
    return run


def _only(run: TrecRun, doc_ids: set[SupportId]) -> TrecRun:
    kept = {query_id: tuple(item for item in listed if item.doc_id in doc_ids) for query_id, listed in run.items()}
    return {query_id: listed for query_id, listed in kept.items() if listed}
