import torch


class StreamingTree:
    def __init__(self, tree):
        self.tree = tree
        self.lines = []
        self.reset()

    def reset(self):
        before = self.tree.training
        self.tree.eval()
        with torch.no_grad():
            self.lines = []
            dots = self.tree.embedding.weight[:1].clone()
            for number, level in enumerate(self.tree.levels):
                self.lines.append([dots] * (self.tree.group ** (number + 1) - self.tree.group**number + 1))
                dots = level(torch.stack([dots] * self.tree.group, dim=1))
        self.tree.train(before)

    def step(self, token):
        before = self.tree.training
        try:
            self.tree.eval()
            with torch.no_grad():
                newest = self.tree.embedding(torch.LongTensor([token]))
                for number, level in enumerate(self.tree.levels):
                    line = self.lines[number]
                    line.append(newest)
                    chosen = [line[k * self.tree.group**number] for k in range(self.tree.group - 1)]
                    newest = level(torch.stack([*chosen, newest], dim=1))
                    line.pop(0)
                return self.tree.output(newest).squeeze(0)
        finally:
            self.tree.train(before)
