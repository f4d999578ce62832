from torch import nn


class FlatMLP(nn.Module):
    def __init__(self, vocab_size, context, embedding_dim, hidden_dim):
        super().__init__()
        self.context = context
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.hidden = nn.Linear(context * embedding_dim, hidden_dim)
        self.output = nn.Linear(hidden_dim, vocab_size)
        self.net = nn.Sequential(self.embedding, nn.Flatten(), self.hidden, self.output)

    def forward(self, tokens):
        if tokens.shape[1] != self.context:
            raise ValueError(f"window of {tokens.shape[1]}")
        return self.net(tokens)
