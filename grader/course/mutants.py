"""Wrong answers made by rule: each solution with one operator, constant, comparison, argument or statement changed.

Mutation tools (mutmut, cosmic-ray) run a test command per mutant. Here a mutant is an ordinary answer, graded in a
forked process within a tenth of a second, so only the rules are needed.
"""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from grader.base import paths
from grader.base.errors import UsageError
from grader.kata.curriculum import Exercise

EQUIVALENT = "grader/mistakes/equivalent_mutants.yaml"

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt,),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt,),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.Div),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
}


@dataclass(frozen=True)
class Mutant:
    """A solution with one change: where and what, as one line, and the whole code."""

    says: str
    code: str


def of(exercise: Exercise) -> Iterator[Mutant]:
    """Make all mutants of an exercise's solution, without duplicates."""
    source = exercise.solution.read_text(encoding="utf-8")
    seen = {ast.unparse(ast.parse(source))}
    for code, function, old, new in _changed(ast.parse(source)):
        if code not in seen:
            seen.add(code)
            yield Mutant(f"{function}: {old} -> {new}", code)


def equivalent(exercise: Exercise) -> dict[str, str]:
    """Read the mutants that no check can distinguish from the solution, each with the reason.

    Raises:
        UsageError: the list cannot be read.
    """
    path = paths.checkout().root / EQUIVALENT
    try:
        listed: dict[str, dict[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        return {str(says): str(reason) for says, reason in listed.get(exercise.name, {}).items()}
    except (OSError, yaml.YAMLError, AttributeError) as error:
        raise UsageError(f"{paths.shown(path)} cannot be read ({' '.join(str(error).split())})") from error


def _changed(tree: ast.Module) -> Iterator[tuple[str, str, str, str]]:
    """Yield the code of each changed tree, with the function and the line before and after."""
    for path, function, statement in _statements(tree):
        for changed in _variants(statement):
            yield _with(tree, path, changed), function, _headline(statement), _headline(changed)


Path = tuple[tuple[str, int], ...]


def _statements(tree: ast.Module) -> Iterator[tuple[Path, str, ast.stmt]]:
    """Yield every statement inside a function, and every function for its defaults, with the path from the root."""

    def walk(node: Any, path: Path, function: str) -> Iterator[tuple[Path, str, ast.stmt]]:
        for field in ("body", "orelse", "finalbody"):
            for index, child in enumerate(getattr(node, field, [])):
                here = (*path, (field, index))
                if isinstance(child, ast.FunctionDef):
                    yield here, child.name, child
                    yield from walk(child, here, child.name)
                elif function and not _is_docstring(child):
                    yield here, function, child
                    yield from walk(child, here, function)
                else:
                    yield from walk(child, here, function)

    return walk(tree, (), "")


def _with(tree: ast.Module, path: Path, statement: ast.stmt) -> str:
    """Write the tree as code, with another statement at the end of the path."""
    node: Any = tree
    for field, index in path[:-1]:
        node = getattr(node, field)[index]
    field, index = path[-1]
    statements = getattr(node, field)
    own, statements[index] = statements[index], ast.fix_missing_locations(statement)
    try:
        return ast.unparse(tree)
    finally:
        statements[index] = own


def _variants(statement: ast.stmt) -> Iterator[ast.stmt]:
    """Yield the variants of a statement: left out, and with each of its expressions changed in every way."""
    if isinstance(statement, ast.Expr | ast.Assign | ast.AugAssign | ast.Raise | ast.Break):
        yield ast.Pass()
    if isinstance(statement, ast.Return) and statement.value is not None:
        yield ast.Return(ast.Constant(None))
    if isinstance(statement, ast.If | ast.While):
        yield _replaced(statement, statement.test, ast.Constant(False))
    if isinstance(statement, ast.If):
        yield _replaced(statement, statement.test, ast.Constant(True))
    if isinstance(statement, ast.AugAssign):
        for operator in _OPERATORS.get(type(statement.op), ()):
            yield ast.AugAssign(statement.target, operator(), statement.value)
    for expression in _own_expressions(statement):
        for changed in _changes(expression):
            yield _replaced(statement, expression, changed)


def _own_expressions(statement: ast.stmt) -> Iterator[ast.expr]:
    """Yield the expressions of a statement, without nested statements, annotations and error messages."""
    waiting: list[ast.AST] = [statement.args] if isinstance(statement, ast.FunctionDef) else [statement]
    while waiting:
        node = waiting.pop()
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns") or isinstance(node, ast.JoinedStr):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.expr):
                    yield child
                if isinstance(child, ast.AST) and not isinstance(child, ast.stmt):
                    waiting.append(child)


def _changes(node: ast.expr) -> Iterator[ast.expr]:
    """Yield every wrong version of an expression that the rules produce."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for comparison in _COMPARISONS.get(type(node.ops[0]), ()):
            yield ast.Compare(node.left, [comparison()], node.comparators)
    elif isinstance(node, ast.BinOp):
        for operator in _OPERATORS.get(type(node.op), ()):
            yield ast.BinOp(node.left, operator(), node.right)
        if not isinstance(node.op, ast.Add | ast.Mult):
            yield ast.BinOp(node.right, node.op, node.left)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        yield from node.values
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.IfExp):
        yield ast.IfExp(node.test, node.orelse, node.body)
    elif isinstance(node, ast.Constant):
        yield from map(ast.Constant, _other_constants(node.value))
    elif isinstance(node, ast.JoinedStr):
        yield ast.Constant("".join(str(part.value) for part in node.values if isinstance(part, ast.Constant)))
    elif isinstance(node, ast.Call) and len(node.args) > 1:
        yield ast.Call(node.func, [node.args[1], node.args[0], *node.args[2:]], node.keywords)
    if isinstance(node, ast.Call):
        for index in range(len(node.keywords)):
            yield ast.Call(node.func, node.args, node.keywords[:index] + node.keywords[index + 1 :])


def _other_constants(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1]
    if isinstance(value, float):
        return [value * 1.5]
    return ["x"] if isinstance(value, str) else []


def _replaced(statement: ast.stmt, old: ast.expr, new: ast.expr) -> ast.stmt:
    """Copy a statement with one expression replaced."""
    return copy.deepcopy(statement, {id(old): new})


def _headline(statement: ast.stmt) -> str:
    """Return the statement's first line of code, without its body."""
    return next(line for line in ast.unparse(statement).splitlines() if not line.startswith("@"))


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
