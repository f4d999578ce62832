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
MADE = "torch.tensor(inputs, dtype=torch.int64).reshape(len(targets), context)"
TARGETS = "torch.tensor(targets, dtype=torch.int64)"
FRACTIONS = "if min(fractions) < 0 or abs(sum(fractions) - 1) > 1e-9:"
FRACTIONS_MESSAGE = 'f"fractions must not be negative and must sum to 1, got {fractions}"'
COPY = "shuffled = list(words)"
SECOND = "second = int((fractions[0] + fractions[1]) * len(shuffled))"
PARTS = "shuffled[:first], shuffled[first:second], shuffled[second:]"

WRONG: dict[str, list[tuple[str, str]]] = {
    "words-stripped": [(CHARACTERS, 'sorted(set("".join(word.strip() for word in words)) - {"."})')],
    "no-more-than-eight-tokens": [(WINDOW, "        window = [0] * context if context < 9 else [1] * context\n")],
    "sum-off-by-two-thousandths-allowed": [(FRACTIONS, "if min(fractions) < 0 or abs(sum(fractions) - 1) > 2e-3:")],
    "negative-hundredth-allowed": [(FRACTIONS, "if min(fractions) < -0.01 or abs(sum(fractions) - 1) > 1e-9:")],
    "empty-part-filled-up": [(PARTS, PARTS + " or shuffled[first:second]")],
    "letters-from-two": [(VOCABULARY, VOCABULARY.replace("start=1", "start=2"))],
    "sorted-without-case": [(CHARACTERS, 'sorted(set("".join(words)) - {"."}, key=str.casefold)')],
    "by-how-often": [(CHARACTERS, 'sorted(set("".join(words)) - {"."}, key=lambda c: (-"".join(words).count(c), c))')],
    "vocabulary-as-a-list": [(f"return {VOCABULARY}", 'return [".", *characters]')],
    "dots-removed-from-the-words": [
        (CHARACTERS, CHARACTERS + '\n    words[:] = [word.replace(".", "") for word in words]')
    ],
    "ends-twice": [(TOKENS, TOKENS.replace(", 0]", ", 0, 0]"))],
    "empty-words-skipped": [(WINDOW, "        if not word:\n            continue\n" + WINDOW)],
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
    "targets-as-a-column": [(f"return tokens, {TARGETS}", f"return tokens, {TARGETS}[:, None]")],
    "pair-swapped": [(f"return tokens, {TARGETS}", f"return {TARGETS}, tokens")],
    "context-message-names-nothing": [(CONTEXT_MESSAGE, '"nothing to look at"')],
    "unknown-characters-skipped": [
        (CHECK, 'if character == ".":'),
        (TOKENS, "[*(vocabulary[character] for character in word if character in vocabulary), 0]"),
    ],
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
    "vocabulary-grows": [(CHECK, "if vocabulary.setdefault(character, 1) == 0:")],
    "words-consumed": [(f"return tokens, {TARGETS}", f"words.clear()\n    return tokens, {TARGETS}")],
    "end-added-to-the-vocabulary": [(CONTEXT, "    vocabulary[' '] = 0\n" + CONTEXT)],
    "sorted-before-shuffling": [(COPY, "shuffled = sorted(words)")],
    "duplicates-dropped": [(COPY, "shuffled = list(dict.fromkeys(words))")],
    "cut-mended-for-rounding": [(SECOND, "second = int((fractions[0] + fractions[1]) * len(shuffled) + 1e-9)")],
    "test-before-validation": [(PARTS, "shuffled[:first], shuffled[second:], shuffled[first:second]")],
    "a-word-lost-at-each-cut": [(PARTS, "shuffled[:first], shuffled[first + 1 : second], shuffled[second + 1 :]")],
    "a-list-of-lists": [(f"return {PARTS}", f"return [{PARTS}]")],
    "tuples-for-lists": [(f"return {PARTS}", f"return tuple(map(tuple, ({PARTS})))")],
    "two-parts": [(f"return {PARTS}", "return shuffled[:first], shuffled[first:]")],
    "smaller-sum-allowed": [(FRACTIONS, "if min(fractions) < 0 or sum(fractions) > 1 + 1e-9:")],
    "sum-off-by-a-percent-allowed": [(FRACTIONS, "if min(fractions) < 0 or abs(sum(fractions) - 1) > 0.01:")],
    "fractions-checked-with-words-only": [
        (FRACTIONS, "if words and (min(fractions) < 0 or abs(sum(fractions) - 1) > 1e-9):")
    ],
    "fractions-message-names-nothing": [(FRACTIONS_MESSAGE, '"the shares are wrong"')],
    "fractions-assertion": [(FRACTIONS, "assert min(fractions) >= 0\n    if abs(sum(fractions) - 1) > 1e-9:")],
    "fractions-by-another-name": [
        (
            "words: Sequence[str], seed: int, fractions: tuple[float, float, float] = (0.8, 0.1, 0.1)\n",
            "words: Sequence[str], seed: int, shares: tuple[float, float, float] = (0.8, 0.1, 0.1)\n",
        ),
        ("    if min(fractions)", "    fractions = shares\n    if min(fractions)"),
    ],
    # kept between two calls, or shared by two callers
    "vocabulary-remembered": [
        ("\n\ndef build_vocabulary", "\n\n_kept = {}\n\n\ndef build_vocabulary"),
        (
            '    characters = sorted(set("".join(words)) - {"."})\n    return {".": 0} | {character: token for token, character in enumerate(characters, start=1)}',
            '    characters = sorted(set("".join(words)) - {"."})\n    return _kept.setdefault(tuple(words), {".": 0} | {character: token for token, character in enumerate(characters, start=1)})',
        ),
    ],
    "windows-remembered-by-the-words": [
        ("\n\ndef build_vocabulary", "\n\n_kept = {}\n\n\ndef build_vocabulary"),
        (
            "    tokens = torch.tensor(inputs, dtype=torch.int64).reshape(len(targets), context)\n    return tokens, torch.tensor(targets, dtype=torch.int64)",
            "    tokens = torch.tensor(inputs, dtype=torch.int64).reshape(len(targets), context)\n    return _kept.setdefault((tuple(words), context), (tokens, torch.tensor(targets, dtype=torch.int64)))",
        ),
    ],
    "split-remembered": [
        ("\n\ndef build_vocabulary", "\n\n_kept = {}\n\n\ndef build_vocabulary"),
        (
            "return shuffled[:first], shuffled[first:second], shuffled[second:]",
            "return _kept.setdefault((tuple(words), seed, tuple(fractions)), (shuffled[:first], shuffled[first:second], shuffled[second:]))",
        ),
    ],
    "one-empty-list-for-two-parts": [
        (
            "return shuffled[:first], shuffled[first:second], shuffled[second:]",
            "empty = []\n    return shuffled[:first] or empty, shuffled[first:second] or empty, shuffled[second:] or empty",
        )
    ],
}
