"""Writes the reference vectors of poolings that PyTorch has under names of its own and of the shipped decoder layers, and
their rows of index.json.

    python3 tests/goldens/generate.py      (torch and safetensors)

Drawn numbers are exact in f32; results are in f64. The other vectors of this folder come from a generator that is not
part of the project; these are of the same form (see README.md).
"""

import json
import pathlib

import torch
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent
CASES = [
    ("adaptive_avg_pool1d_uneven", "AdaptiveAvgPool1d", 4, (2, 3, 11)),
    ("adaptive_max_pool1d_uneven", "AdaptiveMaxPool1d", 4, (2, 3, 11)),
    ("adaptive_max_pool2d_uneven", "AdaptiveMaxPool2d", [3, 2], (2, 2, 7, 5)),
    ("global_max_pool1d", "AdaptiveMaxPool1d", 1, (2, 3, 7)),
]
TOLERANCE = {"f64": {"rtol": 1e-10, "atol": 1e-12}, "f32": {"rtol": 1e-05, "atol": 2e-06}}


def draw(shape):
    return torch.randn(shape, dtype=torch.float32).double()


rows = []
for seed, (name, kind, size, shape) in enumerate(CASES):
    torch.manual_seed(100 + seed)
    x = draw(shape).requires_grad_()
    size_of = tuple(size) if isinstance(size, list) else size
    y = getattr(torch.nn, kind)(size_of)(x)
    dy = draw(y.shape)
    y.backward(dy)
    tensors = {"input": x.detach(), "output": y.detach(), "grad_output": dy, "grad_input": x.grad}
    save_file({key: value.contiguous() for key, value in tensors.items()}, HERE / f"{name}.safetensors")
    described = {key: {"dtype": "F64", "shape": list(value.shape)} for key, value in tensors.items()}
    rows.append({"name": name, "group": "layer", "kind": kind, "file": f"{name}.safetensors",
                 "config": {"output_size": size}, "tensors": described, "tolerance": TOLERANCE})

DECODERS = [
    ("decoder_layer_relu", {"nhead": 2, "activation": "relu", "norm_first": False}),
    ("decoder_layer_pre_norm_gelu", {"nhead": 3, "activation": "gelu", "norm_first": True}),
]
for seed, (name, config) in enumerate(DECODERS):
    torch.manual_seed(200 + seed)
    config = {"d_model": 6, "dim_feedforward": 7, "dropout": 0.0, "batch_first": True, **config}
    layer = torch.nn.TransformerDecoderLayer(**config, dtype=torch.float64)
    for parameter in layer.parameters():
        parameter.data = 0.5 * draw(parameter.shape)
    x, memory = (draw((2, length, 6)).requires_grad_() for length in (4, 5))
    hidden = torch.triu(torch.ones(4, 4, dtype=torch.bool), diagonal=1)
    y = layer(x, memory, tgt_mask=hidden)
    dy = draw(y.shape)
    y.backward(dy)
    tensors = {"input.0": x.detach(), "input.1": memory.detach(), "output": y.detach(), "grad_output": dy,
               "grad_input.0": x.grad, "grad_input.1": memory.grad}
    for key, value in layer.named_parameters():
        tensors[f"param.{key}"], tensors[f"grad_param.{key}"] = value.detach(), value.grad
    save_file({key: value.contiguous() for key, value in tensors.items()}, HERE / f"{name}.safetensors")
    described = {key: {"dtype": "F64", "shape": list(value.shape)} for key, value in tensors.items()}
    rows.append({"name": name, "group": "attention", "kind": "TransformerDecoderLayer", "file": f"{name}.safetensors",
                 "config": {**config, "mask": "causal"}, "tensors": described, "tolerance": TOLERANCE})

index = json.loads((HERE / "index.json").read_text())
own = {row["name"] for row in rows}
cases = [case for case in index["cases"] if case["name"] not in own] + rows
head = json.dumps({key: value for key, value in index.items() if key != "cases"})[:-1]
lines = ",\n".join(json.dumps(case) for case in cases)
(HERE / "index.json").write_text(f'{head}, "cases": [\n{lines}\n]}}\n')
