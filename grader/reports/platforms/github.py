"""A result for GitHub: annotations on the learner's lines, and output for autograding reporters.

Annotations are workflow commands on standard output. GitHub shows ten errors per step, so the first failing check of
each exercise comes first. The job summary is the feedback that students of a class get.
"""

import base64
import functools
import json
import math
import operator
from collections.abc import Mapping, Sequence

from grader.base.results import CheckResult, ExerciseResult, RunResult
from grader.reports.platforms import check_text, place

_FAILING = ("failed", "error", "timeout")


def annotations(run: RunResult, answers: Mapping[str, bytes]) -> list[str]:
    """Yield one line per check that does not pass in a started exercise.

    Args:
        run: the result.
        answers: file name to content, to find the line of a function that returns wrong values without raising.
    """
    wrong = [
        [(exercise, check) for check in exercise.checks if check.finding.status in _FAILING]
        for exercise in run.exercises
    ]
    first = [checks[0] for checks in wrong if checks]
    rest = [each for checks in wrong for each in checks[1:]]
    return [
        _annotation(exercise, check, run.answers, place.of(exercise, check, answers))
        for exercise, check in first + rest
    ]


def classroom(run: RunResult, answers: Mapping[str, bytes]) -> str:
    """Return the step output for `autograding-grading-reporter` and similar tools: JSON as base64."""
    scores = iter(exact_scores([c.points for e in run.exercises if not e.bonus for c in e.checks]))
    tests = [
        {
            "name": f"{exercise.name[:4]}: {check_text.name(check)}",
            "status": "pass" if check.finding.status == "passed" else "fail",
            "score": next(scores),
            "message": check.finding.difference or "",
            "line_no": place.of(exercise, check, answers)[1],
        }
        for exercise in run.exercises
        if not exercise.bonus
        for check in exercise.checks
    ]
    status = "pass" if all(test["status"] == "pass" for test in tests) else "fail"
    told = {"version": 1, "status": status, "max_score": round(run.max_points, 3), "tests": tests}
    return base64.b64encode(json.dumps(told).encode()).decode()


def exact_scores(points: Sequence[float]) -> list[float]:
    """Return points whose floating point sum, in order, equals the rounded total, because reporters add them up."""
    scores = [round(each, 3) for each in points]
    total = round(math.fsum(scores), 3)
    for number in [number for number, score in enumerate(scores) if score][::-1]:
        added = functools.reduce(operator.add, scores, 0.0)  # the built-in `sum` compensates for rounding
        if added == total:
            break
        scores[number] += total - added
    return scores


def _annotation(exercise: ExerciseResult, check: CheckResult, folder: str, where: tuple[str, int]) -> str:
    file, line = where
    properties = {
        "file": f"{folder}/{file}",
        "line": str(line),
        "title": f"{exercise.name[:4]}: {check_text.name(check)}",
    }
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::error {told}::{_data(check_text.text(check))}"


def _data(text: str) -> str:
    """Escape text for the value of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape text for a property of a workflow command."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
