"""Mistakes in exercise 5: each is what it replaces in the solution."""

JOINED = "x.reshape(batch, time // self.group, self.group * channels)"
RESULT = "joined.squeeze(1)"
SIZES = "batch, time, channels = x.shape"
BLOCKS = "x.reshape(batch, time // self.group, self.group, channels)"

WRONG: dict[str, list[tuple[str, str]]] = {
    "channels-interleaved": [(JOINED, f"{BLOCKS}.transpose(2, 3).flatten(2)")],
    "newest-first": [(JOINED, f"{BLOCKS}.flip(2).flatten(2)")],
    "halves-joined": [
        (JOINED, "x.reshape(batch, self.group, time // self.group, channels).transpose(1, 2).flatten(2)")
    ],
    "channels-over-time": [(JOINED, "x.transpose(1, 2).reshape(batch, time // self.group, self.group * channels)")],
    "sliding-by-one": [
        (JOINED, "x.unfold(1, self.group, 1)[:, : time // self.group].transpose(2, 3).flatten(2)"),
    ],
    "always-pairs": [(JOINED, "x.reshape(batch, time // 2, 2 * channels)")],
    "squeeze-drops-the-batch": [(RESULT, "joined.squeeze()")],
    "squeeze-drops-one-channel": [(RESULT, "joined.squeeze(1).squeeze(-1)")],
    "time-axis-kept": [(RESULT, "joined")],
    "first-group-only": [(RESULT, "joined[:, 0]")],
    "view-of-the-memory": [(JOINED, "x.view(batch, time // self.group, self.group * channels)")],
    "strides-of-a-contiguous-input": [
        (
            JOINED,
            "x.as_strided((batch, time // self.group, self.group * channels), "
            "(time * channels, self.group * channels, 1))",
        )
    ],
    "float32-always": [(RESULT, "joined.squeeze(1).float()")],
    "cut-off-from-gradients": [(JOINED, "x.detach().reshape(batch, time // self.group, self.group * channels)")],
    "gradient-of-the-last-neighbour-only": [
        (JOINED, f"{BLOCKS}.flatten(2)"),
        (
            SIZES,
            f"{SIZES}\n        late = torch.arange(time) % self.group == self.group - 1"
            "\n        x = torch.where(late[:, None], x, x.detach())",
        ),
        ("from torch import Tensor, nn", "import torch\nfrom torch import Tensor, nn"),
    ],
    "remainder-dropped": [
        ("if x.dim() != 3 or x.shape[1] % self.group:", "if x.dim() != 3:"),
        (SIZES, f"x = x[:, : x.shape[1] // self.group * self.group]\n        {SIZES}"),
    ],
    "remainder-is-a-runtime-error": [("x.dim() != 3 or x.shape[1] % self.group:", "x.dim() != 3:")],
    "remainder-is-an-assertion": [
        (
            "if x.dim() != 3 or x.shape[1] % self.group:",
            "assert x.shape[1] % self.group == 0, tuple(x.shape)\n        if x.dim() != 3:",
        ),
    ],
    "shorter-than-a-group-accepted": [
        (
            "x.dim() != 3 or x.shape[1] % self.group:",
            "x.dim() != 3 or x.shape[1] > self.group and x.shape[1] % self.group:",
        ),
        (SIZES, f"{SIZES}\n        if time < self.group:\n            return x.flatten(1)"),
    ],
    "error-without-the-length": [("{tuple(x.shape)}", "something else")],
    "another-rank-accepted": [
        ("x.dim() != 3 or x.shape[1] % self.group:", "x.shape[1] % self.group:"),
        (SIZES, "time, channels = x.shape[-2:]\n        batch = x.numel() // max(1, time * channels)"),
    ],
    "group-of-zero-accepted": [("if group < 1:", "if group < 0:")],
    "group-of-one-refused": [("if group < 1:", "if group < 2:")],
    "group-is-checked-late": [
        ('        if group < 1:\n            raise ValueError(f"group must be at least 1, got {group}")\n', ""),
        (
            "        if x.dim()",
            '        if self.group < 1:\n            raise ValueError(f"group is {self.group}")\n        if x.dim()',
        ),
    ],
    "group-error-without-its-value": [("group must be at least 1, got {group}", "group is too small")],
    "argument-changed": [(RESULT, "joined.squeeze(1).clone().add_(x.mul_(1.5).sum() * 0)")],
    "state-kept-between-calls": [
        ("self.group = group", "self.group = group\n        self.kept = None"),
        (f"return {RESULT}", f"if self.kept is None:\n            self.kept = {RESULT}\n        return self.kept"),
    ],
    "state-kept-by-shape": [
        ("self.group = group", "self.group = group\n        self.kept = {}"),
        (f"return {RESULT}", f"return self.kept.setdefault(x.shape, {RESULT})"),
    ],
    "right-in-training-mode-only": [
        (f"return {RESULT}", f"return ({RESULT} if self.training else joined.flip(-1).squeeze(1))")
    ],
    "right-at-the-first-position-only": [
        (JOINED, f"torch.cat([{JOINED}[:, :1], {JOINED}[:, 1:].flip(-1)], dim=1)"),
        ("from torch import Tensor, nn", "import torch\nfrom torch import Tensor, nn"),
    ],
    "global-random-state-used": [
        (f"return {RESULT}", f"return {RESULT} + 0 * torch.rand(()).to(x.dtype)"),
        ("from torch import Tensor, nn", "import torch\nfrom torch import Tensor, nn"),
    ],
    "no-module": [
        ("(nn.Module)", ""),
        ("super().__init__()", "pass"),
        ("def forward", "def __call__"),
    ],
    "learns-a-scale": [
        ("self.group = group", "self.group = group\n        self.scale = nn.Parameter(torch.ones(()))"),
        (f"return {RESULT}", f"return {RESULT} * self.scale.to(x.dtype)"),
        ("from torch import Tensor, nn", "import torch\nfrom torch import Tensor, nn"),
    ],
}
