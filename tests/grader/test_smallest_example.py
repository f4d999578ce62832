"""The failing example that a learner sees: small, the same at each run, and found in bounded time."""

from pathlib import Path

import pytest
from conftest import as_json, grade, spoil

ORDERED = "x.reshape(batch, time // self.group, self.group * channels)"
REVERSED = "x.reshape(batch, time // self.group, self.group, channels).flip(2).flatten(2)"


def checks(folder: Path, number: int, *more: object) -> list[dict[str, object]]:
    found = as_json(grade(number, "--answers", folder, "--json", "-", *more))[f"ex{number:02}"]["checks"]
    return [{key: value for key, value in check.items() if key != "seconds"} for check in found]


def example_of(check: str, folder: Path, number: int, *more: object) -> str:
    return str(next(found for found in checks(folder, number, *more) if found["name"] == check)["example"])


@pytest.mark.prove
def test_two_runs_with_one_seed_show_the_same_examples_and_another_seed_others(solved: Path) -> None:
    spoil(solved, 5, ORDERED, REVERSED)
    spoil(solved, 8, "*= 0.1", "*= 0.2")
    spoil(solved, 9, "parameter.grad = None", "pass")
    for number in (5, 8, 9):
        first = checks(solved, number)
        assert checks(solved, number) == first
        assert any(check["example"] for check in first)


def test_the_smallest_input_is_two_neighbours_of_one_channel(solved: Path) -> None:
    spoil(solved, 5, ORDERED, REVERSED)
    for seed in range(3):
        example = checks(solved, 5, "--seed", seed)[0]["example"]
        assert isinstance(example, str)
        assert example.endswith("layer(torch.tensor([[[1.0], [2.0]]]))"), example


@pytest.mark.parametrize("sandbox", [[], ["--sandbox"]], ids=["home", "sandbox"])
def test_a_line_seeds_torch_only_if_the_constructor_draws(solved: Path, sandbox: list[str]) -> None:
    path = spoil(solved, 6, "+ self.bias", "- self.bias + 1")
    made = "layer = BatchNorm1d(1)\nlayer("
    assert example_of("test_four_values_of_one_channel", solved, 6, *sandbox).startswith(made)
    path.write_text(
        path.read_text().replace("        self.eps = eps\n", "        self.eps = eps + 0 * torch.rand(())\n")
    )
    seeded = example_of("test_four_values_of_one_channel", solved, 6, *sandbox)
    assert seeded.startswith(f"torch.manual_seed(0)\n{made}")


@pytest.mark.parametrize("sandbox", [[], ["--sandbox"]], ids=["home", "sandbox"])
def test_a_mode_is_set_behind_the_constructor_only_if_that_gives_the_layer(solved: Path, sandbox: list[str]) -> None:
    path = spoil(solved, 7, "return torch.tanh(fused)", "torch.tanh(fused)")
    fluent = "\nlayer = Fusion(2, 1, 1, normalize=False).eval()\nlayer("
    assert fluent in example_of("test_shape", solved, 7, *sandbox)
    path.write_text(f"{path.read_text()}\n    def train(self, mode=True):\n        super().train(mode)\n")
    assert fluent.replace(".eval()", "\nlayer.eval()") in example_of("test_shape", solved, 7, *sandbox)


@pytest.mark.prove
@pytest.mark.parametrize("sandbox", [[], ["--sandbox"]])
@pytest.mark.parametrize(
    "written",
    [
        "receptive_field = lambda levels, group=2: 0\n",
        "from functools import partial\n\nreceptive_field = partial(lambda out, levels, group=2: out, 0)\n",
        "def _other(levels, group=2):\n    return 0\n\n\nreceptive_field = _other\n",
    ],
    ids=["lambda", "partial", "another name"],
)
def test_a_function_is_called_as_the_exercise_calls_it(solved: Path, written: str, sandbox: list[str]) -> None:
    with (solved / "ex01_receptive_field.py").open("a") as file:
        file.write(f"\n\n{written}")
    assert checks(solved, 1, *sandbox)[0]["example"] == "receptive_field(0)"


@pytest.mark.parametrize("sandbox", [[], ["--sandbox"]], ids=["home", "sandbox"])
def test_an_example_that_fails_only_after_earlier_calls_says_so(solved: Path, sandbox: list[str]) -> None:
    made = "[group**level for level in range(levels, -1, -1)]"
    spoil(
        solved, 1, "def level_lengths(context: int, group: int = 2)", "def level_lengths(context, group=2, lengths=[])"
    )
    spoil(solved, 1, f"return {made}", f"lengths += {made}\n    return lengths")
    wrong = [check for check in checks(solved, 1, *sandbox) if check["status"] == "failed"]
    says = {check["name"]: "is something kept from them?" in str(check["difference"]) for check in wrong}
    shows = {check["name"]: str(check["example"]).startswith("# after the calls of earlier ex") for check in wrong}
    assert says == shows
    assert says["test_lengths_of_a_large_context"]


@pytest.mark.prove
@pytest.mark.parametrize("sandbox", [[], ["--sandbox"]], ids=["home", "sandbox"])
def test_an_assertion_of_the_learners_own_is_told_with_its_words_and_its_line(solved: Path, sandbox: list[str]) -> None:
    (solved / "ex14_write_the_test.py").write_text(
        "def check_flatten_consecutive(cls):\n    assert cls is None, 'the time axis is gone'\n"
    )
    refused = checks(solved, 14, *sandbox)[0]
    assert refused["expected"] == "None"
    assert refused["got"] == "AssertionError: the time axis is gone"
    assert "ex14_write_the_test.py, line 2, in check_flatten_consecutive" in str(refused["traceback"])


@pytest.mark.prove
def test_a_slow_answer_is_told_as_it_first_failed_when_time_runs_out(solved: Path) -> None:
    slow = f"joined = {REVERSED}\n        __import__('time').sleep(0.25)"
    spoil(solved, 5, f"joined = {ORDERED}", slow)
    first = checks(solved, 5, "--check-seconds", "4")[0]
    assert first["name"] == "test_any_group_and_shape"
    assert first["status"] == "failed", "what was found counts, though there was no time to make it smaller"
    assert first["example"]
    assert first["expected"]


def test_an_answer_that_changes_its_mind_is_told_as_it_first_failed(solved: Path) -> None:
    spoil(solved, 5, "        return joined.squeeze(1)", "        self.calls = getattr(self, 'calls', 0)\n" + FLAKY)
    found = checks(solved, 5)
    failed = [check for check in found if check["status"] != "passed"]
    assert failed
    assert all(check["difference"] for check in failed)
    assert not any("hypothesis" in str(check["difference"]).lower() for check in failed)


FLAKY = """\
        import itertools
        counter = FlattenConsecutive.__dict__.get("counter") or itertools.count()
        FlattenConsecutive.counter = counter
        return joined.squeeze(1) + (next(counter) % 7 == 3)"""
