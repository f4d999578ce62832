"""The page of `grade explore`: one file that contains a trained tree."""

from grader.kata import curriculum
from grader.learner.exploring.own_tree import PageTree
from grader.learner.portrait import exported_tree
from grader.learner.reference_tree import CONTEXT, GROUP, ReferenceTree
from grader.reports.html import scripts, template

EXPECTED = 5
TEXT = "marianne"
LESSONS = {"window": "ex08_tree", "positions": "ex11_all_positions", "stream": "ex12_streaming"}
WEIGHTS = "ex01_receptive_field"


def that_ships(tree: ReferenceTree) -> PageTree:
    """Return the trained tree that ships with the kata, for a page."""
    lengths = tuple(CONTEXT // GROUP**level for level in range((len(tree.matrices) - 1) // 2))
    exported = exported_tree.base64_of(tree.matrices)
    return PageTree(tree.vocabulary, GROUP, lengths, exported, tree.validation_loss)


def page(tree: PageTree, why_not_own: str | None) -> str:
    """Write the page.

    Args:
        tree: the learner's, or the one that ships.
        why_not_own: a sentence if it is the one that ships; None if it is the learner's.
    """
    script, digest = scripts("tree_parts.js", "explore.js")
    here = {lesson.name: lesson for lesson in curriculum.lessons()}
    named = {key: name for key, name in {**LESSONS, "weights": WEIGHTS}.items() if name in here}
    return template("explore.html").render(
        why_not_own=why_not_own,
        validation_loss=tree.validation_loss,
        text=TEXT,
        exported={
            "vocabulary": tree.vocabulary,
            "group": tree.group,
            "lengths": tree.lengths,
            "expected": EXPECTED,
            "matrices": tree.exported,
        },
        lessons={key: (here[name].title, here[name].lesson.as_uri()) for key, name in named.items()},
        script=script,
        script_digest=digest,
    )
