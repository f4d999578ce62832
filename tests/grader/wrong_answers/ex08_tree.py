"""Wrong answers to exercise 8: each a mistake that somebody makes, as replacements in the solution's text."""

WRONG: dict[str, list[tuple[str, str]]] = {
    "levels-built-in-forward": [
        (
            "for level in self.levels:",
            "for level in [Fusion(l.linear.in_features // self.group, l.linear.out_features, self.group, l.norm is not None).to(outputs[0].dtype).train(self.training) for l in self.levels]:",
        )
    ],
    "levels-top-down": [("for level in self.levels:", "for level in [self.levels[0], *list(self.levels)[:0:-1]]:")],
    "output-scaled-twice": [("self.output.weight *= 0.1", "self.output.weight *= 0.01")],
    "only-the-bias-scaled": [("self.output.weight *= 0.1", "self.output.bias *= 0.1")],
    "output-tied-to-the-embedding": [
        (
            "self.output.weight *= 0.1  #",
            "self.output.weight *= 0.1\n            if embedding_dim == hidden_dim:\n                self.output.weight = self.embedding.weight  #",
        )
    ],
    "halves-joined": [
        (
            "outputs.append(level(outputs[-1]))",
            "x = outputs[-1]\n            outputs.append(level(torch.stack(x.chunk(self.group, 1), 2).flatten(1, 2)))",
        )
    ],
    "reversed-neighbours": [
        (
            "outputs.append(level(outputs[-1]))",
            "x = outputs[-1].unflatten(1, (-1, self.group)).flip(2).flatten(1, 2)\n            outputs.append(level(x))",
        )
    ],
    "reversed-window": [("[self.embedding(tokens)]", "[self.embedding(tokens.flip(1))]")],
    "shifted-window": [("[self.embedding(tokens)]", "[self.embedding(tokens.roll(1, 1))]")],
    "position-embedding": [
        ("[self.embedding(tokens)]", "[self.embedding(tokens) + torch.arange(self.context)[:, None] * 0.01]")
    ],
    "tanh-of-the-embedding": [("[self.embedding(tokens)]", "[torch.tanh(self.embedding(tokens))]")],
    "residual": [
        (
            "outputs.append(level(outputs[-1]))",
            "out = level(outputs[-1])\n            outputs.append(out + outputs[-1][:, -1] if out.dim() == 2 and out.shape[-1] == outputs[-1].shape[-1] else out)",
        )
    ],
    "embedding-frozen": [("[self.embedding(tokens)]", "[self.embedding(tokens).detach()]")],
    "in-evaluation-always": [("for level in self.levels:", "self.eval()\n        for level in self.levels:")],
    "never-normalised": [("Fusion(width, hidden_dim, group, normalize)", "Fusion(width, hidden_dim, group, False)")],
    "last-level-not-normalised": [
        (
            "for width in widths)",
            "for width in widths[:-1])\n        self.levels.append(Fusion(widths[-1], hidden_dim, group, False))",
        )
    ],
    "not-normalised-by-default": [("normalize: bool = True", "normalize: bool = False")],
    "another-default-group": [("group: int = 2", "group: int = 3")],
    "one-flat-level": [
        ("widths = [embedding_dim] + [hidden_dim] * (depth - 1)", "widths = [embedding_dim]"),
        ("Fusion(width, hidden_dim, group, normalize)", "Fusion(width, hidden_dim, context, normalize)"),
    ],
    "any-context": [("len(level_lengths(context, group)) - 1", "next(k for k in range(1, 99) if group**k >= context)")],
    "context-of-one-names-nothing": [
        ('f"context must be at least group {group}, got context {context}"', '"the window is too short"')
    ],
    "bad-context-names-nothing": [
        (
            "depth = len(",
            "if context not in [group**k for k in range(1, 20)]:\n            raise ValueError('this does not work')\n        depth = len(",
        )
    ],
    "bad-context-refused-in-forward": [
        (
            "depth = len(level_lengths(context, group)) - 1\n",
            "depth = next((k for k in range(1, 20) if group**k == context), 1)\n",
        )
    ],
    "group-of-one-accepted": [
        (
            "depth = len(level_lengths(context, group)) - 1",
            "depth = len(level_lengths(context, group)) - 1 if group > 1 else 1",
        )
    ],
    "multiples-of-the-context-accepted": [("tokens.shape[1] != self.context:", "tokens.shape[1] % self.context:")],
    "window-is-another-error": [('raise ValueError(f"tokens must be', 'raise IndexError(f"tokens must be')],
    "three-dimensions-accepted": [
        ("if tokens.dim() != 2 or", "tokens = tokens.flatten(0, -2)\n        if tokens.dim() != 2 or")
    ],
    "view-of-strided-tokens": [
        ("[self.embedding(tokens)]", "[self.embedding(tokens.view(-1)).view(len(tokens), self.context, -1)]")
    ],
    "root-with-a-time-axis": [
        ("return outputs", "return [*outputs[:-1], outputs[-1][:, None]]"),
        ("(tokens)[-1])", "(tokens)[-1][:, 0])"),
    ],
    "root-of-the-last-place-only": [
        (
            "(tokens)[-1])",
            "(tokens)[-2][:, -1]) if self.levels[0].linear.in_features == self.levels[-1].linear.in_features and len(self.levels) > 1 else self.output(self.level_outputs(tokens)[-1])",
        )
    ],
    "tokens-are-changed": [("return outputs", "tokens[:, 0] = 0\n        return outputs")],
    "noise": [
        (
            "return self.output(self.level_outputs(tokens)[-1])",
            "return self.output(nn.functional.dropout(self.level_outputs(tokens)[-1], 0.1))",
        )
    ],
    "kept-between-calls": [
        (
            "outputs = [self.embedding(tokens)]",
            "if getattr(self, 'kept', None) is not None and len(self.kept[0]) == len(tokens):\n            return self.kept\n        self.kept = outputs = [self.embedding(tokens)]",
        )
    ],
    "float32-inside": [
        (
            "return self.output(self.level_outputs(tokens)[-1])",
            "return self.output(self.level_outputs(tokens)[-1]).float()",
        )
    ],
    "a-norm-of-the-embedding": [
        (
            "[self.embedding(tokens)]",
            "[nn.functional.layer_norm(self.embedding(tokens), self.embedding.weight.shape[1:])]",
        )
    ],
    "an-extra-layer": [
        (
            "self.output = nn.Linear(hidden_dim, vocab_size)\n",
            "self.output = nn.Linear(hidden_dim, vocab_size)\n        self.hidden = nn.Linear(hidden_dim, hidden_dim)\n",
        ),
        (
            "self.output(self.level_outputs(tokens)[-1])",
            "self.output(torch.tanh(self.hidden(self.level_outputs(tokens)[-1])))",
        ),
    ],
    "output-scaled-by-the-width": [("self.output.weight *= 0.1", "self.output.weight /= hidden_dim ** 0.5")],
    "logits-clamped": [
        (
            "return self.output(self.level_outputs(tokens)[-1])",
            "return self.output(self.level_outputs(tokens)[-1]).clamp(-100, 100)",
        )
    ],
    "depth-at-most-eight": [
        ("self.levels = nn.ModuleList(", "depth = min(depth, 8)\n        self.levels = nn.ModuleList("),
        ("for width in widths)", "for width in widths[:8])"),
    ],
    "last-logits-remembered-for-the-same-windows": [
        (
            '        if tokens.dim() != 2 or tokens.shape[1] != self.context:\n            raise ValueError(f"tokens must be (B, {self.context}), got {tuple(tokens.shape)}")\n',
            '        if tokens.dim() != 2 or tokens.shape[1] != self.context:\n            raise ValueError(f"tokens must be (B, {self.context}), got {tuple(tokens.shape)}")\n        if not self.training and getattr(self, "seen", None) is not None and self.seen.shape == tokens.shape and torch.equal(self.seen, tokens):\n            return list(self.kept)\n',
        ),
        (
            "        return outputs\n",
            "        if not self.training:\n            self.seen, self.kept = tokens.clone(), list(outputs)\n        return outputs\n",
        ),
    ],
    # kept between two calls, or shared by two callers
    "logits-in-a-kept-tensor": [
        (
            "return self.output(self.level_outputs(tokens)[-1])",
            'y = self.output(self.level_outputs(tokens)[-1])\n        if self.training:\n            return y\n        if not hasattr(self, "_out") or self._out.shape != y.shape or self._out.dtype != y.dtype:\n            self._out = torch.empty_like(y.detach())\n        return self._out.copy_(y.detach())',
        )
    ],
    "no-gradients-in-evaluation": [
        (
            "return self.output(self.level_outputs(tokens)[-1])",
            "with torch.set_grad_enabled(self.training):\n            return self.output(self.level_outputs(tokens)[-1])",
        )
    ],
}
