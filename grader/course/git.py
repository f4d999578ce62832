"""git for the course tools: lists what a checkout tracks, and makes reproducible commits.

Commits are made with `git fast-import`, which touches neither the index nor the working files.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.base import paths
from grader.base.errors import UsageError

# Only the name of the person's settings is used: line ends, signatures and hooks would change the commits.
_PLAIN = ("-c", "core.autocrlf=false", "-c", "core.hooksPath=/dev/null", "-c", "user.useConfigOnly=true")
_ELSEWHERE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY")  # set if a hook runs us


@dataclass(frozen=True)
class Signature:
    """The author of a commit and the time: `Ada Lovelace <ada@example.org> 1795000000 +0000`, as git writes it."""

    text: str


@dataclass(frozen=True)
class Commit:
    """A commit to make: its branch, its parent, and the files that it changes.

    Attributes:
        branch: the branch.
        message: what is told of it.
        files: what is new in them, by path.
        parent: the commit or branch before it; None: it is the first, and its files are all that it holds.
    """

    branch: str
    message: str
    files: Mapping[str, bytes]
    parent: str | None = None


def run(folder: Path, *arguments: str, stdin: bytes | None = None) -> bytes:
    """Run git in a folder and return its output."""
    if shutil.which("git") is None:
        raise UsageError("git is not installed, but a handout is a git repository: install git first")
    environment = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE} | {"LC_ALL": "C"}
    done = subprocess.run(
        ["git", *_PLAIN, *arguments], cwd=folder, input=stdin, capture_output=True, env=environment, check=False
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or [f"exit status {done.returncode}"]
        raise UsageError(f"git {arguments[0]} failed in {paths.shown(folder)}: {said[-1]}")
    return done.stdout


def head(root: Path) -> str:
    """Return the current commit of a checkout."""
    try:
        top = Path(_text(run(root, "rev-parse", "--show-toplevel")))
        commit = _text(run(root, "rev-parse", "--verify", "HEAD^{commit}"))
    except UsageError as error:
        if shutil.which("git") is None:
            raise
        raise UsageError(f"{root} is not a git repository with a commit: clone the kata with git") from error
    if top.resolve() != root.resolve():
        raise UsageError(f"{root} is inside the git repository {top}: clone the kata into a repository of its own")
    return commit


def signature(root: Path, commit: str) -> Signature:
    """Return the configured name with the time of a commit, so that the same commit always has the same signature."""
    try:
        who = _text(run(root, "var", "GIT_COMMITTER_IDENT")).rpartition(">")[0] + ">"
    except UsageError as error:
        command = "git config --global user.name 'Your Name', and user.email likewise"
        raise UsageError(f"git needs your name for a commit: {command}") from error
    return Signature(f"{who} {_text(run(root, 'log', '-1', '--format=%ct', commit))} +0000")


def changes(root: Path, places: Sequence[str]) -> list[str]:
    """List what differs from the last commit, or is not in it, in these places."""
    entries = run(root, "status", "--porcelain", "-z", "--no-renames", "--", *places).decode(errors="replace")
    return [entry[3:] for entry in entries.split("\0") if entry]


def tracked(root: Path) -> list[str]:
    """List the paths of all tracked files of a checkout."""
    return run(root, "ls-files", "-z").decode().rstrip("\0").split("\0")


def origin(root: Path) -> str:
    """Return the address of the remote `origin` without a password; empty if there is none."""
    try:
        address = _text(run(root, "remote", "get-url", "origin")).strip()
    except UsageError:
        return ""
    return re.sub(r"(?<=://)[^/@]*@", "", address) if re.match(r"https?://|git@", address) else ""


def create(folder: Path) -> None:
    """Turn an existing folder into a repository without a commit, with the branch `main`."""
    run(folder, "-c", "init.defaultBranch=main", "init", "--quiet", "--template=")


def commit(folder: Path, commits: Sequence[Commit], who: Signature) -> None:
    """Make commits; each becomes the tip of its branch, whatever the branch was before."""
    stream = b"".join(_written(each, who) for each in commits)
    run(folder, "fast-import", "--quiet", "--force", "--date-format=raw", stdin=stream)


def tip(folder: Path, branch: str) -> str | None:
    """Return the commit at the tip of a branch; None if there is no such branch."""
    listed = _text(run(folder, "for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}"))
    return listed or None


def message(folder: Path, commit: str) -> str:
    """Return the subject of a commit."""
    return _text(run(folder, "log", "-1", "--format=%s", commit))


def is_checked_out(folder: Path, branch: str) -> bool:
    """Return whether a branch is checked out, here or in another worktree."""
    return f"branch refs/heads/{branch}" in _text(run(folder, "worktree", "list", "--porcelain")).splitlines()


def objects(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every object of a repository, reachable or not: its kind and its content."""
    data = run(folder, "cat-file", "--batch-all-objects", "--unordered", "--batch")
    place = 0
    while place < len(data):
        end = data.index(b"\n", place)
        _, kind, size = data[place:end].decode().split()
        start = end + 1
        yield kind, data[start : start + int(size)]
        place = start + int(size) + 1


def _written(each: Commit, who: Signature) -> bytes:
    """Write a commit in the format of `git fast-import`."""
    told = each.message.encode() + b"\n"
    head = f"commit refs/heads/{each.branch}\nauthor {who.text}\ncommitter {who.text}\ndata {len(told)}\n"
    parts = [head.encode(), told]
    if each.parent is not None:
        parts.append(f"from {each.parent}\n".encode())
    for path, content in sorted(each.files.items()):
        parts += [f"M 100644 inline {path}\ndata {len(content)}\n".encode(), content, b"\n"]
    return b"".join(parts)


def _text(output: bytes) -> str:
    return output.decode(errors="replace").strip()
