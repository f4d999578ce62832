"""A remark on a signature is made only if the signature is wrong."""

import pytest

from grader.engine import signatures

ONE_MORE = "{}.{}() takes 1 positional argument but 2 were given"


def test_a_method_without_self_is_told() -> None:
    source = "class Fusion(nn.Module):\n    def forward(x):\n        return x\n"
    assert signatures.remark(ONE_MORE.format("Fusion", "forward"), source) == (
        "`self` is missing: it must be the first parameter of `forward`"
    )


def test_an_init_with_single_underscores_is_told() -> None:
    source = "class Fusion(nn.Module):\n    def _init_(self, group):\n        pass\n"
    assert "`_init_` should be `__init__`" in signatures.remark(ONE_MORE.format("Module", "__init__"), source)


@pytest.mark.parametrize(
    ("owner", "method", "source"),
    [
        (
            "Tanh",
            "__init__",
            "class Fusion:\n    def __init__(self):\n        pass\n    def forward(self, x): nn.Tanh(x)\n",
        ),
        ("Fusion", "__init__", "class Fusion:\n    def __init__(self):\n        self.group = 2\n"),
        ("Fusion", "forward", "class Fusion:\n    def forward(self):\n        return 1\n"),
        ("Fusion", "forward", "this is not Python"),
    ],
)
def test_a_signature_that_is_right_gets_no_remark(owner: str, method: str, source: str) -> None:
    assert signatures.remark(ONE_MORE.format(owner, method), source) == ""
