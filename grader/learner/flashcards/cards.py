"""The lessons' flashcards with spaced repetition: which card is next, and when it returns. FSRS computes the schedule.

Progress is stored in `.grade/cards.json`, by lesson and question. A changed question is a new card; a card with a
changed answer is due immediately; progress of removed cards is kept.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from fsrs import Card as Schedule
from fsrs import Rating, Scheduler

from grader.base import paths
from grader.base.atomic_files import put_aside, write_whole
from grader.base.errors import UsageError
from grader.kata.curriculum import Exercise

FILE = "cards.json"
LEARN_AHEAD = timedelta(minutes=20)  # as in Anki: if nothing else is due, a card that is due this soon is asked now
SCHEDULER = Scheduler(enable_fuzzing=False)  # so that the interval shown before an answer is the one stored


@dataclass(frozen=True)
class Flashcard:
    """A card of a lesson."""

    exercise: Exercise
    front: str
    back: str

    @property
    def key(self) -> str:
        """The key of its progress."""
        return f"{self.exercise.name}: {' '.join(self.front.split())}"

    @property
    def digest(self) -> str:
        """Changes if the answer changes."""
        return hashlib.sha256(" ".join(self.back.split()).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Known:
    """The progress of a card: its schedule, and the digest of the answer that was learned."""

    schedule: Schedule
    digest: str


@dataclass(frozen=True)
class Asked:
    """The current card, and why it is asked: it is due, new, or its answer has changed."""

    card: Flashcard
    why: str


@dataclass
class Session:
    """The cards to ask, in order: due cards, longest first; then a number of new ones; then those due soon.

    `new` says how many new ones are left to ask, `last` which card was answered last.
    """

    deck: Sequence[Flashcard]
    memory: dict[str, Known]
    new: int
    answered: int = field(default=0, init=False)
    last: Flashcard | None = field(default=None, init=False)

    def next(self, now: datetime) -> Asked | None:
        """Return the next card, or None if there is none for now."""
        known = [card for card in self.deck if card.key in self.memory]
        rewritten = [card for card in known if self.memory[card.key].digest != card.digest]
        if rewritten:
            return Asked(rewritten[0], "its answer has changed")
        first = min(known, key=self._due, default=None)
        if first is not None and self._due(first) <= now:
            return Asked(first, "due")
        fresh = next((card for card in self.deck if card.key not in self.memory), None)
        if fresh is not None and self.new > 0:
            return Asked(fresh, "new")
        soon = [card for card in known if self._due(card) <= now + LEARN_AHEAD] if self.answered else []
        again = min(soon, key=lambda card: (card == self.last, self._due(card)), default=None)
        return Asked(again, "once more") if again is not None else None

    def intervals(self, card: Flashcard, now: datetime) -> dict[Rating, timedelta]:
        """Return the interval that each rating would give."""
        return {rating: SCHEDULER.review_card(self._schedule(card), rating, now)[0].due - now for rating in Rating}

    def answer(self, card: Flashcard, rating: Rating, now: datetime) -> None:
        """Record how well a card was known."""
        self.new -= card.key not in self.memory
        self.memory[card.key] = Known(SCHEDULER.review_card(self._schedule(card), rating, now)[0], card.digest)
        self.answered, self.last = self.answered + 1, card

    def due(self, now: datetime) -> int:
        """Count the due cards."""
        return sum(card.key in self.memory and self._due(card) <= now for card in self.deck)

    def fresh(self) -> int:
        """Count the cards that were never asked."""
        return sum(card.key not in self.memory for card in self.deck)

    def next_due(self) -> datetime | None:
        """Return when the next known card is due."""
        return min((self._due(card) for card in self.deck if card.key in self.memory), default=None)

    def _due(self, card: Flashcard) -> datetime:
        return self.memory[card.key].schedule.due

    def _schedule(self, card: Flashcard) -> Schedule:
        known = self.memory.get(card.key)
        return known.schedule if known else Schedule()


def deck(exercises: Iterable[Exercise]) -> tuple[Flashcard, ...]:
    """Return the cards of these lessons, in order."""
    return tuple(Flashcard(exercise, card.front, card.back) for exercise in exercises for card in exercise.cards)


def load(now: datetime, file: str = FILE) -> tuple[dict[str, Known], str | None]:
    """Read the progress; the second value is a line about a damaged file that was renamed."""
    place = paths.checkout().state / file
    try:
        cards = json.loads(place.read_text(encoding="utf-8"))["cards"]
        return {str(key): _known(fields, now) for key, fields in cards.items()}, None
    except OSError:
        return {}, None
    except (ValueError, KeyError, TypeError, AttributeError, AssertionError, ArithmeticError):
        return {}, put_aside(place)


def save(memory: dict[str, Known], file: str = FILE) -> str | None:
    """Write the progress atomically; return a line for the learner if that fails."""
    cards = {key: {"answer": known.digest, "schedule": known.schedule.to_dict()} for key, known in memory.items()}
    try:
        paths.checkout().state.mkdir(exist_ok=True)
        write_whole(paths.checkout().state / file, json.dumps({"cards": cards}, indent=1, ensure_ascii=False) + "\n")
    except (OSError, UsageError):
        return f"{paths.shown(paths.checkout().state)} cannot be written: your progress with the cards is not saved"
    return None


def _known(fields: dict[str, Any], now: datetime) -> Known:
    """Read one entry of the file; a schedule that FSRS cannot use counts as damaged."""
    schedule = Schedule.from_dict(fields["schedule"])
    if schedule.due.tzinfo != UTC:
        raise ValueError("a time without a time zone")
    SCHEDULER.review_card(schedule, Rating.Good, now)
    return Known(schedule, str(fields["answer"]))
