import torch.nn as n
from .ex01_receptive_field import level_lengths as L
from .ex07_fusion import Fusion as F
class FusionTree(n.Module):
    def __init__(s, vocab_size, context, embedding_dim, hidden_dim, group=2, normalize=True):
        super().__init__(); d = len(L(context, group)) - 1
        if not d: raise ValueError(f"context {context}")
        s.context, s.group, s.embedding = context, group, n.Embedding(vocab_size, embedding_dim)
        s.levels = n.ModuleList(F((embedding_dim, hidden_dim)[i > 0], hidden_dim, group, normalize) for i in range(d))
        s.output = n.Linear(hidden_dim, vocab_size); s.output.weight.data /= 10
    def level_outputs(s, t):
        if t.shape[1:] != (s.context,): raise ValueError(f"{t.shape}")
        o = [s.embedding(t)]; [o.append(l(o[-1])) for l in s.levels]; return o
    forward = lambda s, t: s.output(s.level_outputs(t)[-1])
