"""Builds a notebook of exercises: for each one its lesson, its stub in a cell, and a cell that grades it.

`grader.notebook` is what runs in an open notebook; `notebook_cells` reads the answers.
"""

import base64
import mimetypes
import re
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from grader.base import paths
from grader.base.errors import UsageError
from grader.kata import curriculum, notebook_cells, stubs
from grader.kata.curriculum import Exercise

TITLE = "WaveNet kata"
# Image types of a notebook's Markdown cell (JupyterLab shows no others, and SVG only in a data URL).
ATTACHED = ("image/png", "image/jpeg", "image/gif", "image/webp")
SVG = "image/svg+xml"
INSTALL = f"""\
{notebook_cells.INSTALLS}
import importlib.util
import pathlib
import subprocess
import sys

KATA = "{{{{ repository }}}}"  # the repository that your course gave you
if importlib.util.find_spec("grader") is None:
    if not KATA:
        raise SystemExit("Put the address of your course's repository between the quotes above, and run this again.")
    folder = pathlib.Path("kata").resolve()
    if not folder.exists():
        subprocess.run(["git", "clone", "--quiet", KATA, str(folder)], check=True)
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "-e", str(folder)], check=True)
    sys.path.insert(0, str(folder))  # this kernel was started before the installation"""
_FENCE = r"^(?P<fence>```|~~~)[\s\S]*?^(?P=fence)[ \t]*$"
_LINK = re.compile(
    rf"{_FENCE}|(?P<picture>!?)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)(?:\s+\"[^\"]*\")?\)", re.MULTILINE
)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|#", re.IGNORECASE)


def build(exercises: Sequence[Exercise], repository: str = "") -> str:
    """Build the text of a notebook; the same arguments give the same bytes.

    Args:
        exercises: which.
        repository: the address that a kernel without the kata gets it from; empty: the reader fills it in.

    Raises:
        UsageError: a lesson or a picture of it cannot be read, or a stub cannot be made.
    """
    import nbformat  # 0.2 s

    cells = [*_start(exercises, repository)]
    for exercise in exercises:
        cells += [_lesson(exercise), _answer(exercise), _grading(exercise)]
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
    }
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    nbformat.validate(notebook)
    return str(nbformat.writes(notebook)) + "\n"


def _start(exercises: Sequence[Exercise], repository: str) -> Iterator[Any]:
    example = exercises[0]
    yield _cell(
        "markdown",
        "start",
        f"# {TITLE}\n\n"
        "Run the next two cells each time the kernel has started. The first one installs the kata if this Python does "
        "not have it (for example on Colab). Then, for each exercise, read its lesson, write your answer in "
        "the cell below, run it, and run the cell after it, which grades what you ran, saved or not.\n\n"
        f"Keep the first line of an answer: `# {example.file}` says which exercise it belongs to. Keep one such cell "
        "per exercise. You can add other cells; they are not graded.",
    )
    yield _cell("code", "install", INSTALL.replace("{{ repository }}", repository), locked=True)
    some = "" if exercises == curriculum.exercises() else f"\n%exercises {' '.join(each.short for each in exercises)}"
    yield _cell("code", "load", f"%load_ext grader.notebook{some}", locked=True)


def _lesson(exercise: Exercise) -> Any:
    """Make the lesson cell; pictures are embedded, links to files become their names."""
    try:
        text = exercise.lesson.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"the lesson {paths.shown(exercise.lesson)} cannot be read; restore it with git checkout"
        ) from error
    attachments: dict[str, dict[str, str]] = {}

    def carried(link: re.Match[str]) -> str:
        if link["fence"] or _ELSEWHERE.match(link["target"]):
            return link[0]
        target = unquote(link["target"].partition("#")[0])
        path = exercise.lesson.parent / target
        if not link["picture"]:
            return f"{link['text']} ({path.relative_to(paths.checkout().root).as_posix()})"
        kind, data = _picture(exercise, path)
        if kind == SVG:
            return f'<img alt="{escape(link["text"])}" src="data:{SVG};base64,{data}">'
        name = re.sub(r"[^A-Za-z0-9_.]+", "-", target)  # of what is the same in an address and in a name
        attachments[name] = {kind: data}
        return f"![{link['text']}](attachment:{name})"

    cell = _cell("markdown", f"{exercise.short}-lesson", _LINK.sub(carried, text))
    if attachments:
        cell["attachments"] = attachments
    return cell


def _picture(exercise: Exercise, path: Path) -> tuple[str, str]:
    kind = mimetypes.guess_type(path.name)[0] or "unknown"
    of = f"{path.name}, a picture of the lesson {exercise.short},"
    if kind not in (*ATTACHED, SVG):
        raise UsageError(f"{of} cannot be included in a notebook ({kind}); PNG, JPEG, GIF, WebP or SVG can")
    try:
        return kind, base64.b64encode(path.read_bytes()).decode()
    except OSError as error:
        raise UsageError(f"{of} cannot be read: {error.strerror}") from error


def _answer(exercise: Exercise) -> Any:
    cell = _cell(
        "code", f"{exercise.short}-answer", notebook_cells.marked(exercise.file, stubs.cell(exercise)), solution=True
    )
    cell["metadata"]["kata"] = {"file": exercise.file}
    return cell


def _grading(exercise: Exercise) -> Any:
    return _cell("code", f"{exercise.short}-grade", f"%grade {exercise.short}", locked=True)


def _cell(kind: str, name: str, source: str, *, solution: bool = False, locked: bool = False) -> Any:
    """Make a cell; code cells also have nbgrader's metadata (version 3 of its schema).

    No cell has `grade: true`: nbgrader gives points for a cell that runs without an error, and `%grade` always does.
    """
    from nbformat import v4

    if kind == "markdown":
        return v4.new_markdown_cell(source, id=name)
    nbgrader = {
        "grade_id": name,
        "solution": solution,
        "grade": False,
        "locked": locked,
        "task": False,
        "schema_version": 3,
        "cell_type": kind,
    }
    return v4.new_code_cell(source, id=name, metadata={"nbgrader": nbgrader, "deletable": False})
