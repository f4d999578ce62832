"""Sentences about causes are true: each is printed for an answer that it fits, and not for a similar one.

`test_every_sentence_about_a_cause_is_listed` reads the code that writes such sentences. If you add one, add a pair of
answers to `SENTENCES`, or, if it only repeats what was compared, a line to `OBSERVED`.
"""

import ast
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import by_number, grade, spoil

from grader.base import paths
from grader.engine import remarks, run
from grader.engine.attempts import Limits
from grader.engine.worker_processes import Workers
from grader.kata import curriculum
from grader.kata.submission import Submission

Changes = tuple[tuple[str, str], ...]  # pieces of the solution and what replaces them; "" is the end of the file
LEVELS = "    return group**levels"
BUSY = "    sum(number * number for number in range(2_000_000))\n" + LEVELS
LENGTHS = "return [group**level for level in range(levels, -1, -1)]"
KEPT = (
    ("def level_lengths(context: int, group: int = 2)", "def level_lengths(context, group=2, lengths=[])"),
    (LENGTHS, LENGTHS.replace("return", "lengths +=") + "\n    return lengths"),
)
FORWARD = "        if x.dim() != 3 or x.shape[1] % self.group:"
ORDERED = "x.reshape(batch, time // self.group, self.group * channels)"
NEWEST_FIRST = "x.reshape(batch, time // self.group, self.group, channels).flip(2).flatten(2)"
RETURN = "return joined.squeeze(1)"
SUPER = "        super().__init__()\n"
CONFLICT = "\n<<<<<<< mine\nx = 1\n=======\nx = 2\n>>>>>>> theirs\n"
LOSS = "F.cross_entropy(model(inputs[rows]), targets[rows])"
ROWS = "torch.randint(len(inputs), (batch_size,), generator=generator)"
LIMITS = Limits(check_seconds=0.5, exercise_seconds=1.2)
SHORT = Limits(check_seconds=0.3, exercise_seconds=0.3)


def forward(code: str) -> Changes:
    """Let FlattenConsecutive.forward do something else first."""
    return ((FORWARD, f"        {code}\n{FORWARD}"),)


def top(line: str) -> Changes:
    """Put a line at the top of exercise 5."""
    return (("from torch import Tensor, nn", f"from torch import Tensor, nn\n{line}"),)


@dataclass(frozen=True)
class Sentence:
    """A sentence, an exercise, a wrong answer to it that gets the sentence, and one for which it would be false."""

    says: str
    number: int
    true: Changes
    false: Changes
    limits: Limits | None = None


ENDLESS, WAITING = ((LEVELS, "    while True: pass"),), ((LEVELS, "    import time; time.sleep(600)"),)
CHECKER = "\n\ndef check_flatten_consecutive(cls):\n    {}\n"
CHECKER_RETURNS, CHECKER_RAISES = (("", CHECKER.format("return False")),), (("", CHECKER.format("raise OSError")),)
STATIC = "\n    @staticmethod\n    def join(x):\n        return x\n"
SENTENCES = (
    Sentence("-seconds): is there an endless loop?", 1, ENDLESS, WAITING, LIMITS),
    Sentence(": does it wait for something?", 1, WAITING, ENDLESS, LIMITS),
    Sentence(
        "(the limit per exercise, --exercise-seconds): is there an endless loop?",
        1,
        (("", "\nwhile True: pass\n"),),
        (("", "\nimport time\ntime.sleep(600)\n"),),
        SHORT,
    ),
    Sentence(
        "the exercise has used its", 1, ((LEVELS, BUSY),), WAITING, Limits(check_seconds=30, exercise_seconds=0.5)
    ),
    Sentence("another check timed out before it", 1, ENDLESS, ((LEVELS, "    1 / 0"),), LIMITS),
    Sentence("exited Python (os._exit)", 5, forward("__import__('os')._exit(0)"), forward("raise SystemExit")),
    Sentence("exited Python (exit status ", 5, forward("__import__('os')._exit(3)"), forward("raise SystemExit(3)")),
    Sentence(
        "was killed (SIGKILL, often because memory ran out)",
        5,
        forward("__import__('os').kill(__import__('os').getpid(), 9)"),
        forward("__import__('os').abort()"),
    ),
    Sentence(
        "it asked for more memory than the limit",
        5,
        forward("__import__('torch').ones(10**13)"),
        forward("x = x.reshape(7, 7, 7, 7)"),
    ),
    Sentence(
        "the recursion goes too deep (RecursionError)",
        5,
        forward("return self.forward(x)"),
        forward("raise RuntimeError('maximum recursion depth exceeded')"),
    ),
    Sentence("it asks for input", 5, forward("input()"), forward("raise EOFError('Ran out of input')")),
    Sentence(
        "`super().__init__()` is missing",
        5,
        ((SUPER, ""),),
        forward("self.last = None; self.last._parameters"),
    ),
    Sentence(
        "`self` is missing",
        5,
        (("def forward(self, x", "def forward(x"),),
        ((ORDERED, "self.join(x, 2)"), ("", STATIC)),
    ),
    Sentence(
        "` should be `__init__`, with two underscores on each side",
        5,
        (("def __init__(self", "def _init_(self"),),
        (("def __init__(self, group: int)", "def __init__(self)"),),
    ),
    Sentence(
        "` is not imported: write `",
        5,
        (("import Tensor, nn", "import Tensor"),),
        (("import Tensor, nn", "import Tensor"), ("", "\nnn = 1\n")),
    ),
    Sentence("is something kept from them?", 1, KEPT, ((LENGTHS, f"{LENGTHS}[::-1]"),)),
    Sentence(
        "is None; is a return missing?",
        5,
        ((RETURN, "joined.squeeze(1)"),),
        ((RETURN, "return [joined]"),),
    ),
    Sentence(
        "; is a return missing?",
        2,
        (("return FusionTrace(", "FusionTrace("),),
        (("return FusionTrace(joined", "return FusionTrace(None"),),
    ),
    Sentence(
        "; a comma at the end of a line makes a tuple",
        5,
        ((RETURN, f"{RETURN},"),),
        ((RETURN, "return [joined.squeeze(1)]"),),
    ),
    Sentence("; the values are right, their order is ", 5, ((ORDERED, NEWEST_FIRST),), ((RETURN, "return -joined"),)),
    Sentence(
        " literally: is the f before the quotes missing?",
        5,
        (('f"group must', '"group must'),),
        (('f"group must be at least 1, got {group}"', '"group: got {}"'),),
    ),
    Sentence("` is a file in the same folder", 5, top("import ex04_flat_mlp"), top("import ex04_flat")),
    Sentence("`, which is not installed", 5, top("import nothing_like_it"), top("import torch.nothing_like_it")),
    Sentence("`, which does not exist", 5, top("import torch.nothing_like_it"), top("import nothing_like_it")),
    Sentence(
        ", which does not exist: only exercise files can be imported",
        5,
        top("from .ex99 import x"),
        top("import torch.nothing_like_it"),
    ),
    Sentence(
        "; did you mean `", 5, top("from .ex04_flat_mlp import FlatMPL"), top("from .ex04_flat_mlp import nothing")
    ),
    Sentence("it contains the markers of a merge conflict", 5, (("", CONFLICT),), (("", "\n=======\n"),)),
    Sentence(
        "it is the loss of rows",
        9,
        ((ROWS, ROWS.replace("len(inputs)", "1")),),
        ((LOSS, f"{LOSS[:-1]}, reduction='sum')"),),
    ),
    Sentence(
        "earlier losses agree, so the update of step ",
        9,
        (("parameter.grad = None", "pass"),),
        ((LOSS, f"{LOSS} + 1"),),
    ),
    Sentence(
        "earlier losses agree, so look at the update of step ",
        9,
        (("alpha=-rate", "alpha=-2 * rate"),),
        ((LOSS, f"{LOSS} + 1"),),
    ),
    Sentence(
        "no update should come before it, so look at the rows and the loss",
        9,
        ((LOSS, f"{LOSS} + 1"),),
        (("parameter.grad = None", "pass"),),
    ),
    Sentence(
        "; the step was ",
        9,
        (("the loss of step {step}", "the loss of step {step + 1}"),),
        (("the loss of step {step}", "it"),),
    ),
    Sentence("it raises ", 14, CHECKER_RAISES, CHECKER_RETURNS),
    Sentence("it returns False for a class that ", 14, CHECKER_RETURNS, CHECKER_RAISES),
)
# Sentences that say what was compared, and no cause: they are true of every answer that gets them.
OBSERVED = (
    *("` is missing", ".py is missing", "times what it should be", "crashed (", " timed out", "tensors kept for gradi"),
    *("compared with a contiguous input", "compared with contiguous tokens", "; each node is needed only once"),
    *("; only one node per level is new", ": only step ", "while the file was imported", "it had only "),
    *("the submission has used its ", "--accept-weak-sandbox", "(only the end is shown)"),
    *(" with the reference in place of ", "allocate memory"),  # the first is tested below, the second is torch's
)
# Where a finding's sentences are written, and words that tell a cause from an observation.
WRITERS = ("grader/engine/*.py", "grader/language/*.py", "grader/answers/answer_modules.py")
WRITERS += ("grader/reports/terminal.py", "tests/checks/test_*.py", "tests/checks/callers.py", "tests/checks/models.py")
CAUSE = re.compile(
    r"\?$|\b(so|because|missing|kept|makes|too deep|should be|should come|often|imported|asks for|timed out|used its"
    r"|memory|does not exist|not installed|conflict|in the same folder|exited|crashed|in place of|agree|look at"
    r"|only|is new|are right|it is the loss|did you mean|the step was)\b"
)


GRADED: dict[tuple[int, Changes, Limits | None], list[str]] = {}  # several sentences share an answer


def differences(workers: Workers, folder: Path, sentence: Sentence, changes: Changes) -> list[str]:
    """What the failing checks of a changed solution say."""
    key = sentence.number, changes, sentence.limits
    if key not in GRADED:
        GRADED[key] = graded(workers, folder, *key)
    return GRADED[key]


def graded(workers: Workers, folder: Path, number: int, changes: Changes, limits: Limits | None) -> list[str]:
    """Grade a changed solution next to the other solutions."""
    exercise = by_number(number)
    folder.mkdir()
    for other in curriculum.exercises():
        shutil.copy(other.solution, folder)
    text = exercise.solution.read_text("utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new) if old else text + new
    (folder / exercise.file).write_text(text)
    submission = Submission(folder, "answers")
    result, _ = run.grade_alone(submission, exercise, workers, limits=limits, diagnose=False)
    return [check.finding.difference or "" for check in result.checks if check.finding.status != "passed"]


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence.says.strip(" ;:,`"))
def test_a_sentence_is_printed_only_where_it_is_true(warm: Workers, tmp_path: Path, sentence: Sentence) -> None:
    right = differences(warm, tmp_path / "true", sentence, sentence.true)
    assert any(sentence.says in line for line in right), right
    wrong = differences(warm, tmp_path / "false", sentence, sentence.false)
    assert wrong, "the other answer is wrong too"
    assert not any(sentence.says in line for line in wrong), wrong


def test_rules_that_pass_without_references_are_not_said_to_need_them(solved: Path) -> None:
    says = "with the reference in place of ex05"
    spoil(solved, 7, "torch.tanh(", "torch.relu(")
    assert says not in grade("5", "7", "--answers", solved).stdout
    spoil(solved, 5, ORDERED, NEWEST_FIRST)
    assert says in grade("5", "7", "--answers", solved).stdout


def written() -> Iterator[tuple[str, str]]:
    """Every text in the code that sounds like a sentence about a cause, with its place."""
    root = paths.checkout().root
    for path in sorted(path for pattern in WRITERS for path in root.glob(pattern)):
        tree = ast.parse(path.read_text("utf-8"))
        plain = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        patterns = {id(call.args[0]) for call in calls if ast.unparse(call.func) == "re.compile"}
        for node in ast.walk(tree):
            text = node.value if isinstance(node, ast.Constant) and id(node) not in plain | patterns else None
            if isinstance(text, str) and " " in text and CAUSE.search(text):
                yield f"{path.relative_to(root)}, line {node.lineno}", text


def test_every_sentence_about_a_cause_is_listed() -> None:
    known = [*(sentence.says for sentence in SENTENCES), *OBSERVED]
    unlisted = [(place, text) for place, text in written() if not any(k in text or text in k for k in known)]
    assert unlisted == []


ONE_MORE = "{}() takes 1 positional argument but 2 were given"
SELF_LESS = "class Fusion(nn.Module):\n    def forward(x):\n        return x\n"
BY_ANOTHER_NAME = (
    "class Fusion:\n    def __init__(me, group):\n        me.group = group\n    def forward(me):\n        pass\n"
)


@pytest.mark.parametrize(
    ("error", "source"),
    [
        (TypeError(ONE_MORE.format("Fusion.forward")), SELF_LESS.replace("(x)", "(self)")),
        (TypeError(ONE_MORE.format("Fusion.forward")), BY_ANOTHER_NAME),
        (TypeError(ONE_MORE.format("forward")), SELF_LESS),
        (TypeError(ONE_MORE.format("Fusion.forward")), "this is not Python"),
        (TypeError(ONE_MORE.format("Tanh.__init__")), SELF_LESS.replace("forward", "_init_")),
        (
            TypeError("Linear.__init__() got an unexpected keyword argument 'biass'"),
            "class A:\n    def _init_(me): ...",
        ),
        (NameError("name 'torch' is not defined"), "def f():\n    import torch\n\n\ntorch.ones(1)\n"),
        (NameError("name 'F' is not defined"), "def f(F):\n    return F\n"),
        (NameError("name 'grup' is not defined"), "grup + 1\n"),
    ],
)
def test_an_error_with_another_cause_gets_no_remark(error: Exception, source: str) -> None:
    assert remarks.remark(error, source) == ""


@pytest.mark.parametrize("name", remarks.IMPORTS)
def test_the_import_that_a_remark_writes_defines_the_name(name: str) -> None:
    remark = remarks.remark(NameError(f"name {name!r} is not defined"), f"print({name})\n")
    assert remark == f"`{name}` is not imported: write `{remarks.IMPORTS[name]}` at the top of the file"
    names: dict[str, object] = {}
    exec(remarks.IMPORTS[name], names)
    assert name in names


@pytest.mark.parametrize(
    ("message", "source"),
    [
        ("'Fusion' object has no attribute '_modules'", "class Fusion:\n    def __init__(self):\n        self.a = 1\n"),
        (
            "'Other' object has no attribute '_modules'",
            "class Fusion(M):\n    def __init__(self):\n        self.a = 1\n",
        ),
        ("'Fusion' object has no attribute '_modules'", "class Fusion(M):\n    def forward(self):\n        pass\n"),
        (
            "'Fusion' object has no attribute 'modules'",
            "class Fusion(M):\n    def __init__(self):\n        self.a = 1\n",
        ),
    ],
)
def test_a_module_that_is_initialised_is_not_said_to_lack_it(message: str, source: str) -> None:
    assert not remarks.is_not_initialised(AttributeError(message), source)
