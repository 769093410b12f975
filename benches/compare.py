#!/usr/bin/env python3
"""Our suite beside other libraries', measured in turn, and the table of BENCHMARKS.md.

    cargo bench --bench suite --no-run                       # says where the program is
    python3 benches/compare.py --ours target/release/deps/suite-… --suite FOLDER \\
        --python VENV/bin/python --peers torch,torch_tuned,jax \\
        --program candle=…/peer-candle --program burn=…/peer-burn --write BENCHMARKS.md

FOLDER holds the other libraries' programs in Python (`suite.py`, `timing.py`, `peer_*.py`). A peer whose library is
not installed is left out. Every round runs all programs one after the other, so that a machine of uneven pace is
uneven for all; what is kept is the median of the rounds.

    python3 benches/compare.py --prepare TO --suite FOLDER --python VENV/bin/python    # weights and batches
    target/release/deps/suite-… --check TO                                             # our losses of five steps
    python3 benches/compare.py --check TO --ours … --suite FOLDER --python …           # ours beside PyTorch's
"""

import argparse
import collections
import json
import os
import pathlib
import platform
import statistics
import struct
import subprocess
import sys

WORKLOADS = ["mlp_tiny", "mlp_seed", "mlp_wide", "cnn_mnist", "cnn_cifar", "resblock", "rnn", "gru", "lstm", "transformer", "vae", "gan"]
COLUMNS = [("train_us", "Training step"), ("infer1_us", "Prediction at batch 1"), ("inferB_us", "Prediction of the whole batch")]
BEGIN, END = "<!-- begin: benches/compare.py -->", "<!-- end: benches/compare.py -->"
TOLERANCE = 1e-4


def arguments():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--ours", help="the compiled suite")
    a.add_argument("--suite", type=pathlib.Path, help="the folder of suite.py")
    a.add_argument("--python", default=sys.executable, help="the interpreter that has the libraries")
    a.add_argument("--peers", default="torch,torch_tuned,jax", help="peers in Python")
    a.add_argument("--program", action="append", default=[], metavar="NAME=PATH", help="a peer that is a program")
    a.add_argument("--workloads", default=",".join(WORKLOADS))
    a.add_argument("--threads", default="1,2")
    a.add_argument("--rounds", type=int, default=5)
    a.add_argument("--seconds", type=float, default=1.0)
    a.add_argument("--write", type=pathlib.Path, help="the file whose table is replaced")
    a.add_argument("--prepare", type=pathlib.Path, help="write weights and batches there")
    a.add_argument("--check", type=pathlib.Path, help="compare losses on what --prepare wrote there")
    a.add_argument("--one", nargs=3, metavar=("PEER", "THREADS", "WORKLOAD"), help=argparse.SUPPRESS)
    return a.parse_args()


def peer(name, threads):
    """A peer of the suite in Python, in this process."""
    if name.startswith("torch"):
        import peer_torch as module
    elif name == "jax":
        import peer_jax as module
    elif name.startswith("keras"):
        import peer_keras as module
    elif name == "onnxruntime":
        import peer_onnxruntime as module
    else:
        raise SystemExit(f"no peer {name}")
    try:
        return module.Peer(threads, name)
    except TypeError:
        return module.Peer(threads)


def measure_one(name, threads, workload, seconds):
    """In a process of its own: one line of JSON, as the suite prints it."""
    import suite
    from timing import _once

    p = peer(name, threads)
    batch = suite.WORKLOADS[workload].batches[0]
    sync = getattr(p, "sync", None) or (lambda result: result)
    # A prediction is waited for each time; steps are waited for at the end of a sample.
    time = lambda call, share, each: _once(call, sync, seconds * share, 30, each)["us"]
    print(json.dumps({
        "workload": workload, "peer": name, "threads": threads,
        "train_us": time(p.train(workload, batch), 1, False) if p.has_train else None,
        "infer1_us": time(p.infer(workload, 1), 0.5, True),
        "inferB_us": time(p.infer(workload, batch), 0.5, True),
        "version": " ".join(f"{k} {v}" for k, v in p.versions().items() if isinstance(v, str)),
    }))


def run(options, name, threads, workload):
    """One measurement of one program, or nothing if it cannot be had."""
    cores = ",".join(map(str, range(threads)))
    environment = dict(os.environ, RAYON_NUM_THREADS=str(threads), OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
    programs = dict(p.split("=", 1) for p in options.program)
    if name == "formwork":
        command = [options.ours, "--workload", workload, "--threads", str(threads), "--seconds", str(options.seconds)]
    elif name in programs:
        command = [programs[name], workload]
    else:
        command = [options.python, __file__, "--one", name, str(threads), workload]
        command += ["--suite", str(options.suite), "--seconds", str(options.seconds)]
    done = subprocess.run(["taskset", "-c", cores] + command, capture_output=True, text=True, env=environment)
    for line in done.stdout.splitlines():
        if line.startswith("{") and (found := json.loads(line)).get("workload") == workload:
            return found
    return None


def number(us):
    return f"{us:,.0f}" if us >= 100 else f"{us:.1f}" if us >= 1 else f"{us:.2f}"


def table(options, results, versions, peaks):
    """The tables, as text."""
    peers = [p for p in everyone(options) if p != "formwork"]
    lines = [BEGIN, ""]
    cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), platform.machine())
    lines += [f"Machine: {os.cpu_count()} cores of {cpu}; multiply-adds that wait for nothing: "
              + ", ".join(f"{statistics.median(p):.0f} GFLOP/s on {t} thread{'s' * (t > 1)}" for t, p in sorted(peaks.items()))
              + f" (median of the same runs, {min(min(p) for p in peaks.values()):.0f} at the least)."]
    lines += [f"Medians of {options.rounds} rounds in turn, f32, microseconds; beside the other's time its ratio to ours, bold where we are behind. "
              "“Spread” is how far our slowest round was above our fastest; the limit is the necessary operations at that "
              "rate, and 28 bytes for each parameter as fast as Adam alone moves them."]
    lines += ["Versions: " + "; ".join(f"{k}: {v}" for k, v in versions.items() if v) + "."] if versions else []
    for threads in map(int, options.threads.split(",")):
        for key, title in COLUMNS:
            lines += ["", f"### {title}, {threads} thread{'s' * (threads > 1)}", ""]
            share = key == "train_us"
            lines += ["| workload | Formwork | spread |" + (" share of limit |" if share else "") + "".join(f" {p} |" for p in peers)]
            lines += ["|---|---:|---:|" + ("---:|" if share else "") + "---:|" * len(peers)]
            for workload in options.workloads.split(","):
                ours = [r[key] for r in results[workload, "formwork", threads]]
                if not ours:
                    continue
                middle = statistics.median(ours)
                row = f"| `{workload}` | {number(middle)} | {max(ours) / min(ours) - 1:.0%} |"
                if share:
                    row += f" {statistics.median(r['share_of_limit'] for r in results[workload, 'formwork', threads]):.0%} |"
                for p in peers:
                    theirs = [r[key] for r in results[workload, p, threads] if r.get(key)]
                    if theirs:
                        them = statistics.median(theirs)
                        ratio = f"{them / middle:.3g}×"
                        row += f" {number(them)} ({ratio if them >= middle else f'**{ratio}**'}) |"
                    else:
                        row += " – |"
                lines.append(row)
    return "\n".join(lines + ["", END])


def everyone(options):
    return ["formwork"] + [p for p in options.peers.split(",") if p] + [p.split("=", 1)[0] for p in options.program]


def compare(options):
    results, versions, peaks = collections.defaultdict(list), {}, collections.defaultdict(list)
    for round in range(options.rounds):
        for threads in map(int, options.threads.split(",")):
            for workload in options.workloads.split(","):
                for name in everyone(options):
                    found = run(options, name, threads, workload)
                    if not found:
                        continue
                    results[workload, name, threads].append(found)
                    if found.get("version"):
                        versions[name] = found["version"]
                    if name == "formwork" and found["peak_gflops"] > 0:
                        peaks[threads].append(found["peak_gflops"])
                    print(round, json.dumps(found), file=sys.stderr, flush=True)
    text = table(options, results, versions, peaks)
    if not options.write:
        return print(text)
    whole = options.write.read_text()
    if BEGIN in whole:
        before, rest = whole.split(BEGIN, 1)
        whole = before + text + rest.split(END, 1)[1]
    else:
        whole = whole.rstrip() + "\n\n" + text + "\n"
    options.write.write_text(whole)


def our_names(workload, params):
    """The suite's names of weights, as our networks have them, file by file."""
    import numpy as np

    files = collections.defaultdict(dict)
    for name, value in params.items():
        file = workload
        if workload == "gan":
            part, name = name.split(".", 1)
            file = f"gan.{part}"
        if workload == "transformer":
            # PyTorch's own names of attention.
            name = name.replace("qkv.", "attn.in_proj_").replace("proj.", "attn.out_proj.")
        elif name.startswith("blocks."):
            _, block, layer, tensor = name.split(".")
            layer += "abc"[int(block)]
            name = f"{layer}.{tensor}"
            if layer.startswith("bn") and tensor == "weight":
                files[file][f"{layer}.running_mean"] = np.zeros_like(value)
                files[file][f"{layer}.running_var"] = np.ones_like(value)
                files[file][f"{layer}.num_batches_tracked"] = np.zeros((), np.int64)
        files[file][name] = value
    return files


def write_tensors(path, tensors):
    """A file of safetensors."""
    import numpy as np

    kinds = {np.dtype("f4"): "F32", np.dtype("i8"): "I64", np.dtype("u4"): "U32"}
    header, data = {}, b""
    for name, value in tensors.items():
        raw = np.ascontiguousarray(value).tobytes()
        header[name] = {"dtype": kinds[value.dtype], "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def prepare(options):
    import numpy as np
    import suite

    options.prepare.mkdir(parents=True, exist_ok=True)
    for workload in options.workloads.split(","):
        for file, tensors in our_names(workload, suite.params(workload)).items():
            write_tensors(options.prepare / f"{file}.safetensors", tensors)
        batch = suite.batch(workload, suite.WORKLOADS[workload].batches[0])
        batch = {k: v.astype(np.uint32) if v.dtype.kind == "i" else v for k, v in batch.items()}
        write_tensors(options.prepare / f"{workload}.batch.safetensors", batch)


def check(options):
    import suite

    done = subprocess.run([options.ours, "--check", options.check, "--workload", options.workloads], capture_output=True, text=True, check=True)
    ours = {r["workload"]: r["losses"] for r in map(json.loads, done.stdout.splitlines())}
    torch, bad = peer("torch", 1), []
    for workload in options.workloads.split(","):
        theirs = torch.losses(workload, suite.WORKLOADS[workload].batches[0])
        far = max(abs(a - b) / max(1.0, abs(b)) for a, b in zip(ours[workload], theirs))
        print(f"{workload:10} {far:.1e}  ours {ours[workload]}  PyTorch {theirs}")
        if not far <= TOLERANCE:
            bad.append(workload)
    if bad:
        raise SystemExit(f"losses differ: {', '.join(bad)}")


def main():
    options = arguments()
    if options.suite:
        sys.path.insert(0, str(options.suite))
        sys.dont_write_bytecode = True
    if options.one:
        name, threads, workload = options.one
        return measure_one(name, int(threads), workload, options.seconds)
    if options.prepare or options.check:
        try:
            import suite, torch  # noqa: F401
        except ImportError:
            # The libraries live with the other interpreter.
            os.execv(options.python, [options.python] + sys.argv)
        return prepare(options) if options.prepare else check(options)
    compare(options)


if __name__ == "__main__":
    main()
