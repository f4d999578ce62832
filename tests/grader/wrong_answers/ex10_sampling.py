"""Mistakes in exercise 10: each is what it replaces in the solution."""

REFUSED = '    if temperature <= 0:\n        raise ValueError(f"temperature must be above 0, got {temperature}")\n'
SWITCHED = "    was_training = model.training\n    model.eval()\n"
SOFTMAX = "torch.softmax(model(windows) / temperature, dim=-1)"
PUT_BACK = "    finally:\n        model.train(was_training)\n"
CHARACTERS = "{token: character for character, token in vocabulary.items()}"
ZEROS = "torch.zeros(1, context, dtype=torch.int64)"
WHILE = "while len(word) < max_length:"
PROBABILITIES = "next_probabilities(model, window, temperature)"
DRAWN = "torch.multinomial(probabilities, 1, generator=generator)\n"
END = "        if token.item() == 0:\n            break\n"
LONGER = "        word += character_of[int(token)]\n"
SLID = "torch.cat([window[:, 1:], token], dim=1)"

WRONG: dict[str, list[tuple[str, str]]] = {
    # next_probabilities
    "temperature-multiplied": [(SOFTMAX, "torch.softmax(model(windows) * temperature, dim=-1)")],
    "temperature-ignored": [(SOFTMAX, "torch.softmax(model(windows), dim=-1)")],
    "temperature-after-softmax": [
        (SOFTMAX, "torch.nn.functional.normalize(torch.softmax(model(windows), dim=-1) / temperature, p=1, dim=-1)")
    ],
    "softmax-twice": [(SOFTMAX, f"torch.softmax({SOFTMAX}, dim=-1)")],
    "softmax-over-the-batch": [(SOFTMAX, "torch.softmax(model(windows) / temperature, dim=0)")],
    "logits": [(SOFTMAX, "model(windows) / temperature")],
    "exp-overflows": [
        (f"return {SOFTMAX}", "powers = torch.exp(model(windows) / temperature)"),
        (PUT_BACK, f"{PUT_BACK}    return powers / powers.sum(-1, keepdim=True)\n"),
    ],
    "batch-of-one-squeezed": [(SOFTMAX, "torch.softmax(model(windows).squeeze() / temperature, dim=-1)")],
    "single-precision-always": [(SOFTMAX, "torch.softmax(model(windows).float() / temperature, dim=-1)")],
    "double-precision-always": [(SOFTMAX, "torch.softmax(model(windows).double() / temperature, dim=-1)")],
    "runs-in-training-mode": [(SWITCHED, "    was_training = model.training\n")],
    "runs-with-gradients": [("with torch.no_grad():", "if True:")],
    "detached-only-at-the-end": [("with torch.no_grad():", "if True:"), (SOFTMAX, f"{SOFTMAX}.detach()")],
    "left-in-evaluation-mode": [(PUT_BACK, "    finally:\n        pass\n")],
    "always-left-in-training-mode": [("model.train(was_training)", "model.train()")],
    "mode-not-put-back-after-an-error": [
        (
            f"    try:\n        with torch.no_grad():\n            return {SOFTMAX}\n{PUT_BACK}",
            f"    with torch.no_grad():\n        probabilities = {SOFTMAX}\n    model.train(was_training)\n"
            "    return probabilities\n",
        ),
    ],
    "mode-not-put-back-after-a-refused-temperature": [(REFUSED + SWITCHED, SWITCHED + REFUSED)],
    "temperature-of-zero-accepted": [("if temperature <= 0:", "if temperature < 0:")],
    "negative-temperature-accepted": [("if temperature <= 0:", "if temperature == 0:")],
    "temperature-error-without-its-value": [("must be above 0, got {temperature}", "must be positive")],
    "temperature-error-without-its-name": [("temperature must be above 0", "a number above 0 is needed")],
    "windows-changed": [(SOFTMAX, f"{SOFTMAX} + 0 * windows.clamp_(max=1).sum()")],
    "dropout-from-the-global-state": [(SOFTMAX, f"{SOFTMAX} + 0 * torch.rand(())")],
    # sample_word: draws
    "most-likely-character": [(DRAWN, "probabilities.argmax(dim=1, keepdim=True)\n")],
    "global-random-state": [(DRAWN, "torch.multinomial(probabilities, 1)\n")],
    "a-generator-of-its-own": [(DRAWN, DRAWN.replace("=generator", "=torch.Generator().manual_seed(0)"))],
    "two-draws-a-character": [(DRAWN, DRAWN.replace("1", "2, True").replace("\n", "[:, :1]\n"))],
    "drawn-by-the-sum-of-probabilities": [
        (DRAWN, "(probabilities.cumsum(1) < torch.rand(1, generator=generator)).sum(1, keepdim=True)\n")
    ],
    "temperature-not-passed-on": [(PROBABILITIES, "next_probabilities(model, window)")],
    "temperature-passed-on-twice": [(PROBABILITIES, f"{PROBABILITIES} ** (1 / temperature)")],
    # sample_word: the window
    "window-not-slid": [(SLID, "window")],
    "window-slid-the-wrong-way": [(SLID, "torch.cat([token, window[:, :-1]], dim=1)")],
    "window-rolled-without-the-token": [(SLID, "window.roll(-1, dims=1)")],
    "newest-token-replaced-only": [(SLID, "torch.cat([window[:, :-1], token], dim=1)")],
    "window-of-ones": [(ZEROS, "torch.ones(1, context, dtype=torch.int64)")],
    # sample_word: the end
    "end-token-kept": [(END + LONGER, LONGER + END)],
    "end-token-ignored": [(END, "        if token.item() == 0:\n            continue\n")],
    "one-character-too-many": [(WHILE, "while len(word) <= max_length:")],
    "one-character-too-few": [(WHILE, "while len(word) < max_length - 1:")],
    "length-looked-at-after-the-draw": [
        (WHILE, "while True:"),
        (LONGER, f"        if len(word) == max_length:\n            break\n{LONGER}"),
    ],
    "word-as-a-list": [("    return word\n", "    return list(word)\n")],
    "word-of-tokens": [(LONGER, "        word += str(int(token))\n")],
    "vocabulary-taken-in-its-order": [(CHARACTERS, "list(vocabulary)")],
    "vocabulary-changed": [(CHARACTERS, f"{CHARACTERS}\n    vocabulary.pop('.')")],
    "global-state-seeded-from-the-generator": [
        ('    word = ""\n', '    word = ""\n    torch.manual_seed(generator.initial_seed())\n')
    ],
}
