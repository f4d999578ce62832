"""The record next to a trained model, such as `tree.pt.json`: how it was trained. No torch."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from grader.base.atomic_files import write_whole


@dataclass(frozen=True)
class TrainingRecord:
    """How a model was trained, and the results; losses are in nats per character.

    Attributes:
        model: SHA-256 of the model's file, which tells whether this record is still its own.
        data: where the words came from: a name that `corpus` knows, or an absolute path; `language`: no words.
        words: SHA-256 of the words; None for the language.
        standing_on: exercises whose solution stood in for the learner's.
        recipe: its name; None is the first look.
        done: steps taken, of `steps`.
        seconds: of training.
        curve: after how many steps, and the mean loss of the steps since the entry before.
    """

    model: str
    data: str
    words: str | None
    standing_on: tuple[str, ...]
    recipe: str | None
    seed: int
    done: int
    steps: int
    seconds: float
    curve: tuple[tuple[int, float], ...]
    training_loss: float
    validation_loss: float


def write(model: Path, record: TrainingRecord) -> None:
    """Write the record next to a model; devices and pipes have none."""
    if model.is_file():
        write_whole(_beside(model), json.dumps(asdict(record)) + "\n")


def read(model: Path) -> TrainingRecord | None:
    """Read the record of a model; None if there is no matching one."""
    try:
        fields = json.loads(_beside(model).read_text(encoding="utf-8"))
        curve = tuple((int(done), float(loss)) for done, loss in fields.pop("curve"))
        record = TrainingRecord(**fields | {"curve": curve, "standing_on": tuple(fields["standing_on"])})
        return record if record.model == digest(model.read_bytes()) else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def digest(data: bytes) -> str:
    """Return the SHA-256 of a model's file."""
    return hashlib.sha256(data).hexdigest()


def digest_of_words(words: Sequence[str]) -> str:
    """Return the SHA-256 of words, one per line."""
    return digest("".join(f"{word}\n" for word in words).encode())


def _beside(model: Path) -> Path:
    return model.with_name(f"{model.name}.json")
