import torch.nn as n
from .ex05_flatten_consecutive import FlattenConsecutive as F
from .ex06_batch_norm import BatchNorm1d as N
class Fusion(n.Module):
    def __init__(s, in_features, out_features, group=2, normalize=True):
        super().__init__(); s.flatten, s.linear, s.norm = F(group), n.Linear(group*in_features, out_features, not normalize), N(out_features) if normalize else None
    forward = lambda s, x: (s.norm or (lambda y: y))(s.linear(s.flatten(x))).tanh()
