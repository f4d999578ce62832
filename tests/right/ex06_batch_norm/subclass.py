"""A subclass of torch's own layer, with its `num_batches_tracked`, that only turns the axes."""

from torch import nn


class BatchNorm1d(nn.BatchNorm1d):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, eps=eps, momentum=momentum)

    def forward(self, x):
        if x.dim() not in (2, 3):
            raise ValueError("x must have two or three axes")
        if x.size(-1) != self.num_features:
            raise ValueError(f"wrong shape {list(x.shape)}: the last axis must be {self.num_features}")
        if x.dim() == 2:
            return super().forward(x)
        return super().forward(x.permute(0, 2, 1)).permute(0, 2, 1)
