"""Wrong answers to exercise 7: each a mistake that somebody makes, as replacements in the solution's text."""

WRONG: dict[str, list[tuple[str, str]]] = {
    "norm-after-tanh": [
        (
            "        fused = self.linear(self.flatten(x))\n",
            "        fused = torch.tanh(self.linear(self.flatten(x)))\n",
        ),
        ("fused = self.norm(fused)\n        return torch.tanh(fused)", "return self.norm(fused)\n        return fused"),
    ],
    "norm-before-linear": [
        ("BatchNorm1d(out_features) if", "BatchNorm1d(group * in_features) if"),
        ("fused = self.linear(self.flatten(x))", "fused = self.flatten(x)"),
        ("fused = self.norm(fused)", "fused = self.norm(fused)\n        fused = self.linear(fused)"),
    ],
    "norm-missing": [("fused = self.norm(fused)", "pass")],
    "norm-in-training-only": [("if self.norm is not None:", "if self.norm is not None and self.training:")],
    "norm-twice": [("fused = self.norm(fused)", "fused = self.norm(self.norm(fused))")],
    "norm-always": [("BatchNorm1d(out_features) if normalize else None", "BatchNorm1d(out_features)")],
    "norm-is-an-identity": [("if normalize else None", "if normalize else nn.Identity()")],
    "norm-of-torch": [("BatchNorm1d(out_features) if", "nn.BatchNorm1d(out_features) if")],
    "norm-of-torch-turned-in-forward": [
        ("BatchNorm1d(out_features) if", "nn.BatchNorm1d(out_features) if"),
        ("fused = self.norm(fused)", "fused = self.norm(fused.mT).mT if fused.dim() == 3 else self.norm(fused)"),
    ],
    "layer-norm": [("BatchNorm1d(out_features) if", "nn.LayerNorm(out_features) if")],
    "normalised-by-hand": [
        (
            "fused = self.norm(fused)",
            "fused = (fused - fused.mean(tuple(range(fused.dim() - 1)))) / (fused.var(tuple(range(fused.dim() - 1)), correction=0) + 1e-5).sqrt()",
        )
    ],
    "norm-of-each-place": [
        (
            "fused = self.norm(fused)",
            "fused = self.norm(fused) if fused.dim() == 2 else torch.stack([self.norm(row) for row in fused.unbind(1)], 1)",
        )
    ],
    "bias-before-the-norm": [(", bias=not normalize)", ")")],
    "never-a-bias": [("bias=not normalize", "bias=False")],
    "bias-the-other-way": [("bias=not normalize", "bias=normalize")],
    "no-tanh": [("return torch.tanh(fused)", "return fused")],
    "relu": [("return torch.tanh(fused)", "return torch.relu(fused)")],
    "sigmoid": [("return torch.tanh(fused)", "return torch.sigmoid(fused)")],
    "tanh-twice": [("return torch.tanh(fused)", "return torch.tanh(torch.tanh(fused))")],
    "tanh-only-with-norm": [
        ("return torch.tanh(fused)", "return torch.tanh(fused) if self.norm is not None else fused")
    ],
    "group-of-two-always": [
        ("self.flatten = FlattenConsecutive(group)", "self.flatten = FlattenConsecutive(2)"),
        ("self.linear = nn.Linear(group *", "self.linear = nn.Linear(2 *"),
    ],
    "another-default-group": [("group: int = 2", "group: int = 3")],
    "not-normalised-by-default": [("normalize: bool = True", "normalize: bool = False")],
    "newest-first": [
        (
            "fused = self.linear(self.flatten(x))",
            "fused = self.linear(self.flatten(x.flip(1)))\n        fused = fused.flip(1) if fused.dim() == 3 else fused",
        )
    ],
    "channels-interleaved": [
        (
            "fused = self.linear(self.flatten(x))",
            "f = self.flatten(x)\n        fused = self.linear(f.unflatten(-1, (-1, x.shape[2])).transpose(-1, -2).flatten(-2))",
        )
    ],
    "halves-joined": [
        (
            "fused = self.linear(self.flatten(x))",
            "self.flatten(x)\n        g = self.linear.in_features // x.shape[2]\n        fused = self.linear(torch.cat(x.chunk(g, 1), -1))\n        fused = fused[:, 0] if fused.shape[1] == 1 else fused",
        )
    ],
    "kernel-read-as-a-linear-row": [
        (
            "fused = self.linear(self.flatten(x))",
            "self.flatten(x)\n        g = self.linear.in_features // x.shape[2]\n        fused = nn.functional.conv1d(x.mT, self.linear.weight.reshape(-1, x.shape[2], g), self.linear.bias, stride=g).mT\n        fused = fused[:, 0] if fused.shape[1] == 1 else fused",
        )
    ],
    "stride-one": [
        (
            "fused = self.linear(self.flatten(x))",
            "self.flatten(x)\n        g = self.linear.in_features // x.shape[2]\n        fused = self.linear(x.unfold(1, g, 1).mT.flatten(2))\n        fused = fused[:, 0] if fused.shape[1] == 1 else fused",
        )
    ],
    "time-axis-stays": [
        ("return torch.tanh(fused)", "return torch.tanh(fused if fused.dim() == 3 else fused[:, None])")
    ],
    "squeeze-drops-a-batch-of-one": [("return torch.tanh(fused)", "return torch.tanh(fused).squeeze()")],
    "squeeze-of-the-batch-axis": [("return torch.tanh(fused)", "return torch.tanh(fused).squeeze(0)")],
    "view-of-strided-input": [
        ("fused = self.linear(self.flatten(x))", "x.view(-1)\n        fused = self.linear(self.flatten(x))")
    ],
    "remainder-dropped": [
        (
            "self.linear(self.flatten(x))",
            "self.linear(self.flatten(x[:, : x.shape[1] - x.shape[1] % (self.linear.in_features // x.shape[-1])]))",
        )
    ],
    "remainder-is-another-error": [
        (
            "fused = self.linear(self.flatten(x))",
            "assert x.shape[1] % (self.linear.in_features // x.shape[2]) == 0\n        fused = self.linear(self.flatten(x))",
        )
    ],
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
    "detached-below": [("self.flatten(x))", "self.flatten(x.detach()))")],
    "detached-weight": [
        (
            "self.linear(self.flatten(x))",
            "nn.functional.linear(self.flatten(x), self.linear.weight.detach(), self.linear.bias)",
        )
    ],
    "float32-inside": [("return torch.tanh(fused)", "return torch.tanh(fused.float())")],
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
    "convolution-as-linear": [
        (
            "self.linear = nn.Linear(group * in_features, out_features, bias=not normalize)",
            "self.linear = nn.Conv1d(in_features, out_features, group, stride=group, bias=not normalize)",
        ),
        (
            "fused = self.linear(self.flatten(x))",
            "self.flatten(x)\n        fused = self.linear(x.mT).mT\n        fused = fused[:, 0] if fused.shape[1] == 1 else fused",
        ),
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
}
