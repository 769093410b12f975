"""Writes the files that tests/files.rs loads: networks as PyTorch saves them, with inputs and what PyTorch makes of them.

For each network and scalar: NAME_SCALAR.safetensors is the `state_dict`, NAME_SCALAR_values.safetensors holds `input`
and `output` (evaluation mode). Needs torch and safetensors: python generate.py FOLDER
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn


class Mlp(nn.Module):
    shape = (7,)

    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(7, 16)
        self.logits = nn.Linear(16, 3)

    def forward(self, x):
        return self.logits(nn.functional.gelu(self.hidden(x)))


class Cnn(nn.Module):
    shape = (2, 9, 8)

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(2, 6, 3, padding=1)
        self.norm1 = nn.BatchNorm2d(6)
        self.conv2 = nn.Conv2d(6, 8, (3, 2), groups=2, bias=False)
        self.norm2 = nn.BatchNorm2d(8, eps=1e-3, momentum=0.3)
        self.norm3 = nn.BatchNorm1d(48)
        self.hidden = nn.Linear(48, 12)
        self.logits = nn.Linear(12, 4)

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.norm1(self.conv1(x))), 2)
        x = nn.functional.silu(self.norm2(self.conv2(x)))
        return self.logits(torch.tanh(self.hidden(self.norm3(x.flatten(1)))))


def main():
    folder = Path(sys.argv[1])
    for name, kind in [("mlp", Mlp), ("cnn", Cnn)]:
        for scalar, dtype in [("f32", torch.float32), ("f64", torch.float64)]:
            torch.manual_seed(7)
            network = kind().to(dtype)
            # A few steps, so that running averages and the norms' weights are not what they begin with.
            optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
            for _ in range(5):
                loss = network(torch.randn(16, *kind.shape, dtype=dtype) * 1.5 + 0.3).pow(2).mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            network.eval()
            given = torch.randn(9, *kind.shape, dtype=dtype)
            with torch.no_grad():
                values = {"input": given, "output": network(given)}
            save_file(network.state_dict(), folder / f"{name}_{scalar}.safetensors")
            save_file(values, folder / f"{name}_{scalar}_values.safetensors")


if __name__ == "__main__":
    main()
