"""What checks earn: error handling at most a tenth of an exercise, and marked as what it is."""

import ast

import pytest

from grader.engine.pytest_plugin import ERRORS
from grader.kata import curriculum
from grader.kata.curriculum import Exercise


def worth(exercise: Exercise) -> dict[str, tuple[float, bool, bool]]:
    """Of each check: its points, whether it is marked as error handling, and whether it expects an error."""
    found = {}
    for function in ast.parse(exercise.checks.read_text(encoding="utf-8")).body:
        for decorator in getattr(function, "decorator_list", []):
            if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("worth"):
                marked = any(
                    word.arg == "kind" and ast.literal_eval(word.value) == ERRORS for word in decorator.keywords
                )
                points = float(ast.literal_eval(decorator.args[0]))
                found[function.name] = points, marked, "raises(" in ast.unparse(function)
    return found


@pytest.mark.parametrize("exercise", curriculum.exercises(), ids=lambda exercise: exercise.short)
def test_error_handling_carries_at_most_a_tenth_of_the_points(exercise: Exercise) -> None:
    checks = worth(exercise).values()
    assert sum(points for points, *_ in checks) == pytest.approx(exercise.points)
    assert sum(points for points, errors, _ in checks if errors) <= 0.1 * exercise.points + 1e-9


@pytest.mark.parametrize("exercise", curriculum.exercises(), ids=lambda exercise: exercise.short)
def test_each_check_that_expects_an_error_is_marked(exercise: Exercise) -> None:
    for name, (_, marked, expects) in worth(exercise).items():
        assert marked or not expects, name
