"""The archive that Gradescope makes an autograder of: a handout, `setup.sh` and `run_autograder`.

What is in it: the handout's files in `kata/`, references sealed, and the two scripts of `gradescope_files/`.
"""

import io
import shlex
import zipfile
from pathlib import Path

from grader.course.handout import Handout

SCRIPTS = Path(__file__).parent / "gradescope_files"
_DATE = (2020, 1, 1, 0, 0, 0)  # the same files give the same archive
_SCRIPT, _FILE = 0o100755 << 16, 0o100644 << 16


def archive(handout: Handout, *, extra_index: str | None = None, accept_weak: bool = False) -> bytes:
    """The archive.

    Args:
        handout: whose assignment is graded.
        extra_index: one more package index for pip, torch's own of CPU builds for one.
        accept_weak: grade also where the sandbox lacks a layer; the results say so.
    """
    environment = f"PIP_EXTRA_INDEX_URL={shlex.quote(extra_index)} " if extra_index else ""
    options = " --accept-weak-sandbox" if accept_weak else ""
    scripts = {
        "setup.sh": _script("setup.sh").replace("{{ pip_environment }}", environment),
        "run_autograder": _script("run_autograder").replace("{{ options }}", options),
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in scripts.items():
            _add(file, name, text.encode(), _SCRIPT)
        for name, content in sorted(handout.files.items()):
            _add(file, f"kata/{name}", content, _FILE)
    return data.getvalue()


def _script(name: str) -> str:
    return (SCRIPTS / name).read_text(encoding="utf-8")


def _add(file: zipfile.ZipFile, name: str, content: bytes, mode: int) -> None:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.external_attr = mode
    entry.compress_type = zipfile.ZIP_DEFLATED
    file.writestr(entry, content)
