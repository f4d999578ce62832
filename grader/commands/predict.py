"""`grade predict`."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from grader import commands
from grader.base import paths
from grader.base.errors import UsageError
from grader.commands import typed_input
from grader.kata import curriculum
from grader.kata.curriculum import Exercise
from grader.reports.console import open_console

if TYPE_CHECKING:
    from grader.learner.flashcards.cards import Session
    from grader.learner.predictions.predictions import Asking, Predictable

INTRO = (
    "Type the result of each call: numbers in order (two decimals are enough, brackets are optional), a word, or the "
    "name of the error that it raises. `show` shows the result, `quit` stops."
)
MEMORY = "predictions.json"


@click.command("predict")
@click.argument("name", required=False, metavar="[EXERCISE]", shell_complete=commands.complete_exercise)
@click.option("--again", is_flag=True, help="Ask all five now, even those that are not due.")
def command(name: str | None, again: bool) -> int:
    """Predict five small results of an exercise before you write its code; nothing is graded.

    A wrong prediction is compared with the results of known mistakes. Each call comes back later, like a flashcard;
    without an exercise, grade predict asks those that are due.

    \b
    Examples:
      grade predict 5
      grade predict
    """
    from grader.learner.flashcards import cards
    from grader.learner.predictions import predictions

    memory, note = cards.load(_now(), MEMORY)
    if name is not None:
        chosen = [curriculum.find_one(name)]
    else:
        exercises = curriculum.exercises()
        chosen = [each for each in exercises if any(_is_due(each, code, memory) for code in predictions.calls(each))]
    console = open_console()
    if note:
        console.print(f"note: {note}", style="yellow", soft_wrap=True)
    if not chosen:
        first = curriculum.exercises()[0]
        console.print(f"No prediction is due. Five new ones: grade predict {first.number}")
        return 0
    console.print(INTRO, style="dim")
    for exercise in chosen:
        with predictions.Asking(exercise) as asking:
            if not _ask_all(console, exercise, asking, memory, again=again, new=name is not None):
                return 0
    return 0


def _ask_all(console: Any, exercise: Exercise, asking: "Asking", memory: Any, *, again: bool, new: bool) -> bool:
    """Ask the due or new calls of an exercise; return whether all were answered."""
    from fsrs import Rating

    from grader.learner.flashcards import cards

    console.print(f"\n{exercise.short}  {exercise.title}", style="bold", markup=False)
    calls = asking.predictables()
    deck = [cards.Flashcard(exercise, call.code, call.text) for call in calls]
    session = cards.Session(deck, memory, len(deck))
    waiting = [n for n, card in enumerate(deck) if again or _is_asked(card, session, new=new)]
    if not waiting:
        soonest = session.next_due()
        assert soonest is not None
        console.print(f"All {len(deck)} were asked; the next one is due on {soonest:%Y-%m-%d}. Now: --again")
        return True
    right, told = 0, False
    for count, number in enumerate(waiting, start=1):
        tries = _ask(console, number, calls, asking, f"{count} of {len(waiting)}")
        if tries is None:
            console.print(f"Stopped. grade predict {exercise.short} continues.", style="dim")
            return False
        fresh = deck[number].key not in memory
        session.answer(deck[number], (Rating.Easy if fresh else Rating.Good) if tries == 1 else Rating.Again, _now())
        right += tries == 1
        if cards.save(memory, MEMORY) and not told:
            file = paths.shown(paths.checkout().state / MEMORY)
            console.print(f"note: {file} cannot be written: your predictions are not saved")
            told = True
    console.print(f"\n{right} of {len(waiting)} right at the first try. Now write it: {paths.shown(exercise.stub)}")
    return True


def _ask(console: Any, number: int, calls: "tuple[Predictable, ...]", asking: "Asking", place: str) -> int | None:
    """Ask one call until the prediction is right; return the tries, 0 if it was shown, None if the learner quits."""
    from rich.padding import Padding
    from rich.text import Text

    from grader.learner.predictions import predictions

    call, tries = calls[number], 0
    console.print(f"\n{place}", style="dim")
    console.print(Padding(Text(call.code, "cyan"), (0, 4)), soft_wrap=True)
    while True:
        if (answer := typed_input.answer(console, f"{call.asks}: ")) is None:
            return None
        if answer.lower() in ("show", "s"):
            console.print(f"  {call.text}", markup=False)
            return 0
        try:
            typed = predictions.read(answer)
        except UsageError as error:
            console.print(f"  {error}", style="yellow", markup=False)
            continue
        tries += 1
        if call.is_right(typed):
            console.print(f"  ✓ {call.text}", style="green", markup=False)
            return tries
        heading, *lines = _wrong(number, typed, calls, asking)
        console.print(f"  ✗ {heading}", style="red", markup=False, soft_wrap=True)
        for line in lines:
            console.print(Padding(Text(line), (0, 0, 0, 4)))


def _wrong(number: int, typed: Any, calls: "tuple[Predictable, ...]", asking: "Asking") -> list[str]:
    """Explain a wrong prediction by the known mistake that gives it."""
    found = asking.gives(number, typed, calls)
    if found is None:
        count, right = len(typed), len(calls[number].result)
        size = f" The result has {right} parts; you typed {count}." if count != right else ""
        return [f"Wrong, and no known mistake explains it.{size}"]
    cause, fitting = found
    others = {1: "", 2: " One other known mistake gives the same result."}.get(
        fitting, f" {fitting - 1} others give the same result."
    )
    return ["This mistake gives that result:", cause.says + others, f"Why it looks right: {cause.looks_right}"]


def _is_due(exercise: Exercise, code: str, memory: Any) -> bool:
    from grader.learner.flashcards import cards

    known = memory.get(cards.Flashcard(exercise, code, "").key)
    return known is not None and known.schedule.due <= _now()


def _is_asked(card: Any, session: "Session", *, new: bool) -> bool:
    """Return whether a call is new, has a changed result, or is due."""
    known = session.memory.get(card.key)
    if known is None:
        return new
    return known.digest != card.digest or known.schedule.due <= _now()


def _now() -> datetime:
    return datetime.now(UTC)
