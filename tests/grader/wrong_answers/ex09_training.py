"""Mistakes in exercise 9: each is what it replaces in the solution."""

# mean_loss
BATCHES = "range(0, len(inputs), batch_size)"
SUMMED = 'F.cross_entropy(model(inputs[rows]), targets[rows], reduction="sum").item()'
MEAN = "return total / len(inputs)"
# step_decay
DECAY = "return initial if step < boundary * steps else final"
# train
PARAMETERS = "parameters = list(model.parameters())"
TRAINING = f"    model.train()\n    {PARAMETERS}\n"
DRAWN = "torch.randint(len(inputs), (batch_size,), generator=generator)"
ROWS = f"rows = {DRAWN}\n"
HAS_GRADIENT = "if parameter.grad is not None:"
MOVED = "parameter.add_(parameter.grad, alpha=-rate)"
END = "    return losses\n"

WRONG: dict[str, list[tuple[str, str]]] = {
    # mean_loss: the mean
    "mean-as-a-tensor-of-its-own": [(MEAN, "return torch.tensor(total / len(inputs), dtype=torch.float64)")],
    "mean-in-single-precision": [(MEAN, "return torch.tensor(total / len(inputs), dtype=torch.float32).item()")],
    "softmax-before-cross-entropy-when-measuring": [
        (SUMMED, 'F.cross_entropy(model(inputs[rows]).softmax(-1), targets[rows], reduction="sum").item()')
    ],
    # mean_loss: modes and effects
    "mode-put-back-only-where-the-model-raises": [
        ("    try:\n        with torch.no_grad():", "    if True:\n        with torch.no_grad():"),
        (
            f"total += {SUMMED}",
            "try:\n"
            "                    logits = model(inputs[rows])\n"
            "                except Exception:\n"
            "                    model.train(was_training)\n"
            "                    raise\n"
            '                total += F.cross_entropy(logits, targets[rows], reduction="sum").item()',
        ),
        ("    finally:\n        model.train(was_training)", "    model.train(was_training)"),
    ],
    "measuring-turns-the-model-into-double": [
        ("was_training = model.training", "was_training = model.double().training")
    ],
    "measuring-clears-gradients": [("    model.eval()\n", "    model.eval()\n    model.zero_grad()\n")],
    # the arguments of both
    "batch-size-of-zero-accepted": [
        ("if batch_size < 1:", "if batch_size < 0:"),
        (BATCHES, "range(0, len(inputs), batch_size or len(inputs))"),
    ],
    "batch-size-error-without-its-value": [("at least 1, got {batch_size}", "positive")],
    "batch-size-error-without-its-name": [("batch_size must be at least", "it must be at least")],
    "no-examples-accepted": [("if len(inputs) == 0:", "if False:"), (MEAN, "return total / max(len(inputs), 1)")],
    "fewer-inputs-than-targets-accepted": [("if len(inputs) != len(targets):", "if len(inputs) > len(targets):")],
    "unequal-lengths-error-without-the-lengths": [(", got {len(inputs)} and {len(targets)}", "")],
    "batch-size-is-asserted": [
        (
            'if batch_size < 1:\n        raise ValueError(f"batch_size must be at least 1, got {batch_size}")',
            'assert batch_size >= 1, f"batch_size must be at least 1, got {batch_size}"',
        )
    ],
    "zero-steps-refused": [("if steps < 0:", "if steps < 1:")],
    "steps-error-names-nothing": [("steps must be at least 0, got {steps}", "bad argument")],
    # step_decay
    "boundary-is-rounded": [(DECAY, "return initial if step < round(boundary * steps) else final")],
    "rates-are-fixed": [(DECAY, "return 0.1 if step < boundary * steps else 0.01")],
    "boundary-is-fixed": [(DECAY, "return initial if step < 0.75 * steps else final")],
    "boundary-of-two-thirds": [("boundary: float = 0.75", "boundary: float = 2 / 3")],
    # train: the step
    "gradient-clipped": [("loss.backward()", "loss.backward()\n        nn.utils.clip_grad_norm_(parameters, 0.1)")],
    "only-matrices-move": [(HAS_GRADIENT, "if parameter.grad is not None and parameter.dim() > 1:")],
    "a-parameter-without-gradient-decays": [
        (MOVED, f"{MOVED}\n                else:\n                    parameter.mul_(1 - rate)")
    ],
    # train: what it returns
    "losses-as-a-tensor": [(END, "    return torch.tensor(losses, dtype=torch.float64)\n")],
    "only-the-last-loss": [(END, "    return losses[-1:]\n")],
    "one-step-too-many": [("for step in range(steps):", "for step in range(steps + 1):")],
    # train: the rows
    "rows-drawn-twice": [(ROWS, f"{ROWS}        {ROWS}")],
    "rows-drawn-once-more-at-the-end": [(END, f"    {ROWS}{END}")],
    "rows-never-the-last-one": [(ROWS, ROWS.replace("len(inputs)", "max(len(inputs) - 1, 1)"))],
    "default-batch-size-of-64": [("batch_size: int = 32", "batch_size: int = 64")],
    # train: the schedule
    # train: modes
    "trains-in-evaluation-mode": [
        (TRAINING, f"    model.eval()\n    {PARAMETERS}\n"),
        (END, f"    model.train()\n{END}"),
    ],
    "training-mode-only-inside-a-step": [(TRAINING, f"    {PARAMETERS}\n"), (ROWS, f"model.train()\n        {ROWS}")],
    # train: a loss that is not finite
    # train: effects
    "inputs-changed": [(ROWS, f"{ROWS}        inputs[0] = inputs[-1].clone()\n")],
    "targets-changed": [(END, f"    targets.clamp_(max=1)\n{END}")],
    "tied-parameters-moved-twice": [
        (
            "parameters = list(model.parameters())",
            "parameters = [p for _, p in model.named_parameters(remove_duplicate=False)]",
        ),
    ],
    "old-gradient-moves-a-frozen-parameter": [
        (
            "        for parameter in parameters:\n            parameter.grad = None\n",
            "        for parameter in parameters:\n            if parameter.requires_grad:\n                parameter.grad = None\n",
        ),
    ],
    # kept between two calls, or shared by two callers
    "losses-in-a-kept-list": [
        ("\n\ndef mean_loss(", "\n\n_losses = []\n\n\ndef mean_loss("),
        ("    losses = []\n", "    losses = _losses\n    losses.clear()\n"),
    ],
    "loss-remembered-for-the-same-examples": [
        ("\n\ndef mean_loss(", "\n\n_kept = {}\n\n\ndef mean_loss("),
        (
            "    _check_examples(inputs, targets, batch_size)\n    was_training",
            "    _check_examples(inputs, targets, batch_size)\n    key = id(model), inputs.data_ptr(), targets.data_ptr(), len(inputs)\n    if key in _kept:\n        return _kept[key][0]\n    was_training",
        ),
        (
            "    return total / len(inputs)",
            "    _kept[key] = total / len(inputs), model, inputs, targets\n    return total / len(inputs)",
        ),
    ],
    "gradients-left-switched-off": [
        (
            "        with torch.no_grad():\n            total",
            "        torch.set_grad_enabled(False)\n        if True:\n            total",
        )
    ],
}
