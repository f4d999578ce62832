import torch
import torch.nn as nn


class FlatMLP(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim):
        super(FlatMLP, self).__init__()
        self.context = context
        self.embedding_dim = embedding_dim
        # the layers
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.hidden = nn.Linear(context * embedding_dim, hidden_dim)
        self.output = nn.Linear(hidden_dim, vocab_size)

    def forward(self, tokens):
        B = tokens.shape[0]
        T = tokens.shape[1]
        if T != self.context:
            raise ValueError("window has length " + str(T))
        e = self.embedding(tokens)
        e = e.reshape(B, T * self.embedding_dim)
        h = self.hidden(e)
        out = self.output(h)
        return torch.tanh(out)
