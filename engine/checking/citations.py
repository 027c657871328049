"""Where everything comes from: sources, bases, and the passages of a source."""

from collections.abc import Iterator
from typing import NamedTuple

from comity.engine.checking.judged import Judged
from comity.engine.language.diagnostic import Code, Diagnostic, Suggestions, clip, judgement, one_of
from comity.engine.language.model import Basis, Citation, Cited, RuleSet, Source

_SOURCED = ("parameter", "criterion", "context", "measure", "principle", "precedent")
_BASED = ("parameter", "criterion", "context", "measure", "principle", "ground")


class Thing(NamedTuple):
    """Something that can be cited for: its kind, its name (`table.column` of a column), and what it says of itself."""

    kind: str
    name: str
    cited: Cited


def cited(rules: RuleSet) -> Iterator[Thing]:
    """Yield everything in a rule set that can name its sources."""
    for kind, things in (
        *(("parameter", rules.parameters), ("reading", rules.readings), ("fact", rules.facts)),
        *(("criterion", rules.criteria), ("context", rules.contexts), ("purpose", rules.purposes)),
        *(("measure", rules.measures), ("form", rules.forms), ("theme", rules.themes)),
        *(("principle", rules.principles), ("precedent", rules.precedents), ("property", rules.properties)),
    ):
        for name, thing in things.items():
            yield Thing(kind, name, thing)
    for fact in rules.facts.values():
        for column in fact.columns.values():
            yield Thing("column", f"{fact.name}.{column.name}", column)
    for measure in rules.measures.values():
        for ground in measure.grounds:
            yield Thing("ground", f"{measure.id}.{ground.context}", ground)
    for kind, exclusions in (("impossible", rules.impossible), ("implausible", rules.implausible)):
        for exclusion in exclusions:
            yield Thing(kind, kind, exclusion)


def no_source(judged: Judged) -> Iterator[Diagnostic]:
    """A parameter, criterion, context, measure, principle or precedent names no source."""
    for kind, name, thing in cited(judged.rules):
        if kind not in _SOURCED or thing.sources or (thing.basis is Basis.EDITORIAL and thing.note):
            continue
        message = f"the {kind} `{name}` names no source"
        hint = "cite one under `source`, or write `basis: editorial` and say why under `note`"
        yield judgement(Code.NO_SOURCE, name, thing.at, message, hint)


def no_basis(judged: Judged) -> Iterator[Diagnostic]:
    """A parameter, criterion, context, measure or principle, or the link of a measure to a context, has no basis."""
    for kind, name, thing in cited(judged.rules):
        if kind not in _BASED or thing.basis is not None:
            continue
        measure, _, context = name.partition(".")
        what = f"the {kind} `{name}`" if kind != "ground" else f"the link of the measure `{measure}` to `{context}`"
        hint = f"write under `basis` who says so: {', '.join(Basis)}"
        yield judgement(Code.NO_BASIS, name, thing.at, f"{what} has no basis", hint)


def passage_not_encoded(judged: Judged) -> Iterator[Diagnostic]:
    """A passage of a source is neither cited nor excused."""
    taken = _taken(judged.rules)
    for source in _with_passages(judged.rules):
        for place, passage in source.passages.items():
            if (source.id, place) not in taken and passage.excused is None:
                message = f"nothing cites the passage `{clip(place)}` of the source `{source.id}`"
                hint = "cite it where it is taken up, or say under `excused` why no rule needs it"
                yield judgement(Code.PASSAGE_NOT_ENCODED, f"{source.id} {place}", passage.at, message, hint)


def unknown_passage(judged: Judged) -> Iterator[Diagnostic]:
    """A citation names a passage that its source does not list."""
    near = Suggestions().near
    for thing, citation in _citations(judged.rules):
        passages, place = judged.rules.sources[citation.source].passages, citation.place
        if passages and place is not None and place not in passages:
            message = f"the source `{citation.source}` lists no passage `{clip(place)}`"
            hint = near(place, passages) or one_of(passages)
            yield judgement(Code.UNKNOWN_PASSAGE, thing.name, citation.at, message, hint)


def unneeded_excuse(judged: Judged) -> Iterator[Diagnostic]:
    """A passage is excused although it is cited."""
    taken = _taken(judged.rules)
    for source in _with_passages(judged.rules):
        for place, passage in source.passages.items():
            if (source.id, place) in taken and passage.excused is not None:
                message = f"the passage `{clip(place)}` of the source `{source.id}` is excused, and yet cited"
                yield judgement(
                    Code.UNNEEDED_EXCUSE, f"{source.id} {place}", passage.at, message, "leave out `excused`"
                )


def _with_passages(rules: RuleSet) -> list[Source]:
    return [source for source in rules.sources.values() if source.passages]


def _citations(rules: RuleSet) -> Iterator[tuple[Thing, Citation]]:
    return ((thing, citation) for thing in cited(rules) for citation in thing.cited.sources)


def _taken(rules: RuleSet) -> set[tuple[str, str | None]]:
    return {(citation.source, citation.place) for _, citation in _citations(rules)}
