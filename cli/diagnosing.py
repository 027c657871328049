"""What `comity exercise grade` says of misunderstandings: worked out once, for every form of report."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from comity.engine.language.model import RuleSet
    from comity.engine.report.blocks import Block
    from comity.engine.report.frame import Section
    from comity.engine.training.keys import Told
    from comity.engine.training.marking import Marks


class Believed:
    """What the answers of each trainee, over all exercises, may say of a misunderstanding."""

    def __init__(self, rules: "RuleSet", sat: "Iterable[tuple[Sequence[Told], Marks]]") -> None:
        from comity.engine.report.misconceptions import BeliefWords
        from comity.engine.training.beliefs import Beliefs
        from comity.engine.training.diagnosis import by_trainee

        self.words = BeliefWords(rules)
        self.found = by_trainee(Beliefs(rules), sat)

    def text(self, trainee: str, wide: int, colour: bool) -> list[str]:
        """Return what is said to one trainee as text, if anything is."""
        from comity.engine.report.misconceptions import diagnosis_text

        text = diagnosis_text(self.words, self.found[trainee], width=wide, colour=colour)
        return [text] if text else []

    def sections(self, trainee: str) -> "list[Section]":
        """Return what is said to one trainee as a section of a page, if anything is."""
        from comity.engine.report.misconceptions import diagnosis_sections

        return [*diagnosis_sections(self.words, self.found[trainee])]

    def rows(self) -> list[tuple[str, str]]:
        """Return what is common in the class, and in how many."""
        from comity.engine.report.misconceptions import common_rows

        return common_rows(self.words, [*self.found.values()])

    def blocks(self) -> "list[Block]":
        """Return what is common in the class as blocks."""
        from comity.engine.report.misconceptions import common_blocks

        return [*common_blocks(self.words, [*self.found.values()])]
