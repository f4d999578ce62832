"""Lists the contents of a submitted folder, zip or file, including nested archives.

Nothing is unpacked to disk, and everything is bounded: the number of files, bytes read, nesting. Links are not
followed. Folders without work are skipped (`.git`, environments, caches; in a checkout of the kata everything but
`exercises/`).
"""

import codecs
import contextlib
import io
import os
import re
import stat
import struct
import time
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath

from grader.base.plain_text import reason

MOST_FILES = 20_000  # listed in one submission; the shallow ones come first
MOST_DEPTH = 16
MOST_ZIP_BYTES = 1 << 30  # of a zip on disk: only answers are read
MOST_NESTED_BYTES = 64 << 20  # of an archive in an archive, which is read into memory
MOST_DIRECTORY_BYTES = 16 << 20  # of a zip's list of files
MOST_ARCHIVES, MOST_NESTING = 20, 3

ZIP = ".zip"
# Archives that are not read. A student who hands in one gets 0 points and this reason.
_OF_TAR = (".tar.gz", ".tar.bz2", ".tar.xz", ".tgz", ".tar")
OTHER_ARCHIVES = (*_OF_TAR, ".7z", ".rar", ".gz", ".bz2", ".xz", ".zst", ".zipx")
_SKIPPED = {"__macosx", "__pycache__", "node_modules", "site-packages", "venv", "env", "conda-meta", "lib64"}
_OF_A_CHECKOUT = ("exercises", "grader")  # a folder that holds both is a checkout of the kata or of a handout
_NOT_WORK = ("data", "grader", "solutions", "tests")  # of a checkout
DAMAGED = (OSError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, NotImplementedError)

_END, _END_BYTES, _LOCATOR, _LOCATOR_BYTES = b"PK\x05\x06", 22, b"PK\x06\x07", 20


class Unreadable(Exception):
    """Something cannot be read; one line says why."""


@dataclass(frozen=True)
class Item:
    """A submitted file: its place, how to read it or why it is not read, and its modification time."""

    place: str
    read: Callable[[int], bytes] | None = None  # at most this many bytes
    refused: str | None = None
    modified: float = 0.0  # seconds since 1970, 0 if unknown
    version: int = 0  # that a platform wrote behind the name of what it lies in

    @property
    def name(self) -> str:
        """The last part of its place."""
        return self.place.rpartition("/")[2]


@dataclass
class Listing:
    """The files of one submission, and the skipped folders."""

    items: list[Item] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    archives: int = 0

    def has_room(self) -> bool:
        """Return whether another file can be listed; report once if not."""
        if len(self.items) < MOST_FILES:
            return True
        if len(self.items) == MOST_FILES:
            self.items.append(Item("…", refused=f"it holds more than {MOST_FILES:,} files; the rest is ignored"))
        return False


def listing(path: Path, prefix: str = "") -> Listing:
    """List a submission: a folder, a zip, or one file.

    Raises:
        Unreadable: it is a link, a damaged zip, an archive that is not read, ...
    """
    found = Listing()
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            raise Unreadable("it is a symbolic link, and links are not followed")
        if stat.S_ISDIR(status.st_mode):
            _add_folder(found, path, prefix)
        elif path.suffix.lower() == ZIP:
            _add_zip(found, _opened(path), prefix, 0)
        elif unread := _unread_archive(path.name):
            raise Unreadable(unread)
        else:
            found.items.append(Item(prefix + path.name, partial(read_file, path), modified=status.st_mtime))
    except OSError as error:
        raise Unreadable(f"it cannot be read ({reason(error)})") from error
    return found


def read_file(path: Path, most: int) -> bytes:
    """Read a bounded part of a regular file, even if something else has replaced it, such as a link or an endless pipe.

    Raises:
        Unreadable: it is not a regular file.
        OSError: it cannot be read.
    """
    careful = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, os.O_RDONLY | careful), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise Unreadable("it is not a regular file")
        return file.read(most)


def _add_folder(found: Listing, root: Path, prefix: str) -> None:
    """Add every file below a folder, shallow ones first."""
    waiting = deque([(root, prefix)])
    while waiting:
        folder, above = waiting.popleft()
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        names = {entry.name for entry in entries}
        for entry in entries:
            place = above + entry.name
            if not found.has_room():
                return
            if entry.is_symlink():
                found.items.append(Item(place, refused="a symbolic link is not followed"))
            elif entry.is_dir(follow_symlinks=False):
                inside = Path(entry.path)
                if _is_skipped(entry.name, names) or (inside / "pyvenv.cfg").exists() or place.count("/") >= MOST_DEPTH:
                    found.skipped.append(place)
                else:
                    waiting.append((inside, f"{place}/"))
            elif not entry.is_file(follow_symlinks=False):
                found.items.append(Item(place, refused="it is not a regular file"))
            else:
                path, changed = Path(entry.path), entry.stat(follow_symlinks=False).st_mtime
                if entry.name.lower().endswith(ZIP):
                    _add_nested(found, Item(place, modified=changed), partial(_opened, path), 1)
                else:
                    found.items.append(Item(place, partial(read_file, path), _unread_archive(place), changed))


def _is_skipped(name: str, beside: Iterable[str]) -> bool:
    """Return whether a folder contains no work, judging by its name and neighbours."""
    lower = name.lower()
    of_a_checkout = lower in _NOT_WORK and set(_OF_A_CHECKOUT) <= set(beside)
    return name.startswith(".") or lower in _SKIPPED or lower.endswith(".egg-info") or of_a_checkout


def _unread_archive(place: str) -> str | None:
    suffix = next(filter(place.lower().endswith, OTHER_ARCHIVES), None)
    return f"a {suffix} archive is not read; hand in a .zip" if suffix else None


def _opened(path: Path) -> zipfile.ZipFile:
    if path.stat().st_size > MOST_ZIP_BYTES:
        raise Unreadable(f"it is larger than {MOST_ZIP_BYTES >> 30} GiB; hand in only the exNN_name.py files")
    file = os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb")
    return _zip(file)


def _zip(file: io.BufferedIOBase) -> zipfile.ZipFile:
    """Open a zip, unless reading its list of files would take too much memory.

    Raises:
        Unreadable: it is damaged, or too large.
    """
    try:
        size = file.seek(0, os.SEEK_END)
        if not size:
            raise Unreadable("it is empty")
        start = max(0, size - (1 << 16) - _END_BYTES - _LOCATOR_BYTES)
        file.seek(start)
        tail = file.read(size - start)
        at = tail.rfind(_END)
        if at >= 0 and len(tail) >= at + _END_BYTES:
            (length,) = struct.unpack_from("<I", tail, at + 12)
            if length > MOST_DIRECTORY_BYTES or tail[max(0, at - _LOCATOR_BYTES) : at].startswith(_LOCATOR):
                raise Unreadable("it holds too many files; hand in only the exNN_name.py files")
        file.seek(0)
        return zipfile.ZipFile(file)
    except DAMAGED as error:
        raise Unreadable(f"it is not a readable zip ({reason(error)})") from error


def _add_zip(found: Listing, archive: zipfile.ZipFile, prefix: str, nesting: int) -> None:
    """Add every file of a zip. Members are read as bounded streams, so their declared sizes do not matter."""
    members = [(_normal(member), member) for member in archive.infolist() if not member.is_dir()]
    beside: dict[str, set[str]] = {}
    environments = {place.rpartition("/")[0] for place, _ in members if place.endswith("/pyvenv.cfg")}
    for place, _ in members:
        parts = place.split("/")
        for depth, part in enumerate(parts[:MOST_DEPTH]):
            beside.setdefault("/".join(parts[:depth]), set()).add(part)
    skipped = set()
    for place, member in sorted(members, key=lambda one: one[0].count("/")):
        refused = _refused(place, member)
        unread = None if refused else _folder_skipped(place, beside, environments)
        if unread is not None:
            skipped.add(prefix + unread)
            continue
        if not found.has_room():
            break
        item = Item(
            prefix + place,
            partial(_member, archive, member),
            refused or _unread_archive(place),
            _modified(member),
        )
        if not item.refused and place.lower().endswith(ZIP):
            _add_nested(found, item, partial(_nested, item), nesting + 1)
        else:
            found.items.append(item)
    found.skipped += sorted(skipped)


def _normal(member: zipfile.ZipInfo) -> str:
    """A member's name with slashes: old Windows tools write backslashes, and `zip` writes UTF-8 without saying so."""
    name = member.filename
    with contextlib.suppress(UnicodeError):
        name = name if member.flag_bits & 0x800 else name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _folder_skipped(place: str, beside: dict[str, set[str]], environments: set[str]) -> str | None:
    """Return the first skipped folder above a member."""
    parts = place.split("/")[:-1]
    for depth, part in enumerate(parts):
        above, folder = "/".join(parts[:depth]), "/".join(parts[: depth + 1])
        if depth >= MOST_DEPTH or folder in environments or _is_skipped(part, beside.get(above, ())):
            return folder
    return None


def _refused(place: str, member: zipfile.ZipInfo) -> str | None:
    kind = stat.S_IFMT(member.external_attr >> 16)
    if place.startswith("/") or ".." in PurePosixPath(place).parts or re.match(r"[A-Za-z]:", place):
        return "its path leads outside of the zip"
    if kind not in (0, stat.S_IFREG):
        return "it is not a regular file"
    if member.flag_bits & 1:
        return "it is encrypted"
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "its compression method is not supported"  # others expand without a limit per read
    return None


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    with archive.open(member) as file:
        return file.read(most)


def _modified(member: zipfile.ZipInfo) -> float:
    try:
        return time.mktime((*member.date_time, 0, 0, -1))
    except (ValueError, OverflowError):
        return 0.0


def _nested(item: Item) -> zipfile.ZipFile:
    assert item.read is not None
    content = item.read(MOST_NESTED_BYTES + 1)
    if len(content) > MOST_NESTED_BYTES:
        raise Unreadable(f"it is larger than {MOST_NESTED_BYTES >> 20} MiB; hand in only the exNN_name.py files")
    return _zip(io.BytesIO(content))


def _add_nested(found: Listing, item: Item, opened: Callable[[], zipfile.ZipFile], nesting: int) -> None:
    """Add the files of a zip in a folder or in another zip; an unreadable one is listed as a file."""
    found.archives += 1
    if found.archives > MOST_ARCHIVES or nesting > MOST_NESTING:
        most = f"more than {MOST_ARCHIVES} archives, or more than {MOST_NESTING} in one another, are not read"
        found.items.append(Item(item.place, refused=most))
        return
    try:
        _add_zip(found, opened(), f"{item.place}/", nesting)
    except Unreadable as error:
        found.items.append(Item(item.place, refused=str(error)))
    except DAMAGED as error:
        found.items.append(Item(item.place, refused=f"it cannot be read ({reason(error)})"))


def in_utf8(content: bytes) -> bytes:
    """A text that says by its first bytes that it is UTF-16, as Windows tools write it, in UTF-8; else as it is."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        with contextlib.suppress(UnicodeDecodeError):
            return content.decode("utf-16").encode()
    return content


def natural(place: str) -> tuple[tuple[bool, int, str], ...]:
    """Sort key that puts `attempt 2` before `attempt 10`."""
    parts = re.split(r"(\d+)", place.casefold())
    return tuple((not part.isdecimal(), int(part[:9]) if part.isdecimal() else 0, part) for part in parts)


def files(found: Listing) -> Iterator[Item]:
    """List the readable files."""
    return (item for item in found.items if item.refused is None and item.read is not None)
