"""A run for a person: profile, needs, matches and plan, as rich tables on a terminal or as plain text in a pipe."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from rich.text import Text

from api.text.language import capitalized, word
from api.text.page import TextPage
from api.text.scales import level_scale, share_bar
from api.text.screen import Screen
from api.text.words import agreement_words, importance_words, level_words, mean_words
from models.profile import CodedEnd
from models.recommendation import Match, NeedShare, PlanPhase, RankedList, RecommendationRun, RuleTrace, WhyNot
from models.rules import EFFECTS
from models.vocab import AnswerMode, Domain, NeedWord, RuleOutcome, ScoreStatus, Visibility
from recommender.instruments import LoadedInstrument

__all__ = ["render_run", "render_why_not"]

_ENDS: Mapping[CodedEnd | None, str] = {"or_lower": "-", "or_higher": "+"}
"""What a mean at an end of what is released is marked with, where there is no room for words."""
_WORD_STYLES = {
    NeedWord.START_HERE: "bold",
    NeedWord.CLOSE_CALL: "",
    NeedWord.LATER: "dim",
    NeedWord.NOT_ENOUGH_ANSWERS: "dim",
}
# From this width on there is room for the columns that explain.
_WIDE = 100
# Below this one the words need all of it, and the scale, which repeats the mean, gives way.
_NARROW = 76
_RUBRIC_LINES = 2
_SHOWN_NEEDS = 3
_SHOWN_PARTS = 6
_SHOWN_AGAINST = 2


def render_run(run: RecommendationRun, instrument: LoadedInstrument, screen: Screen) -> None:
    """Print everything a team reads of one run."""
    names = {domain: spec.name for domain, spec in instrument.domains.items()}
    with screen.page():
        page = _RunPage(screen, names)
        page.heading(f"Capacity profile: {run.team_name}")
        page.profile(run, instrument)
        page.heading("Needs")
        page.needs(run)
        for ranked in run.lists:
            page.heading(word(ranked.kind, "many"))
            page.ranked(ranked)
        if run.honored:
            page.heading("Decided before")
            for honored in run.honored:
                page.point(Text.assemble((honored.title, "bold"), f". {honored.because}"))
        page.heading("Plan")
        page.plan(run.plan)
        page.versions(run)


def render_why_not(answer: WhyNot, screen: Screen) -> None:
    """Print why one support is, or is not, in the list."""
    with screen.page():
        page = TextPage(screen)
        page.heading(f"{answer.title} ({answer.support_id})")
        page.line(answer.detail)
        for trace in answer.excluded_by:
            page.point(f"{trace.because} ({trace.id})", indent=2)
        if answer.components and answer.score is not None:
            page.line(_sum_of(answer.score, answer.components))


class _RunPage(TextPage):
    """The parts of a run."""

    def __init__(self, screen: Screen, names: Mapping[Domain, str]) -> None:
        super().__init__(screen)
        self.names = names

    def profile(self, run: RecommendationRun, instrument: LoadedInstrument) -> None:
        profile = run.profile
        noun = "person" if profile.n_respondents == 1 else "people"
        who = "agreed together" if profile.answer_mode is AnswerMode.CONSENSUS else f"{profile.n_respondents} {noun}"
        self.line(f"{run.form} form, {who}, as of {run.as_of}. Not a rating of any person or school.")
        words = {need.domain: need.word for need in run.needs}
        wide, narrow = self.console.width >= _WIDE, self.console.width < _NARROW
        step = 6 if wide else 4
        scores = [score for score in profile.domains if score.status is not ScoreStatus.NOT_ON_FORM]
        with_agreement = wide and any(score.agreement for score in scores)
        table = self.table()
        table.add_column("Domain", min_width=14 if narrow else 16)
        table.add_column("Level", min_width=12)
        table.add_column("Mean", justify="right", no_wrap=True)
        if not narrow:
            table.add_column((" " * (step - 1)).join("1234"), no_wrap=True)
        if with_agreement:
            table.add_column("Views", no_wrap=True)
        table.add_column("Importance", no_wrap=True)
        table.add_column("Need", min_width=12 if narrow else 10)
        for score in scores:
            need = words.get(score.domain)
            level = level_words(score, instrument) or "not shown"
            cells: list[str | Text] = [
                self.names[score.domain],
                level if wide else level.replace("between ", "").replace(" and ", " to "),
                "" if score.mean is None else f"{score.mean:.1f}{_ENDS.get(score.coded_end, '')}",
            ]
            if not narrow:
                cells.append(level_scale(score.mean, score.se, glyphs=self.glyphs, step=step))
            if with_agreement:
                cells.append(agreement_words(score.agreement))
            cells += [
                importance_words(score.importance, instrument),
                Text(word(need) if need else "", style=_WORD_STYLES[need] if need else ""),
            ]
            table.add_row(*cells)
        self.console.print(table)
        for end in sorted({score.coded_end for score in scores if score.coded_end}):
            example = next(score for score in scores if score.coded_end == end)
            self.point(f"{example.mean:.1f}{_ENDS[end]} stands for {mean_words(example)}.")
        for score in scores:
            name = self.names[score.domain]
            if score.two_pictures:
                self.point(f"{name}: two pictures. Some see it near the bottom, some near the top.")
            if score.many_cannot_see:
                self.point(f"{name}: many cannot see this part of the work yet.")
        if profile.visibility is Visibility.MEAN_AND_LEVEL:
            least = instrument.instrument.privacy.min_detail
            self.point(f"Fewer than {least} people answered, so means and levels are shown and nothing finer.")
        for notice in run.notices:
            self.point(f"{notice}")

    def needs(self, run: RecommendationRun) -> None:
        first = [need for need in run.needs if need.is_priority]
        for need in first:
            how = f"; {word(need.readiness)}" if need.readiness else ""
            place = "" if need.rank is None else f"{need.rank}. "
            self.line(Text.assemble((f"{place}{need.name}", "bold"), f": {word(need.word)}{how}"))
            for text in need.rubric[:_RUBRIC_LINES]:
                self.line(Text(text.question, style="dim"), indent=3)
                self.line(f"now   {text.present}", indent=5)
                if text.next:
                    self.line(f"next  {text.next}", indent=5)
        if not first:
            self.line("No domain stands out as a need.")
        later = [need.name for need in run.needs if not need.is_priority and need.rank is not None]
        unknown = [need.name for need in run.needs if need.rank is None]
        if later:
            self.line(f"Then: {', '.join(later)}.")
        if unknown:
            self.line(f"Not enough answers: {', '.join(unknown)}.")

    def ranked(self, ranked: RankedList) -> None:
        if not ranked.matches:
            self.line("Nothing in the catalog is good enough.")
        for match in ranked.matches:
            self.match(match)
        for unmet in ranked.unmet_needs:
            self.point(f"{self.names.get(unmet.domain, unmet.domain)}: {unmet.detail}")
        self.line(
            Text(f"{ranked.n_eligible} could be used, {ranked.n_excluded} were ruled out.", style="dim"),
        )

    def match(self, match: Match) -> None:
        self.line(Text.assemble(f"{match.rank:>2} ", (match.title, "bold")), hang=3)
        bar = share_bar(match.score, glyphs=self.glyphs)
        self.line(Text.assemble(f"{bar} {match.score:.2f}  ", (match.support_id, "dim")), indent=3)
        self.url(match.url, indent=3)
        self.line(" ".join(match.why), indent=3)
        if match.needs:
            self.line(f"Serves {', '.join(self.share_words(need) for need in match.needs[:_SHOWN_NEEDS])}.", indent=3)
        if match.matched_text:
            wrote = match.matched_text.source == "open_text"
            asked = "You wrote" if wrote else "You were asked about"
            self.line(
                f"{asked}: “{match.matched_text.need_text}” It answers: “{match.matched_text.support_text}”", indent=3
            )
        for trace in _against(match.rules)[:_SHOWN_AGAINST]:
            self.line(f"But: {trace.because}", indent=3)
        parts = f"{_sum_of(match.score, match.components)}; {_rule_counts(match.rules)}"
        self.line(Text(parts, style="dim"), indent=3)

    def share_words(self, need: NeedShare) -> str:
        name = self.names.get(need.domain, need.domain)
        return name if need.share is None else f"{name} {need.share:.0%}"

    def plan(self, phases: Sequence[PlanPhase]) -> None:
        for phase in phases:
            self.line(Text(capitalized(word(phase.phase)), style="bold"))
            for entry in phase.entries:
                self.point(Text(entry.title, style="bold"), indent=2)
                self.line(entry.because, indent=4)
                self.url(entry.url, indent=4)
            if not phase.entries:
                self.line("Nothing for this phase.", indent=2)

    def versions(self, run: RecommendationRun) -> None:
        versions = run.versions
        parts = [
            f"trellis {versions.trellis}",
            f"instrument {versions.instrument.version}",
            f"catalog {versions.catalog[:12]}",
            f"rules {_short(versions.ruleset)}",
            f"model {_short(versions.model)}",
            f"config {_short(versions.config)}",
        ]
        self.console.print()
        self.line(Text("Made with " + ", ".join(parts) + ". --json has everything.", style="dim"))


def _sum_of(score: float, components: Mapping[str, float]) -> str:
    """The score as the sum of its largest parts and one for all others."""
    parts = sorted(components.items(), key=lambda part: (-abs(part[1]), part[0]))
    shown = [(name.replace("_", " ").replace(":", " "), value) for name, value in parts[:_SHOWN_PARTS]]
    if rest := parts[_SHOWN_PARTS:]:
        shown.append((f"{len(rest)} others", math.fsum(value for _, value in rest)))
    return f"score {score:.2f} = {' + '.join(f'{name} {value:.2f}' for name, value in shown)}".replace("+ -", "- ")


def _against(traces: Sequence[RuleTrace]) -> list[RuleTrace]:
    """What speaks against a match that is listed all the same; what a rule discourages comes first."""
    weighed = [trace for trace in traces if EFFECTS[trace.effect].blocks is None]
    against = [trace for trace in weighed if trace.outcome is EFFECTS[trace.effect].against]
    return sorted(against, key=lambda trace: EFFECTS[trace.effect].sign)


def _rule_counts(traces: Sequence[RuleTrace]) -> str:
    counts = Counter(trace.outcome for trace in traces)
    return "rules: " + ", ".join(f"{counts[outcome]} {outcome}" for outcome in RuleOutcome)


def _short(version: str) -> str:
    """A version whose hash is cut to twelve digits."""
    return re.sub(r"([0-9a-f]{12})[0-9a-f]{20,}", r"\1", version)
