"""Conversations that are remembered: what leads to a known finding, and what does not."""

import json
from typing import Any

import pytest

from grader.answers import error_wording, wire
from grader.answers.tape import PART, RECEIVED, SENT, Frames
from grader.engine import conversation_cache
from grader.engine.conversation_cache import Memory

KEY = ("ex05", 0, "a check")
PASSED: dict[str, Any] = {"status": "passed", "traceback": None}
SOURCES = {"ex05.py": b"first\nsecond\nthird\n"}


def reply(**header: Any) -> bytes:
    return wire.frame(header, [])


def refusal(text: str, line: int = 3) -> bytes:
    return reply(
        reply=1, raised={"type": "ValueError", "name": "ValueError", "text": text, "frames": [["f", line, "g"]]}
    )


def talk(*turns: bytes) -> Frames:
    return [(RECEIVED if number % 2 else SENT, frame) for number, frame in enumerate(turns)]


def found(known: Memory, *replies: bytes, sources: dict[str, bytes] = SOURCES) -> Any:
    """What is said, and what is found in the end."""
    course, said = known.course(KEY), []
    for one in replies:
        said.append(course.request)
        course.hear(one)
    return said, course.finding(sources)


def test_the_same_replies_lead_to_the_same_finding_and_others_to_none() -> None:
    known = Memory()
    known.learn(KEY, talk(b"ask", reply(value=1), b"ask more", reply(value=2)), PASSED, SOURCES, None)
    assert found(known, reply(value=1), reply(value=2)) == ([b"ask", b"ask more"], PASSED)
    assert found(known, reply(value=1), reply(value=3)) == ([b"ask", b"ask more"], None)
    assert found(known, reply(value=2), reply(value=2)) == ([b"ask", None], None)
    assert found(known, reply(value=1)) == ([b"ask"], None), "the check would ask more"
    assert found(Memory(), reply(value=1)) == ([None], None)


def test_a_check_that_asks_nothing_is_known_too() -> None:
    known = Memory()
    known.learn(KEY, [], PASSED, SOURCES, None)
    assert found(known) == ([], PASSED)


def test_words_of_an_error_count_only_by_what_was_asked_of_them() -> None:
    known = Memory()
    asked = [(0, ("word", "group"), True), (0, ("one of", 7), True)]
    known.learn(KEY, talk(b"ask", refusal("group is 7")), PASSED, SOURCES, asked)
    assert found(known, refusal("a GROUP of 7 does not fit", line=90))[1] == PASSED
    assert found(known, refusal("a group of 17"))[1] is None
    assert found(known, refusal("7 does not fit"))[1] is None
    error = {"type": "TypeError", "name": "TypeError", "text": "group is 7", "frames": []}
    assert found(known, reply(reply=1, raised=error))[1] is None


def test_a_branch_is_of_one_set_of_questions_and_answers() -> None:
    known = Memory()
    known.learn(KEY, talk(b"ask", refusal("group is 7")), PASSED, SOURCES, [(0, ("word", "group"), True)])
    known.learn(KEY, talk(b"ask", refusal("other"), b"more", reply()), PASSED, SOURCES, [(0, ("word", "group"), False)])
    assert found(known, refusal("no such word"))[1] is None
    assert found(known, refusal("a group"))[1] == PASSED


def test_words_count_in_full_where_they_were_read_or_the_check_failed() -> None:
    known = Memory()
    known.learn(KEY, talk(b"ask", refusal("group is 7")), PASSED, SOURCES, None)
    assert found(known, refusal("group is 7"))[1] == PASSED
    assert found(known, refusal("group is 7!"))[1] is None


def test_what_is_printed_does_not_count_where_a_check_passed() -> None:
    known = Memory()
    known.learn(KEY, talk(b"ask", reply(value=1, printed="hello")), PASSED, SOURCES, [])
    assert found(known, reply(value=1))[1] == PASSED
    assert found(known, reply(value=2, printed="hello"))[1] is None


@pytest.mark.parametrize("broken", [b"", b"[1]", b"{", b'{"raised":1}', b'{"raised":[]}', b'{"raised":{"text":1}}'])
def test_a_reply_of_a_wrong_form_is_unknown(broken: bytes) -> None:
    known = Memory()
    known.learn(KEY, talk(b"ask", refusal("group is 7")), PASSED, SOURCES, [])
    assert found(known, wire.LENGTHS.pack(len(broken), 0) + broken)[1] is None


def test_a_finding_that_quotes_a_line_is_that_of_answers_with_this_line() -> None:
    known = Memory()
    failed = {"status": "error", "traceback": "ex05.py, line 2, in forward\n    second"}
    known.learn(KEY, talk(b"ask", refusal("no")), failed, SOURCES, None)
    assert found(known, refusal("no"))[1] == failed
    assert found(known, refusal("no"), sources={"ex05.py": b"another\nsecond\n"})[1] == failed
    assert found(known, refusal("no"), sources={"ex05.py": b"first\nanother\nthird\n"})[1] is None
    assert found(known, refusal("no"), sources={"ex05.py": b"first"})[1] is None
    other = failed | {"traceback": "ex05.py, line 2, in forward\n    another"}
    known.learn(KEY, talk(b"ask", refusal("no")), other, {"ex05.py": b"first\nanother"}, None)
    assert found(known, refusal("no"), sources={"ex05.py": b"first\nanother\nthird\n"})[1] == other
    assert found(known, refusal("no"))[1] == failed


def test_a_check_that_does_not_say_the_same_twice_is_forgotten() -> None:
    known = Memory()
    known.learn(KEY, talk(b"ask", reply(value=1)), PASSED, SOURCES, None)
    known.learn(KEY, talk(b"ask otherwise", reply(value=1)), PASSED, SOURCES, None)
    assert found(known, reply(value=1)) == ([None], None)


def test_a_conversation_that_once_went_on_does_not_end_where_another_one_did() -> None:
    known = Memory()
    known.learn(KEY, talk(b"ask", reply(value=1), b"more", reply(value=2)), PASSED, SOURCES, None)
    known.learn(KEY, talk(b"ask", reply(value=1)), {"status": "error"}, SOURCES, None)
    assert found(known, reply(value=1)) == ([b"ask"], None)
    assert found(known, reply(value=1), reply(value=2))[1] == PASSED


def test_a_check_that_begins_otherwise_than_it_did_teaches_nothing() -> None:
    known = Memory()
    known.learn(KEY, talk(b"ask", reply(value=1)), PASSED, SOURCES, [])
    known.learn(KEY, talk(b"ask otherwise", reply(value=2)), {"status": "failed"}, SOURCES, None)
    assert found(known, reply(value=1)) == ([b"ask"], PASSED)
    assert found(known, reply(value=2)) == ([b"ask"], None)


def test_a_line_is_what_python_takes_for_one() -> None:
    known = Memory()
    failed = {"status": "error", "traceback": "ex05.py, line 2, in forward\n    second"}
    known.learn(KEY, talk(b"ask", refusal("no")), failed, {"ex05.py": b"first\rsecond"}, None)
    assert found(known, refusal("no"), sources={"ex05.py": b"first\ranother"})[1] is None
    assert found(known, refusal("no"), sources={"ex05.py": b"first\r\nsecond\r\n"})[1] == failed


def test_a_finding_of_many_bytes_is_not_kept() -> None:
    known = Memory()
    known.learn(KEY, talk(b"ask", reply(value=1)), PASSED | {"got": "x" * 100_000}, SOURCES, None)
    assert found(known, reply(value=1)) == ([None], None)


def test_words_of_any_length_are_looked_through_in_one_go() -> None:
    digits = "1" * 1_000_000
    assert not error_wording.holds(f"{digits}a", ("one of", 7))
    assert error_wording.holds(f"{digits}a 7", ("one of", 7))


@pytest.mark.parametrize(
    ("text", "value", "is_there"),
    [
        ("(2, 7, 3)", 7, True),
        ("17", 7, False),
        ("7.", 7, True),
        ("1.5a", 1, True),
        ("-.5e1", -5, True),
        ("7a", 7, False),
        ("1_000", 1000, True),
        ("5x7", 7, True),
        ("7e", 7, False),
        ("1e3", 1000, True),
    ],
)
def test_a_number_in_words(text: str, value: float, is_there: bool) -> None:
    assert error_wording.holds(text, ("one of", value)) == is_there


def test_what_broke_off_is_not_learned() -> None:
    known = Memory()
    known.learn(KEY, [(SENT, b"ask")], PASSED, SOURCES, None)
    assert known.course(KEY).request is None
    known.learn(KEY, [(SENT, b"ask"), (PART, b"re"), (RECEIVED, reply(value=1))], PASSED, SOURCES, None)
    assert found(known, reply(value=1))[1] == PASSED, "a part that was completed is no frame of its own"


def test_memory_is_bounded_and_keeps_what_came_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation_cache, "MOST_BYTES", 100_000)
    known = Memory()
    for number in range(100):
        request = json.dumps([number, "x" * 5_000]).encode()
        known.learn((number,), talk(request, reply(value=number)), PASSED, SOURCES, None)
    kept = [number for number in range(100) if known.course((number,)).request is not None]
    assert kept == list(range(len(kept))) and 15 <= len(kept) <= 20
