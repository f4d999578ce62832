"""unittest's own words, without its runner; the gradients by their whole Jacobian."""

import contextlib
import random
import unittest

import numpy as np
import torch

SAY = unittest.TestCase()
SAY.maxDiff = None


def states():
    name, keys, *rest = np.random.get_state()
    return {"python": hash(random.getstate()), "numpy": (keys.sum(), *rest), "torch": torch.get_rng_state().sum()}


@contextlib.contextmanager
def only_assertions():
    try:
        yield
    except AssertionError:
        raise
    except Exception as other:
        raise AssertionError from other


def check_flatten_consecutive(cls) -> None:
    with only_assertions():
        SAY.assertIn(torch.nn.Module, cls.__mro__)
        for group in range(-3, 1):
            with SAY.assertRaises(ValueError):
                cls(group)
        for group in range(1, 5):
            check_group(cls(group), group)


def check_group(layer, group):
    numbers = torch.Generator().manual_seed(group)
    for groups in (1, 2, 3):
        for batch in (1, 2):
            for dtype in (torch.float64, torch.float32):
                for turn in (False, True):
                    for training in (False, True):
                        layer.train(training)
                        x = torch.rand(batch, groups * group, 3, generator=numbers, dtype=torch.float64).to(dtype)
                        if turn:
                            x = x.permute(2, 1, 0).contiguous().permute(2, 1, 0)
                        kept, before = x.clone(), states()
                        got = layer(x)
                        SAY.assertDictEqual(states(), before)
                        SAY.assertTrue(torch.equal(x, kept))
                        for b in range(batch):
                            for g in range(groups):
                                side_by_side = kept[b, g * group : g * group + group].flatten()
                                place = got[b] if groups == 1 else got[b, g]
                                SAY.assertEqual(place.dtype, dtype)
                                SAY.assertListEqual(place.tolist(), side_by_side.tolist())
                        SAY.assertEqual(got.numel(), x.numel())
                        SAY.assertEqual(got.dim(), 2 if groups == 1 else 3)
    values = 2 * 2 * group * 2
    jacobian = torch.autograd.functional.jacobian(layer, torch.ones(2, 2 * group, 2))
    SAY.assertTrue(torch.equal(jacobian.reshape(values, values), torch.eye(values)))
    unfit = [torch.zeros(2, group), torch.zeros(1, group, 2, 1), torch.zeros(1, 2, group, 2)]
    unfit += [torch.zeros(group, 2 * group + rest, 1) for rest in range(1, group)]
    for x in unfit:
        with SAY.assertRaises(ValueError):
            layer(x)
