"""Wrong answers to exercise 6: each a mistake that somebody makes, as replacements in the solution's text."""

WRONG: dict[str, list[tuple[str, str]]] = {
    "unbiased-normalises": [
        ("x.var(axes, correction=0)", "x.var(axes)"),
        ("variance * values / (values - 1)", "variance"),
    ],
    "biased-is-remembered": [("variance * values / (values - 1)", "variance")],
    "variances-swapped": [
        ("x.var(axes, correction=0)", "x.var(axes)"),
        ("variance * values / (values - 1)", "variance * (values - 1) / values"),
    ],
    "correction-by-the-batch-size": [("variance * values / (values - 1)", "variance * len(x) / max(len(x) - 1, 1)")],
    "eps-outside-the-root": [("torch.sqrt(variance + self.eps)", "(torch.sqrt(variance) + self.eps)")],
    "no-eps": [("torch.sqrt(variance + self.eps)", "torch.sqrt(variance)")],
    "eps-ignored": [("self.eps = eps", "self.eps = 1e-5")],
    "another-default-eps": [("eps: float = 1e-5", "eps: float = 1e-6")],
    "no-root": [("torch.sqrt(variance + self.eps)", "(variance + self.eps)")],
    "over-the-batch-only": [
        ("values = x.numel() // x.shape[-1]", "values = len(x)"),
        ("axes = tuple(range(x.dim() - 1))", "axes = (0,)"),
        (
            "self.running_mean.lerp_(mean, self.momentum)",
            "self.running_mean.lerp_(mean.reshape(-1, x.shape[-1]).mean(0), self.momentum)",
        ),
        (
            "self.running_var.lerp_(variance * values / (values - 1), self.momentum)",
            "self.running_var.lerp_(variance.reshape(-1, x.shape[-1]).mean(0) * values / (values - 1), self.momentum)",
        ),
    ],
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
    "over-everything": [
        (
            "mean, variance = x.mean(axes), x.var(axes, correction=0)",
            "mean, variance = x.mean().expand(x.shape[-1]), x.var(correction=0).expand(x.shape[-1])",
        )
    ],
    "channels-in-the-middle": [
        (
            "mean, variance = self.running_mean, self.running_var",
            "return nn.functional.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, self.training, self.momentum, self.eps)",
        ),
    ],
    "channels-in-the-middle-where-they-fit": [
        (
            "mean, variance = self.running_mean, self.running_var",
            "if x.dim() == 3 and x.shape[1] == x.shape[2]:\n            return nn.functional.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, self.training, self.momentum, self.eps)\n        mean, variance = self.running_mean, self.running_var",
        ),
    ],
    "detached-statistics": [
        ("x.mean(axes), x.var(axes, correction=0)", "x.mean(axes).detach(), x.var(axes, correction=0).detach()")
    ],
    "detached-variance": [("x.var(axes, correction=0)", "x.var(axes, correction=0).detach()")],
    "detached-input": [("return (x - mean)", "return (x.detach() - mean.detach())")],
    "momentum-the-other-way": [
        ("(mean, self.momentum)", "(mean, 1 - self.momentum)"),
        ("(values - 1), self.momentum)", "(values - 1), 1 - self.momentum)"),
    ],
    "momentum-ignored": [("self.momentum = momentum", "self.momentum = 0.1")],
    "another-default-momentum": [("momentum: float = 0.1", "momentum: float = 0.01")],
    "running-variance-forgotten": [("self.running_var.lerp_(variance * values / (values - 1), self.momentum)", "pass")],
    "running-statistics-replaced-by-the-batch": [
        ("(mean, self.momentum)", "(mean, 1.0)"),
        ("(values - 1), self.momentum)", "(values - 1), 1.0)"),
    ],
    "running-standard-deviation": [
        ("variance * values / (values - 1), self", "(variance * values / (values - 1)).sqrt(), self")
    ],
    "running-statistics-normalise-in-training": [
        (
            "return (x - mean)",
            "mean, variance = self.running_mean.clone(), self.running_var.clone()\n        return (x - mean)",
        )
    ],
    "updates-in-evaluation": [
        ("if self.training:", "if self.training or x.numel() // x.shape[-1] > 1:"),
        (
            "mean, variance = x.mean(axes), x.var(axes, correction=0)",
            "if self.training:\n                mean, variance = x.mean(axes), x.var(axes, correction=0)\n            batch_mean, batch_var = x.mean(axes), x.var(axes, correction=0)",
        ),
        ("lerp_(mean,", "lerp_(batch_mean,"),
        ("lerp_(variance *", "lerp_(batch_var *"),
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
    "not-buffers": [
        (
            'self.register_buffer("running_mean", torch.zeros(num_features))',
            "self.running_mean = torch.zeros(num_features)",
        ),
        (
            'self.register_buffer("running_var", torch.ones(num_features))',
            "self.running_var = torch.ones(num_features)",
        ),
    ],
    "not-in-the-state-dict": [
        (
            '"running_mean", torch.zeros(num_features))',
            '"running_mean", torch.zeros(num_features), persistent=False)',
        ),
        ('"running_var", torch.ones(num_features))', '"running_var", torch.ones(num_features), persistent=False)'),
    ],
    "running-statistics-are-parameters": [
        (
            'self.register_buffer("running_mean", torch.zeros(num_features))',
            "self.running_mean = nn.Parameter(torch.zeros(num_features))",
        ),
        (
            'self.register_buffer("running_var", torch.ones(num_features))',
            "self.running_var = nn.Parameter(torch.ones(num_features))",
        ),
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
    "bias-before-weight": [
        (
            "/ torch.sqrt(variance + self.eps) * self.weight + self.bias",
            "/ torch.sqrt(variance + self.eps) * self.weight + self.bias * self.weight",
        )
    ],
    "no-scale-in-evaluation": [("* self.weight + self.bias", "* (self.weight if self.training else 1) + self.bias")],
    "running-statistics-in-autograd": [
        (
            "with torch.no_grad():\n                self.running_mean.lerp_(mean, self.momentum)\n                self.running_var.lerp_(variance * values / (values - 1), self.momentum)",
            "self.running_mean = torch.lerp(self.running_mean, mean, self.momentum)\n            self.running_var = torch.lerp(self.running_var, variance * values / (values - 1), self.momentum)",
        )
    ],
    "view-of-strided-input": [("if self.training:", "x.view(-1, x.shape[-1])\n        if self.training:")],
    "float32-inside": [("return (x - mean)", "x = x.float()\n        return (x - mean)")],
    "statistics-in-float32": [
        (
            "x.mean(axes), x.var(axes, correction=0)",
            "x.float().mean(axes).to(x.dtype), x.float().var(axes, correction=0).to(x.dtype)",
        )
    ],
    "one-value-accepted": [("if values < 2:", "if values < 1:"), ("/ (values - 1)", "/ max(values - 1, 1)")],
    "one-value-refused-in-evaluation": [
        (
            "mean, variance = self.running_mean, self.running_var\n",
            "mean, variance = self.running_mean, self.running_var\n        if x.numel() == x.shape[-1]:\n            raise ValueError('one value')\n",
        )
    ],
    "one-row-refused-though-time-gives-values": [("if values < 2:", "if len(x) < 2:")],
    "one-value-is-another-error": [('raise ValueError(f"training', 'raise RuntimeError(f"training')],
    "channel-count-unchecked": [
        ("if x.dim() not in (2, 3) or x.shape[-1] != len(self.weight):", "if x.dim() not in (2, 3):")
    ],
    "channel-count-checked-where-broadcasting-fails": [
        (
            "or x.shape[-1] != len(self.weight):",
            "or (x.shape[-1] != len(self.weight) and min(x.shape[-1], len(self.weight)) > 1):",
        )
    ],
    "channel-count-checked-in-training-only": [
        ("or x.shape[-1] != len(self.weight):", "or (self.training and x.shape[-1] != len(self.weight)):")
    ],
    "channel-count-is-an-assertion": [('raise ValueError(f"x must', 'raise AssertionError(f"x must')],
    "error-names-nothing": [('got {tuple(x.shape)}")\n        mean', 'got another")\n        mean')],
    "x-is-changed": [
        (
            "return (x - mean)",
            "with torch.no_grad():\n            x.sub_(mean)\n            mean = 0 * mean\n        return (x - mean)",
        )
    ],
    "noise": [("return (x - mean)", "torch.rand(1)\n        return (x - mean)")],
    "leaves-training": [("with torch.no_grad():\n", "self.eval()\n            with torch.no_grad():\n")],
}
