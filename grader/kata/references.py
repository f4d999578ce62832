"""The solutions and the known mistakes: in open folders (the kata), or sealed in one file (a handout).

Sealing only keeps people from seeing an answer by opening or searching a file: the key is in the same file, because the
grader at home needs both. Nothing here writes what it reads.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from grader.base import paths
from grader.base.errors import UsageError
from grader.base.source import Source

SOLUTIONS, BANK, CHECKS = "solutions", "grader/mistakes", "tests/checks"
# The oracles of the checks, and the classes for exercise 14, which contain answers to other exercises.
BESIDE_CHECKS = ("oracles", "flatten_classes")
_READ = (".py", ".yaml", ".json")
_SIGN = b"kata references 1\n"
_KEY_BYTES = 32
_NOWHERE = "sealed:"  # prefix of the path of a sealed solution; no file exists there


def solution(name: str) -> str | None:
    """Return the text of an exercise's solution; None if this checkout has none."""
    return _files(f"{SOLUTIONS}/{name}.py").get(f"{SOLUTIONS}/{name}.py")


def source(name: str) -> Source | None:
    """Return the solution's source, to make a module from."""
    text = solution(name)
    if text is None:
        return None
    path = nowhere(name) if are_sealed() else str(paths.checkout().solutions / f"{name}.py")
    return Source(path, text.encode())


def stand_ins(names: Iterable[str]) -> dict[str, bytes]:
    """Return the reference files that replace these exercises, by name."""
    return {f"{name}.py": text.encode() for name in names if (text := solution(name)) is not None}


def bank(name: str) -> dict[str, str]:
    """Return the files about the mistakes of an exercise, by name: `newest-first.yaml`, `footprints.json`."""
    folder = f"{BANK}/{name}/"
    return {path.removeprefix(folder): text for path, text in _files(f"{folder}*").items()}


def beside_checks() -> dict[str, str]:
    """Return the modules next to the checks that are as secret as a solution, by name."""
    found = {name: _files(f"{CHECKS}/{name}.py").get(f"{CHECKS}/{name}.py") for name in BESIDE_CHECKS}
    return {name: text for name, text in found.items() if text is not None}


def nowhere(name: str) -> str:
    """Return the path that a sealed module has in tracebacks; no file exists there."""
    return f"{_NOWHERE}{name}.py"


def is_sealed_path(path: str) -> bool:
    """Return whether a frame with this path runs a sealed solution, whose lines are never shown."""
    return path.startswith(_NOWHERE)


def sealed() -> Path:
    """Return the path of the sealed file, which only a handout has."""
    return paths.checkout().root / "grader" / "references.sealed"


def are_sealed() -> bool:
    """Whether this checkout is a handout."""
    return sealed().exists()


def refuse_in_a_handout(command: str) -> None:
    """Raise an error in a handout for a command that needs the open solutions.

    Raises:
        UsageError: they are sealed here.
    """
    if are_sealed():
        raise UsageError(f"{command} is for authors: it works only in a checkout of the kata, and this is a handout")


def digest(solutions: Iterable[str], banks: Iterable[str]) -> str:
    """Return the SHA-256 of some solutions, of some exercises' known mistakes, and of the oracles next
    to the checks.
    """
    return hashlib.sha256(_plain(chosen(solutions, banks))).hexdigest()


def chosen(solutions: Iterable[str], banks: Iterable[str]) -> dict[str, str]:
    """Collect the files to seal: some solutions, some mistakes, and the modules next to the checks."""
    patterns = [f"{SOLUTIONS}/{name}.py" for name in solutions] + [f"{BANK}/{name}/*" for name in banks]
    patterns += [f"{CHECKS}/{name}.py" for name in BESIDE_CHECKS]
    return {path: text for pattern in patterns for path, text in _files(pattern).items()}


def seal(files: Mapping[str, str]) -> bytes:
    """Encode files so that nothing of them is readable. The same files give the same bytes."""
    packed = zlib.compress(_plain(files), 9)
    key = hashlib.sha256(packed).digest()
    return _SIGN + key + _mixed(packed, key)


def unseal(data: bytes) -> dict[str, str]:
    """Decode the files.

    Raises:
        ValueError: the data is damaged.
    """
    sign, key, rest = data[: len(_SIGN)], data[len(_SIGN) :][:_KEY_BYTES], data[len(_SIGN) + _KEY_BYTES :]
    packed = _mixed(rest, key)
    if sign != _SIGN or hashlib.sha256(packed).digest() != key:
        raise ValueError("it was truncated or changed")
    files: dict[str, str] = json.loads(zlib.decompress(packed))
    return files


def _files(pattern: str) -> dict[str, str]:
    """List the files that match a pattern, sorted."""
    if are_sealed():
        kept = _unsealed()
        return {path: kept[path] for path in sorted(kept) if PurePosixPath(path).match(pattern)}
    found = (path for path in paths.checkout().root.glob(pattern) if path.suffix in _READ and path.stem != "__init__")
    try:
        return {
            path.relative_to(paths.checkout().root).as_posix(): path.read_text(encoding="utf-8")
            for path in sorted(found)
        }
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"a file in {pattern} cannot be read: {error}; restore it with git checkout") from error


@paths.once
def _unsealed() -> dict[str, str]:
    """Return the decoded files, cached: 3 ms for the whole kata."""
    try:
        return unseal(sealed().read_bytes())
    except (OSError, ValueError, zlib.error) as error:
        shown = paths.shown(sealed())
        raise UsageError(f"{shown} cannot be read ({error}); restore it with git checkout {shown}") from error


def _mixed(data: bytes, key: bytes) -> bytes:
    """XOR data with a stream derived from the key; applying it twice restores the data."""
    stream = hashlib.shake_256(key).digest(len(data))
    return (int.from_bytes(data) ^ int.from_bytes(stream)).to_bytes(len(data))


def _plain(files: Mapping[str, str]) -> bytes:
    return json.dumps(files, sort_keys=True).encode()
