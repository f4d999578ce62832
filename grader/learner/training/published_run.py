"""The published recipe as a run that can be interrupted: the learner's own loop does every step."""

from typing import Any

import torch

from grader.learner.training.examples import Examples
from grader.learner.training.recipes import Published


class PublishedRun:
    """Exercise 9's `train`, some steps at a time.

    Args:
        recipe: steps and batch size.
        exercise9: the learner's file: `train` and `step_decay`.
        model: the learner's tree, on the device of the examples; it is trained in place.
        examples: to learn from.
        seed: of the rows drawn.
    """

    def __init__(self, recipe: Published, exercise9: Any, model: Any, examples: Examples, seed: int) -> None:
        self._recipe, self._exercise9, self._model, self._examples = recipe, exercise9, model, examples
        self._generator = torch.Generator().manual_seed(seed)
        self.done, self.total = 0, recipe.steps

    def advance(self, steps: int) -> float:
        """Take a number of steps, or the remaining ones; return their mean loss."""
        first, count = self.done, min(steps, self.total - self.done)
        losses = self._exercise9.train(
            self._model,
            self._examples.windows,
            self._examples.targets,
            steps=count,
            batch_size=self._recipe.batch,
            learning_rate=lambda step: self._exercise9.step_decay(first + step, self.total),
            generator=self._generator,
        )
        self.done += count
        return sum(losses) / len(losses)

    def tree(self) -> dict[str, torch.Tensor]:
        """Return the current state of the tree."""
        state: dict[str, torch.Tensor] = self._model.state_dict()
        return state

    def state(self) -> dict[str, Any]:
        """Return everything that later steps depend on."""
        return {"done": self.done, "tree": self.tree(), "generator": self._generator.get_state()}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from such a state."""
        self.done = state["done"]
        self._model.load_state_dict(state["tree"])
        self._generator.set_state(state["generator"])
