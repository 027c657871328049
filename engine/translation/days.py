"""Days of the calendar among the numbers that stand for days in formulas."""

from comity.engine.translation.formulas import Formula, Sum, compare, conj, disj, neg, number
from comity.engine.translation.space import Script


def is_day(script: Script, name: str) -> Formula:
    """Return that a variable's number is that of a day in the calendar."""

    def part(text: str) -> Sum:
        return script.term(text, "Int")

    day, index = part(f"(mod {name} 32)"), part(f"(div {name} 32)")
    month, year = part(f"(mod {index.text()} 12)"), part(f"(div {index.text()} 12)")

    def divisible(by: int) -> Formula:
        return compare(part(f"(mod {year.text()} {by})"), "=", number(0))

    leap = conj([divisible(4), disj([neg(divisible(100)), divisible(400)])])
    short = disj(compare(month, "=", number(one)) for one in (3, 5, 8, 10))
    february = compare(month, "=", number(1))
    return conj(
        [
            compare(day, ">=", number(1)),
            compare(day, "<=", number(31)),
            neg(conj([short, compare(day, ">", number(30))])),
            neg(conj([february, compare(day, ">", number(29))])),
            neg(conj([february, compare(day, "=", number(29)), neg(leap)])),
        ]
    )
