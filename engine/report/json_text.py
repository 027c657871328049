"""A document as JSON text, in the form that every command prints it."""

import json
from typing import Any


def json_text(document: Any) -> str:
    r"""Return a document as JSON over several lines, with a final line break.

    >>> json_text({"title": "Año 1"})
    '{\n  "title": "Año 1"\n}\n'
    """
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
