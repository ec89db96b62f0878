"""Whether the same inputs give the same run, byte for byte."""

from collections.abc import Mapping

__all__ = ["replay_mismatches"]


def replay_mismatches(first: Mapping[str, bytes], again: Mapping[str, bytes]) -> dict[str, int]:
    """The runs that differ, by id, each with the position of the first byte that does; empty is right.

    A run that only one side has differs from position 0.
    """
    different = {}
    for key in sorted(first.keys() | again.keys()):
        one, other = first.get(key), again.get(key)
        if one != other:
            different[key] = _first_difference(one or b"", other or b"") if one and other else 0
    return different


def _first_difference(one: bytes, other: bytes) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((position for position, (a, b) in pairs if a != b), min(len(one), len(other)))
