"""The wire under fire: whatever comes over it is a value, or a clean end of the conversation within the deadline."""

import contextlib
import json
import math
import random
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.answers import protocol, remote_errors, wire
from grader.answers.channel import Channel, Lost
from grader.answers.protocol import Example, Numbered, Reply
from grader.answers.runners import RemoteRunner
from grader.answers.steps import Name, Opaque, Outcome, Ref, Step, Work
from grader.base import values_as_text
from grader.engine.observation import observed
from grader.language.comparisons import Mismatch, of_kind, same, same_dtype, same_shape

FRAMES = 20_000
WHERE = Name("ex01", "it")
STEPS = (
    Step("build", WHERE),
    Step("call", Ref(0), args=(1,), watched=True),
    Step("call", Ref(0), args=(2,), may_raise=True),
    Step("each", Ref(0), "step", ([1, 2],), counted=True),
)
SCRIPT = tuple(Numbered(number, step) for number, step in enumerate(STEPS))
QUIET = [None, None, [], [], None]  # an outcome of which there is nothing to tell
OUTCOMES = [
    [["o", "Layer", ["Module"], None, ["weight", "bias"]], *QUIET[1:]],
    QUIET,
    QUIET,
    [["l", [1, 2]], None, [], [], [9, 2, 0]],
]


def told(*outcomes: Any, printed: Any = "", t: Any = (), **more: Any) -> dict[str, Any]:
    """The header of a reply."""
    return {"ran": [{"printed": printed, "outcomes": list(outcomes)}], "t": list(t), **more}


GOOD = told(*OUTCOMES)


def with_value(form: Any, metas: Any = ()) -> dict[str, Any]:
    """A reply whose second outcome has this value."""
    return told(OUTCOMES[0], [form, *QUIET[1:]], *OUTCOMES[2:], t=metas)


def runner_for(connection: socket.socket, seconds: float = 5.0) -> RemoteRunner:
    """The end that believes nothing, as the checks have it."""
    return RemoteRunner(Channel(connection), Path("answers"), {"ex01.py": b""}, {}, seconds)


def answered(data: bytes, *, close: bool = True, seconds: float = 5.0) -> Reply:
    """What a script comes to where the other end answers it with these bytes."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setblocking(False)
        try:
            sent = theirs.send(data)
        except BlockingIOError:
            sent = 0
        if close and sent == len(data):
            theirs.shutdown(socket.SHUT_WR)
        return runner_for(ours, seconds).run(SCRIPT, 0)


def lost(data: bytes, *, close: bool = True, seconds: float = 5.0) -> str:
    """Why the conversation ends with these bytes."""
    with pytest.raises(Lost) as ended:
        answered(data, close=close, seconds=seconds)
    return ended.value.why


def frame(header: Any, body: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return wire.LENGTHS.pack(len(text), len(body)) + text + body


def test_what_the_forgeries_are_made_of_is_right() -> None:
    reply = answered(frame(GOOD))
    assert [outcome.value for outcome in reply.outcomes] == [
        Opaque("Layer", ("Module",), None, ("weight", "bias")),
        None,
        None,
        [1, 2],
    ]
    assert reply.outcomes[3].work == Work(9, 2, 0)


# ---- what is not of the script that was sent ----

ERROR = {"type": "ValueError", "name": "ValueError", "text": "no", "frames": []}
CALL, COUNTED = QUIET, OUTCOMES[3]


def changed(*places: Any) -> list[Any]:
    return [None, None, list(places), [], None]


UNASKED = {
    "no outcome": told(),
    "too few": told(*OUTCOMES[:3]),
    "too many": told(*OUTCOMES, QUIET),
    "in another order": told(*OUTCOMES[::-1]),
    "after an error that ends it": told(OUTCOMES[0], [None, ERROR, [], [], None], QUIET, COUNTED),
    "of no example": told(*OUTCOMES) | {"ran": []},
    "of two examples": told(*OUTCOMES) | {"ran": GOOD["ran"] * 2},
    "work that is not counted": told(OUTCOMES[0], [*QUIET[:4], [1, 1, 1]], QUIET, COUNTED),
    "no work where it is counted": told(*OUTCOMES[:3], QUIET),
    "work below nothing": told(*OUTCOMES[:3], [None, None, [], [], [-1, 0, 0]]),
    "work that is no number": told(*OUTCOMES[:3], [None, None, [], [], [1.5, 0, 0]]),
    "work that is a truth": told(*OUTCOMES[:3], [None, None, [], [], [True, 0, 0]]),
    "work without end": told(*OUTCOMES[:3], [None, None, [], [], [10**300, 0, 0]]),
    "printed too long": told(*OUTCOMES, printed="x" * (protocol.MOST_PRINTED + 1)),
    "printed no text": told(*OUTCOMES, printed=3),
    "an unknown library": told(OUTCOMES[0], [None, None, [], ["os"], None], *OUTCOMES[2:]),
    "a library four times": told(OUTCOMES[0], [None, None, [], ["torch"] * 4, None], *OUTCOMES[2:]),
    "a library that is a list": told(OUTCOMES[0], [None, None, [], [["torch"]], None], *OUTCOMES[2:]),
    "a changed argument without a place": told(OUTCOMES[0], changed([1]), *OUTCOMES[2:]),
    "a changed argument at a truth": told(OUTCOMES[0], changed([True, 1]), *OUTCOMES[2:]),
    "a changed argument at a list": told(OUTCOMES[0], changed([[0], 1]), *OUTCOMES[2:]),
    "a thousand changed arguments": told(OUTCOMES[0], changed(*[[0, 1]] * 1000), *OUTCOMES[2:]),
    "an error of an unknown kind": told(OUTCOMES[0], [None, ERROR | {"type": "Lost"}, [], [], None]),
    "an error that says nothing": told(OUTCOMES[0], [None, {}, [], [], None]),
    "an outcome of four parts": told(OUTCOMES[0], QUIET[:4], *OUTCOMES[2:]),
    "an outcome that is an object": told(OUTCOMES[0], {"value": 1}, *OUTCOMES[2:]),
    "more than outcomes": {"ran": [{"printed": "", "outcomes": OUTCOMES, "expected": 1}], "t": []},
    "no list of tensors": {"ran": GOOD["ran"]},
}


@pytest.mark.parametrize("header", UNASKED.values(), ids=UNASKED)
def test_outcomes_of_another_script_end_the_conversation(header: dict[str, Any]) -> None:
    assert lost(frame(header)) == "protocol"


def test_an_error_that_was_not_asked_for_is_the_last_outcome() -> None:
    reply = answered(frame(told(OUTCOMES[0], [None, ERROR, [], [], None])))
    assert len(reply.outcomes) == 2
    assert isinstance(reply.outcomes[1].error, ValueError)


def test_an_error_that_was_asked_for_is_an_outcome_like_any_other() -> None:
    reply = answered(frame(told(*OUTCOMES[:2], [None, ERROR, [], [], None], COUNTED)))
    assert [outcome.error is None for outcome in reply.outcomes] == [True, True, False, True]


# ---- twenty thousand frames ----


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
METAS = ["float32", [2, 3], None, True]
FORMS: list[Any] = [
    *[["i", "0xff"], ["c", 1.0, 2.0], ["b", "00ff"], ["l", [1, 2.5, "x"]], ["t", [None, True]], ["y", "int64"]],
    *[["n", "Trace", ["a", "b"], [1, 2]], ["s", [1, 2]], ["d", [["a", 1]]], ["x", 0], ["a", 0], ["v", 0]],
    *[["r", 0], ["f", "ex01", "it"], ["o", "Layer", ["Module"], 3, []], ["g", 0], ["q", 1], [], [[]], {"a": 1}],
    *[["s", [["l", []]]], ["d", [[["d", []], 1]]], ["x", 1], ["x", True], ["n", "x", ["mro"], [["x", 0]]], "\ud800"],
]


def with_tensor(form: Any) -> tuple[dict[str, Any], bytes]:
    """A reply with this value, and a tensor where it needs one."""
    needs_one = any(f"'{kind}'" in str(form) for kind in "xavg")
    return with_value(form, [METAS] * needs_one), bytes(32) * needs_one


def forged(rng: random.Random) -> bytes:
    """A reply that is nearly right: an outcome too many, a lie about a tensor, something nested without end."""
    header, body = with_tensor(rng.choice(FORMS))
    outcomes = header["ran"][0]["outcomes"]
    one = [*rng.choice(outcomes)]
    match rng.randrange(14):
        case 0:
            rng.choice([outcomes.clear, outcomes.pop, outcomes.reverse, lambda: outcomes.append(one)])()
        case 1:
            header["ran"] = rng.choice([[], header["ran"] * 2, {}, None, "x", [[]], [None], [{}]])
        case 2:
            dtype = rng.choice(["float32", "object", "O", 7, None, ["float32"]])
            shape = rng.choice([[2**40], [-1], [0], [0, 2**47, 2**47], [math.nan], [True], "x", [2] * 30, None, []])
            header["t"] = [[dtype, shape, None, rng.choice([True, False, 3])]]
        case 3:
            header["t"] = [["float32", [2, 3], rng.choice([[1 << 40, 1], [3, 1], [0, 0]]), False]]
        case 4:
            deep: Any = 1
            for _ in range(rng.choice([30, 60, 200])):
                deep = ["l", [deep]]
            outcomes[1] = rng.choice([[deep, *QUIET[1:]], deep, [None, deep, [], [], None], changed([0, deep])])
        case 5:
            deep = b"[" * (depth := rng.choice([300, 600, 900])) + b"]" * depth
            moved = b'{"ran":[{"printed":"","outcomes":[[null,null,[],[%s],null]]}],"t":[]}' % deep
            value = b'{"ran":[{"printed":"","outcomes":[[%s,null,[],[],null]]}],"t":[]}' % deep
            return frame(rng.choice([b"[" * 100, b"[" * 100_000, moved, value]))
        case 6:
            outcomes[rng.randrange(4)] = [
                None,
                None,
                [],
                rng.choice([["torch"], ["os"], [3], [[]], ["numpy"] * 9]),
                None,
            ]
        case 7:
            kinds = [
                "Lost",
                "SystemExit",
                "OSError SyntaxError",
                "StopIteration",
                "KeyboardInterrupt",
                "GeneratorExit",
                "",
            ]
            error = rng.choice([ERROR | {"type": kind} for kind in kinds] + [{}, 3, {"absent": "ex01"}, {"absent": 3}])
            lines = rng.choice([[["ex01.py", 3, "f"]], [["ex01.py", -1, 3]], [["ex01.py", 1, "\ud800" * 200]], [[]], 3])
            error = error | {"frames": lines} if isinstance(error, dict) and "type" in error else error
            outcomes[2] = [None, error, [], [], None]
        case 8:
            outcomes[3] = [
                None,
                None,
                [],
                [],
                rng.choice([[1, 2], [1, 2, 3, 4], [10**80] * 3, [-1] * 3, [True] * 3, "x", {}]),
            ]
        case 9:
            places = [[0, ["x", 0]], ["x", 1], [None, 1], [0], [0, 1, 2], [[], 1], [10**30, 1]]
            outcomes[1] = changed(*rng.choices(places, k=rng.choice([1, 2, 200])))
        case 10:
            body += rng.randbytes(rng.randint(1, 64))
        case 11:
            header["ran"][0]["printed"] = rng.choice(["x" * 2_001, 3, None, "\ud800\x1b[2J", ["x"]])
        case 12:
            outcomes[1] = [["i", "f" * rng.choice([10, 5_000, 20_000])], *QUIET[1:]]
        case 13:
            outcomes[1] = rng.choice([[1, ERROR, [], [], None], [10**4000, *QUIET[1:]], QUIET[:3], "x", None, {}])
    return frame(header, body) + (frame(header) if rng.random() < 0.1 else b"")  # at times it answers twice


def compared(value: Any) -> None:
    """Have a value compared, shown and kept, as a check does; it may be wrong, and that is all that comes of it."""
    for compare in (
        *(lambda wanted=wanted: same(value, wanted) for wanted in (torch.ones(2, 3), 1.0, 3, "x", [1, 2.5], {"a": 1})),
        lambda: same_shape(value, (2, 3)),
        lambda: same_dtype(value, torch.float32),
        lambda: of_kind(value, torch.nn.Linear),
    ):
        with contextlib.suppress(Mismatch):
            compare()
    json.dumps(observed(value))
    values_as_text.value(value)


def test_twenty_thousand_frames_end_cleanly() -> None:
    rng = random.Random(7)
    ends = {"value": 0, "error": 0, "protocol": 0, "closed": 0}
    plain = [frame(*with_tensor(form)) for form in FORMS]
    kinds: list[Callable[[], bytes]] = [
        lambda: rng.randbytes(rng.randint(0, 200)),
        lambda: (data := rng.choice(plain))[: rng.randint(0, len(data))],
        lambda: mutated(rng, rng.choice(plain)),
        lambda: forged(rng),
        lambda: mutated(rng, forged(rng)[: 1 << 12]),
    ]
    for number in range(FRAMES):
        try:
            reply = answered(kinds[number % len(kinds)](), seconds=60)
        except Lost as lost:
            assert lost.why != "time", "it hangs"
            ends[lost.why] += 1
        else:
            errors = [outcome.error for outcome in reply.outcomes if outcome.error]
            ends["error" if errors else "value"] += 1
            assert all(isinstance(error, BaseException) for error in errors)
            compared([outcome.value for outcome in reply.outcomes])
            compared(reply.outcomes[1].value if len(reply.outcomes) > 1 else None)
    assert sum(ends.values()) == FRAMES
    assert min(ends.values()) > 0, ends


def test_silence_and_half_a_frame_end_at_the_deadline() -> None:
    whole = frame(GOOD)
    for data in (b"", whole[:5], whole[:-1], wire.LENGTHS.pack(100, 100)):
        assert lost(data, close=False, seconds=0.2) == "time"


def test_a_byte_at_a_time_does_not_move_the_deadline() -> None:
    ours, theirs = socket.socketpair()
    ended = threading.Event()

    def drip() -> None:
        for byte in frame(with_value("x" * 1000)):
            if ended.wait(0.05):
                return
            try:
                theirs.send(bytes([byte]))
            except OSError:
                return

    threading.Thread(target=drip, daemon=True).start()
    with ours, theirs, pytest.raises(Lost) as lost:
        runner_for(ours, 0.5).run(SCRIPT, 0)
    ended.set()
    assert lost.value.why == "time"


def test_a_worker_that_never_reads_ends_at_the_deadline() -> None:
    ours, theirs = socket.socketpair()
    large = Step("call", Ref(0), args=(torch.zeros(1 << 20),))
    with ours, theirs, pytest.raises(Lost) as lost:
        runner_for(ours, 0.5).run([Numbered(0, large)], 0)
    assert lost.value.why == "time"


def test_a_length_alone_costs_no_memory() -> None:
    lost(wire.LENGTHS.pack(wire.MOST_HEADER, wire.MOST_BODY) + b"x")
    for header, body in ((wire.MOST_HEADER + 1, 0), (1, wire.MOST_BODY + 1), (0, 0)):
        assert lost(wire.LENGTHS.pack(header, body) + b"x" * 100) == "protocol"


def test_a_reply_sent_ahead_ends_the_conversation_at_the_next_script() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.send(frame(GOOD) * 2)
        runner = runner_for(ours)
        assert len(runner.run(SCRIPT, 0).outcomes) == len(SCRIPT)
        with pytest.raises(Lost) as lost:
            runner.run(SCRIPT, 1)
        assert lost.value.why == "protocol"


def test_once_lost_is_lost() -> None:
    ours, theirs = socket.socketpair()
    theirs.recv(0)
    runner = runner_for(ours)
    theirs.close()
    for _ in range(3):
        with pytest.raises(Lost):
            runner.run(SCRIPT, 0)


# ---- scripts ----


def received(data: bytes) -> tuple[dict[str, Any], bytearray]:
    """A frame as the other end has it."""
    header, body = wire.lengths(data[: wire.LENGTHS.size])
    text = data[wire.LENGTHS.size :]
    assert len(text) == header + body
    return wire.parse(text[:header]), bytearray(text[header:])


def test_a_script_comes_over_as_it_is() -> None:
    turned = torch.arange(6.0).reshape(2, 3).T
    arguments = (Name("ex01", "it"), Ref(3), [turned, None], {"a": (1, 2.5, torch.float64)})
    step = Step("call", Ref(0), "step", arguments, {"x": 1}, 7, True, True, True)
    examples = [
        Example((Numbered(0, STEPS[0], "layer"), Numbered(4, step)), 5, frozenset([4])),
        Example(SCRIPT, None),
    ]
    one, other = protocol.scripts_of(*received(protocol.script_frame(examples)))
    assert other == examples[1]
    assert (one.seed, one.wanted, one.steps[0]) == (5, frozenset([4]), examples[0].steps[0])
    came = one.steps[1].step
    assert replace(came, args=()) == replace(step, args=())
    assert (came.args[:2], came.args[3]) == (arguments[:2], arguments[3])
    assert torch.equal(came.args[2][0], turned) and came.args[2][0].stride() == turned.stride()


def test_files_come_over_as_they_are() -> None:
    files = {"ex01.py": b"", "ex02.py": b"x = 1\n", "ex05.py": bytes(range(256))}
    assert protocol.files_of(*received(protocol.files_frame(files))) == files


def replied(*outcomes: Outcome, steps: tuple[Step, ...], wanted: frozenset[int] | None = None) -> Reply:
    """Outcomes after the crossing."""
    examples = [Example(tuple(Numbered(number, step) for number, step in enumerate(steps)), 0, wanted)]
    data = protocol.reply_frame([Reply(outcomes, "printed")], examples)
    (reply,) = protocol.replies_of(*received(data), examples, lambda file: file)
    return reply


WATCHED = Step("call", WHERE, watched=True, counted=True, may_raise=True)


def test_an_outcome_comes_over_as_it_is() -> None:
    outcome = Outcome([1, "x"], None, ((0, [2]), ("key", None)), ("torch", "random"), Work(3, 2, 1))
    assert replied(outcome, steps=(WATCHED,)) == Reply((outcome,), "printed")


def test_a_value_that_no_question_asks_for_stays_there() -> None:
    both = replied(Outcome(1), Outcome(2), steps=(STEPS[0], STEPS[0]), wanted=frozenset([1]))
    assert [outcome.value for outcome in both.outcomes] == [None, 2]


@pytest.mark.parametrize(
    "value",
    [
        object(),
        iter([]),
        torch.nn.Linear,
        torch.zeros(1, device="meta"),
        torch.zeros(1).expand(1 << 40),
        2 ** (1 << 17),
    ],
    ids=["object", "iterator", "class", "no device", "expanded", "integer"],
)
def test_what_is_no_data_is_told_as_an_error(value: object) -> None:
    reply = replied(Outcome(value, work=Work()), steps=(WATCHED,))
    assert isinstance(reply.outcomes[0].error, TypeError)


def test_more_than_a_frame_holds_ends_an_example_with_an_error() -> None:
    large = Outcome("x" * (wire.MOST_HEADER // 2))
    reply = replied(large, large, large, steps=(STEPS[2], STEPS[0], STEPS[0]))
    assert [type(outcome.error).__mro__[1] for outcome in reply.outcomes] == [TypeError, TypeError]


# ---- values ----


def crossed(value: Any, *, layouts: bool = False) -> Any:
    """A value after the crossing."""
    writer = wire.Writer(layouts=layouts)
    form = json.loads(json.dumps(writer.value(value)))
    body = bytearray(b"".join(part + bytes(-len(part) % wire.ALIGNMENT) for part in writer.body))
    return wire.Reader(json.loads(json.dumps(writer.metas)), body, layouts=layouts).value(form)


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
@settings(max_examples=60, deadline=None)
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
@settings(max_examples=100, deadline=None)
def test_any_json_is_a_value_or_an_error_of_the_wire(form: Any, metas: Any, body: bytes) -> None:
    try:
        reader = wire.Reader(metas, bytearray(body), layouts=False)
    except wire.WireError:
        reader = wire.Reader([], bytearray(), layouts=False)
    with contextlib.suppress(wire.WireError):
        reader.value(form)


@given(JSON)
@settings(max_examples=60, deadline=None)
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
        [["float32", [2], [0], False]],  # two elements in one place
        [["float32", [2, 2], [1, 1], False]],
        [["uint8", [2], [1 << 29], False]] * 3,  # each within the limit, together beyond it
        [["float64", [2], [1 << 40], False]],
        [["float32", [2], [-1], False]],
    ],
    ids=["overlap", "overlap of two axes", "wide together", "wide", "backwards"],
)
def test_strides_that_a_tensor_cannot_have_are_refused(metas: list[Any]) -> None:
    with pytest.raises(wire.WireError, match=r"strides|place|wide"):
        wire.Reader(metas, bytearray(16 * len(metas)), layouts=True).value(["x", 0])


def test_the_other_end_replies_without_strides() -> None:
    with pytest.raises(wire.WireError):
        wire.Reader([["float32", [2], [2], False]], bytearray(16), layouts=False)


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
