"""Packs the feedback under the original names of the submissions, for a platform or a person."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from grader.base.atomic_files import write_whole
from grader.base.errors import UsageError
from grader.course import platform_names
from grader.course.archive import zipped
from grader.course.entries import Entry
from grader.course.platform_names import MOODLE
from grader.course.results_folder import FEEDBACK_PAGE, RETURN

MOODLE_ARCHIVE = "feedback-for-moodle.zip"


def place(entry: Entry) -> str:
    """Return the path of a student's page: the platform's name for the submission, else a folder with its name."""
    path = entry.paths[-1]
    return platform_names.return_name(path.name, FEEDBACK_PAGE) or f"{entry.slot}/{FEEDBACK_PAGE}"


def refuse_without_names(kind: str, entries: Iterable[Entry]) -> None:
    """Say before a class is graded that Moodle could take nothing back.

    Raises:
        UsageError: no submission has a name of Moodle's.
    """
    if kind == "moodle" and not any(entry.platform == MOODLE for entry in entries):
        raise UsageError(
            "--return moodle: no submission has a name that Moodle gave (NAME_12345_assignsubmission_file_); "
            "--return folder writes plain folders"
        )


def pack(kind: str, results: Path, entries: Iterable[Entry]) -> tuple[Path, int]:
    """Pack the feedback pages.

    Args:
        kind: `moodle`: a zip for "Upload multiple feedback files in a zip" of Moodle; `folder`: files in a folder.
        results: the folder of a run.
        entries: the students.

    Returns:
        what was written, and how many pages it holds.

    Raises:
        UsageError: nothing can be written.
    """
    pages = [(place(entry), entry) for entry in entries if (results / entry.slot / FEEDBACK_PAGE).exists()]
    if kind == "moodle":
        pages = [(name, entry) for name, entry in pages if entry.platform == MOODLE]
        out = results / MOODLE_ARCHIVE
        write_whole(out, zipped((name, (results / e.slot / FEEDBACK_PAGE).read_bytes(), 0) for name, e in pages))
        return out, len(pages)
    out = results / RETURN
    try:
        shutil.rmtree(out, ignore_errors=True)
        for name, entry in pages:
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(results / entry.slot / FEEDBACK_PAGE, out / name)
    except OSError as error:
        raise UsageError(f"cannot write {name}: {error.strerror}") from error
    return out, len(pages)
