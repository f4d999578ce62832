"""The commands of `grade`, one module each: parses arguments, calls the other packages, prints.

This module lists the commands, for whom and where they are. A command's module is imported on use, so `grade --help`
imports none of them.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """A command: its line in `grade --help`, and the module of this package that defines it as `command`."""

    says: str
    module: str


SECTIONS: dict[str, dict[str, Entry]] = {
    "For learners": {
        "demo": Entry("A preview: names, shapes and a prediction by a trained tree.", "demo"),
        "watch": Entry("Grade each time you save, and move on to the next exercise.", "watch"),
        "list": Entry("List the exercises: title, points, minutes, state.", "list_exercises"),
        "hint": Entry("Show the next hint of an exercise.", "hint"),
        "compare": Entry("Compare your answer with the solution.", "compare"),
        "reset": Entry("Restore an exercise's stub; your file is kept as a backup.", "reset"),
        "cards": Entry("Practise the flashcards that are due, or export them for Anki.", "cards"),
        "trace": Entry("Do one fusion by hand, then with your code.", "trace"),
        "predict": Entry("Predict five small results before you write an exercise.", "predict"),
        "explore": Entry("Make an interactive page: what each node sees, and what it costs.", "explore"),
        "shapes": Entry("Show the shapes of a name in your own code.", "shapes"),
        "train": Entry("Train the tree with your own code, and write ten new names.", "train"),
        "race": Entry("Train your flat model and your trees at equal size, live.", "race"),
        "challenge": Entry("Score your own model and training on words that they never saw.", "challenge"),
        "report": Entry("Make a page with your progress and pictures of your own tree.", "report"),
        "update": Entry("Update the kata; your answers stay.", "update"),
        "completion": Entry("Print the completion script for bash, zsh or fish.", "completion"),
    },
    "For instructors": {
        "handout": Entry("Create the repository that you hand out in a course.", "handout"),
        "notebook": Entry("Build a notebook of the exercises, or read answers from one.", "notebook"),
        "collect": Entry("Show which files of each submission count, and why.", "collect"),
        "class": Entry("Grade a folder of submissions.", "grade_class"),
        "gradescope": Entry("Build an autograder for Gradescope, or convert a result for it.", "gradescope"),
        "github": Entry("Write annotations and a summary in a GitHub workflow.", "github"),
    },
    "For authors": {
        "mistakes": Entry("Draft a known mistake from an answer that fails for no known reason.", "mistakes"),
        "verify": Entry("Prove that checks, solutions and known mistakes still agree.", "verify"),
    },
}

GRADE = Entry("Grade exercises: all, or those named.", "exercises")  # the default command of `grade`


def names() -> list[str]:
    """List the commands, to suggest one after a typing mistake."""
    return sorted(name for section in SECTIONS.values() for name in section)


def complete_exercise(_context: object, _parameter: object, begun: str) -> list[str]:
    """Complete an exercise name or number; called by click for a shell."""
    from grader.kata import curriculum

    forms = [form for exercise in curriculum.exercises() for form in (exercise.name, exercise.name[5:])]
    return [form for form in forms if form.startswith(begun)]
