"""A request, seen from the end that answers it: what came with it is made so here, it is done, and the reply told.

With the reply go the result, changed arguments, changed modules, and random states that a class under test has moved.
Values of a reply keep no strides where the end that asks believes nothing.
"""

import contextlib
import copy
import itertools
import sys
import types
from typing import Any

from grader.answers import arguments, mirror, random_state, remote_errors, wire
from grader.answers.channel import Lost
from grader.answers.peer import Peer
from grader.answers.tape import Strayed

MOST_LISTED = 10_000  # items of an iterator
_NOTHING = contextlib.nullcontext()


class Service:
    """Something that the other end has asked for."""

    def __init__(self, peer: Peer, header: dict[str, Any], data: bytearray) -> None:
        self.peer, self.header, self.reader = peer, header, mirror.reader(peer, header["t"], data)

    def board(self) -> None:
        """Do what came along with the request."""
        self._failed: dict[str, Any] | None = None
        try:
            self.peer.take_along(self.header)
        except (Lost, Strayed, wire.WireError):
            raise
        except BaseException as error:
            self._failed = self._told(error)

    def reply(self) -> tuple[dict[str, Any], list[bytes]]:
        """Do it; the reply's header and tensors."""
        peer, header, mark = self.peer, self.header, len(self.peer.models)
        try:
            self._prepare()
            values, keywords = self.reader.value(header["values"]), self.reader.value(header["keywords"])
            if not isinstance(values, list) or not isinstance(keywords, dict):
                raise wire.WireError("arguments of a wrong form")
            before = arguments.copied([values, keywords])
            reply: dict[str, Any] = {} if self._failed is None else {"raised": self._failed}
            result, states = None, None
            try:
                states = random_state.kept() if self._is_under_test(values) else None
                if self._failed is None:
                    with self._seeded(), self._gradients(), self.peer.counted():
                        result = self._do(header["op"], values, keywords)
            except (Lost, Strayed, wire.WireError):
                raise
            except BaseException as error:
                reply["raised"] = self._told(error)
            moved = {} if states is None else random_state.moved(states)
            writer = self._written(result, reply)
            if moved:
                reply["random"] = writer.value(moved)
            if peer.watched is not None and (names := peer.watched()):
                reply["moved"] = names
            if not arguments.as_before([values, keywords], before):
                reply["after"] = writer.value([values, keywords])
            reply["models"] = [state.changes(writer) for state in peer.models[mark:]]
            reply["sync"] = [mirror.changed(peer, number, writer) for number, _ in header["sync"]]
            reply["t"] = writer.metas
            return reply, writer.body
        finally:
            del peer.models[mark:]

    def _told(self, error: BaseException) -> dict[str, Any]:
        if not self.peer.believing and not isinstance(error, Exception):
            raise error
        return remote_errors.told(error)

    def _written(self, result: Any, reply: dict[str, Any]) -> wire.Writer:
        """The result in the reply, and kept here for gradients."""
        writer = mirror.writer(self.peer, layouts=not self.peer.believing)
        try:
            reply["value"] = writer.value(result)
        except wire.Unsendable as error:
            writer = mirror.writer(self.peer, layouts=not self.peer.believing)
            reply |= {"value": None, "raised": remote_errors.told(error)}
        reply["outputs"] = [number for number, tensor in enumerate(writer.values) if tensor is not None]
        results = [writer.values[number] for number in reply["outputs"]]
        if self.header["grad"] and any(tensor.requires_grad for tensor in results):
            self.peer.graphs[self.header["id"]] = results, self.leaves
            reply["graph"] = True
        return writer

    def _prepare(self) -> None:
        """Bring the modules here to the state that they have there, and make the tensors that gradients flow to."""
        peer, header, reader = self.peer, self.header, self.reader
        for number, changes in header["sync"]:
            peer.lent(number)
            peer.originals[number].apply(changes, reader)
        for number, changes, whole in header.get("lent", []):
            if number in peer.mirrored:
                mirror.show(peer, number, peer.mirrored[number], changes, whole, reader)
        self.copies = [mirror.copied(whole, reader) for whole in header["models"]]  # kept while the request lasts
        models = [mirror.state_of(copy) for copy in self.copies]
        peer.models.extend(models)
        self.leaves: list[Any] = []
        for place in header.get("leaves", []):
            match place:
                case ["x", int(number)]:
                    leaf = reader.tensor(number).requires_grad_()
                    reader.given[number] = leaf if reader.metas[number][3] & 2 else _not_a_leaf(leaf)
                    self.leaves.append(leaf)
                case ["s", int(number), list(slots)] if number in peer.originals:
                    self.leaves += map(peer.originals[number].tensor, slots)
                case ["m", int(index), list(slots)] if 0 <= index < len(models):
                    self.leaves += map(models[index].tensor, slots)
                case _:
                    raise wire.WireError("a leaf of no known place")

    def _seeded(self) -> contextlib.AbstractContextManager[Any]:
        """Random states seeded where an object is built."""
        return random_state.seeded(self.header["seed"]) if "seed" in self.header else _NOTHING

    def _gradients(self) -> contextlib.AbstractContextManager[Any]:
        """Gradients on or off as they are there."""
        torch = sys.modules.get("torch")
        return torch.set_grad_enabled(self.header["grad"] is True) if torch is not None else _NOTHING

    def _is_under_test(self, values: list[Any]) -> bool:
        """Whether an object is called that this end gave to be tested: its class went over as a value.

        What such a call leaves of the global random states goes back with the reply: an answer looks for that in its
        own process. They stay moved here too: put back, a class that draws would leave one and the same state at every
        call, and from the second call on nothing would have changed there. The class itself may draw to build.
        """
        if self.peer.believing or self.header["op"] != "call":
            return False
        return type(self.peer.lent(values[0])) in self.peer.given_kinds

    def _do(self, operation: Any, values: list[Any], keywords: dict[str, Any]) -> Any:
        if operation in self.peer.serves:
            return self.peer.serves[operation](*values, **keywords)
        if operation == "backward":
            return self._backward(*values)
        target = self.peer.lent(values[0])
        if operation == "call":
            return self._call(target, values[1], values[2:], keywords)
        if operation == "change" and mirror.changes_module(target, values[1]):
            getattr(target, values[1])(*values[2:], **keywords)
            return None
        if operation == "read":
            return self._attribute(target, *values[1:])
        if operation == "copy" and mirror.is_module(target):
            return copy.deepcopy(target)
        if operation in ("items", "length", "item") and self.peer.believing:
            if operation == "items":
                return list(itertools.islice(iter(target), MOST_LISTED))
            return len(target) if operation == "length" else target[values[1]]
        raise wire.WireError("a request for nothing known")

    def _call(self, target: Any, name: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        if isinstance(target, type) and not self.peer.believing and target not in self.peer.given_kinds:
            raise wire.WireError("a call of a class that was never given")
        if name is None:
            return target(*args, **keywords)
        if not self.peer.may_read(target, name):
            raise AttributeError(f"{type(target).__name__!r} object has no attribute {name!r}")
        return getattr(target, name)(*args, **keywords)

    def _attribute(self, target: Any, name: str) -> tuple[bool, Any]:
        """Whether an attribute is a method, and else its value."""
        if not isinstance(name, str) or not self.peer.may_read(target, name):
            raise AttributeError(f"{type(target).__name__!r} object has no attribute {name!r}")
        value = getattr(target, name)
        if isinstance(value, types.MethodType) and value.__self__ is target:
            return True, None
        return False, value

    def _backward(self, graph: Any, gradients: list[Any]) -> list[Any]:
        if graph not in self.peer.graphs:
            raise wire.WireError("gradients of nothing known")
        results, leaves = self.peer.graphs[graph]
        pairs = [
            (one, two) for one, two in zip(results, gradients, strict=True) if two is not None and one.requires_grad
        ]
        if any(one.shape != two.shape for one, two in pairs):
            raise wire.WireError("gradients that do not fit")
        moving = [index for index, leaf in enumerate(leaves) if leaf.requires_grad]
        back: list[Any] = [None] * len(leaves)
        if pairs and moving:
            found = _gradients(pairs, [leaves[i] for i in moving])
            for index, gradient in zip(moving, found, strict=True):
                back[index] = gradient
        return back


def _gradients(pairs: list[tuple[Any, Any]], leaves: list[Any]) -> tuple[Any, ...]:
    """The gradients of leaves, for results each with its own; None where none flows.

    Of the sum of the products: it is the same to the last bit, and torch, which is given no gradients to begin with,
    imports no sympy for them, which takes half a second.
    """
    import torch

    if any(one.is_complex() for one, _ in pairs):
        ours, theirs = zip(*pairs, strict=True)
        return torch.autograd.grad(ours, leaves, theirs, allow_unused=True, retain_graph=True)
    with torch.enable_grad():
        total = sum((one * two).sum() for one, two in pairs)
    return torch.autograd.grad(total, leaves, allow_unused=True, retain_graph=True)


def _not_a_leaf(leaf: Any) -> Any:
    """The same tensor as a result of something, as it is at the other end."""
    import torch

    with torch.enable_grad():  # this may run in the forward pass of a step of this end's graph
        return leaf.view_as(leaf)
