"""Answers in the cells of a notebook: which cell belongs to which exercise, and which text is Python.

A code cell belongs to an answer if it contains the line `# exNN_name.py`, usually as its first line, or if its metadata
say so (`kata.file`). That line is not part of the file. The cells of one file are joined in order, as if run from top
to bottom; magics (`%timeit f()`, `!ls`) become comments. No code is run, and time and memory grow only with the text.
"""

import itertools
import operator
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from grader.base.plain_text import reason
from grader.kata import curriculum

MOST_BYTES = 128 << 20  # of a notebook as it was saved
MOST_BESIDE_OUTPUTS = 16 << 20  # of the rest without outputs, which contains more than answers

INSTALLS = "# Installs the kata if this Python lacks it."  # the first line of a cell that is not an answer

_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
_JSON = re.compile(r'("outputs"\s*:\s*)(?=\[)|"[^"\\]*(?:\\.[^"\\]*)*"|([\[{])|([\]}])', re.DOTALL)
_OUTPUTS, _OPEN, _CLOSE = 1, 2, 3
# What begins no statement of Python: `%time f()`, `!ls`, `f?`, `files = !ls`.
_MAGIC = r"^[ \t]*(?:[%!?].*|[\w.]+\?{1,2}[ \t]*$|[\w.,* \t]+=[ \t]*(?:%|!(?!=)).*)"
_PYTHON = r"""
      (?P<opens>[(\[{]) | (?P<closes>[)\]}])
    | \#.*
    | \"{3}[^"\\]*(?:(?:\\[\s\S]|"(?!""))[^"\\]*)*(?:\"{3}|\Z)
    | '{3}[^'\\]*(?:(?:\\[\s\S]|'(?!''))[^'\\]*)*(?:'{3}|\Z)
    | "[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*"?
    | '[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*'?
    | \\\n[ \t]*[%!?]?"""
_IN_BRACKETS = re.compile(_PYTHON, re.VERBOSE)
_AT_TOP = re.compile(
    rf"(?P<marker>^(?:\#|%%writefile|%%file)[ \t]*(?P<file>ex\d\d_\w+\.py)[ \t]*$) | (?P<magic>{_MAGIC}) | {_PYTHON}",
    re.VERBOSE | re.MULTILINE,
)
_COLAB = re.compile(
    r"^(?:from[ \t]+google\.colab[\w.]*[ \t]+import[ \t]+(?P<names>.+)|import[ \t]+google\.colab.*)$", re.MULTILINE
)
_DEFINITION = re.compile(r"^(?:class|def|async def)[ \t]+(\w+)", re.MULTILINE)


class NoNotebook(Exception):
    """A file is not a readable notebook; one line says why."""


@dataclass(frozen=True)
class Cell:
    """A code cell: its text, and the file that it belongs to by its metadata."""

    source: str
    file: str | None = None


@dataclass(frozen=True)
class Found:
    """The answers in a notebook, file name to text; what is left, why, and which file it looks like; notes."""

    files: dict[str, str]
    left: tuple[tuple[str, str, str | None], ...] = ()
    notes: tuple[str, ...] = ()


def marked(file: str, text: str) -> str:
    """Write a file as the source of a cell: the marker line, and its text."""
    return f"# {file}\n{text.removesuffix(chr(10))}"


def code_cells(content: bytes) -> list[Cell]:
    """List the code cells of a notebook of any version, in order. Outputs are not read.

    Raises:
        NoNotebook: it is damaged, or too large even without its outputs.
    """
    import nbformat  # 0.2 s, and only needed for notebooks
    import nbformat.reader

    try:
        text = _without_outputs(content.decode("utf-8-sig"))
        if len(text) > MOST_BESIDE_OUTPUTS:
            most = MOST_BESIDE_OUTPUTS >> 20
            raise NoNotebook(f"it is larger than {most} MiB without outputs; hand in only the exNN_name.py files")
        # Not `nbformat.reads`, which warns on standard error about fields that many notebooks omit.
        notebook = nbformat.convert(nbformat.reader.reads(text), 4)
        return [_cell(cell) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    except (*_UNREADABLE, nbformat.ValidationError) as error:
        raise NoNotebook(f"it is not a readable notebook ({reason(error)})") from error


def answers(cells: Iterable[Cell], untouched: Callable[[str, str], bool] = lambda file, text: False) -> Found:
    """Read the files in the cells of a notebook, and list the ignored cells.

    Args:
        cells: its code cells, in order.
        untouched: whether a piece of a file is the stub as it was given. Such a piece goes above the others, where its
            imports still count and its functions do not: a copy of the stub below an answer does not replace it.
    """
    held = [piece for cell in cells for piece in pieces(cell.source, cell.file)]
    notes: dict[str, None] = {}
    for number, (file, text) in enumerate(held):
        if file is not None and _COLAB.search(text):
            held[number] = (file, _without_colab(text))
            notes[f"{file}: lines for Google Colab are ignored"] = None
    by_file: dict[str, list[str]] = {}
    for file, text in held:
        if file is not None:
            by_file.setdefault(file, []).append(text)
    for file, texts in by_file.items():
        if len(texts) > 1:
            given = [untouched(file, text) for text in texts]
            last = len(given) - 1 - given[::-1].index(False) if False in given else -1
            if any(given[:last]) or (any(given[last + 1 :]) and last >= 0):
                ordered = [*itertools.compress(texts, given), *itertools.compress(texts, map(operator.not_, given))]
                if ordered != texts:
                    notes[f"{file}: the edited cell counts, not the untouched copy below it"] = None
                by_file[file] = ordered
    left = tuple(_left([text for file, text in held if file is None and _has_code(text)]))
    return Found({file: "\n\n".join(texts) for file, texts in by_file.items()}, left, tuple(notes))


def joined(held: Iterable[tuple[str | None, str]]) -> dict[str, str]:
    """Join the pieces of each file in order."""
    parts: dict[str, list[str]] = {}
    for file, text in held:
        if file is not None:
            parts.setdefault(file, []).append(text)
    return {file: "\n\n".join(texts) for file, texts in parts.items()}


def pieces(source: str, file: str | None = None) -> list[tuple[str | None, str]]:
    """Split a cell into its files: usually one, more if cells were merged.

    The first file that a line names also gets the lines above, for example imports.

    Args:
        source: of the cell.
        file: whose it is where no line of it says so.
    """
    source = source.replace("\r\n", "\n")
    files: list[str | None] = []
    texts: list[list[str]] = [[]]
    at = 0
    for found in _of_notebooks(source):
        texts[-1].append(source[at : found.start()])
        at = found.end()
        if found["magic"]:
            texts[-1].append(_as_comment(found["magic"]))
            continue
        at += 1  # remove the marker line with its line end
        if files:
            texts.append([])
        files.append(found["file"])
    texts[-1].append(source[at:])
    whole = ["".join(parts).rstrip("\n") + "\n" for parts in texts]
    return list(zip(files or [file], whole, strict=True))


def _of_notebooks(source: str) -> Iterator[re.Match[str]]:
    """Find the lines that are not Python: markers and magics, but none inside a string."""
    depth = at = 0
    while found := (_IN_BRACKETS if depth else _AT_TOP).search(source, at):
        at = found.end()
        if found["opens"]:
            depth += 1
        elif found["closes"]:
            depth = max(depth - 1, 0)
        elif not depth and (found["marker"] or found["magic"]):
            yield found


def _as_comment(magic: str) -> str:
    """Turn a magic into a comment; inside a block, add a statement in case it is the only line."""
    command = magic.strip()
    indent = magic[: len(magic) - len(magic.lstrip())]
    return f"{indent}pass  # {command}" if indent else f"# {command}"


def _without_colab(text: str) -> str:
    """Comment out the lines for Google Colab: the import of `google.colab`, and calls of what it imported."""
    names = {name for found in _COLAB.finditer(text) for name in re.findall(r"\w+", found["names"] or "google")}
    lines = [
        f"# {each}" if _COLAB.match(each) or (re.match(r"(\w+)\.", each) and each.split(".")[0] in names) else each
        for each in text.split("\n")
    ]
    return "\n".join(lines)


def _has_code(text: str) -> bool:
    return any(line.strip() and not line.lstrip().startswith("#") for line in text.split("\n"))


def _left(unmarked: list[str]) -> Iterator[tuple[str, str, str | None]]:
    """Yield notes about cells with code that belong to no answer, above all about those that look as if they should."""
    owners = _owners() if unmarked else {}
    others = 0
    for text in unmarked:
        defined = [name for name in _DEFINITION.findall(text) if name in owners]
        if text.startswith(INSTALLS):
            continue
        if defined:
            why = f"not marked; if it is an answer, its first line must be `# {owners[defined[0]]}`"
            yield f"a cell that defines {', '.join(defined)}", why, owners[defined[0]]
        else:
            others += 1
    if others:
        yield f"{others} code cell{'s' * (others > 1)}", "not marked as an answer to an exercise", None


def _owners() -> dict[str, str]:
    """Map the classes and functions that exercises ask for to their files."""
    owners: dict[str, str] = {}
    for exercise in curriculum.exercises():
        try:
            names = _DEFINITION.findall(exercise.stub.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            continue
        owners |= {name: exercise.file for name in names if not name.startswith("_")}
    return owners


def _cell(cell: Any) -> Cell:
    kata = cell["metadata"].get("kata") if isinstance(cell.get("metadata"), dict) else None
    file = kata.get("file") if isinstance(kata, dict) else None
    return Cell(str(cell["source"]), file if isinstance(file, str) else None)


def _without_outputs(text: str) -> str:
    """Empty all output lists in a notebook's JSON, because parsing 50 MB of outputs would take a gigabyte."""
    kept: list[str] = []
    at = depth = 0
    tokens = _JSON.finditer(text)
    for key in tokens:
        if key.lastindex != _OUTPUTS:
            continue
        kept.append(text[at : key.end()] + "[]")
        for token in tokens:
            depth += (token.lastindex == _OPEN) - (token.lastindex == _CLOSE)
            at = token.end()
            if depth <= 0:
                break
    return "".join(kept) + text[at:]
