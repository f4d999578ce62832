"""The wire under fire: whatever comes over it is a value, or a clean end of the conversation within the deadline."""

import contextlib
import json
import math
import random
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.answers import remote_errors, wire
from grader.answers.channel import Channel, Lost
from grader.answers.peer import NUMBERS, Peer

FRAMES = 20_000
GOOD = {"reply": 1, "value": None, "t": [], "models": [], "sync": [], "outputs": []}


def peer_for(connection: socket.socket, seconds: float = 5.0) -> Peer:
    """The end that believes nothing, as the checks have it."""
    return Peer(
        Channel(connection),
        serves={},
        may_read=lambda thing, name: False,
        path_of=lambda file: None,
        believing=False,
        seconds=seconds,
    )


def answered(data: bytes, *, close: bool = True, seconds: float = 5.0) -> Any:
    """What a request comes to where the other end answers it with these bytes."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setblocking(False)
        try:
            sent = theirs.send(data)
        except BlockingIOError:
            sent = 0
        if close and sent == len(data):
            theirs.shutdown(socket.SHUT_WR)
        peer = peer_for(ours, seconds)
        peer.printed = lambda: ""
        return peer.ask("import", "ex01")


@pytest.mark.parametrize("number", [0, 3, 5 * NUMBERS, 6 * NUMBERS, 6 * NUMBERS + 1, True, -1])
@pytest.mark.parametrize("form", ["class", "function", "object", "module"])
def test_an_object_has_a_number_of_its_own_conversation(form: str, number: int) -> None:
    node = {"is": [number, [5 * NUMBERS + 1, "Layer", "Module"]], "training": True, "parameters": [], "buffers": []}
    whole = {"outline": node | {"passing": [], "nones": [], "parts": []}, "tensors": [], "as_torch": True}
    kinds = {
        "class": ["Layer", None],
        "function": ["name"],
        "object": [[5 * NUMBERS + 1, "L", None]],
        "module": [whole],
    }
    ours, theirs = socket.socketpair()
    with ours, theirs:
        peer = peer_for(ours)
        peer.begin(5)
        theirs.sendall(frame(GOOD | {"reply": 5 * NUMBERS + 1, "value": ["r", form, number, *kinds[form]]}))
        with pytest.raises(Lost, match=r"number|form"):
            peer.ask("import", "ex01")


def frame(header: Any, body: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return wire.LENGTHS.pack(len(text), len(body)) + text + body


def mutated(rng: random.Random, data: bytes) -> bytes:
    """Some bytes changed, taken out or put in."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(changed))
        match rng.randrange(4):
            case 0:
                changed[at] = rng.randrange(256)
            case 1:
                del changed[at : at + rng.randint(1, 9)]
            case 2:
                changed[at:at] = rng.randbytes(rng.randint(1, 9))
            case 3:
                changed[at : at + 1] = rng.choice(ODD)
        if not changed:
            return b"\0"
    return bytes(changed)


ODD = [b"NaN", b"-1", b"1e999", b"Infinity", b"null", b"[]", b"{}", b'"x"', b"true", b"9" * 40, b"[[[[", b'\\ud800"']


def values() -> list[Any]:
    """A value of each form that a worker may send."""
    metas = ["float32", [2, 3], None, 3]
    node = {"is": [7, [8, "Layer", "Linear"]], "training": True, "parameters": [["weight", 0]], "buffers": []}
    node |= {"passing": [], "parts": [["inner", None]]}
    forms = [["i", "0xff"], ["c", 1.0, 2.0], ["b", "00ff"], ["l", [1, 2.5, "x"]], ["t", [None, True]], ["y", "int64"]]
    forms += [["n", "Trace", ["a", "b"], [1, 2]], ["s", [1, 2]], ["d", [["a", 1]]], ["x", 0], ["a", 0], ["v", 0]]
    forms += [["r", "function", 3, "name"], ["r", "class", 4, "Layer", "Module"], ["r", "own", 5], ["r", "part", 0, 1]]
    forms += [["r", "object", 6, [9, "Thing", None]]]
    forms += [
        ["r", "module", 7, {"outline": node, "tensors": [[0, True, None]]}],
        ["g", 0],
        ["q", 1],
        [],
        [[]],
        {"a": 1},
    ]
    return [
        (form, [metas] if any(kind in str(form) for kind in ("'x'", "'a'", "'v'", "'g'", "module")) else [])
        for form in forms
    ]


def forged(rng: random.Random) -> bytes:
    """A frame that is nearly right: a wrong id, a wrong op, a lie about a tensor, something nested without end."""
    form, metas = rng.choice(values())
    header: dict[str, Any] = dict(GOOD, value=form, t=metas)
    body = bytes(32) if metas else b""
    match rng.randrange(12):
        case 0:
            header["reply"] = rng.choice([0, 2, -1, True, 1.0, "1", None, [1], 2**70])
        case 1:
            header["op"], header["id"] = (
                rng.choice(["call", "read", "backward", "copy", "take", "", None]),
                rng.choice([1, 2, 0]),
            )
            header |= {"values": ["l", [rng.choice([1, 0, -1, "x"]), None]], "keywords": ["d", []], "grad": True}
        case 2:
            header["t"] = [
                [
                    rng.choice(["float32", "object", "O", 7]),
                    rng.choice([[2**40], [-1], [0], [math.nan], "x", [2] * 30]),
                    None,
                    3,
                ]
            ]
        case 3:
            header["t"] = [["float32", [2, 3], [1 << 40, 1], 3]]
        case 4:
            deep: Any = 1
            for _ in range(rng.choice([30, 60, 900])):
                deep = ["l", [deep]]
            header["value"] = deep
        case 5:
            return frame(b"[" * rng.choice([100, 100_000]))
        case 6:
            header["sync"] = rng.choice(
                [[[1, [None, []], None]], [[7, None, {"outline": 1}]], "x", [[]], [[True, 1, 2]]]
            )
        case 7:
            header["raised"] = rng.choice(
                [
                    {},
                    {"type": "Lost"},
                    {"type": "SystemExit", "name": "x", "text": "x", "frames": []},
                    {"type": "OSError SyntaxError", "name": "x", "text": "x", "frames": []},  # no class is both
                    3,
                ]
            )
        case 8:
            header["outputs"] = rng.choice([[0], [99], [True], "x", [-1]])
        case 9:
            header["release"] = rng.choice([[["object", 1, 1]], [["graph", "x", None]], 3])
        case 10:
            body += rng.randbytes(rng.randint(1, 64))
        case 11:
            header["after"] = ["t", []]
    return frame(header, body) + (frame(header) if rng.random() < 0.1 else b"")  # at times it answers twice


def test_twenty_thousand_frames_end_cleanly() -> None:
    rng = random.Random(7)
    ends = {"value": 0, "lost": 0, "raised": 0}
    plain = [frame(dict(GOOD, value=form, t=metas), bytes(32) if metas else b"") for form, metas in values()]
    kinds: list[Callable[[], bytes]] = [
        lambda: rng.randbytes(rng.randint(0, 200)),
        lambda: rng.choice(plain)[: rng.randint(0, 60)],
        lambda: mutated(rng, rng.choice(plain)),
        lambda: forged(rng),
        lambda: mutated(rng, forged(rng)[: 1 << 12]),
    ]
    for number in range(FRAMES):
        try:
            answered(kinds[number % len(kinds)]())
            ends["value"] += 1
        except Lost as lost:
            assert lost.why != "time", "it hangs"
            ends["lost"] += 1
        except Exception as error:  # the answer's own, told in the frame
            assert type(error).__module__ == "builtins", error
            ends["raised"] += 1
        except SystemExit:
            ends["raised"] += 1
    assert sum(ends.values()) == FRAMES
    assert min(ends.values()) > 0, ends


def test_silence_and_half_a_frame_end_at_the_deadline() -> None:
    whole = frame(GOOD)
    for data in (b"", whole[:5], whole[:-1], wire.LENGTHS.pack(100, 100)):
        with pytest.raises(Lost) as lost:
            answered(data, close=False, seconds=0.2)
        assert lost.value.why == "time"


def test_a_byte_at_a_time_does_not_move_the_deadline() -> None:
    ours, theirs = socket.socketpair()
    ended = threading.Event()

    def drip() -> None:
        for byte in frame(dict(GOOD, value="x" * 1000)):
            if ended.wait(0.05):
                return
            try:
                theirs.send(bytes([byte]))
            except OSError:
                return

    threading.Thread(target=drip, daemon=True).start()
    with ours, theirs, pytest.raises(Lost) as lost:
        peer_for(ours, 0.5).ask("import", "ex01")
    ended.set()
    assert lost.value.why == "time"


def test_a_length_alone_costs_no_memory() -> None:
    with pytest.raises(Lost):
        answered(wire.LENGTHS.pack(wire.MOST_HEADER, wire.MOST_BODY) + b"x")
    for header, body in ((wire.MOST_HEADER + 1, 0), (1, wire.MOST_BODY + 1), (0, 0)):
        with pytest.raises(Lost) as lost:
            answered(wire.LENGTHS.pack(header, body) + b"x" * 100)
        assert lost.value.why == "protocol"


def test_two_answers_to_one_call_end_the_conversation_at_the_next() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.send(frame(GOOD) * 2)
        peer = peer_for(ours)
        assert peer.ask("import", "ex01") is None
        with pytest.raises(Lost) as lost:
            peer.ask("import", "ex01")
        assert lost.value.why == "protocol"


def test_once_lost_is_lost() -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    peer = peer_for(ours)
    for _ in range(3):
        with pytest.raises(Lost):
            peer.ask("import", "ex01")


# ---- values ----


def crossed(value: Any, *, layouts: bool = False) -> Any:
    """A value after the crossing."""
    writer = wire.Writer(lambda writer, thing: ["r", "thing"], layouts=layouts)
    form = json.loads(json.dumps(writer.value(value)))
    body = bytearray(b"".join(part + bytes(-len(part) % wire.ALIGNMENT) for part in writer.body))
    return wire.Reader(json.loads(json.dumps(writer.metas)), body, lambda reader, form: form, layouts=layouts).value(
        form
    )


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**300), 2**300)
    | st.floats()
    | st.text()
    | st.binary()
    | st.complex_numbers()
)
KEYS = st.integers() | st.text() | st.booleans()
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(DATA)
@settings(max_examples=300, deadline=None)
def test_data_comes_over_as_it_is(value: Any) -> None:
    assert repr(crossed(value)) == repr(value)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(list("ilcbtndsyxavgr")),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=30,
)


@given(JSON, JSON, st.binary(max_size=64))
@settings(max_examples=500, deadline=None)
def test_any_json_is_a_value_or_an_error_of_the_wire(form: Any, metas: Any, body: bytes) -> None:
    try:
        reader = wire.Reader(metas, bytearray(body), lambda reader, form: None, layouts=False)
    except wire.WireError:
        reader = wire.Reader([], bytearray(), lambda reader, form: None, layouts=False)
    with contextlib.suppress(wire.WireError):
        reader.value(form)


@given(JSON)
@settings(max_examples=300, deadline=None)
def test_any_json_for_an_exception_is_one_or_an_error_of_the_wire(form: Any) -> None:
    try:
        error = remote_errors.rebuilt(form, lambda file: None)
    except wire.WireError:
        return
    assert isinstance(error, BaseException)


@pytest.mark.parametrize("dtype", sorted(wire.DTYPES))
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3)], ids=str)
def test_tensors_of_every_dtype(dtype: str, shape: tuple[int, ...]) -> None:
    tensor = torch.arange(math.prod(shape)).reshape(shape).to(getattr(torch, dtype))
    got = crossed(tensor)
    assert got.dtype == tensor.dtype
    assert torch.equal(got, tensor)


@given(st.permutations(range(3)), st.tuples(*[st.integers(1, 3)] * 3), st.tuples(*[st.integers(1, 2)] * 3))
@settings(max_examples=60, deadline=None)
def test_strides_are_kept_on_the_way_to_the_answer(
    order: list[int], sizes: tuple[int, ...], steps: tuple[int, ...]
) -> None:
    whole = torch.arange(float(math.prod(n * s for n, s in zip(sizes, steps, strict=True))))
    whole = whole.reshape([n * s for n, s in zip(sizes, steps, strict=True)])
    tensor = whole[:: steps[0], :: steps[1], :: steps[2]].permute(order)
    got = crossed(tensor, layouts=True)
    assert torch.equal(got, tensor)
    assert tensor.is_contiguous() or got.stride() == tensor.stride()
    array = tensor.numpy()
    assert np.array_equal(crossed(array, layouts=True), array)
    assert crossed(array, layouts=True).strides == array.strides or array.flags.c_contiguous


@pytest.mark.parametrize(
    "metas",
    [
        [["float32", [2], [0], 0]],  # two elements in one place
        [["float32", [2, 2], [1, 1], 0]],
        [["uint8", [2], [1 << 29], 0]] * 3,  # each within the limit, together beyond it
        [["float64", [2], [1 << 40], 0]],
        [["float32", [2], [-1], 0]],
    ],
    ids=["overlap", "overlap of two axes", "wide together", "wide", "backwards"],
)
def test_strides_that_a_tensor_cannot_have_are_refused(metas: list[Any]) -> None:
    with pytest.raises(wire.WireError):
        wire.Reader(metas, bytearray(16 * len(metas)), lambda reader, form: None, layouts=True).value(["x", 0])


def test_the_other_end_replies_without_strides() -> None:
    with pytest.raises(wire.WireError):
        wire.Reader([["float32", [2], [2], 0]], bytearray(16), lambda reader, form: None, layouts=False)


def test_subclasses_arrive_as_what_they_extend(tmp_path: Path) -> None:
    class Always(int):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = int.__hash__

    class Words(str):
        __slots__ = ()

    class Rows(list[int]):
        pass

    for value, plain in (
        (Always(3), 3),
        (Words("a"), "a"),
        (Rows([1]), [1]),
        (torch.nn.Parameter(torch.ones(2)), None),
    ):
        got = crossed(value)
        assert type(got) is (torch.Tensor if plain is None else type(plain))
        assert plain is None or got == plain
    assert (crossed(Always(3)) == 4) is False


def test_an_exception_keeps_kind_name_message_and_lines(tmp_path: Path) -> None:
    form = {"type": "ValueError", "name": "BadGroup", "text": "group is 0", "frames": [["ex05_x.py", 12, "__init__"]]}
    error = remote_errors.rebuilt(form, lambda file: str(tmp_path / file))
    assert isinstance(error, ValueError)
    assert (type(error).__name__, str(error)) == ("BadGroup", "group is 0")
    trace = error.__traceback__
    assert trace is not None
    assert (trace.tb_lineno, trace.tb_frame.f_code.co_name) == (12, "__init__")
    assert trace.tb_frame.f_code.co_filename == str(tmp_path / "ex05_x.py")


def test_an_error_of_two_kinds_comes_over_as_both() -> None:
    class UnknownCharacter(KeyError, ValueError):
        pass

    error = remote_errors.rebuilt(remote_errors.told(UnknownCharacter("# of n#a")), lambda _: None)
    assert isinstance(error, KeyError) and isinstance(error, ValueError)
    assert type(error).__name__ == "UnknownCharacter"
    plain = remote_errors.rebuilt(remote_errors.told(ValueError("7")), lambda _: None)
    assert type(plain).__mro__[1:] == ValueError.__mro__


@pytest.mark.parametrize("kinds", ["OSError SyntaxError", "ValueError ValueError", "", "ValueError  KeyError", "int"])
def test_an_error_of_kinds_that_no_error_has_is_refused(kinds: str) -> None:
    with pytest.raises(wire.WireError):
        remote_errors.rebuilt({"type": kinds, "name": "x", "text": "x", "frames": []}, lambda _: None)
