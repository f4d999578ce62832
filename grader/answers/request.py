"""A request, seen from the end that asks it: told to the other end, its reply made part of this end's computation.

With a request go the values, what has changed in the modules that are mirrored, and the models that are copied. Where
gradients are on, it is one step of torch's graph: its backward pass is a request too. Values of a request keep their
strides, since what is called may depend on them; those of a reply from an answer do not.
"""

import sys
import weakref
from collections.abc import Sequence
from typing import Any

from grader.answers import arguments, mirror, random_state, remote_errors, wire
from grader.answers.peer import Peer

MOST_PRINTED = 4_000


class Request:
    """Something asked of the other end."""

    def __init__(
        self, peer: Peer, operation: str, args: Sequence[Any], keywords: dict[str, Any], more: dict[str, Any]
    ) -> None:
        self.peer, self.args, self.keywords = peer, args, keywords
        self.header: dict[str, Any] = {"op": operation, **more}

    def result(self) -> Any:
        """Send it, and take what comes back as this end's own."""
        with self.peer.uncounted():
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
                    from grader.answers.gradients import through

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
        self.peer.take_along(reply)
        if self.peer.believing and "random" in reply:
            random_state.put_back(reader.value(reply["random"]))
        printed = reply.get("printed")
        if isinstance(printed, str) and sys.stdout is not None:
            sys.stdout.write(printed[-MOST_PRINTED:])
        value = reader.value(reply.get("value"))
        if "after" in reply:
            arguments.restore([list(self.args), self.keywords], reader.value(reply["after"]))
        for state, changes in zip(self.models, _listed(reply.get("models", [])), strict=False):
            state.apply(changes, reader)
        for entry in _listed(reply.get("sync", [])):
            number, changes, whole = entry if isinstance(entry, list) and len(entry) == 3 else (None, None, None)
            if type(number) is not int or number not in self.roots:
                raise wire.WireError("a change of what is not mirrored")
            mirror.show(self.peer, number, self.roots[number], changes, whole, reader)
        if "raised" in reply:
            raise remote_errors.rebuilt(reply["raised"], self.peer.path_of, self.peer.note)
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


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise wire.WireError("a reply of a wrong form")
    return value
