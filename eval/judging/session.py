"""One judge's way through a pool: what is next, and what each key does to it. No terminal, no files, no clock."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from eval.judging.judgments import JudgedPair, Judgment, present_judgments

__all__ = ["Session"]


class Session:
    """Where one judge stands in a pool. Mutable; every change is handed to `record` before anything else happens."""

    def __init__(
        self,
        pool: Sequence[JudgedPair],
        *,
        judge: str,
        earlier: Iterable[Judgment],
        hashes: Mapping[str, str],
        record: Callable[[Judgment], None],
        now: Callable[[], datetime],
    ) -> None:
        """Start at the first pair of the pool that this judge has not graded.

        Args:
            pool: What to grade, in order; repeated pairs are graded once.
            judge: Who grades.
            earlier: Judgments so far, by anyone; only this judge's own are looked at.
            hashes: `support_hash` of every support of the pool.
            record: Keeps a judgment; called at once, so that nothing is lost when the judge walks away.
            now: The time, with its zone.
        """
        self.pool = tuple(dict.fromkeys(pool))
        self.judge = judge
        own = [item for item in present_judgments(earlier) if item.judge == judge]
        self._grades: dict[JudgedPair, Judgment] = {item.pair: item for item in own}
        self._done: list[tuple[JudgedPair, Judgment | None]] = []
        self._hashes = hashes
        self._record = record
        self._now = now
        self._place = -1
        self._advance()

    @property
    def current(self) -> JudgedPair | None:
        """The pair to grade now; None when the end of the pool is reached."""
        return self.pool[self._place] if self._place < len(self.pool) else None

    @property
    def place(self) -> int:
        """Position of the current pair, from 1; one past the pool's length at its end."""
        return self._place + 1

    @property
    def n_graded(self) -> int:
        """Pairs of the pool that this judge has graded."""
        return sum(pair in self._grades for pair in self.pool)

    @property
    def n_left(self) -> int:
        """Pairs of the pool without a grade of this judge, the skipped ones among them."""
        return len(self.pool) - self.n_graded

    def earlier(self, pair: JudgedPair) -> Judgment | None:
        """What this judge said of a pair; None without a grade."""
        return self._grades.get(pair)

    def grade(self, grade: int, *, note: str = "") -> None:
        """Grade the current pair and go to the next one without a grade. Does nothing at the end of the pool."""
        pair = self.current
        if pair is None:
            return
        self._done.append((pair, self._grades.get(pair)))
        self._keep(pair, grade, note)
        self._advance()

    def skip(self) -> None:
        """Leave the current pair for later; it comes again when the pool is opened the next time."""
        if self.current is not None:
            self._advance()

    def back(self) -> None:
        """Return to the pair before this one, graded or not. At the first one, stay. Its grade stands until changed."""
        self._place = max(0, self._place - 1)

    def undo(self) -> JudgedPair | None:
        """Take back the last grade of this session and return to its pair; None when there is none.

        A grade that it replaced stands again.
        """
        if not self._done:
            return None
        pair, before = self._done.pop()
        self._keep(pair, before.grade if before else None, before.note if before else "")
        self._place = self.pool.index(pair)
        return pair

    def _keep(self, pair: JudgedPair, grade: int | None, note: str) -> None:
        judgment = Judgment(
            assessment_id=pair.assessment_id,
            support_id=pair.support_id,
            judge=self.judge,
            grade=grade,
            judged_at=self._now(),
            note=note,
            support_hash=self._hashes[pair.support_id],
        )
        self._record(judgment)
        if grade is None:
            self._grades.pop(pair, None)
        else:
            self._grades[pair] = judgment

    def _advance(self) -> None:
        self._place += 1
        while self._place < len(self.pool) and self.pool[self._place] in self._grades:
            self._place += 1
