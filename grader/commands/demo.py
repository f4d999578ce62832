"""`grade demo`."""

import click

from grader.reports.console import open_console


@click.command("demo")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of the names.")
def command(seed: int) -> int:
    """Show what a trained tree does, before you write one.

    The tree was trained with the reference solutions on data/names.txt; its weights come with the kata.

    \b
    Examples:
      grade demo
      grade demo --seed 7
    """
    from rich.padding import Padding

    from grader.learner import demo, reference_tree

    tree = reference_tree.load()
    console = open_console()
    drawn = demo.names(tree, seed)
    console.print("Ten names by a tree of three levels, trained on real names:", style="bold")
    console.print(Padding(", ".join(drawn), (0, 2)))
    console.print(f"  New, not in the list of real names: {demo.new_ones(drawn)} of {len(drawn)}.\n")
    console.print(f'"{demo.NAME}", level by level: each level fuses two neighbours', style="bold")
    console.print(demo.drawing(demo.levels(tree)), markup=False, soft_wrap=True)
    console.print()
    console.print(demo.prediction(tree, demo.NAME[:-1]), markup=False)
    console.print(demo.loss(tree), markup=False)
    console.print("\nYou are going to write every part of this yourself. What to do next:", style="bold")
    steps = demo.next_steps()
    width = max(len(typed) for typed, _ in steps)
    for typed, why in steps:
        console.print(f"  {typed:{width}}  {why}", markup=False, soft_wrap=True)
    return 0
