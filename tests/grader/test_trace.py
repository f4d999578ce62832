"""`grade trace`: a worksheet by hand, each answer checked, each slip named; then the same by the learner's own code."""

import math
import re
import shutil
from pathlib import Path

import pytest
from conftest import at_terminal, by_number, grade, grade_process, spoil
from terminals import ended

from grader.learner.worksheets.depth import depth_sheet
from grader.learner.worksheets.fusion import BY_HAND, FusionSheet, fusion_sheet
from grader.learner.worksheets.own_seed import own_seed
from grader.learner.worksheets.tree import TreeSheet, tree_sheet
from grader.learner.worksheets.worksheet import read_numbers

SEEDS = range(40)
TWO = by_number(2)


def by_pencil(sheet: FusionSheet) -> list[list[float]]:
    """The answers of a sheet, computed from its numbers by another way than the sheet's own."""
    joined = [number / 10 for number in (*sheet.left, *sheet.right)]
    columns = list(zip(*sheet.weight, strict=True))
    sums = [
        round(sum(a * w / 10 for a, w in zip(joined, column, strict=True)) + bias / 10, 2)
        for column, bias in zip(columns, sheet.bias, strict=True)
    ]
    return [joined, *([number] for number in sums), *([round(math.tanh(number), 2)] for number in sums)]


def typed(answers: list[list[float]]) -> str:
    return "".join(" ".join(f"{number:g}" for number in answer) + "\n" for answer in answers)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_pencil_finds_is_right_and_no_slip_is(seed: int) -> None:
    sheet = fusion_sheet(seed)
    for question, answer in zip(sheet.questions, by_pencil(sheet), strict=True):
        assert question.is_right(tuple(answer))
        for slip in question.slips:
            assert not question.is_right(slip.numbers)
            assert question.wrong(slip.numbers) == slip.says, "and each slip is named as itself"


@pytest.mark.parametrize("seed", SEEDS)
def test_tanh_by_its_series_to_two_decimals_is_near_enough(seed: int) -> None:
    sheet = fusion_sheet(seed)
    for question, total in zip(sheet.questions[3:], sheet.sums, strict=True):
        x = total / 100
        series = x - x**3 / 3 + 2 * x**5 / 15
        assert question.is_right((series,))
        assert question.is_right((round(series, 2),))
        assert question.is_right((round(math.tanh(x), 2),))
        assert abs(question.answer[0] - x) > BY_HAND


def test_the_slips_of_the_lesson_are_named_by_its_own_numbers() -> None:
    lesson = FusionSheet("em", (5, -2), (1, 4), ((2, -4), (5, 1), (-3, 7), (6, 2)), (1, 0))
    joined, first, second, squeezed, _ = lesson.questions
    assert joined.is_right((0.5, -0.2, 0.1, 0.4))
    assert first.is_right((0.31,))
    assert second.is_right((-0.07,))
    assert squeezed.is_right((0.3004,))
    assert joined.wrong((0.1, 0.4, 0.5, -0.2)).startswith("right comes before left")
    assert joined.wrong((0.6, 0.2)).startswith("the two are added")
    assert joined.wrong((0.5, -0.2, 0.1)) == "4 numbers are expected, you typed 3"
    assert joined.wrong((0.5, -0.2, 0.4, 0.1)) == "not quite: the 3rd number is wrong"
    assert first.wrong((0.05,)).startswith("right comes before left")
    assert first.wrong((0.21,)).startswith("the bias is missing")
    assert first.wrong((0.52,)) == "two rows are swapped: left, channel 0, and left, channel 1"
    assert squeezed.wrong((0.31,)).startswith("tanh is missing")


@pytest.mark.parametrize("seed", SEEDS)
def test_ten_questions_of_depth_agree_with_counting(seed: int) -> None:
    questions = depth_sheet(seed).questions
    assert len(questions) == 10
    for question in questions:
        assert not any(question.is_right(slip.numbers) for slip in question.slips)
        assert all(question.wrong(slip.numbers) == slip.says for slip in question.slips)
    context = read_numbers(questions[5].asks.partition("context of ")[2].partition(", ")[0])[0]
    assert questions[5].answer == (math.ceil(math.log2(context)),)
    assert "rounded up" in questions[5].asks
    assert len({question.asks for question in questions}) == 10


@pytest.mark.parametrize("seed", SEEDS)
def test_levels_are_the_fewest_that_cover_the_context(seed: int) -> None:
    asked = [re.search(r"a context of ([\d,]+), joining (\w+)", each.asks) for each in depth_sheet(seed).questions]
    counted = 0
    for question, found in zip(depth_sheet(seed).questions, asked, strict=True):
        if found is not None:
            context, group = int(found[1].replace(",", "")), {"two": 2, "three": 3, "four": 4, "five": 5}[found[2]]
            (levels,) = question.answer
            assert group ** (levels - 1) < context <= group**levels
            counted += 1
    assert counted == 5


def test_a_sheet_worked_through_in_a_terminal(copied: Path) -> None:
    shutil.copy(TWO.solution, copied / "exercises")
    sheet = fusion_sheet(3)
    joined, first, second, *squeezed = by_pencil(sheet)
    session = at_terminal("trace", "--seed", 3, checkout_copy=copied)
    session.expect("joined = ")
    session.sendline("[" + ", ".join(f"{n}" for n in joined[2:] + joined[:2]) + "]")
    session.expect("✗ right comes before left")
    session.expect("joined = ")
    session.sendline("a pencil")
    session.expect("'a' is not a number: write numbers with a decimal point")
    session.expect("joined = ")
    session.sendline(" ".join(map(str, joined)))
    session.expect("summed, output 0 = ")
    session.sendline(f"{first[0] - sheet.bias[0] / 10:.2f}")
    session.expect(r"✗ the bias is missing: output 0 adds -?0\.\d at the end")
    session.expect("summed, output 0 = ")
    session.sendline("show")
    session.expect(f" = {first[0]:.2f}")
    session.expect("summed, output 1 = ")
    session.sendline(f"{second[0]}")
    session.expect("fused, output 0 = ")
    session.sendline(f"{first[0]}")
    session.expect("✗ tanh is missing")
    session.sendline(f"{squeezed[0][0]}")
    session.expect("fused, output 1 = ")
    session.sendline(f"{squeezed[1][0]}")
    session.expect("2 of 5 right at the first try")
    session.expect("The same numbers with your ex02:")
    session.expect("✓ the same as by hand")
    assert ended(session) == 0


@pytest.mark.sampled("q")
@pytest.mark.parametrize("leave", ["quit\r", "q\r", "\x04"])
def test_it_can_be_left_at_any_time(copied: Path, leave: str) -> None:
    session = at_terminal("trace", "depth", "--seed", 1, checkout_copy=copied)
    session.expect("how many")
    session.sendline("no number")
    session.expect("is not a number")
    session.send(leave)
    session.expect("Stopped. The same sheet again: grade trace depth --seed 1")
    assert ended(session) == 0


def test_ctrl_c_leaves_it_with_130(copied: Path) -> None:
    session = at_terminal("trace", checkout_copy=copied)
    session.expect("joined = ")
    session.send("\x03")
    assert ended(session) == 130
    assert "Traceback" not in (session.before or "")


def test_it_works_in_a_pipe(copied: Path) -> None:
    sheet = fusion_sheet(3)
    done = grade("trace", "--seed", 3, checkout_copy=copied, input=typed(by_pencil(sheet)))
    assert done.returncode == 0, done.stderr
    assert "5 of 5 right at the first try." in done.stdout
    assert "ex02 is not written yet; once it is, it does the same fusion here: exercises/ex02" in done.stdout
    cut = grade("trace", "--seed", 3, checkout_copy=copied, input=typed(by_pencil(sheet)[:2]))
    assert cut.returncode == 0
    assert "Stopped." in cut.stdout
    answers = "".join(f"{question.answer[0]:g}\n" for question in depth_sheet(3).questions)
    assert "10 of 10" in grade("trace", "depth", "--seed", 3, checkout_copy=copied, input=answers).stdout


@pytest.mark.sampled("[left, right]")
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[left, right]", "[right, left]", "✗ joined: right comes before left"),
        ("@ weight + bias", "@ weight", "✗ summed, output 1: the bias is missing"),
        ("np.tanh(summed)", "summed", "✗ fused, output 0: tanh is missing"),
        ("FusionTrace(joined, summed, np.tanh(summed))", "FusionTrace(joined, summed, np.tanh(summed[:1]))", "2 sums"),
    ],
)
def test_a_slip_in_the_learners_code_is_named_on_their_own_numbers(copied: Path, old: str, new: str, said: str) -> None:
    shutil.copy(TWO.solution, copied / "exercises")
    spoil(copied / "exercises", 2, old, new)
    done = grade("trace", checkout_copy=copied, input="show\n" * 5)
    assert done.returncode == 1
    assert said in done.stdout
    assert "✓ the same" not in done.stdout


@pytest.mark.sampled("return None")
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("return no_such_name", "grade: ex02: your code raised NameError: name 'no_such_name' is not defined"),
        ("__import__('os')._exit(0)", "grade: ex02 ended its process"),
        ("return None", "'NoneType' object has no attribute 'joined'"),
    ],
)
def test_learners_code_that_fails_is_one_clear_message(copied: Path, code: str, said: str) -> None:
    shutil.copy(TWO.solution, copied / "exercises")
    spoil(copied / "exercises", 2, "joined = np.concatenate", f"{code}\n    joined = np.concatenate")
    done = grade("trace", checkout_copy=copied, input="show\n" * 5)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_on_paper_the_answers_come_on_a_page_of_their_own(copied: Path) -> None:
    for sheet in ("fusion", "depth"):
        one = grade("trace", sheet, "--print", checkout_copy=copied).stdout
        first, second = grade("trace", sheet, "--print", "--answers", checkout_copy=copied).stdout.split("\f")
        assert first == one
        assert max(map(len, first.splitlines())) <= 92
        assert "____" in first
        assert "____" not in second
    worksheet = fusion_sheet(own_seed()).worksheet
    page = grade("trace", "--print").stdout
    assert not any(question.working in page for question in worksheet.questions)
    refused = grade("trace", "--answers", checkout_copy=copied)
    assert refused.returncode == 2
    assert refused.stderr == "grade: --answers requires --print; while you answer, type `show`\n"


def test_the_numbers_are_the_learners_own_and_stay(copied: Path) -> None:
    here, there = (grade("trace", "--print", checkout_copy=place).stdout for place in (None, copied))
    assert here == grade("trace", "--print").stdout
    assert here != there, "another checkout, other numbers"


def test_asking_needs_neither_numpy_nor_torch(copied: Path) -> None:
    done = grade_process("trace", checkout_copy=copied, env={"PYTHONPROFILEIMPORTTIME": "1"}, input="quit\n")
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert not imported & {"torch", "numpy", "pytest", "hypothesis"}


def by_xor(sheet: TreeSheet) -> str:
    """What is typed for a tree: of each node whether one is +1 and whether both are, then the parities."""
    lines, below = [], [bit > 0 for bit in sheet.bits]
    while len(below) > 1:
        pairs = list(zip(below[::2], below[1::2], strict=True))
        lines += [f"{1 if a or b else -1} {1 if a and b else -1}" for a, b in pairs]
        below = [a != b for a, b in pairs]
        lines.append(" ".join("1" if odd else "-1" for odd in below))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_tree_by_hand_gives_the_parity_and_no_slip_does(seed: int) -> None:
    sheet = tree_sheet(seed)
    answers = [read_numbers(line) for line in by_xor(sheet).splitlines()]
    for question, answer in zip(sheet.questions, answers, strict=True):
        assert question.is_right(answer)
        for slip in question.slips:
            assert not question.is_right(slip.numbers)
            assert question.wrong(slip.numbers) == slip.says
    assert answers[-1] == (1.0 if sum(bit > 0 for bit in sheet.bits) % 2 else -1.0,)


def test_sheets_of_trees_end_both_ways() -> None:
    assert {tree_sheet(seed).values[-1] for seed in SEEDS} == {(1,), (-1,)}


def test_slips_of_a_tree_are_named() -> None:
    sheet = TreeSheet((1, -1, 1, 1, -1, -1, 1, 1))
    first, second, *_, root = sheet.questions
    assert first.wrong((-1, 1)).startswith("h1 and h2 are swapped")
    assert first.wrong((4, -4)).startswith("tanh is missing")
    assert first.wrong((1, 1)) == "+1 and +1 says that both values are +1; node 0 reads +1 and -1"
    assert second.wrong((12, 4)).startswith("tanh is missing")
    assert sheet.questions[4].wrong((2, 0, 0, 0)).startswith("the last - 1 is missing")
    assert "the sign is wrong" in root.wrong((-root.answer[0],))


@pytest.mark.prove
def test_a_tree_by_hand_is_compared_with_the_learners_own(copied: Path) -> None:
    typed_tree = by_xor(tree_sheet(7))
    stub = grade("trace", "tree", "--seed", 7, checkout_copy=copied, input=typed_tree)
    assert stub.returncode == 0, stub.stderr
    assert "10 of 10 right at the first try." in stub.stdout
    assert "ex08 is not written yet; once it is, it does the same tree here" in stub.stdout
    for number in (1, 5, 6, 7, 8):
        shutil.copy(by_number(number).solution, copied / "exercises")
    own = grade("trace", "tree", "--seed", 7, checkout_copy=copied, input=typed_tree)
    assert own.stdout.endswith("✓ the same as by hand\n"), own.stdout
    spoil(copied / "exercises", 5, "return joined.squeeze(1)", "return joined.flip(1).squeeze(1)")
    wrong = grade("trace", "tree", "--seed", 7, checkout_copy=copied, input=typed_tree)
    assert wrong.returncode == 1
    assert "✗ node " in wrong.stdout
