"""Right and wrong `FlattenConsecutive` classes by kind, for exercise 14. They differ from those in tests/right and the
bank.

Each definition is only a pattern: `Candidate.text` turns it into the source of a class without a recognisable origin,
which runs in the process of the learner's checker. The descriptions of wrong classes show no code.
"""

import ast
import functools
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

NAME = "FlattenConsecutive"
IMPORTS = "import random\nimport numpy as np\nimport torch\nfrom torch import Tensor, nn"

_OF_MODULES = frozenset(dir(nn.Module()))  # `train`, `parameters`, ...: a checker calls them by these names


@dataclass(frozen=True)
class Candidate:
    """A class to be judged: what it does, in words, and its pattern."""

    does: str
    pattern: type

    @functools.cache  # noqa: B019 (candidates live as long as the checks)
    def text(self, seed: int) -> str:
        """The class as Python text of its own: one class without history, whose methods bear names of the seed's."""
        own = [part for part in self.pattern.__mro__ if part.__module__ == __name__]
        base = next(part for part in self.pattern.__mro__ if part not in own)
        members: dict[str, ast.stmt] = {}
        for part in reversed(own):
            members |= _members(part.__name__)
        names = [name for name in members if name not in _OF_MODULES]
        numbers = random.Random(f"{seed}/{self.does}").sample(range(1000, 9999), len(names))
        renamed = {name: f"_{number}" for name, number in zip(names, numbers, strict=True)}
        made = ast.ClassDef(
            NAME,
            bases=[ast.parse("object" if base is object else f"nn.{base.__name__}", mode="eval").body],
            keywords=[],
            body=[_Renaming(renamed).visit(member) for member in members.values()],
            decorator_list=[],
        )
        return f"{IMPORTS}\n{ast.unparse(ast.fix_missing_locations(made))}"


@functools.cache
def _classes() -> dict[str, str]:
    """The text of each class of this file. To parse it again costs less than to copy its tree."""
    loader = sys.modules[__name__].__loader__
    text = loader.get_source(__name__)  # type: ignore[union-attr]  # a module that was imported from a file has both
    lines = text.splitlines(keepends=True)
    classes = (node for node in ast.parse(text).body if isinstance(node, ast.ClassDef))
    return {node.name: "".join(lines[node.lineno - 1 : node.end_lineno]) for node in classes}


def _members(name: str) -> dict[str, ast.stmt]:
    """Methods and attributes of a pattern, without what it says about itself."""
    found: dict[str, ast.stmt] = {}
    (pattern,) = ast.parse(_classes()[name]).body
    assert isinstance(pattern, ast.ClassDef)
    for node in pattern.body:
        if isinstance(node, ast.FunctionDef):
            has_words = isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)
            body = node.body[has_words:] or [ast.Pass()]
            _without_types(node.args)
            found[node.name] = ast.FunctionDef(node.name, node.args, body, node.decorator_list)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            found[node.target.id] = ast.Assign([ast.Name(node.target.id, ast.Store())], node.value)
    return found


def _without_types(arguments: ast.arguments) -> None:
    """Remove the types of arguments."""
    for each in [*arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]:
        if each is not None:
            each.annotation = None


class _Renaming(ast.NodeTransformer):
    """Renames methods and attributes of a class."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = self._names.get(node.name, node.name)
        return self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
            node.attr = self._names.get(node.attr, node.attr)
        return self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        if len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            node.targets[0].id = self._names.get(node.targets[0].id, node.targets[0].id)
        return self.generic_visit(node)


RIGHT: dict[str, list[Candidate]] = {}
WRONG: dict[str, list[Candidate]] = {}


def right(way: str, does: str) -> Callable[[type], type]:
    """Add a right class with the description of what it does, to follow "a class that"."""

    def add(pattern: type) -> type:
        RIGHT.setdefault(way, []).append(Candidate(does, pattern))
        return pattern

    return add


def wrong(kind: str, does: str) -> Callable[[type], type]:
    """Add a wrong class of a kind with the description of what it does, to follow "a class that"."""

    def add(pattern: type) -> type:
        WRONG.setdefault(kind, []).append(Candidate(does, pattern))
        return pattern

    return add


# ---- right ----


@right("axes", "is one reshape")
class Plain(nn.Module):
    """The base pattern: most others override one of its steps."""

    def __init__(self, group: int) -> None:
        nn.Module.__init__(self)
        self.accept(group)
        self.group = group

    def accept(self, group: int) -> None:
        """Reject a group below 1."""
        if group < 1:
            raise ValueError(f"a group of {group}")

    def forward(self, x: Tensor) -> Tensor:
        """All steps."""
        self.examine(x)
        return self.finish(self.join(x))

    def examine(self, x: Tensor) -> None:
        """Reject input that is not a sequence of whole groups."""
        if x.dim() != 3 or x.shape[1] % self.group:
            raise ValueError(f"shape {tuple(x.shape)}, group {self.group}")

    def join(self, x: Tensor) -> Tensor:
        """(B, T, C) to (B, T // group, group * C)."""
        return x.reshape(x.shape[0], x.shape[1] // self.group, self.group * x.shape[2])

    def finish(self, joined: Tensor) -> Tensor:
        """Drop the time axis if one group remains."""
        return joined[:, 0] if joined.shape[1] == 1 else joined


PLAIN = RIGHT["axes"][0]


@right("axes", "splits one axis in two and merges two others")
class _Unflattened(Plain):
    def join(self, x: Tensor) -> Tensor:
        return x.unflatten(1, (-1, self.group)).flatten(2)


@right("pieces", "gathers each neighbour by its index and puts them side by side")
class _Selected(Plain):
    def join(self, x: Tensor) -> Tensor:
        places = torch.arange(0, x.shape[1], self.group)
        return torch.cat([x.index_select(1, places + k) for k in range(self.group)], dim=2)


@right("pieces", "cuts the sequence into groups and stacks them")
class _Split(Plain):
    def forward(self, x: Tensor) -> Tensor:
        self.examine(x)
        rows = [group.flatten(1) for group in x.split(self.group, dim=1)]
        return rows[0] if len(rows) == 1 else torch.stack(rows, 1)


@right("axes", "moves the batch to the end, merges, and moves it back")
class _Moved(Plain):
    def join(self, x: Tensor) -> Tensor:
        last = x.movedim(0, -1).contiguous()
        return last.view(x.shape[1] // self.group, self.group * x.shape[2], x.shape[0]).movedim(-1, 0)


@right("own", "multiplies by a matrix of zeros and ones")
class _Multiplied(Plain):
    def join(self, x: Tensor) -> Tensor:
        which = torch.eye(x.shape[1], dtype=x.dtype).view(-1, self.group, x.shape[1])
        return torch.einsum("gkt,btc->bgkc", which, x).flatten(2)


@right("pieces", "writes each neighbour into a new tensor")
class _Written(Plain):
    def join(self, x: Tensor) -> Tensor:
        batch, time, channels = x.shape
        out = x.new_zeros(batch, time // self.group, self.group * channels)
        for k in range(self.group):
            out[:, :, k * channels : (k + 1) * channels] = x[:, k :: self.group, :]
        return out


@right("pieces", "builds its result window by window, from lists")
class _Listed(Plain):
    def join(self, x: Tensor) -> Tensor:
        starts = range(0, x.shape[1], self.group)
        return torch.stack([torch.stack([torch.cat([*w[s : s + self.group]]) for s in starts]) for w in x])


@right("own", "is made of two layers of torch, and keeps the group in one of them")
class _OfParts(nn.Module):
    def __init__(self, group: int) -> None:
        nn.Module.__init__(self)
        if group < 1:
            raise ValueError(f"a group of {group}")
        self.apart, self.together = nn.Unflatten(1, (-1, group)), nn.Flatten(2)

    def forward(self, x: Tensor) -> Tensor:
        """Take apart, and put together."""
        if x.dim() != 3 or x.shape[1] % self.apart.unflattened_size[1]:
            raise ValueError(f"shape {tuple(x.shape)}")
        joined: Tensor = self.together(self.apart(x))
        return joined if joined.shape[1] > 1 else joined.select(1, 0)


@right("own", "works differently in training and in evaluation, with the same result")
class _TwoWays(Plain):
    def join(self, x: Tensor) -> Tensor:
        if self.training:
            return torch.cat([x[:, k :: self.group] for k in range(self.group)], dim=-1)
        return x.reshape(len(x), x.shape[1] // self.group, self.group * x.shape[2])


@right("axes", "extends another torch layer, and raises errors without a message")
class _Extended(nn.Flatten):
    def __init__(self, group: int, first: int = 2) -> None:
        if group <= 0:
            raise ValueError
        nn.Flatten.__init__(self, first)
        self.neighbours = group

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim != 3 or x.size(1) % self.neighbours != 0:
            raise ValueError
        if x.size(1) == self.neighbours:
            return x.flatten(1)
        return nn.Flatten.forward(self, x.unfold(1, self.neighbours, self.neighbours).transpose(2, 3))


@right("own", "has shortcuts for a group of one and for one remaining group")
class _ShortCuts(Plain):
    def join(self, x: Tensor) -> Tensor:
        if self.group == 1:
            return x
        if x.shape[1] == self.group:
            return x.flatten(1).unsqueeze(1)
        return torch.cat([*x.unflatten(1, (-1, self.group)).unbind(2)], dim=-1)


@right("own", "raises its own subclass of ValueError")
class _OwnError(Plain):
    error = type("Refused", (ValueError,), {"__module__": "under_test"})

    def accept(self, group: int) -> None:
        if not group > 0:
            raise self.error("too small")

    def examine(self, x: Tensor) -> None:
        if len(x.shape) != 3:
            raise self.error("three axes are needed")
        if divmod(x.shape[1], self.group)[1]:
            raise self.error("a remainder")


# ---- wrong: the order of values ----


@wrong("order", "takes channel 0 of all neighbours first, then channel 1 of all of them")
class _ByChannel(Plain):
    def join(self, x: Tensor) -> Tensor:
        return torch.stack([x[:, k :: self.group] for k in range(self.group)], dim=3).flatten(2)


@wrong("order", "puts the newest neighbour first")
class _Backwards(Plain):
    def join(self, x: Tensor) -> Tensor:
        return torch.cat([x[:, k :: self.group] for k in reversed(range(self.group))], dim=2)


@wrong("order", "joins each place with one half a sequence away, not with its neighbour")
class _FarApart(Plain):
    def join(self, x: Tensor) -> Tensor:
        return torch.cat(x.chunk(self.group, dim=1), dim=2)


@wrong("order", "keeps the neighbours in order, but reverses the channels of each")
class _ChannelsTurned(Plain):
    def join(self, x: Tensor) -> Tensor:
        return x.flip(2).unflatten(1, (-1, self.group)).flatten(2)


@wrong("order", "reverses the output positions, the newest group first")
class _GroupsTurned(Plain):
    def join(self, x: Tensor) -> Tensor:
        return x.unflatten(1, (-1, self.group)).flip(1).flatten(2)


@wrong("order", "is right for a batch of one, but joins neighbours across windows in a larger batch")
class _BatchMixed(Plain):
    def join(self, x: Tensor) -> Tensor:
        groups = x.reshape(x.shape[1] // self.group, x.shape[0], self.group * x.shape[2])
        return groups.transpose(0, 1)


@wrong("position", "is right at the first output position, but puts the newest neighbour first at all others")
class _FirstOnly(Plain):
    def join(self, x: Tensor) -> Tensor:
        groups = x.unflatten(1, (-1, self.group))
        return torch.cat([groups[:, :1], groups[:, 1:].flip(2)], dim=1).flatten(2)


@wrong("position", "is right at the last output position, but interleaves the channels at all others")
class _LastOnly(Plain):
    def join(self, x: Tensor) -> Tensor:
        groups = x.unflatten(1, (-1, self.group))
        return torch.cat([groups[:, :-1].transpose(2, 3).flatten(2), groups[:, -1:].flatten(2)], dim=1)


@wrong("mode", "is right in training mode, but puts the newest neighbour first in evaluation mode")
class _TrainingOnly(Plain):
    def join(self, x: Tensor) -> Tensor:
        groups = x.unflatten(1, (-1, self.group))
        return (groups if self.training else groups.flip(2)).flatten(2)


@wrong("mode", "is right in evaluation mode, but interleaves the channels in training mode")
class _EvaluationOnly(Plain):
    def join(self, x: Tensor) -> Tensor:
        groups = x.unflatten(1, (-1, self.group))
        return (groups.mT if self.training else groups).flatten(2)


# ---- wrong: shapes ----


@wrong("batch-of-one", "drops every axis of length 1, including the batch axis")
class _Squeezed(Plain):
    def finish(self, joined: Tensor) -> Tensor:
        return torch.squeeze(joined)


@wrong("batch-of-one", "drops the batch axis if it has length 1")
class _BatchDropped(Plain):
    def forward(self, x: Tensor) -> Tensor:
        self.examine(x)
        joined = self.finish(self.join(x))
        return joined[0] if len(x) == 1 else joined


@wrong("batch-of-one", "raises a ValueError for a batch of one")
class _BatchRefused(Plain):
    def examine(self, x: Tensor) -> None:
        if x.dim() != 3 or x.shape[1] % self.group or x.shape[0] < 2:
            raise ValueError(f"shape {tuple(x.shape)}, group {self.group}")


@wrong("one-left", "keeps a time axis of length 1 if one group remains")
class _AxisKept(Plain):
    def finish(self, joined: Tensor) -> Tensor:
        return joined


@wrong("one-left", "flattens the whole batch into one vector if one group remains")
class _OneVector(Plain):
    def finish(self, joined: Tensor) -> Tensor:
        return joined.flatten() if joined.shape[1] == 1 else joined


@wrong("one-left", "puts the newest neighbour first if one group remains")
class _BackwardsAtTheTop(Plain):
    def join(self, x: Tensor) -> Tensor:
        groups = x.unflatten(1, (-1, self.group))
        return (groups.flip(2) if groups.shape[1] == 1 else groups).flatten(2)


# ---- wrong: the group ----


@wrong("groups", "always joins two neighbours, whatever the group is")
class _Pairs(Plain):
    def join(self, x: Tensor) -> Tensor:
        return x.reshape(x.shape[0], -1, 2 * x.shape[2])


@wrong("groups", "makes `group` output positions instead of joining `group` neighbours")
class _NumberOfGroups(Plain):
    def join(self, x: Tensor) -> Tensor:
        return x.reshape(x.shape[0], self.group, -1)


@wrong("groups", "puts the newest neighbour first if it joins three or more")
class _TwoAtMost(Plain):
    def join(self, x: Tensor) -> Tensor:
        groups = x.unflatten(1, (-1, self.group))
        return (groups.flip(2) if self.group > 2 else groups).flatten(2)


@wrong("groups", "raises a ValueError for a group of 1")
class _OneRefused(Plain):
    def accept(self, group: int) -> None:
        if group < 2:
            raise ValueError(f"a group of {group}")


# ---- wrong: what must be refused ----


@wrong("remainder", "drops the places that are left over")
class _CutOff(Plain):
    def examine(self, x: Tensor) -> None:
        if x.dim() != 3:
            raise ValueError(f"shape {tuple(x.shape)}")

    def join(self, x: Tensor) -> Tensor:
        groups = x.shape[1] // self.group
        return x[:, : groups * self.group].unflatten(1, (groups, self.group)).flatten(2)


@wrong("remainder", "pads the last group with zeros")
class _FilledUp(Plain):
    def examine(self, x: Tensor) -> None:
        if x.dim() != 3:
            raise ValueError(f"shape {tuple(x.shape)}")

    def join(self, x: Tensor) -> Tensor:
        missing = -x.shape[1] % self.group
        return nn.functional.pad(x, (0, 0, 0, missing)).unflatten(1, (-1, self.group)).flatten(2)


@wrong("remainder", "raises a RuntimeError for a remainder, not a ValueError")
class _LeftToTorch(Plain):
    def examine(self, x: Tensor) -> None:
        if x.dim() != 3:
            raise ValueError(f"shape {tuple(x.shape)}")

    def join(self, x: Tensor) -> Tensor:
        return x.reshape(x.shape[0], x.shape[1] // self.group, self.group, x.shape[2]).flatten(2)


@wrong("remainder", "joins the rest with the next window of the batch, if all windows together fit")
class _AcrossWindows(Plain):
    def examine(self, x: Tensor) -> None:
        if x.dim() != 3:
            raise ValueError(f"shape {tuple(x.shape)}")

    def join(self, x: Tensor) -> Tensor:
        return x.reshape(-1, x.shape[1] // self.group, self.group * x.shape[2])


@wrong("remainder", "raises an error for less than one group, but drops the rest after the first")
class _LessThanAGroup(_CutOff):
    def examine(self, x: Tensor) -> None:
        if x.dim() != 3 or x.shape[1] < self.group:
            raise ValueError(f"shape {tuple(x.shape)}")


@wrong("remainder", "raises an error for a remainder only if all windows together do not fill whole groups")
class _TogetherWhole(_AcrossWindows):
    def examine(self, x: Tensor) -> None:
        if x.dim() != 3 or x.shape[1] < self.group or x.shape[0] * x.shape[1] % self.group:
            raise ValueError(f"shape {tuple(x.shape)}")


@wrong("invalid", "accepts a group of 0")
class _ZeroTaken(Plain):
    def accept(self, group: int) -> None:
        if group < 0:
            raise ValueError(f"a group of {group}")


@wrong("invalid", "accepts a group below 0")
class _NegativeTaken(Plain):
    def accept(self, group: int) -> None:
        if group == 0:
            raise ValueError(f"a group of {group}")


@wrong("invalid", "raises an error for a group below 1 only when it is called, not when it is built")
class _RefusedLate(Plain):
    def accept(self, group: int) -> None:
        self.wanted = group

    def examine(self, x: Tensor) -> None:
        if self.wanted < 1 or x.dim() != 3 or x.shape[1] % self.wanted:
            raise ValueError(f"shape {tuple(x.shape)}, group {self.wanted}")


@wrong("invalid", "raises a TypeError for a group below 1")
class _WrongError(Plain):
    def accept(self, group: int) -> None:
        if group < 1:
            raise TypeError(f"a group of {group}")


@wrong("invalid", "accepts an x with two axes as a single window")
class _TwoAxes(Plain):
    def forward(self, x: Tensor) -> Tensor:
        x = x[None] if x.dim() == 2 else x
        self.examine(x)
        return self.finish(self.join(x))


@wrong("invalid", "accepts an x with four axes, and joins the last two as well")
class _FourAxes(Plain):
    def examine(self, x: Tensor) -> None:
        if x.dim() not in (3, 4) or x.shape[1] % self.group:
            raise ValueError(f"shape {tuple(x.shape)}, group {self.group}")

    def join(self, x: Tensor) -> Tensor:
        return x.unflatten(1, (-1, self.group)).flatten(2)


# ---- wrong: memory, dtype, gradients ----


@wrong("strides", "fails with a RuntimeError if x is not contiguous")
class _Viewed(Plain):
    def join(self, x: Tensor) -> Tensor:
        return x.view(x.shape[0], x.shape[1] // self.group, self.group * x.shape[2])


@wrong("strides", "reads the memory from the first value on and ignores the strides")
class _AsItLies(Plain):
    def join(self, x: Tensor) -> Tensor:
        time, channels = x.shape[1], x.shape[2]
        sizes = x.shape[0], time // self.group, self.group * channels
        return x.as_strided(sizes, (time * channels, self.group * channels, 1))


@wrong("strides", "raises a ValueError for a non-contiguous x")
class _ContiguousOnly(Plain):
    def examine(self, x: Tensor) -> None:
        if x.dim() != 3 or x.shape[1] % self.group or not x.is_contiguous():
            raise ValueError(f"shape {tuple(x.shape)}, strides {x.stride()}")


@wrong("dtype", "returns float32 for every input")
class _Float32(Plain):
    def finish(self, joined: Tensor) -> Tensor:
        single = joined.to(torch.float32)
        return single[:, 0] if single.shape[1] == 1 else single


@wrong("dtype", "returns float64 for every input")
class _Float64(Plain):
    def finish(self, joined: Tensor) -> Tensor:
        double = joined.to(torch.float64)
        return double[:, 0] if double.shape[1] == 1 else double


@wrong("dtype", "fails with a RuntimeError if x is float64")
class _Float32Only(Plain):
    def join(self, x: Tensor) -> Tensor:
        which = torch.eye(x.shape[1]).view(-1, self.group, x.shape[1])
        return torch.einsum("gkt,btc->bgkc", which, x).flatten(2)


@wrong("gradient", "detaches x: no gradient reaches x")
class _CutOffFromX(Plain):
    def join(self, x: Tensor) -> Tensor:
        return x.detach().unflatten(1, (-1, self.group)).flatten(2)


@wrong("gradient", "runs without autograd: no gradient reaches x")
class _NotRecorded(Plain):
    def join(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            return torch.cat([x[:, k :: self.group] for k in range(self.group)], dim=2)


@wrong("gradient", "passes on only the gradient of the newest neighbour")
class _NewestLearns(Plain):
    def join(self, x: Tensor) -> Tensor:
        groups = x.unflatten(1, (-1, self.group))
        return torch.cat([groups[:, :, :-1].detach(), groups[:, :, -1:]], dim=2).flatten(2)


# ---- wrong: what is left behind ----


@wrong("argument", "flips the signs in x itself, after computing the result")
class _SignsTurned(Plain):
    def join(self, x: Tensor) -> Tensor:
        joined = x.unflatten(1, (-1, self.group)).flatten(2).clone()
        x.data.neg_()
        return joined


@wrong("argument", "sets the newest place of x to zero, after computing the result")
class _NewestCleared(Plain):
    def join(self, x: Tensor) -> Tensor:
        joined = torch.cat([x[:, k :: self.group] for k in range(self.group)], dim=2)
        x.data[:, -1] = 0
        return joined


@wrong("state", "returns its first result at every later call")
class _FirstForever(Plain):
    def __init__(self, group: int) -> None:
        nn.Module.__init__(self)
        self.accept(group)
        self.group = group
        self.made: list[Tensor] = []

    def finish(self, joined: Tensor) -> Tensor:
        self.made.append((joined[:, 0] if joined.shape[1] == 1 else joined).clone())
        return self.made[0]


@wrong("state", "returns the first result again for every x of the same shape and dtype")
class _ByShape(Plain):
    def __init__(self, group: int) -> None:
        nn.Module.__init__(self)
        self.accept(group)
        self.group = group
        self.made: dict[Any, Tensor] = {}

    def finish(self, joined: Tensor) -> Tensor:
        made = (joined[:, 0] if joined.shape[1] == 1 else joined).clone()
        return self.made.setdefault((made.shape, made.dtype), made)


@wrong("state", "is right at its first call, but puts the newest neighbour first from the second call on")
class _OnceRight(Plain):
    def __init__(self, group: int) -> None:
        nn.Module.__init__(self)
        self.accept(group)
        self.group, self.calls = group, 0

    def join(self, x: Tensor) -> Tensor:
        self.calls += 1
        groups = x.unflatten(1, (-1, self.group))
        return (groups if self.calls == 1 else groups.flip(2)).flatten(2)


@wrong("random", "draws a number from torch's global generator")
class _DrawsFromTorch(Plain):
    def finish(self, joined: Tensor) -> Tensor:
        torch.rand(())
        return joined[:, 0] if joined.shape[1] == 1 else joined


@wrong("random", "seeds torch's global generator")
class _Seeds(Plain):
    def finish(self, joined: Tensor) -> Tensor:
        torch.seed()  # each time another one: a state that is seeded twice alike does not change
        return joined[:, 0] if joined.shape[1] == 1 else joined


@wrong("random", "draws a number from Python's global generator")
class _DrawsFromPython(Plain):
    def finish(self, joined: Tensor) -> Tensor:
        random.random()
        return joined[:, 0] if joined.shape[1] == 1 else joined


@wrong("random", "draws a number from NumPy's global generator")
class _DrawsFromNumPy(Plain):
    def finish(self, joined: Tensor) -> Tensor:
        np.random.rand()
        return joined[:, 0] if joined.shape[1] == 1 else joined


@wrong("module", "is a plain Python class that can be called")
class _NoModule:
    def __init__(self, group: int) -> None:
        if group < 1:
            raise ValueError(f"a group of {group}")
        self.group = group

    def __call__(self, x: Tensor) -> Tensor:
        if x.dim() != 3 or x.shape[1] % self.group:
            raise ValueError(f"shape {tuple(x.shape)}, group {self.group}")
        joined = x.unflatten(1, (-1, self.group)).flatten(2)
        return joined[:, 0] if joined.shape[1] == 1 else joined


@wrong("module", "looks like a module, with a mode and no parameters, but is not one")
class _LikeAModule(_NoModule):
    training = True

    def train(self, mode: bool = True) -> Any:
        """Switch the mode."""
        self.training = mode
        return self

    def eval(self) -> Any:
        """Switch to evaluation mode."""
        self.training = False
        return self

    def double(self) -> Any:
        """There is nothing to turn."""
        return self

    def parameters(self) -> list[Tensor]:
        """There are none."""
        return []

    def forward(self, x: Tensor) -> Tensor:
        """What a call does."""
        return self(x)


@wrong("anything", "returns x unchanged")
class _Echo(nn.Module):
    def __init__(self, group: int) -> None:
        nn.Module.__init__(self)

    def forward(self, x: Tensor) -> Tensor:
        """X itself."""
        return x


ECHO = WRONG.pop("anything")[0]
