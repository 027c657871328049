"""Kleene truth and how truths combine (docs/language.md, clause `three-answers`).

Inside an evaluation a truth is `True`, `False` or `None` (unknown), so that a boolean fact *is* its own
truth. Everywhere a person or another program reads it, it is a `Truth`.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import TypeAlias

Kleene: TypeAlias = bool | None


class Truth(StrEnum):
    """How a condition came out. `unknown` is an answer, not an error and not a `not-met`."""

    MET = "met"
    NOT_MET = "not-met"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, kleene: Kleene) -> "Truth":
        """Return the word for a truth as an evaluation holds it.

        >>> [Truth.of(kleene).value for kleene in (True, False, None)]
        ['met', 'not-met', 'unknown']
        """
        return _WORDS[kleene]

    def __bool__(self) -> bool:
        raise TypeError("a Truth has three values: compare it, do not test it")


_WORDS: dict[Kleene, Truth] = {True: Truth.MET, False: Truth.NOT_MET, None: Truth.UNKNOWN}


def all_of(truths: Collection[Kleene]) -> Kleene:
    """Tell whether every one of `truths` is met; met if there are none.

    >>> all_of([True, None]), all_of([False, None]), all_of([])
    (None, False, True)
    """
    return False if False in truths else None if None in truths else True


def any_of(truths: Collection[Kleene]) -> Kleene:
    """Tell whether at least one of `truths` is met; not met if there are none.

    >>> any_of([True, None]), any_of([False, None]), any_of([])
    (True, None, False)
    """
    return True if True in truths else None if None in truths else False


def negate(truth: Kleene) -> Kleene:
    """Turn met and not met round; unknown stays unknown."""
    return None if truth is None else not truth
