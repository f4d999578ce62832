"""What a check requires of an error message; all other words are free."""

import re
from typing import Any

# Possessive quantifiers, so that an answer's text cannot make the search for numbers quadratic.
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d++(?:\.\d*+)?|\.\d++)(?:e[-+]?\d++)?(?!\w)", re.IGNORECASE)
WORD, ONE_OF = "word", "one of"

# (WORD, word): in any case; (ONE_OF, value, ...): numbers or texts, where 7 is found in `(2, 7, 3)`, not in `17`.
Question = tuple[Any, ...]


def holds(text: str, question: Question) -> bool:
    """Return whether a message is as required.

    Raises:
        ValueError: it is no question.
    """
    match question:
        case (kind, word) if kind == WORD:
            return str(word).lower() in text.lower()
        case (kind, *values) if kind == ONE_OF:
            return any(_holds_value(text, value) for value in values)
    raise ValueError(f"no question: {question!r}")


def _holds_value(message: str, value: Any) -> bool:
    """Return whether a message contains a value: a separate number (in any notation), or a text."""
    if isinstance(value, str):
        return value in message
    plain = re.sub(r"(?<=\d)[_,](?=\d{3}(?!\d))", "", message)  # 1,000 and 1_000 are 1000
    apart = re.sub(r"(?<=\d)[x×](?=\d)", " ", message)  # 5x7 is a shape
    numbers = [float(found) for text in (message, plain, apart) for found in _NUMBER.findall(text)]
    return any(abs(number - value) <= 1e-6 * max(1.0, abs(value)) for number in numbers)
