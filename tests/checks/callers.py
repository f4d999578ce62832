"""What a caller may do with what it got, and with what it gave: later results must not depend on it.

A result belongs to whoever asked for it. An answer that keeps it, or writes the next one into the same memory, is told
by what a second caller gets. An answer that knows its argument again by its identity is told by one object that has
been changed between two calls; a check makes that object by text, for values are copied for each call.
"""

from typing import Any

from grader.language import Handle, do, given, holds, named, refused, seen

AGAIN = "the same call, after the caller has overwritten what the first one returned"
CHANGED = "a second call with the same object, which has been changed since"
LATER = "a result of an earlier call, looked at after a later one"


def overwritten(result: Handle, how: str) -> None:
    """Have the caller overwrite a result, as it may; of what cannot be overwritten nothing can be seen.

    Args:
        result: what the answer returned.
        how: an expression of `made`, the result.
    """
    refused(given("overwrite", f"lambda made: {how}"), result)


def halved(module: Handle) -> None:
    """Halve all parameters of a module, as an optimiser changes them: in place, so that torch counts a new version."""
    do([f"with torch.no_grad(): [p.mul_(0.5) for p in {named(module)}.parameters()]"])


def gradients_flow(result: Handle, what: str) -> None:
    """Expect that torch records gradients: an answer that worked without them has left that as it was.

    Args:
        result: of a call that the check made itself, after one of the answer's functions.
        what: that function.
    """
    holds(
        seen(lambda made: made.requires_grad, result),
        f"after {what} torch records no gradients any more: they are left switched off",
        expected="requires_grad is True",
        got="requires_grad is False",
    )


def object_of(name: str, value: Any) -> Handle:
    """An object of these few values, which is the same one in each call that gets it.

    Args:
        name: what lines of text call it.
        value: a tensor, an array, or what Python writes as it is.
    """
    kind = type(value).__name__
    if kind == "Tensor":
        return given(name, f"torch.tensor({value.tolist()}, dtype={value.dtype})")
    if kind == "ndarray":
        return given(name, f"np.array({value.tolist()}, dtype=np.{value.dtype})")
    return given(name, repr(value))
