"""Explains an error by the text of the learner's file: a wrong signature, a missing import or `super().__init__()`."""

import ast
import re
from collections.abc import Iterator

from grader.base import values_as_text

_COUNTED = re.compile(r"(?:(\w+)\.)?(\w+)\(\) takes (\d+) positional arguments? but (\d+) w")
_UNEXPECTED = re.compile(r"(\w+)\.(__init__)\(\) got an unexpected keyword argument")
_UNDEFINED = re.compile(r"name '(\w+)' is not defined")
_NO_MODULE_YET = re.compile(
    r"(?:'(\w+)' object )?has no attribute '(?:training|_parameters|_buffers|_modules|\w+_hooks)'"
)
IMPORTS = {
    "torch": "import torch",
    "nn": "from torch import nn",
    "Tensor": "from torch import Tensor",
    "F": "from torch.nn import functional as F",
    "np": "import numpy as np",
    "deque": "from collections import deque",
    "NamedTuple": "from typing import NamedTuple",
    **{name: f"import {name}" for name in ("numpy", "math", "random", "itertools", "functools", "collections")},
}


def remark(raised: BaseException, source: str) -> str:
    """Return a sentence on the file that explains an error, or an empty text.

    Args:
        raised: the error, such as `TypeError: Fusion.forward() takes 1 positional argument but 2 were given`.
        source: the text of the file: where the method is defined, or where the name is used.
    """
    message, tree = values_as_text.message(raised), _parsed(source)
    if isinstance(raised, TypeError):
        return _of_signature(message, tree)
    return _of_import(message, tree) if isinstance(raised, NameError) else ""


def is_not_initialised(raised: BaseException, source: str) -> bool:
    """Return whether an error comes from an `__init__` that does not call that of `nn.Module` first."""
    message = values_as_text.message(raised)
    missing = _NO_MODULE_YET.search(message)
    if not isinstance(raised, AttributeError) or not (missing or "before Module.__init__() call" in message):
        return False
    name = missing[1] if missing else None
    return any(
        _sets_before_super(each) for each in _classes(_parsed(source)) if each.bases and name in (None, each.name)
    )


def _of_signature(message: str, tree: ast.Module) -> str:
    counted, unexpected = _COUNTED.search(message), _UNEXPECTED.search(message)
    refused = unexpected or (counted if counted and int(counted[4]) == int(counted[3]) + 1 else None)
    if refused is None:
        return ""
    owner, method = refused[1], refused[2]
    for each in _classes(tree):
        if owner != each.name:
            continue
        methods = {node.name: node for node in each.body if isinstance(node, ast.FunctionDef)}
        if counted and method in methods and _lacks_self(methods[method], each):
            return f"`self` is missing: it must be the first parameter of `{method}`"
        misspelt = [name for name in methods if name != "__init__" and name.strip("_") == "init"]
        if method == "__init__" and misspelt and "__init__" not in methods:
            return f"`{misspelt[0]}` should be `__init__`, with two underscores on each side"
    return ""


def _of_import(message: str, tree: ast.Module) -> str:
    undefined = _UNDEFINED.fullmatch(message)
    name = undefined[1] if undefined else ""
    if name not in IMPORTS or name in _bound(tree):
        return ""
    return f"`{name}` is not imported: write `{IMPORTS[name]}` at the top of the file"


def _parsed(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return ast.Module([], [])


def _classes(tree: ast.Module) -> Iterator[ast.ClassDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def _lacks_self(method: ast.FunctionDef, owner: ast.ClassDef) -> bool:
    """Return whether a method has no parameter for the object, under whatever name: one whose attributes are set."""
    if method.decorator_list:  # a static method needs none, and a class method calls it `cls`
        return False
    parameters = method.args.posonlyargs + method.args.args
    return not parameters or parameters[0].arg not in {"self", *_objects_of_set_attributes(owner)}


def _objects_of_set_attributes(part: ast.AST) -> set[str]:
    """Return the names before the dot wherever an attribute is set: `self` of `self.group = group`."""
    attributes = [
        node for node in ast.walk(part) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    ]
    return {node.value.id for node in attributes if isinstance(node.value, ast.Name)}


def _sets_before_super(owner: ast.ClassDef) -> bool:
    """Return whether a class has an `__init__` that does not start with a call of another `__init__`."""
    for method in owner.body:
        if isinstance(method, ast.FunctionDef) and method.name == "__init__":
            for statement in method.body:
                if any(isinstance(node, ast.Attribute) and node.attr == "__init__" for node in ast.walk(statement)):
                    return False
                if _objects_of_set_attributes(statement):
                    return True
            return True
    return False


def _bound(tree: ast.Module) -> set[str]:
    """Return all names that a file binds anywhere, also inside of functions."""
    names: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(name)
            case ast.Import(names=imported) | ast.ImportFrom(names=imported):
                names.update(each.asname or each.name.partition(".")[0] for each in imported)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                names.add(name)
    return names
