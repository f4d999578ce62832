"""The commands of `grade`, one module each, which reads the command line, calls what does the work, and prints.

Here: which there are, for whom, and where. A module is imported when its command is typed, so `grade --help` imports
none of them.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """A command: the line of `grade --help` about it, and the module of this package that holds it as `command`."""

    says: str
    module: str


SECTIONS: dict[str, dict[str, Entry]] = {
    "For learners": {
        "demo": Entry("The whole first: names, shapes and a prediction by a trained tree.", "demo"),
        "watch": Entry("Grade what each save changed, and go on to the next exercise.", "watch"),
        "list": Entry("Exercises in order: title, points, minutes, state.", "list_exercises"),
        "hint": Entry("The next hint of an exercise, one more at each call.", "hint"),
        "compare": Entry("Your answer beside the solution.", "compare"),
        "reset": Entry("Bring an exercise's stub back; your file is kept.", "reset"),
        "cards": Entry("The lessons' flashcards, each when it is due; or for Anki.", "cards"),
        "trace": Entry("One fusion by hand, with numbers of your own; then by your code.", "trace"),
        "predict": Entry("Five small results to predict before you write an exercise.", "predict"),
        "explore": Entry("A page to play with: who sees what, and what it costs.", "explore"),
        "shapes": Entry("The shapes of a name in your own code, as far as it goes.", "shapes"),
        "train": Entry("Train the tree with your own code, and write ten new names.", "train"),
        "race": Entry("Your flat model against your trees, live, at equal size.", "race"),
        "challenge": Entry("Score your own model and training on words they never saw.", "challenge"),
        "report": Entry("A page of your progress, and pictures of your own tree.", "report"),
        "update": Entry("A newer version of the kata; your answers stay.", "update"),
        "completion": Entry("What bash, zsh or fish completes commands by.", "completion"),
    },
    "For instructors": {
        "handout": Entry("Make the repository that a course gives out.", "handout"),
        "notebook": Entry("The exercises as a notebook, and answers out of one.", "notebook"),
        "collect": Entry("What would be taken from each submission, and why.", "collect"),
        "class": Entry("Grade a folder of submissions.", "grade_class"),
        "gradescope": Entry("Results, and an autograder, for Gradescope.", "gradescope"),
        "github": Entry("Annotations and a summary in a workflow on GitHub.", "github"),
    },
    "For authors": {
        "verify": Entry("Prove that everything still fits together.", "verify"),
    },
}

GRADE = Entry("Check exercises: all, or those named.", "exercises")  # what `grade` does where no command is named


def names() -> list[str]:
    """The commands that a person can type, for the suggestion after a mistyped one."""
    return sorted(name for section in SECTIONS.values() for name in section)


def complete_exercise(_context: object, _parameter: object, begun: str) -> list[str]:
    """The names of exercises that begin so, with their number or without it; click asks when a shell does."""
    from grader.kata import curriculum

    forms = [form for exercise in curriculum.exercises() for form in (exercise.name, exercise.name[5:])]
    return [form for form in forms if form.startswith(begun)]
