import torch


class StreamingTree:
    def __init__(self, tree):
        self.tree = tree
        self.reset()

    def reset(self):
        was_training = self.tree.training
        self.tree.eval()
        try:
            with torch.no_grad():
                # what a stream of zeros holds on every level
                x = self.tree.embedding(torch.zeros(1, dtype=torch.int64))  # (1, E)
                self.queues = []
                d = 1
                for level in self.tree.levels:
                    queue = []
                    for i in range(self.tree.group - 1):
                        queue.append(x)
                    self.queues.append(queue)
                    window = torch.stack([x] * self.tree.group, dim=1)  # (1, group, C)
                    x = level(window)
                    d = d * self.tree.group
        finally:
            self.tree.train(was_training)

    def step(self, token):
        was_training = self.tree.training
        self.tree.eval()
        try:
            with torch.no_grad():
                x = self.tree.embedding(torch.tensor([token]))
                d = 1
                for i in range(len(self.tree.levels)):
                    queue = self.queues[i]
                    queue.append(x)
                    neighbours = []
                    for k in range(self.tree.group):
                        neighbours.append(queue[k])
                    queue.pop(0)
                    x = self.tree.levels[i](torch.stack(neighbours, dim=1))
                    d = d * self.tree.group
                logits = self.tree.output(x)
                return logits[0]
        finally:
            self.tree.train(was_training)
