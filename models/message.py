"""Something to tell a person, as data: words are made of it where it is read, in the reader's language."""

from typing import Union

from models.base import Value

__all__ = ["Message", "MessageValue"]

OneValue = Union[str, int, float, "Message"]
"""A text that somebody wrote or a record holds, a number, or something that has words of its own."""
MessageValue = OneValue | tuple[OneValue, ...]


class Message(Value):
    """A key of the message catalog, and what its placeholders stand for."""

    key: str
    """Such as `reason.grade_exact`."""
    values: dict[str, MessageValue] = {}


Message.model_rebuild()
