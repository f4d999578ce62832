"""A request as one step of torch's graph of gradients."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


class _Through(torch.autograd.Function):
    """Forward asks the other end for the results, backward asks it for the gradients."""

    @staticmethod
    def forward(ctx: Any, request: Any, *inputs: Tensor) -> tuple[Tensor, ...]:
        request.exchange()
        ctx.way_back = request.backward()
        results = [request.reader.tensor(number) for number in request.outputs]
        fixed = [
            result
            for result, flows in zip(results, request.differentiable(), strict=True)
            if not flows or not (result.is_floating_point() or result.is_complex())
        ]
        none = torch.empty(0)  # a step must have a result
        ctx.mark_non_differentiable(none, *fixed)
        ctx.set_materialize_grads(False)
        return (none, *results)

    @staticmethod
    def backward(ctx: Any, _: Any, *gradients: Tensor | None) -> tuple[Tensor | None, ...]:
        return (None, *ctx.way_back.gradients(gradients))


def through(request: Any, inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """Send the request; its results that are tensors, as functions of these inputs."""
    return _Through.apply(request, *inputs)[1:]  # type: ignore[no-untyped-call]
