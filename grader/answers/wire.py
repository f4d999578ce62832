"""Frames of data between grader and worker: a JSON header and the raw bytes of tensors. No sockets, no objects.

Reading a frame evaluates, imports and unpickles nothing. Limits are checked before memory is allocated, and any
violation raises `WireError`. torch and NumPy are looked up, not imported.
"""

import functools
import json
import math
import operator
import struct
import sys
from collections.abc import Callable, Sequence
from typing import Any

from grader.answers.plain_values import each_place_once
from grader.answers.steps import Name, Opaque, Ref

LENGTHS = struct.Struct(">II")
MOST_HEADER = 4 << 20  # bytes of JSON
MOST_BODY = 256 << 20  # bytes of all tensors of a frame
MOST_SPREAD = 1 << 30  # bytes of memory that tensors of unusual strides may take, all of a frame together
MOST_TENSORS = 4096
MOST_VALUES = 1 << 18  # in one frame: numbers, texts and containers
MOST_DEPTH = 40
MOST_AXES = 16
MOST_BITS = 1 << 16  # of an integer
ALIGNMENT = 16

DTYPES = {
    "bool": 1, "uint8": 1, "int8": 1, "int16": 2, "int32": 4, "int64": 8,
    "float16": 2, "bfloat16": 2, "float32": 4, "float64": 8, "complex64": 8, "complex128": 16,
}  # fmt: skip
_PLAIN = frozenset([type(None), bool, str, float])  # values that JSON can represent directly
ARRAY_DTYPES = DTYPES.keys() - {"bfloat16"} | {"uint16", "uint32", "uint64"}
_ARRAY_SIZES = DTYPES | {"uint16": 2, "uint32": 4, "uint64": 8}


class WireError(Exception):
    """A frame that violates the protocol, with the reason."""


class Unsendable(TypeError):
    """A value that cannot be sent, described for the person who returned it."""


# ---- frames ----


_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


def frame(header: Any, body: list[bytes]) -> bytes:
    """Put a frame together.

    Raises:
        Unsendable: it would be larger than a frame may be.
    """
    text = encoded(header)
    padded = [part + bytes(-len(part) % ALIGNMENT) for part in body]
    size = sum(map(len, padded))
    if len(text) > MOST_HEADER or size > MOST_BODY or len(body) > MOST_TENSORS:
        raise Unsendable(f"{len(text) + size:,} bytes are too much for one call")
    return b"".join([LENGTHS.pack(len(text), size), text, *padded])


def encoded(header: Any) -> bytes:
    """Encode a header as bytes."""
    return _encode(header).encode()


def lengths(prefix: bytes | bytearray) -> tuple[int, int]:
    """Read the sizes of header and body from the first eight bytes of a frame."""
    header, body = LENGTHS.unpack(prefix)
    if not 0 < header <= MOST_HEADER or body > MOST_BODY:
        raise WireError(f"a frame of {header} and {body} bytes")
    return header, body


def parse(text: bytes | bytearray) -> dict[str, Any]:
    """Read a header.

    Raises:
        WireError: it is not a JSON object in UTF-8, or is nested too deep.
    """
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WireError("a header that is not JSON") from error
    if not isinstance(header, dict):
        raise WireError("a header that is not an object")
    return header


# ---- values ----
#
# None, True, texts, floats and integers of 64 bits are themselves; all else is a list whose first item says its kind:
#   ["i", hex]  ["c", re, im]  ["b", hex]  ["l", items]  ["t", items]  ["n", name, fields, items]  ["s", items]
#   ["d", [[key, value], ...]]  ["y", dtype]  ["x", number]  ["a", number]  ["v", number] (a NumPy scalar)
#   ["g", number] (a generator's state)  ["o", name, kinds, length, draws] (an object that is no data)
#   ["r", number] (the object of a step)  ["f", exercise, name] (what an exercise defines)


class Writer:
    """Writes values for one frame: the JSON form of each, and the bytes of their tensors separately."""

    def __init__(self, *, layouts: bool) -> None:
        self.metas: list[Any] = []
        self.body: list[bytes] = []
        self._layouts, self._count = layouts, 0

    def value(self, value: Any, depth: int = 0) -> Any:
        """Return the JSON form of a value.

        Raises:
            Unsendable: it is no data.
        """
        self._count += 1
        if depth > MOST_DEPTH or self._count > MOST_VALUES:
            raise Unsendable("a value nested too deep, or of too many parts")
        kind = type(value)
        if kind in _PLAIN or (kind is int and -(2**63) <= value < 2**63):
            return value
        if kind is list:
            return ["l", [self.value(item, depth + 1) for item in value]]
        torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
        if torch is not None and isinstance(value, torch.Tensor):
            return ["x", self.tensor(value)]
        if numpy is not None and isinstance(value, numpy.ndarray | numpy.generic):
            return self._numpy(numpy, value)
        if isinstance(value, int):
            plain = int.__index__(value)
            if plain.bit_length() > MOST_BITS:
                raise Unsendable(f"an integer of {plain.bit_length()} bits")
            return plain if -(2**63) <= plain < 2**63 else ["i", hex(plain)]
        if isinstance(value, float):
            return float.__float__(value)
        if isinstance(value, str):
            return str.__str__(value)
        return self._container(value, kind, torch, depth + 1)

    def _container(self, value: Any, kind: type, torch: Any, depth: int) -> Any:
        if isinstance(value, list):
            return ["l", [self.value(item, depth) for item in list.__iter__(value)]]
        if isinstance(value, tuple):
            items = [self.value(item, depth) for item in tuple.__iter__(value)]
            fields = getattr(kind, "_fields", None)
            if isinstance(fields, tuple) and len(fields) == len(items) and all(type(name) is str for name in fields):
                return ["n", kind.__name__, list(fields), items]
            return ["t", items]
        if isinstance(value, dict):
            return ["d", [[self.value(key, depth), self.value(item, depth)] for key, item in dict.items(value)]]
        if isinstance(value, set | frozenset):
            return ["s", [self.value(item, depth) for item in value]]
        if isinstance(value, bytes | bytearray):
            return ["b", value.hex()]
        if isinstance(value, complex):
            return ["c", value.real, value.imag]
        if torch is not None and isinstance(value, torch.dtype):
            return ["y", _dtype(value)]
        if torch is not None and isinstance(value, torch.Generator):
            return ["g", self.tensor(value.get_state())]
        if kind is Ref:
            return ["r", value.number]
        if kind is Name:
            return ["f", value.exercise, value.name]
        if kind is Opaque:
            return ["o", value.name, list(value.kinds), value.length, list(value.draws)]
        raise Unsendable(f"an object of type {kind.__name__}")

    def tensor(self, value: Any) -> int:
        """Add a tensor; return its number in the frame."""
        torch = sys.modules["torch"]
        plain = torch.Tensor.detach(value)
        if type(plain) is not torch.Tensor:
            with torch.no_grad():
                plain = plain.as_subclass(torch.Tensor)
        if plain.layout != torch.strided:
            plain = plain.to_dense()
        dtype = _dtype(plain.dtype)
        if dtype not in DTYPES or plain.is_meta:
            raise Unsendable(f"a tensor of dtype {dtype}" if dtype not in DTYPES else "a tensor without data")
        if plain.numel() * DTYPES[dtype] > MOST_BODY:
            raise Unsendable(f"a tensor of shape {tuple(plain.shape)}")
        strides = _kept_strides(plain) if self._layouts else None
        dense = plain.cpu().resolve_conj().resolve_neg()
        data = (dense.view(torch.int16) if dtype == "bfloat16" else dense).numpy().tobytes()
        self.metas.append([dtype, list(plain.shape), strides, bool(value.requires_grad)])
        self.body.append(data)
        return len(self.metas) - 1

    def _numpy(self, numpy: Any, value: Any) -> Any:
        array = numpy.asarray(value).view(numpy.ndarray)
        if array.dtype.name not in ARRAY_DTYPES or array.nbytes > MOST_BODY:
            raise Unsendable(f"an array of dtype {array.dtype} and shape {array.shape}")
        array = array.astype(array.dtype.newbyteorder("<"), copy=False)
        kept = self._layouts and not array.flags.c_contiguous and min(array.strides, default=1) > 0
        self.metas.append([array.dtype.name, list(array.shape), list(array.strides) if kept else None, False])
        self.body.append(array.tobytes())
        return ["v" if isinstance(value, numpy.generic) else "a", len(self.metas) - 1]


@functools.cache
def _dtype(dtype: Any) -> str:
    return str(dtype).removeprefix("torch.")


def _kept_strides(plain: Any) -> list[int] | None:
    """Return the strides of a tensor with an unusual layout that uses no memory twice; else None."""
    if plain.is_contiguous() or not each_place_once(plain.shape, plain.stride()):
        return None
    return list(plain.stride())


def _span(shape: Sequence[int], strides: Sequence[int]) -> int:
    """Count the places in memory from the first to the last element, inclusive."""
    return 1 + sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True))


class Reader:
    """Reads the values of one frame. All results are new and plain: no classes of the sender, no shared memory."""

    def __init__(self, metas: Any, body: bytearray, *, layouts: bool) -> None:
        self._body, self._count = body, 0
        self.metas = _checked(metas, len(body), layouts)
        self._starts: list[int] = []
        at = 0
        for dtype, shape, _, _ in self.metas:
            self._starts.append(at)
            size = _ARRAY_SIZES[dtype] * math.prod(shape)
            at += size + -size % ALIGNMENT
        if at != len(body):
            raise WireError(f"tensors of {at} bytes in a body of {len(body)}")

    def value(self, form: Any, depth: int = 0) -> Any:
        """Return the value of a JSON form."""
        self._count += 1
        if depth > MOST_DEPTH or self._count > MOST_VALUES:
            raise WireError("a value nested too deep, or of too many parts")
        if form is None or isinstance(form, bool | int | float | str):
            return form
        if not isinstance(form, list) or not form or not isinstance(form[0], str):
            raise WireError("a value of no known form")
        try:
            return self._listed(form[0], form[1:], depth + 1)
        except (TypeError, ValueError, IndexError, OverflowError, RuntimeError) as error:
            raise WireError(f"a value of a wrong form ({form[0][:10]!r})") from error

    def _listed(self, kind: str, rest: list[Any], depth: int) -> Any:
        if kind == "x":
            return self.tensor(*rest)
        if kind == "g":
            return _generator(self.tensor(*rest))
        if kind in ("a", "v"):
            array = self._array(*rest)
            return array if kind == "a" else array[()]
        if kind in _MADE:
            return _MADE[kind](rest)
        if kind == "n":
            name, fields, items = rest
            return _named(name, fields, [self.value(item, depth) for item in items])
        if kind == "c":
            return complex(*rest)
        (content,) = rest
        if kind == "i":
            if len(content) > MOST_BITS // 4 + 4:
                raise WireError("an integer of too many digits")
            return int(content, 16)
        if kind == "b":
            return bytes.fromhex(content)
        if kind == "y":
            if content not in DTYPES:
                raise WireError(f"a dtype {content!r:.40}")
            import torch

            return getattr(torch, content)
        if kind == "d":
            return {self.value(key, depth): self.value(item, depth) for key, item in content}
        made = [self.value(item, depth) for item in content]
        if kind == "l":
            return made
        if kind == "t":
            return tuple(made)
        if kind == "s":
            return set(made)
        raise WireError(f"a value of an unknown kind {kind[:10]!r}")

    def tensor(self, number: int) -> Any:
        """Return the tensor with that number: plain, without gradients, and dense unless it came with strides."""
        import torch

        dtype, shape, strides, requires_grad = self._meta(number)
        if dtype not in DTYPES:
            raise WireError(f"a tensor of dtype {dtype}")
        kind = getattr(torch, dtype)
        if 0 in shape:
            return torch.empty(shape, dtype=kind, requires_grad=requires_grad)
        plain = torch.uint8 if dtype == "bool" else kind  # a byte of 2 would be a true value that equals no other
        flat = torch.frombuffer(self._body, dtype=plain, count=math.prod(shape), offset=self._starts[number])
        dense = flat if plain is kind else flat.ne(0)
        if len(shape) != 1:
            dense = dense.reshape(shape)
        if strides is not None:
            if not each_place_once(shape, strides):
                raise WireError("a tensor with two elements in one place")
            dense = torch.zeros(_span(shape, strides), dtype=kind).as_strided(shape, strides).copy_(dense)
        return dense.requires_grad_() if requires_grad else dense

    def _array(self, number: int) -> Any:
        import numpy

        dtype, shape, strides, _ = self._meta(number)
        if dtype not in ARRAY_DTYPES:
            raise WireError(f"an array of dtype {dtype}")
        kind = numpy.dtype(dtype).newbyteorder("<")
        plain = numpy.dtype("uint8") if dtype == "bool" else kind
        flat = numpy.frombuffer(self._body, plain, math.prod(shape), self._starts[number])
        dense = (flat != 0 if dtype == "bool" else flat.astype(numpy.dtype(dtype))).reshape(shape)
        if strides is None or 0 in shape:
            return dense
        span = kind.itemsize + sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True))
        whole = numpy.zeros(span, numpy.uint8)
        array = numpy.ndarray(shape, dense.dtype, whole.data, strides=strides)
        array[...] = dense
        return array

    def _meta(self, number: Any) -> Any:
        if type(number) is not int or not 0 <= number < len(self.metas):
            raise WireError("a tensor that is not in the frame")
        return self.metas[number]


def _checked(metas: Any, size: int, layouts: bool) -> list[tuple[str, list[int], list[int] | None, int]]:
    """Check the descriptions of a frame's tensors against the limits."""
    if not isinstance(metas, list) or len(metas) > MOST_TENSORS:
        raise WireError("a wrong list of tensors")
    spread = 0
    for meta in metas:
        if not isinstance(meta, list) or len(meta) != 4:
            raise WireError("a wrong description of a tensor")
        dtype, shape, strides, requires_grad = meta
        if not isinstance(dtype, str) or dtype not in _ARRAY_SIZES or type(requires_grad) is not bool:
            raise WireError(f"a tensor of dtype {dtype!r:.40}")
        if requires_grad and not dtype.startswith(("float", "bfloat", "complex")):
            raise WireError("gradients of whole numbers")
        if not _sizes(shape) or math.prod(shape) * _ARRAY_SIZES[dtype] > size:
            raise WireError(f"a tensor of shape {shape!r:.80}")
        if strides is not None:
            if not layouts or not _sizes(strides) or len(strides) != len(shape):
                raise WireError("a tensor with strides")
            spread += _span(shape, strides) * _ARRAY_SIZES[dtype]
            if spread > MOST_SPREAD:
                raise WireError("tensors that are spread too wide")
    return metas


def _sizes(sizes: Any) -> bool:
    return (
        isinstance(sizes, list)
        and len(sizes) <= MOST_AXES
        and all(type(size) is int and 0 <= size < 2**48 for size in sizes)
    )


def _generator(state: Any) -> Any:
    import torch

    generator = torch.Generator()
    generator.set_state(state.clone())
    return generator


def _named(name: Any, fields: Any, items: list[Any]) -> tuple[Any, ...]:
    """Make a named tuple of a class that is defined here."""
    words = [name, *fields]
    if len(fields) != len(items) or not all(isinstance(word, str) and word.isidentifier() for word in words):
        raise WireError("a tuple with wrong names")
    if len(set(fields)) < len(fields) or any(word.startswith("_") for word in fields):
        raise WireError("a tuple with wrong names")
    kind = _named_kind(name, tuple(fields))
    return kind(items)


@functools.lru_cache(64)
def _named_kind(name: str, fields: tuple[str, ...]) -> Callable[[list[Any]], tuple[Any, ...]]:
    """Make a named tuple class without `collections.namedtuple`, which evaluates the field names."""
    places = {field: property(operator.itemgetter(place)) for place, field in enumerate(fields)}
    return type(name, (tuple,), {"_fields": fields, "__slots__": (), **places})


def _ref(rest: list[Any]) -> Ref:
    (number,) = rest
    if type(number) is not int:
        raise WireError("a step of a wrong number")
    return Ref(number)


def _name(rest: list[Any]) -> Name:
    exercise, name = rest
    if type(exercise) is not str or type(name) is not str:
        raise WireError("a name of a wrong form")
    return Name(exercise, name)


def _opaque(rest: list[Any]) -> Opaque:
    name, kinds, length, draws = rest
    lists = isinstance(kinds, list) and isinstance(draws, list) and all(type(each) is str for each in (*kinds, *draws))
    if type(name) is not str or not lists or not (length is None or type(length) is int):
        raise WireError("an object of a wrong form")
    return Opaque(name[:100], tuple(kinds[:20]), length, tuple(draws))


_MADE: dict[str, Callable[[list[Any]], Any]] = {"r": _ref, "f": _name, "o": _opaque}
