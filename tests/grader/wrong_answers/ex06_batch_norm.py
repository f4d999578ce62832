"""Wrong answers to exercise 6 that the bank does not tell of: rare ones, odd ones, two mistakes at once."""

WRONG: dict[str, list[tuple[str, str]]] = {
    "channels-in-the-middle-where-only-they-fit": [
        (
            "if x.dim() not in (2, 3) or",
            "if x.dim() == 3 and x.shape[1] == len(self.weight) != x.shape[2]:\n            return self(x.mT).mT\n"
            "        if x.dim() not in (2, 3) or",
        )
    ],
    "momentum-of-zero-taken-for-none": [("self.momentum = momentum", "self.momentum = momentum or 0.1")],
    "correction-by-the-batch-size": [("variance * values / (values - 1)", "variance * len(x) / max(len(x) - 1, 1)")],
    "another-default-eps": [("eps: float = 1e-5", "eps: float = 1e-6")],
    "over-the-channels": [
        (
            "mean, variance = x.mean(axes), x.var(axes, correction=0)",
            "mean, variance = x.mean(-1, keepdim=True), x.var(-1, correction=0, keepdim=True)",
        ),
        ("self.running_mean.lerp_(mean, self.momentum)", "self.running_mean.lerp_(x.mean(axes), self.momentum)"),
        (
            "self.running_var.lerp_(variance * values / (values - 1), self.momentum)",
            "self.running_var.lerp_(x.var(axes), self.momentum)",
        ),
    ],
    "channels-in-the-middle-where-they-fit": [
        (
            "mean, variance = self.running_mean, self.running_var",
            "if x.dim() == 3 and x.shape[1] == x.shape[2]:\n            return nn.functional.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, self.training, self.momentum, self.eps)\n        mean, variance = self.running_mean, self.running_var",
        ),
    ],
    "detached-variance": [("x.var(axes, correction=0)", "x.var(axes, correction=0).detach()")],
    "detached-input": [("return (x - mean)", "return (x.detach() - mean.detach())")],
    "another-default-momentum": [("momentum: float = 0.1", "momentum: float = 0.01")],
    "running-standard-deviation": [
        ("variance * values / (values - 1), self", "(variance * values / (values - 1)).sqrt(), self")
    ],
    "batch-statistics-in-evaluation": [
        (
            "mean, variance = self.running_mean, self.running_var\n        if self.training:",
            "if self.training or x.numel() > x.shape[-1]:",
        ),
        (
            "with torch.no_grad():\n                self",
            "with torch.no_grad():\n              if self.training:\n                self",
        ),
        (
            "return (x - mean)",
            "else:\n            mean, variance = self.running_mean, self.running_var\n        return (x - mean)",
        ),
    ],
    "not-in-the-state-dict": [
        (
            '"running_mean", torch.zeros(num_features))',
            '"running_mean", torch.zeros(num_features), persistent=False)',
        ),
        ('"running_var", torch.ones(num_features))', '"running_var", torch.ones(num_features), persistent=False)'),
    ],
    "weight-is-a-buffer": [
        (
            "self.weight = nn.Parameter(torch.ones(num_features))",
            'self.register_buffer("weight", torch.ones(num_features))',
        )
    ],
    "weight-starts-at-zero": [("self.weight = nn.Parameter(torch.ones(", "self.weight = nn.Parameter(torch.zeros(")],
    "running-variance-starts-at-zero": [('"running_var", torch.ones(', '"running_var", torch.zeros(')],
    "statistics-of-shape-1-1-c": [
        (
            '"running_mean", torch.zeros(num_features))',
            '"running_mean", torch.zeros(1, 1, num_features))',
        ),
        ('"running_var", torch.ones(num_features))', '"running_var", torch.ones(1, 1, num_features))'),
    ],
    "no-weight": [(" * self.weight + self.bias", " + self.bias")],
    "no-scale-in-evaluation": [("* self.weight + self.bias", "* (self.weight if self.training else 1) + self.bias")],
    "float32-inside": [("return (x - mean)", "x = x.float()\n        return (x - mean)")],
    "statistics-in-float32": [
        (
            "x.mean(axes), x.var(axes, correction=0)",
            "x.float().mean(axes).to(x.dtype), x.float().var(axes, correction=0).to(x.dtype)",
        )
    ],
    "one-value-is-another-error": [('raise ValueError(f"training', 'raise RuntimeError(f"training')],
    "channel-count-checked-where-broadcasting-fails": [
        (
            "or x.shape[-1] != len(self.weight):",
            "or (x.shape[-1] != len(self.weight) and min(x.shape[-1], len(self.weight)) > 1):",
        )
    ],
    "channel-count-checked-in-training-only": [
        ("or x.shape[-1] != len(self.weight):", "or (self.training and x.shape[-1] != len(self.weight)):")
    ],
    "noise": [("return (x - mean)", "torch.rand(1)\n        return (x - mean)")],
    "leaves-training": [("with torch.no_grad():\n", "self.eval()\n            with torch.no_grad():\n")],
    "parent-not-initialised": [("super().__init__()", "pass")],
    "two-at-once-momentum-turned-and-biased": [
        ("(mean, self.momentum)", "(mean, 1 - self.momentum)"),
        ("variance * values / (values - 1), self.momentum)", "variance, 1 - self.momentum)"),
    ],
    "two-at-once-mode-ignored-and-no-check": [
        ("if self.training:", "if True:"),
        ("if values < 2:", "if values < 1:"),
        ("/ (values - 1)", "/ max(values - 1, 1)"),
    ],
    "two-at-once-not-buffers-and-not-shifted": [
        ('self.register_buffer("running_mean", torch.zeros(num_features))', "self.running_mean = torch.zeros(1)"),
        (" * self.weight + self.bias", " * self.weight"),
    ],
    # kept between two calls, or shared by two callers
    "variance-from-the-mean-of-squares": [
        (
            "mean, variance = x.mean(axes), x.var(axes, correction=0)",
            "mean = x.mean(axes)\n            variance = (x * x).mean(axes) - mean * mean",
        )
    ],
    "running-variance-from-the-mean-of-squares": [
        (
            "variance * values / (values - 1), self.momentum",
            "((x * x).mean(axes) - x.mean(axes) ** 2) * values / (values - 1), self.momentum",
        )
    ],
    "remembered-by-identity": [
        (
            "return (x - mean) / torch.sqrt(variance + self.eps) * self.weight + self.bias",
            'y = (x - mean) / torch.sqrt(variance + self.eps) * self.weight + self.bias\n        if getattr(self, "_x", None) is not x:\n            self._x, self._y = x, y\n        return self._y',
        )
    ],
}
