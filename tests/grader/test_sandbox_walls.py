"""The walls of the sandbox, each tried from inside, and what a run says where one is missing."""

import json
import os
import platform
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import as_json, grade

from grader.answers import runners
from grader.answers.channel import Channel, Lost
from grader.answers.protocol import Numbered
from grader.answers.runners import RemoteRunner
from grader.answers.sandbox import NEEDED, Sandbox, SandboxedWorker
from grader.answers.steps import Name, Step
from grader.base import paths
from grader.engine.worker_processes import CAN_FORK
from grader.kata import references

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="the sandbox needs Linux")

INSIDE = """
import ctypes, glob, mmap, os, signal, socket, threading, time


def read(path):
    return open(path, "rb").read(10).hex()


def listed(path):
    return sorted(os.listdir(path))


def write(path):
    with open(path, "w") as file:
        file.write("here")
    return open(path).read()


def connect(port):
    with socket.create_connection(("127.0.0.1", port), 2):
        return "connected"


def listen():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return "listening"


def hidden_socket(name):
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("\\0" + name)
        return "bound"


def fork(times):
    made = 0
    for _ in range(times):
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        made += 1
    return made


def threads(times):
    made = 0
    for _ in range(times):
        threading.Thread(target=time.sleep, args=(2,), daemon=True).start()
        made += 1
    return made


def run(path):
    os.execv(path, [path])


def allocate(size):
    return len(bytearray(size))


def share(size):
    memory = mmap.mmap(-1, size)
    for start in range(0, size, 1 << 26):
        memory[start] = 1
    return len(memory)


def fill(folder):
    written = 0
    try:
        for number in range(2000):
            with open(f"{folder}/{number}", "wb") as file:
                for _ in range(64):
                    written += file.write(bytes(1 << 20))
    except OSError:
        pass
    return written


def kill(pid):
    os.kill(pid, signal.SIGKILL)
    return "sent"


def trace(pid):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(16, pid, 0, 0) == 0:
        return "traced"
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def mount():
    libc = ctypes.CDLL(None, use_errno=True)
    return [libc.mount(b"tmpfs", b"/tmp", b"tmpfs", 0, None), libc.unshare(0x10000000), libc.chroot(b"/tmp")]


def become_root():
    os.setresuid(0, 0, 0)
    return "root"


def identity():
    return [os.getpid(), os.getppid(), dict(os.environ), sorted(os.listdir("/"))]


def spin():
    while True:
        pass
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


class Inside:
    """A worker whose answer makes the attempts above."""

    def __init__(self, sandbox: Sandbox, folder: Path, cpu_seconds: int = 60, seconds: float = 30) -> None:
        folder.mkdir(exist_ok=True)
        (folder / "ex01_receptive_field.py").write_text(INSIDE)
        self.worker: SandboxedWorker = sandbox.start(memory_bytes=2 << 30, cpu_seconds=cpu_seconds)
        self.runner = runner_of(self.worker, folder, ["ex01_receptive_field"], [], seconds)

    def tries(self, name: str, *args: object) -> Any:
        return called(self.runner, Name("ex01_receptive_field", name), *args)


def runner_of(
    worker: SandboxedWorker, folder: Path, names: list[str], standing_on: list[str], seconds: float
) -> RemoteRunner:
    """What has steps run by a worker, as a check's process has it."""
    files = runners.sources(folder, names, standing_on)
    return RemoteRunner(Channel(worker.connection), folder, files, references.stand_ins(standing_on), seconds)


def called(runner: RemoteRunner, function: Name, *args: object) -> Any:
    """What a function of the answer returns, or raises."""
    (outcome,) = runner.run([Numbered(0, Step("call", function, None, args))], 0).outcomes
    if outcome.error is not None:
        raise outcome.error
    return outcome.value


@pytest.fixture
def inside(sandbox: Sandbox, tmp_path: Path) -> Iterator[Inside]:
    made = Inside(sandbox, tmp_path / "answers")
    yield made
    made.worker.end(0.0)


def test_every_needed_wall_is_up_here(sandbox: Sandbox) -> None:
    assert [sandbox.layers()[name] for name in NEEDED] == ["on"] * 3
    assert sandbox.weakness() is None


@pytest.mark.parametrize(
    "path",
    [
        paths.checkout().checks / "oracles.py",
        paths.checkout().solutions / "ex05_flatten_consecutive.py",
        paths.checkout().root / "grader" / "language" / "comparisons.py",
        Path("/etc/group"),
        Path("/proc/self/environ"),
        Path("/proc/1/mem"),
    ],
    ids=str,
)
def test_reads_nothing_but_python(inside: Inside, path: Path) -> None:
    with pytest.raises(OSError):
        inside.tries("read", str(path))


def test_the_only_user_that_has_a_name_is_the_workers_own(inside: Inside) -> None:
    assert bytes.fromhex(inside.tries("read", "/etc/passwd")) == b"learner:x:"


def test_the_libraries_are_there_and_nothing_of_the_grader(inside: Inside) -> None:
    import torch

    assert inside.tries("read", torch.__file__)
    site = Path(torch.__file__).parents[1]
    assert {"torch", "numpy", "hypothesis", "matplotlib"} <= set(inside.tries("listed", str(site)))
    assert not {"grader", "solutions", "exercises"} & set(inside.tries("listed", str(site)))


@pytest.mark.parametrize(
    "path", ["/here", "/dev/here", "/usr/here", str(paths.checkout().root / "here"), os.__file__], ids=str
)
def test_writes_nothing_outside_its_folder(inside: Inside, path: str) -> None:
    with pytest.raises(OSError):
        inside.tries("write", path)


def test_the_disk_cannot_be_filled(inside: Inside) -> None:
    assert inside.tries("write", "a file of its own") == "here"
    assert inside.tries("fill", ".") <= 16 << 20


def test_no_network(inside: Inside) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        for attempt in (("connect", server.getsockname()[1]), ("listen",), ("hidden_socket", "kata")):
            with pytest.raises(OSError):
                inside.tries(*attempt)


def test_no_other_process_and_no_program(inside: Inside) -> None:
    for attempt in (("fork", 50), ("run", sys.executable), ("run", "/bin/sh")):
        with pytest.raises(OSError):
            inside.tries(*attempt)


def test_threads_come_to_an_end(inside: Inside) -> None:
    if inside.worker.sandbox.layers()["user"] != "on":
        pytest.skip("the number of threads is limited for a user of its own, which only root can give")
    with pytest.raises(RuntimeError):
        inside.tries("threads", 500)


def test_eight_gibibytes_are_refused(inside: Inside) -> None:
    with pytest.raises(MemoryError):
        inside.tries("allocate", 8 << 30)
    with pytest.raises((OSError, MemoryError, ValueError)):
        inside.tries("share", 16 << 30)


@pytest.mark.parametrize("attempt", ["kill", "trace"])
def test_no_hand_on_another_process(inside: Inside, attempt: str) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as beside:
        for pid in (beside.pid, os.getpid(), os.getppid()):
            with pytest.raises(OSError):
                inside.tries(attempt, pid)
        assert beside.poll() is None
        beside.kill()


def test_no_way_up(inside: Inside) -> None:
    assert inside.tries("mount") == [-1, -1, -1]
    if inside.worker.sandbox.layers()["user"] == "on":
        with pytest.raises(OSError):
            inside.tries("become_root")


def test_it_sees_itself_alone(inside: Inside) -> None:
    pid, parent, environment, root = inside.tries("identity")
    assert (pid, parent) == (1, 0)
    assert not any(word in str(environment) for word in (str(paths.checkout().root), "SECRET", "PYTEST"))
    assert "proc" not in root


def test_neighbours_do_not_meet(sandbox: Sandbox, tmp_path: Path) -> None:
    one, other = Inside(sandbox, tmp_path / "one"), Inside(sandbox, tmp_path / "other")
    try:
        one.tries("write", "a trace")
        assert other.tries("listed", ".") == []
        assert one.tries("listed", ".") == ["a trace"]
    finally:
        one.worker.end(0.0)
        other.worker.end(0.0)


def test_nothing_outlives_it(inside: Inside) -> None:
    inside.tries("threads", 5)
    before = descendants(inside)
    assert before
    inside.worker.end(0.0)
    assert descendants(inside) < before


def descendants(inside: Inside) -> int:
    """How many processes the warm process has."""
    sandbox = inside.worker.sandbox
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(folder.name))
    found = [sandbox._process.pid]
    for pid in found:
        found += children.get(pid, [])
    return len(found) - 1


LOOKING = """
import gc
from .ex05_flatten_consecutive import FlattenConsecutive

def seen(x):
    codes = [getattr(thing, "__code__", None) for thing in gc.get_objects() if callable(thing)]
    names = {getattr(code, "co_filename", "") for code in codes}
    gc.unfreeze()
    texts = [str(thing.values()) for thing in gc.get_objects() if isinstance(thing, dict)]
    marked = [text for text in texts if "BEGIN" + " SOLUTION" in text]
    of_its_own = [text for text in marked if "class Fusion" + "(nn.Module)" in text]
    return FlattenConsecutive(2)(x), [name for name in names if "solutions" in name], len(marked) > 0, len(of_its_own)
"""


def test_of_references_only_those_that_stand_in_are_in_the_process(sandbox: Sandbox, tmp_path: Path) -> None:
    import torch

    (tmp_path / "ex07_fusion.py").write_text(LOOKING)
    worker = sandbox.start(memory_bytes=2 << 30, cpu_seconds=60)
    names = ["ex05_flatten_consecutive", "ex07_fusion"]
    runner = runner_of(worker, tmp_path, names, names[:1], 60)
    result, files, there, of_its_own = called(runner, Name("ex07_fusion", "seen"), torch.arange(8.0).reshape(1, 4, 2))
    assert result.tolist() == [[[0, 1, 2, 3], [4, 5, 6, 7]]]
    assert (files, there, of_its_own) == ([], True, 0)
    worker.end(0.0)


def test_a_frozen_worker_costs_its_deadline(sandbox: Sandbox, tmp_path: Path) -> None:
    frozen = Inside(sandbox, tmp_path / "answers", seconds=1)
    with pytest.raises(Lost) as lost:
        frozen.tries("spin")
    assert lost.value.why == "time"
    frozen.worker.end(0.0)


def test_the_cpu_budget_ends_it(sandbox: Sandbox, tmp_path: Path) -> None:
    spinning = Inside(sandbox, tmp_path / "answers", cpu_seconds=1)
    with pytest.raises(Lost) as lost:
        spinning.tries("spin")
    assert lost.value.why == "closed"
    assert spinning.worker.end(1.0)[0] == -signal.SIGKILL


def test_the_warm_process_ends_with_the_grader(tmp_path: Path) -> None:
    code = """
import os, signal, sys
from grader.answers.sandbox import Sandbox
sandbox = Sandbox()
sandbox.layers()
print(sandbox._process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=paths.checkout().root, check=False
    )
    pid = int(done.stdout)
    ended = threading.Event()
    for _ in range(200):
        if not Path(f"/proc/{pid}").exists() or ") Z" in Path(f"/proc/{pid}/stat").read_text():
            return
        ended.wait(0.05)
    pytest.fail("it still runs")


# ---- where walls are missing ----

# A filter of system calls as containers have it: no namespaces (unshare), no Landlock.
FORBIDDING = """
import ctypes, os, struct, sys
sys.path.insert(0, {root!r})
from grader.answers import sandbox_layers as layers
libc = ctypes.CDLL(None, use_errno=True)
program = layers._filter(layers._FILTERS[os.uname().machine][0], {calls}, 0x3FFFFFF0, 0x3FFFFFF1)
buffer = ctypes.create_string_buffer(program, len(program))
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer)), 0, 0) == 0
os.execv(sys.executable, [sys.executable, "-P", "-m", "grader", *sys.argv[1:]])
"""
UNSHARE = {"x86_64": 272, "aarch64": 97}.get(platform.machine(), 0)


def grade_forbidding(calls: list[int], *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run `grade` where the system refuses some calls."""
    code = FORBIDDING.format(root=str(paths.checkout().root), calls=calls)
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=paths.checkout().root,
        env=os.environ | {"NO_COLOR": "1"},
        check=False,
    )


@pytest.mark.prove
def test_a_sandbox_without_a_needed_wall_is_refused_in_one_line() -> None:
    done = grade_forbidding([UNSHARE, 444], "1", "--sandbox", "--answers", "solutions")
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert "filesystem (unavailable: " in line
    assert "--accept-weak-sandbox" in line


@pytest.mark.prove
def test_accepted_all_the_same_the_result_says_what_is_missing() -> None:
    arguments = "1", "--sandbox", "--accept-weak-sandbox", "--answers", "solutions", "--json", "-"
    done = grade_forbidding([UNSHARE, 444], *arguments)
    layers = json.loads(done.stdout)["sandbox"]["layers"]
    assert layers["filesystem"].startswith("unavailable: ")
    assert layers["processes"].startswith("unavailable: ")
    assert layers["network"] == "on", "sockets are refused by the filter of system calls, without a namespace"
    assert as_json(done)["ex01"]["points"] == 10


@pytest.mark.prove
def test_without_namespaces_landlock_and_the_filter_hold() -> None:
    done = grade_forbidding([UNSHARE], "1", "--sandbox", "--answers", "solutions", "--json", "-")
    layers = json.loads(done.stdout)["sandbox"]["layers"]
    assert [layers[name] for name in NEEDED] == ["on"] * 3
    assert as_json(done)["ex01"]["points"] == 10


def test_the_layers_are_told_and_stored() -> None:
    done = grade("1", "--sandbox", "--answers", "solutions", "--json", "-")
    layers = json.loads(done.stdout)["sandbox"]["layers"]
    assert list(layers)[:4] == ["filesystem", "network", "processes", "memory"]
    told = grade("1", "--sandbox", "--answers", "solutions").stdout
    assert "sandbox: filesystem on, network on, processes on, memory on" in told


@pytest.mark.prove
def test_it_needs_no_root() -> None:
    code = """
import ctypes, os, sys
assert ctypes.CDLL(None).unshare(0x10000000) == 0
for name, text in (("setgroups", "deny"), ("uid_map", f"1000 {uid} 1"), ("gid_map", f"1000 {gid} 1")):
    open(f"/proc/self/{name}", "w").write(text)
os.execv(sys.executable, [sys.executable, "-P", "-m", "grader", *sys.argv[1:]])
"""
    code = code.replace("{uid}", str(os.getuid())).replace("{gid}", str(os.getgid()))
    arguments = "1", "--sandbox", "--answers", "solutions", "--json", "-"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, cwd=paths.checkout().root, check=False
    )
    layers = json.loads(done.stdout)["sandbox"]["layers"]
    assert [layers[name] for name in NEEDED] == ["on"] * 3
    assert layers["user"].startswith("unavailable: ")
    assert as_json(done)["ex01"]["points"] == 10
