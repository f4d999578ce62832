"""Which pairs of a class stand out: copies do, whatever they were dressed up as; the class's common ways do not."""

import random
import re
from pathlib import Path

import pytest
from conftest import by_number

from grader.base import paths
from grader.course import similarity
from grader.kata import curriculum

RIGHT = paths.checkout().root / "tests" / "right"


def styles(number: int) -> list[Path]:
    return sorted((RIGHT / by_number(number).name).glob("*.py"))


def independent(count: int, seed: int) -> list[tuple[str, dict[str, bytes]]]:
    """Students who wrote on their own: each has another mix of styles, no two the same file where it can be helped."""
    chance = random.Random(seed)
    orders = {e.number: chance.sample(styles(e.number), len(styles(e.number))) for e in curriculum.exercises()}
    return [
        (
            f"student{number}",
            {
                by_number(exercise).file: files[number % len(files)].read_bytes()
                for exercise, files in orders.items()
                if number < len(files)
            },
        )
        for number in range(count)
    ]


def names(pairs: tuple[similarity.Pair, ...]) -> list[tuple[str, str]]:
    return [(pair.left, pair.right) for pair in pairs]


@pytest.mark.prove
def test_students_who_wrote_on_their_own_are_no_pair() -> None:
    assert names(similarity.compare(independent(6, seed=0)).pairs) == []


DISGUISES = {
    "as it is": lambda text: text,
    "other names": lambda text: re.sub(r"\b(x|h|group|batch|model|self|tokens|words)\b", r"my_\1", text),
    "comments and blank lines": lambda text: re.sub(r"(?m)^( *)(return|for|if)\b", r"\n\1# now\n\1\2", text),
    "other numbers and texts": lambda text: re.sub(r'"[^"\n]*"', '"something else"', text),
}


@pytest.mark.sampled("other names")
@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_copy_stands_out_in_whatever_dress(disguise: str) -> None:
    answers = independent(6, seed=1)
    copied = {name: DISGUISES[disguise](text.decode()).encode() for name, text in answers[2][1].items()}
    found = similarity.compare([*answers, ("copyist", copied)]).pairs
    assert names(found)[:1] == [("copyist", "student2")]
    assert found[0].likeness > 0.5
    side = found[0].exercises[0].left
    assert side.shared and max(side.shared) < len(side.lines)


@pytest.mark.prove
def test_half_a_copy_stands_out_with_the_exercises_that_were_copied() -> None:
    answers = independent(6, seed=2)
    half = {name: text for name, text in answers[0][1].items() if int(name[2:4]) % 2}
    half |= {name: text for name, text in answers[5][1].items() if not int(name[2:4]) % 2}
    found = similarity.compare([*answers[:5], ("copyist", half)]).pairs
    assert names(found) == [("copyist", "student0")]
    assert {int(alike.exercise[2:4]) for alike in found[0].exercises} <= {*range(1, 15, 2)}


@pytest.mark.prove
def test_stubs_and_solutions_are_nobodys_own() -> None:
    stubs = {exercise.file: exercise.stub.read_bytes() for exercise in curriculum.exercises()}
    solutions = {exercise.file: exercise.solution.read_bytes() for exercise in curriculum.exercises()}
    classmates = independent(6, seed=3)
    assert (
        names(similarity.compare([*classmates, ("a", stubs), ("b", stubs), ("c", solutions), ("d", solutions)]).pairs)
        == []
    )


@pytest.mark.prove
def test_what_much_of_the_class_shares_is_explained_by_the_class() -> None:
    common = {by_number(1).file: styles(1)[0].read_bytes()}
    assert names(similarity.compare([(f"student{number}", common) for number in range(40)]).pairs) == []


def test_nothing_and_rubbish_do_no_harm() -> None:
    assert similarity.compare([]).pairs == ()
    file = by_number(1).file
    rubbish = [b"\xff\xfe\x00", b"(" * 5000, b"'''", b"\x1b[2J" * 50, b""]
    assert similarity.compare([(str(number), {file: text}) for number, text in enumerate(rubbish)]).pairs == ()


@pytest.mark.prove
def test_the_same_class_gives_the_same_pairs_in_whatever_order() -> None:
    answers = independent(6, seed=4)
    twice = [similarity.compare([*order, ("copyist", answers[1][1])]).pairs for order in (answers, answers[::-1])]
    assert twice[0] == twice[1]
    assert similarity.fingerprints("a = 1\n" * 12) == similarity.fingerprints("b = 22\n" * 12)


def a_class_of_49() -> list[tuple[str, dict[str, bytes]]]:
    """Students who wrote on their own: each has in each exercise one of its styles."""
    chance = random.Random(60)
    exercises = curriculum.exercises()[:10]
    return [
        (f"student{number:02}", {e.file: chance.choice(styles(e.number)).read_bytes() for e in exercises})
        for number in range(49)
    ]


@pytest.mark.prove
def test_copies_of_one_answer_are_a_group_and_copies_of_the_solutions_are_named() -> None:
    """In a class of 60: eight renamed copies of one answer, and three of the published solutions, byte by byte."""
    chance = random.Random(8)
    source = {e.file: chance.choice(styles(e.number)).read_bytes() for e in curriculum.exercises()[:10]}
    renamed = [
        (f"copy{n}", {f: re.sub(rb"\b(group|batch|words|tokens)\b", b"v%d" % n, text) for f, text in source.items()})
        for n in range(8)
    ]
    solutions = {exercise.file: exercise.solution.read_bytes() for exercise in curriculum.exercises()}
    found = similarity.compare([*a_class_of_49(), *renamed, *((f"given{n}", solutions) for n in range(3))])
    (group,) = found.groups
    assert set(group.students) == {f"copy{number}" for number in range(8)}
    assert group.how == similarity.RENAMED
    assert not any(set(pair) <= set(group.students) for pair in names(found.pairs)), "they are told once"
    given = {each.student: each for each in found.published if each.how == similarity.IDENTICAL}
    assert set(given) == {"given0", "given1", "given2"}
    assert len(given["given0"].exercises) == len(solutions)
    assert not any({"given0", "given1"} <= set(each.students) for each in found.identical), "it is said once"


def test_identical_files_are_listed_and_stubs_are_not() -> None:
    one, five = by_number(1).file, by_number(5).file
    text, stub = styles(1)[0].read_bytes(), by_number(5).stub.read_bytes()
    found = similarity.compare([("a", {one: text, five: stub}), ("b", {one: text, five: stub})])
    assert [(each.exercise, each.students) for each in found.identical] == [(one.removesuffix(".py"), ("a", "b"))]


@pytest.mark.prove
def test_copies_from_an_earlier_year_stand_out_and_that_year_is_not_compared_with_itself() -> None:
    before = independent(6, seed=6)
    earlier = [(similarity.EARLIER + student, files) for student, files in before]
    found = similarity.compare([("copyist", before[2][1])], [*earlier, ("earlier: twin", before[2][1])])
    (group,) = found.groups
    assert group.students == ("copyist", "earlier: student2", "earlier: twin")
    assert group.how == similarity.IDENTICAL
    assert not any(all(name.startswith(similarity.EARLIER) for name in pair) for pair in names(found.pairs))
