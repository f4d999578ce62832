"""Builds the archive for a Gradescope autograder: a handout, `setup.sh` and `run_autograder`.

It contains the handout's files in `kata/`, with sealed references; the two scripts of `gradescope_files/`; and an
exam's secret and hidden checks in `exam/`.
"""

import shlex
from dataclasses import dataclass
from pathlib import Path

from grader.course.archive import zipped
from grader.course.handout import Handout

SCRIPTS = Path(__file__).parent / "gradescope_files"
_SCRIPT, _FILE, _PRIVATE = 0o100755, 0o100644, 0o100600
SOURCE = "/autograder/source"
SECRET, HIDDEN = "exam/secret", "exam/hidden"


@dataclass(frozen=True)
class Exam:
    """The secret and hidden checks of an exam, stored in the archive outside of the kata, where no answer can read
    them; see `Terms`.
    """

    seed: int | None = None
    secret: bytes | None = None
    hidden: tuple[tuple[str, bytes], ...] = ()


def archive(
    handout: Handout, *, extra_index: str | None = None, accept_weak: bool = False, exam: Exam | None = None
) -> bytes:
    """Build the archive.

    Args:
        handout: whose assignment is graded.
        extra_index: one more package index for pip, torch's own of CPU builds for one.
        accept_weak: grade also if the sandbox lacks a layer; the results say so.
        exam: seed, secret and hidden checks.
    """
    exam = exam or Exam()
    environment = f"PIP_EXTRA_INDEX_URL={shlex.quote(extra_index)} " if extra_index else ""
    options = " --accept-weak-sandbox" if accept_weak else ""
    options += f" --seed {exam.seed}" if exam.seed is not None else ""
    options += f" --secret {SOURCE}/{SECRET}" if exam.secret is not None else ""
    options += f" --hidden {SOURCE}/{HIDDEN}" if exam.hidden else ""
    beside = {f"{HIDDEN}/{name}": content for name, content in exam.hidden}
    if exam.secret is not None:
        beside[SECRET] = exam.secret
    scripts = {
        "setup.sh": _script("setup.sh").replace("{{ pip_environment }}", environment),
        "run_autograder": _script("run_autograder").replace("{{ options }}", options),
    }
    return zipped(
        [
            *((name, text.encode(), _SCRIPT) for name, text in scripts.items()),
            *((name, content, _PRIVATE) for name, content in sorted(beside.items())),
            *((f"kata/{name}", content, _FILE) for name, content in sorted(handout.files.items())),
        ]
    )


def _script(name: str) -> str:
    return (SCRIPTS / name).read_text(encoding="utf-8")
