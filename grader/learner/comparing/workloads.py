"""The calls that measure each exercise's cost (`grade compare`), large enough to distinguish two answers.

torch and NumPy are imported only where needed: exercise 1 is measured without either.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from grader.learner.training.recipes import CONTEXT, EMBEDDING, HIDDEN

VOCABULARY = 27
SIZES = (VOCABULARY, CONTEXT, EMBEDDING, HIDDEN)


@dataclass(frozen=True)
class Workload:
    """Its description for the learner, and a function that makes the call from the answers."""

    says: str
    make: Callable[[Any], Callable[[], object]]


def _receptive_field(answers: Any) -> Callable[[], object]:
    module = answers.ex01_receptive_field
    return lambda: [module.level_lengths(2**100), module.levels_needed(10**30), module.tree_weights(2**50, 24, 128)]


def _one_fusion(answers: Any) -> Callable[[], object]:
    import numpy as np

    random = np.random.default_rng(0)
    shapes = [(256, 4, 24), (256, 4, 24), (48, 128), (128,)]
    arguments = [random.standard_normal(shape) for shape in shapes]
    trace_fusion = answers.ex02_one_fusion.trace_fusion
    return lambda: trace_fusion(*arguments)


def _windows(answers: Any) -> Callable[[], object]:
    from grader.kata.corpus import load_names

    module, words = answers.ex03_windows, load_names()[:500]
    return lambda: module.make_windows(words, module.build_vocabulary(words), 8)


def _flat_mlp(answers: Any) -> Callable[[], object]:
    return _forward_and_backward(answers.ex04_flat_mlp.FlatMLP(*SIZES), _tokens(256, 8))


def _flatten(answers: Any) -> Callable[[], object]:
    return _forward_and_backward(answers.ex05_flatten_consecutive.FlattenConsecutive(2), _values(256, 8, 128))


def _batch_norm(answers: Any) -> Callable[[], object]:
    return _forward_and_backward(answers.ex06_batch_norm.BatchNorm1d(128), _values(256, 4, 128))


def _fusion(answers: Any) -> Callable[[], object]:
    return _forward_and_backward(answers.ex07_fusion.Fusion(24, 128), _values(256, 8, 24))


def _tree(answers: Any) -> Callable[[], object]:
    return _forward_and_backward(answers.ex08_tree.FusionTree(*SIZES), _tokens(256, 8))


def _training(answers: Any) -> Callable[[], object]:
    import torch

    module, model = answers.ex09_training, answers.ex08_tree.FusionTree(*SIZES)
    inputs, targets = _tokens(1000, 8), _tokens(1000)

    def train_and_measure() -> None:
        generator = torch.Generator().manual_seed(0)
        module.train(model, inputs, targets, steps=10, learning_rate=lambda _: 0.01, generator=generator)
        module.mean_loss(model, inputs, targets)

    return train_and_measure


def _sampling(answers: Any) -> Callable[[], object]:
    import torch

    model = answers.ex08_tree.FusionTree(*SIZES)
    vocabulary = {character: token for token, character in enumerate(".abcdefghijklmnopqrstuvwxyz")}
    sample_word = answers.ex10_sampling.sample_word
    return lambda: sample_word(model, vocabulary, 8, generator=torch.Generator().manual_seed(0))


def _all_positions(answers: Any) -> Callable[[], object]:
    tree, tokens = answers.ex08_tree.FusionTree(*SIZES), _tokens(1, 512)
    all_positions = answers.ex11_all_positions.all_positions
    return lambda: all_positions(tree, tokens)


def _streaming(answers: Any) -> Callable[[], object]:
    stream = answers.ex12_streaming.StreamingTree(answers.ex08_tree.FusionTree(VOCABULARY, 64, 24, 128))
    return lambda: [stream.step(token) for token in range(VOCABULARY)]


def _attention(answers: Any) -> Callable[[], object]:
    causal_attention = answers.ex13_attention.causal_attention
    arguments = [_values(8, 128, 32) for _ in range(3)]
    return lambda: causal_attention(*arguments)


def _write_the_test(answers: Any) -> Callable[[], object]:
    layer = answers.ex05_flatten_consecutive.FlattenConsecutive
    check = answers.ex14_write_the_test.check_flatten_consecutive
    return lambda: check(layer)


WORKLOADS = {
    "ex01_receptive_field": Workload("three of the functions on large numbers", _receptive_field),
    "ex02_one_fusion": Workload("trace_fusion on (256, 4, 24), hidden 128", _one_fusion),
    "ex03_windows": Workload("vocabulary and windows of 500 names, context 8", _windows),
    "ex04_flat_mlp": Workload("256 windows of 8, forward and backward", _flat_mlp),
    "ex05_flatten_consecutive": Workload("(256, 8, 128) with group 2, forward and backward", _flatten),
    "ex06_batch_norm": Workload("(256, 4, 128) in training, forward and backward", _batch_norm),
    "ex07_fusion": Workload("(256, 8, 24) to 128, forward and backward", _fusion),
    "ex08_tree": Workload("256 windows of 8, forward and backward", _tree),
    "ex09_training": Workload("10 steps of 32 windows, and a mean loss over 1,000", _training),
    "ex10_sampling": Workload("one word from an untrained tree", _sampling),
    "ex11_all_positions": Workload("all positions of 512 tokens", _all_positions),
    "ex12_streaming": Workload("27 steps of a stream, context 64", _streaming),
    "ex13_attention": Workload("(8, 128, 32), forward", _attention),
    "ex14_write_the_test": Workload("the check of a right layer", _write_the_test),
}


def _tokens(*shape: int) -> Any:
    import torch

    return torch.randint(VOCABULARY, shape, generator=torch.Generator().manual_seed(0))


def _values(*shape: int) -> Any:
    import torch

    return torch.randn(*shape, generator=torch.Generator().manual_seed(0), requires_grad=True)


def _forward_and_backward(module: Any, argument: Any) -> Callable[[], object]:
    return lambda: module(argument).sum().backward()
