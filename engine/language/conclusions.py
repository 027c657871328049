"""Reads what a rule set concludes: its criteria, contexts, measures, forms and principles, and what they serve."""

from comity.engine.language.cited import CITED, cited
from comity.engine.language.condition import AllOf, AnyOf, Conclusion, Condition
from comity.engine.language.draft import Draft
from comity.engine.language.grammar import condition
from comity.engine.language.model import Context, Criterion, Form, Ground, Measure, Principle, Purpose, Theme
from comity.engine.language.shape import Reader
from comity.engine.language.source import Mapping, Node, Scalar

CONTEXT = ("context", "title", *CITED, "when", "criteria")


def add_context(draft: Draft, reader: Reader, root: Mapping) -> None:
    """Add the context that a file is about, and its criteria."""
    node = root.entries["context"]
    name = reader.name(node, "a context")
    what = "the context" if name is None else f"the context `{name}`"
    reader.require(root, what, ("title", "when"), CONTEXT)
    criteria: tuple[str, ...] = ()
    if "criteria" in root.entries:
        criteria = add_criteria(draft, reader, root.entries["criteria"], name)
    if name is None or not isinstance(node, Scalar) or not draft.declare(reader, node, name, "context"):
        return
    draft.contexts[name] = Context(
        id=name,
        title=reader.optional(root, "title", reader.text, what) or name,
        when=_when(reader, root, what),
        criteria=criteria,
        **cited(draft, reader, root, what),
    )


def add_criteria(draft: Draft, reader: Reader, node: Node, context: str | None = None) -> tuple[str, ...]:
    """Add the criteria that a section declares, and return their names."""
    names = []
    for name, mapping in draft.entries(reader, node, "criterion", ("title", "when", *CITED), ("title", "when")):
        what = f"the criterion `{name}`"
        names.append(name)
        draft.criteria[name] = Criterion(
            id=name,
            title=reader.optional(mapping, "title", reader.text, what) or name,
            when=_when(reader, mapping, what),
            context=context,
            **cited(draft, reader, mapping, what),
        )
    return tuple(names)


def add_purposes(draft: Draft, reader: Reader, node: Node) -> None:
    """Add the purposes that a section declares."""
    for name, mapping in draft.entries(reader, node, "purpose", ("title", *CITED), ("title",)):
        what = f"the purpose `{name}`"
        title = reader.optional(mapping, "title", reader.text, what) or name
        draft.purposes[name] = Purpose(id=name, title=title, **cited(draft, reader, mapping, what))


def add_measures(draft: Draft, reader: Reader, node: Node) -> None:
    """Add the measures that a section declares."""
    known = ("title", "serves", "for", "need", *CITED)
    for name, mapping in draft.entries(reader, node, "measure", known, ("title", "for")):
        what = f"the measure `{name}`"
        grounds: list[Ground] = []
        for_ = mapping.entries.get("for")
        for context, key, value in reader.named(for_, f"`for` of {what}", "a context") if for_ is not None else ():
            draft.refer(reader, key, context, "context", draft.contexts)
            ground = reader.fields(value, f"`{context}` of {what}", CITED)
            if ground is not None:
                grounds.append(Ground(context=context, **cited(draft, reader, ground, f"`{context}` of {what}")))
        need = condition(reader, mapping.entries["need"], f"`need` of {what}") if "need" in mapping.entries else None
        answers = AnyOf(
            tuple(Conclusion("context", ground.context, ground.at) for ground in grounds), reader.at(mapping)
        )
        draft.measures[name] = Measure(
            id=name,
            title=reader.optional(mapping, "title", reader.text, what) or name,
            serves=draft.references(reader, mapping.entries.get("serves"), "purpose", draft.purposes),
            grounds=tuple(grounds),
            need=need,
            called_for=answers if need is None else AllOf((answers, need), reader.at(mapping)),
            **cited(draft, reader, mapping, what),
        )


def add_forms(draft: Draft, reader: Reader, node: Node) -> None:
    """Add the forms that a section declares."""
    for name, mapping in draft.entries(reader, node, "form", ("title", "text", "when", *CITED), ("title", "when")):
        what = f"the form `{name}`"
        draft.forms[name] = Form(
            id=name,
            title=reader.optional(mapping, "title", reader.text, what) or name,
            text=reader.optional(mapping, "text", reader.text, what),
            when=_when(reader, mapping, what),
            **cited(draft, reader, mapping, what),
        )


def add_themes(draft: Draft, reader: Reader, node: Node) -> None:
    """Add the themes that a section declares."""
    for name, mapping in draft.entries(reader, node, "theme", ("title", "text", "group", *CITED), ("title", "group")):
        what = f"the theme `{name}`"
        draft.themes[name] = Theme(
            id=name,
            title=reader.optional(mapping, "title", reader.text, what) or name,
            group=reader.optional(mapping, "group", lambda node, _: reader.name(node, "a group of themes"), what) or "",
            text=reader.optional(mapping, "text", reader.text, what),
            **cited(draft, reader, mapping, what),
        )


def add_principles(draft: Draft, reader: Reader, node: Node) -> None:
    """Add the principles that a section declares."""
    known = ("title", "breached_when", *CITED)
    for name, mapping in draft.entries(reader, node, "principle", known, ("title", "breached_when")):
        what = f"the principle `{name}`"
        draft.principles[name] = Principle(
            id=name,
            title=reader.optional(mapping, "title", reader.text, what) or name,
            breached_when=_when(reader, mapping, what, "breached_when"),
            **cited(draft, reader, mapping, what),
        )


def _when(reader: Reader, mapping: Mapping, what: str, key: str = "when") -> Condition:
    """Return a condition; one that nothing meets if it is wrong, which has been complained about."""
    node = mapping.entries.get(key)
    found = None if node is None else condition(reader, node, f"`{key}` of {what}")
    return found or AnyOf((), reader.at(mapping))
