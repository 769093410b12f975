"""Writes the reference vectors of poolings that PyTorch has under names of its own, and their rows of index.json.

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

index = json.loads((HERE / "index.json").read_text())
own = {row["name"] for row in rows}
cases = [case for case in index["cases"] if case["name"] not in own] + rows
head = json.dumps({key: value for key, value in index.items() if key != "cases"})[:-1]
lines = ",\n".join(json.dumps(case) for case in cases)
(HERE / "index.json").write_text(f'{head}, "cases": [\n{lines}\n]}}\n')
