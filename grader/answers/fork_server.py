"""The fork server: imports torch once, has never seen a check, and forks a worker for each sandboxed answer.

Requests and replies are JSON lines on a socket; with a request for a worker comes the worker's end of its connection.
"""

import contextlib
import gc
import importlib
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
from grader.base import paths
from grader.base.json_lines import JsonSocket

KATA = "wavenet-kata"
PACKAGE_FOLDERS = ("site-packages", "dist-packages")
SYSTEM_DATA = ("/usr/lib/locale", "/usr/share/zoneinfo", "/etc/localtime")


def main() -> None:
    """Set up the sandbox layers, import torch, then fork workers until the other end closes."""
    control = socket.socket(fileno=int(sys.argv[1]))
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nothing, descriptor)
    walls = Walls()
    walls.leave_the_host()
    warm_up()
    walls.enter_the_root(readable(), hidden())
    sys.path[:] = [place for place in sys.path if place != str(paths.checkout().root)]
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)  # workers are short-lived; at 700 objects looking for cycles takes a twentieth of the time
    promised = probe(walls)
    requests = JsonSocket(control)
    requests.send({"layers": promised})
    serve(requests, walls, promised)
    os._exit(0)


def warm_up() -> None:
    """Import what answers and workers use, and do once what each worker would otherwise repeat."""
    import numpy
    import torch

    import grader.answers.counted_work  # noqa: F401 (workers cannot read it any more)

    torch.set_num_threads(1)  # a fork after work on two threads hangs (measured)
    layer = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)  # the first optimizer imports torch._dynamo: 0.8 s
    layer(torch.ones(1, 1)).backward(torch.ones(1, 1))  # the first gradient from outside imports sympy: 0.4 s
    optimizer.step()
    numpy.random.seed(0)
    torch.manual_seed(0)


def readable() -> list[Path]:
    """List what workers may read: Python, every installed package except the kata, and the system's locales and time
    zones.
    """
    places = [Path(sysconfig.get_path("stdlib")), *packages(), *map(Path, SYSTEM_DATA)]
    maps = Path("/proc/self/maps")
    mapped = re.findall(r"(/\S+\.so[.\d]*)$", maps.read_text(), re.MULTILINE) if maps.exists() else []
    folders = {Path(library).parent for library in mapped}
    places += [folder for folder in folders if not any(folder.is_relative_to(place) for place in places)]
    return outermost(places)


def packages() -> list[Path]:
    """List the folders of installed packages on the path, without the kata itself."""
    found: list[Path] = []
    for folder in map(Path, sys.path):
        if folder.name in PACKAGE_FOLDERS and folder.is_dir():
            own = own_entries(folder)
            found += [entry for entry in folder.iterdir() if entry.name not in own] if own else [folder]
    return found


def own_entries(folder: Path) -> set[str]:
    """List what an installation of the kata has put into a folder of packages; an editable one puts no code there."""
    tops: set[str] = set()
    for kata in importlib.metadata.Distribution.discover(name=KATA, path=[str(folder)]):
        record = kata.read_text("RECORD") or ""
        tops |= {line.partition(",")[0].partition("/")[0] for line in record.splitlines()}
    tops -= {"..", "", "__pycache__"}
    return tops if any((folder / top / "__init__.py").exists() for top in tops) else set()


def hidden() -> list[Path]:
    """List folders that appear empty inside readable ones, except for paths that are readable by themselves."""
    return [*(Path(sysconfig.get_path("stdlib")) / name for name in PACKAGE_FOLDERS), paths.checkout().root]


def outermost(places: Iterable[Path]) -> list[Path]:
    """Drop paths that are inside other paths, unless they are inside a hidden folder there."""
    kept: list[Path] = []
    for place in sorted(set(places), key=lambda place: len(place.parts)):
        inside = [other for other in kept if place.is_relative_to(other)]
        if all(any(place.is_relative_to(f) and f.is_relative_to(other) for f in hidden()) for other in inside):
            kept.append(place)
    return kept


def probe(walls: Walls) -> Outcome:
    """Find out which sandbox layers work, by entering them in a process that does nothing else."""
    reader, writer = os.pipe()
    child = walls.fork()
    if child == 0:
        try:
            os.write(writer, json.dumps(walls.enter(Limits(1 << 30, 10, 0))).encode())
        except BaseException:  # this process ends in any case; the grader reads why from its error output
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    outcome: Outcome = json.loads(told) if told else {}
    return outcome


def serve(control: JsonSocket, walls: Walls, promised: Outcome) -> None:
    """Fork a worker for each request, and end workers when told to."""
    count = 0
    for request, descriptors in control.received():
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
        control.send(reply)


def become_worker(walls: Walls, promised: Outcome, limits: Limits, descriptor: int) -> NoReturn:
    """Enter the sandbox, and serve."""
    try:
        os.setsid()
        os.dup2(0, 2)
        os.dup2(descriptor, 3)
        os.closerange(4, 1 << 16)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if walls.enter(limits) != promised:
            os._exit(WALLS_MISSING)
        answer_worker.serve(socket.socket(fileno=3))
    except BaseException:  # the other end is gone, or an answer has broken this process
        pass
    finally:
        os._exit(0)


def end(child: int, patience: float) -> dict[str, Any]:
    """Wait for a worker, then kill it; return its exit status, and the CPU time of it and its processes."""
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
