"""One-hot rows times the embedding table instead of a look-up; the batch is flattened with reshape."""

from torch import nn


class FlatMLP(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim):
        super().__init__()
        self.shape = {"vocab_size": vocab_size, "context": context, "embedding_dim": embedding_dim}
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.hidden = nn.Linear(in_features=context * embedding_dim, out_features=hidden_dim, bias=True)
        self.output = nn.Linear(in_features=hidden_dim, out_features=vocab_size, bias=True)
        nn.init.normal_(self.embedding.weight, std=0.1)
        nn.init.zeros_(self.output.bias)

    def forward(self, tokens):
        if tokens.size(1) != self.shape["context"]:
            raise ValueError("window length " + str(tokens.size(1)))
        rows = nn.functional.one_hot(tokens, self.shape["vocab_size"]).to(self.embedding.weight.dtype)
        joined = (rows @ self.embedding.weight).reshape(tokens.size(0), -1)
        return self.output(self.hidden(joined).tanh())
