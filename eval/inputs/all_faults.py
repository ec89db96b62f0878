"""Reading several inputs and reporting the faults of all of them at once."""

from collections.abc import Callable
from typing import TypeVar

from recommender.errors import InputError

__all__ = ["AllFaults"]

T = TypeVar("T")


class AllFaults:
    """Holds back what readers refuse until every one of them has run."""

    def __init__(self) -> None:
        self._errors: list[InputError] = []

    def of(self, read: Callable[[], T]) -> T | None:
        """What `read` returns; None where it refuses its input, which is then reported by `report`."""
        try:
            return read()
        except InputError as error:
            self._errors.append(error)
            return None

    def report(self) -> None:
        """Go on where nothing was refused.

        Raises:
            InputError: The only refusal as it was, or one with the faults of all, in the order of reading.
        """
        if len(self._errors) == 1:
            raise self._errors[0]
        if self._errors:
            raise InputError([fault for error in self._errors for fault in error.faults])
