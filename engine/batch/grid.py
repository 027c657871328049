"""What a parameter is moved over, as it is written: `5000..50000:5000`, `1y..10y:1y`, `2, 3`."""

import re
from typing import Any

from comity.engine.batch.sweep import Axis
from comity.engine.language.model import Parameter, ValueType
from comity.engine.language.references import type_words
from comity.engine.language.values import literal

MOST = 10_000  # settings
_SHORT = {"y": "years", "m": "months", "d": "days"}


def axis(parameter: Parameter, text: str) -> Axis:
    """Return the values that a text means. Raises `ValueError` with what is wrong."""
    grid = re.fullmatch(r"(.+?)\.\.(.+):(.+)", text)
    if grid is None:
        return Axis(parameter.name, tuple(dict.fromkeys(_value(parameter, part) for part in text.split(","))))
    low, high, step = (_value(parameter, part) for part in grid.groups())
    if parameter.value_type not in (ValueType.NUMBER, ValueType.MONTHS, ValueType.DAYS):
        raise ValueError(f"`{parameter.name}` is a {type_words(parameter.value_type)}: list its values, as in a, b")
    if low > high or step <= 0:
        raise ValueError(f"`{text}` goes nowhere: write it like 5000..50000:5000")
    if (high - low) / step >= MOST:
        raise ValueError(f"`{text}` has too many values: up to {MOST:,} settings are tried")
    return Axis(parameter.name, tuple(low + number * step for number in range(int((high - low) / step) + 1)))


def _value(parameter: Parameter, text: str) -> Any:
    """Return a value of a parameter; `5y` is 5 years."""
    text = text.strip()
    short = re.fullmatch(r"(\d+)([ymd])", text)
    kind, value = literal(f"{short[1]} {_SHORT[short[2]]}" if short else text, plain=True)
    if kind is not parameter.value_type:
        raise ValueError(f"`{parameter.name}` is a {type_words(parameter.value_type)}, not `{text}`")
    return value
