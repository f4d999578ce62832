from torch import nn


class BatchNorm1d(nn.BatchNorm1d):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, eps, momentum)

    def forward(self, x):
        if x.shape[-1] != self.num_features:
            raise ValueError(f"expected {self.num_features} channels, got {x.shape[-1]}")
        return super().forward(x)
