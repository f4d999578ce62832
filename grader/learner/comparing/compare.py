"""`grade compare`: an answer next to the solution: how their code differs, and how each is written."""

import ast
import difflib
import importlib.util
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from grader.base import paths
from grader.base.errors import UsageError
from grader.kata import stubs
from grader.kata.curriculum import Exercise

_AROUND = 2  # context lines of a diff


@dataclass(frozen=True)
class Style:
    """Style figures of a text; lines of code are counted in a uniform layout, without comments and docstrings."""

    lines: int
    functions: int
    loops: int
    branches: int
    depth: int
    longest: int


@dataclass(frozen=True)
class Function:
    """A function or method in both versions, without its docstring; "" if one has none with that name."""

    name: str
    answer: str
    solution: str


@dataclass(frozen=True)
class Comparison:
    """Both versions function by function, the diff of their code, and style figures; None if a file does not parse.

    In the diff neither comments, docstrings, annotations and layout count, nor what private names are called.
    """

    functions: tuple[Function, ...]
    diff: tuple[str, ...]
    answer_style: Style | None
    solution_style: Style | None


def compare(exercise: Exercise) -> Comparison:
    """Read both files.

    Raises:
        UsageError: one of them cannot be read.
    """
    try:
        answer = importlib.util.decode_source(exercise.stub.read_bytes())
    except (OSError, UnicodeDecodeError, SyntaxError) as error:
        reason = (
            error.strerror if isinstance(error, OSError) else "it is not in its declared encoding (UTF-8 by default)"
        )
        raise UsageError(f"cannot read {paths.shown(exercise.stub)}: {reason}") from error
    answer = stubs.without_script(stubs.without_markers(answer))
    solution = stubs.answer(exercise)
    mine, theirs = _functions(answer), _functions(solution)
    pairs = tuple(Function(name, mine.get(name, ""), theirs.get(name, "")) for name in theirs | mine)
    return Comparison(pairs, tuple(_diff(answer, solution)), _style(answer), _style(solution))


def _functions(text: str) -> dict[str, str]:
    """Return the functions and methods of a text by name; the whole text if it does not parse."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return {"the whole file": text}
    lines, found = text.splitlines(), dict[str, str]()

    def add(body: list[ast.stmt], inside: str) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef):
                add(node.body, f"{inside}{node.name}.")
            elif isinstance(node, ast.FunctionDef):
                end = node.end_lineno or node.lineno
                docstring: set[int] = set()
                if ast.get_docstring(node) is not None:
                    first = node.body[0]
                    docstring = set(range(first.lineno, (first.end_lineno or first.lineno) + 1))
                kept = [lines[n - 1] for n in range(node.lineno, end + 1) if n not in docstring]
                found[inside + node.name] = textwrap.dedent("\n".join(kept))

    add(tree.body, "")
    return found


def _diff(answer: str, solution: str) -> Iterator[str]:
    """Make a unified diff that shows the original lines, but treats private names as equal."""
    (mine, plain_mine), (theirs, plain_theirs) = _code(answer), _code(solution)
    groups = difflib.SequenceMatcher(None, plain_mine, plain_theirs, autojunk=False).get_grouped_opcodes(_AROUND)
    for number, group in enumerate(groups):
        if number == 0:
            yield from ("--- yours", "+++ solution")
        first, last = group[0], group[-1]
        yield f"@@ -{first[1] + 1},{last[2] - first[1]} +{first[3] + 1},{last[4] - first[3]} @@"
        for kind, start, end, other_start, other_end in group:
            if kind == "equal":
                yield from (f" {line}" for line in mine[start:end])
                continue
            yield from (f"-{line}" for line in mine[start:end])
            yield from (f"+{line}" for line in theirs[other_start:other_end])


def _code(text: str) -> tuple[list[str], list[str]]:
    """Return the code in a uniform layout, and the same lines with numbered private names."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return text.splitlines(), text.splitlines()
    _without_docstrings(tree)
    _Unannotated().visit(tree)
    code = ast.unparse(tree).splitlines()
    _Numbered(tree).visit(tree)
    return code, ast.unparse(tree).splitlines()


def _without_docstrings(tree: ast.AST) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]


class _Unannotated(ast.NodeTransformer):
    """Removes annotations."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Remove the annotation of the result; then visit arguments and body."""
        node.returns = None
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        """Remove the annotation of an argument."""
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """Turn it into a plain assignment; keep one without a value, a field of a class."""
        if node.value is None:
            return node
        return ast.copy_location(ast.Assign([node.target], node.value), node)


class _Numbered(ast.NodeTransformer):
    """Replaces local variables, and helpers whose names begin with one underscore, by numbers."""

    def __init__(self, tree: ast.Module) -> None:
        helpers = [n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef) and n.name[:1] == "_"]
        self._names = {name: f"_{number}" for number, name in enumerate(helpers)}

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Number the names of one function, except its arguments, which belong to the contract."""
        outside, self._names = self._names, dict(self._names)
        node.name = self._names.get(node.name, node.name)
        arguments = {argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)}
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store) and inner.id not in arguments:
                self._names.setdefault(inner.id, f"_{len(self._names)}")
        self.generic_visit(node)
        self._names = outside
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Number a private class."""
        node.name = self._names.get(node.name, node.name)
        self.generic_visit(node)
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Number a name."""
        node.id = self._names.get(node.id, node.id)
        return node


def _style(text: str) -> Style | None:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    _without_docstrings(tree)
    code = ast.unparse(tree).splitlines()
    nodes = list(ast.walk(tree))
    return Style(
        lines=sum(bool(line.strip()) for line in code),
        functions=sum(isinstance(node, ast.FunctionDef | ast.Lambda) for node in nodes),
        loops=sum(isinstance(node, ast.For | ast.While | ast.comprehension) for node in nodes),
        branches=sum(isinstance(node, ast.If | ast.IfExp | ast.Match) for node in nodes),
        depth=max((len(line) - len(line.lstrip())) // 4 for line in [*code, ""]),
        longest=max(len(line) for line in [*text.splitlines(), ""]),
    )
