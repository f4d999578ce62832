"""`make solutions-branch`: creates the branch `solutions` of this repository, whose `exercises/` contain the solutions.

The branch is based on the last commit, is never checked out, and replaces only a branch that this command made.
"""

import sys

from grader.base import paths
from grader.base.errors import UsageError
from grader.course import git
from grader.kata import curriculum, references, stubs

BRANCH = "solutions"
MESSAGE = "Solutions of all exercises"


def answers() -> dict[str, bytes]:
    """Return the solutions as files of `exercises/`, by path."""
    return {f"exercises/{each.file}": stubs.answer(each).encode() for each in curriculum.exercises()}


def make() -> str:
    """Create the branch; return the result in one line.

    Raises:
        UsageError: it is checked out, is somebody's own, or the solutions differ from the last commit's.
    """
    references.refuse_in_a_handout("make solutions-branch")
    root = paths.checkout().root
    head = git.head(root)
    who = git.signature(root, head)
    if changed := git.changes(root, ["solutions"]):
        raise UsageError(f"{changed[0]} differs from the last commit, from which the branch is made: commit it first")
    before = git.tip(root, BRANCH)
    if before and git.message(root, before) != MESSAGE:
        raise UsageError(f"you already have a branch {BRANCH}: rename it with git branch -m {BRANCH} my-{BRANCH}")
    if git.is_checked_out(root, BRANCH):
        raise UsageError(f"the branch {BRANCH} is checked out: run git switch main, then try again")
    git.commit(root, [git.Commit(BRANCH, MESSAGE, answers(), head)], who)
    after = git.tip(root, BRANCH)
    made = "is unchanged" if after == before else "was made" if before is None else "was recreated"
    return f"the branch {BRANCH} {made}; compare: git diff main {BRANCH} -- exercises"


if __name__ == "__main__":
    try:
        print(make())
    except UsageError as error:
        print(f"make solutions-branch: {error}", file=sys.stderr)
        sys.exit(2)
