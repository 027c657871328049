"""The diagrams of a manual: what rests on what, in the whole rule set and below one context."""

from collections.abc import Collection, Iterable, Iterator
from functools import cached_property

from comity.engine.report.diagram import STAGES, Diagram, Node
from comity.engine.report.manual_parts import Item, Picture, Piece
from comity.engine.report.manual_uses import Uses, kind_of


class Pictures:
    """Draws the facts that are asked for, criteria, contexts and measures of a rule set."""

    def __init__(self, uses: Uses) -> None:
        self.uses = uses

    @cached_property
    def whole(self) -> Diagram:
        """Every criterion, context and measure, and all that they rest on."""
        edges: dict[tuple[str, str], None] = {}
        shown = {one: None for one in self.uses.things if kind_of(one) in ("criterion", "context", "measure")}
        waiting = [*shown]
        for one in waiting:
            for below in self.uses.rests_on(one):
                edges[below, one] = None
                if below not in shown:
                    shown[below] = None
                    waiting.append(below)
        return self.diagram("What rests on what", shown, edges)

    @cached_property
    def below(self) -> dict[str, list[str]]:
        """What each of them rests on."""
        return _below(self.whole)

    def diagram(self, title: str, names: Collection[str], edges: Iterable[tuple[str, str]]) -> Diagram:
        nodes = [Node(one, kind_of(one), self.uses.title(one)) for one in self.uses.things if one in names]
        places = {node.id: place for place, node in enumerate(nodes)}
        kept = (edge for edge in edges if edge[0] in names and edge[1] in names)
        return Diagram(title, tuple(nodes), tuple(sorted(kept, key=lambda edge: (places[edge[1]], places[edge[0]]))))

    def overview(self) -> Iterator[Picture]:
        """Yield the diagram of the whole rule set; without the facts where they would be too many to read."""
        whole = self.whole
        if not whole.readable:
            whole = self.diagram(whole.title, {one.id for one in whole.nodes if one.kind != "fact"}, whole.edges)
        yield from self.picture(whole)

    def of_context(self, context: str) -> Iterator[Picture]:
        """Yield the diagram of one context and the measures that answer it, where the overview leaves out the facts."""
        if self.whole.readable:
            return
        shown = {context}
        waiting = [context]
        while waiting:
            more = [one for one in self.below.get(waiting.pop(), ()) if one not in shown]
            shown |= {*more}
            waiting += more
        answers = {
            f"measure-{one.id}"
            for one in self.uses.rules.measures.values()
            if context in (f"context-{ground.context}" for ground in one.grounds)
        } - shown
        edges = [(one, other) for other in shown for one in self.below.get(other, ())]
        edges += [(context, measure) for measure in answers]
        yield from self.picture(self.diagram(f"What {self.uses.title(context)} rests on", shown | answers, edges))

    def picture(self, diagram: Diagram) -> Iterator[Picture]:
        """Yield a diagram with the same as a list, if it shows something and is not too large to read."""
        if not diagram.edges or not diagram.readable:
            return
        kinds = [node.kind for node in diagram.nodes]
        counts = [f"{kinds.count(kind)} {words.lower()}" for kind, words in STAGES.items() if kind in kinds]
        below = _below(diagram)
        items = tuple(
            Item(0, (*self.uses.links([node.id]), Piece(f" ({node.kind}), on: "), *self.uses.links(below[node.id])))
            for node in diagram.nodes
            if node.id in below
        )
        yield Picture(diagram, f"From left to right, what rests on what: {', '.join(counts)}.", items)


def _below(diagram: Diagram) -> dict[str, list[str]]:
    """Return what each box rests on, of those that rest on any."""
    found: dict[str, list[str]] = {}
    for one, other in diagram.edges:
        found.setdefault(other, []).append(one)
    return found
