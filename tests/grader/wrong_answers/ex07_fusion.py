"""Wrong answers to exercise 7: each a mistake that somebody makes, as replacements in the solution's text."""

WRONG: dict[str, list[tuple[str, str]]] = {
    "norm-twice": [("fused = self.norm(fused)", "fused = self.norm(self.norm(fused))")],
    "norm-of-torch-turned-in-forward": [
        ("BatchNorm1d(out_features) if", "nn.BatchNorm1d(out_features) if"),
        ("fused = self.norm(fused)", "fused = self.norm(fused.mT).mT if fused.dim() == 3 else self.norm(fused)"),
    ],
    "tanh-twice": [("return torch.tanh(fused)", "return torch.tanh(torch.tanh(fused))")],
    "tanh-in-evaluation-only-with-norm": [
        ("return torch.tanh(fused)", "return torch.tanh(fused) if self.norm is not None or self.training else fused")
    ],
    "norm-skipped-where-one-group-is-left": [
        ("if self.norm is not None:", "if self.norm is not None and fused.dim() == 3:")
    ],
    "tanh-only-with-norm": [
        ("return torch.tanh(fused)", "return torch.tanh(fused) if self.norm is not None else fused")
    ],
    "another-default-group": [("group: int = 2", "group: int = 3")],
    "not-normalised-by-default": [("normalize: bool = True", "normalize: bool = False")],
    "squeeze-of-the-batch-axis": [("return torch.tanh(fused)", "return torch.tanh(fused).squeeze(0)")],
    "remainder-names-nothing": [
        (
            "fused = self.linear(self.flatten(x))",
            "if x.shape[1] % (self.linear.in_features // x.shape[2]):\n            raise ValueError('the time does not fit')\n        fused = self.linear(self.flatten(x))",
        )
    ],
    "group-of-zero-accepted": [
        ("self.flatten = FlattenConsecutive(group)", "self.flatten = FlattenConsecutive(max(group, 1))"),
        ("self.linear = nn.Linear(group *", "self.linear = nn.Linear(max(group, 1) *"),
    ],
    "group-of-zero-is-another-error": [
        ("self.flatten = ", "assert group >= 1, f'group {group}'\n        self.flatten = ")
    ],
    "group-of-zero-names-nothing": [
        ("self.flatten = ", "if group < 1:\n            raise ValueError('too small')\n        self.flatten = ")
    ],
    "two-dimensions-accepted": [
        (
            "fused = self.linear(self.flatten(x))",
            "fused = self.linear(self.flatten(x) if x.dim() == 3 else x.reshape(-1, self.linear.in_features))",
        )
    ],
    "detached-weight": [
        (
            "self.linear(self.flatten(x))",
            "nn.functional.linear(self.flatten(x), self.linear.weight.detach(), self.linear.bias)",
        )
    ],
    "x-is-changed": [
        (
            "fused = self.linear(self.flatten(x))",
            "fused = self.linear(self.flatten(x))\n        x.detach().clamp_(-1, 1)",
        )
    ],
    "flatten-result-joined-wrong-but-unused": [
        ("self.flatten = FlattenConsecutive(group)", "self.flatten = nn.Flatten(1)"),
        ("self.linear(self.flatten(x))", "self.linear(FlattenConsecutive(self.linear.in_features // x.shape[2])(x))"),
    ],
    "linear-in-a-list": [
        (
            "self.linear = nn.Linear(group * in_features, out_features, bias=not normalize)",
            "self.linear = [nn.Linear(group * in_features, out_features, bias=not normalize)]",
        ),
        ("self.linear(self", "self.linear[0](self"),
    ],
    "layer-made-in-forward": [
        (
            "self.linear(self.flatten(x))",
            "nn.Linear(self.linear.in_features, self.linear.out_features, bias=self.linear.bias is not None, dtype=x.dtype)(self.flatten(x))",
        )
    ],
    "noise": [("return torch.tanh(fused)", "return nn.functional.dropout(torch.tanh(fused), 0.1, self.training)")],
    "scaled-weight": [
        ("self.linear(self.flatten(x))", "self.linear(self.flatten(x)) / (self.linear.in_features ** 0.5)")
    ],
    "running-statistics-frozen": [
        (
            "fused = self.norm(fused)",
            "old = [b.clone() for b in self.norm.buffers()]\n            fused = self.norm(fused)\n            for b, o in zip(self.norm.buffers(), old):\n                b.data.copy_(o)",
        )
    ],
    "leaves-training": [("fused = self.norm(fused)", "fused = self.norm(fused)\n            self.eval()")],
    "another-eps": [("BatchNorm1d(out_features) if", "BatchNorm1d(out_features, eps=1.1e-5) if")],
    "another-momentum": [("BatchNorm1d(out_features) if", "BatchNorm1d(out_features, momentum=0.01) if")],
    "tanh-before-linear": [
        ("self.linear(self.flatten(x))", "self.linear(torch.tanh(self.flatten(x)))"),
        ("return torch.tanh(fused)", "return fused"),
    ],
    "tanh-overflows": [
        ("return torch.tanh(fused)", "return (fused.exp() - (-fused).exp()) / (fused.exp() + (-fused).exp())")
    ],
    "normalised-in-float32": [
        (
            "self.norm(fused)",
            "nn.functional.batch_norm(fused.float().reshape(-1, fused.shape[-1]), None, None, training=True).reshape(fused.shape).to(x.dtype)",
        )
    ],
    "residual": [
        (
            "return torch.tanh(fused)",
            "return torch.tanh(fused) + (x[:, :: self.linear.in_features // x.shape[2]].reshape(fused.shape) if x.shape[2] == fused.shape[-1] else 0)",
        )
    ],
    "neighbours-averaged": [
        (
            "self.linear(self.flatten(x))",
            "self.linear(self.flatten(x).unflatten(-1, (-1, x.shape[2])).mean(-2).repeat_interleave(self.linear.in_features // x.shape[2], -1))",
        )
    ],
    "cut-off-in-evaluation": [
        ("return torch.tanh(fused)", "return torch.tanh(fused if self.training else fused.detach())")
    ],
    # kept between two calls, or shared by two callers
    "norm-cut-off-in-evaluation": [
        ("fused = self.norm(fused)", "fused = self.norm(fused) if self.training else self.norm(fused.detach())")
    ],
    "written-into-a-kept-tensor": [
        (
            "return torch.tanh(fused)",
            'y = torch.tanh(fused)\n        if self.training or x.requires_grad:\n            return y\n        if not hasattr(self, "_out") or self._out.shape != y.shape or self._out.dtype != y.dtype:\n            self._out = torch.empty_like(y.detach())\n        return self._out.copy_(y.detach())',
        )
    ],
    "flatten-of-the-newest-layer": [
        ("    def __init__", "    _flat: list = []\n\n    def __init__"),
        (
            "self.flatten = FlattenConsecutive(group)",
            "self._flat.append(FlattenConsecutive(group))\n        self.flatten = FlattenConsecutive(group)",
        ),
        ("fused = self.linear(self.flatten(x))", "fused = self.linear(self._flat[-1](x))"),
    ],
}
