# Times the same work in PyTorch for the benchmark: one JSON request a line on stdin, one JSON answer a line on stdout.
# Between requests the process sleeps, so that whoever asks has the machine alone. Needs PyTorch 2 or later.
import json
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

ROTATION = 4  # batches that take turns, so that no side trains on data that is already in the caches


class Block(nn.Module):
    """Two 3 by 3 convolutions around a shortcut that subsamples and pads with zero channels."""

    def __init__(self, filters, stride):
        super().__init__()
        self.stride = stride
        self.body = nn.Sequential(
            nn.LazyConv2d(filters, 3, stride, 1, bias=False), nn.LazyBatchNorm2d(), nn.ReLU(),
            nn.LazyConv2d(filters, 3, 1, 1, bias=False), nn.LazyBatchNorm2d())

    def forward(self, x):
        y = self.body(x)
        if self.stride != 1:
            pad = (y.shape[1] - x.shape[1]) // 2
            x = F.pad(x[:, :, ::self.stride, ::self.stride], (0, 0, 0, 0, pad, pad))
        return F.relu(y + x)


LAYERS = {
    "linear": lambda out: nn.LazyLinear(out),
    "conv": lambda filters, kernel, bias=1: nn.LazyConv2d(filters, kernel, padding=kernel // 2, bias=bias != 0),
    "pool": lambda size: nn.MaxPool2d(size),
    "block": Block,
    "norm": nn.LazyBatchNorm2d,
    "relu": nn.ReLU,
    "flatten": nn.Flatten,
    "meanPool": lambda: nn.AdaptiveAvgPool2d(1),
}


def build(request):
    """The net, and the batches it is given in turn."""
    shape, batch = request["input"], request["batch"]
    net = nn.Sequential(*[LAYERS[name](*sizes) for name, *sizes in request["layers"]])
    net(torch.zeros(2, *shape))
    images = [torch.randn(batch, *shape) for _ in range(ROTATION)]
    if request["channelsLast"]:
        net = net.to(memory_format=torch.channels_last)
        if len(shape) == 3:
            images = [x.to(memory_format=torch.channels_last) for x in images]
    return net, images


def make_optimizer(net, spec, fused):
    options = {"fused": True} if fused else {}
    if spec["name"] == "sgd":
        return torch.optim.SGD(net.parameters(), lr=spec["lr"], momentum=spec["momentum"], **options)
    return torch.optim.Adam(net.parameters(), lr=spec["lr"], **options)


def train(request):
    net, images = build(request)
    labels = [torch.randint(0, 10, (request["batch"],)) for _ in range(ROTATION)]
    optimizer = make_optimizer(net, request["optimizer"], request["fused"])
    loss_of = nn.CrossEntropyLoss()

    def step(i):
        optimizer.zero_grad(set_to_none=True)
        loss_of(net(images[i % ROTATION]), labels[i % ROTATION]).backward()
        optimizer.step()

    return step


def infer(request):
    net, images = build(request)
    net.eval()

    def step(i):
        with torch.inference_mode():
            net(images[i % ROTATION])

    return step


def matmul(request):
    a, b = (torch.randn(*request[name]) for name in ("a", "b"))
    a, b = (x.t() if request[flag] else x for x, flag in ((a, "aTransposed"), (b, "bTransposed")))
    out = torch.empty(a.shape[0], b.shape[1])
    return lambda i: torch.matmul(a, b, out=out)


def conv(request):
    last = torch.channels_last
    x = torch.randn(*request["x"]).to(memory_format=last)
    w = torch.randn(*request["w"]).to(memory_format=last)
    pad, groups = [request["padding"]] * 2, request["groups"]
    dy = torch.randn_like(F.conv2d(x, w, padding=pad, groups=groups)).to(memory_format=last)
    if request["direction"] == "forward":
        return lambda i: F.conv2d(x, w, padding=pad, groups=groups)
    mask = [request["direction"] == "inputGrad", request["direction"] == "weightGrad", False]
    backward = torch.ops.aten.convolution_backward
    return lambda i: backward(dy, x, w, [0], [1, 1], pad, [1, 1], False, [0, 0], groups, mask)


KINDS = {"train": train, "infer": infer, "matmul": matmul, "conv": conv}
cases = {}


def seconds_of(step, seconds, least):
    """The time of each step, for so many seconds but at least so many steps."""
    times, start = [], time.perf_counter()
    while len(times) < least or time.perf_counter() - start < seconds:
        before = time.perf_counter()
        step(len(times))
        times.append(time.perf_counter() - before)
    return times


def answer(request):
    what = request["do"]
    if what == "make":
        torch.manual_seed(0)
        torch.set_num_threads(request["threads"])
        step = KINDS[request["kind"]](request)
        cases[request["case"]] = step
        seconds_of(step, request["warmUp"], 3)
        return {}
    if what == "run":
        torch.set_num_threads(request["threads"])
        return {"times": seconds_of(cases[request["case"]], request["seconds"], 3)}
    if what == "drop":
        del cases[request["case"]]
        return {}
    raise ValueError(f"no such request: {what}")


def main():
    print(json.dumps({"version": torch.__version__}), flush=True)
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line))
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


main()
