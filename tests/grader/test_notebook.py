"""Notebooks: built from the exercises, worked on in a real kernel, and the answers back out of whatever they became."""

import importlib.util
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import psutil
import pytest
from classes import LOOPING_ONE, folder, solution
from conftest import as_json, by_number, git, grade
from kernels import Kernel
from nbformat import v4

from grader.base import paths
from grader.base.errors import UsageError
from grader.course import notebook
from grader.kata import candidates, curriculum, intake, mistakes, notebook_cells, stubs
from grader.kata.curriculum import Exercise
from grader.kata.notebook_cells import INSTALLS, Cell, answers, marked, pieces

EXERCISES = curriculum.exercises()
ONE, FIVE, SEVEN = by_number(1).file, by_number(5).file, by_number(7).file


def saved(place: Path, cells: list[Any]) -> Path:
    place.write_text(nbformat.writes(v4.new_notebook(cells=cells)))
    return place


def answer(number: int, text: str | None = None) -> Any:
    """A cell as `grade notebook build` makes it, filled in."""
    file = by_number(number).file
    text = solution(number) if text is None else text
    return v4.new_code_cell(marked(file, text), metadata={"kata": {"file": file}})


def taken(place: Path) -> dict[str, str]:
    found = intake.take(place)
    assert found.problem is None
    return {name: text.decode() for name, text in found.answers.items()}


# Building


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The notebook of all exercises, as the command makes it."""
    place = tmp_path_factory.mktemp("notebook") / "kata.ipynb"
    done = grade("notebook", "build", place)
    assert done.returncode == 0, done.stderr
    return place


def test_a_stub_goes_into_a_notebook_and_comes_out_byte_for_byte(built: Path, tmp_path: Path) -> None:
    done = grade("notebook", "read", built, tmp_path / "answers")
    assert (done.returncode, done.stderr) == (0, "")
    for exercise in EXERCISES:
        assert (tmp_path / "answers" / exercise.file).read_bytes() == stubs.cell(exercise).encode()
    assert len(list((tmp_path / "answers").iterdir())) == len(EXERCISES)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.short)
def test_a_solution_goes_in_and_comes_out_byte_for_byte(exercise: Exercise) -> None:
    text = exercise.solution.read_text(encoding="utf-8")
    assert answers([Cell(marked(exercise.file, text))]).files == {exercise.file: text}


def test_each_exercise_is_a_lesson_a_cell_for_the_answer_and_one_that_grades_it(built: Path) -> None:
    book = nbformat.read(built, 4)
    nbformat.validate(book)
    start, install, load, *cells = book.cells
    assert start.cell_type == "markdown"
    assert install.source.startswith(INSTALLS) and "git" in install.source
    assert load.source == "%load_ext grader.notebook"
    assert len(cells) == 3 * len(EXERCISES)
    for number, exercise in enumerate(EXERCISES):
        lesson, stub, grading = cells[3 * number : 3 * number + 3]
        assert [cell.id for cell in (lesson, stub, grading)] == [
            f"{exercise.short}-{part}" for part in ("lesson", "answer", "grade")
        ]
        assert lesson.source.startswith(f"# {exercise.title}")
        assert stub.source.startswith(f"# {exercise.file}\n")
        assert stub.metadata.kata == {"file": exercise.file}
        assert grading.source == f"%grade {exercise.short}"


def test_code_cells_have_nbgraders_metadata(built: Path) -> None:
    """The keys that version 3 of nbgrader's schema requires and allows; ids are unique."""
    allowed = {"schema_version", "grade", "locked", "solution", "task", "grade_id", "points", "checksum", "cell_type"}
    cells = [cell for cell in nbformat.read(built, 4).cells if cell.cell_type == "code"]
    for cell in cells:
        meta = cell.metadata.nbgrader
        assert {"schema_version", "grade", "locked", "solution"} <= meta.keys() <= allowed
        assert (meta.schema_version, meta.grade, meta.cell_type) == (3, False, "code")
        assert meta.solution == ("kata" in cell.metadata) == (not meta.locked)
    assert len({cell.metadata.nbgrader.grade_id for cell in cells}) == len(cells)


def test_the_same_exercises_give_the_same_notebook(built: Path) -> None:
    assert notebook.build(EXERCISES) == built.read_text(encoding="utf-8")


def test_the_notebook_holds_no_line_of_a_solution_or_a_mistake(built: Path) -> None:
    secret: set[str] = set()
    for exercise in EXERCISES:
        texts = [*stubs.region_lines(exercise.solution.read_text(encoding="utf-8"))]
        for known in mistakes.of(exercise):
            texts += [known.cause.says, known.cause.looks_right, known.cause.advice]
            texts += [change.new for way in known.ways for change in way]
        secret |= {line.strip() for text in texts for line in text.splitlines()}
    given = "\n".join(map(stubs.stub, EXERCISES))  # a mistake may stand among lines of it; a contract may name a call
    secret = {line for line in secret if len(line) > 25 and line not in given}
    assert len(secret) > 100
    text = "\n".join(cell.source for cell in nbformat.read(built, 4).cells)
    assert [line for line in secret if line in text] == []


def test_pictures_of_a_lesson_travel_with_it_and_links_to_files_become_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "tree of 8.png").write_bytes(b"\x89PNG")
    (tmp_path / "pictures" / "field.svg").write_bytes(b"<svg/>")
    lesson = tmp_path / "lesson.md"
    lesson.write_text(
        "# A title\n![the tree](pictures/tree%20of%208.png) ![the field](pictures/field.svg)\n"
        "[next](pictures/next.md#there) [paper](https://example.org/a)\n```text\n![not one](missing.png)\n```\n"
    )
    monkeypatch.setattr(Exercise, "lesson", property(lambda _: lesson))
    one = by_number(1)
    with paths.use(paths.Checkout(tmp_path)):
        cell = notebook._lesson(one)
    assert cell.source == (
        "# A title\n![the tree](attachment:pictures-tree-of-8.png) "
        '<img alt="the field" src="data:image/svg+xml;base64,PHN2Zy8+">\n'
        "next (pictures/next.md) [paper](https://example.org/a)\n```text\n![not one](missing.png)\n```"
    )
    assert cell.attachments == {"pictures-tree-of-8.png": {"image/png": "iVBORw=="}}
    lesson.write_text("![x](missing.png)")
    with pytest.raises(UsageError, match=r"missing\.png, a picture of the lesson ex01, cannot be read"):
        notebook._lesson(by_number(1))
    lesson.write_text("![x](clip.mp4)")
    with pytest.raises(UsageError, match=r"clip\.mp4, .* cannot be included in a notebook"):
        notebook._lesson(by_number(1))


def test_a_notebook_of_the_exercises_named(tmp_path: Path) -> None:
    assert grade("notebook", "build", tmp_path / "a.ipynb", "--exercise", "7", "--exercise", "flatten").returncode == 0
    assert list(taken(tmp_path / "a.ipynb")) == [FIVE, SEVEN]


def refused(*arguments: object) -> str:
    done = grade("notebook", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("grade: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_nothing_is_overwritten_and_what_cannot_be_is_said_in_a_line(built: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.ipynb"
    mine.write_text("mine")
    assert "already exists; choose another file, or overwrite it with --force" in refused("build", mine)
    assert mine.read_text() == "mine"
    assert "it must end in .ipynb" in refused("build", tmp_path / "mine.txt")
    assert "there is no folder" in refused("build", tmp_path / "no" / "a.ipynb")
    assert "closest: ex05_flatten_consecutive" in refused("build", tmp_path / "a.ipynb", "--exercise", "fatten")
    assert grade("notebook", "build", mine, "--exercise", "1", "--force").returncode == 0
    folder = tmp_path / "answers"
    folder.mkdir()
    (folder / ONE).write_text("mine = 1\n")
    assert f"holds {ONE} already; choose another folder, or overwrite them with --force" in refused(
        "read", mine, folder
    )
    assert (folder / ONE).read_text() == "mine = 1\n"
    assert grade("notebook", "read", mine, folder, "--force").returncode == 0
    assert (folder / ONE).read_text() == stubs.cell(by_number(1))
    assert "No such file" in refused("read", tmp_path / "none.ipynb", tmp_path / "b")
    assert "does not end in .ipynb" in refused("read", folder / ONE, tmp_path / "b")
    empty = saved(tmp_path / "empty.ipynb", [v4.new_code_cell("x = 1")])
    assert f"contains no answer: an answer cell begins with a line like `# {ONE}`" in refused("read", empty, folder)
    (tmp_path / "broken.ipynb").write_bytes(built.read_bytes()[:5000])
    assert "it is not a readable notebook" in refused("read", tmp_path / "broken.ipynb", tmp_path / "b")
    assert not (tmp_path / "b").exists()


# Reading what became of it


def test_reordered_cells_give_the_same_answers(tmp_path: Path) -> None:
    cells = [answer(7), answer(1), answer(5)]
    assert taken(saved(tmp_path / "a.ipynb", cells)) == {SEVEN: solution(7), ONE: solution(1), FIVE: solution(5)}


def test_the_parts_of_a_split_cell_are_joined_where_the_notebook_says_whose_they_are(tmp_path: Path) -> None:
    first, second = solution(1).split("\n\n\n", 1)
    marked_by_hand = [v4.new_code_cell(marked(ONE, first)), v4.new_code_cell(marked(ONE, second))]
    as_jupyter_does = [answer(1, first), v4.new_code_cell(second, metadata={"kata": {"file": ONE}})]
    for cells in (marked_by_hand, as_jupyter_does):
        assert taken(saved(tmp_path / "a.ipynb", cells)) == {ONE: solution(1)}


@pytest.mark.parametrize("between", ["\n\n", "\n"])
def test_merged_cells_are_taken_apart_at_the_lines_that_name_the_files(tmp_path: Path, between: str) -> None:
    sources = [marked(ONE, solution(1)), "%grade ex01", marked(FIVE, solution(5)), "%grade ex05"]
    place = saved(tmp_path / "a.ipynb", [v4.new_code_cell(between.join(sources), metadata={"kata": {"file": ONE}})])
    found = taken(place)
    assert {name: text.partition("# %grade")[0].rstrip() + "\n" for name, text in found.items()} == {
        ONE: solution(1),
        FIVE: solution(5),
    }
    result = as_json(grade("1", "5", "--answers", place, "--json", "-"))
    assert {name: exercise["status"] for name, exercise in result.items()} == {"ex01": "passed", "ex05": "passed"}


def test_of_duplicated_cells_the_last_one_counts_as_when_they_are_run(tmp_path: Path) -> None:
    old = "def flat_weights(context, embedding_dim, hidden_dim):\n    return 0\n"
    place = saved(tmp_path / "a.ipynb", [answer(1, old), answer(1)])
    assert as_json(grade("1", "--answers", place, "--json", "-"))["ex01"]["status"] == "passed"


def test_a_deleted_cell_is_an_exercise_that_is_not_started(tmp_path: Path) -> None:
    result = as_json(grade("1", "5", "--answers", saved(tmp_path / "a.ipynb", [answer(5)]), "--json", "-"))
    assert [result[name]["status"] for name in ("ex01", "ex05")] == ["not_started", "passed"]


def test_an_answer_in_a_new_cell_counts_where_it_is_marked_and_is_pointed_out_where_not(tmp_path: Path) -> None:
    assert taken(saved(tmp_path / "a.ipynb", [v4.new_code_cell(f"\n#{FIVE}  \n{solution(5)}")])) == {
        FIVE: "\n" + solution(5)
    }
    alone = saved(tmp_path / "c.ipynb", [v4.new_code_cell(solution(5))])
    assert grade("5", "--answers", alone).stdout.count("a cell that defines FlattenConsecutive") == 1
    place = saved(tmp_path / "b.ipynb", [v4.new_code_cell(solution(5)), v4.new_code_cell("print(1)")])
    done = grade("5", "--answers", place)
    assert done.returncode == 1
    assert (
        "(b.ipynb: a cell that defines FlattenConsecutive: not marked; if it is an answer, "
        f"its first line must be `# {FIVE}`"
    ) in done.stdout
    assert "note: 1 code cell: not marked as an answer to an exercise" in done.stdout


def test_an_import_put_above_the_line_that_names_the_file_belongs_to_it() -> None:
    assert pieces(f"import math\n# {ONE}\nx = math.pi") == [(ONE, "import math\nx = math.pi\n")]


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        ("%timeit f(3)", "# %timeit f(3)"),
        ("%%time", "# %%time"),
        ("!pip install it's", "# !pip install it's"),
        ("    !ls (", "    pass  # !ls ("),
        ("f?", "# f?"),
        ("?torch.cat", "# ?torch.cat"),
        ("torch.cat??", "# torch.cat??"),
        ("files = !ls", "# files = !ls"),
        ("took = %timeit -o f()", "# took = %timeit -o f()"),
    ],
)
def test_magics_stay_as_comments(line: str, becomes: str) -> None:
    assert pieces(f"# {ONE}\ndef f():\n{line}\n    return 1") == [(ONE, f"def f():\n{becomes}\n    return 1\n")]


@pytest.mark.parametrize(
    "python",
    [
        "x = (7\n     % 2)\ny = [1\n!= 2]",
        "x = 7 \\\n  % 2",
        "x = 1\nx %= 2\nx != 3",
        '"""\n%time\n!ls\nf?\n# ex05_flatten_consecutive.py\n"""',
        "'''\\'''\n%time\n'''",
        "text = 'is it? # %'  # (\nprint(f'{text!r}')",
        "x = '\\\n%s'",
        "# a comment (\n# %time",
    ],
)
def test_python_that_looks_like_a_magic_stays_as_it_is(python: str) -> None:
    compile(python, ONE, "exec")
    assert pieces(marked(ONE, python)) == [(ONE, python + "\n")]


def test_magics_of_a_cell_do_not_keep_an_answer_from_passing(tmp_path: Path) -> None:
    text = "%%time\n" + marked(ONE, solution(1)) + "\n!echo done\n%timeit receptive_field(3)\nreceptive_field?"
    place = saved(tmp_path / "a.ipynb", [v4.new_code_cell(text)])
    assert as_json(grade("1", "--answers", place, "--json", "-"))["ex01"]["status"] == "passed"


def test_a_notebook_of_version_3_is_read(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "heading", "level": 1, "metadata": {}, "source": ["Mine"]},
        {
            "cell_type": "code",
            "collapsed": False,
            "input": marked(ONE, solution(1)).splitlines(keepends=True),
            "language": "python",
            "metadata": {},
            "outputs": [{"output_type": "stream", "stream": "stdout", "text": ["1\n"]}],
            "prompt_number": 1,
        },
    ]
    book = {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells}]}
    (tmp_path / "old.ipynb").write_text(json.dumps(book))
    assert taken(tmp_path / "old.ipynb") == {ONE: solution(1)}


@pytest.mark.prove
def test_50_megabytes_of_outputs_are_not_in_the_way(tmp_path: Path) -> None:
    text = v4.new_output("stream", text='0.25, "outputs": [ ] } {\n' * 1_000_000)
    picture = v4.new_output("display_data", {"image/png": "iVBO" * 7_000_000, "application/json": {"outputs": [[]]}})
    cell = answer(1)
    cell.outputs = [text, picture]
    place = saved(tmp_path / "a.ipynb", [cell, answer(5)])
    assert place.stat().st_size > 50 << 20
    assert taken(place) == {ONE: solution(1), FIVE: solution(5)}


def test_a_notebook_that_is_large_in_itself_is_refused_in_a_line(tmp_path: Path) -> None:
    cells = [answer(1), v4.new_markdown_cell("x" * (notebook_cells.MOST_BESIDE_OUTPUTS + 1))]
    assert intake.take(saved(tmp_path / "a.ipynb", cells)).problem == (
        "it is larger than 16 MiB without outputs; hand in only the exNN_name.py files"
    )
    (tmp_path / "b.ipynb").write_bytes(b" " * (notebook_cells.MOST_BYTES + 1))
    assert "it is larger than 128 MiB" in str(intake.take(tmp_path / "b.ipynb").problem)


@pytest.mark.parametrize(
    "source",
    [
        "(" * 1_000_000,
        "%\n" * 500_000,
        "'''" * 400_001,
        "a" * 1_000_000,
        "\\\n" * 500_000,
        "a = " * 300_000,
        '"\\' * 500_000,
    ],
    ids=lambda source: source[:4],
)
def test_a_hostile_cell_is_read_in_time_that_grows_with_it_alone(source: str) -> None:
    """Not a race against the clock: in square time each of these would take hours, and the test would never end."""
    assert len(pieces(source, ONE)) == 1


def test_the_next_step_names_the_notebook(tmp_path: Path) -> None:
    place = saved(tmp_path / "a.ipynb", [answer(1, solution(1, ("return group**levels", "return group * levels")))])
    assert f"Next: {ONE} in {place}" in grade("1", "--answers", place).stdout
    assert "No such file" in grade("1", "--answers", tmp_path / "none.ipynb").stderr


@pytest.mark.prove
def test_a_tree_is_trained_by_the_code_in_a_notebook(tmp_path: Path) -> None:
    place = saved(tmp_path / "a.ipynb", [answer(exercise.number) for exercise in EXERCISES])
    done = grade("train", "--answers", place, "--steps", "3", "--out", tmp_path / "tree.pt")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "tree.pt").exists()


# In a kernel


@pytest.fixture
def kernel(jupyter: Path) -> Iterator[Kernel]:
    """A kernel in which the first cell was run."""
    started = Kernel(jupyter)
    assert started.run("%load_ext grader.notebook") == {}
    yield started
    started.close()


def test_from_stubs_to_full_points(built: Path, jupyter: Path) -> None:
    """The notebook as it is given out is run, then filled in, run again in the same kernel, saved and handed in."""
    book = nbformat.read(built, 4)
    client = nbclient.NotebookClient(
        book, timeout=300, kernel_name="python3", resources={"metadata": {"path": jupyter}}
    )

    def run_all() -> dict[str, dict[str, str]]:
        for number, cell in enumerate(book.cells):
            client.execute_cell(cell, number)
        return {cell.source[7:]: cell.outputs[0].data for cell in book.cells if cell.source.startswith("%grade ")}

    with client.setup_kernel(stderr=subprocess.DEVNULL):
        shown = run_all()
        for exercise in EXERCISES:
            text = shown[exercise.short]["text/plain"]
            assert f"{exercise.title}  · not started  0 of {exercise.points:g}" in " ".join(text.split(" ")), text
            assert "not started, 0 of" in shown[exercise.short]["text/html"]
        for cell in book.cells:
            if "kata" in cell.metadata:
                cell.source = marked(
                    cell.metadata.kata.file, (paths.checkout().solutions / cell.metadata.kata.file).read_text()
                )
        shown = run_all()
        for exercise in EXERCISES:
            text = shown[exercise.short]["text/plain"]
            assert f"✓ passed  {exercise.points:g} of {exercise.points:g}" in text
            assert f"passed, {exercise.points:g} of {exercise.points:g} points" in shown[exercise.short]["text/html"]
            assert "reference" not in text
    nbformat.write(book, jupyter / "mine.ipynb")
    assert grade("notebook", "read", jupyter / "mine.ipynb", jupyter / "answers").returncode == 0
    for exercise in EXERCISES:
        assert (jupyter / "answers" / exercise.file).read_bytes() == exercise.solution.read_bytes()
    done = grade("--answers", jupyter / "mine.ipynb", "--json", "-")
    assert (done.returncode, done.stderr) == (0, "")
    assert {exercise["status"] for exercise in as_json(done).values()} == {"passed"}


def test_cells_import_each_other_and_the_names_are_those_of_the_notebook(kernel: Kernel) -> None:
    assert kernel.run(marked(SEVEN, solution(7)))["error"] == (
        f"ImportError: FlattenConsecutive is not defined yet: run the cell of {FIVE} first"
    )
    for number in (5, 6, 7):
        assert kernel.run(marked(by_number(number).file, solution(number))) == {}
    assert kernel.run("isinstance(Fusion(2, 3).flatten, FlattenConsecutive)")["text/plain"] == "True"
    assert kernel.run("from . import ex05_flatten_consecutive as five\nfive.FlattenConsecutive is FlattenConsecutive")[
        "text/plain"
    ] == ("True")
    assert kernel.run("from .ex05_flatten_consecutive import *\nfrom math import pi") == {}
    assert "No module named" in kernel.run("from .ex99_more import x")["error"]


ABSOLUTE = [
    "from exercises.ex05_flatten_consecutive import FlattenConsecutive",
    "import exercises.ex05_flatten_consecutive as five; FlattenConsecutive = five.FlattenConsecutive",
    "from exercises import ex05_flatten_consecutive as five; FlattenConsecutive = five.FlattenConsecutive",
]


def test_cells_import_each_other_as_files_of_the_checkout_do(kernel: Kernel) -> None:
    for number in (5, 6):
        assert kernel.run(marked(by_number(number).file, solution(number))) == {}
    for line in ABSOLUTE:
        text = solution(7, ("from .ex05_flatten_consecutive import FlattenConsecutive", line))
        assert kernel.run(marked(SEVEN, text)) == {}
        assert "✓ passed  15 of 15" in kernel.run("%grade 7")["text/plain"]
    assert kernel.run("five.FlattenConsecutive is FlattenConsecutive")["text/plain"] == "True"


def test_a_breakpoint_in_a_cell_is_skipped_with_a_note(kernel: Kernel) -> None:
    text = solution(1, ("return group**levels", "breakpoint()\n    return group**levels"))
    kernel.run(marked(ONE, text))
    shown = kernel.run("%grade 1")["text/plain"]
    assert "✓ passed" in shown
    assert "breakpoint() is skipped while grading; to stop there: call your code in a cell" in shown


def test_what_counts_is_the_cell_as_it_was_run_last(kernel: Kernel) -> None:
    wrong = marked(ONE, solution(1, ("return group**levels", "return group * levels")))
    assert "no cell with the line" in kernel.run("%grade 1")["printed"]
    kernel.run(wrong)
    shown = kernel.run("%grade receptive")
    assert "✗ failed" in shown["text/plain"]
    assert "Graded: the cell as run in [3]." in shown["text/plain"]
    assert "<details open" in shown["text/html"]
    kernel.run(marked(ONE, solution(1)))
    assert "✓ passed" in kernel.run("%grade ex01")["text/plain"]
    kernel.run(wrong.replace("group * levels", "group * levels +"))
    broken = kernel.run("%grade 1")
    assert (
        f"{ONE}, line {wrong.split('return group * levels')[0].count(chr(10)) + 1} does not parse"
        in (broken["text/plain"])
    ), "a line of the file is that line of the cell"
    every = kernel.run("%grade")["text/plain"]
    assert "Not run since the kernel started: ex02, ex03," in every
    assert kernel.run("%grade 77")["printed"].startswith("UsageError: there is no exercise '77'")


def test_text_of_an_answer_takes_no_effect_in_the_page(kernel: Kernel) -> None:
    kernel.run(
        marked(ONE, "def receptive_field(levels, group=2):\n    raise ValueError('<script>alert(1)</script>')\n")
    )
    page = kernel.run("%grade 1")["text/html"]
    assert "&lt;script&gt;alert(1)" in page
    assert "<script" not in page


def test_two_cells_with_one_exercise_are_pointed_out(kernel: Kernel) -> None:
    kernel.run(marked(ONE, "x = 1"), "first")
    kernel.run(marked(ONE, solution(1)), "second")
    kernel.run(marked(ONE, solution(1)), "second")
    kernel.run(marked(FIVE, solution(5)), "third")
    assert f"More than one cell contained {ONE}" in kernel.run("%grade 1", "fourth")["text/plain"]
    assert "More than one cell" not in kernel.run("%grade 5", "fifth")["text/plain"]


def test_nothing_of_the_checks_runs_in_the_kernel_and_an_answer_cannot_end_it(kernel: Kernel) -> None:
    kernel.run(marked(ONE, "import os\n\n\ndef receptive_field(levels, group=2):\n    os._exit(3)\n"))
    assert "exited Python (exit status 3)" in kernel.run("%grade 1")["text/plain"]
    assert kernel.run("import sys\n[name for name in ('hypothesis', 'pytest', 'oracles') if name in sys.modules]")[
        "text/plain"
    ] == ("[]")


def test_a_grading_that_is_interrupted_leaves_a_kernel_that_grades_on(kernel: Kernel) -> None:
    kernel.run(marked(ONE, solution(1, LOOPING_ONE)))
    pid = int(kernel.run("import os\nos.getpid()")["text/plain"])

    def interrupt() -> None:
        while len(psutil.Process(pid).children(recursive=True)) < 2:  # the warm worker, and the one that loops
            time.sleep(0.1)
        kernel.manager.interrupt_kernel()

    thread = threading.Thread(target=interrupt)
    thread.start()
    assert kernel.run("%grade 1")["error"].startswith("KeyboardInterrupt")
    thread.join()
    kernel.run(marked(ONE, solution(1)))
    assert "✓ passed" in kernel.run("%grade 1")["text/plain"]


def test_no_process_is_left_when_the_kernel_is_killed(kernel: Kernel) -> None:
    kernel.run(marked(ONE, solution(1)))
    kernel.run("%grade 1")
    pid = int(kernel.run("import os\nos.getpid()")["text/plain"])
    workers = psutil.Process(pid).children(recursive=True)
    assert workers
    psutil.Process(pid).kill()
    gone, alive = psutil.wait_procs(workers, timeout=30)
    assert gone
    assert not alive


def test_a_notebook_without_earlier_exercises_takes_them_from_the_learners_folder(
    copied: Path, jupyter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when there is a notebook for each exercise: answers are taken out of one with `grade notebook read`."""
    monkeypatch.setenv("PYTHONPATH", str(copied))
    (copied / "exercises" / FIVE).write_text(solution(5))
    kernel = Kernel(jupyter)
    try:
        kernel.run("%load_ext grader.notebook")
        assert "BatchNorm1d is not defined yet" in kernel.run(marked(SEVEN, solution(7)))["error"]
        (copied / "exercises" / by_number(6).file).write_text(solution(6))
        assert kernel.run(marked(SEVEN, solution(7))) == {}
        assert kernel.run("Fusion(2, 3).flatten.group")["text/plain"] == "2"
        text = kernel.run("%grade 7")["text/plain"]
        assert "✓ passed  15 of 15" in text
        assert (
            "Taken from exercises/, because their cells have not run: ex05_flatten_consecutive, ex06_batch_norm."
            in text
        )
    finally:
        kernel.close()


def test_a_notebook_of_some_exercises_imports_the_others_from_the_references(tmp_path: Path, jupyter: Path) -> None:
    """Exercise 7 builds on exercise 6, which the notebook does not have and whose file is the stub."""
    assert grade("notebook", "build", tmp_path / "lab.ipynb", "--exercises", "1,5,7,8").returncode == 0
    (load,) = (cell.source for cell in nbformat.read(tmp_path / "lab.ipynb", 4).cells if "%load_ext" in cell.source)
    kernel = Kernel(jupyter)
    try:
        assert kernel.run(load) == {}
        assert "FlattenConsecutive is not defined yet" in kernel.run(marked(SEVEN, solution(7)))["error"]
        for number in (1, 5, 7, 8):
            assert kernel.run(marked(by_number(number).file, solution(number))) == {}
        text = kernel.run("%grade")["text/plain"]
        assert [exercise.short for exercise in EXERCISES if f"{exercise.short}  {exercise.title}" in text] == [
            *("ex01", "ex05", "ex07", "ex08")
        ]
        assert text.count("✓ passed") == 4
        assert "UsageError: there is no exercise" in kernel.run("%exercises ex99")["printed"]
    finally:
        kernel.close()


@pytest.fixture
def no_kata(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """A Python without the kata, in which pip only records what it is told; git works."""
    told: list[list[str]] = []
    real = subprocess.run

    def run(command: list[str], **options: Any) -> Any:
        return real(command, **options) if command[0] == "git" else told.append(command)

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.chdir(tmp_path)
    return told


def test_the_first_cell_installs_the_kata_once(tmp_path: Path, no_kata: list[list[str]]) -> None:
    cell = install_cell(str(tmp_path / "origin"))
    git(folder(tmp_path / "origin", {"grader/__init__.py": ""}), "init", "--quiet")
    git(tmp_path / "origin", "add", "--all")
    git(tmp_path / "origin", "-c", "user.name=a", "-c", "user.email=a@b.org", "commit", "--quiet", "--message=Kata")
    for _ in range(2):
        exec(cell, {})
    kata = tmp_path / "kata"
    assert (kata / "grader" / "__init__.py").exists()
    assert no_kata == [[sys.executable, "-m", "pip", "install", "--quiet", "-e", str(kata)]] * 2
    assert sys.path[0] == str(kata), "the running kernel finds it, too"


def test_the_first_cell_asks_for_an_address_if_it_has_none(no_kata: list[list[str]]) -> None:
    with pytest.raises(SystemExit, match="Put the address of your course's repository between the quotes"):
        exec(install_cell(""), {})
    assert no_kata == []


def test_the_first_cell_does_nothing_if_the_kata_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("it installs"))
    exec(install_cell(""), {})


def install_cell(repository: str) -> str:
    """The first code cell of a notebook, from its text."""
    book = nbformat.reads(notebook.build([by_number(1)], repository), 4)
    return next(cell.source for cell in book.cells if cell.cell_type == "code")


def test_a_copy_of_the_stub_below_the_filled_in_cell_does_not_win() -> None:
    file, stub = by_number(5).file, stubs.stub(by_number(5))
    solution = by_number(5).solution.read_text()
    cells = [notebook_cells.Cell(marked(file, text)) for text in (solution, stub)]
    found = notebook_cells.answers(cells, candidates.is_stub)
    assert found.files[file].strip().endswith(solution.strip())
    assert found.notes == (f"{file}: the edited cell counts, not the untouched copy below it",)
    assert notebook_cells.answers(cells[1:], candidates.is_stub).files[file].strip() == stub.strip()
