"""Exercise 3: each token of each window is looked up by its place in the word, and the split uses `random.Random`
itself.

Words are short and use few letters, so that letters repeat, words occur twice, and some words are empty.
"""

import random
from typing import Any

import pytest
import torch
from callers import AGAIN, CHANGED, LATER, object_of, overwritten
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import or_just

from grader.base import values_as_text
from grader.language import (
    Answers,
    Handle,
    accepts,
    call,
    common_slip,
    do,
    holds,
    leaves_alone,
    looked,
    now,
    raises,
    same,
)

# Not as build_vocabulary numbers: only what the argument says counts. Answers get copies.
NUMBERS = {".": 0, "n": 7, "a": 3, "Z": 1, "é": 300, "-": 2, "b": 12}
LETTERS = "anbé-Z"
CONTEXTS = or_just(st.integers(1, 6), 20)  # longer than any word, and than the course's 8
UNKNOWN = "#@%~"
Shares = tuple[float, float, float]
SHARES: list[Shares] = [
    (0.8, 0.1, 0.1),
    (0.7, 0.2, 0.1),
    (0.6, 0.3, 0.1),
    (0.5, 0.25, 0.25),
    (0.5, 0.5, 0.0),
    (1.0, 0.0, 0.0),
    (0.0, 0.0, 1.0),
]


def texts(letters: str, least: int = 0, most: int = 6) -> st.SearchStrategy[str]:
    """Words of these letters."""
    return st.lists(st.sampled_from(letters), min_size=least, max_size=most).map("".join)


WORDS = st.lists(texts(LETTERS), max_size=4)


def windows(words: list[str], context: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Compute each example separately: the characters before a place, if any, and the character at it."""
    inputs, targets = [], []
    for word in words:
        for place in range(len(word) + 1):
            before = range(place - context, place)
            inputs.append([NUMBERS[word[at]] if at >= 0 else 0 for at in before])
            targets.append(NUMBERS[word[place]] if place < len(word) else 0)
    return torch.tensor(inputs, dtype=torch.int64).reshape(-1, context), torch.tensor(targets, dtype=torch.int64)


def same_windows(answers: Answers, words: list[str], context: int) -> None:
    """Compare what comes back for these words, numbered as in NUMBERS."""
    made = call(answers.ex03_windows.make_windows, [*words], dict(NUMBERS), context)
    same_pair(made, windows(words, context))


def vocabulary_of(words: list[str]) -> dict[str, int]:
    """Every letter of the words by its place among them, and `.`."""
    letters = sorted({letter for word in words for letter in word if letter != "."})
    return {"." if token == 0 else letters[token - 1]: token for token in range(len(letters) + 1)}


def is_pair(made: Any) -> None:
    """Expect a tuple of two."""
    two = isinstance(made, tuple) and len(made) == 2 and all(part is not None for part in made)
    difference = f"the result is not a pair of tensors{common_slip(made)}"
    holds(two, difference, expected="a tuple (inputs, targets)", got=made)


def same_pair(made: Handle, expected: tuple[torch.Tensor, torch.Tensor], when: str = "") -> None:
    """Compare inputs and targets; their dtype has a check of its own."""

    def fits(pair: Any) -> None:
        is_pair(pair)
        for got, values, what in zip(pair, expected, ("`inputs`", "`targets`"), strict=True):
            same(got.long() if isinstance(got, torch.Tensor) else got, values, what=f"{what}{when}")

    looked(made, fits)


@pytest.mark.worth(0.75, "vocabulary")
@given(st.lists(texts("bnaéZ-"), max_size=5))
@example(["emma", "ava"])
@example([" de", "la "])  # a space is a character like any other, at the ends of a word too
def test_vocabulary(answers: Answers, words: list[str]) -> None:
    """`.` is 0, and the distinct characters of all words follow in sorted order from 1."""
    same_vocabulary(answers, words)


@pytest.mark.worth(0.5, "vocabulary", "effects")
@given(st.lists(texts("ba.", most=3), max_size=4))
@example([".b", "a."])
@settings(max_examples=10)
def test_vocabulary_of_words_with_a_dot(answers: Answers, words: list[str]) -> None:
    """A `.` in a word adds nothing to the vocabulary: it is 0 anyway. The list of words does not change, and each
    call returns a new dict.
    """
    build_vocabulary = answers.ex03_windows.build_vocabulary
    with leaves_alone(words=words):
        same_vocabulary(answers, words)
    made = call(build_vocabulary, words)
    same_vocabulary(answers, ["xy", *words])
    is_vocabulary(now(made), words, LATER)
    overwritten(made, "made.clear()")
    is_vocabulary(call(build_vocabulary, words), words, AGAIN)
    given_words = object_of("words", words)
    is_vocabulary(call(build_vocabulary, given_words), words)
    do(["words.append('xy')"])
    is_vocabulary(call(build_vocabulary, given_words), [*words, "xy"], CHANGED)


def same_vocabulary(answers: Answers, words: list[str]) -> None:
    """Compare what each character is mapped to."""
    is_vocabulary(call(answers.ex03_windows.build_vocabulary, words), words)


def is_vocabulary(made: Handle, words: list[str], what: str = "the vocabulary") -> None:
    """Compare what each character is mapped to; in which order the dict holds them is left open."""
    expected = vocabulary_of(words)

    def fits(got: Any) -> None:
        holds(isinstance(got, dict), f"the vocabulary is not a dict{common_slip(got)}", expected="a dict", got=got)
        in_order = {key: got[key] for key in expected if key in got}
        others = {key: got[key] for key in sorted(got, key=repr) if key not in expected}
        same({**in_order, **others}, expected, what=what)

    looked(made, fits)


@pytest.mark.worth(0.75, "windows", "padding")
def test_one_word_by_hand(answers: Answers) -> None:
    """`ann` with a context of 3 gives `...` → a, `..a` → n, `.an` → n and `ann` → `.`; a word of 2,000 letters works in
    the same way.
    """
    made = call(answers.ex03_windows.make_windows, ["ann"], {".": 0, "a": 1, "n": 2}, 3)
    expected = torch.tensor([[0, 0, 0], [0, 0, 1], [0, 1, 2], [1, 2, 2]]), torch.tensor([1, 2, 2, 0])
    same_pair(made, expected)
    same_windows(answers, ["anb-" * 500], 8)


@pytest.mark.worth(1.5, "windows")
@given(texts(LETTERS, 1, 8), CONTEXTS)
def test_windows_of_a_word(answers: Answers, word: str, context: int) -> None:
    """Each character of a word and the closing `.` is a target; its window holds the `context` tokens before it, the
    newest last, with the numbers of the vocabulary.
    """
    same_windows(answers, [word], context)


@pytest.mark.worth(1, "padding", "windows")
@given(st.lists(texts(LETTERS), min_size=2, max_size=4), CONTEXTS)
@example(["an", "b"], 3)
@example(["a", "", "a"], 2)
def test_each_word_starts_with_padding(answers: Answers, words: list[str], context: int) -> None:
    """Words follow each other in order, and each one starts from an empty window, without characters of the previous
    word.
    """
    same_windows(answers, words, context)


@pytest.mark.worth(0.7, "tensors")
@given(WORDS, CONTEXTS)
@example([""], 1)
@example([], 3)
@settings(max_examples=10)
def test_shapes_and_dtype(answers: Answers, words: list[str], context: int) -> None:
    """The inputs are int64 (N, context) and the targets int64 (N,), with one example per letter and one for the end of
    each word; without words they are (0, context) and (0,).
    """
    made = call(answers.ex03_windows.make_windows, [*words], dict(NUMBERS), context)
    count = sum(len(word) + 1 for word in words)

    def fits(pair: Any) -> None:
        is_pair(pair)
        for got, shape, what in zip(pair, ((count, context), (count,)), ("`inputs`", "`targets`"), strict=True):
            holds(isinstance(got, torch.Tensor), f"{what} is not a tensor", expected="a tensor", got=got)
            wanted, came = f"shape {shape}, int64", f"shape {tuple(got.shape)}, {str(got.dtype).removeprefix('torch.')}"
            holds(came == wanted, f"{what} has {came}", expected=wanted, got=came)

    looked(made, fits)


@pytest.mark.worth(0.1, "context", kind="errors")
def test_refuses_a_context_below_one(answers: Answers) -> None:
    """A context below 1 raises a ValueError whose message includes `context` and its value, even without words."""
    make_windows = answers.ex03_windows.make_windows
    accepts(make_windows, ["ann", "b"], dict(NUMBERS), 1)
    for words in ([""], ["ann", "b"], []):
        for context in (0, -1, -3):
            raises(ValueError, make_windows, words, dict(NUMBERS), context, naming=["context"], values=[context])


def refuses_character(answers: Answers, words: list[str], word: str, character: str, context: int) -> None:
    """Expect a ValueError whose message includes the word and the character, and no error once the character is
    removed.
    """
    make_windows = answers.ex03_windows.make_windows
    accepts(make_windows, [other.replace(character, "") for other in words], dict(NUMBERS), context)

    def names_it(error: BaseException) -> None:
        holds(
            character in values_as_text.message(error).replace(word, ""),
            f"the message includes the word {word!r}, but not the character {character!r} by itself",
            expected=f"ValueError with a message that includes {word!r} and {character!r}",
            got=error,
        )

    raises(ValueError, make_windows, words, dict(NUMBERS), context, values=[word], also=names_it)


@pytest.mark.worth(0.25, "characters", kind="errors")
@given(WORDS, texts("anb", most=3), texts("anb", 1, 3), st.booleans(), st.sampled_from(UNKNOWN), WORDS, CONTEXTS)
@example([], "a", "n", True, "#", [], 3)
@example([], "", "n", True, "#", [], 3)
@example([], "", "n", False, "#", [], 3)
def test_refuses_an_unknown_character(
    answers: Answers,
    before: list[str],
    one: str,
    other: str,
    swap: bool,
    character: str,
    after: list[str],
    context: int,
) -> None:
    """An unknown character raises a ValueError whose message includes the word and the character."""
    word = other + character + one if swap else one + character + other
    refuses_character(answers, [*before, word, *after], word, character, context)


@pytest.mark.worth(0.15, "characters", kind="errors")
@given(WORDS, texts("anb", most=3), texts("anb", 1, 3), st.booleans(), WORDS, CONTEXTS)
@example([], "a", "n", True, [], 3)
@example([], "", "n", True, [], 3)
@example([], "", "n", False, [], 3)
def test_refuses_a_dot_in_a_word(
    answers: Answers, before: list[str], one: str, other: str, swap: bool, after: list[str], context: int
) -> None:
    """A `.` inside a word raises a ValueError whose message includes the word and the `.`, although `.` is in the
    vocabulary.
    """
    word = other + "." + one if swap else one + "." + other
    refuses_character(answers, [*before, word, *after], word, ".", context)


@pytest.mark.worth(0.4, "effects")
@given(WORDS, CONTEXTS)
@settings(max_examples=10)
def test_windows_leave_everything_as_it_was(answers: Answers, words: list[str], context: int) -> None:
    """`make_windows` modifies neither the words nor the vocabulary, does not touch the global random state, and
    returns new tensors: no later call changes them, and changing them changes no later result.
    """
    make_windows, vocabulary = answers.ex03_windows.make_windows, dict(NUMBERS)
    with leaves_alone(words=words, vocabulary=vocabulary):
        same_pair(call(make_windows, words, vocabulary, context), windows(words, context))
    made = call(make_windows, words, vocabulary, context)
    turned = [word[::-1] for word in words]
    same_pair(call(make_windows, turned, vocabulary, context), windows(turned, context))
    same_pair(now(made), windows(words, context), f" of {LATER}")
    overwritten(made, "[tensor.fill_(9) for tensor in made]")
    same_pair(call(make_windows, words, vocabulary, context), windows(words, context), f" of {AGAIN}")
    objects = object_of("words", words), object_of("vocabulary", vocabulary)
    same_pair(call(make_windows, *objects, context), windows(words, context))
    do(["words.append('ba')", "vocabulary['n'], vocabulary['a'] = vocabulary['a'], vocabulary['n']"])
    swapped = [word.translate(str.maketrans("na", "an")) for word in [*words, "ba"]]
    same_pair(call(make_windows, *objects, context), windows(swapped, context), f" of {CHANGED}")


def split(words: list[str], seed: int, fractions: Shares) -> tuple[list[str], ...]:
    """Assign each word of the shuffled copy to its part: before the first cut, before the second, or after both."""
    shuffled, parts = [*words], ([], [], [])  # type: tuple[list[str], tuple[list[str], list[str], list[str]]]
    random.Random(seed).shuffle(shuffled)
    first = int(fractions[0] * len(words))
    second = int((fractions[0] + fractions[1]) * len(words))
    for place, word in enumerate(shuffled):
        parts[(place >= first) + (place >= second)].append(word)
    return parts


def same_split(made: Handle, expected: tuple[list[str], ...], when: str = "") -> None:
    """Compare part by part."""
    looked(made, lambda got: has_parts(got, expected, when))


def has_parts(got: Any, expected: tuple[list[str], ...], when: str) -> None:
    """Compare three lists with those expected."""
    three = isinstance(got, tuple) and len(got) == 3
    difference = f"the result is not a tuple of three lists{common_slip(got)}"
    holds(three, difference, expected="a tuple of three lists", got=got)
    for part, words, what in zip(got, expected, ("training", "validation", "test"), strict=True):
        same(part, words, what=f"the list of {what} words{when}")


MANY = st.lists(texts("ab", 1, 2), max_size=30)
THIRTY = list("abcdefghijklmnopqrstuvwxyzABCD")


@pytest.mark.worth(0.6, "split")
@given(MANY, st.integers(0, 2**40))
@example(THIRTY[:6], 42)
@example(THIRTY, 42)
def test_split(answers: Answers, words: list[str], seed: int) -> None:
    """A copy of the words is shuffled by `random.Random(seed)` and cut into three lists, by default 80, 10 and 10 %."""
    same_split(call(answers.ex03_windows.split_words, [*words], seed), split(words, seed, (0.8, 0.1, 0.1)))


@pytest.mark.worth(0.6, "split", "fractions")
@given(or_just(MANY, THIRTY), st.integers(0, 999), st.sampled_from(SHARES))
@example(THIRTY, 7, (0.7, 0.2, 0.1))
@example(THIRTY, 7, (0.5, 0.5, 0.0))
def test_split_by_other_fractions(answers: Answers, words: list[str], seed: int, fractions: Shares) -> None:
    """The cuts are at int(fractions[0] * n) and int((fractions[0] + fractions[1]) * n), for all fractions that sum to 1
    up to rounding, such as 0.7, 0.2 and 0.1.
    """
    expected = split(words, seed, fractions)
    same_split(call(answers.ex03_windows.split_words, [*words], seed, fractions=fractions), expected)


@pytest.mark.worth(0.15, "fractions", kind="errors")
def test_refuses_a_negative_fraction(answers: Answers) -> None:
    """A negative fraction raises a ValueError whose message includes `fractions` and a value, even if the sum is 1."""
    split_words = answers.ex03_windows.split_words
    accepts(split_words, [*THIRTY], 1, fractions=(0.5, 0.25, 0.25))
    for fractions in ((-0.1, 0.6, 0.5), (0.6, -0.1, 0.5), (1.1, 0.2, -0.3), (0.5, 0.6, -0.1), (0.9, 0.101, -0.001)):
        for words in ([*THIRTY], []):
            raises(ValueError, split_words, words, 1, fractions=fractions, naming=["fractions"], values=fractions)


@pytest.mark.worth(0.15, "fractions", kind="errors")
def test_refuses_another_sum(answers: Answers) -> None:
    """Fractions that do not sum to 1 raise a ValueError whose message includes `fractions` and a value."""
    split_words = answers.ex03_windows.split_words
    accepts(split_words, [*THIRTY], 1, fractions=(0.5, 0.25, 0.25))
    for fractions in ((0.8, 0.1, 0.2), (0.5, 0.3, 0.1), (0.3, 0.3, 0.3), (0.75, 0.75, 0.25), (80.0, 10.0, 10.0)):
        values = [*fractions, sum(fractions)]
        for words in ([*THIRTY], []):
            raises(ValueError, split_words, words, 1, fractions=fractions, naming=["fractions"], values=values)
    for fractions in ((0.7, 0.2, 0.102), (0.698, 0.2, 0.1), (0.7, 0.2, 0.1015), (0.0, 0.0, 0.0)):
        raises(ValueError, split_words, [*THIRTY], 1, fractions=fractions, naming=["fractions"])


@pytest.mark.worth(0.4, "effects", "split")
@given(MANY, st.integers(0, 999))
@example(THIRTY, 3)
@settings(max_examples=10)
def test_split_leaves_everything_as_it_was(answers: Answers, words: list[str], seed: int) -> None:
    """`split_words` returns three new lists, does not reorder the list of words and does not touch the global random
    state.
    """
    words, split_words = [*words], answers.ex03_windows.split_words
    expected = split(words, seed, (0.8, 0.1, 0.1))
    with leaves_alone(words=words):
        same_split(call(split_words, words, seed), expected)
    made = call(split_words, words, seed)
    other = call(split_words, words, seed + 1)
    same_split(other, split(words, seed + 1, (0.8, 0.1, 0.1)))
    same_split(now(made), expected, f" of {LATER}")
    overwritten(made, "made[0].append('new')")
    same_split(now(made), ([*expected[0], "new"], *expected[1:]), ", after the caller has added one for training")
    same_split(call(split_words, words, seed), expected, f" of {AGAIN}")
    given_words = object_of("words", words)
    same_split(call(split_words, given_words, seed), expected)
    do(["words.append('new')"])
    changed = split([*words, "new"], seed, (0.8, 0.1, 0.1))
    same_split(call(split_words, given_words, seed), changed, f" of {CHANGED}")
