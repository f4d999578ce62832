"""Check that results do not depend on what a caller does with earlier results and arguments.

A caller may overwrite a result: an answer that keeps the result, or writes the next one into the same memory, then
returns a wrong value. A caller may change an argument and pass it again: an answer that remembers results by the
identity of the argument returns the old one. The check creates that argument by text, because values are copied per
call.
"""

from typing import Any

from grader.language import Handle, call, do, given, holds, named, refused, same, seen

AGAIN = "the same call, after the caller has overwritten what the first one returned"
CHANGED = "a second call with the same object, which has been changed since"
LATER = "a result of an earlier call, looked at after a later one"


def overwritten(result: Handle, how: str) -> None:
    """Overwrite a result, as a caller may; a result that cannot be overwritten is skipped.

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
        f"after {what} a call of the model records no gradients any more",
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


def keeps_no_result(layer: Handle, first: Handle, x: Any, expected: Any, of_negative: Any) -> None:
    """Expect the right results after the caller has overwritten the first one, and after it has negated its argument.

    Args:
        layer: the layer that is called.
        first: the result of `layer(x)`.
        x: a tensor.
        expected: the right result for x.
        of_negative: the right result for -x.
    """
    overwritten(first, "made.data.fill_(9)")
    same(call(layer, x), expected, what=AGAIN)
    argument = object_of("x", x)
    same(call(layer, argument), expected)
    do(["x.neg_()"])
    same(call(layer, argument), of_negative, what=CHANGED)
