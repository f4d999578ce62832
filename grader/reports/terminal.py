"""Prints a run for the learner: one line per exercise, what is wrong, and the next step."""

import functools
import re
import shlex
import textwrap
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.base import paths
from grader.base.results import Cause, CheckResult, ExerciseResult, RunResult
from grader.kata import curriculum
from grader.kata.assignment import Assignment
from grader.reports import explanation, layout
from grader.reports.explanation import SIGNS

STYLES = {
    "passed": "green",
    "failed": "red",
    "error": "red",
    "timeout": "red",
    "blocked": "yellow",
    "not_started": "dim",
}
WIDEST_TEXT = 100  # maximum columns of a sentence, for readability
SIDE_BY_SIDE = 36  # minimum columns per text for showing two side by side
MOST_OTHERS = 3  # failing rules in addition to the explained one
OTHER_LINES = 6  # of a report of one exercise: its head, the count of other rules, what to do next, the prompt
MOST_ROWS_OF_VALUES = 2  # of a tensor, if the screen is small
# What an explanation leaves out if it does not fit the screen, the least helpful part first.
CUTS = ("names", "values", "layout", "blank", "why", "title", "rule", "tensors")
_MARK = re.compile(r"»([^«\n]*)«")


def report(console: Console, run: RunResult, *, verbose: bool = False) -> None:
    """Print a whole run, and what to do next."""
    tight = found(console, run, verbose=verbose)
    _next_step(console, run, tight=tight)


def found(console: Console, run: RunResult, *, verbose: bool = False, command: str = "grade") -> bool:
    """Print what a run found: an overview, then what is wrong, with the most important part last on the screen.

    Args:
        console: where to.
        run: the result.
        verbose: every check, and every failing one in full; else one of each exercise.
        command: what the learner types to grade.

    Returns:
        Whether blank lines had to be left out for the last exercise to fit the screen.
    """
    answers = _of_these(run) if command == "grade" else ""  # in a notebook there is only one place
    unfinished = [result for result in run.exercises if verbose or result.status not in ("passed", "not_started")]
    if len(run.exercises) > 1 or not unfinished:
        overview(console, run)
    tight = False
    for result in unfinished:
        if len(run.exercises) > 1:
            console.print()
        tight = _exercise(console, result, verbose, f"{command} {result.name[:4]}{answers} --verbose")
    if len(run.exercises) == 1 and unfinished:
        sandbox(console, run.layers)
    return tight


def overview(console: Console, run: RunResult) -> None:
    """Print one line per exercise, and the points."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for justify in ("left", "left", "left", "right", "left"):
        table.add_column(justify=justify, no_wrap=justify != "left")
    for result in run.exercises:
        stands = {name[:4] for check in result.checks if check.points for name in check.stands_on}
        note = f"graded with the reference for {', '.join(sorted(stands))}" if stands else ""
        points = f"{result.points:g} of {result.max_points:g}"
        table.add_row(result.name[:4], result.title, _state(result), points, Text(note, "yellow"))
    console.print(table)
    main, bonus = f"{run.points:g} of {run.max_points:g} points", f"{run.bonus:g} of {run.max_bonus:g} bonus points"
    console.print(Text(f"\n{main if run.max_points else bonus}", "bold"), end="")
    console.print(f"  (and {run.bonus:g} bonus)" if run.bonus and run.max_points else "", f" in {run.seconds:.1f} s")
    sandbox(console, run.layers)


def _state(result: ExerciseResult) -> Text:
    """Return an exercise's state with its sign."""
    begun = explanation.state(result) == "begun"  # and nothing is wrong
    status = "not_started" if begun else "blocked" if explanation.errors_left(result) else result.status
    sign = SIGNS["not_started" if begun else status]
    return Text(f"{sign} {explanation.state(result)}", STYLES[status])


def _next_step(console: Console, run: RunResult, *, tight: bool) -> None:
    waiting = [result for result in run.exercises if result.status != "passed"]
    if not waiting:
        console.print(Text("Everything that was graded passes.", "green"))
        return
    started = [result for result in waiting if result.status not in ("not_started", "blocked")]
    result = (started or waiting)[0]
    exercise = next(exercise for exercise in curriculum.exercises() if exercise.name == result.name)
    in_one_file = run.answers.lower().endswith((".ipynb", ".zip"))
    path = f"{exercise.file} in {run.answers}" if in_one_file else f"{run.answers}/{exercise.file}"
    if not tight:
        console.print()
    if result.status == "not_started":
        _line(console, f"Next: read {paths.shown(exercise.lesson)}")
        if not in_one_file and not Path(run.answers, exercise.file).exists():
            _line(console, f"      then write {path} (there is no such file yet)")
        else:
            _line(console, f"      then replace NotImplementedError in {path}")
    else:
        _line(console, f"Next: {path}{_line_number(result)}")
    _line(console, f"      a hint: grade hint {exercise.short}    again: grade {exercise.short}{_of_these(run)}")


def _of_these(run: RunResult) -> str:
    """Return the options that a command needs to grade these answers instead of those in exercises/."""
    own = run.answers == paths.checkout().exercises.name or Path(run.answers).absolute() == paths.checkout().exercises
    return "" if own else f" --answers {shlex.quote(run.answers)}"


def _exercise(console: Console, result: ExerciseResult, verbose: bool, in_full: str) -> bool:
    """Print an exercise; return whether blank lines had to be left out."""
    console.print(_head(result, console.width), soft_wrap=True)
    wrong = explanation.wrong(result)
    if result.problem is not None:
        failing = next(check for check in result.checks if check.finding.status in ("error", "timeout"))
        _line(console, f"  {SIGNS['error']} {result.problem}", style="red")
        _code(console, failing.finding.traceback)
        _cause(console, failing.cause)
        return False
    if verbose:
        for check in result.checks:
            _rule(console, check)
            if check in wrong:
                _explanation(console, check)
            else:
                _printed_by_the_answer(console, check)
        return False
    others_work = _with_references(result)
    for line in others_work:
        _line(console, line, "yellow")
    waiting = sum(check.finding.status == "not_started" for check in result.checks)
    room = console.height - OTHER_LINES - len(others_work) - bool(waiting)
    cuts, rows = _fitting(console, wrong[0], room) if wrong else (0, 0)
    room = room - rows if console.is_terminal else MOST_OTHERS
    others = wrong[1:]
    shown = others[: max(0, min(MOST_OTHERS, room))]
    for check in shown:
        _short_rule(console, check)
    if hidden := len(others) - len(shown):
        rules = f"{hidden} {'more' if shown else 'other'} {'rule fails' if hidden == 1 else 'rules fail'}"
        _line(console, f"  {SIGNS['failed']} {rules}{'; in full' * bool(cuts)}: {in_full}", style="red")
    elif cuts:
        _line(console, f"  shortened; in full: {in_full}", style="dim")
    if waiting:
        _line(console, f"  {SIGNS['not_started']} {waiting} more: not written yet", style="dim")
    if wrong:
        _first(console, wrong[0], CUTS[:cuts])
    return "blank" in CUTS[:cuts]


def _head(result: ExerciseResult, width: int) -> Text:
    """Return the first line of a report; a title that is too long for it ends in `...`."""
    state, points = _state(result), f"  {result.points:g} of {result.max_points:g} points"
    room = width - len(f"{result.name[:4]}    {state.plain}{points}")
    head = Text(f"{result.name[:4]}  {textwrap.shorten(result.title, max(room, 10), placeholder=' ...')}  ", "bold")
    return head.append_text(state).append(points, "not bold")


def _fitting(console: Console, result: CheckResult, room: int) -> tuple[int, int]:
    """Return how many of the CUTS an explanation needs to fit so many rows of a terminal, and the rows it takes."""
    for cuts in range(len(CUTS) + 1):
        text = _printed(console, functools.partial(_first, console, result, CUTS[:cuts]))
        rows = sum(max(1, -(-cell_len(line) // console.width)) for line in text.splitlines())
        if rows <= room + ("blank" in CUTS[:cuts]) or not console.is_terminal:
            break
    return cuts, rows


def _with_references(result: ExerciseResult) -> list[str]:
    """Say how many rules pass thanks to references for other exercises."""
    counts = Counter(check.stands_on for check in result.checks if check.finding.status == "passed")
    return [
        f"  {SIGNS['passed']} {count} {'rule passes' if count == 1 else 'rules pass'} "
        f"with the reference in place of {_short(references)}"
        for references, count in counts.items()
        if references
    ]


def _short(names: Sequence[str]) -> str:
    return ", ".join(name[:4] for name in names)


def _printed(console: Console, show: Callable[[], None]) -> str:
    """Return what a function prints as text."""
    with console.capture() as captured:
        show()
    return captured.get()


def _first(console: Console, result: CheckResult, cuts: Sequence[str]) -> None:
    if "blank" not in cuts:
        console.print()
    _rule(console, result, rows=1 if "rule" in cuts else None)
    _explanation(console, result, cuts)


def _told(result: CheckResult) -> str:
    """Return the rule of a check with its state and points."""
    status = result.finding.status
    state = "" if status in ("passed", "failed") else f"{status.replace('_', ' ')}, "
    return f"{result.check.rule} ({state}{result.points:g} of {result.check.points:g})"


def _rule(console: Console, result: CheckResult, rows: int | None = None) -> None:
    """Print a rule with its state and points, shortened to so many rows."""
    status = result.finding.status
    width = max(console.width - 6, 20)
    lines = textwrap.wrap(_told(result), width, max_lines=rows, placeholder=" ...")
    console.print(Text(f"  {SIGNS[status]} " + "\n    ".join(lines), STYLES[status]))
    if result.stands_on:
        verb = "passes" if status == "passed" else "was tried"
        _line(console, f"    {verb} with the reference in place of {_short(result.stands_on)}", style="yellow")


def _short_rule(console: Console, result: CheckResult) -> None:
    """Print a rule on one line."""
    status = result.finding.status
    line = textwrap.shorten(result.check.rule, max(console.width - 6, 20), placeholder=" ...")
    console.print(Text(f"  {SIGNS[status]} {line}", STYLES[status]))


def _explanation(console: Console, result: CheckResult, cuts: Sequence[str] = ()) -> None:
    found = explanation.explanation(result)
    if found.example:
        if "title" not in cuts:
            _line(console, f"    {found.calls}:")
        _code(console, found.example)
    told = "tensors" in cuts and found.difference and (found.expected or "").startswith("shape ")
    if found.expected is not None and found.got is not None and not told:
        texts = (found.expected, found.got)
        _compare(console, *(map(_around_the_mark, texts) if "values" in cuts else texts))
        if "layout" not in cuts and (blocks := layout.of_finding(found)):
            console.print(Padding(Text("\n").join(layout.drawn(blocks)), (0, 0, 0, 4)), soft_wrap=True)
    if found.difference:
        _line(console, f"    {found.difference}", style="bold")
    _code(console, _last_line(found.code) if "names" in cuts else found.code)
    _printed_by_the_answer(console, result)
    _cause(console, found.cause, why="why" not in cuts)


def _around_the_mark(text: str) -> str:
    """Shorten the text of a tensor to its first line and the row with the mark, if that saves rows."""
    head, *rows = text.splitlines()
    if len(rows) <= MOST_ROWS_OF_VALUES:
        return text
    marked = next((row for row in rows if "»" in row), rows[0])
    return f"{head}\n{marked}\n... {len(rows) - 1} more rows"


def _last_line(code: str | None) -> str | None:
    """Shorten the learner's lines to the innermost, without the values of its names."""
    places = list(re.finditer(r"^\S.*, line \d+, in .*\n {4}.*", code or "", re.MULTILINE))
    return places[-1][0] if places else code


def _printed_by_the_answer(console: Console, result: CheckResult) -> None:
    if printed := explanation.printed(result):
        _line(console, "    It printed (only the end is shown):")
        _code(console, printed)


def _cause(console: Console, cause: Cause | None, *, why: bool = True) -> None:
    """Print the known mistake that behaves like the answer; `why`: and why it looks right."""
    if cause is None:
        return
    for name, text in (
        ("Likely cause", f"{cause.says} ({cause.name})"),
        *([("Why it looks right", cause.looks_right)] if why else []),
        ("To try", cause.advice),
    ):
        lines = textwrap.wrap(f"{name}: {text}", max(min(console.width, WIDEST_TEXT) - 4, 20), break_on_hyphens=False)
        prose = Text("    " + "\n    ".join(lines))
        prose.stylize("bold", 4, 5 + len(name))
        console.print(prose)


def _compare(console: Console, expected: str, got: str) -> None:
    """Print expected and actual values, side by side if the terminal is wide enough."""
    room = (console.width - 8) // 2
    widest = max(len(line) for line in (*expected.splitlines(), *got.splitlines(), ""))
    wide = room >= SIDE_BY_SIDE and widest + 2 <= room
    table = Table(box=None, show_header=wide, header_style="", pad_edge=False, padding=(0, 4, 0, 0))
    if wide:
        table.add_column("Expected:")
        table.add_column("Got:")
        table.add_row(_marked(f"  {_indent(expected)}", "green"), _marked(f"  {_indent(got)}", "red"))
        console.print(Padding(table, (0, 0, 0, 4)))
        return
    for name, text, style in (("Expected: ", expected, "green"), ("Got:      ", got, "red")):
        console.print(Text(f"    {name}").append_text(_marked(_indent(text, 6), style)), soft_wrap=True)


def _marked(text: str, style: str) -> Text:
    marked = Text(text)
    marked.highlight_regex(_MARK, f"bold {style}")
    return marked


def _indent(text: str, width: int = 2) -> str:
    return text.replace("\n", "\n" + " " * width)


def _code(console: Console, text: str | None) -> None:
    """Print lines that can be pasted, without wrapping them."""
    if text:
        console.print(Text(f"      {_indent(text, 6)}", "cyan"), soft_wrap=True)


def _line(console: Console, text: str, style: str = "") -> None:
    """Print a line: wrapped at its own indentation on a terminal, whole in a pipe."""
    if console.is_terminal:
        plain = text.lstrip(" ")
        console.print(Padding(Text(plain, style), (0, 0, 0, len(text) - len(plain)), expand=False))
    else:
        console.print(Text(text, style), soft_wrap=True)


def _line_number(result: ExerciseResult) -> str:
    """Return `, line 31` if the explained check points to a line of this file."""
    explained = explanation.wrong(result)
    file, _, line = ((explained and explained[0].finding.where) or "").partition(":")
    return f", line {line}" if line and file == f"{result.name}.py" else ""


def sandbox(console: Console, layers: dict[str, str] | None) -> None:
    """Print the sandbox layers, each "on" or "unavailable: why"."""
    if layers is not None:
        _line(console, f"sandbox: {', '.join(f'{name} {state}' for name, state in layers.items())}", style="dim")


def claim(console: Console, says: str, problems: Sequence[str]) -> None:
    """Print a claim about the kata, and the places where it is false."""
    sign, style = (SIGNS["failed"], STYLES["failed"]) if problems else (SIGNS["passed"], STYLES["passed"])
    console.print(Text.assemble((sign, style), f" {says}"), soft_wrap=True)
    for problem in problems:
        console.print(Text(f"    {problem}"), soft_wrap=True)


def headline(console: Console, assignment: Assignment | None) -> None:
    """Print the title and due date of the assignment, if there is one."""
    if assignment is not None and assignment.headline:
        _line(console, f"{assignment.headline}\n", style="bold")


def problems(console: Console, lines: Sequence[str]) -> None:
    """Print notes about the environment or the folder, before a report."""
    for line in lines:
        _line(console, f"note: {line}", style="yellow")


def lines(console: Console, lines: Sequence[str]) -> None:
    """Print lines after a run."""
    for line in lines:
        _line(console, line)
