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
from grader.answers.runners import LocalRunner
from grader.base.source import Source


def serve(connection: socket.socket) -> NoReturn:
    """Receive the files, then run scripts until the grader disconnects."""
    sys.stdout = sys.__stdout__ = sys.stderr = sys.__stderr__ = Tail()  # type: ignore[misc,assignment]  # a Tail is no TextIO
    channel = Channel(connection)
    sources = {
        file.removesuffix(".py"): Source(file, text) for file, text in protocol.files_of(*channel.receive()).items()
    }
    runner = LocalRunner(AnswerModules(sources.get))
    while True:
        examples = protocol.scripts_of(*channel.receive())
        replies = [runner.run(example.steps, example.seed, alone=example.alone) for example in examples]
        channel.send(protocol.reply_frame(replies, examples))
