"""One end of the boundary: asks the other end to do something, and does what it asks. Both ends are alike.

An object that is no data stays where it is: the other end holds its number, and something that stands for it
(`mirror`). While an end waits for a reply it does what the other end asks meanwhile, as when a model calls a hook of
the check. Ids, depth and time are limited; whatever breaks the rules ends the conversation (`channel.Lost`).
"""

import contextlib
import functools
import time
import types
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.answers import error_wording, remote_errors, wire
from grader.answers.channel import Channel
from grader.answers.tape import Strayed

if TYPE_CHECKING:
    from grader.answers.counted_work import Work

MOST_NESTED = 24  # requests of the other end within requests of this one
NUMBERS = 1 << 20  # of requests and objects in one conversation
_STANDS_LASTING = type | types.FunctionType


@dataclass(frozen=True)
class _Lasting:
    """What one end lends, and holds of the other's, for all conversations."""

    stands: dict[Any, int]
    kinds: dict[int, type]
    given_kinds: set[type]
    lent: dict[int, Any]

    @functools.cached_property
    def functions(self) -> frozenset[int]:
        """The numbers of the other end's functions."""
        return frozenset(number for thing, number in self.stands.items() if isinstance(thing, types.FunctionType))


class Peer:
    """One end: what it lends by number, what it holds of the other's, and the conversation between the two.

    Args:
        channel: to the other end.
        serves: operations of this end alone, by name.
        may_read: whether the other end may read an attribute of one of this end's objects.
        path_of: the path of an answer's file, by its name, for the lines of errors.
        believing: whether this end serves the other one, as the worker does; else it believes nothing that comes.
        seconds: what a request may take, all that the other end asks meanwhile included.
    """

    def __init__(
        self,
        channel: Channel,
        *,
        serves: dict[str, Callable[..., Any]],
        may_read: Callable[[Any, str], bool],
        path_of: Callable[[str], str | None],
        believing: bool,
        seconds: float | None = None,
    ) -> None:
        self.channel, self.believing, self.may_read, self.path_of = channel, believing, may_read, path_of
        self.work: Work | None = None  # what torch does in the requests served here, while a check counts it
        self.printed: Callable[[], str] = lambda: ""
        self.began: Callable[[], None] = lambda: None  # called where the other end begins a conversation anew
        self.models: list[Any] = []  # states of the models that were copied into the requests that run now
        self.mirrored: dict[int, Any] = {}  # states of mirrors here, by the number of what they mirror
        self.roots: dict[int, int] = {}  # of the number of a mirror's part, the number of the whole
        self.originals: dict[int, Any] = {}  # states of what is mirrored there
        self.graphs: dict[int, tuple[list[Any], list[Any]]] = {}  # results and leaves of requests, for gradients
        self.riders: dict[str, Any] = {}  # what goes over with the next frame: changes of mirrors, a seed
        self.watched: Callable[[], list[str]] | None = None  # while seeded: the random states that have moved here
        self.moved: list[str] = []  # as the other end told last
        self.methods: dict[int, set[str]] = {}  # attributes known to be methods, by the number of their class
        self.stands: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()  # for what of the other end
        self.held: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()  # the same, by number
        self.kinds: dict[int, type] = {}
        self.given_kinds: set[type] = set()  # classes that went over as values: they may be called, no other may
        self.serves = serves
        self._seconds = seconds
        self._asked = self._heard = self._nested = 0
        self._words: list[
            tuple[int, remote_errors.Heard]
        ] = []  # of the errors of this conversation, each with its frame
        self._base = 0  # where the numbers of this conversation start, of both ends
        self._anew: int | None = None  # the same, where the next request begins a conversation
        self._lasting: _Lasting | None = None  # what was known at the end of the imports, for all conversations
        self._lent: dict[int, Any] = {}
        self._last_lent = 0
        self._numbers: dict[int, int] = {}
        self._sent: dict[int, int] = {}  # how often each number went over
        self._received: dict[int, int] = {}  # how often each number of the other end came
        self._released: list[list[Any]] = []

    def ask(self, operation: str, *args: Any, keywords: dict[str, Any] | None = None, **more: Any) -> Any:
        """Have something done over there with these values; what comes back, or what was raised there."""
        from grader.answers.request import Request

        return Request(self, operation, args, keywords or {}, more).result()

    def exchange(self, header: dict[str, Any], body: list[bytes]) -> tuple[dict[str, Any], bytearray]:
        """Send a request and take its reply, serving in between what the other end asks meanwhile."""
        self._asked += 1
        number = header["id"] = self._asked
        outermost = self.channel.deadline is None
        if outermost and self._seconds is not None:
            self.channel.deadline = time.monotonic() + self._seconds
        try:
            released, self._released = self._released, []
            if released:
                header["release"] = released
            if self._anew is not None:
                header["anew"], self._anew = self._anew, None
            self.channel.send(self._frame(header, body))
            while True:
                answer, data = self.channel.receive()
                if "op" in answer:
                    self._serve_meanwhile(answer, data)
                elif answer.get("reply") == number and type(answer["reply"]) is int:
                    if not self.believing and answer.get("strayed") is True:
                        raise Strayed(by_answer=True)
                    return answer, data
                else:
                    self.channel.lose("protocol", "a reply to nothing that was asked")
        finally:
            if outermost:
                self.channel.deadline = None

    def counted(self) -> contextlib.AbstractContextManager[Any]:
        """What torch does in the block is counted, while a check counts it."""
        if self.work is None:
            return contextlib.nullcontext()
        from grader.answers import counted_work

        return counted_work.counted(self.work)

    def uncounted(self) -> contextlib.AbstractContextManager[Any]:
        """What torch does in the block for the boundary itself is not counted."""
        if self.work is None:
            return contextlib.nullcontext()
        from grader.answers import counted_work

        return counted_work.uncounted()

    def take_along(self, header: dict[str, Any]) -> None:
        """Do what came along with a frame: changes that were made in mirrors of this end's modules, a seed."""
        if "changes" in header:
            from grader.answers import ahead

            ahead.follow(self, header["changes"])
        if "seeding" in header:
            if not self.believing:
                raise wire.WireError("a seed from the end that draws no inputs")
            self.serves["seed"](header["seeding"])

    def begin(self, conversation: int) -> None:
        """Begin a conversation that does not depend on those before it.

        Both ends forget what they lent each other since the imports, and count requests and objects from a number that
        is the conversation's own: so the same answer leads to the same frames, whatever was talked about before.
        """
        self.channel.begin()
        self._anew = conversation * NUMBERS
        self._forget(self._anew)

    def _forget(self, base: int) -> None:
        lasting = self._lasting = self._lasting or self._known()
        tables: list[Any] = [self.mirrored, self.roots, self.originals, self.graphs, self.kinds, self.held, self.stands]
        tables += [self.methods, self.given_kinds, self.riders, self._lent, self._numbers, self._sent, self._received]
        for table in [*tables, self._released, self._words, self.models]:
            table.clear()
        self.stands.update(lasting.stands)
        self.kinds.update(lasting.kinds)
        self.given_kinds.update(lasting.given_kinds)
        self._lent.update(lasting.lent)
        self._numbers.update({id(thing): number for number, thing in lasting.lent.items()})
        self._sent.update(dict.fromkeys(lasting.lent, 0))
        self._nested = 0
        self._base = self._asked = self._heard = self._last_lent = base

    def _known(self) -> "_Lasting":
        """The classes and functions that both ends know of each other, and that modules hold since the imports."""
        from grader.answers import mirror

        stands = {thing: number for thing, number in self.stands.items() if isinstance(thing, _STANDS_LASTING)}
        named = {number: thing for number, thing in self._lent.items() if mirror.goes_by_name(thing)}
        return _Lasting(stands, dict(self.kinds), set(self.given_kinds), named)

    def number_of(self, stand_in: Any) -> int:
        """The number of what something stands for.

        Raises:
            Strayed: it is of a conversation that is over.
        """
        number = self.stands.get(stand_in)
        if number is None:
            raise Strayed
        return number

    def check_number(self, number: Any) -> None:
        """Refuse a number that the other end cannot have given to an object in this conversation.

        Raises:
            WireError: it is none.
        """
        if type(number) is not int or not self._base < number < self._base + NUMBERS:
            raise wire.WireError("a number of no object")

    def check_function(self, number: Any) -> None:
        """The same of a function: those that came with the imports keep their numbers."""
        if self._lasting is None or type(number) is not int or number not in self._lasting.functions:
            self.check_number(number)

    def note(self, words: remote_errors.Heard) -> None:
        """Note the words of an error that came with the last frame."""
        if not self.believing:
            self._words.append((self.channel.received - 1, words))

    def questions(self) -> list[tuple[int, error_wording.Question, bool]] | None:
        """What was asked of the words of errors, each with its frame and the answer; None where any were read whole."""
        if any(words.read for _, words in self._words):
            return None
        return [(frame, *asked) for frame, words in self._words for asked in words.questions]

    def _serve_meanwhile(self, request: dict[str, Any], data: bytearray) -> None:
        self._nested += 1
        if self._nested > MOST_NESTED:
            self.channel.lose("protocol", "requests within requests without end")
        try:
            self.serve(request, data)
        finally:
            self._nested -= 1

    def serve(self, header: dict[str, Any], data: bytearray) -> None:
        """Do what a request asks, and send its reply."""
        from grader.answers.service import Service

        number = header.get("id")
        if self.believing and "anew" in header:
            self._forget(header["anew"])
            self.began()
        if number != self._heard + 1 or type(number) is not int:
            self.channel.lose("protocol", "a request out of turn")
        self._heard = number
        try:
            service = Service(self, header, data)
            service.board()
            for what, which, times in header.get("release", []):
                self._let_go(what, which, times)
            reply, body = service.reply()
        except (wire.WireError, TypeError, ValueError, KeyError) as error:
            self.channel.lose("protocol", f"a request of a wrong form: {error}")
        except Strayed:
            if not self.believing:
                raise
            reply, body = {"strayed": True, "t": []}, []
        if text := self.printed():
            reply["printed"] = text
        try:
            frame = self._frame({"reply": number, **reply}, body)
        except wire.Unsendable as error:
            frame = self._frame({"reply": number, "raised": remote_errors.told(error), "t": []}, [])
        self.channel.send(frame)

    def _frame(self, header: dict[str, Any], body: list[bytes]) -> bytes:
        frame = wire.frame(header | self.riders, body)
        self.riders.clear()
        return frame

    def release_graph(self, number: int) -> None:
        """Tell the other end, with the next request, that no gradients will be asked of a request any more."""
        if self._base < number <= self._asked:  # else it is of a conversation that is over
            self._released.append(["graph", number, 1])

    def _let_go(self, what: Any, number: Any, times: Any) -> None:
        """Drop what the other end needs no longer; of an object, only if it has not been sent again meanwhile."""
        if what == "graph":
            self.graphs.pop(number, None)
        elif what == "object" and number in self._lent:
            self._sent[number] -= times
            if self._sent[number] <= 0:
                self._numbers.pop(id(self._lent.pop(number)), None)
                self.originals.pop(number, None)

    def hold(self, number: int, thing: Any = None) -> None:
        """Note that a number of the other end has come, and for the first time what stands for it."""
        self.check_number(number)
        if thing is not None:
            self.stands[thing], self.held[number] = number, thing
            weakref.finalize(thing, self._release, number).atexit = False
        self._received[number] = self._received.get(number, 0) + 1

    def _release(self, number: int) -> None:
        self.mirrored.pop(number, None)
        self.roots.pop(number, None)
        if number in self._received:  # else it is of a conversation that is over
            self._released.append(["object", number, self._received.pop(number)])

    def number(self, thing: Any) -> int:
        """The number of an object of this end."""
        number = self._numbers.get(id(thing))
        if number is None:
            self._last_lent = number = self._last_lent + 1
            self._lent[number], self._numbers[id(thing)] = thing, number
        return number

    def lend(self, thing: Any) -> int:
        """The number by which the other end may name an object of this end from now on; it goes over once."""
        number = self.number(thing)
        self._sent[number] = self._sent.get(number, 0) + 1
        return number

    def lent(self, number: Any) -> Any:
        """The object of this end that has a number."""
        if type(number) is not int or number not in self._lent:
            raise wire.WireError("an object that was never lent")
        return self._lent[number]
