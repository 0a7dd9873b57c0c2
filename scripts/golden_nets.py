# Layers that PyTorch has not by name, for the scripts that write goldens, and small nets that between them have every
# kind of layer, for those that train each with every optimiser.
import torch
from torch import nn
from torch.nn import functional as F


class Depthwise(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(3, 6, 3, padding=1, groups=3), nn.Conv2d(6, 2, 3, dilation=2))


class Branches(nn.Module):
    """Layers of the same input, their results put one after another along axis 1."""

    def __init__(self, *branches):
        super().__init__()
        for i, branch in enumerate(branches):
            self.add_module(str(i), branch)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.children()], 1)


class Block(nn.Module):
    """The residual block of a CIFAR net with the shortcut that subsamples and adds channels of zeros."""

    def __init__(self, channels, filters, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, filters, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(filters)
        self.conv2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(filters)
        self.stride, self.missing = stride, filters - channels

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        seen = x[:, :, :: self.stride, :: self.stride]
        before = self.missing // 2
        return F.relu(y + F.pad(seen, (0, 0, 0, 0, before, self.missing - before)))


class Hardsigmoid(nn.Module):
    """PyTorch's own rounds the slope of 1/6 to float32 even in float64."""

    def forward(self, x):
        return F.relu6(x + 3) / 6


class Residual(nn.Sequential):
    """x + f(x)."""

    def forward(self, x):
        return x + super().forward(x)


ACTIVATIONS = [
    *[nn.ReLU, nn.Tanh, nn.Sigmoid, nn.SELU, nn.GELU, nn.SiLU, nn.Mish, nn.Hardswish, Hardsigmoid],
    *[nn.Softplus, nn.Softsign],
    *[lambda: nn.LeakyReLU(0.2), lambda: nn.ELU(1.5), lambda: nn.GELU(approximate="tanh")],
]


def mlp():
    return nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3))


def convolutional():
    return nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.Tanh(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(18, 3))


def activations():
    """Every activation on numbers of its own; softmax and its logarithm on two."""
    branches = [nn.Sequential(nn.Linear(6, 1), make()) for make in ACTIVATIONS]
    branches += [nn.Sequential(nn.Linear(6, 2), fold(-1)) for fold in (nn.Softmax, nn.LogSoftmax)]
    return nn.Sequential(Branches(*branches), nn.Linear(len(ACTIVATIONS) + 4, 3))


def normalized():
    return nn.Sequential(
        *[nn.Conv2d(1, 2, 3, stride=2, bias=False), nn.BatchNorm2d(2, momentum=0.3), nn.ReLU()],
        *[nn.ConvTranspose2d(2, 2, 3, stride=2, padding=1), nn.GroupNorm(1, 2), nn.Tanh()],
        *[nn.AvgPool2d(2, padding=1), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(8, 3)],
    )


def sequence():
    return nn.Sequential(
        *[nn.Conv1d(2, 3, 3, stride=2, padding=1), nn.Tanh(), nn.Flatten(), nn.BatchNorm1d(12), nn.SiLU()],
        *[nn.Linear(12, 4), nn.LayerNorm(4), nn.Tanh(), nn.Linear(4, 3)],
    )


def branched():
    return nn.Sequential(
        Branches(nn.Conv2d(1, 1, 1), nn.Conv2d(1, 2, 3, padding=1)),
        *[Residual(nn.Conv2d(3, 3, 3, padding=2, dilation=2, groups=3), nn.Tanh()), nn.Conv2d(3, 2, 2), nn.Tanh()],
        *[nn.AdaptiveMaxPool2d((3, 2)), nn.Flatten(), nn.Linear(12, 3)],
    )


def block():
    return nn.Sequential(Block(1, 2, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 3))


def peaks():
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.Tanh(), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(4, 3))


def embedded():
    return nn.Sequential(nn.Embedding(5, 4), nn.Flatten(), nn.Linear(12, 3))


IMAGES = (8, 1, 6, 6)
# Name: the net, the shape of its inputs, and below which number they are whole ones, if so.
NETS = {
    "mlp": (mlp, (8, 6), None),
    "conv": (convolutional, IMAGES, None),
    "activations": (activations, (8, 6), None),
    "normalized": (normalized, IMAGES, None),
    "sequence": (sequence, (8, 2, 7), None),
    "branched": (branched, IMAGES, None),
    "block": (block, IMAGES, None),
    "peaks": (peaks, IMAGES, None),
    "embedded": (embedded, (8, 3), 5),
}
