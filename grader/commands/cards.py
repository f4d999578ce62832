"""`grade cards`."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.base import paths
from grader.base.errors import UsageError
from grader.commands import exercise_choice, files, typed_input
from grader.reports.console import open_console

if TYPE_CHECKING:
    from fsrs import Rating

    from grader.learner.flashcards.cards import Asked, Flashcard, Session

SHOW, QUIT = ("", " ", "\r", "\n", "s"), ("q", "\x1b")
GRADES = ("1a", "2h", "3g", "4e")  # the keys of again, hard, good, easy


@click.command("cards")
@exercise_choice.NAMES
@exercise_choice.OPTION
@click.option("--new", type=click.IntRange(0), default=10, show_default=True, help="Maximum number of new cards.")
@click.option("--export", type=files.PATH, metavar="FILE", help="Export the cards for Anki: .apkg or .txt.")
def command(names: tuple[str, ...], typed: str | None, new: int, export: Path | None) -> int:
    """Ask the flashcards of all lessons, or of the given ones: first the cards that are due, then new ones.

    Your progress is saved after each card, so you can stop at any time.

    \b
    Examples:
      grade cards
      grade cards flatten --new 5
      grade cards --export cards.apkg
    """
    from grader.learner.flashcards import cards

    deck = cards.deck(exercise_choice.chosen(typed, names))
    console = open_console()
    if export is not None:
        _export(deck, export)
        console.print(f"{len(deck)} cards written to {paths.shown(export)}", soft_wrap=True)
        return 0
    memory, note = cards.load(_now())
    if note:
        console.print(f"note: {note}", style="yellow", soft_wrap=True)
    session = cards.Session(deck, memory, new)
    console.print(
        f"{session.due(_now())} due, {min(new, session.fresh())} new of {session.fresh()}, {len(deck)} in total"
    )
    _run(console, session)
    _say_goodbye(console, session)
    return 0


def _export(deck: "tuple[Flashcard, ...]", file: Path) -> None:
    from grader.base.atomic_files import writable, write_whole
    from grader.learner.flashcards import anki_deck

    kind = file.suffix.lower()
    if kind not in (".apkg", ".txt"):
        raise UsageError(f"--export writes .apkg (a deck) or .txt (for Anki's import), not {file.name!r}")
    writable(file)
    write_whole(file, anki_deck.package(deck) if kind == ".apkg" else anki_deck.text(deck))


def _run(console: Any, session: "Session") -> None:
    """Ask until there is nothing left or the learner quits; save after each card."""
    from grader.learner.flashcards import cards

    told = False
    while (asked := session.next(_now())) is not None:
        rating = _ask(console, asked, session)
        if rating is None:
            return
        session.answer(asked.card, rating, _now())
        fault = cards.save(session.memory)
        if fault and not told:
            console.print(f"note: {fault}", style="yellow", soft_wrap=True)
            told = True


def _ask(console: Any, asked: "Asked", session: "Session") -> "Rating | None":
    """Ask one card; return None if the learner quits."""
    from fsrs import Rating
    from rich.padding import Padding
    from rich.text import Text

    console.print(f"\n{asked.card.exercise.short}, {asked.why}", style="dim")
    console.print(Padding(Text(asked.card.front, "bold"), (0, 2)))
    while (pressed := _press(console, "Enter shows the answer, q quits ")) not in SHOW:
        if pressed is None or pressed in QUIT:
            return None
        console.print("press Enter, or q", style="yellow")
    console.print(Padding(Text(asked.card.back), (0, 2)))
    away = session.intervals(asked.card, _now())
    labels = [f"{number} {rating.name.lower()} ({_in_words(away[rating])})" for number, rating in enumerate(Rating, 1)]
    while True:
        pressed = _press(console, "  ".join(labels) + " ")
        if pressed is None or pressed in QUIT:
            return None
        for keys, rating in zip(GRADES, Rating, strict=True):
            if pressed and pressed in keys:
                return rating
        console.print("press 1, 2, 3 or 4: how well did you know it? q quits", style="yellow")


def _press(console: Any, prompt: str) -> str | None:
    console.print(prompt, end="", style="dim", soft_wrap=True)
    pressed = typed_input.key()
    console.print()
    return pressed.lower() if pressed else pressed


def _say_goodbye(console: Any, session: "Session") -> None:
    answered = "1 card" if session.answered == 1 else f"{session.answered} cards"
    console.print(f"\n{answered} answered.", end=" ")
    soonest = session.next_due()
    if soonest is None:
        console.print("No card has been answered yet.")
    elif soonest <= _now():
        console.print(f"{session.due(_now())} still due.")
    else:
        console.print(f"The next one is due in {_in_words(soonest - _now())}.")
    if session.fresh():
        console.print(f"{session.fresh()} not asked yet: grade cards continues with them.")


def _in_words(time: timedelta) -> str:
    minutes = max(1, round(time.total_seconds() / 60))
    if minutes < 100:
        return f"{minutes} min"
    return f"{round(minutes / 60)} h" if minutes < 36 * 60 else f"{round(minutes / 60 / 24)} days"


def _now() -> datetime:
    return datetime.now(UTC)
