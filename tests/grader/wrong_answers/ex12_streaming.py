"""Mistakes in exercise 12: each is what it replaces in the solution."""

FILLED = "self.queues.append(deque([node] * reach, maxlen=reach))"
PADDING = "node = level(torch.stack([node] * self.tree.group, dim=1))"
TOKEN = "node = self.tree.embedding(torch.tensor([token]))"
PUT = "queue.append(node)  # and the oldest drops out"
GROUP = "group = [*(queue[k * distance] for k in range(self.tree.group - 1)), node]"
FUSED = "node = level(torch.stack(group, dim=1))"
LOGITS = "return self.tree.output(node).squeeze(0)\n"

WRONG: dict[str, list[tuple[str, str]]] = {
    # the beginning
    "padded-with-token-1": [("torch.tensor([0])", "torch.tensor([1])")],
    "padded-without-the-levels": [(PADDING, "node = level(torch.stack([0 * node] * self.tree.group, dim=1))")],
    "first-token-repeated": [
        (
            TOKEN,
            f"{TOKEN}\n            self.queues = self.queues if hasattr(self, 'begun') else [type(q)([node] * len(q), len(q)) if i == 0 else q for i, q in enumerate(self.queues)]\n            self.begun = True",
        )
    ],
    # the queues
    "put-at-the-front": [(PUT, "queue.appendleft(node)")],
    "nothing-put": [(PUT, "pass")],
    "fused-node-put": [
        (
            f"{PUT}\n                {FUSED}",
            f"before = node\n                {FUSED}\n                queue.append(node if node.shape == before.shape else before)",
        )
    ],
    "first-two-steps-forgotten": [
        (
            PUT,
            "self.count = getattr(self, 'count', 0) + 1\n                queue.append(node if self.count > 2 else queue[-1])",
        )
    ],
    "oldest-for-all": [(GROUP, GROUP.replace("queue[k * distance]", "queue[0 * k]"))],
    "at-most-256-remembered": [
        (FILLED, "self.queues.append(deque([node] * reach, maxlen=min(reach, 256)))"),
        (GROUP, GROUP.replace("queue[k * distance]", "queue[k * distance % len(queue)]")),
    ],
    # reset and streams
    "reset-counts-down": [
        (
            "self.queues: list[deque[Tensor]] = []",
            "self.queues: list[deque[Tensor]] = []\n        self.resets = getattr(self, 'resets', 0) + 1",
        ),
        (LOGITS, LOGITS.replace("squeeze(0)", "squeeze(0) * (1 if self.resets < 3 else 2)")),
    ],
    # result
    "log-probabilities": [(LOGITS, "return self.tree.output(node).squeeze(0).log_softmax(0)\n")],
    "a-list": [(LOGITS, "return self.tree.output(node).squeeze(0).tolist()\n")],
    "likeliest-token": [(LOGITS, "return self.tree.output(node).argmax()\n")],
    "double-always": [(LOGITS, "return self.tree.output(node).squeeze(0).double()\n")],
    "the-root": [(LOGITS, "return node.squeeze(0)\n")],
    # effects
    "draws-at-random": [(LOGITS, "return self.tree.output(node).squeeze(0) + 0 * torch.rand(())\n")],
    "statistics-moved": [
        (
            TOKEN,
            f"{TOKEN}\n            for level in self.tree.levels:\n                level.norm and level.norm.running_mean.add_(1e-3)",
        )
    ],
    # work
    "output-three-times": [
        (
            LOGITS,
            "self.tree.output(node), self.tree.output(node)\n            return self.tree.output(node).squeeze(0)\n",
        )
    ],
    "first-level-twice": [
        (TOKEN, f"{TOKEN}\n            self.tree.levels[0](torch.stack([node] * self.tree.group, dim=1))")
    ],
    "mode-of-the-constructor-put-back": [
        ("        self.tree = tree\n", "        self.tree = tree\n        self.training = tree.training\n"),
        (
            "return self.tree.output(node).squeeze(0)",
            "logits = self.tree.output(node).squeeze(0)\n        self.tree.train(self.training)\n        return logits",
        ),
    ],
    # kept between two calls, or shared by two callers
    "gradients-left-switched-off": [
        (
            "    with torch.no_grad():\n        if not tree.training",
            "    torch.set_grad_enabled(False)\n    if True:\n        if not tree.training",
        )
    ],
}
