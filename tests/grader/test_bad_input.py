"""Bad input gets one clear line: what, where, the mend. The rest is still graded."""

import ctypes
import os
import resource
import sys
from pathlib import Path

import pytest
from conftest import Run, as_json, by_number, grade, grade_process, spoil

FIVE = by_number(5).file


def replace_five(folder: Path, content: bytes) -> None:
    (folder / FIVE).write_bytes(content)


def make_folder(folder: Path) -> None:
    (folder / FIVE).unlink()
    (folder / FIVE).mkdir()


def make_circle(folder: Path) -> None:
    (folder / FIVE).unlink()
    (folder / FIVE).symlink_to(FIVE)


def make_pipe(folder: Path) -> None:
    (folder / FIVE).unlink()
    os.mkfifo(folder / FIVE)


FILES = {
    "does not parse": (
        lambda folder: spoil(folder, 5, "self.group = group", "self.group = = group"),
        f"{FIVE}, line 28 does not parse: invalid syntax",
    ),
    "bad indent": (
        lambda folder: spoil(folder, 5, "        self.group = group", "      self.group = group"),
        "does not parse: unindent does not match",
    ),
    "not UTF-8": (
        lambda folder: replace_five(folder, b"x = 1\n# caf\xe9\n"),
        f"{FIVE}, line 2 is not UTF-8 (byte 0xe9)",
    ),
    "zero byte": (lambda folder: replace_five(folder, b"x = 1\n\0"), f"{FIVE}, line 2 contains a zero byte"),
    "empty": (lambda folder: replace_five(folder, b"\n"), f"{FIVE} is empty; grade reset ex05 restores the stub"),
    "a folder": (make_folder, f"{FIVE} is a folder; it must be a file"),
    "a circle of links": (make_circle, f"{FIVE} cannot be read: it is a symbolic link to itself or to a missing file"),
    "a pipe": (make_pipe, f"{FIVE} is not a regular file"),
    "too large": (lambda folder: replace_five(folder, b"#" * 2_000_000), f"{FIVE} is larger than 1 MiB"),
    "lacks the class": (
        lambda folder: spoil(folder, 5, "class FlattenConsecutive", "class Flatten"),
        f"{FIVE} does not define `FlattenConsecutive` (it defines Flatten)",
    ),
    "a missing package": (
        lambda folder: spoil(folder, 5, "from torch import", "import einops_of_the_future\nfrom torch import"),
        "it imports the package `einops_of_the_future`, which is not installed",
    ),
    "another exercise without the dot": (
        lambda folder: spoil(folder, 5, "from torch import", "import ex04_flat_mlp\nfrom torch import"),
        "`ex04_flat_mlp` is a file in the same folder: write `from .ex04_flat_mlp import ...`, with the dot",
    ),
    "a file of its own": (
        lambda folder: spoil(folder, 5, "from torch import", "from .helper import x\nfrom torch import"),
        "it imports .helper, which does not exist: only exercise files can be imported",
    ),
}


@pytest.mark.sampled("does not parse", "empty", "lacks", "not UTF-8", "a pipe")
@pytest.mark.parametrize("case", FILES)
def test_a_bad_file_is_told_in_one_line_and_the_rest_is_graded(solved: Path, case: str) -> None:
    make, says = FILES[case]
    make(solved)
    results = as_json(grade("4", "5", "7", "--answers", solved, "--json", "-"))
    five = results["ex05"]
    lines = {check["difference"] for check in five["checks"]}
    assert five["status"] == "error"
    assert len(lines) == 1
    assert says in lines.pop()
    assert results["ex04"]["status"] == "passed"
    assert results["ex07"]["points"] == 15


def test_backups_copies_and_tests_beside_an_answer_cost_nothing(solved: Path) -> None:
    for name in (
        "ex05_old.py",
        "ex05_flatten_consecutive copy.py",
        "ex05_flatten_consecutive (1).py",
        "ex05_my_test.py",
    ):
        (solved / name).write_text("1 / 0")
    done = grade("5", "--answers", solved)
    assert done.returncode == 0, done.stdout
    notes = [line for line in done.stdout.splitlines() if line.startswith("note: ")]
    assert len(notes) == 1
    assert "ex05_my_test.py, ex05_old.py are not graded: only files with the exact names of exercises are" in notes[0]


@pytest.mark.sampled("home")
@pytest.mark.parametrize("sandbox", [[], ["--sandbox"]], ids=["home", "sandbox"])
def test_the_encoding_that_a_file_declares_is_the_one_it_is_read_in(solved: Path, sandbox: list[str]) -> None:
    text = (solved / FIVE).read_text()
    (solved / FIVE).write_bytes(f"# -*- coding: latin-1 -*-\n# Schärfe\nassert len('ä') == 1\n{text}".encode("latin-1"))
    assert grade("5", "--answers", solved, *sandbox).returncode == 0


def test_a_syntax_error_shows_line_and_caret(solved: Path) -> None:
    spoil(solved, 5, "self.group = group", "self.group = = group")
    done = grade("5", "--answers", solved)
    assert done.returncode == 1
    code, caret = [line for line in done.stdout.splitlines() if "= =" in line or line.strip() == "^"]
    assert code[caret.index("^")] == "=" and code[: caret.index("^")].rstrip().endswith("=")


def test_a_module_that_was_not_initialised_is_told_what_it_lacks(solved: Path) -> None:
    spoil(solved, 5, "super().__init__()", "pass")
    assert "`super().__init__()` is missing at the start of `__init__`" in grade("5", "--answers", solved).stdout


def test_a_file_that_is_not_there_is_not_started(solved: Path) -> None:
    (solved / FIVE).unlink()
    results = as_json(grade("5", "7", "--answers", solved, "--json", "-"))
    assert results["ex05"]["status"] == "not_started"
    assert results["ex07"]["status"] == "passed"


def one_line(done: Run) -> str:
    """The line of a command that refuses: exit status 2, nothing on standard output, no traceback."""
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["flaten"], "there is no exercise 'flaten'; closest: ex05_flatten_consecutive"),
        (["trane"], "grade train"),
        (["77"], "there is no exercise '77'; they go from 1 to"),
        (["on"], "matches several exercises"),
        (["--answers", "no/such/folder"], "the folder no/such/folder does not exist"),
        (["--answers", "README.md"], "README.md is not a folder"),
        (["--seed", "many"], "'many' is not a valid integer"),
        (["5", "--check-seconds", "nan"], "nan is not a number of seconds"),
        (["class", "solutions", "--out", "no/such", "--submission-seconds", "inf"], "inf is not a number of seconds"),
        (["completion"], "Choose from: bash, zsh, fish"),
        (["gradescope"], "Missing command"),
        (["--speed"], "No such option '--speed'"),
        (["reset"], "Missing argument 'EXERCISE'"),
        (["hint", "treee"], "closest: ex08_tree"),
        (["train", "--answers", "solutions", "--data", "no_such_file"], "no_such_file does not exist"),
        (["train", "--answers", "solutions", "--steps", "0"], "'--steps': 0 is not in the range"),
        (["train", "--answers", "solutions", "--data", "makemore"], "makemore_names.txt is not there: save names.txt"),
    ],
)
def test_a_wrong_command_gets_one_line(copied: Path, arguments: list[str], says: str) -> None:
    (copied / "README.md").write_text("x")
    assert says in one_line(grade(*arguments, checkout_copy=copied))


def test_json_to_a_full_disk_leaves_nothing_behind(solved: Path) -> None:
    done = grade("1", "--answers", solved, "--json", "/dev/full")
    assert done.returncode == 2
    assert done.stderr == "grade: cannot write /dev/full: No space left on device; choose another file\n"


def test_json_cut_off_in_the_middle_leaves_the_old_file_as_it_was(solved: Path, tmp_path: Path) -> None:
    target = tmp_path / "result.json"
    target.write_text("the old one")
    small = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))  # noqa: E731
    done = grade_process("1", "--answers", solved, "--json", target, preexec_fn=small)
    assert done.returncode == 2
    assert "cannot write" in done.stderr and done.stderr.count("\n") == 1
    assert target.read_text() == "the old one"
    assert [path.name for path in tmp_path.iterdir() if "json" in path.name] == ["result.json"]


def test_json_into_a_missing_folder_or_on_a_folder(solved: Path, tmp_path: Path) -> None:
    for target in (tmp_path / "missing" / "result.json", tmp_path):
        done = grade("1", "--answers", solved, "--json", target)
        assert done.returncode == 2
        assert done.stderr.startswith("grade: ") and done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir() if "json" in path.name] == []


def without_override() -> None:
    """Let root meet permissions like everybody else: exec without CAP_DAC_OVERRIDE."""
    ctypes.CDLL(None).prctl(24, 1)  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE


@pytest.mark.skipif(sys.platform != "linux", reason="capabilities are Linux's")
def test_a_read_only_checkout_still_grades(copied: Path) -> None:
    for path in [copied, *copied.rglob("*")]:
        path.chmod(path.stat().st_mode & 0o555)
    try:
        graded = grade_process("1", checkout_copy=copied, preexec_fn=without_override)
        assert graded.returncode == 1
        assert "not started" in graded.stdout
        assert "note: .grade cannot be written: your hints and results are not saved" in graded.stdout
        hint = grade_process("hint", "1", checkout_copy=copied, preexec_fn=without_override)
        assert hint.returncode == 0
        assert "hint 1 of" in hint.stdout
        assert "cannot write" in one_line(
            grade_process("reset", "1", checkout_copy=spoiled(copied), preexec_fn=without_override)
        )
    finally:
        for path in [copied, *copied.rglob("*")]:
            path.chmod(path.stat().st_mode | 0o200)


def spoiled(copied: Path) -> Path:
    """Change the stub of exercise 1 in a read-only checkout, as root may."""
    stub = copied / "exercises" / by_number(1).file
    stub.chmod(0o644)
    stub.write_text(stub.read_text() + "\nx = 1\n")
    stub.chmod(0o444)
    return copied


PARTS = (("", "md"), ("hints/", "yaml"), ("cards/", "yaml"))


@pytest.mark.parametrize(
    "name",
    ["curriculum.yaml", *(f"{folder}{by_number(5).name}.{kind}" for folder, kind in PARTS)],
)
def test_a_damaged_file_of_an_exercise_gives_one_line_that_names_it(copied: Path, name: str) -> None:
    (copied / "exercises" / name).write_bytes(b"- [\xff")
    done = grade("list", checkout_copy=copied)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert f"exercises/{name} is missing or damaged (" in done.stderr
    assert f"; restore it with git checkout exercises/{name}" in done.stderr
