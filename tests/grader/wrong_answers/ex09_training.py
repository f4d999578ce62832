"""Mistakes in exercise 9: each is what it replaces in the solution."""

# mean_loss
CHECKED = "    _check_examples(inputs, targets, batch_size)\n"
BEFORE = "    was_training = model.training\n    model.eval()\n"
BATCHES = "range(0, len(inputs), batch_size)"
SUMMED = 'F.cross_entropy(model(inputs[rows]), targets[rows], reduction="sum").item()'
AVERAGED = "F.cross_entropy(model(inputs[rows]), targets[rows]).item()"
MEAN = "return total / len(inputs)"
# step_decay
DECAY = "return initial if step < boundary * steps else final"
# train
PARAMETERS = "parameters = list(model.parameters())"
TRAINING = f"    model.train()\n    {PARAMETERS}\n"
DRAWN = "torch.randint(len(inputs), (batch_size,), generator=generator)"
ROWS = f"rows = {DRAWN}\n"
LOSS = "loss = F.cross_entropy(model(inputs[rows]), targets[rows])"
STOP = (
    "        if not math.isfinite(losses[-1]):\n"
    '            raise FloatingPointError(f"the loss of step {step} is {losses[-1]}")\n'
)
FINITE = "if not math.isfinite(losses[-1]):"
STOPPED = 'raise FloatingPointError(f"the loss of step {step} is {losses[-1]}")'
CLEARED = "        for parameter in parameters:\n            parameter.grad = None\n"
RATE = "learning_rate(step)\n"
HAS_GRADIENT = "if parameter.grad is not None:"
MOVED = "parameter.add_(parameter.grad, alpha=-rate)"
END = "    return losses\n"

WRONG: dict[str, list[tuple[str, str]]] = {
    # mean_loss: the mean
    "mean-of-batch-means": [(SUMMED, AVERAGED), (MEAN, "return total / (-(-len(inputs) // batch_size))")],
    "loss-of-the-last-batch-only": [(f"total += {SUMMED}", f"total = {AVERAGED} * len(inputs)")],
    "short-last-batch-dropped": [(BATCHES, "range(0, len(inputs) - batch_size + 1, batch_size)")],
    "short-batch-counted-as-a-full-one": [(SUMMED, f"{AVERAGED} * batch_size")],
    "mean-as-a-tensor": [(MEAN, "return torch.tensor(total / len(inputs), dtype=torch.float64)")],
    "mean-in-single-precision": [(MEAN, "return torch.tensor(total / len(inputs), dtype=torch.float32).item()")],
    "softmax-before-cross-entropy": [
        (SUMMED, 'F.cross_entropy(model(inputs[rows]).softmax(-1), targets[rows], reduction="sum").item()')
    ],
    # mean_loss: modes and effects
    "measures-in-training-mode": [(BEFORE, "    was_training = model.training\n")],
    "measures-with-gradients": [("with torch.no_grad():\n            total", "if True:\n            total")],
    "measured-model-left-in-evaluation-mode": [("model.train(was_training)", "pass")],
    "measured-model-always-left-in-training-mode": [("model.train(was_training)", "model.train()")],
    "mode-not-put-back-after-an-error": [
        ("    finally:\n        model.train(was_training)", "    finally:\n        pass\n    model.train(was_training)")
    ],
    "mode-not-put-back-after-a-refused-argument": [(CHECKED + BEFORE, BEFORE + CHECKED)],
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
    "batches-from-a-data-loader": [
        (
            f"for start in {BATCHES}:\n                rows = slice(start, start + batch_size)\n",
            "data = torch.utils.data.TensorDataset(inputs, targets)\n"
            "            for some, answers in torch.utils.data.DataLoader(data, batch_size):\n",
        ),
        (SUMMED, 'F.cross_entropy(model(some), answers, reduction="sum").item()'),
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
    "unequal-lengths-accepted": [("if len(inputs) != len(targets):", "if False:")],
    "fewer-inputs-than-targets-accepted": [("if len(inputs) != len(targets):", "if len(inputs) > len(targets):")],
    "unequal-lengths-error-without-the-lengths": [(", got {len(inputs)} and {len(targets)}", "")],
    "arguments-are-asserted": [
        (
            'if batch_size < 1:\n        raise ValueError(f"batch_size must be at least 1, got {batch_size}")',
            'assert batch_size >= 1, f"batch_size must be at least 1, got {batch_size}"',
        )
    ],
    "negative-steps-accepted": [("if steps < 0:", "if False:")],
    "zero-steps-refused": [("if steps < 0:", "if steps < 1:")],
    "steps-error-names-nothing": [("steps must be at least 0, got {steps}", "bad argument")],
    # step_decay
    "boundary-belongs-to-the-first-part": [(DECAY, "return initial if step <= boundary * steps else final")],
    "boundary-is-rounded-down": [(DECAY, "return initial if step < int(boundary * steps) else final")],
    "boundary-is-rounded": [(DECAY, "return initial if step < round(boundary * steps) else final")],
    "share-of-no-steps": [(DECAY, "return initial if step / steps < boundary else final")],
    "rates-are-fixed": [(DECAY, "return 0.1 if step < boundary * steps else 0.01")],
    "boundary-is-fixed": [(DECAY, "return initial if step < 0.75 * steps else final")],
    "boundary-of-two-thirds": [("boundary: float = 0.75", "boundary: float = 2 / 3")],
    # train: the step
    "ascent": [(MOVED, "parameter.add_(parameter.grad, alpha=rate)")],
    "loss-is-a-sum": [(LOSS, 'loss = F.cross_entropy(model(inputs[rows]), targets[rows], reduction="sum")')],
    "update-of-a-copy": [(PARAMETERS, "parameters = [p.detach().clone() for p in model.parameters()]")],
    "update-of-a-name": [(MOVED, "parameter = parameter - rate * parameter.grad")],
    "gradient-clipped": [("loss.backward()", "loss.backward()\n        nn.utils.clip_grad_norm_(parameters, 0.1)")],
    "only-matrices-move": [(HAS_GRADIENT, "if parameter.grad is not None and parameter.dim() > 1:")],
    "gradients-not-cleared": [(CLEARED, "")],
    "gradients-cleared-once": [(CLEARED, ""), (TRAINING, f"{TRAINING}    model.zero_grad()\n")],
    "gradients-cleared-after-the-step": [(CLEARED, ""), (END, f"        model.zero_grad()\n{END}")],
    "a-parameter-without-gradient-is-an-error": [(HAS_GRADIENT, "if True:")],
    "a-parameter-without-gradient-decays": [
        (MOVED, f"{MOVED}\n                else:\n                    parameter.mul_(1 - rate)")
    ],
    # train: what it returns
    "loss-as-a-tensor": [("losses.append(loss.item())", "losses.append(loss.detach())")],
    "losses-as-a-tensor": [(END, "    return torch.tensor(losses, dtype=torch.float64)\n")],
    "loss-after-the-step": [
        (END, f"        with torch.no_grad():\n            {LOSS}\n            losses[-1] = loss.item()\n{END}")
    ],
    "only-the-last-loss": [(END, "    return losses[-1:]\n")],
    "one-step-too-many": [("for step in range(steps):", "for step in range(steps + 1):")],
    # train: the rows
    "rows-without-the-generator": [(ROWS, "rows = torch.randint(len(inputs), (batch_size,))\n")],
    "rows-drawn-once": [
        (f"        {ROWS}", ""),
        ("    for step in range(steps):", f"    {ROWS}    for step in range(steps):"),
    ],
    "rows-drawn-twice": [(ROWS, f"{ROWS}        {ROWS}")],
    "rows-drawn-once-more-at-the-end": [(END, f"    {ROWS}{END}")],
    "rows-of-a-permutation": [(ROWS, "rows = torch.randperm(len(inputs), generator=generator)[:batch_size]\n")],
    "rows-never-the-last-one": [(ROWS, ROWS.replace("len(inputs)", "max(len(inputs) - 1, 1)"))],
    "rows-of-targets-drawn-apart": [(LOSS, f"loss = F.cross_entropy(model(inputs[rows]), targets[{DRAWN}])")],
    "default-batch-size-of-64": [("batch_size: int = 32", "batch_size: int = 64")],
    # train: the schedule
    "steps-counted-from-one": [(RATE, "learning_rate(step + 1)\n")],
    "rate-of-step-zero-throughout": [(RATE, "learning_rate(0)\n")],
    # train: modes
    "trains-in-the-mode-it-finds": [(TRAINING, f"    {PARAMETERS}\n")],
    "trains-in-evaluation-mode": [
        (TRAINING, f"    model.eval()\n    {PARAMETERS}\n"),
        (END, f"    model.train()\n{END}"),
    ],
    "training-mode-only-inside-a-step": [(TRAINING, f"    {PARAMETERS}\n"), (ROWS, f"model.train()\n        {ROWS}")],
    "mode-put-back-after-training": [
        (TRAINING, f"    was_training = model.training\n{TRAINING}"),
        (END, f"    model.train(was_training)\n{END}"),
    ],
    # train: a loss that is not finite
    "nan-is-not-noticed": [(FINITE, "if losses[-1] == math.inf:")],
    "infinity-is-not-noticed": [(FINITE, "if math.isnan(losses[-1]):")],
    "not-finite-is-not-noticed": [(FINITE, "if False:")],
    "not-finite-ends-quietly": [(STOPPED, "break")],
    "not-finite-is-a-value-error": [("raise FloatingPointError", "raise ValueError")],
    "not-finite-does-not-name-the-step": [("the loss of step {step} is {losses[-1]}", "the loss is {losses[-1]}")],
    "not-finite-names-the-step-from-one": [("of step {step} is", "of step {step + 1} is")],
    "not-finite-is-noticed-after-the-step": [(STOP, ""), (END, f"{STOP}{END}")],
    # train: effects
    "inputs-changed": [(ROWS, f"{ROWS}        inputs[0] = inputs[-1].clone()\n")],
    "targets-changed": [(END, f"    targets.clamp_(max=1)\n{END}")],
    "global-random-state-seeded": [(TRAINING, f"    torch.manual_seed(0)\n{TRAINING}")],
}
