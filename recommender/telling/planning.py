"""From ranked lists to a plan in phases: what to start now, what to build on, whom to work with."""

from collections.abc import Mapping, Sequence

from models.kinds import KINDS
from models.message import Message
from models.needs import Need
from models.recommendation import Match, PlanEntry, PlanPhase, RankedList
from models.support import Support
from models.vocab import Domain, Phase, ReadinessAdvice
from recommender.words import Speaker

__all__ = ["make_plan"]

WIDE_GAP = 0.5
"""From this gap up (a mean of 2.5 or less) a partner is suggested: the team stands below regular use."""

MAX_ENTRIES = 4
"""Supports of one phase; a team has time for few."""

PREPARE_FIRST = "plan.prepare_first"


def make_plan(
    lists: Sequence[RankedList],
    needs: Sequence[Need],
    *,
    supports: Mapping[str, Support],
    is_short: Mapping[str, bool],
    present_levels: Mapping[Domain, int],
    speaker: Speaker,
) -> tuple[PlanPhase, ...]:
    """The top matches in phases; a match that no phase wants is left to its list.

    A support that is used on one's own belongs to `start now` when it is short and suits the present level of its main
    need, otherwise to `build`. One whose kind has a phase of its own, as a provider has, belongs to that when the gap
    of one of the priority needs it serves is wide. Where the team is not ready for a need yet, only short or free ones
    of the former are planned for it.

    Args:
        lists: ranked matches, best first; their order is kept within a phase.
        needs: complete needs, not the shown ones.
        supports: the catalog's records by id.
        is_short: support id -> takes one meeting or less.
        present_levels: most likely level of each domain with a score.
        speaker: of the sentences.
    """
    by_domain = {need.domain: need for need in needs}
    phases: dict[Phase, list[PlanEntry]] = {phase: [] for phase in Phase}
    for ranked in lists:
        for match in ranked.matches:
            served = [share.domain for share in match.needs if share.domain in by_domain]
            if not served:
                continue
            support = supports[match.support_id]
            short = is_short.get(match.support_id, False)
            main = by_domain[served[0]]
            waits = main.readiness is ReadinessAdvice.PREPARE_FIRST
            joined = KINDS[ranked.kind].phase
            if joined is not None:
                phase = joined if not waits and _is_wide(served, by_domain) else None
            elif waits and not (short or _is_free(support)):
                phase = None
            else:
                suits_now = present_levels.get(main.domain) in support.levels
                phase = Phase.START_NOW if short and suits_now else Phase.BUILD
            if phase is not None and len(phases[phase]) < MAX_ENTRIES:
                because = Message(key=PREPARE_FIRST if waits else f"plan.{phase.name.lower()}")
                phases[phase].append(_entry(match, served, because, speaker))
    return tuple(PlanPhase(phase=phase, entries=tuple(entries)) for phase, entries in phases.items())


def _is_wide(served: Sequence[Domain], needs: Mapping[Domain, Need]) -> bool:
    return any(needs[domain].is_priority and (needs[domain].gap or 0) >= WIDE_GAP for domain in served)


def _is_free(support: Support) -> bool:
    return support.cost == "free"


def _entry(match: Match, served: Sequence[Domain], because: Message, speaker: Speaker) -> PlanEntry:
    return PlanEntry(
        support_id=match.support_id,
        kind=match.kind,
        title=match.title,
        url=match.url,
        domains=tuple(served),
        because=speaker.say(because),
        because_message=because,
    )
