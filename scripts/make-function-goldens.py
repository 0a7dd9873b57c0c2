#!/usr/bin/env python3
# Writes test/goldens/functions.json: values and gradients of single functions by PyTorch in float64.
# Needs PyTorch >= 2. Each case has its inputs, its outputs, and the gradients of sum(cos(i) * output[i]).
import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F

FILE = Path(__file__).resolve().parent.parent / "test" / "goldens" / "functions.json"

inf, nan = math.inf, math.nan
generator = torch.Generator().manual_seed(7)


def random(*shape, low=-2.0, high=2.0):
    # Rounded to float32, so that every device starts from the same numbers.
    values = torch.rand(shape, generator=generator, dtype=torch.float64) * (high - low) + low
    return values.float().double()


LINE = torch.tensor([-1e6, -100, -8, -3, -1, -0.5, -1e-3, 0, 1e-3, 0.5, 1, 3, 8, 100, 1e6], dtype=torch.float64)
LINE = LINE.float().double()
UNIT = torch.tensor([-0.999, -0.5, -1e-3, 0, 1e-3, 0.5, 0.999], dtype=torch.float64).float().double()
LIMITS = torch.tensor([-inf, -1.0, 0.0, 1.0, inf, nan], dtype=torch.float64)
IMAGES = random(2, 3, 7, 6)
ZEROS = torch.tensor([[1, 2, 0, 4], [0, 3, 0, 5], [2, -1, 3, 0.5]], dtype=torch.float64)

ACTIVATIONS = {
    "softplus": lambda x: F.softplus(x, threshold=40),
    "logSigmoid": F.logsigmoid,
    "leakyRelu": F.leaky_relu,
    "elu": F.elu,
    "selu": F.selu,
    "gelu": F.gelu,
    "silu": F.silu,
    "mish": F.mish,
    # PyTorch's own have 1/6 in float32, and hardswish(-inf) = NaN.
    "hardswish": lambda x: torch.where(x <= -3, 0.0, torch.where(x >= 3, x, x * (x / 6 + 0.5))),
    "hardsigmoid": lambda x: torch.where(x <= -3, 0.0, torch.where(x >= 3, 1.0, x / 6 + 0.5)),
    "softsign": F.softsign,
    "relu": F.relu,
    "clip": lambda x: torch.clamp(x, -1, 3),
    "atan": torch.atan,
}
KERNEL = random(4, 3, 3, 2)
SEQUENCE = random(4, 1, 5)
GRID = random(2, 4, 5, 2, low=-1.3, high=1.3)
SMALL = random(3, 4, low=-1, high=1)

# name: (function, inputs)
CASES = {
    **{name: (f, [LINE]) for name, f in ACTIVATIONS.items()},
    "geluTanh": (lambda x: F.gelu(x, approximate="tanh"), [LINE]),
    "asin": (torch.asin, [UNIT]),
    "acos": (torch.acos, [UNIT]),
    "tan": (torch.tan, [UNIT]),
    "sinh": (torch.sinh, [LINE[2:-2]]),
    "cosh": (torch.cosh, [LINE[2:-2]]),
    "atan2": (torch.atan2, [random(4, 5), random(4, 5)]),
    "prod": (lambda x: torch.prod(x, 1), [ZEROS]),
    "std": (lambda x: torch.std(x, (0, 2)), [random(3, 4, 5)]),
    "norm1": (lambda x: torch.linalg.vector_norm(x, 1, (0, 1)), [random(3, 4, 5)]),
    "norm2": (lambda x: torch.linalg.vector_norm(x, 2, 1), [torch.cat([SMALL, torch.zeros(1, 4).double()])]),
    "normInfinity": (lambda x: torch.linalg.vector_norm(x, inf, 1), [random(3, 4)]),
    "logsumexp": (lambda x: torch.logsumexp(x, (0, 2)), [random(3, 4, 5)]),
    "cumsum": (lambda x: torch.cumsum(x, 1), [random(3, 4, 5)]),
    "sort": (lambda x: torch.sort(x, dim=1, stable=True).values, [random(3, 9, 2)]),
    "sortDescending": (lambda x: torch.sort(x, dim=-1, descending=True, stable=True).values, [random(3, 60)]),
    "topK": (lambda x: torch.topk(x, 3, -1).values, [random(3, 9)]),
    "gatherAlong": (lambda x: torch.gather(x, 1, torch.tensor([[2, 0, 2], [1, 1, 3]])), [random(2, 4)]),
    "scatterAlong": (
        lambda x: torch.zeros(2, 5).double().scatter_add(1, torch.tensor([[2, 0, 2], [1, 1, 3]]), x),
        [random(2, 3)],
    ),
    "padReflect": (lambda x: F.pad(x, (2, 1, 3, 4), "reflect"), [IMAGES]),
    "padReplicate": (lambda x: F.pad(x, (2, 1, 3, 4), "replicate"), [IMAGES]),
    "padCircular": (lambda x: F.pad(x, (2, 1, 3, 4), "circular"), [IMAGES]),
    "split": (lambda x: torch.split(x, [1, 3], 1)[1], [SMALL]),
    "tile": (lambda x: torch.tile(x, (2, 1, 3)), [SMALL]),
    "repeat": (lambda x: torch.repeat_interleave(x, 3, 0), [SMALL]),
    "roll": (lambda x: torch.roll(x, -3, 1), [SMALL]),
    "meshgrid": (lambda a, b: torch.stack(torch.meshgrid(a, b, indexing="ij")), [random(3), random(4)]),
    "diagonal": (lambda x: torch.diagonal(x, 1, -2, -1), [random(2, 3, 4)]),
    "diagonalBelow": (lambda x: torch.diagonal(x, -1, -2, -1), [random(2, 3, 4)]),
    "tril": (lambda x: torch.tril(x, 1), [random(2, 3, 4)]),
    "triu": (lambda x: torch.triu(x, -1), [random(2, 3, 4)]),
    **{
        f"einsum {equation}": (lambda *x, e=equation: torch.einsum(e, *x), inputs)
        for equation, inputs in {
            "bij,bjk->bik": [random(2, 3, 4), random(2, 4, 5)],
            "ij,kj": [random(3, 4), random(5, 4)],
            "nchw,dc->ndhw": [random(2, 3, 2, 4), random(5, 3)],
            "i,j->ji": [random(3), random(4)],
            "bhqd,bhkd->bhqk": [random(2, 2, 3, 4), random(2, 2, 5, 4)],
            "ijk,ilj->kl": [random(2, 3, 4), random(2, 5, 3)],
            "ii->i": [random(4, 4)],
            "iij->j": [random(3, 3, 2)],
            "ijk->ki": [random(2, 3, 4)],
            "ij,ij->": [random(3, 4), random(3, 4)],
        }.items()
    },
    "conv1d": (lambda x, w: F.conv1d(x, w, stride=2, padding=3, dilation=2, groups=2), [random(2, 2, 9), SEQUENCE]),
    "convTranspose2d": (
        lambda x, w: F.conv_transpose2d(x, w, stride=2, padding=1, output_padding=1),
        [random(2, 4, 3, 5), KERNEL],
    ),
    "unfold": (lambda x: F.unfold(x, (3, 2), padding=1, stride=2, dilation=(1, 2)), [IMAGES]),
    "resizeNearest": (lambda x: F.interpolate(x, (10, 4), mode="nearest"), [IMAGES]),
    "resizeBilinear": (lambda x: F.interpolate(x, (10, 4), mode="bilinear", align_corners=False), [IMAGES]),
    "adaptiveAvgPool2d": (lambda x: F.adaptive_avg_pool2d(x, (3, 4)), [IMAGES]),
    "adaptiveMaxPool2d": (lambda x: F.adaptive_max_pool2d(x, (3, 4)), [IMAGES]),
    "adaptiveAvgPool2dEven": (lambda x: F.adaptive_avg_pool2d(x, (7, 3)), [random(1, 2, 7, 6)]),
    "adaptiveMaxPool2dEven": (lambda x: F.adaptive_max_pool2d(x, (1, 2)), [random(1, 2, 7, 6)]),
    "affineGrid": (lambda t: F.affine_grid(t, (2, 1, 3, 4), align_corners=False), [random(2, 2, 3)]),
    "gridSample": (lambda x, g: F.grid_sample(x, g, align_corners=False), [IMAGES, GRID]),
    "gridSampleBorder": (
        lambda x, g: F.grid_sample(x, g, padding_mode="border", align_corners=False),
        [IMAGES, GRID],
    ),
    "gridSampleNearest": (lambda x, g: F.grid_sample(x, g, mode="nearest", align_corners=False), [IMAGES, GRID]),
    "maxPoolCeil": (lambda x: F.max_pool2d(x, 3, 2, 1, ceil_mode=True), [random(2, 2, 8, 6)]),
    "maxPoolCeilWide": (lambda x: F.max_pool2d(x, 2, 3, 1, ceil_mode=True), [random(1, 2, 7, 6)]),
    "avgPoolCeil": (lambda x: F.avg_pool2d(x, 3, 2, 1, ceil_mode=True), [random(2, 2, 8, 6)]),
    "avgPoolCeilInside": (
        lambda x: F.avg_pool2d(x, 3, 2, 1, ceil_mode=True, count_include_pad=False),
        [random(2, 2, 8, 6)],
    ),
}


def plain(tensor):
    # JSON has no infinities and no NaN.
    numbers = [value if math.isfinite(value) else str(value) for value in tensor.flatten().tolist()]
    return {"shape": list(tensor.shape), "data": numbers}


def run(f, inputs):
    inputs = [x.clone().requires_grad_() for x in inputs]
    y = f(*inputs)
    weights = torch.cos(torch.arange(y.numel(), dtype=torch.float64)).reshape(y.shape)
    gradients = torch.autograd.grad((y * weights).sum(), inputs)
    return {
        "inputs": [plain(x.detach()) for x in inputs],
        "output": plain(y.detach()),
        "gradients": [plain(g) for g in gradients],
    }


cases = {name: run(f, inputs) for name, (f, inputs) in CASES.items()}
limits = {name: plain(f(LIMITS)) for name, f in ACTIVATIONS.items()}
FILE.write_text(json.dumps({"cases": cases, "limits": {"input": plain(LIMITS), "outputs": limits}}))
print(f"{len(cases)} cases, {FILE.stat().st_size} bytes")
