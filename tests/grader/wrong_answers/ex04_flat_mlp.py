"""Mistakes in exercise 4: each is what it replaces in the solution."""

EMBEDDING = "self.embedding = nn.Embedding(vocab_size, embedding_dim)"
HIDDEN = "self.hidden = nn.Linear(context * embedding_dim, hidden_dim)"
OUTPUT = "self.output = nn.Linear(hidden_dim, vocab_size)"
CHECK = "if tokens.dim() != 2 or tokens.shape[1] != self.context:"
MESSAGE = 'f"tokens must be (B, {self.context}), got {tuple(tokens.shape)}"'
JOINED = "self.embedding(tokens).flatten(1)"
RESULT = "self.output(torch.tanh(self.hidden(joined)))"

WRONG: dict[str, list[tuple[str, str]]] = {
    "newest-first": [(JOINED, "self.embedding(tokens.flip(1)).flatten(1)")],
    "channels-interleaved": [(JOINED, "self.embedding(tokens).transpose(1, 2).flatten(1)")],
    "embeddings-added": [
        (JOINED, "self.embedding(tokens).sum(1).repeat(1, self.context)"),
    ],
    "joined-over-the-batch": [
        (JOINED, "self.embedding(tokens).transpose(0, 1).reshape(len(tokens), -1)"),
    ],
    "last-character-only": [(JOINED, "self.embedding(tokens[:, -1:]).repeat(1, self.context, 1).flatten(1)")],
    "view-of-what-was-looked-up": [(JOINED, "self.embedding.weight[tokens].view(len(tokens), -1)")],
    "tokens-viewed-as-a-row": [(JOINED, "self.embedding(tokens.view(-1)).view(len(tokens), -1)")],
    "sigmoid": [(RESULT, "self.output(torch.sigmoid(self.hidden(joined)))")],
    "relu": [(RESULT, "self.output(torch.relu(self.hidden(joined)))")],
    "no-tanh": [(RESULT, "self.output(self.hidden(joined))")],
    "tanh-before-the-hidden-layer": [(RESULT, "self.output(self.hidden(torch.tanh(joined)))")],
    "tanh-twice": [(RESULT, "torch.tanh(self.output(torch.tanh(self.hidden(joined))))")],
    "softmax": [(RESULT, f"torch.softmax({RESULT}, dim=-1)")],
    "log-softmax": [(RESULT, f"torch.log_softmax({RESULT}, dim=-1)")],
    "logits-squeezed": [(RESULT, f"{RESULT}.squeeze()")],
    "predictions": [(RESULT, f"{RESULT}.argmax(-1)")],
    "always-float32": [(RESULT, f"{RESULT}.float()")],
    "logits-detached": [(RESULT, f"{RESULT}.detach()")],
    "embeddings-detached": [(JOINED, "self.embedding(tokens).detach().flatten(1)")],
    "hidden-detached": [(RESULT, "self.output(torch.tanh(self.hidden(joined)).detach())")],
    "no-gradients": [("    def forward(self", "    @torch.no_grad()\n    def forward(self")],
    "padding-never-learns": [(EMBEDDING, "self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)")],
    "hidden-without-bias": [(HIDDEN, HIDDEN.replace("hidden_dim)", "hidden_dim, bias=False)"))],
    "output-without-bias": [(OUTPUT, OUTPUT.replace("vocab_size)", "vocab_size, bias=False)"))],
    "hidden-of-one-character": [
        (HIDDEN, "self.hidden = nn.Linear(embedding_dim, hidden_dim)"),
        (RESULT, "self.output(torch.tanh(self.hidden(self.embedding(tokens)).sum(1)))"),
    ],
    "sizes-swapped": [(EMBEDDING, "self.embedding = nn.Embedding(embedding_dim, vocab_size)")],
    "hidden-layer-twice": [
        (OUTPUT, f"{OUTPUT}\n        self.more = nn.Linear(hidden_dim, hidden_dim)"),
        (RESULT, "self.output(torch.tanh(self.more(torch.tanh(self.hidden(joined)))))"),
    ],
    "unused-layer": [(OUTPUT, f"{OUTPUT}\n        self.more = nn.Linear(hidden_dim, hidden_dim)")],
    "other-names": [
        (OUTPUT, OUTPUT.replace("self.output", "self.out")),
        (RESULT, RESULT.replace("self.output", "self.out")),
    ],
    "parameter-for-the-embedding": [
        (EMBEDDING, "self.embedding = nn.Parameter(torch.randn(vocab_size, embedding_dim))"),
        (JOINED, "self.embedding[tokens].flatten(1)"),
    ],
    "dropout": [(RESULT, "self.output(nn.functional.dropout(torch.tanh(self.hidden(joined)), 0.5, self.training))")],
    "normalised": [
        (RESULT, "self.output(torch.tanh(nn.functional.layer_norm(self.hidden(joined), self.hidden.bias.shape)))")
    ],
    "window-unchecked": [(CHECK, "if False:")],
    "view-of-as-many-rows-as-it-takes": [
        (CHECK, "if False:"),
        (JOINED, "self.embedding(tokens).view(-1, self.hidden.in_features)"),
    ],
    "only-longer-windows-refused": [
        (CHECK, "if tokens.shape[1] > self.context:"),
        (JOINED, "nn.functional.pad(self.embedding(tokens), (0, 0, self.context - tokens.shape[1], 0)).flatten(1)"),
    ],
    "longer-windows-cut": [
        (CHECK, "if tokens.shape[1] < self.context:"),
        (JOINED, "self.embedding(tokens[:, -self.context :]).flatten(1)"),
    ],
    "window-assertion": [(CHECK, "assert tokens.shape[1] == self.context\n        if False:")],
    "window-message-names-nothing": [(MESSAGE, '"a window of another length"')],
    "window-message-names-only-the-context": [(MESSAGE, 'f"tokens must be (B, {self.context})"')],
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
    "fixed-context": [(HIDDEN, "self.hidden = nn.Linear(8 * embedding_dim, hidden_dim)")],
}
