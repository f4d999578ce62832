"""The learner's page, `report.html`: progress, what failed and why, and pictures of the trained tree."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from grader.base.results import RunResult
from grader.kata import curriculum
from grader.kata.curriculum import Exercise
from grader.learner.portrait import charts
from grader.learner.portrait.figures import Portrait
from grader.learner.training.training_record import TrainingRecord
from grader.reports import explanation
from grader.reports.html import scripts, template

RECIPES = {None: "a first look", "published": "the published recipe", "fast": "the fast recipe", "best": "the best one"}


def page(
    result: RunResult,
    first_passed: Mapping[str, str],
    next_one: Exercise | None,
    record: TrainingRecord | None,
    portrait: Portrait | str,
) -> str:
    """Write the page.

    Args:
        result: of a run of all exercises.
        first_passed: when each exercise passed for the first time, ISO 8601.
        next_one: where to go on.
        record: how the tree was trained, if it was.
        portrait: of the tree; or why there is none, in words for the learner.
    """
    by_name = {exercise.name: exercise for exercise in curriculum.exercises()}
    painted = portrait if isinstance(portrait, Portrait) else None
    script, digest = scripts("tree_parts.js", "report.js")
    return template("report.html").render(
        first_wrong=lambda exercise: explanation.wrong(exercise)[0],
        explained=explanation.explanation,
        result=result,
        passed=[by_name[exercise.name] for exercise in result.exercises if exercise.passed],
        wrong={e.name for e in result.exercises if e.status not in ("passed", "not_started")},
        first_passed=first_passed,
        next=next_one,
        made=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
        signs=explanation.SIGNS,
        record=record,
        how_trained=_how_trained(record) if record else "",
        uniform=math.log(len(painted.vocabulary)) if painted else None,
        curve=charts.curve(record.curve, record.validation_loss) if record and record.curve else None,
        width=charts.WIDTH,
        height=charts.HEIGHT,
        portrait=painted,
        why_no_portrait="" if painted else portrait,
        labels=[charts.labels(each.pieces) for each in painted.maps] if painted else [],
        reach=_reach(painted) if painted else "",
        exported=_exported(painted) if painted else None,
        lessons={exercise.name: exercise.lesson.as_uri() for exercise in by_name.values()},
        script=script,
        script_digest=digest,
    )


def _how_trained(record: TrainingRecord) -> str:
    recipe = RECIPES.get(record.recipe, record.recipe)
    steps = f"{record.done:,} steps" if record.done == record.steps else f"{record.done:,} of {record.steps:,} steps"
    return f"Trained by {recipe}: {steps} in {record.seconds:.0f} s, seed {record.seed}, on {record.data}."


def _reach(portrait: Portrait) -> str:
    """Summarise the two rows of means: the share of the older half of the window in all effects."""

    def older(effects: Sequence[float]) -> str:
        return f"{100 * sum(effects[: len(effects) // 2]) / sum(effects):.0f} %"

    if portrait.flat is None:
        return (
            f"Share of the older half of the window in all effects of replacing: {older(portrait.tree.by_replacing)}."
        )
    tree, flat = older(portrait.tree.by_replacing), older(portrait.flat.by_replacing)
    return f"Share of the older half of the window in all effects: {tree} in the tree, {flat} in the flat model."


def _exported(portrait: Portrait) -> dict[str, object]:
    return {
        "vocabulary": portrait.vocabulary,
        "group": portrait.group,
        "lengths": portrait.lengths,
        "expected": len(portrait.examples[0].tree.expects),
        "matrices": portrait.exported,
    }
