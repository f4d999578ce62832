"""Counts torch's work in a block: floating point operations, operator calls, tensors kept for gradients.

Counts do not depend on the machine, unlike times. In the sandbox the worker reports them, and an answer could forge
them.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from grader.answers.steps import Work

_FORMULAS = dict(flop_registry)


@contextlib.contextmanager
def counted() -> Iterator["Counter"]:
    """Count the work of the block in this thread."""
    counter = Counter()

    def keep(tensor: Tensor) -> Tensor:
        counter.kept += 1
        return tensor

    with counter, torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        yield counter


class Counter(TorchDispatchMode):
    """Counts like torch's `FlopCounterMode`, whose first use imports the compiler (1.2 s, longer than most answers
    take).
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch has no types for it
        self.flops = self.operators = self.kept = 0
        self._whole: set[Any] = set()  # operators without parts; asking each time would take half of the counting

    @property
    def work(self) -> Work:
        """The work counted so far."""
        return Work(self.flops, self.operators, self.kept)

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Keep this mode out of the compiler's way: nothing is compiled here."""
        return False

    def __torch_dispatch__(self, operator: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        formula = _FORMULAS.get(operator._overloadpacket)
        if formula is None and operator not in self._whole:
            with self:  # in inference mode a linear map is one operator; its parts are counted
                taken_apart = operator.decompose(*args, **kwargs)
            if taken_apart is not NotImplemented:
                return taken_apart
            self._whole.add(operator)
        result = operator(*args, **kwargs)
        self.operators += 1
        if formula is not None:
            self.flops += formula(*args, **kwargs, out_val=result)
        return result
