"""The right results, computed by torch or by brute force. This module calls no answer and imports no solution."""

import copy
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from grader.language import Handle, attribute, exists, same_shape, seen, value


def flatten_consecutive(x: Tensor, group: int) -> Tensor:
    """Join neighbours one value at a time: out[b, t, k * C + c] = x[b, t * group + k, c]."""
    batch, time, channels = x.shape
    joined = torch.zeros(batch, time // group, group * channels, dtype=x.dtype)
    for k in range(group):
        joined[:, :, k * channels : (k + 1) * channels] = x[:, k::group]
    return joined[:, 0] if time == group else joined


class Norm(NamedTuple):
    """The four tensors of a batch normalisation; training changes the last two in place."""

    weight: Tensor
    bias: Tensor
    running_mean: Tensor
    running_var: Tensor


class Level(NamedTuple):
    """The tensors of one fusion: the linear map's weight (out, group * in) and bias, and the norm's, or None."""

    weight: Tensor
    bias: Tensor | None
    norm: Norm | None
    group: int


class Tree(NamedTuple):
    """The tensors of a whole tree: characters, levels, output."""

    embedding: Tensor
    levels: list[Level]
    weight: Tensor
    bias: Tensor | None


def read_norm(owner: Handle, path: str = "") -> Norm:
    """Copy the tensors of an answer's norm; the copies of its parameters collect gradients of their own.

    Args:
        owner: the norm, or what holds it.
        path: to the norm, with a dot at its end: `levels.0.norm.`.
    """
    weight, bias, *running = (_copied(owner, f"{path}{name}") for name in Norm._fields)
    return Norm(weight.requires_grad_(), bias.requires_grad_(), *running)


def read_level(owner: Handle, group: int, path: str = "", *, normalize: bool = True) -> Level:
    """Copy the tensors of an answer's fusion; the copies of its parameters collect gradients of their own.

    Without `normalize` its norm counts as None, whatever it is: what that should be is for one check to say.
    """
    attribute(owner, f"{path}linear", nn.Linear)
    normalised = normalize and exists(attribute(owner, f"{path}norm"))
    bias = f"{path}linear.bias" if exists(attribute(owner, f"{path}linear.bias")) else None
    return Level(
        _copied(owner, f"{path}linear.weight").requires_grad_(),
        _copied(owner, bias).requires_grad_() if bias else None,
        read_norm(owner, f"{path}norm.") if normalised else None,
        group,
    )


def read_tree(tree: Handle, group: int) -> Tree:
    """Copy the tensors of an answer's tree; the copies of its parameters collect gradients of their own."""
    levels = [read_level(tree, group, f"levels.{number}.") for number in range(levels_of(tree))]
    attribute(tree, "embedding", nn.Embedding)
    attribute(tree, "output", nn.Linear)
    characters, weight = (_copied(tree, f"{layer}.weight").requires_grad_() for layer in ("embedding", "output"))
    bias = _copied(tree, "output.bias").requires_grad_() if exists(attribute(tree, "output.bias")) else None
    return Tree(characters, levels, weight, bias)


def levels_of(tree: Handle) -> int:
    """Count the levels of an answer's tree; another check looks at the type of their container."""
    levels = attribute(tree, "levels", (nn.ModuleList, nn.Sequential))
    return int(seen(lambda held: held.length, levels))


def _copied(owner: Handle, path: str) -> Tensor:
    copy: Tensor = value(attribute(owner, path, Tensor)).detach().clone()
    return copy


def batch_norm(x: Tensor, norm: Norm, *, training: bool, eps: float = 1e-5, momentum: float = 0.1) -> Tensor:
    """Apply torch's own layer, with the channels of (B, C) or (B, T, C) moved to where torch expects them."""
    made = nn.functional.batch_norm(
        x.movedim(-1, 1),
        norm.running_mean,
        norm.running_var,
        norm.weight,
        norm.bias,
        training=training,
        momentum=momentum,
        eps=eps,
    )
    return made.movedim(1, -1)


def fusion(x: Tensor, level: Level, *, training: bool) -> Tensor:
    """Compute one level as a convolution: kernel[o, c, k] = weight[o, k * C + c], stride = kernel = group."""
    channels = x.shape[-1]
    same_shape(level.weight, (len(level.weight), level.group * channels), what="`linear.weight`")
    kernel = level.weight.reshape(-1, level.group, channels).transpose(1, 2)
    fused = nn.functional.conv1d(x.transpose(1, 2), kernel, level.bias, stride=level.group).transpose(1, 2)
    if level.norm is not None:
        fused = batch_norm(fused, level.norm, training=training)
    return torch.tanh(fused[:, 0] if fused.shape[1] == 1 else fused)


def tree(tokens: Tensor, tree: Tree, *, training: bool) -> tuple[list[Tensor], Tensor]:
    """Compute the embedding, each level's output, and the logits."""
    outputs = [nn.functional.embedding(tokens, tree.embedding)]
    for level in tree.levels:
        outputs.append(fusion(outputs[-1], level, training=training))
    return outputs, nn.functional.linear(outputs[-1], tree.weight, tree.bias)


def tree_at(tokens: Tensor, positions: Sequence[int], context: int, tree_: Tree) -> Tensor:
    """The logits (B, positions, V) of the window that ends at each position, each window for itself, in evaluation.

    Left of the first token every token is 0.
    """
    padded = torch.cat([torch.zeros(len(tokens), context, dtype=torch.int64), tokens], dim=1)
    windows = torch.stack([padded[:, position + 1 : position + 1 + context] for position in positions], dim=1)
    _, logits = tree(windows.flatten(0, 1), tree_, training=False)
    return logits.unflatten(0, windows.shape[:2])


def scored(model: nn.Module, windows: Tensor) -> Tensor:
    """Compute the logits in evaluation mode, and put the mode of each part back."""
    modes = [(part, part.training) for part in model.modules()]
    model.eval()
    with torch.no_grad():
        logits: Tensor = model(windows)
    for part, training in modes:
        part.training = training
    return logits


def mean_cross_entropy(model: nn.Module, inputs: Tensor, targets: Tensor) -> float:
    """Compute the mean of -log p(target) in evaluation mode, in Python floats."""
    losses = []
    for logits, target in zip(scored(model, inputs).tolist(), targets.tolist(), strict=True):
        highest = max(logits)
        spread = math.log(math.fsum(math.exp(logit - highest) for logit in logits))
        losses.append(highest - logits[target] + spread)  # the large ones first: logits of 1e4 cancel without rounding
    return math.fsum(losses) / len(losses)


def sgd(
    model: nn.Module,
    inputs: Tensor,
    targets: Tensor,
    *,
    steps: int,
    batch_size: int,
    learning_rate: Callable[[int], float],
    generator: torch.Generator,
) -> tuple[nn.Module, list[float]]:
    """Return a copy of the model after that many steps of plain SGD, and each step's loss; `.grad` is not used."""
    trained = copy.deepcopy(model).train()
    moving = [parameter for parameter in trained.parameters() if parameter.requires_grad]
    losses = []
    for step in range(steps):
        rows = torch.randint(len(inputs), (batch_size,), generator=generator)
        logits = trained(inputs[rows])
        loss = (logits.logsumexp(dim=1) - logits[torch.arange(batch_size), targets[rows]]).sum() / batch_size
        losses.append(loss.item())
        gradients = torch.autograd.grad(loss, moving, allow_unused=True)
        for parameter, gradient in zip(moving, gradients, strict=True):
            if gradient is not None:
                parameter.data = parameter.data - learning_rate(step) * gradient
    return trained, losses


def next_probabilities(model: nn.Module, windows: Tensor, temperature: float) -> Tensor:
    """Compute exp(logit / temperature) divided by their sum, row by row in Python floats, in evaluation mode."""
    logits = scored(model, windows)
    rows = []
    for row in logits.tolist():
        powers = [math.exp((logit - max(row)) / temperature) for logit in row]
        rows.append([power / math.fsum(powers) for power in powers])
    return torch.tensor(rows, dtype=logits.dtype)


def sample_word(
    model: nn.Module,
    characters: str,
    context: int,
    *,
    generator: torch.Generator,
    temperature: float = 1.0,
    max_length: int = 50,
) -> str:
    """Draw one token after another; the window is the last `context` tokens. Characters are in token order."""
    drawn = [0] * context
    while len(drawn) < context + max_length:
        probabilities = next_probabilities(model, torch.tensor([drawn[-context:]]), temperature)
        drawn.append(int(torch.multinomial(probabilities[0], 1, generator=generator)))
        if drawn[-1] == 0:
            return "".join(characters[token] for token in drawn[context:-1])
    return "".join(characters[token] for token in drawn[context:])


class Flat(NamedTuple):
    """The tensors of a flat model, with the weights as torch stores them: (outputs, inputs)."""

    embedding: Tensor
    hidden: Tensor
    hidden_bias: Tensor | None
    output: Tensor
    output_bias: Tensor | None


FLAT_NAMES = ("embedding.weight", "hidden.weight", "hidden.bias", "output.weight", "output.bias")


def read_flat(model: Handle) -> Flat:
    """Copy the tensors of an answer's flat model; the copies collect gradients of their own."""
    attribute(model, "embedding", nn.Embedding)
    read: list[Tensor | None] = [_copied(model, "embedding.weight").requires_grad_()]
    for name in ("hidden", "output"):
        attribute(model, name, nn.Linear)
        read.append(_copied(model, f"{name}.weight").requires_grad_())
        bias = f"{name}.bias"
        read.append(_copied(model, bias).requires_grad_() if exists(attribute(model, bias)) else None)
    return Flat(*read)  # type: ignore[arg-type]  # only the biases may be None


def flat_mlp(tokens: Tensor, flat: Flat) -> Tensor:
    """Sum the hidden layer place by place: each place of the window has its own columns of the weight."""
    batch, context = tokens.shape
    width = flat.embedding.shape[1]
    same_shape(flat.hidden, (len(flat.hidden), context * width), what="`hidden.weight`")
    sums = torch.zeros(batch, len(flat.hidden), dtype=flat.hidden.dtype)
    for place in range(context):
        columns = flat.hidden[:, place * width : (place + 1) * width]
        sums = sums + torch.stack([flat.embedding[int(token)] for token in tokens[:, place]]) @ columns.T
    if flat.hidden_bias is not None:
        sums = sums + flat.hidden_bias
    logits = torch.tanh(sums) @ flat.output.T
    return logits if flat.output_bias is None else logits + flat.output_bias
