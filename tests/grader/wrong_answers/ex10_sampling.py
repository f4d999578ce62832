"""Mistakes in exercise 10: each is what it replaces in the solution."""

SOFTMAX = "torch.softmax(model(windows) / temperature, dim=-1)"
CHARACTERS = "{token: character for character, token in vocabulary.items()}"
ZEROS = "torch.zeros(1, context, dtype=torch.int64)"
PROBABILITIES = "next_probabilities(model, window, temperature)"
DRAWN = "torch.multinomial(probabilities, 1, generator=generator)\n"
END = "        if token.item() == 0:\n            break\n"

WRONG: dict[str, list[tuple[str, str]]] = {
    # next_probabilities
    "batch-of-one-squeezed-unawares": [(SOFTMAX, "torch.softmax(model(windows).squeeze() / temperature, dim=-1)")],
    "single-precision-always": [(SOFTMAX, "torch.softmax(model(windows).float() / temperature, dim=-1)")],
    "double-precision-always": [(SOFTMAX, "torch.softmax(model(windows).double() / temperature, dim=-1)")],
    "negative-temperature-accepted": [("if temperature <= 0:", "if temperature == 0:")],
    "temperature-error-without-its-name": [("temperature must be above 0", "a number above 0 is needed")],
    "windows-changed": [(SOFTMAX, f"{SOFTMAX} + 0 * windows.clamp_(max=1).sum()")],
    "dropout-from-the-global-state": [(SOFTMAX, f"{SOFTMAX} + 0 * torch.rand(())")],
    # sample_word: draws
    "a-generator-of-its-own": [(DRAWN, DRAWN.replace("=generator", "=torch.Generator().manual_seed(0)"))],
    "two-draws-a-character": [(DRAWN, DRAWN.replace("1", "2, True").replace("\n", "[:, :1]\n"))],
    "drawn-by-the-sum-of-probabilities": [
        (DRAWN, "(probabilities.cumsum(1) < torch.rand(1, generator=generator)).sum(1, keepdim=True)\n")
    ],
    "temperature-passed-on-twice": [(PROBABILITIES, f"{PROBABILITIES} ** (1 / temperature)")],
    # sample_word: the window
    "window-of-ones": [(ZEROS, "torch.ones(1, context, dtype=torch.int64)")],
    # sample_word: the end
    "end-token-ignored": [(END, "        if token.item() == 0:\n            continue\n")],
    "vocabulary-changed": [(CHARACTERS, f"{CHARACTERS}\n    vocabulary.pop('.')")],
    "global-state-seeded-from-the-generator": [
        ('    word = ""\n', '    word = ""\n    torch.manual_seed(generator.initial_seed())\n')
    ],
    "probabilities-to-a-power": [
        (
            "return torch.softmax(model(windows) / temperature, dim=-1)",
            "p = torch.softmax(model(windows), dim=-1) ** (1 / temperature)\n            return p / p.sum(-1, keepdim=True)",
        ),
    ],
    "window-of-one-grows": [
        (
            "window = torch.cat([window[:, 1:], token], dim=1)",
            "window = torch.cat([window[:, -(context - 1):], token], dim=1)",
        ),
    ],
    "characters-sorted": [
        (
            "character_of = {token: character for character, token in vocabulary.items()}",
            "character_of = dict(enumerate(sorted(vocabulary)))",
        ),
    ],
    "generator-seeded-for-each-word": [
        (
            "character_of = {token: character for character, token in vocabulary.items()}",
            "character_of = {token: character for character, token in vocabulary.items()}\n    generator.manual_seed(generator.initial_seed())",
        ),
    ],
    # kept between two calls, or shared by two callers
    "probabilities-in-a-kept-tensor": [
        ("\n\ndef next_probabilities(", "\n\n_out = {}\n\n\ndef next_probabilities("),
        (
            "return torch.softmax(model(windows) / temperature, dim=-1)",
            "made = torch.softmax(model(windows) / temperature, dim=-1)\n            return _out.setdefault((made.shape, made.dtype), made.clone()).copy_(made)",
        ),
    ],
    "window-of-the-word-before": [
        ("    max_length: int = 50,\n", "    max_length: int = 50,\n    _window: dict = {},\n"),
        (
            "window = torch.zeros(1, context, dtype=torch.int64)",
            "window = _window.setdefault(context, torch.zeros(1, context, dtype=torch.int64))",
        ),
        ("window = torch.cat([window[:, 1:], token], dim=1)", "window.copy_(torch.cat([window[:, 1:], token], dim=1))"),
    ],
    "gradients-left-switched-off": [
        (
            "        with torch.no_grad():\n            return",
            "        torch.set_grad_enabled(False)\n        if True:\n            return",
        )
    ],
}
