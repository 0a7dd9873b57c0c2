#!/usr/bin/env python3
# Writes test/goldens/layers.json and losses.json: PyTorch's SGD steps of a small net for each kind of layer, and each
# loss with its gradient, in float64 and in float32. Needs PyTorch >= 2; the numbers depend only on the seeds below.
import json
from pathlib import Path

import torch
from golden_nets import Block, Branches, Depthwise, Hardsigmoid
from torch import nn
from torch.nn import functional as F

STEPS = 5
FOLDER = Path(__file__).resolve().parent.parent / "test" / "goldens"


IMAGES, SEQUENCES, FEATURES = (4, 3, 6, 5), (4, 3, 7), (5, 6)


def dense(activation):
    return lambda: nn.Sequential(nn.Linear(6, 5), activation, nn.Linear(5, 3))


LAYERS = {
    "batchNorm1d": (lambda: nn.Sequential(nn.Linear(6, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(5, 3)), FEATURES),
    "batchNorm2d": (
        lambda: nn.Sequential(nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4, momentum=0.3), nn.ReLU()),
        IMAGES,
    ),
    "layerNorm": (lambda: nn.Sequential(nn.Linear(6, 5), nn.LayerNorm(5), nn.Tanh(), nn.Linear(5, 3)), FEATURES),
    "groupNorm": (lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.GroupNorm(2, 4), nn.Tanh()), IMAGES),
    "conv1d": (lambda: nn.Sequential(nn.Conv1d(3, 4, 3, stride=2, padding=1), nn.Tanh(), nn.Conv1d(4, 2, 2)), SEQUENCES),
    "convTranspose2d": (
        lambda: nn.Sequential(nn.ConvTranspose2d(3, 4, 3, stride=2, padding=1, output_padding=1, groups=1), nn.Tanh()),
        IMAGES,
    ),
    "depthwiseConv2d": (Depthwise, IMAGES),
    "parallel": (lambda: Branches(nn.Conv2d(3, 2, 1), nn.Conv2d(3, 3, 3, padding=1)), IMAGES),
    "basicBlock": (lambda: Block(3, 6, 2), IMAGES),
    "adaptiveAvgPool2d": (lambda: nn.Sequential(nn.Conv2d(3, 2, 1), nn.AdaptiveAvgPool2d((4, 2))), IMAGES),
    "adaptiveMaxPool2d": (lambda: nn.Sequential(nn.Conv2d(3, 2, 1), nn.AdaptiveMaxPool2d((4, 2))), IMAGES),
    "embedding": (lambda: nn.Sequential(nn.Embedding(5, 4), nn.Linear(4, 3)), None),
    "leakyRelu": (dense(nn.LeakyReLU(0.2)), FEATURES),
    "elu": (dense(nn.ELU(1.5)), FEATURES),
    "selu": (dense(nn.SELU()), FEATURES),
    "gelu": (dense(nn.GELU()), FEATURES),
    "geluTanh": (dense(nn.GELU(approximate="tanh")), FEATURES),
    "silu": (dense(nn.SiLU()), FEATURES),
    "mish": (dense(nn.Mish()), FEATURES),
    "hardswish": (dense(nn.Hardswish()), FEATURES),
    "hardsigmoid": (dense(Hardsigmoid()), FEATURES),
    "softplus": (dense(nn.Softplus()), FEATURES),
    "softsign": (dense(nn.Softsign()), FEATURES),
    "softmax": (dense(nn.Softmax(-1)), FEATURES),
    "logSoftmax": (dense(nn.LogSoftmax(-1)), FEATURES),
}

LABELS = torch.tensor([2, 0, 3, 1])
WITH_IGNORED = torch.tensor([2, -100, 3, 1])
CLASS_WEIGHTS = [0.5, 1.0, 2.0, 0.25]


def weights_like(x):
    return torch.tensor(CLASS_WEIGHTS, dtype=x.dtype)


# Each a function of x [4, 4] and a second operand t of its shape with values in 0 ... 1 and rows that sum to 1.
LOSSES = {
    "crossEntropy": lambda x, t: F.cross_entropy(x, LABELS),
    "crossEntropy weighted": lambda x, t: F.cross_entropy(x, LABELS, weight=weights_like(x)),
    "crossEntropy smoothed": lambda x, t: F.cross_entropy(x, LABELS, label_smoothing=0.1),
    "crossEntropy all options": lambda x, t: F.cross_entropy(
        x, WITH_IGNORED, weight=weights_like(x), label_smoothing=0.1, ignore_index=-100
    ),
    "crossEntropy sum": lambda x, t: F.cross_entropy(x, WITH_IGNORED, reduction="sum"),
    "crossEntropy none": lambda x, t: F.cross_entropy(x, WITH_IGNORED, weight=weights_like(x), reduction="none"),
    "crossEntropy soft": lambda x, t: F.cross_entropy(x, t, weight=weights_like(x), label_smoothing=0.2),
    "nll": lambda x, t: F.nll_loss(x, WITH_IGNORED, weight=weights_like(x)),
    "bceWithLogits": lambda x, t: F.binary_cross_entropy_with_logits(x, t),
    "bceWithLogits weighted": lambda x, t: F.binary_cross_entropy_with_logits(x, t, pos_weight=weights_like(x)),
    "mse": lambda x, t: F.mse_loss(x, t),
    "l1": lambda x, t: F.l1_loss(x, t),
    "huber": lambda x, t: F.huber_loss(x, t, delta=0.7),
    "smoothL1": lambda x, t: F.smooth_l1_loss(x, t, beta=0.7),
    "klDivergence": lambda x, t: F.kl_div(F.log_softmax(x, -1), t, reduction="batchmean"),
    "klDivergence mean": lambda x, t: F.kl_div(F.log_softmax(x, -1), t, reduction="none").mean(),
}


def rounded(tensor, digits=4):
    """Few decimals: short in the file, and the same number whatever reads it."""
    values = [round(value, digits) for value in tensor.reshape(-1).tolist()]
    return torch.tensor(values, dtype=torch.float64).reshape(tensor.shape)


def flat(tensor):
    return [float(f"{value:.13g}") for value in tensor.detach().double().reshape(-1).tolist()]


def state_of(net):
    return {name: value for name, value in net.state_dict().items() if not name.endswith("num_batches_tracked")}


def error(a, b):
    return max((x - y).abs().max().item() for x, y in zip(a, b))


def train(make, state, x, target, dtype):
    """Five steps of SGD on the squared error; also the prediction in evaluation afterwards."""
    net = make().to(dtype)
    net.load_state_dict({name: value.to(dtype) for name, value in state.items()}, strict=False)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = ((net(x.to(dtype) if x.is_floating_point() else x) - target.to(dtype)) ** 2).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    net.eval()
    with torch.no_grad():
        after = net(x.to(dtype) if x.is_floating_point() else x)
    return torch.stack(losses).double(), [value.double() for value in state_of(net).values()], after.double()


def layer_golden(make, shape, seed):
    torch.manual_seed(seed)
    net = make()
    state = {name: rounded(value) for name, value in state_of(net).items()}
    x = torch.randint(5, (4, 3)) if shape is None else rounded(torch.randn(shape))
    target = rounded(torch.randn(net(x.to(torch.get_default_dtype()) if shape else x).shape))
    exact = train(make, state, x, target, torch.float64)
    single = train(make, state, x, target, torch.float32)
    return {
        "inputs": {"shape": list(x.shape), "data": x.reshape(-1).tolist()},
        "target": {"shape": list(target.shape), "data": target.reshape(-1).tolist()},
        "start": {name: {"shape": list(value.shape), "data": value.reshape(-1).tolist()} for name, value in state.items()},
        "losses": flat(exact[0]),
        "state": {name: flat(value) for name, value in zip(state, exact[1])},
        "output": flat(exact[2]),
        # How far PyTorch's own float32 run is from its float64 one.
        "float32Error": {
            "losses": error([exact[0]], [single[0]]),
            "state": error(exact[1], single[1]),
            "output": error([exact[2]], [single[2]]),
        },
    }


def loss_golden(loss, x, t):
    def run(dtype):
        leaf = x.to(dtype).clone().requires_grad_()
        value = loss(leaf, t.to(dtype))
        value.sum().backward()
        return value.detach().double(), leaf.grad.double()

    exact, single = run(torch.float64), run(torch.float32)
    return {
        "value": flat(exact[0]),
        "gradient": flat(exact[1]),
        "float32Error": {"value": error([exact[0]], [single[0]]), "gradient": error([exact[1]], [single[1]])},
    }


def write(name, golden):
    text = json.dumps(golden, separators=(",", ":"))
    (FOLDER / name).write_text(text + "\n")
    print(f"{name}: {len(text)} bytes")


FOLDER.mkdir(parents=True, exist_ok=True)
write("layers.json", {name: layer_golden(make, shape, seed) for seed, (name, (make, shape)) in enumerate(LAYERS.items())})
torch.manual_seed(99)
logits, probabilities = rounded(torch.randn(4, 4) * 2), rounded(torch.softmax(torch.randn(4, 4), -1))
write(
    "losses.json",
    {
        "x": logits.reshape(-1).tolist(),
        "t": probabilities.reshape(-1).tolist(),
        "losses": {name: loss_golden(loss, logits, probabilities) for name, loss in LOSSES.items()},
    },
)
