#!/usr/bin/env python3
"""Writes what tests/pytorch_networks.rs compares with: for a ResNet-18, a U-Net and a MobileNetV2 of few channels a
`state_dict` and, beside it, a batch with what PyTorch makes of it.

    pip install torch numpy safetensors
    python tests/networks/generate.py

The layers are those of the papers and of torchvision; the names are those that the test's declarations give. `NAME.safetensors`
holds the weights and the running statistics; `NAME.vectors.safetensors` holds `input`, `output` (of a training pass),
`predicted` (with the running statistics), `grad_output`, and `grad.*` by each parameter. All of it is f64.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

HERE = Path(__file__).parent


def conv(inputs, outputs, kernel=3, stride=1, groups=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)


class Basic(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1, self.bn1 = conv(channels, channels), nn.BatchNorm2d(channels)
        self.conv2, self.bn2 = conv(channels, channels), nn.BatchNorm2d(channels)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(x + self.bn2(self.conv2(y)))


class Down(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1, self.bn1 = conv(inputs, outputs, stride=2), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = conv(outputs, outputs), nn.BatchNorm2d(outputs)
        self.shortcut, self.norm = conv(inputs, outputs, 1, stride=2), nn.BatchNorm2d(outputs)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.norm(self.shortcut(x)) + self.bn2(self.conv2(y)))


class Stage(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.down, self.same = Down(inputs, outputs), Basic(outputs)

    def forward(self, x):
        return self.same(self.down(x))


class ResNet18(nn.Module):
    shape = (3, 40, 40)

    def __init__(self, width=4):
        super().__init__()
        self.conv1, self.bn1 = conv(3, width, 7, stride=2), nn.BatchNorm2d(width)
        self.layer1 = nn.Sequential(Basic(width), Basic(width))
        self.layer2 = Stage(width, 2 * width)
        self.layer3 = Stage(2 * width, 4 * width)
        self.layer4 = Stage(4 * width, 8 * width)
        self.fc = nn.Linear(8 * width, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


class Double(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1, self.bn1 = conv(inputs, outputs), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = conv(outputs, outputs), nn.BatchNorm2d(outputs)

    def forward(self, x):
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))


class Up(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.up = nn.ConvTranspose2d(2 * channels, channels, 2, 2)
        self.conv = Double(2 * channels, channels)

    def forward(self, x, skip):
        return self.conv(torch.cat([skip, self.up(x)], 1))


class UNet(nn.Module):
    shape = (2, 24, 16)

    def __init__(self, width=4):
        super().__init__()
        self.enter = Double(2, width)
        self.down1, self.down2 = Double(width, 2 * width), Double(2 * width, 4 * width)
        self.down3 = Double(4 * width, 8 * width)
        self.up3, self.up2, self.up1 = Up(4 * width), Up(2 * width), Up(width)
        self.mask = nn.Conv2d(width, 3, 1)

    def forward(self, x):
        a = self.enter(x)
        b = self.down1(F.max_pool2d(a, 2))
        c = self.down2(F.max_pool2d(b, 2))
        d = self.down3(F.max_pool2d(c, 2))
        return self.mask(self.up1(self.up2(self.up3(d, c), b), a))


class Inverted(nn.Module):
    def __init__(self, inputs, outputs, stride, factor=6):
        super().__init__()
        hidden = factor * inputs
        self.residual = stride == 1 and inputs == outputs
        self.expand, self.bn1 = conv(inputs, hidden, 1), nn.BatchNorm2d(hidden)
        self.depthwise = conv(hidden, hidden, stride=stride, groups=hidden)
        self.bn2 = nn.BatchNorm2d(hidden)
        self.project, self.bn3 = conv(hidden, outputs, 1), nn.BatchNorm2d(outputs)

    def forward(self, x):
        y = F.relu6(self.bn1(self.expand(x)))
        y = self.bn3(self.project(F.relu6(self.bn2(self.depthwise(y)))))
        return x + y if self.residual else y


class Separable(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.depthwise, self.bn1 = conv(inputs, inputs, groups=inputs), nn.BatchNorm2d(inputs)
        self.project, self.bn2 = conv(inputs, outputs, 1), nn.BatchNorm2d(outputs)

    def forward(self, x):
        return self.bn2(self.project(F.relu6(self.bn1(self.depthwise(x)))))


class Blocks(nn.Module):
    """The first changes the channels, the others add to what they get."""

    def __init__(self, inputs, outputs, count, stride):
        super().__init__()
        self.first = Inverted(inputs, outputs, stride)
        self.rest = nn.Sequential(*[Inverted(outputs, outputs, 1) for _ in range(count - 1)])

    def forward(self, x):
        return self.rest(self.first(x))


class MobileNetV2(nn.Module):
    shape = (3, 48, 48)

    def __init__(self):
        super().__init__()
        self.stem, self.bn1 = conv(3, 8, stride=2), nn.BatchNorm2d(8)
        self.enter = Separable(8, 4)
        # Channels, blocks and strides of the paper's table, with few channels.
        self.stage2, self.stage3 = Blocks(4, 6, 2, 2), Blocks(6, 8, 3, 2)
        self.stage4, self.stage5 = Blocks(8, 12, 4, 2), Blocks(12, 16, 3, 1)
        self.stage6, self.stage7 = Blocks(16, 20, 3, 2), Inverted(20, 24, 1)
        self.last, self.bn2 = conv(24, 64, 1), nn.BatchNorm2d(64)
        self.classifier = nn.Linear(64, 10)

    def forward(self, x):
        x = self.enter(F.relu6(self.bn1(self.stem(x))))
        x = self.stage5(self.stage4(self.stage3(self.stage2(x))))
        x = F.relu6(self.bn2(self.last(self.stage7(self.stage6(x)))))
        return self.classifier(x.mean((2, 3)))


def write(name, build, samples=3):
    torch.manual_seed(2015)
    model = build().double()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, std=0.2)
            nn.init.normal_(module.running_mean, std=0.2)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, HERE / f"{name}.safetensors")
    x = torch.randn(samples, *build.shape, dtype=torch.float64)
    predicted = model.eval()(x).detach()
    output = model.train()(x)
    grad_output = torch.randn_like(output)
    output.backward(grad_output)
    vectors = {"input": x, "output": output.detach(), "predicted": predicted, "grad_output": grad_output}
    vectors |= {f"grad.{k}": p.grad.contiguous() for k, p in model.named_parameters()}
    save_file(vectors, HERE / f"{name}.vectors.safetensors")
    print(name, sum(p.numel() for p in model.parameters()), "parameters")


if __name__ == "__main__":
    write("resnet18", ResNet18)
    write("unet", UNet)
    write("mobilenet_v2", MobileNetV2)
