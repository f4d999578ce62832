"""The terms of a class from options, for `grade class`, and for `grade` when it regrades one submission."""

from dataclasses import replace
from typing import Any

import click

from grader.base.errors import UsageError
from grader.commands import exercise_choice, files
from grader.kata import assignment, curriculum

ASSIGNMENT = click.option("--assignment", type=files.PATH, metavar="FILE", help="A handout's assignment.yaml.")
SEED = click.option("--seed", type=click.IntRange(0), metavar="N", help="Seed of the checks' inputs.")
SECRET = click.option("--secret", type=files.PATH, metavar="FILE", help="Seeds from a secret, for an exam.")
HIDDEN = click.option("--hidden", type=files.PATH, metavar="DIR", help="Additional checks that are not in the handout.")
ACCEPT_WEAK_SANDBOX = click.option(
    "--accept-weak-sandbox", is_flag=True, help="Grade even if the sandbox lacks a layer; the results say so."
)


def terms(options: dict[str, Any]) -> Any:
    """The terms on which submissions are graded.

    Args:
        options: the exercises as `names`, `typed` and `older`; `assignment`, `seed`, `secret`, `hidden`, the three
            limits, `accept_weak_sandbox`.

    Raises:
        UsageError: an option's file cannot be read, or two options contradict each other.
    """
    from grader.course import grading_terms

    given_out = assignment.read(options["assignment"]) if options["assignment"] else assignment.here()
    asked = {exercise.name: exercise for exercise in grading_terms.offered(given_out)}
    typed = exercise_choice.names(options["typed"], options["names"], options.get("older", ()))
    only = [exercise.name for exercise in curriculum.find(typed)] if typed else list(asked)
    if strangers := [name for name in only if name not in asked]:
        raise UsageError(f"--exercises: the assignment does not include {strangers[0]}")
    chosen = [asked[name] for name in only]
    if options["secret"] is not None and options["seed"] is not None:
        raise UsageError("--secret determines the seeds; omit --seed")
    seconds = {name: options[name] for name in ("check_seconds", "exercise_seconds")}
    seconds["run_seconds"] = options["submission_seconds"] or grading_terms.CLASS_LIMITS.run_seconds
    secret = grading_terms.read_secret(options["secret"]) if options["secret"] else None
    seed = options["seed"] if options["seed"] is not None else given_out.seed if given_out else 0
    return grading_terms.Terms(
        exercises=tuple(exercise.name for exercise in chosen),
        seeds=grading_terms.exam_seeds(secret) if secret else seed,
        seed_shown=grading_terms.exam_digest(secret) if secret else str(seed),
        hidden=grading_terms.read_hidden(options["hidden"], chosen) if options["hidden"] else (),
        limits=replace(grading_terms.CLASS_LIMITS, **seconds),
        accept_weak=options["accept_weak_sandbox"],
        assignment=given_out,
    )
