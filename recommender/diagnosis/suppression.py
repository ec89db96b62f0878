"""Which groups of a team may be shown, so that nobody can be singled out, not even by subtraction."""

from collections.abc import Mapping

__all__ = ["shown_groups"]


def shown_groups(counts: Mapping[str, int], *, minimum: int = 5) -> tuple[str, ...]:
    """The groups of a split whose results may be shown, by name.

    A group needs `minimum` people in it, and as many, or nobody, outside it. When a group stays hidden, subtracting
    the shown ones from the whole must not give it away: unless the hidden people are at least `minimum` together, the
    smallest shown group (the first by name among equals) is hidden as well.

    Args:
        counts: people of each group with a score, after missing answers.
        minimum: the instrument's `min_detail`.
    """
    total = sum(counts.values())
    visible = {group for group, n in counts.items() if n >= minimum and (total - n >= minimum or total == n)}
    hidden = total - sum(counts[group] for group in visible)
    if visible and 0 < hidden < minimum:
        visible.remove(min(visible, key=lambda group: (counts[group], group)))
    return tuple(sorted(visible))
