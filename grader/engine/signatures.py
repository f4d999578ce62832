"""Explains a TypeError by the signature of the method, read from its source."""

import ast
import re

_COUNTED = re.compile(r"(?:(\w+)\.)?(\w+)\(\) takes (\d+) positional arguments? but (\d+) w")
_UNEXPECTED = re.compile(r"(?:(\w+)\.)?(__init__)\(\) got an unexpected keyword argument")


def remark(message: str, source: str) -> str:
    """Return a sentence on the signature that explains a TypeError, or an empty text.

    Args:
        message: the error's, such as `Fusion.forward() takes 1 positional argument but 2 were given`.
        source: the text of the learner's file.
    """
    counted, unexpected = _COUNTED.search(message), _UNEXPECTED.search(message)
    refused = unexpected or (counted if counted and int(counted[4]) == int(counted[3]) + 1 else None)
    if refused is None:
        return ""
    owner, method = refused[1], refused[2]
    try:
        classes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef)]
    except SyntaxError:
        return ""
    for each in classes:
        methods = {node.name: node for node in each.body if isinstance(node, ast.FunctionDef)}
        if owner in (None, each.name) and method in methods:
            arguments = methods[method].args
            names = [argument.arg for argument in arguments.posonlyargs + arguments.args]
            if counted and (not names or names[0] != "self"):
                return f"`self` is missing: it must be the first parameter of `{method}`"
        misspelt = [name for name in methods if name != "__init__" and name.strip("_") == "init"]
        if method == "__init__" and misspelt and "__init__" not in methods:
            return f"`{misspelt[0]}` should be `__init__`, with two underscores on each side"
    return ""
