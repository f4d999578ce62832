"""As short as it gets: the three layers in one line, the length compared and named by a walrus."""

from torch import nn


class FlatMLP(nn.Module):
    def __init__(s, V, c, E, H):
        super().__init__()
        s.c, s.embedding, s.hidden, s.output = c, nn.Embedding(V, E), nn.Linear(c * E, H), nn.Linear(H, V)

    def forward(s, t):
        if (n := t.shape[1]) - s.c:
            raise ValueError(n)
        return s.output(s.hidden(s.embedding(t).flatten(1)).tanh())
