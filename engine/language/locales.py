"""Reads what a rule set says in other languages."""

import re
from collections import ChainMap
from collections.abc import Mapping as MappingType
from typing import Any

from comity.engine.language.diagnostic import Code, Span, clip
from comity.engine.language.draft import Draft
from comity.engine.language.model import Locale
from comity.engine.language.shape import Reader, shape
from comity.engine.language.source import Mapping, Scalar

_WORDINGS = ("titles", "asks", "texts")
LOCALE = ("locale", *_WORDINGS, "made_from")
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", re.ASCII)
DIGEST = re.compile(r"[0-9a-f]{8}", re.ASCII)


def add_locale(draft: Draft, reader: Reader, root: Mapping) -> None:
    """Add the translations that a file holds."""
    node = root.entries["locale"]
    if not isinstance(node, Scalar) or not LANGUAGE.fullmatch(node.text):
        reader.error(node, Code.WRONG_SHAPE, f"`locale` cannot be {shape(node)}", "write it like es or pt-BR")
        return
    if node.text in draft.locales:
        reader.error(node, Code.DUPLICATE_NAME, f"the locale `{node.text}` is declared twice", "put both into one file")
        return
    words: dict[str, dict[str, str]] = {section: {} for section in _WORDINGS}
    places: dict[str, Span] = {}
    known: MappingType[str, Any] = ChainMap[str, Any](draft.names, draft.sources, draft.columns)
    for section, into in words.items():
        if section in root.entries:
            for name, key, value in reader.by_text(root.entries[section], f"`{section}`", "what is translated"):
                text = reader.text(value, f"`{clip(name)}` of `{section}`")
                if text is not None:
                    into[name] = text
                    places[f"{section}.{name}"] = reader.at(key)
                    draft.refer(reader, key, name, "id or name", known)
    draft.locales[node.text] = Locale(
        language=node.text,
        **words,
        made_from=_made_from(draft, reader, root, words),
        at=reader.at(root.keys["locale"]),
        places=places,
    )


def _made_from(
    draft: Draft, reader: Reader, root: Mapping, words: MappingType[str, MappingType[str, str]]
) -> dict[str, dict[str, str]]:
    """Return the digests of what each translation was made from."""
    node = root.entries.get("made_from")
    sections = None if node is None else reader.fields(node, "`made_from`", _WORDINGS)
    digests: dict[str, dict[str, str]] = {}
    for section, value in sections.entries.items() if sections else ():
        if section not in words:
            continue
        what = f"`{section}` of `made_from`"
        digests[section] = {}
        for name, key, digest in reader.by_text(value, what, "what is translated"):
            text = reader.text(digest, f"`{clip(name)}` in {what}")
            if text is not None and not DIGEST.fullmatch(text):
                message = f"`{clip(name)}` in {what} cannot be {shape(digest)}"
                reader.error(digest, Code.WRONG_SHAPE, message, "write the eight digits that `comity check` gives")
            elif text is not None:
                digests[section][name] = text
                draft.refer(reader, key, name, f"translation under `{section}` of", words[section])
    return digests
