from collections import deque

import torch


def fuse(level, vectors):
    summed = level.linear.weight @ torch.cat(vectors)
    if level.linear.bias is not None:
        summed = summed + level.linear.bias
    norm = level.norm
    if norm is not None:
        summed = (summed - norm.running_mean) / torch.sqrt(norm.running_var + 1e-5) * norm.weight + norm.bias
    return summed.tanh()


class StreamingTree:
    def __init__(self, tree):
        self.tree = tree
        self.reset()

    @torch.no_grad()
    def reset(self):
        self.queues = []
        vector = self.tree.embedding.weight[0].clone()
        for number, level in enumerate(self.tree.levels):
            reach = (self.tree.group - 1) * self.tree.group**number
            self.queues.append(deque([vector] * reach, reach))
            vector = fuse(level, [vector] * self.tree.group)

    @torch.no_grad()
    def step(self, token):
        vector = self.tree.embedding.weight[token].clone()
        for queue, level in zip(self.queues, self.tree.levels):
            distance = len(queue) // (self.tree.group - 1)
            queue.append(vector)
            group = [queue[at] for at in range(0, len(queue), distance)] + [vector]
            vector = fuse(level, group)
        return self.tree.output.weight @ vector + self.tree.output.bias
