"""Which words of a support meet which words of a team: the one place where wildcards, expansions and tables count."""

from collections.abc import Iterable

from models.rules import LanguageRange, Mapped, Overlaps

__all__ = ["OTHER_LANGUAGE", "TeamTest", "meeting_words", "shared_words"]

TeamTest = Overlaps | LanguageRange | Mapped
"""The tests that compare a team's words with a support's."""

OTHER_LANGUAGE = "other"
"""The team's answer that names no language."""


def meeting_words(test: TeamTest, team: Iterable[str], support: Iterable[str]) -> list[str]:
    """Those of the support's words that meet at least one of the team's, in their order."""
    match test:
        case Overlaps(wildcard=wildcard, expand=expand):
            if wildcard in (team := set(team)):
                return list(support)
            wanted = team.union(*(expand.get(word, ()) for word in team))
            return [
                word
                for word in support
                if word == wildcard or word in wanted or not wanted.isdisjoint(expand.get(word, ()))
            ]
        case LanguageRange():
            ranges = [word.lower() for word in team if word != OTHER_LANGUAGE]
            return [tag for tag in support if any(f"{tag.lower()}-".startswith(f"{start}-") for start in ranges)]
        case Mapped(table=table):
            wanted = {word for part in team for word in table.get(part, ())}
            return [word for word in support if word in wanted]


def shared_words(test: TeamTest, team: Iterable[str], support: Iterable[str]) -> list[str]:
    """What to show as met: the team's words that meet the support, or for a table the support's words that it gives."""
    if isinstance(test, Mapped):
        return meeting_words(test, team, support)
    support = list(support)
    return [word for word in team if meeting_words(test, (word,), support)]
