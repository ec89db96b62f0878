"""What the pages of an import show: what is wrong with the files, and what a checked catalog would change."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from api.catalog.versions import CatalogVersion, report_on
from api.text.language import _
from api.text.words import counted
from api.web.kit.support_words import plain
from models.base import Fault, SupportId
from models.kinds import KINDS
from models.support import Support
from models.vocab import SupportKind
from recommender.catalog.duplicates import DuplicatePair, near_duplicates
from recommender.catalog.load import Catalog
from recommender.catalog.stats import LOOK_AT

__all__ = [
    "ImportChange",
    "ImportForm",
    "ReportPage",
    "SentFile",
    "Upload",
    "import_form",
    "read_upload",
    "report_page",
]

SHOWN_FAULTS = 200
SHOWN_CHANGES = 100
SHOWN_PAIRS = 20
MANY_REMOVED = 0.1
"""Share of the present catalog whose removal is worth a second look."""


class Upload(NamedTuple):
    """What somebody sent."""

    files: Mapping[SupportKind, bytes]
    """Content by kind; a kind that was left out stays as it is."""
    names: Mapping[SupportKind, str]
    """What the chosen files are called where they come from."""
    typed: Mapping[SupportKind, str]
    """What was pasted, for the form to keep."""
    faults: Mapping[str, str]
    """By name of the field: why the form itself cannot be used."""


class FaultLine(NamedTuple):
    """One fault of a file, as a row."""

    file: str
    line: int | None
    field: str
    """Dotted path in the record; empty for the whole line."""
    detail: str


class ImportForm(NamedTuple):
    """The form, with what was wrong the last time."""

    kinds: Sequence[tuple[SupportKind, str]]
    """Kinds with the names of their files."""
    typed: Mapping[SupportKind, str]
    faults: Mapping[str, str]
    lines: Sequence[FaultLine]
    n_lines: int
    """Faults in the files; `lines` shows the first ones."""
    n_places: int
    """Lines of files with a fault."""


class ImportChange(NamedTuple):
    """A support that is new, gone or changed."""

    id: SupportId
    title: str
    fields: Sequence[str]
    """Names of the fields that differ, where both have it."""


class ImportChanges(NamedTuple):
    """All supports with one fate."""

    title: str
    explained: str
    changes: Sequence[ImportChange]
    """The first ones."""
    n: int
    folded: bool


class LikePair(NamedTuple):
    """Two supports that say nearly the same."""

    first: ImportChange
    second: ImportChange
    percent: int
    same_page: bool


class ImportNote(NamedTuple):
    """Something to look at before going on; it stops nothing."""

    text: str
    changes: Sequence[ImportChange]


class ReportPage(NamedTuple):
    """A checked catalog against the one in use."""

    version: str
    counts: Sequence[str]
    """`442 resources`, for each kind."""
    n_present: int
    n_same: int
    groups: Sequence[ImportChanges]
    notes: Sequence[ImportNote]
    pairs: Sequence[LikePair]
    n_pairs: int
    stored: bool
    active: bool
    """Whether it is the one in use."""
    serving: bool
    """Whether it serves already."""

    @property
    def n_changes(self) -> int:
        """Supports that are new, changed or gone."""
        return sum(group.n for group in self.groups)


class SentFile(NamedTuple):
    """A file that somebody chose."""

    name: str
    content: bytes


def read_upload(sent: Mapping[str, SentFile | str]) -> Upload:
    """What the form brings: for each kind a chosen file or pasted lines."""
    files: dict[SupportKind, bytes] = {}
    names: dict[SupportKind, str] = {}
    typed: dict[SupportKind, str] = {}
    faults: dict[str, str] = {}
    for kind in KINDS:
        chosen, given = sent.get(f"{kind}_file"), sent.get(f"{kind}_text", "")
        pasted = given if isinstance(given, str) else ""
        typed[kind] = pasted
        if isinstance(chosen, SentFile) and pasted.strip():
            faults[f"{kind}_text"] = _("Choose a file or paste lines, not both.")
        elif isinstance(chosen, SentFile):
            files[kind], names[kind] = chosen.content, chosen.name
        elif pasted.strip():
            files[kind] = pasted.replace("\r\n", "\n").encode(errors="surrogatepass")
    if not files and not faults:
        faults[f"{next(iter(KINDS))}_file"] = _("Choose at least one file, or paste lines below.")
    return Upload(files, names, typed, faults)


def import_form(upload: Upload | None = None, faults: Sequence[Fault] = ()) -> ImportForm:
    """The form, empty or as it was sent."""
    lines = [
        FaultLine(fault.file or "", fault.line, fault.pointer[:200].strip("/").replace("/", "."), fault.detail)
        for fault in faults
    ]
    return ImportForm(
        kinds=[(kind, spec.file_name) for kind, spec in KINDS.items()],
        typed=upload.typed if upload else dict.fromkeys(KINDS, ""),
        faults=upload.faults if upload else {},
        lines=lines[:SHOWN_FAULTS],
        n_lines=len(lines),
        n_places=len({(line.file, line.line) for line in lines}),
    )


def report_page(catalog: Catalog, present: Catalog, standing: CatalogVersion | None) -> ReportPage:
    """What a catalog would change.

    Args:
        catalog: the checked one.
        present: the one in use.
        standing: where the checked one stands; None if it is not stored.
    """
    report = report_on(catalog, present, stored=standing is not None)
    old = {support.id: support for support in present.supports}
    new = {support.id: support for support in catalog.supports}
    added = [_change(new[SupportId(one)]) for one in report.added]
    changed = [_change(new[SupportId(one)], old[SupportId(one)]) for one in report.changed]
    removed = [_change(old[SupportId(one)]) for one in report.removed]
    touched = {change.id for change in (*added, *changed)}
    pairs = _pairs(catalog, touched)
    return ReportPage(
        version=catalog.version,
        counts=[counted(kind, n) for kind, n in report.sizes.items()],
        n_present=len(old),
        n_same=len(new) - len(touched),
        groups=[
            ImportChanges(
                _("New"), _("The catalog in use does not have them."), added[:SHOWN_CHANGES], len(added), False
            ),
            ImportChanges(_("Changed"), _("Their record differs."), changed[:SHOWN_CHANGES], len(changed), False),
            ImportChanges(
                _("Removed"),
                _("Teams will not be offered them any more. Plans that name them keep them."),
                removed[:SHOWN_CHANGES],
                len(removed),
                False,
            ),
        ],
        notes=_notes([new[one] for one in new if one in touched], removed, len(old)),
        pairs=pairs[:SHOWN_PAIRS],
        n_pairs=len(pairs),
        stored=standing is not None,
        active=standing is not None and standing.active,
        serving=standing is not None and standing.serving,
    )


def _change(support: Support, before: Support | None = None) -> ImportChange:
    fields: list[str] = []
    if before is not None:
        now, then = (one.model_dump(mode="json", by_alias=True) for one in (support, before))
        fields = [plain(name) for name in now if now[name] != then.get(name)]
    return ImportChange(support.id, support.display_title, fields)


@lru_cache(maxsize=2)
def _near_duplicates(catalog: Catalog) -> tuple[DuplicatePair, ...]:
    return near_duplicates(catalog.supports, threshold=LOOK_AT)


def _pairs(catalog: Catalog, touched: set[SupportId]) -> list[LikePair]:
    """Likely duplicates with a new or changed support in them, most alike first."""
    if not touched:
        return []
    return [
        LikePair(
            _change(catalog.get(pair.first)),
            _change(catalog.get(pair.second)),
            round(100 * pair.similarity),
            pair.same_page,
        )
        for pair in _near_duplicates(catalog)
        if pair.first in touched or pair.second in touched
    ]


def _notes(touched: Sequence[Support], removed: Sequence[ImportChange], n_present: int) -> list[ImportNote]:
    without_level = [_change(one) for one in touched if not one.levels]
    without_needs = [_change(one) for one in touched if not one.needs_met]
    notes = []
    if n_present and len(removed) > MANY_REMOVED * n_present:
        share = f"{100 * len(removed) / n_present:.0f}%"
        notes.append(ImportNote(_("This takes out {share} of the catalog. Is a file cut short?", share=share), ()))
    if without_level:
        text = _("No level: we cannot tell which teams these suit best, and the coverage map leaves them out.")
        notes.append(ImportNote(text, without_level[:SHOWN_CHANGES]))
    if without_needs:
        text = _("No lines in a team’s voice (needs_met): a team’s own words find these less well.")
        notes.append(ImportNote(text, without_needs[:SHOWN_CHANGES]))
    return notes
