"""Wrong answers to exercise 5 that the bank does not tell of: rare ones, odd ones, two mistakes at once."""

JOINED = "x.reshape(batch, time // self.group, self.group * channels)"
RESULT = "joined.squeeze(1)"
SIZES = "batch, time, channels = x.shape"
BLOCKS = "x.reshape(batch, time // self.group, self.group, channels)"

WRONG: dict[str, list[tuple[str, str]]] = {
    "leaves-training": [(SIZES, f"self.eval()\n        {SIZES}")],
    "negative-values-lost": [(RESULT, "joined.squeeze(1).relu()")],
    "fractions-lost": [(RESULT, "(joined + (joined.round() - joined).detach()).squeeze(1)")],
    "argument-changed-in-evaluation-only": [
        (SIZES, f"if not self.training:\n            x.mul_(1.001)\n        {SIZES}")
    ],
    "squeeze-drops-one-channel": [(RESULT, "joined.squeeze(1).squeeze(-1)")],
    "strides-of-a-contiguous-input": [
        (
            JOINED,
            "x.as_strided((batch, time // self.group, self.group * channels), "
            "(time * channels, self.group * channels, 1))",
        )
    ],
    "gradient-of-the-last-neighbour-only": [
        (JOINED, f"{BLOCKS}.flatten(2)"),
        (
            SIZES,
            f"{SIZES}\n        late = torch.arange(time) % self.group == self.group - 1"
            "\n        x = torch.where(late[:, None], x, x.detach())",
        ),
        ("from torch import Tensor, nn", "import torch\nfrom torch import Tensor, nn"),
    ],
    "shorter-than-a-group-accepted": [
        (
            "x.dim() != 3 or x.shape[1] % self.group:",
            "x.dim() != 3 or x.shape[1] > self.group and x.shape[1] % self.group:",
        ),
        (SIZES, f"{SIZES}\n        if time < self.group:\n            return x.flatten(1)"),
    ],
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
    "learns-a-scale": [
        ("self.group = group", "self.group = group\n        self.scale = nn.Parameter(torch.ones(()))"),
        (f"return {RESULT}", f"return {RESULT} * self.scale.to(x.dtype)"),
        ("from torch import Tensor, nn", "import torch\nfrom torch import Tensor, nn"),
    ],
    "parent-not-initialised": [("super().__init__()", "pass")],
    "sizes-are-floats": [(JOINED, JOINED.replace("//", "/"))],
    "whole-window-where-it-does-not-fit": [
        ("x.dim() != 3 or x.shape[1] % self.group:", "x.dim() != 3:"),
        (JOINED, f"{JOINED} if time % self.group == 0 else x.reshape(batch, 1, time * channels)"),
    ],
    "time-axis-dropped-only-where-the-input-has-one-place": [
        (f"return {RESULT}", f"return {RESULT} if time == 1 else joined")
    ],
    "one-group-in-a-tuple": [(f"return {RESULT}", f"return {RESULT},")],
    "a-numpy-array": [(f"return {RESULT}", f"return {RESULT}.numpy()")],
    "windows-shuffled": [(RESULT, "joined.roll(1, 0).squeeze(1)")],
    "channels-reversed-inside-a-neighbour": [(JOINED, f"{BLOCKS}.flip(3).flatten(2)")],
    "two-at-once-interleaved-and-time-axis-kept": [
        (JOINED, f"{BLOCKS}.transpose(2, 3).flatten(2)"),
        (RESULT, "joined"),
    ],
    "two-at-once-newest-first-and-remainder-unchecked": [
        (JOINED, f"{BLOCKS}.flip(2).flatten(2)"),
        ("x.dim() != 3 or x.shape[1] % self.group:", "x.dim() != 3:"),
    ],
    "two-at-once-plain-squeeze-and-detached": [(RESULT, "joined.detach().squeeze()")],
    "two-at-once-view-and-group-unchecked": [
        (JOINED, JOINED.replace("reshape", "view")),
        ("if group < 1:", "if group is None:"),
    ],
    "cut-off-in-evaluation": [(RESULT, "joined.squeeze(1) if self.training else joined.squeeze(1).detach()")],
    # kept between two calls, or shared by two callers
    "through-single-precision": [
        (
            "return joined.squeeze(1)",
            "return joined.squeeze(1) if x.dtype != __import__('torch').float64 else joined.squeeze(1).float().double()",
        )
    ],
    "written-into-a-kept-tensor": [
        ("    def __init__", "    _out: dict = {}\n\n    def __init__"),
        (
            "return joined.squeeze(1)",
            "joined = joined.squeeze(1)\n        if joined.requires_grad:\n            return joined\n        out = self._out.setdefault((joined.shape, joined.dtype), joined.clone())\n        return out.copy_(joined)",
        ),
    ],
}
