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
                self.lines.append([dots] * (self.tree.group ** (number + 1) - self.tree.group**number))
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
                    newest = level(torch.stack(line[:: self.tree.group**number], dim=1))
                    line.pop(0)
                return self.tree.output(newest)
        finally:
            self.tree.train(before)
