"""What rust-analyzer shows inside of `network!`: hover, completion, go-to-definition. Prints each and fails if one of
them is not as it should be. Needs python 3 and `rust-analyzer` (`rustup component add rust-analyzer`):

    python3 tests/rust_analyzer.py
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent

PROGRAM = """use formwork::prelude::*;

network! {
    /// Tells digits apart.
    pub struct Digits(image: [1, 28, 28]) -> [10] {
        image
            -> conv1: Conv2d(8, kernel: 3) -> Relu -> MaxPool2d(2)
            -> Flatten
            -> hidden: Dense(32) -> Relu
            -> logits: Dense(10)
    }
}

network! {
    pub struct Unfinished(x: [4]) -> [2] {
        x -> first: Dense(8) -> second: Dense(3, in: 9) ->
    }
}

fn main() {
    let digits = Digits::new(7);
    let _ = digits.hidden.bias[0];
    let unfinished = Unfinished::new(7);
    let _ = unfinished.first.bias[0];
    let _ = digits.
}
"""


class Server:
    def __init__(self, folder):
        self.process = subprocess.Popen(
            ["rust-analyzer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=folder
        )
        self.count = 0

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def read(self):
        length = 0
        while (line := self.process.stdout.readline().strip()) != b"":
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return json.loads(self.process.stdout.read(length))

    def ask(self, method, params):
        self.count += 1
        self.send({"id": self.count, "method": method, "params": params})
        while True:
            message = self.read()
            if message.get("id") == self.count and "method" not in message:
                return message.get("result")
            if "id" in message and "method" in message:
                self.send({"id": message["id"], "result": None})


def place(text, before=0):
    """The line and column of a piece of the program."""
    start = PROGRAM.index(text) + before
    line = PROGRAM.count("\n", 0, start)
    return {"line": line, "character": start - (PROGRAM.rfind("\n", 0, start) + 1)}


def main():
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "src").mkdir()
        file = folder / "src" / "main.rs"
        file.write_text(PROGRAM)
        (folder / "Cargo.toml").write_text(
            '[package]\nname = "probe"\nversion = "0.0.0"\nedition = "2024"\n\n[workspace]\n\n[dependencies]\n'
            f'formwork = {{ path = "{ROOT / "runtime"}" }}\n'
        )
        (folder / "Cargo.lock").write_text((ROOT / "Cargo.lock").read_text())
        server = Server(folder)
        uri = file.as_uri()
        server.ask(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": folder.as_uri(),
                "capabilities": {"textDocument": {"hover": {"contentFormat": ["markdown", "plaintext"]}}},
                "initializationOptions": {"checkOnSave": False, "cachePriming": {"enable": False}},
            },
        )
        server.send({"method": "initialized", "params": {}})
        document = {"uri": uri, "languageId": "rust", "version": 1, "text": PROGRAM}
        server.send({"method": "textDocument/didOpen", "params": {"textDocument": document}})

        def at(text, before=0):
            return {"textDocument": {"uri": uri}, "position": place(text, before)}

        def hover(text, before=0):
            found = server.ask("textDocument/hover", at(text, before)) or {}
            contents = found.get("contents", {})
            return contents.get("value", "") if isinstance(contents, dict) else str(contents)

        begin = time.time()
        while "conv1" not in hover("Digits::new") and time.time() - begin < 600:
            time.sleep(2)

        def check(what, shown, *wanted):
            print(f"--- {what}\n{shown}\n")
            wrong.extend(f"{what}: no `{text}`" for text in wanted if text not in shown)

        check("hover on the struct where it is used", hover("Digits::new"), "Tells digits apart", "`conv1: Conv2d(8, kernel: 3)`|`[8, 26, 26]`")
        check("hover on the struct's name in the macro", hover("Digits(image"), "Tells digits apart", "`conv1: Conv2d(8, kernel: 3)`|`[8, 26, 26]`")
        check("hover on a field", hover("hidden.bias"), "`Dense(32)`: `[1352]` to `[32]`")
        check("hover on a layer's own name in the macro", hover("hidden: Dense"), "`[1352]` to `[32]`")
        check("hover on a layer's kind in the macro", hover("Conv2d(8"), "Conv2d")
        check("hover on a field of an unfinished network", hover("first.bias"), "`Dense(8)`: `[4]` to `[8]`")

        def definition(text):
            found = server.ask("textDocument/definition", at(text)) or []
            one = found[0] if found else {}
            return one.get("range", one.get("targetSelectionRange", {})).get("start", {})

        for text, declared in [("hidden.bias", "hidden: Dense"), ("first.bias", "first: Dense"), ("Digits::new", "Digits(image")]:
            found = definition(text)
            print(f"--- definition of {text}: {found}")
            if found != place(declared):
                wrong.append(f"the definition of {text} is {found}, not {place(declared)}")

        completed = server.ask("textDocument/completion", at("digits.\n}", 7)) or {}
        items = completed.get("items", completed) if isinstance(completed, dict) else completed
        labels = [item["label"] for item in items]
        print(f"--- completion after `digits.`: {labels[:40]}")
        for name in ["conv1", "hidden", "logits", "predict", "predict_batch", "duplicate"]:
            if not any(label.startswith(name) for label in labels):
                wrong.append(f"`{name}` is not completed")
        server.process.terminate()
    print("\n".join(wrong))
    sys.exit(bool(wrong))


main()
