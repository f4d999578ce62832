"""Prints what to do next: the list of exercises, hints, what a passed exercise taught, the next exercise."""

import shlex
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.base import paths
from grader.kata import curriculum
from grader.kata.curriculum import Exercise
from grader.learner import state
from grader.learner.hints import Hint
from grader.learner.state import State

TRAINS = set(range(3, 11))  # the exercises that grade train uses
TRAINING = "Train your own tree on real names: grade train; then grade report shows what it has learnt."


def overview(console: Console, remembered: State) -> None:
    """Print all exercises in order, and the next one."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("")
    table.add_column("title")
    table.add_column("points", justify="right")
    table.add_column("minutes", justify="right")
    table.add_column("state")
    going_on = remembered.unfinished()
    for exercise in curriculum.exercises():
        words = remembered.of(exercise)
        style = "green" if words == "passed" else "yellow" if exercise is going_on else ""
        if words == "passed" and exercise.name in remembered.passed:
            words += f" {remembered.passed[exercise.name][:10]}"
        star = " ★" if exercise.core else ""
        points = f"{exercise.points:g}" + (" bonus" if exercise.bonus else "")
        table.add_row(exercise.short, exercise.title + star, points, str(exercise.minutes), words, style=style)
    console.print(table)
    main = [exercise for exercise in curriculum.exercises() if not exercise.bonus]
    core, whole = sum(e.points for e in main if e.core), sum(e.points for e in main)
    console.print(f"\n★ core: {core:g} of the {whole:g} points" if 0 < core < whole else "")
    go_on(console, going_on)


def go_on(console: Console, exercise: Exercise | None) -> None:
    """Print the next exercise."""
    if exercise is None or (exercise.bonus and _all_points_are_there()):
        all_of = "All exercises pass" if exercise is None else "You have all points"
        console.print(f"{all_of}. {TRAINING}" if _can_train() else f"{all_of}.", soft_wrap=True)
    if exercise is None:
        return
    console.print(f"Continue with {exercise.short}: read {paths.shown(exercise.lesson)},", soft_wrap=True)
    console.print(f"  fill in {paths.shown(exercise.stub)}, then: grade {exercise.short}", soft_wrap=True)


def _all_points_are_there() -> bool:
    """Return whether every exercise except bonus ones passes."""
    remembered = state.load()
    return all(remembered.has_passed(exercise) for exercise in curriculum.exercises() if not exercise.bonus)


def _can_train() -> bool:
    """Whether this assignment has all exercises that training needs."""
    return {exercise.number for exercise in curriculum.exercises()} >= TRAINS


def can_now_explain(console: Console, exercise: Exercise) -> None:
    """Print what an exercise that passes for the first time taught, and a question to think about."""
    console.print()
    console.print(Text(f"{exercise.short} passes for the first time. You can now:", "bold green"))
    for objective in exercise.objectives:
        console.print(f"  - {objective[:1].lower()}{objective[1:]}", markup=False)
    console.print(Text.assemble(("A question: ", "bold"), exercise.question))
    console.print(f"  the lesson answers it: {paths.shown(exercise.lesson)}", soft_wrap=True, markup=False)
    console.print(f"  how the solution is written: grade compare {exercise.short}")
    console.print()


def hints(console: Console, exercise: Exercise, shown: Sequence[Hint]) -> None:
    """Print hints, and how many are left."""
    for hint in shown:
        console.print(Text(f"{exercise.short}, hint {hint.number} of {hint.count}", "bold"))
        console.print(hint.text, markup=False)
        console.print()
    more = shown[-1].count - shown[-1].number
    if more:
        console.print(f"{more} more: grade hint {exercise.short}", style="dim")
    else:
        lesson = paths.shown(exercise.lesson)
        console.print(f"That was the last one. The lesson: {lesson}", style="dim", soft_wrap=True)
    console.print(f"To try your own code: {own_code(exercise)}", style="dim", soft_wrap=True)


def own_code(exercise: Exercise) -> str:
    """Return the command that runs a learner's file interactively."""
    return f"{paths.command('python')} -i {shlex.quote(paths.shown(exercise.stub))}"
