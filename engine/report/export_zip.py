"""Zip files that do not say when they were written, so that the same content gives the same bytes."""

import io
import zipfile
from collections.abc import Mapping

_TIME = (2013, 12, 1, 0, 0, 0)


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """Return a zip file of what stands under each name, in the order given."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        for name, content in parts.items():
            file.writestr(zipfile.ZipInfo(name, _TIME), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()
