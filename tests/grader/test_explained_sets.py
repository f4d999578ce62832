"""Which mistakes are named, on made-up banks: the smallest set that explains, and silence if it cannot be told."""

from collections.abc import Collection, Iterable, Mapping

from grader.engine.diagnosis import Observation, diagnosis

ERRORS = {"refuses"}


class Table:
    """A bank as a table: by mistake and check a number that stands for what is seen."""

    def __init__(self, seen: Mapping[str, Mapping[str, int]]) -> None:
        self._seen = seen

    def labels(self) -> Iterable[str]:
        return self._seen

    def always_fails(self, label: str) -> Collection[str]:
        return self._seen[label]

    def may_fail(self, label: str) -> Collection[str]:
        return self._seen[label]

    def seen(self, label: str, check: str, most: int | None = None) -> Observation | None:
        number = self._seen[label].get(check)
        return None if number is None else observation(number)


def observation(number: int) -> Observation:
    return {"example": 1, "step": 1, "says": f"it is {number}", "came": number}


def causes(bank: Mapping[str, Mapping[str, int]], **answer: int | None) -> dict[str, str]:
    seen = {check: None if number is None else observation(number) for check, number in answer.items()}
    return diagnosis(seen, ERRORS, Table(bank)).causes


def test_each_check_gets_its_own_cause() -> None:
    bank = {"one": {"order": 1, "shape": 2}, "other": {"dtype": 3}}
    assert causes(bank, order=1, shape=2, dtype=3) == {"order": "one", "shape": "one", "dtype": "other"}


def test_missing_error_handling_hides_no_cause() -> None:
    assert causes({"one": {"order": 1}}, order=1, refuses=7) == {"order": "one"}


def test_one_check_that_disagrees_silences_no_cause() -> None:
    assert causes({"one": {"order": 1, "shape": 2, "dtype": 3}}, order=1, shape=2, dtype=9) == {
        "order": "one",
        "shape": "one",
    }


def test_beside_another_mistake_one_must_agree_in_more_than_twice_as_many_checks_as_it_differs() -> None:
    bank = {"one": {"order": 1, "shape": 2, "dtype": 3}, "other": {"mode": 4}}
    assert causes(bank, order=1, shape=2, dtype=9, mode=4) == {"mode": "other"}
    bank["one"]["mean"] = 5
    assert causes(bank, order=1, shape=2, mean=5, dtype=9, mode=4) == {
        **dict.fromkeys(("order", "shape", "mean"), "one"),
        "mode": "other",
    }


def test_a_mistake_that_would_fail_what_the_answer_passes_is_not_named() -> None:
    assert causes({"one": {"order": 1, "shape": 2}}, order=1, shape=None) == {}


def test_what_a_mistake_breaks_in_error_handling_does_not_speak_against_it() -> None:
    assert causes({"one": {"order": 1, "refuses": 2}}, order=1, refuses=None) == {"order": "one"}


def test_of_two_that_explain_the_same_neither_is_named() -> None:
    assert causes({"one": {"order": 1}, "other": {"order": 1}}, order=1) == {}


def test_two_ways_of_one_mistake_are_one_name() -> None:
    assert causes({"one": {"order": 1}, "one.2": {"order": 1}}, order=1) == {"order": "one"}


def test_a_mistake_that_disagrees_more_than_it_agrees_is_not_named() -> None:
    assert causes({"one": {"order": 1, "shape": 2, "dtype": 3}}, order=1, shape=8, dtype=9) == {}


def test_the_smaller_set_is_named() -> None:
    bank = {"both": {"order": 1, "shape": 2}, "first": {"order": 1}, "second": {"shape": 2}}
    assert causes(bank, order=1, shape=2) == {"order": "both", "shape": "both"}


def test_an_answer_may_have_many_mistakes() -> None:
    checks = ["order", "shape", "dtype", "mode", "mean", "rows"]
    bank = {f"mistake-{check}": {check: number} for number, check in enumerate(checks)}
    answer = {check: number for number, check in enumerate(checks)}
    assert causes(bank, **answer) == {check: f"mistake-{check}" for check in checks}
