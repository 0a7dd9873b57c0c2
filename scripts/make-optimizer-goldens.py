#!/usr/bin/env python3
# Writes test/goldens/optimizers-*.json: small nets, between them of every kind of layer, trained for twenty steps by each
# of PyTorch's optimisers, in float64 and in float32, and test/goldens/schedules.json: the factors of its learning-rate schedules.
# Needs PyTorch >= 2.9. Run from anywhere; the numbers depend only on the seeds below.
import json
import re
from inspect import getsource
from pathlib import Path

import torch
from golden_nets import NETS
from torch import nn
from torch.optim import _muon, lr_scheduler

torch.set_num_threads(1)
STEPS = 20
ORDERS = 8
CLASSES = 3
FOLDER = Path(__file__).resolve().parent.parent / "test" / "goldens"

# PyTorch's Muon works in bfloat16; here the same lines keep the precision of the weights.
exec(re.sub(r"grad\.bfloat16\(\)", "grad.clone()", getsource(_muon._zeropower_via_newtonschulz)), vars(_muon))


class Lion(torch.optim.Optimizer):
    """Lion as in Chen et al. 2023, algorithm 2; PyTorch has none."""

    def __init__(self, params, lr, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            rate, decay, (beta1, beta2) = group["lr"], group["weight_decay"], group["betas"]
            for w in group["params"]:
                mean = self.state[w].setdefault("mean", torch.zeros_like(w))
                direction = torch.sign(beta1 * mean + (1 - beta1) * w.grad)
                w.mul_(1 - rate * decay).sub_(rate * direction)
                mean.mul_(beta2).add_((1 - beta2) * w.grad)


class Both:
    """Muon for matrices, AdamW for the rest."""

    def __init__(self, params):
        params = list(params)
        matrices = [w for w in params if w.ndim == 2]
        rest = [w for w in params if w.ndim != 2]
        self.parts = [torch.optim.Muon(matrices, lr=0.01), torch.optim.AdamW(rest, lr=0.01 * 0.5)]

    def zero_grad(self):
        for part in self.parts:
            part.zero_grad()

    def step(self):
        for part in self.parts:
            part.step()


def grouped(params):
    """No decay for vectors, and half the learning rate."""
    params = list(params)
    vectors = [w for w in params if w.ndim < 2]
    return torch.optim.AdamW(
        [{"params": vectors, "weight_decay": 0, "lr": 0.01}, {"params": [w for w in params if w.ndim >= 2]}],
        lr=0.02,
        weight_decay=0.1,
    )


of = torch.optim
OPTIMIZERS = {
    "sgd": lambda p: of.SGD(p, lr=0.1),
    "sgd-momentum": lambda p: of.SGD(p, lr=0.05, momentum=0.9, dampening=0.2, weight_decay=0.01),
    "sgd-nesterov": lambda p: of.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
    "adam": lambda p: of.Adam(p, lr=0.01, weight_decay=0.001),
    "adamw": lambda p: of.AdamW(p, lr=0.01, betas=(0.8, 0.99), weight_decay=0.1),
    "adamw-groups": grouped,
    "adamax": lambda p: of.Adamax(p, lr=0.02, weight_decay=0.01),
    "nadam": lambda p: of.NAdam(p, lr=0.01, weight_decay=0.01, momentum_decay=0.01),
    "radam": lambda p: of.RAdam(p, lr=0.01, weight_decay=0.01),
    "radam-short": lambda p: of.RAdam(p, lr=0.01, betas=(0.8, 0.9)),
    "rmsprop": lambda p: of.RMSprop(p, lr=0.005, weight_decay=0.01),
    "rmsprop-centered": lambda p: of.RMSprop(p, lr=0.002, alpha=0.9, centered=True, momentum=0.5, eps=1e-3),
    "adagrad": lambda p: of.Adagrad(p, lr=0.05, lr_decay=0.1, weight_decay=0.01),
    "adadelta": lambda p: of.Adadelta(p, lr=1.0, rho=0.8, eps=1e-4, weight_decay=0.01),
    "lion": lambda p: Lion(p, lr=0.01, weight_decay=0.1),
    "muon": Both,
}


def rounded(tensor):
    """Six decimals: short in the file, and the same number whatever reads it."""
    values = [round(value, 6) for value in tensor.reshape(-1).tolist()]
    return torch.tensor(values, dtype=torch.float64).reshape(tensor.shape)


def entry(tensor):
    return {"shape": list(tensor.shape), "data": tensor.detach().reshape(-1).tolist()}


def short(values):
    """Thirteen digits: more than the test asks for."""
    return [float(f"{value:.13g}") for value in values]


def state_of(net):
    return {name: value for name, value in net.state_dict().items() if not name.endswith("num_batches_tracked")}


def train(make, optimizer, state, inputs, labels, dtype):
    # Some optimisers keep scalars in the default type.
    torch.set_default_dtype(dtype)
    net = make().to(dtype)
    net.load_state_dict({name: value.to(dtype) for name, value in state.items()}, strict=False)
    x = inputs.to(dtype) if inputs.is_floating_point() else inputs
    step, losses = optimizer(net.parameters()), []
    for _ in range(STEPS):
        step.zero_grad()
        loss = nn.functional.cross_entropy(net(x), labels)
        loss.backward()
        step.step()
        losses.append(loss.item())
    weights = [value for tensor in state_of(net).values() for value in tensor.reshape(-1).tolist()]
    return {"losses": losses, "weights": weights}


def worst(a, b):
    return max(abs(x - y) for x, y in zip(a, b, strict=True))


def run(make, optimizer, state, inputs, labels):
    """The run in float64, and how far PyTorch's own in float32 is from it: the most over ORDERS orders of the batch,
    which change nothing but the order of sums."""
    exact = train(make, optimizer, state, inputs, labels, torch.float64)
    orders = [torch.arange(len(labels)).roll(shift) for shift in range(ORDERS)]
    single = [train(make, optimizer, state, inputs[order], labels[order], torch.float32) for order in orders]
    error = {part: float(f"{max(worst(exact[part], one[part]) for one in single):.3g}") for part in exact}
    return {**{part: short(values) for part, values in exact.items()}, "float32Error": error}


def golden(make, shape, below, seed):
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    torch.set_default_dtype(torch.float32)
    state = {name: rounded(value) for name, value in state_of(make()).items()}
    if below is None:
        inputs = rounded(torch.randn(shape, generator=generator))
    else:
        inputs = torch.randint(below, shape, generator=generator)
    labels = torch.randint(CLASSES, (shape[0],), generator=generator)
    return {
        "inputs": entry(inputs),
        "labels": labels.tolist(),
        "weights": {name: entry(value) for name, value in state.items()},
        "runs": {name: run(make, make_optimizer, state, inputs, labels) for name, make_optimizer in OPTIMIZERS.items()},
    }


LENGTH = 24
METRICS = [1, 0.9, 0.91, 0.9, 0.95, 0.8, 0.85, 0.8, 0.8, 0.8, 0.79995, 0.8, 0.8, 0.8, 0.8, 0.5, 0.6, 0.6, 0.6, 0.6]
SCHEDULES = {
    "step": lambda o: lr_scheduler.StepLR(o, 5, gamma=0.3),
    "multiStep": lambda o: lr_scheduler.MultiStepLR(o, [4, 9, 17], gamma=0.2),
    "exponential": lambda o: lr_scheduler.ExponentialLR(o, 0.87),
    "cosine": lambda o: lr_scheduler.CosineAnnealingLR(o, LENGTH - 1, eta_min=0.05),
    "cosineRestarts": lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 3, T_mult=2, eta_min=0.1),
    "cosineRestartsEven": lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 7),
    "oneCycle": lambda o: lr_scheduler.OneCycleLR(o, max_lr=1, total_steps=LENGTH, pct_start=0.4, div_factor=10),
    "polynomial": lambda o: lr_scheduler.PolynomialLR(o, 20, power=1.7),
    "linear": lambda o: lr_scheduler.LinearLR(o, start_factor=0.1, end_factor=0.8, total_iters=9),
    "sequence": lambda o: lr_scheduler.SequentialLR(
        o,
        [
            lr_scheduler.LinearLR(o, start_factor=0.2, total_iters=4),
            lr_scheduler.ExponentialLR(o, 0.9),
            lr_scheduler.StepLR(o, 3, gamma=0.5),
        ],
        [4, 11],
    ),
    "product": lambda o: lr_scheduler.ChainedScheduler(
        [lr_scheduler.ExponentialLR(o, 0.95), lr_scheduler.StepLR(o, 6, gamma=0.5)]
    ),
}


def factors(make):
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0, momentum=0.9)
    scheduler, values = make(optimizer), []
    for _ in range(LENGTH):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return values


def plateau(**options):
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler, values = lr_scheduler.ReduceLROnPlateau(optimizer, **options), []
    for metric in METRICS:
        scheduler.step(metric)
        values.append(optimizer.param_groups[0]["lr"])
    return values


def write(name, value):
    text = json.dumps(value, separators=(",", ":"))
    (FOLDER / f"{name}.json").write_text(text + "\n")
    print(f"{name}.json: {len(text)} bytes")


FOLDER.mkdir(parents=True, exist_ok=True)
for seed, (name, (make, shape, below)) in enumerate(NETS.items()):
    write(f"optimizers-{name}", golden(make, shape, below, seed))
write(
    "schedules",
    {
        "length": LENGTH,
        "factors": {name: factors(make) for name, make in SCHEDULES.items()},
        "metrics": METRICS,
        "plateau": {
            "relative": plateau(factor=0.5, patience=2),
            "cooldown": plateau(factor=0.3, patience=1, cooldown=2, min_lr=0.02),
            "absolute": plateau(factor=0.5, patience=1, threshold=0.06, threshold_mode="abs"),
            "largest": plateau(mode="max", factor=0.9, patience=3),
        },
    },
)
