"""Wrong answers to exercise 13 that the bank does not tell of: rare ones, odd ones, two mistakes at once."""

SCORES = "query @ key.mT / math.sqrt(query.shape[-1])"
WEIGHTS = "scores.masked_fill(later, -math.inf).softmax(dim=-1)"
RETURNED = "return weights @ value, weights"

WRONG: dict[str, list[tuple[str, str]]] = {
    "distances-for-products": [(SCORES, "-torch.cdist(query, key) / math.sqrt(query.shape[-1])")],
    "cosines-for-products": [(SCORES, SCORES.replace("query", "torch.nn.functional.normalize(query, dim=-1)"))],
    "scores-clamped": [(SCORES, f"({SCORES}).clamp(-50, 50)")],
    "weights-without-softmax": [(WEIGHTS, "scores.masked_fill(later, 0.0)")],
    "the-best-alone": [
        (WEIGHTS, "torch.eye(query.shape[-2], dtype=value.dtype)[scores.masked_fill(later, -math.inf).argmax(dim=-1)]")
    ],
    "a-window-of-two": [
        (WEIGHTS, "scores.masked_fill(later | torch.ones_like(later).tril(-2), -math.inf).softmax(dim=-1)")
    ],
    "the-first-position-left-out": [(RETURNED, "return (weights @ value)[..., 1:, :], weights")],
    "values-averaged": [(RETURNED, "return value.cumsum(-2) / torch.arange(1, query.shape[-2] + 1)[:, None], weights")],
    "residual-added": [(RETURNED, "return weights @ value + value, weights")],
    "dropout-on-the-weights": [(WEIGHTS, f"torch.nn.functional.dropout({WEIGHTS}, 0.1)")],
    "a-number-drawn": [(WEIGHTS, f"{WEIGHTS} + 0 * torch.rand(())")],
    "a-list-of-two": [(RETURNED, "return [weights @ value, weights]")],
    "numpy-arrays": [(RETURNED, "return (weights @ value).detach().numpy(), weights.detach().numpy()")],
    "value-changed": [(RETURNED, "out = weights @ value.clone()\n    value.data.zero_()\n    return out, weights")],
    "rounded": [(WEIGHTS, f"{WEIGHTS}.round(decimals=4)")],
    "weights-turned": [(RETURNED, "return weights @ value, weights.transpose(-2, -1)")],
    "batches-mixed": [(RETURNED, "return weights @ value.flip(0), weights")],
    "two-at-once-not-scaled-and-weights-first": [
        (SCORES, "query @ key.mT"),
        (RETURNED, "return weights, weights @ value"),
    ],
    "two-at-once-looks-ahead-and-cut-off": [(WEIGHTS, "scores.softmax(dim=-1).detach()")],
    "at-most-64-positions": [
        (
            "later = torch.ones_like(scores, dtype=torch.bool).triu(1)",
            "later = torch.ones(64, 64, dtype=torch.bool).triu(1)[: scores.shape[-1], : scores.shape[-1]]",
        ),
    ],
    "mask-for-16-positions": [
        (
            "later = torch.ones_like(scores, dtype=torch.bool).triu(1)",
            "later = torch.zeros_like(scores, dtype=torch.bool)\n    later[..., :16, :16] = torch.ones(16, 16, dtype=torch.bool).triu(1)[: scores.shape[-1], : scores.shape[-1]]",
        ),
    ],
    # kept between two calls, or shared by two callers
    "weights-in-a-kept-tensor": [
        ("\n\ndef causal_attention(", "\n\n_out = {}\n\n\ndef causal_attention("),
        (
            "return weights @ value, weights",
            "if weights.requires_grad:\n        return weights @ value, weights\n    kept = _out.setdefault((weights.shape, weights.dtype), weights.clone()).copy_(weights)\n    return kept @ value, kept",
        ),
    ],
    "remembered-by-identity": [
        ("\n\ndef causal_attention(", "\n\n_kept = {}\n\n\ndef causal_attention("),
        (
            "return weights @ value, weights",
            "if _kept.get('q') is not query or _kept.get('k') is not key or _kept.get('v') is not value:\n        _kept.update(q=query, k=key, v=value, r=(weights @ value, weights))\n    return _kept['r']",
        ),
    ],
}
