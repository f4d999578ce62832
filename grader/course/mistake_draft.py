"""`grade mistakes draft`: a mistake file from a wrong answer, with the changes that turn the solution into it.

Functions are compared by their code, without docstrings and annotations. The texts are left empty, and a mistake file
cannot be read until they are written.
"""

import ast
import copy
import difflib
import tempfile
import textwrap
import tokenize
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from grader.base import paths
from grader.base.errors import UsageError
from grader.base.results import ExerciseResult
from grader.engine import run, worker_supply
from grader.kata import intake
from grader.kata.curriculum import Exercise
from grader.kata.mistakes import TEXTS, Change
from grader.kata.submission import Submission

Function = ast.FunctionDef | ast.AsyncFunctionDef


def of_answer(exercise: Exercise, answers: Path) -> tuple[str, list[str]]:
    """Grade an answer and draft a mistake file from it; return the text of the file, and notes.

    Args:
        exercise: the exercise.
        answers: a folder of answers, or a notebook.

    Raises:
        UsageError: there is no mistake to draft: the answer cannot be read, is right, or has a known mistake.
    """
    with (
        intake.opened(answers) as (submission, _),
        worker_supply.workers([exercise]) as workers,
    ):
        problem = submission.problem(exercise)
        if problem is not None:
            raise UsageError(problem.line or f"{paths.shown(answers)} contains no {exercise.file}")
        result, causes = run.grade_alone(submission, exercise, workers)
        failing = _failing(result)
        if not failing:
            raise UsageError(f"{exercise.file} passes every check: there is no mistake to draft")
        if failing.keys() == causes.by_check.keys():
            names = sorted({cause.name for cause in causes.by_check.values()})
            raise UsageError(f"{exercise.file} fails for a known reason: {', '.join(names)}")
        try:
            with tokenize.open(submission.path(exercise)) as file:  # in the encoding that it declares
                changes, code = drafted(exercise.solution.read_text("utf-8"), file.read())
        except (SyntaxError, UnicodeDecodeError) as error:
            raise UsageError(f"{exercise.file} does not parse: there is no mistake to draft") from error
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, exercise.file).write_text(code, "utf-8")
            tried, _ = run.grade_alone(Submission(Path(folder), "draft"), exercise, workers, diagnose=False)
    notes = []
    if _failing(tried) != failing:
        notes = ["the draft behaves differently from the answer: complete its changes by hand"]
    return _text(changes, result), notes


def _failing(result: ExerciseResult) -> dict[str, tuple[str, str | None]]:
    """Return the failing checks, each with its status and difference."""
    return {
        check.check.name: (check.finding.status, check.finding.difference)
        for check in result.checks
        if check.finding.status != "passed"
    }


def drafted(solution: str, answer: str) -> tuple[list[Change], str]:
    """Find the changes that turn the solution into an answer; return them, and the solution with the changes.

    Args:
        solution: the text of the solution.
        answer: the text of an answer.

    Raises:
        SyntaxError: the answer does not parse.
    """
    own, theirs = _functions(ast.parse(solution)), _functions(ast.parse(answer))
    changes, code = [], solution
    for change in _additions(solution, answer):
        changes.append(change)
        code = change.made_in(code)
    for name, function in own.items():
        if name not in theirs or _code(function) == _code(theirs[name]):
            continue
        for change in _candidates(solution, function, answer, theirs[name]):
            try:
                changed = change.made_in(code)
                if _code(_functions(ast.parse(changed))[name]) != _code(theirs[name]):
                    continue  # the lines begin in the middle of a block
            except (ValueError, SyntaxError):  # the lines are there twice
                continue
            changes.append(change)
            code = changed
            break
    return changes, code


def _text(changes: Sequence[Change], result: ExerciseResult) -> str:
    """Write the file: the failing checks and an example as comments, empty texts, and the changes."""
    failing = [check for check in result.checks if check.finding.status != "passed"]
    shown = next((check.finding for check in failing if check.finding.example), failing[0].finding)
    comments = [f"fails {check.check.name}" for check in failing]
    comments += [*(shown.example or "").splitlines(), *(shown.difference or "").splitlines()]
    head = "".join(f"# {line}".rstrip() + "\n" for line in comments)
    fields = [{"from": change.old, "to": change.new} for change in changes]
    return (
        head + "".join(f"{name}:\n" for name in TEXTS) + yaml.dump({"change": fields}, Dumper=_Dumper, sort_keys=False)
    )


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks."""


def _block(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _block)


def _functions(tree: ast.Module) -> dict[str, Function]:
    """Return functions and methods by their qualified names."""
    found: dict[str, Function] = {}
    for node in tree.body:
        for each in [node, *(node.body if isinstance(node, ast.ClassDef) else [])]:
            if isinstance(each, Function):
                found[f"{node.name}.{each.name}" if isinstance(node, ast.ClassDef) else each.name] = each
    return found


def _body(function: Function) -> list[ast.stmt]:
    return function.body[1:] if ast.get_docstring(function) is not None else function.body


def _code(function: Function) -> tuple[str, ...]:
    """Write a function without its docstring and annotations."""
    return (_parameters(function), *map(ast.unparse, _body(function)))


def _parameters(function: Function) -> str:
    plain = copy.deepcopy(function.args)
    for argument in ast.walk(plain):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return ast.unparse(plain)


def _additions(solution: str, answer: str) -> Iterator[Change]:
    """Put what only the answer has where it works: methods at the start of their class, all else above the first
    definition.
    """
    trees = ast.parse(solution), ast.parse(answer)
    known = {ast.unparse(node) for node in trees[0].body}
    names = {node.name for node in trees[0].body if isinstance(node, Function | ast.ClassDef)}
    more = [
        ast.get_source_segment(answer, node) or ast.unparse(node)
        for node in trees[1].body
        if ast.unparse(node) not in known
        and not (isinstance(node, Function | ast.ClassDef) and node.name in names)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        and not isinstance(node, ast.If)  # what runs only as a script
    ]
    first = next((node for node in trees[0].body if isinstance(node, Function | ast.ClassDef)), None)
    lines = solution.splitlines()
    if more and first is not None:
        line = lines[min([first.lineno, *(decorator.lineno for decorator in first.decorator_list)]) - 1]
        yield Change(line, "\n\n".join([*more, line]))
    own, theirs = ({node.name: node for node in tree.body if isinstance(node, ast.ClassDef)} for tree in trees)
    for name in sorted(own.keys() & theirs.keys()):
        methods = {each.name for each in own[name].body if isinstance(each, Function)}
        known = {ast.unparse(each) for each in own[name].body}
        extra = [
            "\n".join(_lines(answer, [each]))
            for each in theirs[name].body
            if isinstance(each, Function | ast.Assign | ast.AnnAssign)
            and getattr(each, "name", None) not in methods
            and ast.unparse(each) not in known
        ]
        if extra:
            line = lines[own[name].lineno - 1]
            yield Change(line, "\n\n".join([line, *(textwrap.indent(each, "    ") for each in extra)]))


def _candidates(solution: str, own: Function, answer: str, theirs: Function) -> Iterator[Change]:
    """Yield changes from one function to the other, the shortest first: changed lines, the body, the whole function."""
    if _parameters(own) == _parameters(theirs):
        old, new = _lines(solution, _body(own)), _lines(answer, _body(theirs))
        yield _shortened(old, new)
        yield Change("\n".join(old), "\n".join(new))
    yield Change("\n".join(_lines(solution, [own])), "\n".join(_lines(answer, [theirs])))


def _lines(text: str, statements: Sequence[ast.stmt]) -> list[str]:
    """Return the lines of some statements, without their common indentation."""
    decorators = getattr(statements[0], "decorator_list", [])
    first, last = min([statements[0].lineno, *(each.lineno for each in decorators)]), statements[-1].end_lineno
    return textwrap.dedent("\n".join(text.splitlines()[first - 1 : last])).splitlines()


def _shortened(old: list[str], new: list[str]) -> Change:
    """Leave out the lines at both ends that do not change, except for one if nothing else is left to replace."""
    matches = difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_matching_blocks()
    start = matches[0].size if matches[0].a == matches[0].b == 0 else 0
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    if start + end == len(old):
        start, end = (start - 1, end) if start else (start, end - 1)
    replaced = old[start : len(old) - end]
    while len(replaced) > 1 and replaced[0].lstrip().startswith("#"):  # the marker of a region
        replaced = replaced[1:]
    return Change(textwrap.dedent("\n".join(replaced)), textwrap.dedent("\n".join(new[start : len(new) - end])))
