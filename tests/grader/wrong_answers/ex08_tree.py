"""Wrong answers to exercise 8: each a mistake that somebody makes, as replacements in the solution's text."""

WRONG: dict[str, list[tuple[str, str]]] = {
    "one-layer-for-all-levels": [
        (
            "self.levels = nn.ModuleList(Fusion(width, hidden_dim, group, normalize) for width in widths)",
            "first = Fusion(widths[0], hidden_dim, group, normalize)\n        shared = Fusion(hidden_dim, hidden_dim, group, normalize)\n        self.levels = nn.ModuleList([first] + [shared] * (depth - 1))",
        )
    ],
    "levels-in-a-python-list": [
        (
            "nn.ModuleList(Fusion(width, hidden_dim, group, normalize) for width in widths)",
            "[Fusion(width, hidden_dim, group, normalize) for width in widths]",
        )
    ],
    "levels-in-a-sequential": [
        (
            "nn.ModuleList(Fusion(width, hidden_dim, group, normalize) for width in widths)",
            "nn.Sequential(*(Fusion(width, hidden_dim, group, normalize) for width in widths))",
        )
    ],
    "levels-built-in-forward": [
        (
            "for level in self.levels:",
            "for level in [Fusion(l.linear.in_features // self.group, l.linear.out_features, self.group, l.norm is not None).to(outputs[0].dtype).train(self.training) for l in self.levels]:",
        )
    ],
    "levels-top-down": [("for level in self.levels:", "for level in [self.levels[0], *list(self.levels)[:0:-1]]:")],
    "output-not-scaled": [("self.output.weight *= 0.1", "pass")],
    "output-scaled-twice": [("self.output.weight *= 0.1", "self.output.weight *= 0.01")],
    "bias-scaled-as-well": [
        ("self.output.weight *= 0.1", "self.output.weight *= 0.1\n            self.output.bias *= 0.1")
    ],
    "bias-starts-at-zero": [
        ("self.output.weight *= 0.1", "self.output.weight *= 0.1\n            self.output.bias.zero_()")
    ],
    "only-the-bias-scaled": [("self.output.weight *= 0.1", "self.output.bias *= 0.1")],
    "logits-scaled-instead": [
        ("self.output.weight *= 0.1", "pass"),
        (
            "return self.output(self.level_outputs(tokens)[-1])",
            "return 0.1 * self.output(self.level_outputs(tokens)[-1])",
        ),
    ],
    "embedding-scaled-instead": [("self.output.weight *= 0.1", "self.embedding.weight *= 0.1")],
    "no-output-bias": [
        (
            "nn.Linear(hidden_dim, vocab_size)\n        with",
            "nn.Linear(hidden_dim, vocab_size, bias=False)\n        with",
        )
    ],
    "output-tied-to-the-embedding": [
        (
            "self.output.weight *= 0.1  #",
            "self.output.weight *= 0.1\n            if embedding_dim == hidden_dim:\n                self.output.weight = self.embedding.weight  #",
        )
    ],
    "probabilities-instead-of-logits": [
        (
            "return self.output(self.level_outputs(tokens)[-1])",
            "return self.output(self.level_outputs(tokens)[-1]).softmax(-1)",
        )
    ],
    "log-probabilities": [
        (
            "return self.output(self.level_outputs(tokens)[-1])",
            "return self.output(self.level_outputs(tokens)[-1]).log_softmax(-1)",
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
    "padding-index": [
        (
            "self.embedding = nn.Embedding(vocab_size, embedding_dim)",
            "self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)",
        )
    ],
    "embedding-frozen": [("[self.embedding(tokens)]", "[self.embedding(tokens).detach()]")],
    "levels-detached": [("level(outputs[-1])", "level(outputs[-1].detach())")],
    "in-evaluation-always": [("for level in self.levels:", "self.eval()\n        for level in self.levels:")],
    "normalised-twice-in-training": [
        (
            "return self.output(self.level_outputs(tokens)[-1])",
            "self.level_outputs(tokens)\n        return self.output(self.level_outputs(tokens)[-1])",
        )
    ],
    "normalize-ignored": [("Fusion(width, hidden_dim, group, normalize)", "Fusion(width, hidden_dim, group)")],
    "never-normalised": [("Fusion(width, hidden_dim, group, normalize)", "Fusion(width, hidden_dim, group, False)")],
    "last-level-not-normalised": [
        (
            "for width in widths)",
            "for width in widths[:-1])\n        self.levels.append(Fusion(widths[-1], hidden_dim, group, False))",
        )
    ],
    "not-normalised-by-default": [("normalize: bool = True", "normalize: bool = False")],
    "group-ignored": [
        ("Fusion(width, hidden_dim, group, normalize)", "Fusion(width, hidden_dim, normalize=normalize)")
    ],
    "another-default-group": [("group: int = 2", "group: int = 3")],
    "one-level-too-few": [
        (
            "widths = [embedding_dim] + [hidden_dim] * (depth - 1)",
            "widths = [embedding_dim] + [hidden_dim] * max(depth - 2, 0)",
        )
    ],
    "one-flat-level": [
        ("widths = [embedding_dim] + [hidden_dim] * (depth - 1)", "widths = [embedding_dim]"),
        ("Fusion(width, hidden_dim, group, normalize)", "Fusion(width, hidden_dim, context, normalize)"),
    ],
    "embedding-width-everywhere": [("[embedding_dim] + [hidden_dim] * (depth - 1)", "[embedding_dim] * depth")],
    "hidden-width-from-the-start": [
        (
            "self.embedding = nn.Embedding(vocab_size, embedding_dim)",
            "self.embedding = nn.Embedding(vocab_size, hidden_dim)",
        ),
        ("[embedding_dim] + [hidden_dim] * (depth - 1)", "[hidden_dim] * depth"),
    ],
    "depth-by-logarithm": [
        ("import torch\n", "import math\n\nimport torch\n"),
        ("len(level_lengths(context, group)) - 1", "(level_lengths(context, group), int(math.log(context, group)))[1]"),
    ],
    "any-context": [("len(level_lengths(context, group)) - 1", "next(k for k in range(1, 99) if group**k >= context)")],
    "context-of-one-accepted": [
        (
            '        if depth < 1:\n            raise ValueError(f"context must be at least group {group}, got context {context}")\n',
            "",
        )
    ],
    "context-of-one-names-nothing": [
        ('f"context must be at least group {group}, got context {context}"', '"the window is too short"')
    ],
    "bad-context-is-another-error": [
        (
            "depth = len(",
            "assert context > 0 and context in [group**k for k in range(1, 20)], context\n        depth = len(",
        )
    ],
    "bad-context-names-nothing": [
        (
            "depth = len(",
            "if context not in [group**k for k in range(1, 20)]:\n            raise ValueError('this does not work')\n        depth = len(",
        )
    ],
    "bad-context-named-without-its-value": [
        (
            "depth = len(",
            "if context not in [group**k for k in range(1, 20)]:\n            raise ValueError('context is no power of group')\n        depth = len(",
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
    "window-unchecked": [("if tokens.dim() != 2 or tokens.shape[1] != self.context:", "if tokens.dim() != 2:")],
    "longer-window-cut": [
        ("tokens.shape[1] != self.context:", "tokens.shape[1] < self.context:"),
        ("[self.embedding(tokens)]", "[self.embedding(tokens[:, -self.context :])]"),
    ],
    "multiples-of-the-context-accepted": [("tokens.shape[1] != self.context:", "tokens.shape[1] % self.context:")],
    "window-is-another-error": [('raise ValueError(f"tokens must be', 'raise IndexError(f"tokens must be')],
    "window-error-names-nothing": [("got {tuple(tokens.shape)}", "got another length")],
    "one-dimension-accepted": [
        (
            "if tokens.dim() != 2 or",
            "tokens = tokens[None] if tokens.dim() == 1 else tokens\n        if tokens.dim() != 2 or",
        )
    ],
    "three-dimensions-accepted": [
        ("if tokens.dim() != 2 or", "tokens = tokens.flatten(0, -2)\n        if tokens.dim() != 2 or")
    ],
    "squeeze-drops-a-batch-of-one": [
        (
            "return self.output(self.level_outputs(tokens)[-1])",
            "return self.output(self.level_outputs(tokens)[-1]).squeeze()",
        )
    ],
    "view-of-strided-tokens": [
        ("[self.embedding(tokens)]", "[self.embedding(tokens.view(-1)).view(len(tokens), self.context, -1)]")
    ],
    "levels-without-the-embedding": [("return outputs", "return outputs[1:]")],
    "levels-as-a-tuple": [("return outputs", "return tuple(outputs)")],
    "levels-with-the-logits": [
        ("return outputs", "return [*outputs, self.output(outputs[-1])]"),
        ("(tokens)[-1])", "(tokens)[-2])"),
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
    "attributes-missing": [
        ("        self.context = context\n        self.group = group\n", "        self._context = context\n"),
        ("tokens.shape[1] != self.context", "tokens.shape[1] != self._context"),
        ("(B, {self.context})", "(B, {self._context})"),
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
}
