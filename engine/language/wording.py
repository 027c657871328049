"""What of a rule set is put into words of its language, for a locale to translate."""

from collections.abc import Iterator
from hashlib import sha256

from comity.engine.language.model import RuleSet


def wording_digest(text: str) -> str:
    r"""Return what `made_from` of a locale writes for a wording, so that a change of it shows; spacing is none.

    >>> wording_digest("Mass influx"), wording_digest(" Mass\n  influx ")
    ('bf6efa6b', 'bf6efa6b')
    """
    return sha256(" ".join(text.split()).encode()).hexdigest()[:8]


def wordings(rules: RuleSet) -> dict[str, dict[str, str]]:
    """Return all that is to be translated, by the section of a locale and the name that stands there.

    A column goes by its name alone, and the first table that has it gives its words.
    """
    found: dict[str, dict[str, str]] = {"titles": {}, "asks": {}, "texts": {}}
    for section, name, text in _worded(rules):
        if text:
            found[section].setdefault(name, text)
    return found


def _worded(rules: RuleSet) -> Iterator[tuple[str, str, str | None]]:
    by_id = (rules.contexts, rules.criteria, rules.measures, rules.purposes, rules.forms, rules.themes)
    for things in (*by_id, rules.principles, rules.precedents, rules.readings, rules.parameters):
        for name, thing in things.items():
            yield "titles", name, thing.title
    for fact in rules.facts.values():
        for one in (fact, *fact.columns.values()):
            yield "titles", one.name, one.title
            yield "asks", one.name, one.ask
    for name, form in rules.forms.items():
        yield "texts", name, form.text
    for name, theme in rules.themes.items():
        yield "texts", name, theme.text
    for name, precedent in rules.precedents.items():
        yield "texts", name, precedent.outcome
