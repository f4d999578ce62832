"""The warm process: torch is imported, no check was ever seen, and each sandboxed worker is forked from it.

Requests come as JSON over a socket, each with the worker's end of its connection; the replies go the same way.
"""

import contextlib
import gc
import importlib.metadata
import json
import os
import re
import signal
import socket
import sys
import sysconfig
import time
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

from grader.answers import answer_worker
from grader.answers.cpu_clock import cpu_seconds
from grader.answers.sandbox import WALLS_MISSING
from grader.answers.sandbox_layers import Limits, Outcome, Walls

MOST_REQUEST = 1 << 12
LIBRARIES = ("torch", "numpy")


def main() -> None:
    """Set the walls up, import torch, then fork workers until the other end closes."""
    control = socket.socket(fileno=int(sys.argv[1]))
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nothing, descriptor)
    walls = Walls()
    walls.leave_the_host()
    warm_up()
    walls.enter_the_root(readable(), others())
    sys.path[:] = [place for place in sys.path if place != os.environ.get("PYTHONPATH")]
    os.environ.pop("PYTHONPATH", None)
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)  # workers are short-lived; at 700 objects looking for cycles takes a twentieth of the time
    promised = probe(walls)
    control.sendall(json.dumps({"layers": promised}).encode())
    serve(control, walls, promised)
    os._exit(0)


def warm_up() -> None:
    """Import what answers use, and do once what each worker would do again."""
    import numpy
    import torch

    import grader.answers.counted_work  # noqa: F401 (workers cannot read it any more)

    torch.set_num_threads(1)  # a fork after work on two threads hangs (measured)
    layer = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)  # the first optimizer imports torch._dynamo: 0.8 s
    layer(torch.ones(1, 1)).sum().backward()
    optimizer.step()
    numpy.random.seed(0)
    torch.manual_seed(0)


def readable() -> list[Path]:
    """Python and its libraries: what workers may read. Neither the checkout nor any other package."""
    site = Path(sysconfig.get_path("purelib"))
    places = [Path(sysconfig.get_path("stdlib"))]
    places += [site / entry for name in distributions() for entry in entries(name)]
    maps = Path("/proc/self/maps")
    mapped = re.findall(r"(/\S+\.so[.\d]*)$", maps.read_text(), re.MULTILINE) if maps.exists() else []
    libraries = [Path(library) for library in mapped]
    places += [library if library.parent == site else library.parent for library in libraries]
    return outermost(places)


def others() -> list[Path]:
    """The folders inside Python's own that hold packages: what of them may be read is named one by one."""
    return [Path(sysconfig.get_path("stdlib")) / name for name in ("site-packages", "dist-packages")]


def outermost(places: Iterable[Path]) -> list[Path]:
    """The paths without those inside others, but for those in a folder of packages inside Python's own."""
    kept: list[Path] = []
    for place in sorted(set(places), key=lambda place: len(place.parts)):
        named = any(place.is_relative_to(folder) for folder in others())
        if named or not any(place.is_relative_to(other) for other in kept):
            kept.append(place)
    return kept


def distributions() -> set[str]:
    """The libraries that answers may import, and what these need."""
    found: set[str] = set()
    waiting = list(LIBRARIES)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            needed = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        found.add(name)
        waiting += [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in needed if "extra ==" not in line]
    return found


def entries(name: str) -> set[str]:
    """The top folders and files of a library."""
    record = importlib.metadata.distribution(name).read_text("RECORD") or ""
    tops = {line.partition(",")[0].partition("/")[0] for line in record.splitlines()}
    return {top for top in tops if top not in ("..", "", "__pycache__")}


def probe(walls: Walls) -> Outcome:
    """What becomes of the walls around a worker: shown by one that does nothing else."""
    reader, writer = os.pipe()
    child = walls.fork()
    if child == 0:
        try:
            os.write(writer, json.dumps(walls.enter(Limits(1 << 30, 10, 0))).encode())
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    outcome: Outcome = json.loads(told) if told else {}
    return outcome


def serve(control: socket.socket, walls: Walls, promised: Outcome) -> None:
    """Fork a worker for each request, and end workers when told to."""
    count = 0
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, MOST_REQUEST, 1)
        if not data:
            return
        request = json.loads(data)
        if "cpu_seconds_of" in request:
            reply: dict[str, Any] = {"cpu_seconds": cpu_seconds(request["cpu_seconds_of"])}
        elif "end" in request:
            reply = end(request["end"], request["patience"])
        else:
            count += 1
            child = walls.fork()
            if child == 0:
                limits = Limits(request["memory_bytes"], request["cpu_seconds"], count)
                become_worker(walls, promised, limits, descriptors[0])
            os.close(descriptors[0])
            reply = {"forked": child}
        control.sendall(json.dumps(reply).encode())


def become_worker(walls: Walls, promised: Outcome, limits: Limits, descriptor: int) -> NoReturn:
    """Put the walls up around this process, and serve."""
    try:
        os.setsid()
        os.dup2(0, 2)
        os.dup2(descriptor, 3)
        os.closerange(4, 1 << 16)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if walls.enter(limits) != promised:
            os._exit(WALLS_MISSING)
        answer_worker.serve(socket.socket(fileno=3))
    except BaseException:  # the other end is gone, or an answer has broken what this rests on
        pass
    finally:
        os._exit(0)


def end(child: int, patience: float) -> dict[str, Any]:
    """Wait for a worker, then kill it; how it ended, and the CPU time of it and its processes."""
    deadline = time.monotonic() + patience
    while True:
        try:
            ended, code, used = os.wait4(child, os.WNOHANG)
        except ChildProcessError:
            return {"status": None, "cpu_seconds": 0.0}
        if ended:
            return {"status": os.waitstatus_to_exitcode(code), "cpu_seconds": used.ru_utime + used.ru_stime}
        if time.monotonic() >= deadline:
            break
        time.sleep(0.002)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    _, _, used = os.wait4(child, 0)
    return {"status": None, "cpu_seconds": used.ru_utime + used.ru_stime}


if __name__ == "__main__":
    main()
