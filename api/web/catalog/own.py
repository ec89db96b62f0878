"""What the pages of an organization's own catalog show: what it adds and leaves out, and what files would change."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from api.access.principals import Permission, Principal
from api.catalog.overlays import LeftOut, own_catalog, present_overlay
from api.engine.engine import Engine
from api.web.catalog.imports import ImportForm, ReportPage, import_form, report_page
from models.support import Support
from recommender.catalog.overlay import Overlay

__all__ = ["OwnPage", "OwnReportPage", "OwnStanding", "own_page", "own_report_page", "own_standing"]

SHOWN = 200


class OwnSupport(NamedTuple):
    """A support that the organization has added."""

    id: str
    title: str
    url: str


class OwnPage(NamedTuple):
    """The organization's own catalog, and the form for files."""

    added: Sequence[OwnSupport]
    """The first ones."""
    n_added: int
    excluded: Sequence[LeftOut]
    done: bool
    form: ImportForm


class OwnReportPage(NamedTuple):
    """What files that were checked would change."""

    checked: str
    """Version of what was laid aside."""
    report: ReportPage


class OwnStanding(NamedTuple):
    """How a support stands in the organization of who looks at it."""

    may_change: bool
    added: bool
    """Whether the organization has added it."""
    reason: str
    """Why it is left out; empty when it is not."""
    fault: str = ""


def own_page(
    session: Session, engine: Engine, principal: Principal, form: ImportForm | None = None, *, done: bool = False
) -> OwnPage:
    """The page; `engine` is that of the instance, `form` what was sent."""
    added = present_overlay(session, principal.organization_id).overlay.added
    return OwnPage(
        added=[OwnSupport(one.id, one.display_title, one.url) for one in added[:SHOWN]],
        n_added=len(added),
        excluded=own_catalog(session, principal, engine).excluded,
        done=done,
        form=form or import_form(),
    )


def own_report_page(
    session: Session, engine: Engine, principal: Principal, checked: str, added: Sequence[Support]
) -> OwnReportPage:
    """What the organization's catalog would be with these additions; `engine` is that of the instance."""
    kept = present_overlay(session, principal.organization_id).overlay.excluded
    present = engine.of(principal.organization_id).catalog
    return OwnReportPage(checked, report_page(Overlay.of(added, kept).over(engine.catalog), present, None))


def own_standing(session: Session, principal: Principal, support_id: str, *, fault: str = "") -> OwnStanding:
    """How a support stands in the organization of the caller."""
    may_change = principal.may(Permission.CURATE)
    if not principal.owner:
        return OwnStanding(may_change, added=False, reason="", fault=fault)
    overlay = present_overlay(session, principal.organization_id).overlay
    added = support_id in {one.id for one in overlay.added}
    # Why something is left out is for those who look after what teams are offered.
    reason = overlay.reasons.get(support_id, "") if principal.may(Permission.READ_QUALITY) else ""
    return OwnStanding(may_change, added, reason, fault)
