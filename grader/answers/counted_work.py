"""What torch does for the code of a block, counted: floating point operations, operators, tensors kept for gradients.

Counted, not timed: the same answer gives the same numbers on any machine.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode, _disable_current_modes
from torch.utils.flop_counter import flop_registry


@dataclass
class Work:
    """The counts of a block, complete once it has ended.

    Attributes:
        flops: floating point operations of matrix products and convolutions, by the formulas of
            `torch.utils.flop_counter`.
        operators: calls of torch's operators, whatever the size of their tensors.
        kept: tensors that torch kept for a backward pass.
    """

    flops: int = 0
    operators: int = 0
    kept: int = 0

    def add(self, other: "Work") -> None:
        """Add what was counted in another process."""
        self.flops += other.flops
        self.operators += other.operators
        self.kept += other.kept


@contextlib.contextmanager
def counted(work: Work) -> Iterator[None]:
    """Add to `work` what the code of the block does in this thread."""

    def keep(tensor: Tensor) -> Tensor:
        work.kept += 1
        return tensor

    with _Counter(work), torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        yield


def uncounted() -> contextlib.AbstractContextManager[Any]:
    """Count nothing inside the block: what it does is the boundary's work, not the answer's."""
    return _disable_current_modes()


class _Counter(TorchDispatchMode):
    """Counts as torch's `FlopCounterMode` does, whose first use imports the compiler: 1.2 s, more than answers take."""

    def __init__(self, work: Work) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._work = work
        self._whole: set[Any] = set()  # operators that have no parts; to ask each time takes half of the counting

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """No compiler needs to be told about this mode: nothing is compiled in it."""
        return False

    def __torch_dispatch__(self, operator: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        formula = flop_registry.get(operator._overloadpacket)
        if formula is None and operator not in self._whole:
            with self:  # in inference mode a linear map comes whole; its parts are what is counted
                taken_apart = operator.decompose(*args, **kwargs)
            if taken_apart is not NotImplemented:
                return taken_apart
            self._whole.add(operator)
        result = operator(*args, **kwargs)
        self._work.operators += 1
        if formula is not None:
            self._work.flops += formula(*args, **kwargs, out_val=result)
        return result
