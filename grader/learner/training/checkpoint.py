"""Checkpoints of a training run: a file next to the model, written atomically, deleted when the run is done."""

import contextlib
import io
import pickle
from pathlib import Path
from typing import Any

import torch

from grader.base.atomic_files import write_whole


class Checkpoint:
    """The file of one run.

    Args:
        model: the file that the model is saved in.
        run: what tells this run from any other: recipe, seed, words, code. A file of another run is as good as none.
    """

    def __init__(self, model: Path, run: str) -> None:
        self._path, self._run = model.with_name(f"{model.name}.stopped"), run

    def save(self, state: dict[str, Any]) -> None:
        """Write a state."""
        buffer = io.BytesIO()
        torch.save({"run": self._run, "state": state}, buffer)
        write_whole(self._path, buffer.getvalue())

    def load(self) -> dict[str, Any] | None:
        """Return the saved state of this run; None if there is none."""
        try:
            found = torch.load(self._path, map_location="cpu", weights_only=True)
            state: dict[str, Any] = found["state"]
            return state if found["run"] == self._run else None
        except (OSError, RuntimeError, EOFError, pickle.UnpicklingError, KeyError, TypeError):
            return None  # no file, or an unreadable one: the run starts again

    def remove(self) -> None:
        """Delete the file."""
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()
