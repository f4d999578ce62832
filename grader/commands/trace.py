"""`grade trace`."""

from typing import TYPE_CHECKING, Any

import click

from grader.base import paths
from grader.base.errors import UsageError
from grader.commands import typed_input
from grader.reports.console import open_console

if TYPE_CHECKING:
    from grader.learner.worksheets.fusion import FusionSheet
    from grader.learner.worksheets.tree import TreeSheet
    from grader.learner.worksheets.worksheet import Question, Worksheet


@click.command("trace")
@click.argument("sheet", type=click.Choice(["fusion", "depth", "tree"]), default="fusion")
@click.option("--seed", type=click.IntRange(0), metavar="N", help="Use a different worksheet.")
@click.option("--print", "on_paper", is_flag=True, help="Print the worksheet to fill in on paper.")
@click.option("--answers", is_flag=True, help="With --print: the answers on a second page.")
def command(sheet: str, seed: int | None, on_paper: bool, answers: bool) -> int:
    """Work through a sheet by hand, with numbers made for you: `fusion`, `depth` for a context, or a whole `tree`.

    Each answer is checked, and mistakes are explained. The tree computes the parity of eight bits in three levels.
    Afterwards your exercise 2 does the same fusion, and your exercise 8 the same tree.

    \b
    Examples:
      grade trace
      grade trace depth
      grade trace tree
      grade trace --print --answers | lp
    """
    from grader.learner.worksheets import sheet_text as paper
    from grader.learner.worksheets.depth import depth_sheet
    from grader.learner.worksheets.fusion import fusion_sheet
    from grader.learner.worksheets.own_seed import own_seed
    from grader.learner.worksheets.tree import tree_sheet

    if answers and not on_paper:
        raise UsageError("--answers requires --print; while you answer, type `show`")
    seed = own_seed() if seed is None else seed
    fusion = fusion_sheet(seed) if sheet == "fusion" else None
    tree = tree_sheet(seed) if sheet == "tree" else None
    by_hand = fusion or tree
    chosen = by_hand.worksheet if by_hand else depth_sheet(seed)
    if on_paper:
        pages = [paper.page(chosen, seed), *([paper.answers_page(chosen, seed)] if answers else [])]
        click.echo(paper.PAGE_BREAK.join(pages), nl=False)
        return 0
    console = open_console()
    console.print(f"[bold]{chosen.title}[/bold]   (sheet {seed}; --seed gives another one)\n")
    console.print(chosen.given, markup=False)
    console.print("\n`show` shows the solution of a question, `quit` stops.", style="dim")
    if not _work_through(console, chosen):
        console.print(f"Stopped. The same sheet again: grade trace {sheet} --seed {seed}", style="dim")
        return 0
    from grader.learner.worksheets import own_fusion, own_tree  # the process code; the sheet should appear at once

    return _compare_with_own(console, own_tree if tree else own_fusion, by_hand) if by_hand else 0


def _work_through(console: Any, sheet: "Worksheet") -> bool:
    """Ask all questions; return whether all were answered."""
    step, first_try = None, 0
    for question in sheet.questions:
        if question.step != step:
            console.print(f"\n{question.step}" if question.step else "", markup=False)
            step = question.step
        tries = _ask(console, question)
        if tries is None:
            return False
        first_try += tries == 1
    console.print(f"\n{first_try} of {len(sheet.questions)} right at the first try.")
    return True


def _ask(console: Any, question: "Question") -> int | None:
    """Ask until the answer is right; return the tries, 0 if it was shown, None if the learner quits."""
    from grader.learner.worksheets.worksheet import read_numbers

    tries = 0
    while True:
        if (answer := typed_input.answer(console, question.asks)) is None:
            return None
        if answer.lower() in ("show", "s"):
            console.print(f"  {question.working}", markup=False)
            return 0
        try:
            numbers = read_numbers(answer)
        except ValueError as error:
            console.print(f"  {error}", style="yellow", markup=False, soft_wrap=True)
            continue
        tries += 1
        if question.is_right(numbers):
            console.print("  ✓", style="green")
            return tries
        console.print(f"  ✗ {question.wrong(numbers)}", style="red", markup=False, soft_wrap=True)


def _compare_with_own(console: Any, own: Any, sheet: "FusionSheet | TreeSheet") -> int:
    """Do the same with the learner's own code; `own` is the module that runs it."""
    from grader.kata import curriculum

    exercise = next((each for each in curriculum.exercises() if each.name == own.EXERCISE), None)
    if exercise is None:  # the assignment does not include it
        return 0
    found = own.run(sheet, paths.checkout().exercises)
    if found is None:
        shown = paths.shown(exercise.stub)
        says = f"{exercise.short} is not written yet; once it is, it does {own.WHAT} here: {shown}"
        console.print(says, soft_wrap=True)
        return 0
    console.print(f"\n{own.HEAD.format(short=exercise.short)}")
    for name, numbers in own.rows(found):
        console.print(f"  {name:6}  [{', '.join(f'{number:.4f}' for number in numbers)}]", markup=False)
    differences = own.differences(sheet, found)
    for line in differences:
        console.print(f"  ✗ {line}", style="red", markup=False, soft_wrap=True)
    if not differences:
        console.print("  ✓ the same as by hand", style="green")
    return 1 if differences else 0
