"""Exercise 10: probabilities from logits, and words drawn from them: the same draws must give the same words."""

from typing import Any

import oracles
import pytest
import torch
from callers import AGAIN, CHANGED, LATER, gradients_flow, halved, object_of, overwritten
from hypothesis import example, given, settings
from hypothesis import strategies as st
from models import (
    DROPPING,
    NORMALISED,
    PLAIN,
    generator_of,
    gradients_kept,
    is_unchanged,
    mode_is_put_back,
    run,
    same_draws,
    small_model,
)
from strategies import FLOATS, LAYOUTS, SEEDS, laid_out, tokens

from grader.language import (
    Answers,
    Handle,
    Mismatch,
    accepts,
    aside,
    call,
    do,
    holds,
    leaves_alone,
    looked,
    now,
    of_kind,
    raises,
    refused,
    same,
    seeded,
    seen,
)

MODES = st.booleans()
TEMPERATURES = st.sampled_from([1.0, 0.5, 2.0, 0.05])
NEVER_ENDS = "model[-1].bias.data[0] = -1000.0"  # token 0 is never drawn
BLIND = "model[0].weight.data.zero_()"  # every window gives the same probabilities


def vocabulary_of(characters: str) -> dict[str, int]:
    """Tokens in the order of the characters."""
    return {character: token for token, character in enumerate(characters)}


def same_word(word: Handle, expected: str, context: int = 2, characters: str = ".abcd") -> None:
    """Compare words of these characters; the message names the first draw at which they part, and its window."""
    looked(word, lambda got: is_the_word(got, expected, context, characters))


def is_the_word(got: Any, expected: str, context: int, characters: str) -> None:
    """Compare a word with the one expected."""
    if not isinstance(got, str) or got == expected:
        same(got, expected, what="the word")
        return
    parted = next((n for n, pair in enumerate(zip(got, expected, strict=False)) if pair[0] != pair[1]), None)
    draw = min(len(got), len(expected)) if parted is None else parted
    window = ([0] * context + [characters.index(character) for character in expected[:draw]])[-context:]
    if draw == len(expected):
        difference = f"the word should end after {draw} characters, but it continues with {got[draw]!r}"
    elif draw == len(got):
        difference = f"the word ends after {draw} characters, but should continue with {expected[draw]!r}"
    else:
        difference = f"draw {draw + 1}, from the window {window}: {expected[draw]!r} expected, {got[draw]!r} got"
    raise Mismatch(difference, expected=repr(expected), got=repr(got), came=got)


@pytest.mark.worth(0.75, "softmax")
@settings(max_examples=15)
@given(st.integers(1, 4), st.integers(1, 3), TEMPERATURES, SEEDS, LAYOUTS, FLOATS)
def test_softmax_of_logits_over_temperature(
    answers: Answers, batch: int, context: int, temperature: float, seed: int, layout: str, dtype: torch.dtype
) -> None:
    """`next_probabilities` is softmax(logits / temperature) for each window: (B, context) becomes (B, V)."""
    windows = laid_out(tokens(batch, context, 5, seed), layout)
    model = small_model(seed=seed, context=context, dtype=dtype, training=False)
    given_or_default = {} if temperature == 1 else {"temperature": temperature}
    expected = oracles.next_probabilities(model.here, windows, temperature)
    same(run(answers.ex10_sampling.next_probabilities, model.handle, windows, **given_or_default), expected)


@pytest.mark.worth(0.25, "softmax")
@settings(max_examples=8)
@given(st.sampled_from([(1_000, 1.0), (1_000, 0.05), (10_000, 1.0), (10_000, 0.5), (10_000, 2.0)]), SEEDS)
@example((1_000, 1_000.0), 0)  # no probability of temperature 1 tells what this one's are
def test_large_logits(answers: Answers, sizes: tuple[int, float], seed: int) -> None:
    """Probabilities are also right for logits of ±1,000 and ±10,000, although exp(1000) overflows."""
    large, temperature = sizes
    shift = f"model[-1].bias.data += torch.tensor([{large}, {-large}, {large - 1}, 0, {large - 1.5}])"
    model, windows = small_model(shift, seed=seed, training=False), tokens(2, 2, 5, seed)
    expected = oracles.next_probabilities(model.here, windows, temperature)
    same(run(answers.ex10_sampling.next_probabilities, model.handle, windows, temperature=temperature), expected)


@pytest.mark.worth(0.5, "evaluation")
@settings(max_examples=10)
@given(st.sampled_from([NORMALISED, DROPPING]), st.integers(2, 4), SEEDS, MODES)
def test_probabilities_of_evaluation_mode(answers: Answers, middle: str, batch: int, seed: int, training: bool) -> None:
    """`next_probabilities` runs the model in evaluation mode, whatever mode it was in."""
    windows = tokens(batch, 2, 5, seed)
    model = small_model(seed=seed, middle=middle, training=training)
    expected = oracles.next_probabilities(model.here, windows, 1.0)
    same(run(answers.ex10_sampling.next_probabilities, model.handle, windows), expected)


@pytest.mark.worth(0.25, "evaluation")
@settings(max_examples=3)
@given(st.integers(1, 3))
def test_probabilities_without_gradients(answers: Answers, batch: int) -> None:
    """`next_probabilities` runs the model without gradients: nothing is recorded for a backward pass. Afterwards
    gradients are recorded as before.
    """
    model, windows = small_model(), tokens(batch, 2, 5, 0)
    recorded = gradients_kept()
    got = run(answers.ex10_sampling.next_probabilities, model.handle, windows)
    of_logits = seen(any, now(recorded))
    of_result = seen(lambda made: bool(getattr(made, "requires_grad", False)), got)
    same(got, oracles.next_probabilities(model.here, windows, 1.0))
    kept = [name for name, on in (("logits", of_logits), ("probabilities", of_result)) if on]
    holds(
        not kept,
        f"the {' and the '.join(kept)} are recorded for gradients",
        expected="requires_grad is False",
        got="requires_grad is True",
    )
    gradients_flow(call(model.handle, windows), "`next_probabilities`")


@pytest.mark.worth(0.5, "mode")
@settings(max_examples=8)
@given(MODES, st.sampled_from([3, 5]), st.sampled_from([1.0, 0.0]))
def test_probabilities_put_the_mode_back(answers: Answers, training: bool, vocab_size: int, temperature: float) -> None:
    """`next_probabilities` is right and leaves the model in its mode, even after an error (an unknown token)."""
    model = small_model(vocab_size=vocab_size, middle=NORMALISED, training=training)
    known, windows = torch.tensor([[1, 2], [2, 1]]), torch.tensor([[1, 2], [3, 4]])
    got = run(answers.ex10_sampling.next_probabilities, model.handle, known)
    same(got, oracles.next_probabilities(model.here, known, 1.0))
    mode_is_put_back(model.handle, training)
    with seeded(314_159):
        refused(answers.ex10_sampling.next_probabilities, model.handle, windows, temperature=temperature)
    mode_is_put_back(model.handle, training)


@pytest.mark.worth(0.25, "temperature", kind="errors")
@settings(max_examples=4)
@given(st.sampled_from([0.0, -0.5, -1.0, 0]))
@example(-0.5)
def test_probabilities_refuse_a_temperature_of_0_or_less(answers: Answers, temperature: float) -> None:
    """`next_probabilities` raises a ValueError for temperature <= 0, and the message includes the name and value."""
    function = answers.ex10_sampling.next_probabilities
    with aside():
        accepts(function, small_model().handle, torch.tensor([[1, 2]]), temperature=0.5)
    arguments = small_model().handle, torch.tensor([[1, 2]])
    named = [temperature] * bool(temperature)  # «above 0» names 0 already
    raises(ValueError, function, *arguments, temperature=temperature, naming=["temperature"], values=named)


@pytest.mark.worth(0.25, "effects")
@settings(max_examples=6)
@given(st.sampled_from([PLAIN, NORMALISED, DROPPING]), st.integers(0, 1))
def test_probabilities_change_nothing(answers: Answers, middle: str, seed: int) -> None:
    """`next_probabilities` changes neither the windows nor the model, and does not touch the global random
    state. Each call returns a new tensor for the current windows and weights.
    """
    windows, model = tokens(3, 2, 5, seed), small_model(seed=seed, middle=middle)
    expected = oracles.next_probabilities(model.here, windows, 1.0)
    next_probabilities = answers.ex10_sampling.next_probabilities
    with leaves_alone(windows=windows):
        same(call(next_probabilities, model.handle, windows), expected)
    is_unchanged(model)
    others = (windows + 1) % 5
    first = call(next_probabilities, model.handle, windows)
    same(call(next_probabilities, model.handle, others), oracles.next_probabilities(model.here, others, 1.0))
    same(now(first), expected, what=LATER)
    overwritten(first, "made.data.fill_(9)")
    same(call(next_probabilities, model.handle, windows), expected, what=AGAIN)
    given_windows = object_of("windows", windows)
    same(call(next_probabilities, model.handle, given_windows), expected)
    do(["windows.add_(1).remainder_(5)"])
    expected = oracles.next_probabilities(model.here, others, 1.0)
    same(call(next_probabilities, model.handle, given_windows), expected, what=CHANGED)
    halved(model.handle)
    with torch.no_grad():
        for parameter in model.here.parameters():
            parameter.mul_(0.5)
    expected = oracles.next_probabilities(model.here, others, 1.0)
    what = "the probabilities after the weights were halved"
    same(call(next_probabilities, model.handle, given_windows), expected, what=what)


@pytest.mark.worth(0.75, "draw")
@given(st.integers(1, 4), st.integers(0, 8), SEEDS, FLOATS)
@example(1, 2, 0, torch.float64)  # a window of one: nothing of it is left when it slides
def test_words_are_drawn_and_the_window_slides(
    answers: Answers, context: int, max_length: int, seed: int, dtype: torch.dtype
) -> None:
    """Starting from a window of zeros, each step draws a token with the generator, drops the oldest token and appends
    the new one.
    """
    after = "model[-1].weight.data *= 3", "model[-1].bias.data[0] -= 1"
    model = small_model(*after, seed=seed, context=context, dtype=dtype, training=False)
    generator, theirs = generator_of(seed), torch.Generator().manual_seed(seed)
    expected = oracles.sample_word(model.here, ".abcd", context, generator=theirs, max_length=max_length)
    got = run(
        answers.ex10_sampling.sample_word,
        model.handle,
        vocabulary_of(".abcd"),
        context,
        generator=generator,
        max_length=max_length,
    )
    same_word(got, expected, context)
    even = torch.full((1, 5), 0.2, dtype=dtype)
    draws = len(expected) + (len(expected) < max_length)  # and the closing `.`
    same_draws(generator, seed, lambda drawing: torch.multinomial(even, 1, generator=drawing), draws)


@pytest.mark.worth(0.25, "draw", "temperature")
@settings(max_examples=12)
@given(st.sampled_from([0.25, 0.5, 4.0]), SEEDS)
@example(4.0, 3)
def test_words_are_drawn_at_the_temperature(answers: Answers, temperature: float, seed: int) -> None:
    """`sample_word` draws from the probabilities at the given temperature."""
    after = "model[-1].bias.data *= 3", NEVER_ENDS, BLIND
    model = small_model(*after, seed=seed, training=False)
    expected = oracles.sample_word(
        model.here, ".abcd", 2, generator=torch.Generator().manual_seed(seed), temperature=temperature, max_length=8
    )
    got = run(
        answers.ex10_sampling.sample_word,
        model.handle,
        vocabulary_of(".abcd"),
        2,
        generator=generator_of(seed),
        temperature=temperature,
        max_length=8,
    )
    same_word(got, expected)


@pytest.mark.worth(0.25, "end")
@settings(max_examples=10)
@given(st.none() | st.integers(0, 7), SEEDS)
def test_a_word_ends_at_max_length(answers: Answers, max_length: int | None, seed: int) -> None:
    """If no `.` is drawn, a word has max_length characters, 50 by default."""
    model = small_model(NEVER_ENDS, seed=seed, training=False)
    longest = {} if max_length is None else {"max_length": max_length}
    sample_word, vocabulary = answers.ex10_sampling.sample_word, vocabulary_of(".abcd")
    got = run(sample_word, model.handle, vocabulary, 2, generator=generator_of(seed), **longest)
    of_kind(got, str)
    same(seen(len, got), 50 if max_length is None else max_length, what="the length of the word")
    looked(got, lambda made: holds("." not in made, "the word contains a `.`", expected="a word without `.`", got=made))


@pytest.mark.worth(0.25, "end")
@settings(max_examples=8)
@given(SEEDS)
def test_a_word_ends_at_the_end_token(answers: Answers, seed: int) -> None:
    """A word ends if `.` is drawn, and does not include the `.`, so it can be empty. The next word continues with the
    same generator.
    """
    model = small_model("model[-1].bias.data[0] = 2.0", BLIND, seed=seed, training=False)
    generator, theirs = generator_of(seed), torch.Generator().manual_seed(seed)
    arguments = model.handle, vocabulary_of(".abcd"), 2
    for _ in range(2):
        expected = oracles.sample_word(model.here, ".abcd", 2, generator=theirs)
        same_word(run(answers.ex10_sampling.sample_word, *arguments, generator=generator), expected)


@pytest.mark.worth(0.25, "evaluation", "mode")
@settings(max_examples=12)
@given(st.sampled_from([NORMALISED, DROPPING]), MODES, st.booleans(), SEEDS)
def test_words_of_evaluation_mode_put_the_mode_back(
    answers: Answers, middle: str, training: bool, fails: bool, seed: int
) -> None:
    """`sample_word` runs the model in evaluation mode and leaves it in the mode it was in, even after an error."""
    after = [NEVER_ENDS, *["model[0] = nn.Embedding(1, 2).double()"] * fails]  # then each drawn token is unknown to it
    model = small_model(*after, seed=seed, middle=middle, training=training)
    expected = ""
    if not fails:
        expected = oracles.sample_word(
            model.here, ".abcd", 2, generator=torch.Generator().manual_seed(seed), max_length=1
        )
    arguments, generator = (model.handle, vocabulary_of(".abcd"), 2), generator_of(seed)
    with seeded(314_159):
        if fails:
            refused(answers.ex10_sampling.sample_word, *arguments, generator=generator, max_length=4)
        else:
            got = call(answers.ex10_sampling.sample_word, *arguments, generator=generator, max_length=1)
    mode_is_put_back(model.handle, training)
    if not fails:
        same_word(got, expected)


@pytest.mark.worth(0.25, "temperature", kind="errors")
@settings(max_examples=3)
@given(st.sampled_from([0.0, -0.5, -1.0]))
@example(0.0)
def test_words_refuse_a_temperature_of_0_or_less(answers: Answers, temperature: float) -> None:
    """In `sample_word`, temperature <= 0 raises a ValueError whose message includes `temperature` and its value."""
    function = answers.ex10_sampling.sample_word
    with aside():
        positional = small_model().handle, vocabulary_of(".abcd"), 2
        accepts(function, *positional, generator=generator_of(0), temperature=0.5)
    arguments: dict[str, Any] = {"generator": generator_of(0), "temperature": temperature}
    named = [temperature] * bool(temperature)
    positional = small_model().handle, vocabulary_of(".abcd"), 2
    raises(ValueError, function, *positional, naming=["temperature"], values=named, **arguments)


@pytest.mark.worth(0.25, "effects", "draw")
@settings(max_examples=8)
# the second as exercise 3 makes it: two characters that sort before the `.`
@given(st.permutations(range(5)), st.sampled_from([".abcd", ".'-ab", ".dbca"]), SEEDS)
def test_the_vocabulary_may_be_in_any_order(answers: Answers, order: list[int], characters: str, seed: int) -> None:
    """`sample_word` reads a vocabulary of any characters in any order, and changes neither it nor the global random
    state. Each word uses the vocabulary of its own call.
    """
    model = small_model(NEVER_ENDS, BLIND, seed=seed, training=False)
    vocabulary = {characters[token]: token for token in order}
    expected = oracles.sample_word(
        model.here, characters, 2, generator=torch.Generator().manual_seed(seed), max_length=5
    )
    with leaves_alone(vocabulary=vocabulary):
        generator = generator_of(seed)
        got = call(answers.ex10_sampling.sample_word, model.handle, vocabulary, 2, generator=generator, max_length=5)
    same_word(got, expected, characters=characters)
    given_vocabulary = object_of("vocabulary", vocabulary)
    arguments = model.handle, given_vocabulary, 2
    for named in (characters, characters.translate(str.maketrans(characters[1:3], characters[2:0:-1]))):
        theirs = torch.Generator().manual_seed(seed)
        expected = oracles.sample_word(model.here, named, 2, generator=theirs, max_length=5)
        got = run(answers.ex10_sampling.sample_word, *arguments, generator=generator_of(seed), max_length=5)
        same_word(got, expected, characters=named)
        one, other = (repr(character) for character in characters[1:3])
        do([f"vocabulary[{one}], vocabulary[{other}] = vocabulary[{other}], vocabulary[{one}]"])
    # one draw of a model that the window does matter to: nothing of the earlier words is left in it
    model, theirs = small_model(NEVER_ENDS, seed=seed, training=False), torch.Generator().manual_seed(seed)
    expected = oracles.sample_word(model.here, characters, 2, generator=theirs, max_length=1)
    arguments = model.handle, given_vocabulary, 2
    got = run(answers.ex10_sampling.sample_word, *arguments, generator=generator_of(seed), max_length=1)
    same_word(got, expected, characters=characters)
