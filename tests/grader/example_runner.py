"""Runs printed examples as a learner does who pastes them beside the answers: each in a fork with nothing imported.

Requests come as JSON lines on standard input: a folder, and the lines of an example. A reply tells what the last line
shows, or what was raised.
"""

import ast
import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from grader.answers.plain_values import plain
from grader.answers.steps import Opaque
from grader.base import values_as_text

PACKAGE = "pasted"


def names_of(folder: Path) -> dict[str, Any]:
    """What the answers define, as a learner has it who imports all that the example needs."""
    sys.path.insert(0, str(folder.parent))
    names: dict[str, Any] = {"torch": torch, "nn": nn, "np": np}
    for path in sorted(folder.glob("ex*.py")):
        module = importlib.import_module(f"{folder.name}.{path.stem}")
        own = {name: thing for name, thing in vars(module).items() if not name.startswith("_")}
        names |= {name: thing for name, thing in own.items() if getattr(thing, "__module__", None) == module.__name__}
    return names


def shown(names: dict[str, Any], example: str) -> dict[str, Any]:
    """Run the lines of an example one after the other, as they are pasted; the value of the last one.

    Where an earlier line raises an error, as a call that should be refused does, the next ones run all the same.
    """
    raised, value = None, None
    for line in ast.parse(example).body:
        value = None
        try:
            if isinstance(line, ast.Expr):
                value = eval(compile(ast.Expression(line.value), "<example>", "eval"), names)
            else:
                exec(compile(ast.Module([line], []), "<example>", "exec"), names)
                target = line.targets[0] if isinstance(line, ast.Assign) else None
                value = names[target.id] if isinstance(target, ast.Name) else None
            failed = False
        except BaseException as error:
            raised, failed = raised or values_as_text.error(error), True
    if failed:
        return {"raised": raised}
    value = plain(value)
    items = value if isinstance(value, list | tuple) else []
    return {
        "value": values_as_text.value(value),
        "kind": value.name if isinstance(value, Opaque) else type(value).__name__,
        "length": len(value) if isinstance(value, list | tuple | dict) else getattr(value, "length", None),
        "items": [values_as_text.value(item) for item in [*items[:10], *items[-10:]]],
        "numbers": [
            n for item in (items or [value]) if isinstance(item, torch.Tensor) for n in item.flatten().tolist()
        ],
    }


def main() -> None:
    """Answer each request in a process of its own."""
    torch.set_num_threads(1)
    for line in sys.stdin:
        folder, example = json.loads(line)
        reader, writer = os.pipe()
        if os.fork() == 0:
            nothing = os.open(os.devnull, os.O_RDWR)
            os.dup2(nothing, 1)
            try:
                told = shown(names_of(Path(folder)), example)
            except BaseException as error:
                told = {"broken": f"{type(error).__name__}: {error}"}
            os.write(writer, json.dumps(told).encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            print(pipe.read().decode(), flush=True)
        os.wait()


if __name__ == "__main__":
    main()
