"""Mistakes in exercise 3: each is what it replaces in the solution."""

CHARACTERS = 'sorted(set("".join(words)) - {"."})'
VOCABULARY = '{".": 0} | {character: token for token, character in enumerate(characters, start=1)}'
CONTEXT = "    if context < 1:\n"
CONTEXT_MESSAGE = 'f"context must be at least 1, got {context}"'
FOR_WORDS = "    for word in words:\n        for character in word:\n"
CHECK = 'if character == "." or character not in vocabulary:'
CHARACTER_ERROR = 'raise ValueError(f"character {character!r} of word {word!r} is `.` or not in the vocabulary")'
WINDOW = "        window = [0] * context\n"
TOKENS = "[*(vocabulary[character] for character in word), 0]"
RECORD = "            inputs.append(window)\n            targets.append(token)\n"
SLIDE = "window = [*window[1:], token]"
MADE = "torch.tensor(inputs, dtype=torch.int64).reshape(len(targets), context)"
TARGETS = "torch.tensor(targets, dtype=torch.int64)"
FRACTIONS = "if min(fractions) < 0 or abs(sum(fractions) - 1) > 1e-9:"
FRACTIONS_MESSAGE = 'f"fractions must not be negative and must sum to 1, got {fractions}"'
COPY = "shuffled = list(words)"
SHUFFLE = "random.Random(seed).shuffle(shuffled)"
FIRST = "first = int(fractions[0] * len(shuffled))"
SECOND = "second = int((fractions[0] + fractions[1]) * len(shuffled))"
PARTS = "shuffled[:first], shuffled[first:second], shuffled[second:]"

WRONG: dict[str, list[tuple[str, str]]] = {
    "letters-from-zero": [(VOCABULARY, VOCABULARY.replace("start=1", "start=0"))],
    "letters-from-two": [(VOCABULARY, VOCABULARY.replace("start=1", "start=2"))],
    "dot-last": [(VOCABULARY, '{c: token for token, c in enumerate([*characters, "."])}')],
    "no-dot": [(VOCABULARY, VOCABULARY.replace('{".": 0} | ', ""))],
    "unsorted": [(CHARACTERS, 'list(dict.fromkeys("".join(words).replace(".", "")))')],
    "sorted-without-case": [(CHARACTERS, 'sorted(set("".join(words)) - {"."}, key=str.casefold)')],
    "by-how-often": [(CHARACTERS, 'sorted(set("".join(words)) - {"."}, key=lambda c: (-"".join(words).count(c), c))')],
    "dot-of-a-word-numbered": [(CHARACTERS, 'sorted(set("".join(words)))')],
    "dot-of-a-word-leaves-a-gap": [
        (CHARACTERS, 'sorted(set("".join(words)) | {"."})'),
        (VOCABULARY, '{c: place for place, c in enumerate(characters, 1)} | {".": 0}'),
    ],
    "only-the-alphabet": [(CHARACTERS, '[c for c in "abcdefghijklmnopqrstuvwxyz"]')],
    "vocabulary-as-a-list": [(f"return {VOCABULARY}", 'return [".", *characters]')],
    "the-way-back": [(VOCABULARY, '{0: "."} | dict(enumerate(characters, start=1))')],
    "dots-removed-from-the-words": [
        (CHARACTERS, CHARACTERS + '\n    words[:] = [word.replace(".", "") for word in words]')
    ],
    "window-never-emptied": [
        (WINDOW, ""),
        ("    targets: list[int] = []\n", "    targets: list[int] = []\n    window = [0] * context\n"),
    ],
    "padded-on-the-right": [
        (RECORD, RECORD.replace("append(window)", "append([t for t in window if t] + [t for t in window if not t])"))
    ],
    "newest-first": [(SLIDE, "window = [token, *window[:-1]]")],
    "recorded-after-sliding": [
        (RECORD, f"            {SLIDE}\n{RECORD}"),
        (f"            {SLIDE}\n    tokens", "    tokens"),
    ],
    "no-end": [(TOKENS, "[vocabulary[character] for character in word]")],
    "ends-twice": [(TOKENS, TOKENS.replace(", 0]", ", 0, 0]"))],
    "empty-words-skipped": [(WINDOW, "        if not word:\n            continue\n" + WINDOW)],
    "one-window-shared": [(SLIDE, "window.append(token)\n            del window[0]")],
    "only-full-windows": [(RECORD, RECORD.replace("append(window)", "append(window if window[0] else [0] * context)"))],
    "a-token-too-many": [
        (WINDOW, "        window = [0] * (context + 1)\n"),
        (MADE, "torch.tensor(inputs, dtype=torch.int64).reshape(len(targets), context + 1)"),
    ],
    "numbers-of-its-own": [(TOKENS, "[*(sorted(vocabulary).index(character) for character in word), 0]")],
    "padding-of-minus-one": [(WINDOW, "        window = [-1] * context\n")],
    "words-backwards": [(FOR_WORDS, FOR_WORDS.replace("in words", "in reversed(words)"))],
    "words-sorted": [(FOR_WORDS, FOR_WORDS.replace("in words", "in sorted(words)"))],
    "words-once": [(FOR_WORDS, FOR_WORDS.replace("in words", "in dict.fromkeys(words)"))],
    "int32": [(MADE, MADE.replace("int64", "int32"))],
    "float-targets": [(TARGETS, "torch.tensor(targets, dtype=torch.float32)")],
    "float-without-words": [
        (MADE, "torch.tensor(inputs).reshape(len(targets), context)"),
        (TARGETS, "torch.tensor(targets)"),
    ],
    "empty-without-words": [(MADE, "torch.tensor(inputs, dtype=torch.int64)")],
    "targets-as-a-column": [(f"return tokens, {TARGETS}", f"return tokens, {TARGETS}[:, None]")],
    "lists-for-tensors": [(f"return tokens, {TARGETS}", "return inputs, targets")],
    "pair-swapped": [(f"return tokens, {TARGETS}", f"return {TARGETS}, tokens")],
    "context-unchecked": [(CONTEXT, "    if False:\n")],
    "context-checked-with-words-only": [(CONTEXT, "    if words and context < 1:\n")],
    "context-of-zero-allowed": [(CONTEXT, "    if context < 0:\n")],
    "context-message-names-nothing": [(CONTEXT_MESSAGE, '"nothing to look at"')],
    "key-error": [(CHECK, 'if character == ".":')],
    "unknown-characters-skipped": [
        (CHECK, 'if character == ".":'),
        (TOKENS, "[*(vocabulary[character] for character in word if character in vocabulary), 0]"),
    ],
    "unknown-characters-are-zero": [
        (CHECK, 'if character == ".":'),
        (TOKENS, "[*(vocabulary.get(character, 0) for character in word), 0]"),
    ],
    "dot-in-a-word-allowed": [(CHECK, "if character not in vocabulary:")],
    "dot-at-the-end-allowed": [(CHECK, 'if "." in word[:-1] or character not in vocabulary:')],
    "last-character-unchecked": [
        (FOR_WORDS, FOR_WORDS.replace("in word:", "in word[:-1]:")),
        (TOKENS, "[*(vocabulary.get(character, 0) for character in word), 0]"),
    ],
    "first-word-checked-only": [
        (FOR_WORDS, FOR_WORDS.replace("in word:", "in words[0]:")),
        (TOKENS, "[*(vocabulary.get(character, 0) for character in word), 0]"),
    ],
    "index-error": [(CHARACTER_ERROR, CHARACTER_ERROR.replace("ValueError", "IndexError"))],
    "character-error-names-nothing": [(CHARACTER_ERROR, 'raise ValueError("an unknown character")')],
    "character-error-without-the-word": [(CHARACTER_ERROR, 'raise ValueError(f"unknown character {character!r}")')],
    "character-error-without-the-character": [(CHARACTER_ERROR, 'raise ValueError(f"{word!r} cannot be used")')],
    "vocabulary-grows": [(CHECK, "if vocabulary.setdefault(character, 1) == 0:")],
    "words-consumed": [(f"return tokens, {TARGETS}", f"words.clear()\n    return tokens, {TARGETS}")],
    "end-added-to-the-vocabulary": [(CONTEXT, "    vocabulary[' '] = 0\n" + CONTEXT)],
    "words-shuffled-in-place": [(COPY, "shuffled = words")],
    "global-shuffle": [(SHUFFLE, "random.seed(seed)\n    random.shuffle(shuffled)")],
    "global-shuffle-put-back-wrong": [(SHUFFLE, "random.seed(seed)\n    random.shuffle(shuffled)\n    random.seed()")],
    "not-shuffled": [(SHUFFLE, "")],
    "seed-ignored": [(SHUFFLE, "random.Random(42).shuffle(shuffled)")],
    "sorted-before-shuffling": [(COPY, "shuffled = sorted(words)")],
    "drawn-by-sample": [(SHUFFLE, "shuffled = random.Random(seed).sample(shuffled, len(shuffled))")],
    "torch-permutation": [
        (
            SHUFFLE,
            "shuffled = [words[i] for i in torch.randperm(len(words), generator=torch.Generator().manual_seed(seed))]",
        )
    ],
    "duplicates-dropped": [(COPY, "shuffled = list(dict.fromkeys(words))")],
    "rounded-cuts": [(FIRST, FIRST.replace("int(", "round("))],
    "cuts-added": [(SECOND, "second = first + int(fractions[1] * len(shuffled))")],
    "cut-from-the-end": [(SECOND, "second = len(shuffled) - int(fractions[2] * len(shuffled))")],
    "cut-mended-for-rounding": [(SECOND, "second = int((fractions[0] + fractions[1]) * len(shuffled) + 1e-9)")],
    "fractions-ignored": [(FIRST, "first = int(0.8 * len(shuffled))"), (SECOND, "second = int(0.9 * len(shuffled))")],
    "test-before-validation": [(PARTS, "shuffled[:first], shuffled[second:], shuffled[first:second]")],
    "a-word-lost-at-each-cut": [(PARTS, "shuffled[:first], shuffled[first + 1 : second], shuffled[second + 1 :]")],
    "a-list-of-lists": [(f"return {PARTS}", f"return [{PARTS}]")],
    "tuples-for-lists": [(f"return {PARTS}", f"return tuple(map(tuple, ({PARTS})))")],
    "two-parts": [(f"return {PARTS}", "return shuffled[:first], shuffled[first:]")],
    "fractions-unchecked": [(FRACTIONS, "if False:")],
    "negative-fraction-allowed": [(FRACTIONS, "if abs(sum(fractions) - 1) > 1e-9:")],
    "any-sum-allowed": [(FRACTIONS, "if min(fractions) < 0:")],
    "smaller-sum-allowed": [(FRACTIONS, "if min(fractions) < 0 or sum(fractions) > 1 + 1e-9:")],
    "exact-sum-demanded": [(FRACTIONS, "if min(fractions) < 0 or sum(fractions) != 1:")],
    "sum-off-by-a-percent-allowed": [(FRACTIONS, "if min(fractions) < 0 or abs(sum(fractions) - 1) > 0.01:")],
    "zero-fraction-refused": [(FRACTIONS, "if min(fractions) <= 0 or abs(sum(fractions) - 1) > 1e-9:")],
    "fractions-checked-with-words-only": [
        (FRACTIONS, "if words and (min(fractions) < 0 or abs(sum(fractions) - 1) > 1e-9):")
    ],
    "fractions-message-names-nothing": [(FRACTIONS_MESSAGE, '"the shares are wrong"')],
    "fractions-message-without-a-value": [(FRACTIONS_MESSAGE, '"fractions must not be negative and must sum to one"')],
    "fractions-assertion": [(FRACTIONS, "assert min(fractions) >= 0\n    if abs(sum(fractions) - 1) > 1e-9:")],
    "fractions-by-another-name": [
        (
            "words: Sequence[str], seed: int, fractions: tuple[float, float, float] = (0.8, 0.1, 0.1)\n",
            "words: Sequence[str], seed: int, shares: tuple[float, float, float] = (0.8, 0.1, 0.1)\n",
        ),
        ("    if min(fractions)", "    fractions = shares\n    if min(fractions)"),
    ],
}
