"""`grade handout`: builds a repository for learners from this checkout: stubs, lessons, checks, grader, sealed
references.

This module lists the included paths; everything else is left out. `leaks` checks that no solution is included. Files
that only a handout has are in `handout_files/`.
"""

import contextlib
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import jinja2

from grader.base import paths
from grader.base.errors import UsageError
from grader.base.plain_text import line
from grader.course import git, leaks
from grader.kata import assignment, curriculum, references, stubs
from grader.kata.assignment import Assignment
from grader.kata.curriculum import Exercise

MAIN, SOLUTIONS = "main", "solutions"
WORKFLOW = ".github/workflows/grade.yml"
TEMPLATES = Path(__file__).parent / "handout_files"
# The sources of a handout; if one differs from the last commit, the handout would match no commit.
SOURCES = (
    "exercises",
    "solutions",
    "tests/checks",
    "grader",
    "data",
    "pyproject.toml",
    "constraints.txt",
    "LICENSE",
    "AGENTS.md",
)
_NOBODY = git.Signature("kata <kata@localhost> 0 +0000")
_AS_THEY_ARE = ("AGENTS.md", "LICENSE", "constraints.txt", "pyproject.toml", ".gitignore")
_OF_AN_EXERCISE = re.compile(r"(?:test_)?(ex\d\d_\w+)\.(py|md|yaml)")
# Stubs, lessons, hints, cards and checks are not secret.
_READABLE = re.compile(r"exercises/(?:hints/|cards/)?ex\d\d_|tests/checks/")
_LINK = re.compile(r"\[([^\]]*)\]\((?:[\w./-]*/)?(ex\d\d_\w+)\.(?:md|py)(?:#[^)]*)?\)")


@dataclass(frozen=True)
class Handout:
    """The contents of a handout: the files of `main` by path, and the changes in the branch `solutions`."""

    assignment: Assignment
    given: tuple[str, ...]
    files: dict[str, bytes]
    answers: dict[str, bytes]


def choose(
    exercises: Sequence[Exercise], *, title: str = "", due: str = "", seed: int = 0, spoil: bool = False
) -> Assignment:
    """Make an assignment of these exercises, with points scaled to integers that sum to 100, and bonus points in
    proportion.
    """
    main = [exercise for exercise in exercises if not exercise.bonus] or list(exercises)
    extra = [exercise for exercise in exercises if exercise not in main]
    weights = [exercise.points for exercise in main]
    points = dict(zip((e.name for e in main), assignment.shares(weights, assignment.POINTS), strict=True))
    ratio = assignment.POINTS / sum(weights)
    points |= {exercise.name: float(max(1, round(exercise.points * ratio))) for exercise in extra}
    named = tuple((exercise.name, points[exercise.name]) for exercise in exercises)
    return Assignment(line(title), line(due), seed, spoil, named)


def contents(chosen: Assignment) -> Handout:
    """Collect all files of a handout.

    Raises:
        UsageError: this is no git repository, a solution's markers do not pair up, ...
    """
    asked = curriculum.asked(chosen)
    given = curriculum.beneath(asked)
    root = paths.checkout().root
    names, lessons = [exercise.name for exercise in asked], {exercise.name for exercise in asked} | set(given)
    files = {
        path: _without_dead_links((root / path).read_bytes(), lessons) if path.endswith(".md") else _read(root / path)
        for path in git.tracked(root)
        if _goes_in(PurePosixPath(path), set(names), lessons)
    }
    files |= {f"exercises/{exercise.file}": stubs.stub(exercise).encode() for exercise in asked}
    files |= {
        "assignment.yaml": chosen.written().encode(),
        curriculum.table().relative_to(root).as_posix(): curriculum.table_of(lessons).encode(),
        references.sealed().relative_to(root).as_posix(): references.seal(references.chosen([*names, *given], names)),
        **_own_files(chosen, asked, [lesson for lesson in curriculum.lessons() if lesson.name in given]),
    }
    answers = {f"exercises/{exercise.file}": stubs.answer(exercise).encode() for exercise in asked}
    return Handout(chosen, given, files, answers)


def write(handout: Handout, folder: Path, who: git.Signature, *, with_solutions: bool) -> None:
    """Write the repository completely or not at all.

    Raises:
        UsageError: the folder cannot be written, or git fails.
    """
    with _in_its_place_at_the_end(folder) as waiting:
        git.create(waiting)
        title = handout.assignment.title or "wavenet-kata"
        commits = [git.Commit(MAIN, title, handout.files)]
        if with_solutions:
            commits.append(git.Commit(SOLUTIONS, f"{title}: solutions", handout.answers, f"refs/heads/{MAIN}"))
        git.commit(waiting, commits, who)
        git.run(waiting, "reset", "--quiet", "--hard", MAIN)


def refuse(folder: Path) -> git.Signature:
    """Check early whether the handout can be made, and who signs its commits.

    Raises:
        UsageError: a line that says what, and the mend.
    """
    references.refuse_in_a_handout("grade handout")
    root, shown = paths.checkout().root, paths.shown(folder)
    who = git.signature(root, git.head(root))
    if changed := git.changes(root, SOURCES):
        more = f" and {len(changed) - 1} more differ" if len(changed) > 1 else " differs"
        raise UsageError(f"{changed[0]}{more} from the last commit: commit or revert the changes first")
    if folder.resolve().is_relative_to(root):
        raise UsageError(f"{shown} is inside this repository; choose a folder outside of it")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{shown} is a file; choose a new folder")
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(f"{shown} exists and is not empty; choose a new folder")
    return who


def leaking() -> Iterator[str]:
    """List what a handout of the whole kata would reveal of solutions and mistakes."""
    try:
        made = contents(choose(curriculum.exercises()))
    except UsageError as error:
        yield str(error)
        return
    shown = "\n".join(content.decode() for path, content in made.files.items() if _READABLE.match(path))
    with tempfile.TemporaryDirectory() as folder:
        write(made, Path(folder, "handout"), _NOBODY, with_solutions=False)
        yield from leaks.in_history(Path(folder, "handout"), shown)


def _goes_in(path: PurePosixPath, asked: set[str], lessons: set[str]) -> bool:
    """Return whether a file of the checkout goes into a handout unchanged."""
    of = _OF_AN_EXERCISE.fullmatch(path.name)
    match path.parts:
        case (name,):
            return name in _AS_THEY_ARE
        case ("data", *_):
            return True
        case ("exercises", "README.md" | "curriculum.yaml"):
            return False  # they cover all exercises; the handout has its own for its exercises
        case ("exercises", *_):
            return of is None or (of[2] != "py" and of[1] in lessons)
        case ("tests", "checks", *_):
            return of[1] in asked if of else path.stem not in references.BESIDE_CHECKS
        case ("grader", "mistakes", *_):
            return path.suffix == ".py"
        case ("grader", *_):
            return True
    return False


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{paths.shown(path)} cannot be read: {error.strerror}; restore it with git checkout"
        ) from error


def _without_dead_links(page: bytes, lessons: set[str]) -> bytes:
    """Remove links to missing exercises from a page, keeping their words."""
    return _LINK.sub(lambda link: link[0] if link[2] in lessons else link[1], page.decode()).encode()


def _own_files(chosen: Assignment, asked: Sequence[Exercise], given: Sequence[Exercise]) -> dict[str, bytes]:
    """Make the files that only a handout has: its README, its Makefile, the workflow that grades each push."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    readme = templates.get_template("README.md.jinja").render(assignment=chosen, asked=asked, given=given)
    return {
        "README.md": readme.encode(),
        "Makefile": _read(TEMPLATES / "Makefile"),
        WORKFLOW: _read(TEMPLATES / "workflow.yml"),
    }


@contextlib.contextmanager
def _in_its_place_at_the_end(folder: Path) -> Iterator[Path]:
    """Make a temporary folder that is renamed to the final one if the block succeeds, and deleted otherwise."""
    waiting = folder.absolute().with_name(f".{folder.name}.{secrets.token_hex(6)}")
    try:
        waiting.mkdir(parents=True)
        yield waiting
        if folder.is_dir():
            folder.rmdir()  # empty, because Windows cannot replace an existing folder
        waiting.rename(folder.absolute())
    except OSError as error:
        raise UsageError(f"cannot write to {paths.shown(folder)}: {error.strerror}; choose another folder") from error
    finally:
        shutil.rmtree(waiting, ignore_errors=True)
