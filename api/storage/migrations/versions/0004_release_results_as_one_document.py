"""Release results as one document.

Results that were frozen before are released as far as their shown profile goes: means coded at the ends, words instead
of numbers, nothing of single items.
"""

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_WORDS = ((0.25, "not_now"), (0.5, "useful"), (0.75, "important"), (1.0, "top_three"))


def upgrade() -> None:
    """Go forward."""
    # Renamed, not replaced: SQLite would make the table anew, and all runs would go with the old one.
    op.execute('ALTER TABLE snapshots RENAME COLUMN profile TO "release"')
    snapshots = sa.table(
        "snapshots", sa.column("id", sa.String), sa.column("assessment", sa.Text), sa.column("release", sa.Text)
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(snapshots)).all():
        release = json.dumps(_release(json.loads(row.release), json.loads(row.assessment)), ensure_ascii=False)
        connection.execute(snapshots.update().where(snapshots.c.id == row.id).values(release=release))


def _release(profile: dict[str, Any], assessment: dict[str, Any]) -> dict[str, Any]:
    agreed = assessment["answer_mode"] == "consensus"
    return {
        "schema_version": 1,
        "assessment_id": assessment["assessment_id"],
        "team_id": assessment["team"]["id"],
        "form": assessment["form"],
        "answer_mode": assessment["answer_mode"],
        "instrument": profile.get("instrument") or {**assessment["instrument"], "content_hash": ""},
        "scoring": profile.get("scoring", "classical"),
        "length": assessment.get("length", "full"),
        "focus_domains": assessment.get("focus_domains", []),
        "n_respondents": len(assessment["responses"]),
        "domains": [_domain(one, agreed=agreed) for one in profile.get("domains", [])],
        "meets_priority_criterion": profile.get("meets_priority_criterion"),
        "meets_network_definition": profile.get("meets_network_definition"),
    }


def _domain(one: dict[str, Any], *, agreed: bool) -> dict[str, Any]:
    mean, importance = one.get("mean"), one.get("importance")
    status = "too_few_answers" if one["status"] == "scored" and mean is None else one["status"]
    word = None if importance is None else min(_WORDS, key=lambda pair: (round(abs(pair[0] - importance), 9), pair[0]))
    return {
        "domain": one["domain"],
        "status": status,
        "n_raters": one.get("n_raters"),
        "mean": mean if mean is None or agreed else min(max(round(mean, 1), 1.4), 3.6),
        "agreement": (one.get("agreement") or {}).get("word"),
        "two_pictures": bool(one.get("two_pictures")),
        "many_cannot_see": bool(one.get("many_cannot_see")),
        "importance": word and word[1],
    }
