"""Exercise 14: write the test that accepts every right `FlattenConsecutive` and rejects every wrong one."""

import itertools
import math
import random

import numpy as np
import torch
from torch import Tensor, nn



def check_flatten_consecutive(cls: type[nn.Module]) -> None:
    """Test a class against exercise 5's contract of `FlattenConsecutive`; ignore the text of error messages.

    Args:
        cls: a right or a wrong class; it is built by `cls(group)`, and its objects are called as `layer(x)`.

    Returns:
        None if the class is right, however it is written.

    Raises:
        AssertionError: the class is wrong, or raises an error that the contract does not ask for.
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")


if __name__ == "__main__":
    print("To call your own code: python -im exercises.ex14_write_the_test; to check it: grade 14")
