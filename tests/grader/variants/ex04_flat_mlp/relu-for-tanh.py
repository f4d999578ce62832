import torch.nn.functional as F
from torch import nn


class FlatMLP(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim):
        super().__init__()
        self.context = context
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.hidden = nn.Linear(context * embedding_dim, hidden_dim)
        self.output = nn.Linear(hidden_dim, vocab_size)
        nn.init.kaiming_normal_(self.hidden.weight, nonlinearity="relu")

    def forward(self, tokens):
        batch, length = tokens.shape
        if length != self.context:
            raise ValueError(f"window of {length}, model of {self.context}")
        x = self.embedding(tokens).view(batch, -1)
        return self.output(F.relu(self.hidden(x)))
