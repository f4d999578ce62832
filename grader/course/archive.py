"""Zip archives whose bytes depend only on the names and contents of their files."""

import io
import zipfile
from collections.abc import Iterable

_DATE = (2020, 1, 1, 0, 0, 0)


def zipped(files: Iterable[tuple[str, bytes, int]]) -> bytes:
    """Make an archive of files: the path, the content and the Unix mode of each (0: none)."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, mode in files:
            member = zipfile.ZipInfo(name, _DATE)
            member.external_attr = mode << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, content)
    return data.getvalue()
