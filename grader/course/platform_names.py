"""The names that course platforms give to submissions: student, id, late mark, attempt."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from grader.course.roster import Person

MOODLE, CANVAS, GRADESCOPE, GITHUB = "Moodle", "Canvas", "Gradescope", "GitHub"
METADATA = "submission_metadata.yml"  # Gradescope's export has one next to the submissions
MOST_METADATA_BYTES = 32 << 20

_MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?P<plugin>file|onlinetext)(?:_(?P<file>.*))?")
_CANVAS = re.compile(r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<id>\d+)_\d+_(?P<file>.+)")
_GRADESCOPE = re.compile(r"(?:assignment_\d+_)?submission_(?P<id>\d+)")
_VERSION = re.compile(r"-(\d{1,2})(?=\.[^.]+$)")


@dataclass(frozen=True)
class PlatformName:
    """The parts of a name.

    Attributes:
        platform: whose naming it is; empty: nobody's.
        student: the name of the student, as far as it is told.
        id: of the student on the platform (Canvas: the user, Moodle: the participant), or of the submission.
        late: whether the platform marked it as late.
        attempt: which of several attempts, from 1; 0: not told.
        online_text: whether it is what the student typed into a form, beside the files.
    """

    platform: str
    student: str
    id: str = ""
    late: bool = False
    attempt: int = 0
    online_text: bool = False


def read(name: str, *, is_folder: bool) -> PlatformName | None:
    """Parse an entry's name if it comes from a platform."""
    if found := _MOODLE.fullmatch(name):
        return PlatformName(MOODLE, found["name"], found["id"], online_text=found["plugin"] == "onlinetext")
    if not is_folder and (found := _CANVAS.fullmatch(name)):
        version = _VERSION.search(found["file"])
        attempt = int(version[1]) + 1 if version else 1
        return PlatformName(CANVAS, found["name"], found["id"], found["late"] is not None, attempt)
    if is_folder and (found := _GRADESCOPE.fullmatch(name)):
        return PlatformName(GRADESCOPE, name, found["id"])
    return None


def gradescope_submitters(submissions: Path) -> dict[str, tuple[Person, ...]]:
    """Return the students by folder name; empty if there are no readable metadata."""
    try:
        with (submissions / METADATA).open("rb") as file:
            content = file.read(MOST_METADATA_BYTES)
        entries: dict[str, Any] = yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return {
            str(folder): tuple(_submitter(each) for each in fields[":submitters"]) for folder, fields in entries.items()
        }
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _submitter(fields: dict[str, Any]) -> Person:
    name, number, email = (str(fields.get(f":{key}") or "") for key in ("name", "sid", "email"))
    return Person(name or email or number, email=email, id=number)


def github_logins(folders: list[Path]) -> dict[str, str]:
    """Return the login by folder name, for two or more clones named ASSIGNMENT-LOGIN."""
    clones = [folder.name for folder in folders if (folder / ".git").exists()]
    if len(clones) < 2:
        return {}
    parts = [name.split("-") for name in clones]
    common = 0
    while all(len(part) > common + 1 for part in parts) and len({part[common] for part in parts}) == 1:
        common += 1
    return {name: "-".join(part[common:]) for name, part in zip(clones, parts, strict=True)} if common else {}


def return_name(name: str, file: str) -> str | None:
    """Return where feedback on an entry must go for its platform; None if the name is not from a platform."""
    if found := _MOODLE.fullmatch(name):
        return f"{found['name']}_{found['id']}_assignsubmission_file_/{file}"
    if found := _CANVAS.fullmatch(name):
        return f"{name[: found.start('file')]}{file}"
    return None
