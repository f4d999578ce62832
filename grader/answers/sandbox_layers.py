"""The sandbox layers on Linux: a root with nothing but Python, no network, no other processes, limits.

Every layer is tried and reported as "on" or "unavailable: why". An important property (file system, network, other
processes) may depend on several layers. Other systems have none.
"""

import ctypes
import errno
import functools
import os
import platform
import resource
import struct
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ON = "on"

DISK_BYTES = 16 << 20  # of the worker's own folder, which lies in memory
OPEN_FILES = 64
THREADS = 64
ADDRESS_SPACE = 8 << 30  # beyond the memory already mapped: libraries map much that they never use
# A mount hides everything below it, so none may be above a path that the worker reads, such as a checkout in /tmp.
_BUILDING_SITES = [Path("/") / name for name in ("tmp", "mnt", "srv", "media", "opt", "home", "var")]
_SCRATCH = [Path("/tmp"), Path("/scratch")]
_USERS = Path("/etc/passwd")
USER = "learner"  # name of the worker's user
FIRST_UID, UIDS = 61_184, 4_096  # the range that systemd reserves for temporary users

_CLONE_NEWNS, _CLONE_NEWCGROUP, _CLONE_NEWUTS, _CLONE_NEWIPC = 0x20000, 0x2000000, 0x4000000, 0x8000000
_CLONE_NEWUSER, _CLONE_NEWPID, _CLONE_NEWNET, _CLONE_THREAD = 0x10000000, 0x20000000, 0x40000000, 0x10000
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REMOUNT = 1, 2, 4, 8, 32
_MS_BIND, _MS_REC, _MS_PRIVATE, _MS_RELATIME = 4096, 16384, 1 << 18, 1 << 21
_MNT_DETACH = 2
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 24, 38
_SIGKILL = 9
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}

Outcome = dict[str, str]


@dataclass(frozen=True)
class Limits:
    """Limits of a worker, and the number of the user that it runs as (if started by root)."""

    memory_bytes: int
    cpu_seconds: int
    slot: int


# ---- the fork server ----


class Walls:
    """Sets up the layers once in the fork server; each worker then enters them."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self.outcome: Outcome = {}
        self._own_pids = -1
        self._readable: list[Path] = []
        self._hidden: list[Path] = []
        self._scratch = _SCRATCH[0]
        self.linux = sys.platform == "linux"

    def leave_the_host(self) -> None:
        """Enter new user, mount and process namespaces, before any thread starts.

        The process forks: the child goes on as the first process of its namespace, the parent waits for its end.
        """
        if not self.linux:
            return
        if os.geteuid() != 0 and self._try("users", lambda: self._unshare(_CLONE_NEWUSER)):
            self._try("users", self._become_root_inside)
        self._try("mounts", lambda: self._unshare(_CLONE_NEWNS))
        self._try("mounts", lambda: self._mount(None, "/", None, _MS_REC | _MS_PRIVATE))
        if self._try("pids", lambda: self._unshare(_CLONE_NEWPID)):
            child = os.fork()
            if child:
                _, status = os.waitpid(child, 0)
                os._exit(0 if status == 0 else 1)
            self._own_pids = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
            self._prctl(_PR_SET_PDEATHSIG, _SIGKILL)

    def _become_root_inside(self) -> None:
        uid, gid = self._ids
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
        Path("/proc/self/gid_map").write_text(f"0 {gid} 1")

    _ids = (os.getuid(), os.getgid())

    def enter_the_root(self, readable: Sequence[Path], hidden: Sequence[Path]) -> None:
        """Build a root that contains only these paths, and enter it.

        Args:
            readable: files and folders.
            hidden: folders inside those, of which only what is readable by itself is shown.
        """
        self._readable = [path for path in readable if path.exists()]
        self._scratch = next(place for place in _SCRATCH if self._free(place))
        self._hidden = [path for path in hidden if path.exists()]
        if self.outcome.get("mounts") == ON:
            self._try("root", self._build_root)

    def _free(self, place: Path) -> bool:
        """Return whether mounting there would hide no readable path."""
        return not any(path.is_relative_to(place) for path in self._readable)

    def _build_root(self) -> None:
        new = next((place for place in _BUILDING_SITES if place.is_dir() and self._free(place)), None)
        if new is None:
            raise OSError(errno.ENOENT, f"no folder in which to build a root: {', '.join(map(str, _BUILDING_SITES))}")
        self._mount("tmpfs", str(new), "tmpfs", _MS_NOSUID | _MS_NODEV, "size=1m,mode=755")
        devices = [Path("/dev") / name for name in ("null", "zero", "random", "urandom")]
        for path in [*self._readable, *(device for device in devices if device.exists())]:
            self._show(path, new, writable=path in devices)
            for folder in self._hidden:
                if folder.is_relative_to(path):
                    at = str(new / folder.relative_to("/"))
                    self._mount("tmpfs", at, "tmpfs", _MS_NOSUID | _MS_NODEV, "size=1m,mode=755")
        for name in (self._scratch.name, "old"):
            (new / name).mkdir(exist_ok=True)
        users = new / _USERS.relative_to("/")
        users.parent.mkdir(exist_ok=True)
        users.touch()
        os.chdir(new)
        number = _PIVOT_ROOT[platform.machine()]
        self._call("pivot_root", lambda: self._libc.syscall(number, b".", b"old"))
        os.chdir("/")
        self._call("umount", lambda: self._libc.umount2(b"/old", _MNT_DETACH))
        Path("/old").rmdir()
        self._mount(None, "/", None, _MS_REMOUNT | _MS_BIND | _MS_RDONLY | _MS_NOSUID | _MS_NODEV)

    def _show(self, path: Path, new: Path, *, writable: bool) -> None:
        """Make a path of the old root visible in the new one."""
        target = new / path.relative_to("/")
        if path.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()
        self._mount(str(path), str(target), None, _MS_BIND)
        if not writable:
            has = os.statvfs(target).f_flag  # existing flags of the file system must be kept
            kept = has & (os.ST_NOEXEC | os.ST_NOATIME | os.ST_NODIRATIME) | (
                _MS_RELATIME if has & os.ST_RELATIME else 0
            )
            self._mount(None, str(target), None, _MS_REMOUNT | _MS_BIND | _MS_RDONLY | _MS_NOSUID | _MS_NODEV | kept)

    def fork(self) -> int:
        """Fork a child that is the first process of its own namespace; when it ends, all processes in there end."""
        if self._own_pids < 0:
            return os.fork()
        self._unshare(_CLONE_NEWPID)
        child = os.fork()
        if child:
            self._call("setns", lambda: self._libc.setns(self._own_pids, _CLONE_NEWPID))
        return child

    # ---- the worker ----

    def enter(self, limits: Limits) -> Outcome:
        """Enter all layers in this process, permanently; return which are on and which are not."""
        if not self.linux:
            reason = f"unavailable: {platform.system()} does not have this layer"
            return dict.fromkeys(("filesystem", "network", "processes", "memory"), reason)
        if self.outcome.get("mounts") == ON:
            self._try("network namespace", lambda: self._unshare(_CLONE_NEWNET))
            self._try("others", lambda: self._unshare(_CLONE_NEWNS | _CLONE_NEWIPC | _CLONE_NEWUTS | _CLONE_NEWCGROUP))
            if self.outcome.get("root") == ON:
                options = f"size={DISK_BYTES},nr_inodes=1024,mode=1777"
                scratch = str(self._scratch)
                self._try("disk", lambda: self._mount("tmpfs", scratch, "tmpfs", _MS_NOSUID | _MS_NODEV, options))
                os.environ["TMPDIR"] = os.environ["HOME"] = scratch
                tempfile.tempdir = scratch  # what torch may have asked for before is remembered
                self._try("user name", lambda: self._name_the_user(limits.slot))
                os.chdir(scratch)
        self._try("limits", lambda: self._limit(limits))
        self._try("user", lambda: self._become(limits.slot))
        self._try("privileges", self._drop_privileges)
        self._try("landlock", self._landlock)
        self._try("seccomp", self._seccomp)
        self._prctl(_PR_SET_PDEATHSIG, _SIGKILL)
        return self.report()

    def _name_the_user(self, slot: int) -> None:
        """Give the worker's user a name and a home in /etc/passwd."""
        uid = FIRST_UID + slot % UIDS if self._ids[0] == 0 else 0
        entry = self._scratch / "passwd"
        entry.write_text(f"{USER}:x:{uid}:{uid}::{self._scratch}:/bin/false\n")
        entry.chmod(0o444)
        self._mount(str(entry), str(_USERS), None, _MS_BIND)
        entry.unlink()

    def report(self) -> Outcome:
        """Return the state of each property, in a fixed order."""
        had = self.outcome.get

        def either(*walls: str) -> str:
            """Return "on" if one of the layers is on; a layer may consist of several parts, joined by +."""
            for wall in walls:
                if all(had(part) == ON for part in wall.split("+")):
                    return ON
            return next(word for part in walls[0].split("+") if (word := had(part, "unavailable")) != ON)

        return {
            "filesystem": either("mounts+root+disk+others", "landlock"),
            "network": either("mounts+network namespace", "seccomp"),
            "processes": either("pids", "seccomp+landlock signals"),
            "memory": had("limits", "unavailable"),
            "privileges": had("privileges", "unavailable"),
            "user": had("user", "unavailable"),
            "landlock": had("landlock", "unavailable"),
            "seccomp": had("seccomp", "unavailable"),
        }

    def _limit(self, limits: Limits) -> None:
        pages = Path("/proc/self/statm")
        mapped = int(pages.read_text().split()[0]) * resource.getpagesize() if pages.exists() else 8 << 30
        for which, most in (
            (resource.RLIMIT_DATA, limits.memory_bytes),
            (resource.RLIMIT_AS, mapped + ADDRESS_SPACE),
            (resource.RLIMIT_FSIZE, DISK_BYTES),
            (resource.RLIMIT_NOFILE, OPEN_FILES),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_MSGQUEUE, 0),
            (resource.RLIMIT_MEMLOCK, 0),
            (resource.RLIMIT_CPU, limits.cpu_seconds),
        ):
            _, hard = resource.getrlimit(which)
            least = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(which, (least, least))

    def _become(self, slot: int) -> None:
        if self._ids[0] != 0:
            raise OSError(errno.EPERM, "only root can run each worker as a separate user")
        closed = [up for path in self._readable for up in path.parents if not up.stat().st_mode & 1]
        if self.outcome.get("root") != ON and closed:
            raise OSError(errno.EACCES, f"Python lies in {closed[0]}, which other users cannot access")
        uid = FIRST_UID + slot % UIDS
        resource.setrlimit(resource.RLIMIT_NPROC, (THREADS, THREADS))
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)

    def _drop_privileges(self) -> None:
        self._prctl(_PR_SET_NO_NEW_PRIVS, 1)
        self._prctl(_PR_SET_DUMPABLE, 0)
        if os.geteuid() == 0:
            for capability in range(64):
                if self._libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0):
                    break
        header, nothing = struct.pack("=Ii", 0x20080522, 0), bytes(24)
        self._call("capset", lambda: self._libc.capset(header, nothing))

    def _landlock(self) -> None:
        create, add, restrict = 444, 445, 446
        version = self._libc.syscall(create, None, ctypes.c_size_t(0), 1)
        if version < 1:
            raise OSError(ctypes.get_errno(), "the kernel has no Landlock")
        files = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
        network, scopes = (3 if version >= 4 else 0), (3 if version >= 6 else 0)
        attributes = struct.pack("=QQQ", files, network, scopes)[: 8 if version < 4 else 16 if version < 6 else 24]
        ruleset = self._call(
            "landlock", lambda: self._libc.syscall(create, attributes, ctypes.c_size_t(len(attributes)), 0)
        )
        read, write = 1 << 2 | 1 << 3, files & ~(1 | 1 << 6 | 1 << 11)  # everything: no execution, no devices
        try:
            rooted = self.outcome.get("root") == ON
            rules = [(path, read) for path in ([Path("/")] if rooted else self._shown())]
            rules += [(self._scratch, write)] if rooted else []
            rules += [(Path("/dev/null"), 1 << 1 | 1 << 2)]
            for path, allowed in rules:
                place = os.open(path, os.O_PATH | os.O_CLOEXEC)
                if not path.is_dir():
                    allowed &= 1 << 1 | 1 << 2 | 1 << 14
                rule = struct.pack("=Qi", allowed & files, place)
                self._call("landlock", functools.partial(self._libc.syscall, add, ruleset, 1, rule, 0))
                os.close(place)
            self._call("landlock", lambda: self._libc.syscall(restrict, ruleset, 0))
        finally:
            os.close(ruleset)
        self.outcome["landlock signals"] = ON if scopes else "unavailable: this Landlock has no scopes"

    def _shown(self) -> list[Path]:
        """Split the readable paths so that hidden folders inside them are left out."""

        def parts(path: Path) -> list[Path]:
            if path in self._hidden:
                return []
            if not any(folder.is_relative_to(path) for folder in self._hidden):
                return [path]
            return [part for entry in path.iterdir() for part in parts(entry)]

        return [part for path in self._readable for part in parts(path)]

    def _seccomp(self) -> None:
        machine = platform.machine()
        if machine not in _FILTERS:
            raise OSError(errno.ENOSYS, f"no list of system calls for {machine}")
        program = _filter(*_FILTERS[machine])
        buffer = ctypes.create_string_buffer(program, len(program))
        described = struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer))
        self._call("seccomp", lambda: self._libc.prctl(_PR_SET_SECCOMP, 2, described, 0, 0))

    # ---- system calls ----

    def _try(self, name: str, build: Callable[[], object]) -> bool:
        try:
            build()
        except (OSError, ValueError, KeyError, AttributeError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            self.outcome[name] = f"unavailable: {why}"
            return False
        self.outcome.setdefault(name, ON)
        return self.outcome[name] == ON

    def _call(self, name: str, function: Callable[[], int]) -> int:
        result = function()
        if result < 0:
            number = ctypes.get_errno()
            raise OSError(number, f"{name}: {os.strerror(number)}")
        return result

    def _unshare(self, flags: int) -> None:
        self._call("unshare", lambda: self._libc.unshare(flags))

    def _prctl(self, option: int, value: int) -> None:
        self._call("prctl", lambda: self._libc.prctl(option, value, 0, 0, 0))

    def _mount(self, source: str | None, target: str, kind: str | None, flags: int, options: str = "") -> None:
        words = (None if word is None else word.encode() for word in (source, target, kind))
        place, at, type_ = words
        self._call(
            f"mount {target}",
            lambda: self._libc.mount(place, at, type_, ctypes.c_ulong(flags), options.encode() or None),
        )


# ---- the filter of system calls ----

# No answer needs these: programs, processes, sockets, namespaces, mounts, kernel interfaces, shared memory.
_DENIED_X86_64 = [
    41, 42, 43, 49, 50, 53, 288,  # socket connect accept bind listen socketpair accept4
    57, 58, 59, 322,  # fork vfork execve execveat
    101, 310, 311, 312, 434, 438, 424,  # ptrace process_vm_readv process_vm_writev kcmp pidfd_open pidfd_getfd signal
    155, 161, 165, 166, 272, 308, 428, 429, 430, 431, 432, 442,  # roots, mounts, namespaces
    29, 30, 64, 68, 240, 319, 447,  # shmget shmat semget msgget mq_open memfd_create memfd_secret
    248, 249, 250, 298, 321, 323, 425, 426, 427,  # keys perf_event_open bpf userfaultfd io_uring
    103, 134, 135, 153, 159, 160, 163, 164, 167, 168, 169, 170, 171, 172, 173, 174, 175, 176,  # the system
    179, 180, 227, 246, 303, 304, 305, 313, 320,
]  # fmt: skip
_DENIED_AARCH64 = [
    198, 199, 200, 201, 202, 203, 242,
    221, 281,
    117, 270, 271, 272, 434, 438, 424,
    40, 39, 41, 51, 97, 268, 428, 429, 430, 431, 432, 442,
    194, 196, 190, 186, 180, 279, 447,
    217, 218, 219, 241, 280, 282, 425, 426, 427,
    42, 60, 89, 92, 104, 105, 106, 112, 116, 142, 161, 162, 170, 171, 224, 225, 264, 265, 266, 273, 294,
]  # fmt: skip
_FILTERS = {  # the architecture's number, its forbidden calls, clone, clone3
    "x86_64": (0xC000003E, _DENIED_X86_64, 56, 435),
    "aarch64": (0xC00000B7, _DENIED_AARCH64, 220, 435),
}
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERROR, _KILL = 0x7FFF0000, 0x00050000, 0x80000000


def _filter(architecture: int, denied: Sequence[int], clone: int, clone3: int) -> bytes:
    """Build the system call filter: it allows threads but no other new processes."""

    def step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
        return struct.pack("=HBBI", code, if_true, if_false, value)

    refuse = step(_RETURN, _ERROR | errno.EPERM)
    parts = [step(_LOAD, 4), step(_EQUAL, architecture, 1, 0), step(_RETURN, _KILL), step(_LOAD, 0)]
    parts += [step(_AT_LEAST, 0x40000000, 0, 1), refuse]  # the calls of x32
    for number in denied:
        parts += [step(_EQUAL, number, 0, 1), refuse]
    parts += [step(_EQUAL, clone3, 0, 1), step(_RETURN, _ERROR | errno.ENOSYS)]  # then libc takes clone
    parts += [step(_EQUAL, clone, 0, 3), step(_LOAD, 16), step(_ANY_BIT, _CLONE_THREAD, 1, 0), refuse]
    return b"".join([*parts, step(_RETURN, _ALLOW)])
