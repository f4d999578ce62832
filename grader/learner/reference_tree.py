"""The trained tree that ships with the kata, `data/demo_tree.npz`, for learners without a tree of their own.

`python -m grader.learner.reference_tree` recreates it: it trains the reference solutions on data/names.txt with the
fast recipe, and stores the matrices in half precision with the normalisations folded in.
"""

import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from grader.base import paths
from grader.base.errors import UsageError
from grader.kata import corpus
from grader.learner.portrait import exported_tree
from grader.learner.training import training_record

CONTEXT, GROUP = 8, 2


def _file() -> Path:
    """Return the path of the weights."""
    return paths.checkout().data / "demo_tree.npz"


@dataclass(frozen=True)
class ReferenceTree:
    """A trained tree of group 2 and context 8 as matrices, with its losses.

    Attributes:
        vocabulary: the characters by token; the first is `.`.
        matrices: as `exported_tree.matrices` lists them.
        validation_loss: mean over the names that were held out, in nats per character.
    """

    vocabulary: tuple[str, ...]
    matrices: list[Tensor]
    validation_loss: float

    def window(self, text: str) -> Tensor:
        """Return the window that ends with a text, padded with `.` on the left: int64 (1, context)."""
        tokens = [self.vocabulary.index(character) for character in text][-CONTEXT:]
        return torch.tensor([[0] * (CONTEXT - len(tokens)) + tokens])

    def level_shapes(self, text: str) -> list[tuple[int, ...]]:
        """Return the shape of each level for one text: (8, 24), (4, 128), (2, 128), (1, 128)."""
        return [tuple(level.shape[1:]) for level in exported_tree.level_outputs(self.matrices, self.window(text))]

    def probabilities(self, text: str) -> Tensor:
        """Return the probabilities of the next character after a text: (V,)."""
        return exported_tree.logits(self.matrices, self.window(text))[0].softmax(0)

    def loss(self, word: str) -> float:
        """Return the mean of -ln p over the characters of a word and the `.` that ends it."""
        each = [self.probabilities(word[:at])[self.vocabulary.index((word + ".")[at])] for at in range(len(word) + 1)]
        return -torch.stack(each).log().mean().item()

    def write_name(self, generator: torch.Generator, longest: int = 20) -> str:
        """Draw one character after another until `.` is drawn."""
        name = ""
        while len(name) < longest:
            token = int(torch.multinomial(self.probabilities(name), 1, generator=generator))
            if token == 0:
                break
            name += self.vocabulary[token]
        return name


def load() -> ReferenceTree:
    """Read the tree.

    Raises:
        UsageError: the file is missing or damaged.
    """
    try:
        with np.load(_file(), allow_pickle=False) as kept:
            count = sum(name.startswith("matrix_") for name in kept)
            matrices = [torch.from_numpy(kept[f"matrix_{number}"]) for number in range(count)]
            vocabulary, loss = tuple(str(kept["vocabulary"])), float(kept["validation_loss"])
            tree = ReferenceTree(vocabulary, matrices, loss)
            tree.probabilities("")
    except (OSError, ValueError, KeyError, IndexError, EOFError, RuntimeError, zipfile.BadZipFile) as error:
        shown = paths.shown(_file())
        raise UsageError(f"{shown} cannot be read; restore it with `git checkout {shown}`") from error
    return tree


def make() -> None:
    """Train the reference solutions, and write the tree."""
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder, "tree.pt")
        arguments = ["train", "--answers", "solutions", "--recipe", "fast", "--out", str(model)]
        subprocess.run([sys.executable, "-m", "grader", *arguments], cwd=paths.checkout().root, check=True)
        record = training_record.read(model)
        state = torch.load(model, weights_only=True)
    assert record is not None
    arrays: dict[str, Any] = {
        f"matrix_{number}": part.numpy() for number, part in enumerate(exported_tree.matrices(state))
    }
    vocabulary = "." + "".join(sorted(set("".join(corpus.load_names()))))
    np.savez_compressed(
        _file(), vocabulary=np.array(vocabulary), validation_loss=np.array(record.validation_loss), **arrays
    )
    print(
        f"{paths.shown(_file())}: {_file().stat().st_size / 1000:.0f} kB, validation loss {record.validation_loss:.3f}"
    )


if __name__ == "__main__":
    make()
