"""Times several ways of doing one thing in turns, so that what slows the machine down slows all of them."""

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True)
class Timing:
    """What one contestant took in each round, in seconds for one piece of work."""

    name: str
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.seconds)

    def ratios(self, other: "Timing") -> tuple[float, float, float]:
        """Return how many times longer `self` took than `other`, round by round: least, median, most."""
        ratios = [own / theirs for own, theirs in zip(self.seconds, other.seconds, strict=True)]
        return min(ratios), median(ratios), max(ratios)


def in_turns(work: Mapping[str, tuple[Callable[[], object], int]], rounds: int) -> dict[str, Timing]:
    """Time each of `work` once a round. A contestant comes with how many pieces of work one call of it is.

    The order turns by one each round; the first round only warms up.
    """
    names = list(work)
    taken: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds + 1):
        start = number % len(names)
        for name in (*names[start:], *names[:start]):
            call, pieces = work[name]
            gc.collect()
            gc.disable()
            before = perf_counter()
            call()
            after = perf_counter()
            gc.enable()
            if number:
                taken[name].append((after - before) / pieces)
    return {name: Timing(name, tuple(seconds)) for name, seconds in taken.items()}


def table(timings: Mapping[str, Timing], base: str, unit: str = "µs", factor: float = 1e6) -> list[str]:
    """Return the lines of a Markdown table: each median, and its ratio to `base` over the rounds."""
    lines = [f"| | {unit}, median | times {base}: median (least to most) |", "| --- | ---: | ---: |"]
    for name, timing in timings.items():
        low, middle, high = timing.ratios(timings[base])
        ratio = "1" if name == base else f"{middle:.2f} ({low:.2f} to {high:.2f})"
        lines.append(f"| {name} | {timing.median * factor:,.2f} | {ratio} |")
    return lines
