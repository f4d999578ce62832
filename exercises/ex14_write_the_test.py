"""Exercise 14: write the test that tells every right `FlattenConsecutive` from every wrong one, whatever its code."""

import itertools
import math
import random

import numpy as np
import torch
from torch import Tensor, nn



def check_flatten_consecutive(cls: type[nn.Module]) -> None:
    """Judge a class by what exercise 5's contract says of `FlattenConsecutive`; the text of errors does not count.

    Args:
        cls: right or wrong; built by `cls(group)`, and its objects are called as `layer(x)`.

    Returns:
        None for a class that is right, whatever way it is written.

    Raises:
        AssertionError: the class is wrong; also where an error comes out of the class that should not.
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")
