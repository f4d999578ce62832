"""The loss of an untrusted model on words that it must not see, measured so that it cannot cheat.

- Windows are sent in order of length, so the model sees the next character only after it has predicted it.
- The grader turns logits into probabilities in float64, so they always sum to 1.
- Everything is asked again in another order and in other batches. If the logits of a window then differ, the model
  depends on other rows, earlier calls or chance, and is rejected.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from grader.base.errors import AnswersFailed

SAME = 1e-4  # of probabilities; other batch sizes change float32 results by 1e-6
MOST_ROWS = 1000


def fair_loss(
    model: Callable[[Tensor], Tensor], words: Sequence[str], vocabulary: Mapping[str, int], context: int
) -> float:
    """Return the mean cross-entropy of each character of the words and of their ends, in nats.

    Args:
        model: windows, int64 (B, context), the newest token last and 0 before the word -> logits (B, V).
        words: test words.
        vocabulary: character to token; `.`, which is 0, ends a word.
        context: tokens in a window.

    Raises:
        AnswersFailed: the result has a wrong form, is not finite, or does not follow from the window alone.
    """
    tokens = [[vocabulary[character] for character in word] + [0] for word in words]
    asked, answers, total = [], [], 0.0
    for length in range(max(map(len, tokens))):
        going_on = [word for word in tokens if len(word) > length]
        windows = torch.tensor([([0] * context + word[:length])[-context:] for word in going_on])
        targets = torch.tensor([word[length] for word in going_on])
        logits = _asked(model, windows, len(vocabulary))
        total += F.cross_entropy(logits, targets, reduction="sum").item()
        asked.append(windows)
        answers.append(logits.softmax(-1))
    windows, answer = torch.cat(asked), torch.cat(answers)
    order = torch.randperm(len(windows), generator=torch.Generator().manual_seed(secrets.randbits(63)))
    for rows in order.split(MOST_ROWS):
        if (_asked(model, windows[rows], len(vocabulary)).softmax(-1) - answer[rows]).abs().max() > SAME:
            raise AnswersFailed(
                "rejected: the model gives a window different logits if the windows come in a different order; "
                "logits must depend only on the row, not on other rows, earlier calls or chance"
            )
    return total / len(windows)


def _asked(model: Callable[[Tensor], Tensor], windows: Tensor, vocab_size: int) -> Tensor:
    """Return the model's logits in float64, after checking them."""
    logits = model(windows.clone())
    if not isinstance(logits, Tensor) or not logits.is_floating_point():
        raise AnswersFailed(f"rejected: the model must return a tensor of logits, got {type(logits).__name__}")
    if logits.shape != (len(windows), vocab_size):
        shape = tuple(windows.shape)
        raise AnswersFailed(
            f"rejected: for windows {shape} the model must return logits {(len(windows), vocab_size)}, "
            f"got {tuple(logits.shape)}"
        )
    if not logits.isfinite().all():
        raise AnswersFailed("rejected: the model returns logits that are not finite")
    return logits.detach().double()
