import torch


class StreamingTree:
    q = {}

    def __init__(self, tree):
        self.t = tree
        self.reset()

    def reset(self):
        self.q.clear()

    @torch.no_grad
    def step(self, token):
        t, m, g, x, z = self.t, self.t.training, self.t.group, torch.tensor([token]), torch.tensor([0])
        try:
            x = t.eval().embedding(x)
            if not self.q:
                z = t.embedding(z)
                for i, f in enumerate(t.levels):
                    self.q[f] = [z] * (g - 1) * g**i
                    z = f(torch.stack([z] * g, 1))
            for i, f in enumerate(t.levels):
                q = self.q[f] = [*self.q[f], x]
                x = f(torch.stack(q[:: g**i], 1))
                del q[0]
            return t.output(x)[0]
        finally:
            t.train(m)
