"""Looking for a support that is not in a list: why it is not, and how to add it all the same."""

from typing import NamedTuple
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from api.access.principals import Principal
from api.catalog.supports import SupportQuery, find_supports
from api.engine.engine import Engine
from api.errors import Conflict
from api.recommending.what_if import RunWhyNot, why_not
from api.reviews.fold import fold
from api.reviews.review import OpenReview
from api.text.language import _, rule_words, told, word
from api.web.desk.review_cards import facts_of, support_of
from api.web.desk.review_forms import TypedFields
from models.review import Review
from models.support import Support
from recommender.errors import InputError

__all__ = ["WhyNotPage", "why_not_page"]

_MOST = 8


class WhyNotAnswer(NamedTuple):
    """Why one support is not in the list."""

    said: str
    where: str
    """Its place and points; empty when rules keep it out."""
    rules: tuple[str, ...]
    """What the rules say that keep it out."""
    note: str
    """What is different from when the run was made; mostly empty."""
    summary: str


class Found(NamedTuple):
    """One support that the words find."""

    id: str
    title: str
    url: str
    kind: str
    facts: tuple[str, ...]
    standing: str
    """Where it is in the review; empty when it is nowhere in it."""
    href: str
    """Where its answer is."""
    answer: WhyNotAnswer | None


class WhyNotPage(NamedTuple):
    """What the page shows."""

    run_id: str
    version: int
    team: str
    q: str
    locked: bool
    found: tuple[Found, ...]
    n_found: int
    typed: TypedFields = TypedFields()


def why_not_page(
    session: Session, engine: Engine, officer: Principal, opened: OpenReview, *, q: str, of: str
) -> WhyNotPage:
    """What the words find in the catalog, with the answer for one: `of`, or the first that is not in the review."""
    review = fold(opened.lists, opened.events)
    engine = engine.of(opened.team.organization_id, seen_by=officer.organization_id)
    exact = support_of(engine.catalog, q.strip())
    supports: list[Support] = [exact] if exact else []
    n_found = len(supports)
    if q.strip() and not exact:
        page = find_supports(engine.catalog, SupportQuery(q=q, limit=_MOST), rank=engine.rank_words)
        supports, n_found = [engine.catalog.get(item.id) for item in page.items], page.total
    asked = of or next((str(one.id) for one in supports if review.find(one.id) is None), "")
    return WhyNotPage(
        run_id=opened.run.id,
        version=opened.version,
        team=opened.team.name,
        q=q,
        locked=review.released_at is not None and review.before_release,
        found=tuple(
            Found(
                id=one.id,
                title=one.display_title,
                url=one.url,
                kind=word(one.kind),
                facts=facts_of(one),
                standing=_standing(review, one.id),
                href=f"/desk/runs/{opened.run.id}/why-not?{urlencode({'q': q, 'of': one.id})}",
                answer=_answer(session, engine, officer, opened, one) if one.id == asked else None,
            )
            for one in supports
        ),
        n_found=n_found,
    )


def _standing(review: Review, support_id: str) -> str:
    entry = review.find(support_id)
    if entry is None:
        return ""
    if entry.removal:
        return _("Removed from this list")
    kept = next(one.kept for one in review.lists if one.kind is entry.kind)
    return _("In the list, place {place}", place=kept.index(entry) + 1)


def _answer(session: Session, engine: Engine, officer: Principal, opened: OpenReview, support: Support) -> WhyNotAnswer:
    try:
        found: RunWhyNot = why_not(session, engine, officer, opened.team, opened.run, support.id)
    except (Conflict, InputError) as error:
        return WhyNotAnswer(str(error), "", (), "", support.summary)
    answer = found.why_not
    where = ""
    if answer.rank is not None and answer.score is not None:
        where = _(
            "It would come at place {place} of all that fit the rules, with {points} of 100.",
            place=answer.rank,
            points=f"{100 * answer.score:.0f}",
        )
    return WhyNotAnswer(
        said=told(answer.detail_message, answer.detail, engine.instrument),
        where=where,
        rules=tuple(rule_words(rule) for rule in answer.excluded_by),
        note="" if found.exact else _("Worked out with the catalog and rules of today."),
        summary=support.summary,
    )
