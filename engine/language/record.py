"""Frozen records that are cheap to define.

A rule set's model is some forty small classes. As dataclasses they would cost every command a third of its start-up
time, since each writes and compiles its own methods; a `Record` shares one set of methods with all others. Type
checkers see a frozen dataclass.
"""

from inspect import get_annotations
from operator import attrgetter
from typing import Any, ClassVar, Self, dataclass_transform


@dataclass_transform(frozen_default=True)
class Record:
    """A value made of named fields. Two are equal if they are of one class and all fields but `at` are equal.

    A field is an annotation in the class; a value in the class is its default. `at` says where a thing stands in a
    file, which is not part of what it says.

    >>> class Pair(Record):
    ...     left: int
    ...     right: int = 0
    >>> Pair(1), Pair(1) == Pair(1, right=0), Pair(1).but(right=2)
    (Pair(left=1, right=0), True, Pair(left=1, right=2))
    """

    __match_args__: ClassVar[tuple[str, ...]] = ()
    _required: ClassVar[frozenset[str]] = frozenset()
    _content: ClassVar[Any] = staticmethod(type)  # what two are compared by

    def __init_subclass__(cls, kw_only: bool = False) -> None:
        own = [name for name in get_annotations(cls) if not name.startswith("_")]
        cls.__match_args__ = tuple(dict.fromkeys((*cls.__match_args__, *own)))  # type: ignore[misc]  # mypy has it fixed by the class body
        compared = [name for name in cls.__match_args__ if name != "at"]
        cls._content = attrgetter(*compared) if compared else staticmethod(type)
        cls._required = frozenset(name for name in cls.__match_args__ if not hasattr(cls, name))

    def __init__(self, *values: Any, **named: Any) -> None:
        fields = self.__dict__
        fields.update(zip(self.__match_args__, values, strict=False))
        fields.update(named)
        if not self._required <= fields.keys():
            raise TypeError(f"{type(self).__name__} lacks {', '.join(sorted(self._required - fields.keys()))}")

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"a {type(self).__name__} is frozen")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a {type(self).__name__} is frozen")

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, type(self))
            and other.__class__ is self.__class__
            and self._content(self) == other._content(other)
        )

    def __hash__(self) -> int:
        known = self.__dict__.get("_hash")
        if known is None:
            known = self.__dict__["_hash"] = hash((self.__class__.__name__, self._content(self)))
        return int(known)

    def __repr__(self) -> str:
        shown = (f"{name}={getattr(self, name)!r}" for name in self.__match_args__ if name != "at")
        return f"{type(self).__name__}({', '.join(shown)})"

    def but(self, **changes: Any) -> Self:
        """Return the same record with some fields changed."""
        return type(self)(**{name: getattr(self, name) for name in self.__match_args__} | changes)
