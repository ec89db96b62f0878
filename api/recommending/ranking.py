"""Rank supports for a file of assessments: read every line or none, write whole files or none."""

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import date
from functools import partial
from pathlib import Path

from api.recommending.recommend import source_of
from api.text.whole_files import whole_text
from models.assessment import Assessment
from models.vocab import SupportKind
from recommender.diagnosis.assessments import fill_assessment, parse_assessments
from recommender.diagnosis.evidence import Basis
from recommender.instruments import LoadedInstrument
from recommender.pipeline import Recommender
from recommender.reading.trec import write_run

__all__ = ["parse_assessment_lines", "rank_to_files"]


def parse_assessment_lines(content: bytes, instrument: LoadedInstrument, *, file: str) -> tuple[Assessment, ...]:
    """The assessments of a JSON Lines document, in its order; blank lines are skipped.

    Raises:
        InvalidAssessment: every fault of every line with `file` and line, repeated assessment ids among them; or that
            there is no assessment at all.
    """
    read = partial(fill_assessment, instrument=instrument)
    return parse_assessments(content, read, file=file, empty="No assessment; expected one JSON object a line.")


def rank_to_files(
    recommender: Recommender,
    assessments: Sequence[Assessment],
    *,
    today: date,
    as_of: date | None,
    kinds: Sequence[SupportKind],
    k: int,
    out: Path,
    explain: Path | None = None,
    basis: Basis = "answers",
    on_done: Callable[[int], None] = lambda _: None,
) -> None:
    """Write the TREC run of all assessments and, if asked, the explanation of each match.

    Kinds are ranked separately, each from rank 1 with the tag `trellis-KIND`. No floor applies. A file appears, or
    replaces an earlier one, only when everything is written.

    Args:
        recommender: what ranks.
        assessments: with unique ids.
        today: used where neither `as_of` nor the assessment names a date.
        as_of: wins over the assessments' own dates.
        kinds: kinds to rank.
        k: longest list.
        out: the run, `assessment_id Q0 support_id rank score tag`.
        explain: JSON Lines, one match a line with its `assessment_id`.
        basis: what of the answers to rank by.
        on_done: called with the number of assessments ranked so far.
    """
    with ExitStack() as files:
        run = files.enter_context(whole_text(out))
        explanations = files.enter_context(whole_text(explain)) if explain else None
        for done, assessment in enumerate(assessments, start=1):
            date_used = as_of or assessment.as_of or today
            for ranked in recommender.rank(
                source_of(recommender, assessment, basis), as_of=date_used, kinds=kinds, k=k
            ):
                ranking = [(match.support_id, match.score) for match in ranked.matches]
                run.writelines(write_run({assessment.assessment_id: ranking}, tag=f"trellis-{ranked.kind}"))
                if explanations:
                    explanations.writelines(
                        json.dumps(
                            {"assessment_id": assessment.assessment_id, **match.model_dump(mode="json")},
                            ensure_ascii=False,
                        )
                        + "\n"
                        for match in ranked.matches
                    )
            on_done(done)
