"""The worker: the process in which sandboxed answers run. It receives their files and scripts, and returns outcomes.

It contains no checks, no oracles, no solutions and no seeds, and is never sent any.
"""

import socket
import sys
from typing import NoReturn

from grader.answers import protocol
from grader.answers.answer_modules import AnswerModules
from grader.answers.captured_output import Tail
from grader.answers.channel import Channel
from grader.answers.executor import Executor
from grader.answers.protocol import Example, Reply
from grader.base.source import Source


def serve(connection: socket.socket) -> NoReturn:
    """Receive the files, then run scripts until the grader disconnects."""
    printed = Tail()
    sys.stdout = sys.__stdout__ = sys.stderr = sys.__stderr__ = printed  # type: ignore[misc,assignment]
    channel = Channel(connection)
    sources = {
        file.removesuffix(".py"): Source(file, text) for file, text in protocol.files_of(*channel.receive()).items()
    }
    executor = Executor(AnswerModules(sources.get))
    while True:
        examples = protocol.scripts_of(*channel.receive())
        replies = [_ran(executor, example, printed) for example in examples]
        channel.send(protocol.reply_frame(replies, examples))


def _ran(executor: Executor, example: Example, printed: Tail) -> Reply:
    """Run one example, up to the first unexpected error."""
    outcomes = executor.outcomes(example.steps, example.seed, alone=example.alone)
    text = printed.text()
    printed.forget()
    return Reply(outcomes, text)
