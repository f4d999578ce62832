"""`grade handout`: what learners get, what they never meet in it, and that all of it works from the first minute."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import as_json, by_number, committed, copy_of_the_checkout, git, grade, spoil
from kernels import Kernel

from grader.base import paths
from grader.course import leaks
from grader.kata import assignment, curriculum, intake, references, stubs
from grader.kata.notebook_cells import marked

FIVE = by_number(5)
OVER_TIME = (
    "x.reshape(batch, time // self.group, self.group * channels)",
    "x.transpose(1, 2).reshape(batch, time // self.group, self.group * channels)",
)


@pytest.fixture(scope="module")
def kata(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kata as a clean git repository of its own; no test writes into it."""
    return committed(copy_of_the_checkout(tmp_path_factory.mktemp("kata")))


def hand_out(kata: Path, folder: Path, *options: object) -> Path:
    done = grade("handout", folder, *options, checkout_copy=kata)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def handout(kata: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole kata handed out; no test writes into it."""
    return hand_out(kata, tmp_path_factory.mktemp("out") / "handout")


@pytest.fixture
def own(handout: Path, tmp_path: Path) -> Path:
    """A learner's clone of it."""
    git(tmp_path, "clone", "--quiet", str(handout), "own")
    return tmp_path / "own"


def answer(own: Path, *numbers: int) -> None:
    """Write the answers of some exercises, as a learner would have."""
    for number in numbers:
        exercise = by_number(number)
        (own / "exercises" / exercise.file).write_text(stubs.answer(exercise), encoding="utf-8")


def readable(handout: Path) -> str:
    """What learners may read of the exercises anyway."""
    places = [*(handout / "exercises").rglob("ex[0-9]*"), *(handout / "tests" / "checks").glob("*.py")]
    return "\n".join(path.read_text(encoding="utf-8") for path in places if path.is_file())


# ---- what is in it ----


@pytest.mark.prove
def test_no_object_of_its_history_holds_a_line_of_a_solution_or_of_a_mistake(handout: Path) -> None:
    assert len(leaks.secrets()) > 1_000
    assert list(leaks.in_history(handout, readable(handout))) == []


@pytest.mark.prove
def test_nor_is_any_of_them_found_as_text_in_any_of_its_files(handout: Path) -> None:
    secret = [line for line in leaks.secrets() if line not in readable(handout)]
    for path in handout.rglob("*"):
        if path.is_file():
            text = path.read_bytes().decode(errors="replace")
            assert [line for line in secret if line in text] == [], path


@pytest.mark.prove
def test_the_scan_finds_a_line_that_was_there_once(handout: Path, own: Path) -> None:
    line = "joined = x.reshape(batch, time // self.group, self.group * channels)"
    git(own, "config", "user.name", "Bob")
    git(own, "config", "user.email", "bob@example.org")
    for text in (f"def forward():\n    {line}\n", "nothing\n"):
        (own / "notes.py").write_text(text)
        git(own, "add", "notes.py")
        git(own, "commit", "--quiet", "--message=a note")
    found = list(leaks.in_history(own, readable(handout)))
    assert found == [f"a line of the solution of {FIVE.name}: {line}"]


def test_it_holds_stubs_lessons_and_checks_and_nothing_of_the_author(handout: Path) -> None:
    assert git(handout, "branch", "--format=%(refname:short)").split() == ["main"]
    assert git(handout, "status", "--porcelain") == ""
    for exercise in curriculum.exercises():
        assert (handout / "exercises" / exercise.file).read_text() == stubs.stub(exercise)
        assert (handout / "exercises" / exercise.lesson.name).is_file()
        assert (handout / "exercises" / "hints" / f"{exercise.name}.yaml").is_file()
        assert (handout / "exercises" / "cards" / f"{exercise.name}.yaml").is_file()
        assert (handout / "tests" / "checks" / exercise.checks.name).is_file()
    for name in (
        "solutions",
        "tests/checks/oracles.py",
        "tests/checks/flatten_classes.py",
        "tests/right",
        "tests/grader",
        "COURSE.md",
        "grader/mistakes/equivalent_mutants.yaml",
    ):
        assert not (handout / name).exists()
    assert list((handout / "grader" / "mistakes").glob("ex*")) == []


def test_the_same_commit_and_options_give_the_same_commits(kata: Path, tmp_path: Path) -> None:
    options = ("--exercises", "5,7", "--title", "Bäume", "--due", "Friday", "--with-solutions")
    one, other = (hand_out(kata, tmp_path / name, *options) for name in ("one", "other"))
    tips = [git(each, "for-each-ref", "--format=%(refname) %(objectname)") for each in (one, other)]
    assert tips[0] == tips[1]
    assert "refs/heads/main" in tips[0] and "refs/heads/solutions" in tips[0]


def test_the_branch_solutions_holds_the_answers_and_differs_in_nothing_else(kata: Path, tmp_path: Path) -> None:
    folder = hand_out(kata, tmp_path / "handout", "--with-solutions")
    changed = git(folder, "diff", "--name-only", "main", "solutions").split()
    assert changed == [f"exercises/{exercise.file}" for exercise in curriculum.exercises()]
    diff = git(folder, "diff", "main", "solutions", "--", "exercises")
    assert '-        raise NotImplementedError("not written yet")' in diff
    assert "SOLUTION" not in diff
    git(folder, "checkout", "--quiet", "solutions")
    done = grade("5", checkout_copy=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    git(folder, "checkout", "--quiet", "main")
    assert "the solution" in grade("compare", "5", "--spoil", checkout_copy=folder).stdout


# ---- working in it ----


@pytest.mark.prove
def test_make_grade_and_make_test_work_from_the_first_minute(own: Path) -> None:
    (own / ".venv").mkdir()
    (own / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    (own / ".venv" / "installed").touch()  # what `make` would install is what these tests run with
    environment = os.environ | {"PYTHONPATH": str(own), "NO_COLOR": "1"}

    def make(target: str) -> str:
        command = ["make", "--no-print-directory", target]
        done = subprocess.run(
            command, cwd=own, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "0 of 100 points" in make("grade")
    assert "NotImplementedError: not written yet" in make("test")
    answer(own, *(exercise.number for exercise in curriculum.exercises()))
    assert "100 of 100 points" in make("grade")
    assert " passed" in make("test")


def test_hints_come_and_a_reset_brings_the_stub_back(own: Path) -> None:
    assert f"hint 1 of {len(FIVE.hints)}" in grade("hint", "5", checkout_copy=own).stdout
    answer(own, 5)
    assert "is the stub again" in grade("reset", "5", checkout_copy=own).stdout
    assert (own / "exercises" / FIVE.file).read_text() == stubs.stub(FIVE)


@pytest.mark.prove
def test_watch_grades_what_a_save_changed(own: Path) -> None:
    command = [sys.executable, "-P", "-m", "grader", "watch"]
    environment = os.environ | {"PYTHONPATH": str(own), "COLUMNS": "100", "PYTHONUNBUFFERED": "1"}
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, cwd=own, env=environment, text=True, start_new_session=True, **pipes) as watching:
        assert watching.stdout is not None
        try:
            assert any("0 of 10 points" in line for line in watching.stdout)
            answer(own, 1)
            assert any("10 of 10 points" in line for line in watching.stdout)
        finally:
            os.killpg(watching.pid, signal.SIGINT)
            try:
                watching.communicate(timeout=60)
            finally:
                watching.kill()  # one that does not hear Ctrl-C would be waited for without end
    assert watching.returncode == 130


@pytest.mark.prove
def test_a_cause_is_named_and_a_reference_stands_in_and_nothing_readable_stays_behind(own: Path) -> None:
    answer(own, 1, 5, 6, 7, 8)
    spoil(own / "exercises", 5, *OVER_TIME)
    done = grade("5", "7", "8", "--json", "-", checkout_copy=own)
    found = as_json(done)
    assert {check["mistake"] for check in found["ex05"]["checks"]} == {None, "channels-over-time"}
    assert found["ex07"]["status"] == found["ex08"]["status"] == "passed"
    assert any(FIVE.name in check["stands_on"] for check in found["ex07"]["checks"])

    known = readable(own) + done.stdout
    secret = [line for line in leaks.secrets() if line not in known]
    for path in own.rglob("*"):
        if path.is_file():
            text = path.read_bytes().decode(errors="replace")
            assert [line for line in secret if line in text] == [], path


@pytest.mark.prove
def test_no_line_of_a_sealed_reference_is_told_where_it_raises(kata: Path, tmp_path: Path) -> None:
    folder = hand_out(kata, tmp_path / "handout", "--exercises", "7")
    answer(folder, 7)
    spoil(folder / "exercises", 7, "self.flatten(x)", "self.flatten(x[..., 0])")
    checks = as_json(grade("7", "--json", "-", checkout_copy=folder))["ex07"]["checks"]
    raised = [check for check in checks if check["traceback"]]
    assert raised, "the reference refuses what it is given"
    for check in raised:
        assert FIVE.file not in check["traceback"]
        assert "self.flatten(x[..., 0])" in check["traceback"]


@pytest.mark.prove
def test_a_solution_is_shown_once_the_answer_passes_and_not_before(own: Path) -> None:
    for arguments in (["compare", "5"], ["compare", "5", "--spoil"]):
        done = grade(*arguments, checkout_copy=own)
        assert (done.returncode, done.stdout) == (2, "")
        assert len(done.stderr.splitlines()) == 1
    answer(own, 5)
    shown = grade("compare", "5", checkout_copy=own)
    assert shown.returncode == 0, shown.stderr
    assert "the solution" in shown.stdout
    assert "The code is the same." in shown.stdout


@pytest.mark.parametrize("command", [["verify"], ["handout", "elsewhere"]])
def test_what_is_the_authors_is_refused_in_it(own: Path, command: list[str]) -> None:
    done = grade(*command, checkout_copy=own)
    assert done.returncode == 2
    assert done.stderr == (
        f"grade: grade {command[0]} is for authors: it works only in a checkout of the kata, and this is a handout\n"
    )


def test_a_damaged_sealed_file_is_told_in_one_line(own: Path) -> None:
    sealed = own / "grader" / references.sealed().name
    sealed.write_bytes(sealed.read_bytes()[:-1])
    done = grade("reset", "5", checkout_copy=own)
    assert done.returncode == 2
    assert "references.sealed cannot be read (it was truncated or changed); restore it with git checkout" in done.stderr
    assert len(done.stderr.splitlines()) == 1


# ---- an assignment out of the kata ----


@pytest.mark.prove
def test_an_assignment_gives_a_hundred_points_and_what_it_builds_on_stands_in(kata: Path, tmp_path: Path) -> None:
    folder = tmp_path / "week 3"
    options = ("--exercises", "1, 7-8", "--title", "Trees", "--due", "Friday, 18:00", "--seed", "7")
    done = grade("handout", folder, *options, checkout_copy=kata)
    assert "they build on ex05, ex06: not asked; lesson and sealed reference solution included" in done.stdout
    assert sorted(path.name for path in (folder / "exercises").glob("ex*.py")) == [
        by_number(number).file for number in (1, 7, 8)
    ]
    for kind in ("hints", "cards"):
        there = sorted(path.stem for path in (folder / "exercises" / kind).iterdir())
        assert there == [by_number(number).name for number in (1, 5, 6, 7, 8)]
    assert "ex02" not in (folder / "exercises" / "curriculum.yaml").read_text()
    listed = grade("list", checkout_copy=folder).stdout
    assert listed.startswith("Trees, due Friday, 18:00\n")
    assert "ex05" not in listed.replace("ex05_", "")

    started = json.loads(grade("--json", "-", checkout_copy=folder).stdout)
    assert (started["seed"], started["max_points"], started["points"]) == (7, 100, 0)
    answer(folder, 1, 7, 8)
    (folder / "exercises" / FIVE.file).write_text("raise RuntimeError('nobody asked for this file')\n")
    solved = json.loads(grade("--json", "-", checkout_copy=folder).stdout)
    assert solved["points"] == 100
    assert not [check for e in solved["exercises"] for check in e["checks"] if check["stands_on"]]
    weights = [by_number(number).points for number in (1, 7, 8)]
    assert [e["points"] for e in solved["exercises"]] == assignment.shares(weights, 100)
    for e in solved["exercises"]:
        assert abs(sum(check["max_points"] for check in e["checks"]) - e["max_points"]) < 1e-9


@pytest.mark.prove
def test_a_mistake_in_an_exercise_whose_beneath_is_given_is_named(kata: Path, tmp_path: Path) -> None:
    folder = hand_out(kata, tmp_path / "handout", "--exercises", "7")
    answer(folder, 7)
    spoil(folder / "exercises", 7, "torch.tanh(", "torch.relu(")
    checks = as_json(grade("--json", "-", checkout_copy=folder))["ex07"]["checks"]
    assert {check["mistake"] for check in checks} - {None}


@pytest.mark.prove
def test_the_challenge_reads_what_it_needs_from_what_is_sealed(own: Path, kata: Path, tmp_path: Path) -> None:
    done = grade("challenge", "exercises/challenge.py", "--seconds", "5", checkout_copy=own)
    assert done.returncode == 0, done.stderr
    without = hand_out(kata, tmp_path / "handout", "--exercises", "2")
    refused = grade("challenge", "--board", checkout_copy=without)
    assert (refused.returncode, refused.stderr) == (
        2,
        "grade: grade challenge also needs exercise 3, which is not part of this assignment\n",
    )


def test_links_to_lessons_that_are_not_there_become_words(kata: Path, tmp_path: Path) -> None:
    folder = hand_out(kata, tmp_path / "handout", "--exercises", "2")
    pages = [*(folder / "exercises").glob("*.md"), folder / "README.md"]
    for page in pages:
        for name in ("ex05_flatten_consecutive.md", "ex08_tree.md"):
            assert f"({name}" not in page.read_text() and f"exercises/{name})" not in page.read_text()


@pytest.mark.prove
def test_a_class_is_graded_by_an_assignment_as_its_learners_grade_themselves(kata: Path, tmp_path: Path) -> None:
    folder = hand_out(kata, tmp_path / "handout", "--exercises", "5,7", "--seed", "3")
    (tmp_path / "class" / "ada").mkdir(parents=True)
    answer(folder, 7)
    shutil.copy(folder / "exercises" / by_number(7).file, tmp_path / "class" / "ada")
    run = ("class", tmp_path / "class", "--out", tmp_path / "results", "--assignment", folder / "assignment.yaml")
    done = grade(*run, checkout_copy=kata)
    assert done.returncode == 0, done.stderr
    graded = json.loads((tmp_path / "results" / "ada" / "result.json").read_text())
    at_home = json.loads(grade("--json", "-", checkout_copy=folder).stdout)
    assert [graded[key] for key in ("seed", "points", "max_points")] == [3, 50, 100]
    assert [graded[key] for key in ("seed", "points", "max_points")] == [
        at_home[key] for key in ("seed", "points", "max_points")
    ]
    refused = grade(*run, "--only", "8", checkout_copy=kata)
    assert (refused.returncode, refused.stderr) == (
        2,
        "grade: --exercises: the assignment does not include ex08_tree\n",
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("title: [", "while parsing"),
        ("title: x\n", "'points' is missing"),
        ("title: x\ndue: y\nseed: 0\nspoil: false\npoints: {}\n", "no exercise has points"),
        ("title: x\ndue: y\nseed: 0\nspoil: false\npoints: {ex05_flatten_consecutive: -1}\n", "not a number of points"),
        ("title: x\ndue: y\nseed: no\nspoil: false\npoints: {ex05_flatten_consecutive: 1}\n", "seed must be a number"),
    ],
)
def test_a_damaged_assignment_is_told_in_one_line(own: Path, text: str, reason: str) -> None:
    (own / "assignment.yaml").write_text(text)
    done = grade("list", checkout_copy=own)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "assignment.yaml cannot be read" in done.stderr and reason in done.stderr


def test_shares_sum_up_to_the_total_and_keep_the_order() -> None:
    for weights in ([10, 15], [1, 1, 1], [10, 6, 8, 4, 15, 7, 15, 15, 15, 5], [0.5, 0.25, 3], [5]):
        for total, digits in ((100, 0), (40, 2), (17, 2)):
            split = assignment.shares(weights, total, digits)
            assert round(sum(split), 9) == total
            pairs = sorted(zip(weights, split, strict=True))
            assert [share for _, share in pairs] == sorted(split)
            exact = [weight * total / sum(weights) for weight in weights]
            assert all(abs(a - b) < 10**-digits for a, b in zip(split, exact, strict=True))


# ---- what is refused ----


def refused(kata: Path, *arguments: object, **options: object) -> str:
    done = grade("handout", *arguments, checkout_copy=kata, **options)
    assert done.returncode == 2, done.stdout
    assert len(done.stderr.splitlines()) == 1
    return done.stderr


def test_a_folder_that_will_not_do_is_told(kata: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("precious")
    (tmp_path / "file").write_text("precious")
    assert "exists and is not empty" in refused(kata, tmp_path / "full")
    assert "is a file" in refused(kata, tmp_path / "file")
    assert "is inside this repository" in refused(kata, kata / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "full"]
    (tmp_path / "empty").mkdir()
    hand_out(kata, tmp_path / "empty", "--exercises", "1")
    assert (tmp_path / "empty" / "README.md").is_file()


@pytest.mark.parametrize(
    ("typed", "reason"),
    [("9-7", "is backwards"), ("", "is empty"), ("99", "there is no exercise '99'"), ("1,nothing", "closest")],
)
def test_exercises_that_there_are_not_are_told(kata: Path, tmp_path: Path, typed: str, reason: str) -> None:
    assert reason in refused(kata, tmp_path / "out", "--exercises", typed)
    assert not (tmp_path / "out").exists()


def test_without_git_or_a_name_or_a_commit_it_says_so(kata: Path, copied: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    assert "git is not installed" in refused(kata, tmp_path / "out", env={"PATH": str(tmp_path / "bin")})
    assert "not a git repository with a commit" in refused(copied, tmp_path / "out")
    committed(copied)
    git(copied, "config", "--unset", "user.name")
    git(copied, "config", "--unset", "user.email")
    nobody = {"HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1", "XDG_CONFIG_HOME": str(tmp_path)}
    assert "git needs your name" in refused(copied, tmp_path / "out", env=nobody)
    assert not (tmp_path / "out").exists()


def test_a_checkout_with_changes_is_told(copied: Path, tmp_path: Path) -> None:
    committed(copied)
    (copied / "notes.txt").write_text("what lies outside of a handout's sources may lie there")
    hand_out(copied, tmp_path / "one", "--exercises", "1")
    (copied / "exercises" / FIVE.file).write_text("mine")
    (copied / "solutions" / "ex99_new.py").write_text("new")
    text = refused(copied, tmp_path / "two")
    assert f"exercises/{FIVE.file} and 1 more differ from the last commit" in text


# ---- the kata's own branch ----


def solutions_branch(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "grader.course.solutions_branch"]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_solutions_branch_compares_and_leaves_the_worktree_alone(copied: Path) -> None:
    committed(copied)
    mine = copied / "exercises" / FIVE.file
    mine.write_text("# half an answer\n")
    made = solutions_branch(copied)
    assert made.stdout == "the branch solutions was made; compare: git diff main solutions -- exercises\n", made.stderr
    assert git(copied, "branch", "--show-current") == "main\n"
    assert git(copied, "status", "--porcelain").split() == ["M", f"exercises/{FIVE.file}"]
    assert mine.read_text() == "# half an answer\n"
    changed = git(copied, "diff", "--name-only", "main", "solutions", "--").split()
    assert changed == [f"exercises/{exercise.file}" for exercise in curriculum.exercises()]
    assert git(copied, "show", f"solutions:exercises/{FIVE.file}") == stubs.answer(FIVE)

    tip = git(copied, "rev-parse", "solutions")
    assert "is unchanged" in solutions_branch(copied).stdout
    assert git(copied, "rev-parse", "solutions") == tip


def test_the_solutions_branch_of_somebody_else_is_left_alone(copied: Path) -> None:
    committed(copied)
    git(copied, "branch", "solutions")
    before = git(copied, "rev-parse", "solutions")
    done = solutions_branch(copied)
    assert done.returncode == 2
    assert "you already have a branch solutions" in done.stderr
    git(copied, "branch", "-D", "solutions")
    assert solutions_branch(copied).returncode == 0
    git(copied, "checkout", "--quiet", "solutions")
    done = solutions_branch(copied)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "is checked out" in done.stderr
    assert git(copied, "rev-parse", "main") == before


def test_a_notebook_of_a_part_runs_on_what_is_given(
    kata: Path, tmp_path: Path, jupyter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = hand_out(kata, tmp_path / "part", "--exercises", "7")
    assert grade("notebook", "build", tmp_path / "part.ipynb", checkout_copy=part).returncode == 0
    assert list(intake.take(tmp_path / "part.ipynb").answers) == [by_number(7).file]
    monkeypatch.setenv("PYTHONPATH", str(part))
    kernel = Kernel(jupyter)
    try:
        kernel.run("%load_ext grader.notebook")
        assert kernel.run(marked(by_number(7).file, stubs.answer(by_number(7)))) == {}
        assert kernel.run("Fusion(2, 3, group=4).flatten.group")["text/plain"] == "4"
        assert "✓ passed  100 of 100" in kernel.run("%grade 7")["text/plain"]
    finally:
        kernel.close()


def test_it_tells_coding_assistants_how_to_help(copied: Path, tmp_path: Path) -> None:
    shutil.copy(paths.checkout().root / "AGENTS.md", copied)
    made = hand_out(committed(copied), tmp_path / "handout", "--exercises", "5")
    text = (made / "AGENTS.md").read_text(encoding="utf-8")
    assert text == (paths.checkout().root / "AGENTS.md").read_text(encoding="utf-8")
    for command in ("grade EX", "grade hint EX", "grade predict EX", "grade trace"):
        assert f"`{command}`" in text
    for place in ("solutions/", "grader/mistakes/", "grader/references.sealed", "tests/checks/"):
        assert f"`{place}`" in text
