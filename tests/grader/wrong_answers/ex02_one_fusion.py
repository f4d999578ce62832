"""Mistakes in exercise 2: each is what it replaces in the solution."""

JOINED = "np.concatenate([left, right], axis=-1)"
SUMMED = "summed = joined @ weight + bias"
FUSED = "np.tanh(summed)"
TRACE = f"FusionTrace(joined, summed, {FUSED})"
SAME_SHAPE = "if left.shape != right.shape:"
WEIGHT = "if weight.ndim != 2 or weight.shape[0] != left.shape[-1] + right.shape[-1]:"
BIAS = "if bias.shape != weight.shape[1:]:"
BIAS_ERROR = 'raise ValueError(f"bias must be (H,) = {weight.shape[1:]}, got {bias.shape}")'
PAIR_MESSAGE = 'f"left and right must have one shape (..., C), got {left.shape} and {right.shape}"'
WEIGHT_MESSAGE = 'f"weight must be (2C, H) = ({2 * left.shape[-1]}, H), got {weight.shape}"'

WRONG: dict[str, list[tuple[str, str]]] = {
    "added-instead-of-joined": [
        (JOINED, "left + right"),
        (SUMMED, "summed = joined @ weight[: left.shape[-1]] + bias"),
    ],
    # Each of the next five raises a ValueError of NumPy's on every call, as joining along the wrong axis does.
    "weight-from-the-left": [(SUMMED, "summed = weight.T @ joined + bias")],
    "put-into-an-array": [(JOINED, "np.array([left, right])")],
    "right-twice-as-well": [(JOINED, "np.concatenate([left, right, right], axis=-1)")],
    "left-alone": [(JOINED, "left")],
    "subtracted": [(JOINED, "right - left")],
    "left-twice": [(JOINED, "np.concatenate([left, left], axis=-1)")],
    "joined-from-the-memory": [
        (
            JOINED,
            "np.concatenate([np.ravel(left, 'K').reshape(left.shape), np.ravel(right, 'K').reshape(left.shape)], -1)",
        )
    ],
    "bias-subtracted": [(SUMMED, "summed = joined @ weight - bias")],
    "weight-reshaped-not-used-as-it-is": [(SUMMED, "summed = joined @ weight.reshape(weight.shape[::-1]).T + bias")],
    "tanh-of-the-joined": [(SUMMED, "summed = np.tanh(joined) @ weight + bias")],
    "fields-swapped": [(TRACE, f"FusionTrace(summed, joined, {FUSED})")],
    "a-list-of-steps": [(f"return {TRACE}", f"return [joined, summed, {FUSED}]")],
    "always-float32": [(FUSED, "np.tanh(summed).astype(np.float32)")],
    "two-dimensions-at-least": [(JOINED, "np.concatenate(np.atleast_2d(left, right), axis=-1)")],
    "single-pair-unpacked": [(FUSED, "np.squeeze(np.tanh(summed))")],
    "neighbours-stretched": [
        (SAME_SHAPE, "if left.ndim == 0 or left.shape[-1:] != right.shape[-1:]:"),
        (JOINED, "np.concatenate(np.broadcast_arrays(left, right), axis=-1)"),
    ],
    "neighbours-of-other-widths": [
        (SAME_SHAPE, "if left.ndim == 0 or left.shape[:-1] != right.shape[:-1]:"),
        (WEIGHT, "if weight.ndim != 2 or weight.shape[0] != left.shape[-1] + right.shape[-1]:"),
    ],
    "weight-unchecked-beyond-its-rows": [(WEIGHT, "if weight.shape[0] != left.shape[-1] + right.shape[-1]:")],
    "weight-turned-where-it-fits-the-other-way": [
        (
            WEIGHT,
            "if weight.ndim == 2 and weight.shape[0] != left.shape[-1] + right.shape[-1] == weight.shape[1]:"
            "\n        weight = weight.T\n    " + WEIGHT,
        )
    ],
    "weight-of-one-axis-made-a-column": [
        (WEIGHT, "if weight.ndim == 1:\n        weight = weight[:, None]\n    " + WEIGHT)
    ],
    "bias-of-as-many-numbers": [(BIAS, "if bias.size != weight.shape[1]:")],
    "right-first-in-float32": [
        (JOINED, "np.concatenate([left, right] if left.dtype == np.float64 else [right, left], axis=-1)")
    ],
    "longer-weight-cut": [
        (WEIGHT, "if weight.ndim != 2 or weight.shape[0] < 2 * left.shape[-1]:"),
        (SUMMED, "summed = joined @ weight[: joined.shape[-1]] + bias"),
    ],
    "bias-stretched": [(BIAS, "if bias.size != 1 and bias.shape[-1] != weight.shape[1]:")],
    "bias-as-a-row": [(BIAS, "if bias.shape[-1:] != weight.shape[1:]:")],
    "bias-of-any-number": [(BIAS, "if bias.ndim != 1:")],
    "type-error": [(BIAS_ERROR, BIAS_ERROR.replace("ValueError", "TypeError"))],
    "assertion": [(SAME_SHAPE, "assert left.shape == right.shape\n    if left.ndim == 0:")],
    "pair-message-names-nothing": [(PAIR_MESSAGE, '"left and right must have one shape"')],
    "weight-message-names-nothing": [(WEIGHT_MESSAGE, '"weight must have two rows for each channel"')],
    "bias-message-names-nothing": [(BIAS_ERROR, 'raise ValueError("bias must have one number an output")')],
    "bias-added-to-the-weight-in-place": [(SUMMED, "summed = joined @ weight + bias\n    bias += 1")],
    "left-changed": [(JOINED, "np.concatenate([left, right], axis=-1)\n    left *= 0")],
    "weight-sorted-in-place": [
        (TRACE, f"FusionTrace(joined, summed, {FUSED})._replace(joined=joined) if weight.sort(0) is None else None")
    ],
    "draws-from-the-global-generator": [(SUMMED, "summed = joined @ weight + bias + 0 * np.random.rand()")],
    # kept between two calls, or shared by two callers
    "joined-in-a-kept-array": [
        ("def trace_fusion(", "_buffers = {}\n\n\ndef trace_fusion("),
        (
            "joined = np.concatenate([left, right], axis=-1)",
            "joined = _buffers.setdefault((left.shape, left.dtype), np.empty((*left.shape[:-1], 2 * left.shape[-1]), left.dtype))\n    np.concatenate([left, right], axis=-1, out=joined)",
        ),
    ],
    "remembered-by-identity": [
        ("def trace_fusion(", "_cache = {}\n\n\ndef trace_fusion("),
        (
            "return FusionTrace(joined, summed, np.tanh(summed))",
            "key = id(left), id(right), id(weight), id(bias)\n    if key not in _cache:\n        _cache[key] = (FusionTrace(joined, summed, np.tanh(summed)), left, right, weight, bias)\n    return _cache[key][0]",
        ),
    ],
}
