"""Whether each locale has the words of the rule set as they are now."""

from collections.abc import Iterator

from comity.engine.checking.judged import Judged
from comity.engine.language.diagnostic import Code, Diagnostic, judgement
from comity.engine.language.wording import wording_digest, wordings

_WHAT = {"titles": "title", "asks": "question", "texts": "text"}


def missing_translation(judged: Judged) -> Iterator[Diagnostic]:
    """A locale lacks the title or the question of something."""
    wanted = wordings(judged.rules)
    for locale in judged.rules.locales.values():
        for section, translated in (("titles", locale.titles), ("asks", locale.asks)):
            for name in wanted[section]:
                if name not in translated:
                    message = f"the {_WHAT[section]} of `{name}` is not translated into `{locale.language}`"
                    hint = f"add `{name}: ...` under `{section}`"
                    yield judgement(Code.MISSING_TRANSLATION, name, locale.at, message, hint)


def stale_translation(judged: Judged) -> Iterator[Diagnostic]:
    """A wording has changed since it was translated, or the translation does not say what it was made from."""
    wanted = wordings(judged.rules)
    for locale in judged.rules.locales.values():
        for section, translated in (("titles", locale.titles), ("asks", locale.asks), ("texts", locale.texts)):
            made_from = locale.made_from.get(section, {})
            for name in translated:
                if name not in wanted[section] or made_from.get(name) == (now := wording_digest(wanted[section][name])):
                    continue
                message = (
                    f"the {_WHAT[section]} of `{name}` has changed since it was translated into `{locale.language}`"
                    if name in made_from
                    else f"the {_WHAT[section]} of `{name}` in `{locale.language}` does not say what it was made from"
                )
                hint = f"check the words, then write `made_from: {{{section}: {{{name}: {_in_yaml(now)}}}}}`"
                yield judgement(Code.STALE_TRANSLATION, name, locale.places[f"{section}.{name}"], message, hint)


def _in_yaml(digest: str) -> str:
    """Return a digest as a text, whatever reads it: 12345678 and 1234e567 would be numbers."""
    return f'"{digest}"' if digest.replace("e", "", 1).isdigit() else digest
