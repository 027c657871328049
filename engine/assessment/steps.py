"""Steps of a compiled rule set, as text: writing them into a function, and leaving out what an answer does not need."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import TypeAlias

Step: TypeAlias = tuple[str, str]  # a variable, and the text of what it is set to

VARIABLE = re.compile(r"\b(v[0-9]+)\b")
_NESTED = 15  # so many steps inside one another: far below what Python's parser bears


def written(name: str, arguments: Sequence[str], steps: Sequence[Step], result: str) -> str:
    """Return the text of a function that takes the steps in turn and returns `result`.

    The first argument holds the given values by name.

    >>> print(written("run", ["facts", "as_of"], [("v0", "get(c0)")], "(v0, )"))
    def run(facts, as_of):
        get = facts.get
        v0 = get(c0)
        return (v0, )
    """
    lines = [f"{variable} = {step}" for variable, step in steps]
    head = f"def {name}({', '.join(arguments)}):"
    return "\n    ".join([head, f"get = {arguments[0]}.get", *lines, f"return {result}"])


def variables_in(text: str) -> list[str]:
    """Return the variables that a step names.

    >>> variables_in("v0 if v12 is None else c3")
    ['v0', 'v12']
    """
    return VARIABLE.findall(text)


def needed(steps: Sequence[Step]) -> list[Step]:
    """Return what the last of `steps` needs of them, in as few steps as may be.

    A step that only one other step needs is written into that one, where it first names it. So it is taken only when it
    matters: `all` stops at the first part that is not met, and a derivation waits until no value is given. What a step
    does is not changed; that the answers are those of all the steps is held by a property.

    >>> needed([("v0", "get(c0)"), ("v1", "get(c1)"), ("v2", "v0 >= c2"), ("answer", "w[v2]")])
    [('answer', 'w[((get(c0)) >= c2)]')]
    """
    last = steps[-1][0]
    users = Counter([last])  # how many steps need each variable; the last one is needed for itself
    kept: list[tuple[str, list[str]]] = []
    for name, step in reversed(steps):
        if users[name]:
            pieces = VARIABLE.split(step)  # every second piece is a variable
            kept.append((name, pieces))
            users.update(set(pieces[1::2]))
    shorter: list[Step] = []
    waiting: dict[str, tuple[str, int]] = {}  # steps that go into another, and how many are nested in each
    for name, pieces in reversed(kept):
        mentions = Counter(pieces[1::2])
        loops = any(" for " in piece for piece in pieces)  # what stands inside a loop would be taken for every row
        depth = 0
        for index in range(1, len(pieces), 2):
            variable = pieces[index]
            if variable in waiting:
                inner, nested = waiting.pop(variable)
                if loops or nested == _NESTED:
                    shorter.append((variable, inner))
                else:
                    depth = max(depth, nested + 1)
                    pieces[index] = f"({inner})" if mentions[variable] == 1 else f"({variable} := {inner})"
        if users[name] == 1 and name != last:
            waiting[name] = ("".join(pieces), depth)
        else:
            shorter.append((name, "".join(pieces)))
    return shorter
