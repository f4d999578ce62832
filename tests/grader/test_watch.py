"""`grade watch` in a real terminal: what a save brings, what the keys do, and the troubles that it survives."""

import json
import mmap
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pyte
import pytest
from conftest import by_number, copy_of_the_checkout, grade
from terminals import GRADE, Terminal

from grader.kata import curriculum, stubs

FIVE, SEVEN = by_number(5), by_number(7)
RIGHT = FIVE.solution.read_text()
WRONG = RIGHT.replace("joined.squeeze(1)", "joined.squeeze()")
_FIRST = "        batch, time, channels = x.shape\n"
LOOPING = RIGHT.replace(_FIRST, "        while True: pass\n")
SLOW = RIGHT.replace(_FIRST, f"        import time as clock; clock.sleep(0.05)\n{_FIRST}")
assert len({RIGHT, WRONG, LOOPING, SLOW}) == 4
KEYS = "q quit"  # the last line of a screen: nothing more comes


class Watched:
    """A checkout that `grade watch` watches, in a terminal."""

    def __init__(self, folder: Path, **options: object) -> None:
        self.folder = folder
        self.five, self.seven = (folder / "exercises" / exercise.file for exercise in (FIVE, SEVEN))
        self.terminal = Terminal([*GRADE, "watch"], cwd=folder, **options)
        self.terminal.wait_for(KEYS)

    def save(self, text: str, path: Path | None = None) -> None:
        self.terminal.forget()
        (path or self.five).write_text(text)

    def verdict(self, *texts: str) -> str:
        return self.terminal.wait_for(*texts, KEYS)

    def passes(self) -> str:
        return self.verdict("ex05", "15 of 15 points")

    def worker(self) -> psutil.Process:
        """The process that the checks run in."""
        (found,) = psutil.Process(self.terminal.process.pid).children()
        return found


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """One `grade watch` for the tests that begin with a save of their own."""
    watched = Watched(copy_of_the_checkout(tmp_path_factory.mktemp("checkout")))
    yield watched
    watched.terminal.close()


@pytest.fixture
def watched(copied: Path) -> Iterator[Watched]:
    """A `grade watch` of its own, which has seen nothing but stubs."""
    watched = Watched(copied)
    yield watched
    watched.terminal.close()


@pytest.mark.prove
def test_it_walks_from_exercise_to_exercise_and_says_what_each_was_good_for(watched: Watched) -> None:
    one, two = by_number(1), by_number(2)
    assert "ex01  How far a tree sees" in watched.terminal.screen()
    watched.save(one.solution.read_text(), watched.folder / "exercises" / one.file)
    screen = watched.verdict("10 of 10 points", "ex01 passes for the first time")
    assert f"{one.objectives[0][1:]}" in " ".join(screen.split())
    assert f"A question: {one.question}" in screen
    assert "grade compare ex01" in screen
    assert f"Continue with {two.short}: read exercises/{two.name}.md" in screen
    watched.save(one.solution.read_text() + "\n", watched.folder / "exercises" / one.file)
    assert "for the first time" not in watched.verdict("10 of 10 points")
    watched.terminal.forget()
    watched.terminal.type("h")
    watched.verdict("ex02, hint 1 of")
    watched.terminal.forget()
    watched.terminal.type("n")
    watched.verdict("ex02  One fusion", "not started")
    listed = grade("list", checkout_copy=watched.folder).stdout
    assert "passed 20" in listed
    assert "Continue with ex02" in listed


@pytest.mark.prove
def test_what_builds_on_a_saved_exercise_is_graded_after_it(shared: Watched) -> None:
    shared.save(SEVEN.solution.read_text(), shared.seven)
    shared.verdict("ex07", "graded with the reference for")
    shared.save(WRONG)
    screen = shared.verdict(
        "squeeze-drops-the-batch", "Exercises that build on it", "ex07", "graded with the reference for ex05"
    )
    assert "ex08" not in screen, "a stub is not graded again"
    shared.save(stubs.stub(SEVEN), shared.seven)
    shared.verdict("ex07", "not started")


@pytest.mark.prove
def test_keys_show_hints_the_list_and_the_next_exercise_and_quit(watched: Watched) -> None:
    terminal = watched.terminal
    assert not terminal.echoes()
    for number in (1, 2):
        terminal.forget()
        terminal.type("h")
        watched.verdict(f"ex01, hint {number} of {len(by_number(1).hints)}")
    terminal.forget()
    terminal.type("\x1b[Al")  # an arrow key is no key of ours, nor is what it is made of
    screen = watched.verdict("core: 70 of the 100 points")
    assert all(exercise.title in screen for exercise in curriculum.exercises())
    terminal.forget()
    terminal.type("n")
    watched.verdict("ex02  One fusion", "not started")
    terminal.type("q")
    assert terminal.process.wait(10) == 0
    assert terminal.echoes()


@pytest.mark.sampled("Ctrl-C")
@pytest.mark.parametrize("how", ["Ctrl-C", "SIGTERM"])
def test_however_it_is_ended_it_leaves_no_process_and_no_changed_terminal(watched: Watched, how: str) -> None:
    worker = watched.worker()
    if how == "Ctrl-C":
        watched.terminal.type("\x03")
    else:
        watched.terminal.process.terminate()
    assert watched.terminal.process.wait(10) == (130 if how == "Ctrl-C" else 128 + signal.SIGTERM)
    assert watched.terminal.echoes()
    worker.wait(10)
    assert "Traceback" not in watched.terminal.everything()


@pytest.mark.prove
def test_of_ten_saves_in_a_second_the_last_one_has_the_verdict(shared: Watched) -> None:
    for number in range(9):
        shared.save((WRONG if number % 2 else RIGHT) + f"# {number}\n")
        time.sleep(0.1)
    shared.save(RIGHT)
    shared.passes()
    time.sleep(1.5)  # what an earlier save was still about would have come by now
    assert "15 of 15 points" in shared.terminal.screen()
    assert "✗" not in shared.terminal.screen()


def test_a_verdict_of_an_earlier_save_leaves_the_screen_at_once(shared: Watched) -> None:
    shared.save(RIGHT)
    shared.passes()
    shared.save(LOOPING)
    shared.terminal.wait_for("grading ex05: ")
    assert "of 15 points" not in shared.terminal.screen()
    shared.save(RIGHT)
    shared.passes()


def test_an_answer_that_loops_is_ended_by_the_next_save(shared: Watched) -> None:
    shared.save(LOOPING)
    shared.terminal.wait_for("grading ex05: ")
    (looping,) = shared.worker().children()
    shared.save(RIGHT)
    shared.passes()
    looping.wait(5)
    assert shared.worker().children() == []


@pytest.mark.prove
def test_an_answer_that_loops_has_a_verdict_when_its_time_is_over(shared: Watched) -> None:
    shared.save(LOOPING)
    shared.verdict("(timeout, 0 of ", "timed out after ", "while True: pass")


def test_a_syntax_error_is_told_with_its_line_and_goes_when_it_is_mended(shared: Watched) -> None:
    shared.save(RIGHT.replace("self.group = group", "self.group = = group"))
    shared.verdict("does not parse: invalid syntax", "self.group = = group")
    shared.save(RIGHT)
    shared.passes()


def test_editors_that_replace_the_file_are_noticed(shared: Watched) -> None:
    shared.save(WRONG)
    shared.verdict("squeeze-drops-the-batch")
    shared.terminal.forget()
    beside = shared.five.with_name(".ex05.swp")
    beside.write_text(RIGHT)
    beside.replace(shared.five)  # a new file in the old one's place
    shared.passes()
    shared.terminal.forget()
    kept = shared.five.with_name(f"{FIVE.file}~")
    shared.five.rename(kept)  # the old one becomes a backup, and a new one is written
    shared.five.write_text(WRONG)
    shared.verdict("squeeze-drops-the-batch")
    kept.unlink()


def test_a_deleted_and_a_renamed_file_are_told_and_waited_for(shared: Watched) -> None:
    shared.save(RIGHT)
    shared.passes()
    shared.terminal.forget()
    shared.five.unlink()
    shared.verdict("ex05", "there is no such file yet")
    shared.save(RIGHT)
    shared.passes()
    shared.terminal.forget()
    renamed = shared.five.rename(shared.five.with_name("ex05_mine.py"))
    shared.verdict(f"ex05_mine.py does not count: the file must be called {FIVE.file}")
    shared.terminal.forget()
    renamed.rename(shared.five)
    shared.passes()


@pytest.mark.prove
def test_a_folder_that_was_moved_away_is_waited_for(shared: Watched) -> None:
    shared.save(RIGHT)
    shared.passes()
    folder = shared.folder / "exercises"
    for back in ("the same", "a copy"):
        shared.terminal.forget()
        away = folder.rename(shared.folder / "elsewhere")
        shared.terminal.wait_for("the folder exercises is gone; waiting until it is back")
        shared.terminal.forget()
        if back == "the same":
            away.rename(folder)
        else:
            shutil.copytree(away, folder)
            shutil.rmtree(away)
        shared.verdict("ex06", "not started")  # where it had gone on to
        shared.save(WRONG)
        shared.verdict("squeeze-drops-the-batch")
        shared.save(RIGHT)
        shared.passes()


def test_a_resized_terminal_is_drawn_anew(shared: Watched) -> None:
    shared.save(WRONG)
    shared.verdict("squeeze-drops-the-batch")
    shared.terminal.forget()
    shared.terminal.resize(30, 60)
    screen = shared.verdict("squeeze-drops-the-batch")
    assert max(len(line) for line in screen.splitlines()) <= 60
    shared.terminal.forget()
    shared.terminal.resize(50, 100)
    shared.verdict("squeeze-drops-the-batch")


def test_on_24_lines_of_80_characters_the_explanation_is_what_one_sees(shared: Watched) -> None:
    shared.terminal.resize(24, 80)
    shared.save(RIGHT)
    shared.passes()
    shared.save(WRONG)
    shared.verdict("squeeze-drops-the-batch")
    screen = pyte.Screen(80, 24)
    pyte.Stream(screen).feed(shared.terminal.raw[shared.terminal.forgotten :])
    shown = "\n".join(screen.display)
    for part in ("The smallest call that shows it:", "Expected:", "Likely cause:", "To try:", "Next: exercises/", KEYS):
        assert part in shown, shown
    shared.terminal.forget()
    shared.terminal.resize(50, 100)
    shared.verdict("squeeze-drops-the-batch")


@pytest.mark.prove
def test_a_worker_that_was_killed_is_replaced(shared: Watched) -> None:
    shared.worker().kill()
    shared.save(RIGHT)
    shared.verdict("15 of 15 points", "the process that runs the checks had ended; a new one was started")
    shared.save(WRONG)
    assert "had ended" not in shared.verdict("squeeze-drops-the-batch")


@pytest.mark.prove
def test_suspended_and_resumed_by_a_shell_it_goes_on(copied: Path) -> None:
    terminal = Terminal(["bash", "--norc", "--noediting", "-i"], cwd=copied, env={"PS1": "shell> "})
    five = copied / "exercises" / FIVE.file
    try:
        terminal.wait_for("shell> ")
        terminal.type(f"{' '.join(GRADE)} watch\n")
        terminal.wait_for(KEYS)
        five.write_text(LOOPING)
        terminal.wait_for("grading ex05: ")
        terminal.forget()
        terminal.type("\x1a")
        terminal.wait_for("Stopped", "shell> ")
        assert terminal.echoes(), "the shell has its terminal back"
        (stopped,) = psutil.Process(terminal.process.pid).children()
        assert stopped.status() == psutil.STATUS_STOPPED
        five.write_text(WRONG)
        terminal.forget()
        terminal.type("fg\n")
        terminal.wait_for("squeeze-drops-the-batch", KEYS)
        assert not terminal.echoes()
        terminal.type("q")
        terminal.wait_for("shell> ")
        assert terminal.echoes()
    finally:
        terminal.close()


@pytest.mark.prove
def test_stopped_by_force_it_grades_again_what_stood_still(watched: Watched) -> None:
    watched.save(SLOW)
    watched.terminal.wait_for("grading ex05: ")
    os.kill(watched.terminal.process.pid, signal.SIGSTOP)
    time.sleep(11)  # longer than a check may take
    os.kill(watched.terminal.process.pid, signal.SIGCONT)
    assert "timed out after" not in watched.passes()


@pytest.mark.sampled("closed")
@pytest.mark.parametrize("stdin", ["</dev/null", "<&-"], ids=["empty", "closed"])
def test_into_a_pipe_it_writes_plain_verdicts_one_after_the_other(copied: Path, stdin: str) -> None:
    process = subprocess.Popen(
        ["bash", "-c", f"exec {shlex.join(GRADE)} watch {stdin}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=copied,
        env=os.environ | {"PYTHONPATH": str(copied), "COLUMNS": "100"},
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        until(process, "0 of 10 points")
        (copied / "exercises" / FIVE.file).write_text(RIGHT)
        lines = until(process, "Continue with ex06")
        assert any("15 of 15 points" in line for line in lines)
        assert not any("\x1b" in line or KEYS in line for line in lines)
        os.killpg(process.pid, signal.SIGINT)
        rest, _ = process.communicate(timeout=20)
        assert process.returncode == 130
        assert "Traceback" not in rest
    finally:
        process.kill()
        process.communicate()


def until(process: "subprocess.Popen[str]", text: str) -> list[str]:
    """Read lines up to one that holds a text."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if text in line:
            return lines
    raise AssertionError(f"{text!r} did not come:\n{''.join(lines)}")


@pytest.mark.prove
def test_where_a_change_sends_no_event_it_is_seen_and_told_and_the_next_one_is_polled_for(watched: Watched) -> None:
    watched.save(RIGHT)
    watched.passes()
    for old, new in (("squeeze(1)", "squeeze( )"), ("squeeze( )", "squeeze(1)")):
        watched.terminal.forget()
        with watched.five.open("r+b") as file, mmap.mmap(file.fileno(), 0) as memory:  # inotify does not see these
            place = memory.find(old.encode())
            memory[place : place + len(old)] = new.encode()
            memory.flush()
            watched.verdict("15 of 15 points" if new == "squeeze(1)" else "squeeze-drops-the-batch")
            screen = watched.terminal.wait_for("the system did not report", KEYS)
        polled = "the system did not report a saved file: every 0.2 s the files are checked instead"
        assert polled in " ".join(screen.split())


@pytest.mark.prove
def test_where_the_system_has_no_watches_left_it_says_so_and_polls(copied: Path) -> None:
    limited = "echo 0 > /proc/sys/user/max_inotify_instances && exec "
    allowed = subprocess.run(["unshare", "-Ur", "sh", "-c", f"{limited} true"], capture_output=True, check=False)
    if allowed.returncode != 0:
        pytest.skip(f"a limit of inotify needs a user namespace: {allowed.stderr.decode().strip()}")
    terminal = Terminal(["unshare", "-Ur", "sh", "-c", f"{limited} {' '.join(GRADE)} watch"], cwd=copied)
    try:
        terminal.wait_for("the system does not report saved files", "every 0.2 s the files", KEYS)
        (copied / "exercises" / FIVE.file).write_text(RIGHT)
        terminal.wait_for("15 of 15 points", "the system does not report saved files", KEYS)
        terminal.type("q")
        assert terminal.process.wait(10) == 0
    finally:
        terminal.close()


@pytest.mark.prove
def test_where_processes_cannot_fork_it_spawns_and_says_that_it_is_slower(copied: Path) -> None:
    script = """
from grader.learner.watching.watch import Key, Verdict, Watch
watch = Watch(fork=False)
for happening in watch.happenings():
    print(type(happening).__name__, getattr(happening, "line", ""), flush=True)
    if isinstance(happening, Verdict):
        print(happening.result.points, flush=True)
        watch.tell(Key("q"))
watch.close()
"""
    shutil.copy(by_number(1).solution, copied / "exercises")
    done = subprocess.run(
        [sys.executable, "-P", "-c", script],
        capture_output=True,
        text=True,
        cwd=copied,
        env=os.environ | {"PYTHONPATH": str(copied)},
        timeout=120,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert lines[0] == "Note this system cannot fork: every save starts a new process, which takes a few seconds"
    assert lines[-2:] == ["10.0", "Quit "], done.stdout + done.stderr


def test_without_torch_it_ends_with_one_line(copied: Path, tmp_path: Path) -> None:
    (copied / "torch.py").write_text("raise ImportError('it is broken')\n")
    done = subprocess.run(
        [*GRADE, "watch"],
        capture_output=True,
        text=True,
        cwd=copied,
        env=os.environ | {"PYTHONPATH": str(copied)},
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == (
        "grade: the checks cannot run here: ImportError: it is broken; "
        "Python may import torch.py instead of a library with that name: rename it, then try again\n"
    )


@pytest.mark.prove
def test_what_it_found_is_remembered(shared: Watched) -> None:
    shared.save(RIGHT)
    shared.passes()
    state = json.loads((shared.folder / ".grade" / "state.json").read_text())
    assert state["results"][FIVE.name]["status"] == "passed"
    assert FIVE.name in state["passed"]
