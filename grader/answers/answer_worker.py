"""The process in which sandboxed answers run: it imports their files, as text that it is sent, and answers calls.

It knows no checks, no oracles, no solutions and no seeds; what it would need of them it is not sent.
"""

import contextlib
import socket
import sys
import types
from typing import Any, NoReturn

from grader.answers import process_settings, random_state, wire
from grader.answers.answer_modules import AnswerModules, NotThere, Problem
from grader.answers.captured_output import Tail
from grader.answers.channel import Channel
from grader.answers.peer import Peer
from grader.base.source import Source


class Worker:
    """The answers of one submission, and what the other end may ask of them."""

    def __init__(self, connection: socket.socket) -> None:
        self._settings = process_settings.kept()
        self._sources: dict[str, Source] = {}
        self._modules = AnswerModules(lambda name: self._sources.get(name))
        self._seeded = contextlib.ExitStack()
        self._printed = Tail()
        sys.stdout = sys.__stdout__ = sys.stderr = sys.__stderr__ = self._printed  # type: ignore[misc,assignment]
        self._peer = Peer(
            Channel(connection),
            serves={
                "stand": self._stand,
                "import": self._import,
                "name": self._name,
                "seed": self._seed,
                "count": self._count,
                "counted": self._counted,
                "each": self._each,
            },
            may_read=lambda thing, name: True,
            path_of=lambda name: None,
            believing=True,
        )
        self._peer.printed = self._new_prints
        self._peer.began = self._begin

    def serve(self) -> NoReturn:
        """Take the files, then answer calls until the other end is gone."""
        self._take(*self._peer.channel.receive())
        while True:
            self._peer.serve(*self._peer.channel.receive())

    def _take(self, header: dict[str, Any], data: bytearray) -> None:
        """Import these files: their texts lie one behind the other."""
        at = 0
        for file, size in header["take"]:
            self._sources[file.removesuffix(".py")] = Source(file, bytes(data[at : at + size]))
            at += size + -size % wire.ALIGNMENT

    def _begin(self) -> None:
        """Leave nothing of what the last check has set."""
        self._seed(None)
        process_settings.restore(self._settings)
        self._peer.work = None

    def _stand(self, name: str, members: dict[str, Any]) -> None:
        """Let these names stand for a file: what they mean is at the other end."""
        module = types.ModuleType(f"{self._modules.package}.{name}")
        module.__dict__.update(members)
        self._modules.made[name] = module

    def _import(self, exercise: str) -> tuple[Any, ...]:
        return self._told(lambda: self._modules.load(exercise) and None)

    def _name(self, exercise: str, name: str) -> tuple[Any, ...]:
        return self._told(lambda: self._modules.attribute(self._modules.load(exercise), name))

    def _told(self, find: Any) -> tuple[Any, ...]:
        """What was found, or in words why it cannot be."""
        try:
            return "found", find()
        except NotThere as absent:
            return "absent", absent.exercise
        except Problem as problem:
            return "problem", problem.difference, problem.code, problem.where, problem.lacking

    def _seed(self, seed: int | None) -> None:
        """Seed the random states; None puts back what they were. Meanwhile each reply tells which have moved."""
        self._seeded.close()
        self._peer.watched = None
        if seed is not None:
            self._seeded.enter_context(random_state.seeded(seed))
            before = random_state.kept()
            self._peer.watched = lambda: list(random_state.moved(before))

    def _count(self) -> None:
        """Count from now on what torch does here."""
        from grader.answers.counted_work import Work

        self._peer.work = Work()

    def _counted(self) -> tuple[int, int, int]:
        """Count no longer; what was counted."""
        work, self._peer.work = self._peer.work, None
        return (work.flops, work.operators, work.kept) if work is not None else (0, 0, 0)

    def _each(self, thing: Any, method: str, values: list[Any]) -> list[Any]:
        """What came of each call, after the last one."""
        return [getattr(thing, method)(value) for value in values]

    def _new_prints(self) -> str:
        text = self._printed.text()
        self._printed.forget()
        return text
