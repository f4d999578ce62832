"""What checks have said to answers and heard from them, and what they found: the same words lead to the same finding.

A check sees of an answer in the sandbox nothing but frames. So what it says next depends on what it has heard so far,
and its finding on all that it has heard: an answer that replies, byte for byte, as an earlier one did has the same
finding, and no check needs to run to know it. What is kept is a tree: at each node the frame to be sent, and a branch
for each reply that was ever heard. The answer itself is run all the same, each of its replies is looked at.

Two answers that refuse the same input do so in words of their own. A check that passes has asked of such words whether
they hold this or that, and of what was printed nothing: in a second tree, of checks that passed, replies are told apart
without them, and a branch is taken where the same questions have the same answers.
"""

import contextlib
import hashlib
import json
import re
import threading
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.answers import error_wording, remote_errors, wire
from grader.answers.tape import RECEIVED, SENT, Frames
from grader.base.results import Causes

MOST_BYTES = 64 << 20  # of frames; what is common in a class comes early, so later frames are not kept
MOST_CAUSES = 10_000  # sets of observations
_NODE_BYTES = 500
_MOST_FINDING = 64 << 10  # bytes of JSON
_END_OF_LINE = re.compile(rb"\r\n|\r|\n")
_QUOTED = re.compile(r"^(\w+\.py), line (\d+)", re.MULTILINE)

Sources = Mapping[str, bytes]  # the files of an answer, by name
Finding = dict[str, Any]
Asked = tuple[int, error_wording.Question, bool]  # of the words in the reply of that number, and the answer
_Place = tuple[str, int]  # a file, and the number of a line in it


@dataclass
class _Node:
    """A place in a conversation, which a reply has led to."""

    asked: tuple[tuple[error_wording.Question, bool], ...] = ()  # of the words in the reply
    request: bytes | None = None  # what the check says next
    after: dict[bytes, "_Node"] = field(default_factory=dict)  # by the digest of the reply
    findings: dict[tuple[_Place, ...], dict[tuple[bytes, ...], Finding]] = field(default_factory=dict)

    def next(self, digest: bytes, words: str) -> "_Node | None":
        """Where a reply leads to."""
        node = self.after.get(digest)
        fits = node is not None and all(
            error_wording.holds(words, question) == answer for question, answer in node.asked
        )
        return node if fits else None

    def finding(self, sources: Sources) -> Finding | None:
        """What the check finds if the conversation ends here; it may quote lines of the answer."""
        for places, found in list(self.findings.items()):  # another answer's may come meanwhile
            if (finding := found.get(_lines(places, sources))) is not None:
                return finding
        return None


class Course:
    """A conversation on its way: what is to be said next, as long as it is known."""

    def __init__(self, exact: _Node | None, wordless: _Node | None) -> None:
        self._exact, self._wordless = exact, wordless

    @property
    def request(self) -> bytes | None:
        """What the check says next; None where it is not known, or says no more."""
        node = self._exact or self._wordless
        return node.request if node is not None else None

    def hear(self, reply: bytes) -> None:
        """Go on with a reply to the request."""
        asked = self.request
        if self._exact is not None:
            self._exact = self._exact.next(*_exactly(reply))
        if self._wordless is not None:
            known = self._wordless.request == asked
            self._wordless = self._wordless.next(*_without_words(reply)) if known else None

    def finding(self, sources: Sources) -> Finding | None:
        """What the check finds, if that is known and no more is to be said."""
        nodes = [node for node in (self._exact, self._wordless) if node is not None]
        return next((finding for node in nodes if (finding := node.finding(sources)) is not None), None)


class Memory:
    """What is known of the answers of one class, for all that grade it: conversations, and the causes of what was seen.

    The key of a conversation says all that a check depends on beside the answer.
    """

    def __init__(self) -> None:
        self._causes: dict[bytes, Causes] = {}
        self._exact: dict[Hashable, _Node] = {}
        self._wordless: dict[Hashable, _Node] = {}
        self._room = MOST_BYTES
        self._learning = threading.Lock()

    def causes(self, seen: bytes) -> Causes | None:
        """The causes of what checks have seen, by the digest of that; None if it is new."""
        return self._causes.get(seen)

    def learn_causes(self, seen: bytes, causes: Causes) -> None:
        """Keep the causes of what checks have seen, while there is room."""
        if len(self._causes) < MOST_CAUSES:
            self._causes[seen] = causes

    def course(self, key: Hashable) -> Course:
        """A conversation that is about to begin."""
        return Course(self._exact.get(key), self._wordless.get(key))

    def learn(
        self, key: Hashable, frames: Frames, finding: Finding, sources: Sources, asked: Sequence[Asked] | None
    ) -> None:
        """Keep a conversation that has come to its end, while there is room.

        Args:
            key: of the conversation.
            frames: all that was said and heard.
            finding: what the check found.
            sources: the answer, of which the finding may quote lines.
            asked: all that was asked of the words of errors, if only such questions were asked and the check passed.
        """
        frames = [(kind, frame) for kind, frame in frames if kind in (SENT, RECEIVED)]
        turns = [kind for kind, _ in frames]
        if turns != [SENT, RECEIVED] * (len(turns) // 2) or self._room <= 0:
            return
        with self._learning:
            self._learn(key, frames, finding, sources, asked)

    def _learn(
        self, key: Hashable, frames: Frames, finding: Finding, sources: Sources, asked: Sequence[Asked] | None
    ) -> None:
        exact = asked is None
        roots, others = (self._exact, self._wordless) if exact else (self._wordless, self._exact)
        distinct = _exactly if exact else _without_words
        size = len(json.dumps(finding))
        known = others.get(key)
        if size > _MOST_FINDING or (known is not None and known.request != (frames[0][1] if frames else None)):
            return
        node = roots.setdefault(key, _Node())
        for number, ((_, request), (_, reply)) in enumerate(zip(frames[::2], frames[1::2], strict=True)):
            if node.request is None:
                node.request = request
                self._room -= len(request)
            elif node.request != request:
                self.forget(key)
                return
            digest, _ = distinct(reply)
            own = tuple((tuple(question), answer) for which, question, answer in asked or () if which == number)
            if digest not in node.after:
                node.after[digest] = _Node(own)
                self._room -= _NODE_BYTES
            node = node.after[digest]
            if node.asked != own:
                return
        if node.request is not None:  # earlier the check went on from here
            return
        places = tuple((file, int(line)) for file, line in _QUOTED.findall(finding.get("traceback") or ""))
        node.findings.setdefault(places, {})[_lines(places, sources)] = finding
        self._room -= _NODE_BYTES + size

    def forget(self, key: Hashable) -> None:
        """Know nothing of a conversation any more: it does not depend on what is heard alone."""
        self._exact.pop(key, None)
        self._wordless.pop(key, None)


def _digest(reply: bytes) -> bytes:
    return hashlib.blake2b(reply, digest_size=16).digest()


def _exactly(reply: bytes) -> tuple[bytes, str]:
    return _digest(reply), ""


def _without_words(reply: bytes) -> tuple[bytes, str]:
    """The digest of a reply without what was printed and the words and lines of the error in it; and those words."""
    start = wire.LENGTHS.size
    text = reply[start : start + wire.LENGTHS.unpack_from(reply)[0]]
    body = reply[start + len(text) :]
    words = ""
    if b'"raised":' in text or b'"printed":' in text:
        with contextlib.suppress(wire.WireError):
            header = wire.parse(text)
            header.pop("printed", None)
            if "raised" in header:
                words = remote_errors.words(header["raised"])
                header["raised"] |= {"text": "", "frames": []}
            text = wire.encoded(header)
    return _digest(text + body), words


def _lines(places: tuple[_Place, ...], sources: Sources) -> tuple[bytes, ...]:
    """The lines at these places; where there is none, nothing."""
    texts = {file: _END_OF_LINE.split(sources.get(file, b"")) for file, _ in places}
    return tuple(texts[file][line - 1] if 0 < line <= len(texts[file]) else b"" for file, line in places)
