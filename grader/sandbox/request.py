"""A request, seen from both ends: `Request` asks and makes the reply part of this end's computation, `Service` answers.

With a request go the values, what has changed in the modules that are mirrored, and the models that are copied; with
its reply come the result, changed arguments, changed modules, and random states that a class under test has moved.
Where gradients are on, the request is one step of torch's graph: its backward pass is a request too. Values of a
request keep their strides, since what is called may depend on them; those of a reply from an answer do not.
"""

import contextlib
import copy
import itertools
import sys
import types
import weakref
from collections.abc import Sequence
from typing import Any

from grader.sandbox import mirror, raised, randomness, wire
from grader.sandbox.peer import Lost, Peer
from grader.sandbox.tape import Strayed

MOST_LISTED = 10_000  # items of an iterator
MOST_PRINTED = 4_000
_NOTHING = contextlib.nullcontext()
_UNCHANGING = frozenset([type(None), bool, int, float, str, bytes, complex])


class Request:
    """Something asked of the other end."""

    def __init__(
        self, peer: Peer, operation: str, args: Sequence[Any], keywords: dict[str, Any], more: dict[str, Any]
    ) -> None:
        self.peer, self.args, self.keywords = peer, args, keywords
        self.header: dict[str, Any] = {"op": operation, **more}

    def result(self) -> Any:
        """Send it, and take what comes back as this end's own."""
        if self.peer.work is None:
            return self._result()
        from grader.sandbox.work import uncounted

        with uncounted():
            return self._result()

    def _result(self) -> Any:
        peer, torch = self.peer, sys.modules.get("torch")
        mark = len(peer.models)
        alive = [peer.held.get(number) for number in peer.mirrored]  # kept until the reply has been read
        try:
            writer = mirror.writer(peer)
            self.header["values"] = writer.value(list(self.args))
            self.header["keywords"] = writer.value(self.keywords)
            self.models = peer.models[mark:]
            self.header["models"] = [state.whole(writer) for state in self.models]
            self.roots = self._involved()
            self.header["sync"] = [[number, state.changes(writer)] for number, state in self.roots.items()]
            self.header["lent"] = self._changed_here(writer)
            self.header["t"], self.writer = writer.metas, writer
            inputs = self._inputs() if torch is not None and torch.is_grad_enabled() else []
            self.header["grad"] = torch is not None and torch.is_grad_enabled()
            try:
                if inputs:
                    from grader.sandbox.gradients import through

                    outputs = through(self, inputs)
                    self.reader.given.update(zip(self.outputs, outputs, strict=True))
                else:
                    self.exchange()
                return self._read()
            except wire.WireError as error:
                peer.channel.lose("protocol", str(error))
        finally:
            del peer.models[mark:]
            alive.clear()

    def _involved(self) -> dict[int, Any]:
        """The states of the mirrors that the request may need or change: by number, of the whole.

        An answer may hide one module in another, so that all are involved; references do not.
        """
        roots, number = self.peer.roots, self.args[0] if self.args else None
        if not self.peer.believing or number not in roots:
            return dict(self.peer.mirrored)
        named = {number, *(self.peer.stands.get(arg) for arg in self.args[1:] if mirror.is_module(arg))}
        whole = {roots[one] for one in named if one in roots}
        return {number: state for number, state in self.peer.mirrored.items() if number in whole}

    def _changed_here(self, writer: wire.Writer) -> list[Any]:
        """What has changed in this end's modules since the other end's mirrors of them were alike.

        Only the end that believes nothing sends it: an answer may keep a reference's module between two calls, while
        the check changes it. References keep none of the answer's.
        """
        if self.peer.believing:
            return []
        entries = [mirror.changed(self.peer, number, writer) for number in list(self.peer.originals)]
        return [entry for entry in entries if entry[1:] != [None, None]]

    def _inputs(self) -> list[Any]:
        """The tensors that gradients may flow back to; the request tells the places where the other end finds them."""
        inputs, places = [], []
        for number, tensor in enumerate(self.writer.values):
            if tensor is not None and tensor.requires_grad:
                inputs.append(tensor)
                places.append(["x", number])
        for kind, states in (("s", self.roots.items()), ("m", enumerate(self.models))):
            for number, state in states:
                if moving := state.moving():
                    inputs += [tensor for _, tensor in moving]
                    places.append([kind, number, [slot for slot, _ in moving]])
        self.header["leaves"] = places
        return inputs

    def exchange(self) -> None:
        """Send the request and take its reply apart, but for the values in it."""
        self.reply, data = self.peer.exchange(self.header, self.writer.body)
        self.reader = mirror.reader(self.peer, self.reply.get("t", []), data, layouts=self.peer.believing)
        outputs = self.reply.get("outputs", [])
        if not isinstance(outputs, list) or not all(
            type(number) is int and 0 <= number < len(self.reader.metas) for number in outputs
        ):
            raise wire.WireError("a wrong list of results")
        self.outputs: list[int] = outputs
        moved = self.reply.get("moved", [])
        self.peer.moved = [name for name in moved if isinstance(name, str)] if isinstance(moved, list) else []

    def differentiable(self) -> list[bool]:
        """Which of the results that are tensors gradients flow through."""
        return [bool(self.reader.metas[number][3] & 1) for number in self.outputs]

    def backward(self) -> "Backward":
        """The way back of a request that has been answered."""
        return Backward(self.peer, self.header["id"], kept=self.reply.get("graph") is True)

    def _read(self) -> Any:
        """Apply what has changed, and return or raise what came out."""
        reply, reader = self.reply, self.reader
        _take_along(self.peer, reply)
        if self.peer.believing and "random" in reply:
            randomness.put_back(reader.value(reply["random"]))
        printed = reply.get("printed")
        if isinstance(printed, str) and sys.stdout is not None:
            sys.stdout.write(printed[-MOST_PRINTED:])
        value = reader.value(reply.get("value"))
        if "after" in reply:
            _restore([list(self.args), self.keywords], reader.value(reply["after"]))
        for state, changes in zip(self.models, _listed(reply.get("models", [])), strict=False):
            state.apply(changes, reader)
        for entry in _listed(reply.get("sync", [])):
            number, changes, whole = entry if isinstance(entry, list) and len(entry) == 3 else (None, None, None)
            if type(number) is not int or number not in self.roots:
                raise wire.WireError("a change of what is not mirrored")
            _show(self.peer, number, self.roots[number], changes, whole, reader)
        if "raised" in reply:
            raise raised.rebuilt(reply["raised"], self.peer.path_of, self.peer.note)
        return value


class Backward:
    """The way back of a request, kept by torch's graph; it must not keep the request, whose results keep the graph."""

    def __init__(self, peer: Peer, number: int, *, kept: bool) -> None:
        self._peer, self._number = peer, number
        if kept:
            weakref.finalize(self, peer.release_graph, number).atexit = False

    def gradients(self, gradients: Sequence[Any]) -> list[Any]:
        """The gradients of the inputs for these gradients of the results."""
        back = self._peer.ask("backward", self._number, list(gradients), grad=False)
        if not isinstance(back, list):
            self._peer.channel.lose("protocol", "gradients of a wrong form")
        return back


class Service:
    """Something that the other end has asked for."""

    def __init__(self, peer: Peer, header: dict[str, Any], data: bytearray) -> None:
        self.peer, self.header, self.reader = peer, header, mirror.reader(peer, header["t"], data)

    def board(self) -> None:
        """Do what came along with the request."""
        self._failed: dict[str, Any] | None = None
        try:
            _take_along(self.peer, self.header)
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
            before = _copy([values, keywords])
            reply: dict[str, Any] = {} if self._failed is None else {"raised": self._failed}
            result, states = None, None
            try:
                states = randomness.kept() if self._is_under_test(values) else None
                if self._failed is None:
                    with self._seeded(), self._gradients(), self._counted():
                        result = self._do(header["op"], values, keywords)
            except (Lost, Strayed, wire.WireError):
                raise
            except BaseException as error:
                reply["raised"] = self._told(error)
            moved = {} if states is None else randomness.moved(states)
            writer = self._written(result, reply)
            if moved:
                reply["random"] = writer.value(moved)
            if peer.watched is not None and (names := peer.watched()):
                reply["moved"] = names
            if not _as_before([values, keywords], before):
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
        return raised.told(error)

    def _written(self, result: Any, reply: dict[str, Any]) -> wire.Writer:
        """The result in the reply, and kept here for gradients."""
        writer = mirror.writer(self.peer, layouts=not self.peer.believing)
        try:
            reply["value"] = writer.value(result)
        except wire.Unsendable as error:
            writer = mirror.writer(self.peer, layouts=not self.peer.believing)
            reply |= {"value": None, "raised": raised.told(error)}
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
                _show(peer, number, peer.mirrored[number], changes, whole, reader)
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
        return randomness.seeded(self.header["seed"]) if "seed" in self.header else _NOTHING

    def _gradients(self) -> contextlib.AbstractContextManager[Any]:
        """Gradients on or off as they are there."""
        torch = sys.modules.get("torch")
        return torch.set_grad_enabled(self.header["grad"] is True) if torch is not None else _NOTHING

    def _counted(self) -> contextlib.AbstractContextManager[Any]:
        """Work counted, while a check counts it."""
        if self.peer.work is None:
            return _NOTHING
        from grader.sandbox.work import counted

        return counted(self.peer.work)

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
        import torch

        if graph not in self.peer.graphs:
            raise wire.WireError("gradients of nothing known")
        results, leaves = self.peer.graphs[graph]
        pairs = [
            (one, two) for one, two in zip(results, gradients, strict=True) if two is not None and one.requires_grad
        ]
        moving = [index for index, leaf in enumerate(leaves) if leaf.requires_grad]
        back: list[Any] = [None] * len(leaves)
        if pairs and moving:
            ours, theirs = [one for one, _ in pairs], [two for _, two in pairs]
            found = torch.autograd.grad(ours, [leaves[i] for i in moving], theirs, allow_unused=True, retain_graph=True)
            for index, gradient in zip(moving, found, strict=True):
                back[index] = gradient
        return back


def _take_along(peer: Peer, header: dict[str, Any]) -> None:
    """Do what came along with a frame: changes that were made in mirrors of this end's modules, a seed."""
    if "changes" in header:
        from grader.sandbox import ahead

        ahead.follow(peer, header["changes"])
    if "seeding" in header:
        if not peer.believing:
            raise wire.WireError("a seed from the end that draws no inputs")
        peer.serves["seed"](header["seeding"])


def _show(peer: Peer, number: int, state: Any, changes: Any, whole: Any, reader: wire.Reader) -> None:
    """Let a mirror show what has changed in its module: values, or all where its parts are others now."""
    if whole is not None:
        mirror.renewed(peer, number, whole, reader)
    else:
        state.apply(changes, reader)


def _not_a_leaf(leaf: Any) -> Any:
    """The same tensor as a result of something, as it is at the other end."""
    import torch

    with torch.enable_grad():  # this may run in the forward pass of a step of this end's graph
        return leaf.view_as(leaf)


def _copy(value: Any) -> Any:
    """The data in a value as it is now, to be compared; what is no data, and what never changes, is itself."""
    kind = type(value)
    if kind in _UNCHANGING:
        return value
    if isinstance(value, list | tuple):
        return [_copy(item) for item in value]
    if isinstance(value, dict):
        return [(_copy(key), _copy(item)) for key, item in value.items()]
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if torch is not None and isinstance(value, torch.Tensor):
        return value.detach().clone()
    if isinstance(value, set):
        return set(value)
    if torch is not None and isinstance(value, torch.Generator):
        return value.get_state()
    if numpy is not None and isinstance(value, numpy.ndarray):
        return value.copy()
    return value


def _as_before(value: Any, before: Any) -> bool:
    """Whether the data in a value are what `_copy` made of it."""
    if value is before:
        return True
    if isinstance(value, list | tuple):
        return len(value) == len(before) and all(map(_as_before, value, before))
    if isinstance(value, dict):
        return len(value) == len(before) and all(
            _as_before(key, old) and _as_before(item, was)
            for (key, item), (old, was) in zip(value.items(), before, strict=True)
        )
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if torch is not None and isinstance(value, torch.Tensor):
        return value.dtype == before.dtype and value.shape == before.shape and torch.equal(value.detach(), before)
    if torch is not None and isinstance(value, torch.Generator):
        return torch.equal(value.get_state(), before)
    if numpy is not None and isinstance(value, numpy.ndarray):
        return value.shape == before.shape and value.tobytes() == before.tobytes()
    return bool(type(value) is type(before) and value == before)


def _restore(original: Any, changed: Any) -> None:
    """Let the changes that were made over there be made here: the same objects, with new contents."""
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if torch is not None and isinstance(original, torch.Tensor) and isinstance(changed, torch.Tensor):
        if original.shape != changed.shape or original.dtype != changed.dtype:
            original.data = changed
        elif not torch.equal(original, changed):
            original.data.copy_(changed)
    elif torch is not None and isinstance(original, torch.Generator) and isinstance(changed, torch.Generator):
        original.set_state(changed.get_state())
    elif numpy is not None and isinstance(original, numpy.ndarray) and isinstance(changed, numpy.ndarray):
        if original.shape == changed.shape:
            original[...] = changed
    elif isinstance(original, list | tuple) and isinstance(changed, list | tuple):
        for one, other in zip(original, changed, strict=False):
            _restore(one, other)
        if isinstance(original, list):
            kept = [one if _stays(one, other) else other for one, other in zip(original, changed, strict=False)]
            original[:] = [*kept, *changed[len(kept) :]]
    elif isinstance(original, dict) and isinstance(changed, dict):
        for key, other in changed.items():
            if key in original:
                _restore(original[key], other)
        kept_items = {
            key: original[key] if key in original and _stays(original[key], other) else other
            for key, other in changed.items()
        }
        original.clear()
        original.update(kept_items)


def _stays(original: Any, changed: Any) -> bool:
    """Whether an object has taken on its changes by itself: containers, tensors, and what is no data."""
    return type(original) is type(changed) and not isinstance(original, bool | int | float | str | bytes | complex)


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise wire.WireError("a reply of a wrong form")
    return value
