"""Wrong answers to exercise 4 that the bank does not tell of: rare ones, odd ones, two mistakes at once."""

EMBEDDING = "self.embedding = nn.Embedding(vocab_size, embedding_dim)"
HIDDEN = "self.hidden = nn.Linear(context * embedding_dim, hidden_dim)"
OUTPUT = "self.output = nn.Linear(hidden_dim, vocab_size)"
CHECK = "if tokens.dim() != 2 or tokens.shape[1] != self.context:"
JOINED = "self.embedding(tokens).flatten(1)"
RESULT = "self.output(torch.tanh(self.hidden(joined)))"

WRONG: dict[str, list[tuple[str, str]]] = {
    "leaves-training": [(f"return {RESULT}", f"self.eval()\n        return {RESULT}")],
    "last-embedding-cut-off": [
        (JOINED, "torch.cat([self.embedding(tokens[:, :-1]), self.embedding(tokens[:, -1:]).detach()], 1).flatten(1)")
    ],
    "embeddings-added": [
        (JOINED, "self.embedding(tokens).sum(1).repeat(1, self.context)"),
    ],
    "last-character-only": [(JOINED, "self.embedding(tokens[:, -1:]).repeat(1, self.context, 1).flatten(1)")],
    "predictions": [(RESULT, f"{RESULT}.argmax(-1)")],
    "hidden-detached": [(RESULT, "self.output(torch.tanh(self.hidden(joined)).detach())")],
    "hidden-layer-twice": [
        (OUTPUT, f"{OUTPUT}\n        self.more = nn.Linear(hidden_dim, hidden_dim)"),
        (RESULT, "self.output(torch.tanh(self.more(torch.tanh(self.hidden(joined)))))"),
    ],
    "unused-layer": [(OUTPUT, f"{OUTPUT}\n        self.more = nn.Linear(hidden_dim, hidden_dim)")],
    "dropout": [(RESULT, "self.output(nn.functional.dropout(torch.tanh(self.hidden(joined)), 0.5, self.training))")],
    "normalised": [
        (RESULT, "self.output(torch.tanh(nn.functional.layer_norm(self.hidden(joined), self.hidden.bias.shape)))")
    ],
    "only-longer-windows-refused": [
        (CHECK, "if tokens.shape[1] > self.context:"),
        (JOINED, "nn.functional.pad(self.embedding(tokens), (0, 0, self.context - tokens.shape[1], 0)).flatten(1)"),
    ],
    "tokens-changed": [(JOINED, "self.embedding(tokens.clamp_(min=1)).flatten(1)")],
    "window-slides-in-place": [
        (
            f"return {RESULT}",
            f"logits = {RESULT}\n        tokens[:, 0] = 0\n        tokens[:, -1] = 1\n        return logits",
        )
    ],
    "draws-from-the-global-generator": [
        (JOINED, "self.embedding(tokens).flatten(1) + 0 * torch.rand(1, dtype=self.output.weight.dtype)")
    ],
    "remembers-the-last-call": [
        (OUTPUT, f"{OUTPUT}\n        self.last = 0.0"),
        (f"return {RESULT}", f"logits = {RESULT} + self.last\n        self.last = 0.5\n        return logits"),
    ],
    "weights-decay-with-each-call": [(f"return {RESULT}", f"self.output.weight.data *= 0.99\n        return {RESULT}")],
    "windows-of-the-right-length-only-in-the-last-axis": [(CHECK, "if tokens.shape[-1] > self.context:")],
    "parent-not-initialised": [("super().__init__()", "pass")],
    "hidden-and-output-as-one": [(RESULT, "self.output(torch.tanh(self.hidden(joined)) + self.hidden(joined))")],
    "largest-for-mean-of-places": [
        (JOINED, "self.embedding(tokens).amax(1).repeat(1, self.context)"),
    ],
    "two-at-once-newest-first-and-softmax": [
        (JOINED, "self.embedding(tokens).flip(1).flatten(1)"),
        (RESULT, f"torch.softmax({RESULT}, dim=-1)"),
    ],
    "two-at-once-relu-and-window-unchecked": [
        (RESULT, "self.output(torch.relu(self.hidden(joined)))"),
        (CHECK, "if False:"),
    ],
    "two-at-once-no-tanh-and-no-bias": [
        (RESULT, "self.output(self.hidden(joined))"),
        (HIDDEN, HIDDEN.replace("hidden_dim)", "hidden_dim, bias=False)")),
    ],
    # kept between two calls, or shared by two callers
    "remembered-by-identity": [
        ("self.context = context", "self.context = context\n        self._seen = {}"),
        (
            "        joined = self.embedding(tokens).flatten(1)\n        return self.output(torch.tanh(self.hidden(joined)))",
            '        if self._seen.get("tokens") is not tokens:\n            self._seen = {"tokens": tokens, "logits": self.output(torch.tanh(self.hidden(self.embedding(tokens).flatten(1))))}\n        return self._seen["logits"]',
        ),
    ],
    "no-gradients-in-evaluation": [
        (
            "        joined = self.embedding(tokens).flatten(1)\n        return self.output(torch.tanh(self.hidden(joined)))",
            "        joined = self.embedding(tokens).flatten(1)\n        with torch.set_grad_enabled(self.training):\n            return self.output(torch.tanh(self.hidden(joined)))",
        )
    ],
}
