#!/usr/bin/env python3
# Writes test/goldens/*.json: small nets trained for ten steps by PyTorch, in float64 and in float32.
# Needs PyTorch >= 2. Run from anywhere; the numbers depend only on the seeds below.
import json
from pathlib import Path

import torch
from torch import nn

STEPS = 10
FOLDER = Path(__file__).resolve().parent.parent / "test" / "goldens"

OPTIMIZERS = {
    "sgd": lambda parameters: torch.optim.SGD(parameters, lr=0.1),
    "sgd-nesterov": lambda parameters: torch.optim.SGD(
        parameters, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01
    ),
    "sgd-dampened": lambda parameters: torch.optim.SGD(parameters, lr=0.1, momentum=0.8, dampening=0.3),
    "adam": lambda parameters: torch.optim.Adam(parameters, lr=0.01, weight_decay=0.001),
    "adamw": lambda parameters: torch.optim.AdamW(parameters, lr=0.01, betas=(0.8, 0.99), weight_decay=0.1),
}


def mlp():
    return nn.Sequential(nn.Linear(12, 7), nn.ReLU(), nn.Linear(7, 4))


def convolutional():
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 6, 3, stride=2, padding=1),
        nn.Tanh(),
        nn.AvgPool2d(2, stride=1, padding=1),
        nn.Flatten(),
        nn.Linear(54, 5),
    )


NETS = {"mlp": (mlp, (6, 12), 4), "conv": (convolutional, (6, 1, 8, 8), 5)}


def entry(tensor):
    return {"shape": list(tensor.shape), "data": tensor.detach().reshape(-1).tolist()}


def rounded(tensor):
    """Six decimals: short in the file, and the same number whatever reads it."""
    return torch.tensor([round(value, 6) for value in tensor.reshape(-1).tolist()], dtype=torch.float64).reshape(
        tensor.shape
    )


def train(make, optimizer, state, inputs, labels, dtype):
    net = make().to(dtype)
    net.load_state_dict({name: value.to(dtype) for name, value in state.items()})
    x, step = inputs.to(dtype), optimizer(net.parameters())
    losses = []
    for _ in range(STEPS):
        step.zero_grad()
        loss = nn.functional.cross_entropy(net(x), labels)
        loss.backward()
        step.step()
        losses.append(loss.item())
    return {"losses": losses, "weights": {name: entry(value) for name, value in net.state_dict().items()}}


def golden(make, shape, classes, seed):
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    state = {name: rounded(value) for name, value in make().state_dict().items()}
    inputs = rounded(torch.randn(shape, generator=generator))
    labels = torch.randint(classes, (shape[0],), generator=generator)
    return {
        "inputs": entry(inputs),
        "labels": labels.tolist(),
        "weights": {name: entry(value) for name, value in state.items()},
        "runs": {
            name: {
                dtype: train(make, optimizer, state, inputs, labels, getattr(torch, dtype))
                for dtype in ("float64", "float32")
            }
            for name, optimizer in OPTIMIZERS.items()
        },
    }


FOLDER.mkdir(parents=True, exist_ok=True)
for seed, (name, (make, shape, classes)) in enumerate(NETS.items()):
    text = json.dumps(golden(make, shape, classes, seed), separators=(",", ":"))
    (FOLDER / f"{name}.json").write_text(text + "\n")
    print(f"{name}.json: {len(text)} bytes")
