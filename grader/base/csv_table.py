"""CSV files that people write and platforms export: commas, semicolons or tabs, with or without a byte-order mark.

Excel writes semicolons in some countries, and UTF-16 as "Unicode text". Errors include the line number.
"""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.base import paths
from grader.base.errors import UsageError

SEPARATORS = ",;\t"


def rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with the number of its line.

    Raises:
        UsageError: the file cannot be read, is not in UTF-8, or a quote in it is not closed.
    """
    shown = paths.shown(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {error.strerror}") from error
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{shown}, line {number} is not UTF-8; save the file as CSV in UTF-8") from error
    head = text.partition("\n")[0]
    found = csv.reader(io.StringIO(text, newline=""), delimiter=max(SEPARATORS, key=head.count), strict=True)
    try:
        yield from ((found.line_num, row) for row in found if any(cell.strip() for cell in row))
    except csv.Error as error:
        raise UsageError(f"{shown}, line {found.line_num} is no CSV ({error}); is a quote not closed?") from error


def table(path: Path, columns: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of a file with these columns, in any order: where each is, and its cells by column.

    Raises:
        UsageError: as `rows`; or the first line or the number of cells in one is another.
    """
    shown = paths.shown(path)
    lines = rows(path)
    _, head = next(lines, (1, []))
    names = [name.strip().casefold() for name in head]
    if sorted(names) != sorted(columns):
        raise UsageError(f"{shown} must begin with the line {','.join(columns)}")
    for number, row in lines:
        where = f"{shown}, line {number}"
        if len(row) > len(names):
            raise UsageError(f"{where}: there are more than {len(names)} cells; put one that holds a comma in quotes")
        yield where, dict.fromkeys(names, "") | {name: cell.strip() for name, cell in zip(names, row, strict=False)}
