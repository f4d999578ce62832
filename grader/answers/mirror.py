"""What stands at one end for an object of the other: functions, classes, and objects with their attributes.

Modules of torch have more to mirror (`module_mirror`). What a stand-in is called and which class of torch it claims to
be is the other end's word; every use of it asks the other end.
"""

import functools
import sys
import types
import weakref
from collections.abc import Callable, Iterator
from typing import Any

from grader.answers.peer import Peer
from grader.answers.wire import Reader, WireError, Writer

LONGEST_NAME = 100
_FUNCTIONS = types.FunctionType | types.BuiltinFunctionType | types.MethodType | functools.partial  # type: ignore[type-arg]
# Of a module, what changes its mode or its dtype: done where the module is, and then seen in its mirror.
CHANGING = ("train", "double", "float", "half", "bfloat16", "to", "requires_grad_", "zero_grad")


_FROM_TORCH: weakref.WeakKeyDictionary[type, str | None] = weakref.WeakKeyDictionary()


# ---- naming objects ----


def writer(peer: Peer, *, layouts: bool = True) -> Writer:
    """A writer of values for the other end; `layouts`: tensors keep the strides that they have here."""
    return Writer(functools.partial(_refer, peer), layouts=layouts)


def reader(peer: Peer, metas: Any, data: bytearray, *, layouts: bool = True) -> Reader:
    """A reader of values from the other end; `layouts`: tensors may come with strides."""
    return Reader(metas, data, functools.partial(_resolve, peer), layouts=layouts)


def _refer(peer: Peer, writer: Writer, thing: Any) -> list[Any]:
    """Name an object: the other end's own by its number, this end's by a number and what it looks like."""
    number = _stands_for(peer, thing)
    if number is not None:
        return ["r", "own", number]
    if is_module(thing):
        from grader.answers import module_state

        for index, state in enumerate(peer.models):
            if (place := state.place(thing)) is not None:
                return ["r", "part", index, place]
        if not peer.believing and module_state.is_plain(thing):
            peer.models.append(module_state.State(thing))
            return ["r", "part", len(peer.models) - 1, 0]
        return ["r", "module", peer.number(thing), module_state.lent(peer, thing).whole(writer)]
    if isinstance(thing, type):
        peer.given_kinds.add(thing)
        return ["r", "class", *class_of(peer, thing)]
    if goes_by_name(thing):
        name = getattr(thing, "__name__", None)
        return ["r", "function", peer.lend(thing), name if isinstance(name, str) else "function"]
    return ["r", "object", peer.lend(thing), class_of(peer, type(thing))]


def goes_by_name(thing: Any) -> bool:
    """Whether the other end has a class or a function in place of it."""
    named = isinstance(thing, type | _FUNCTIONS)
    return named or (callable(thing) and isinstance(getattr(thing, "__name__", None), str))


def class_of(peer: Peer, kind: type) -> list[Any]:
    """A class: its number, its name, the class of torch.nn that it is or extends, whether it is a module."""
    if kind not in _FROM_TORCH:
        torch, from_torch = sys.modules.get("torch"), None
        if torch is not None and issubclass(kind, torch.nn.Module):
            names = (base.__name__ for base in kind.__mro__ if getattr(torch.nn, base.__name__, None) is base)
            from_torch = next(names, None)
        _FROM_TORCH[kind] = from_torch
    return [peer.lend(kind), kind.__name__[:LONGEST_NAME], _FROM_TORCH[kind]]


def _stands_for(peer: Peer, thing: Any) -> int | None:
    try:
        return peer.stands.get(thing)
    except TypeError:  # neither hashable nor referable: no stand-in is so
        return None


def is_module(thing: Any) -> bool:
    """Whether it is a module of torch; without torch, nothing is."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(thing, torch.nn.Module)


def changes_module(thing: Any, name: Any) -> bool:
    """Whether a method is one of those that change a module's mode or dtype."""
    return name in CHANGING and is_module(thing)


# ---- standing for objects ----


def _resolve(peer: Peer, reader: Reader, form: list[Any]) -> Any:
    """The object that the other end names."""
    match form:
        case ["own", number]:
            return peer.lent(number)
        case ["part", int(index), int(place)] if 0 <= index < len(peer.models):
            return peer.models[index].part(place)
        case ["module", int(number), whole]:
            from grader.answers import module_mirror

            return module_mirror.mirrored(peer, number, whole, reader)
        case ["class", int(), str(), None | str()]:
            return kind_of(peer, form[1:])
        case ["function", int(number), str(name)]:
            peer.check_function(number)
            return _function(peer, number, None, name)
        case ["object", int(number), kind]:
            made: Any = peer.held.get(number)
            if made is not None:
                peer.hold(number)
            else:
                made = object.__new__(kind_of(peer, kind, plain=True))
                peer.hold(number, made)
            return made
    raise WireError("an object of a wrong form")


def copied(whole: Any, reader: Reader) -> Any:
    """A copy of a model of the other end, for one request."""
    from grader.answers import module_mirror

    return module_mirror.copied(whole, reader)


def state_of(module: Any) -> Any:
    """The state of a copy."""
    from grader.answers import module_state

    return module_state.State(module)


def show(peer: Peer, number: int, state: Any, changes: Any, whole: Any, reader: Reader) -> None:
    """Let a mirror show what has changed in its module: values, or all where its parts are others now."""
    if whole is not None:
        from grader.answers import module_mirror

        module_mirror.mirrored(peer, number, whole, reader)
    else:
        state.apply(changes, reader)


def changed(peer: Peer, number: int, writer: Writer) -> list[Any]:
    """What has changed in a module that is mirrored over there: values, or all where its parts are others now."""
    from grader.answers import module_state

    state = peer.originals[number]
    if state.is_current():
        return [number, state.changes(writer), None]
    return [number, None, module_state.lent(peer, state.part(0)).whole(writer)]


def _function(peer: Peer, number: int, method: str | None, name: str) -> Callable[..., Any]:
    """A function that asks the other end; of a method, the object comes first."""

    def asks(*args: Any, **keywords: Any) -> Any:
        known = peer.number_of(asks if method is None else args[0])
        return peer.ask("call", known, method, *(args if method is None else args[1:]), keywords=keywords)

    asks.__name__ = asks.__qualname__ = name[:LONGEST_NAME]
    if method is None:
        peer.stands[asks] = number
    return asks


def attribute(peer: Peer, owner: Any, name: str) -> Any:
    """Read an attribute of what a stand-in stands for."""
    if name.startswith("_"):
        raise AttributeError(f"{type(owner).__name__!r} object has no attribute {name!r}")
    number = peer.number_of(owner)
    methods = peer.methods.setdefault(type(owner)._number, set())
    if name in methods:  # of an object of this class; where it is called, it is looked up anew
        return types.MethodType(_function(peer, number, name, name), owner)
    match peer.ask("read", number, name):
        case (True, None):
            methods.add(name)
            return types.MethodType(_function(peer, number, name, name), owner)
        case (False, value):
            return value
    return peer.channel.lose("protocol", "an attribute of a wrong form")


class Kind(type):
    """The class of classes that stand for one of the other end: calling it builds the object over there."""

    def __call__(cls, *args: Any, **keywords: Any) -> Any:
        """Build an object; a class of this end that extends a stand-in is built here."""
        peer = cls.__dict__.get("_peer")
        if peer is None:
            return super().__call__(*args, **keywords)
        more = {}
        if not peer.believing and (torch := sys.modules.get("torch")):
            more["seed"] = torch.initial_seed()
        return peer.ask("call", peer.number_of(cls), None, *args, keywords=keywords, **more)


class Stand(metaclass=Kind):
    """Stands for an object that is neither data nor a module."""

    def __getattr__(self, name: str) -> Any:
        return attribute(_peer_of(self), self, name)

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """Call it over there."""
        peer = _peer_of(self)
        return peer.ask("call", peer.number_of(self), None, *args, keywords=keywords)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._asked("items"))

    def __len__(self) -> int:
        length = self._asked("length")
        return length if isinstance(length, int) else 0

    def __bool__(self) -> bool:
        return True

    def __getitem__(self, key: Any) -> Any:
        return self._asked("item", key)

    def _asked(self, operation: str, *values: Any) -> Any:
        peer = _peer_of(self)
        return peer.ask(operation, peer.number_of(self), *values)


def _peer_of(thing: Any) -> Peer:
    peer: Peer = type(thing)._peer
    return peer


def kind_of(peer: Peer, form: Any, *, plain: bool = False) -> type:
    """The class that stands for one of the other end; `plain`: of an object that is no module."""
    match form:
        case [int(number), str(name), None | str()]:
            pass
        case _:
            raise WireError("a class of a wrong form")
    if number not in peer.kinds:
        peer.check_number(number)
        peer.kinds[number] = _new_kind(peer, number, name if name.isidentifier() else "object", form[2])
        peer.stands[peer.kinds[number]] = number
    kind = peer.kinds[number]
    if plain and not issubclass(kind, Stand):
        raise WireError("an object of a module's class")
    return kind


def _new_kind(peer: Peer, number: int, name: str, from_torch: str | None) -> type:
    members = {"_peer": peer, "_number": number, "__module__": "answers"}
    if from_torch is None:
        return Kind(name, (Stand,), members)
    from grader.answers import module_mirror

    return module_mirror.new_kind(name, from_torch, members)
