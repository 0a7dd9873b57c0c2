# Writes test/goldens/torch.onnx, a small net as PyTorch exports it, and beside it an input and PyTorch's own output.
# Run with PyTorch installed: python3 scripts/make-onnx-golden.py

import json
import os

import torch
from torch import nn
from torch.onnx._internal.torchscript_exporter import onnx_proto_utils

# Needed for custom operators only, and then asks for a package that the export itself does without.
onnx_proto_utils._add_onnxscript_fn = lambda model, _: model

GOLDENS = os.path.join(os.path.dirname(__file__), "..", "test", "goldens")


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return torch.relu(x + self.conv2(torch.sigmoid(self.norm1(self.conv1(x)))))


def main():
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.ReLU6(), nn.MaxPool2d(2), nn.BatchNorm2d(8), Block(8),
        nn.Conv2d(8, 8, 3, stride=2, padding=1, groups=4, dilation=1), nn.GELU(), nn.GroupNorm(4, 8),
        nn.AvgPool2d(3, 1, padding=1), nn.Hardswish(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LayerNorm(8),
        nn.Linear(8, 12), nn.LeakyReLU(), nn.Dropout(), nn.Linear(12, 10), nn.LogSoftmax(1),
    ).eval()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-0.5, 0.5)
            module.running_var.uniform_(0.5, 2)
    x = torch.rand(2, 3, 8, 8)
    torch.onnx.export(
        net, (x,), os.path.join(GOLDENS, "torch.onnx"), dynamo=False, opset_version=17,
        input_names=["images"], output_names=["logits"], dynamic_axes={"images": {0: "n"}, "logits": {0: "n"}},
    )
    with open(os.path.join(GOLDENS, "torch-onnx.json"), "w") as file:
        json.dump({"x": x.flatten().tolist(), "y": net(x).flatten().tolist()}, file)
        file.write("\n")


main()
