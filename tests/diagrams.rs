//! What reads a network's description: constants for assertions, drawings, the table.

use formwork::prelude::*;
use std::io::Write;
use std::process::{Command, Stdio};

network! {
    pub struct Digits(image: [1, 28, 28]) -> [10] {
        image
            -> conv1: Conv2d(8, kernel: 3) -> Relu -> MaxPool2d(2)
            -> Flatten
            -> logits: Dense(10)
    }

    /// Several inputs and outputs, a value used more than once, a layer with several outputs, an unused branch.
    pub struct Heads<T>(x: [4], gain: [], image: [2, 3, 3]) -> (mean: [3], both: [6], image: [2, 3, 3]) {
        let hidden = x -> body: Dense(3) -> Tanh;
        let (left, right) = hidden -> Dense(6) -> split(2, axis: 0);
        let _spare = x -> Dense(2);
        let mean = (hidden + right) * gain;
        (mean, concat(left, hidden, axis: 0), image)
    }
}

network! {
    block Residual(channels)(x: [channels, h, w]) -> [channels, h, w] {
        x + (x -> conv: Conv2d(channels, kernel: 3, padding: 1) -> Relu)
    }

    pub struct Blocks(image: [3, 4, 4]) -> [2] {
        image -> stem: Conv2d(4, kernel: 1) -> body: [Residual(4); 3] -> last: Residual(4) -> Flatten -> Dense(2)
    }
}

// Whoever has little memory says so where the program is compiled.
const _: () = assert!(Digits::WORKSPACE_BYTES < 64 * 1024);
const _: () = assert!(Digits::PARAMETERS == 13610 && Digits::MULTIPLY_ADDS == 26 * 26 * 9 * 8 + 1352 * 10);
const _: () = assert!(Digits::training_workspace_bytes(32) < 2 << 20);
const _: () = assert!(Digits::training_workspace_bytes(32) > 8 * Digits::WORKSPACE_BYTES);
const _: () = assert!(Heads::<f64>::WORKSPACE_BYTES == 2 * Heads::<f32>::WORKSPACE_BYTES);

#[test]
fn the_constants_are_what_is_used() {
    let (network, images) = (Digits::new(1), vec![[SMatrix::<f32, 28, 28>::zeros()]; 5]);
    let mut workspace = Digits::workspace();
    let mut scores = SVector::<f32, 10>::zeros();
    network.predict_with(&mut workspace, &images[0], &mut scores);
    assert_eq!(workspace.bytes(), Digits::WORKSPACE_BYTES);
    let noise = formwork::Noise::default();
    let pass = network.forward(&images[..], Selection::All, noise, &mut workspace).expect("a good batch");
    pass.backward(&mut Digits::zeroed());
    assert_eq!(workspace.bytes(), Digits::training_workspace_bytes(5));

    let one = Heads::<f64>::new(1);
    let mut workspace = Heads::<f64>::workspace();
    let image = [SMatrix::<f64, 3, 3>::zeros(); 2];
    let mut output = one.predict(&SVector::zeros(), &1.0, &image);
    one.predict_with(&mut workspace, &SVector::zeros(), &1.0, &image, &mut output);
    assert_eq!(workspace.bytes(), Heads::<f64>::WORKSPACE_BYTES);
}

#[test]
fn the_table_says_where_the_work_is() {
    let expected = "\
layer                        output       parameters  multiply-adds    share
----------------------------------------------------------------------------
image                        [1, 28, 28]
conv1: Conv2d(8, kernel: 3)  [8, 26, 26]          80         48,672   78.3 %
relu1: Relu                  [8, 26, 26]
max_pool2d1: MaxPool2d(2)    [8, 13, 13]
flatten1: Flatten            [1352]
logits: Dense(10)            [10]             13,530         13,520   21.7 %
----------------------------------------------------------------------------
Digits                                        13,610         62,192  100.0 %";
    assert_eq!(Digits::summary().to_string(), expected);
}

#[test]
fn a_chain_is_drawn_with_its_shapes() {
    let expected = r##"digraph "Digits" {
    node [fontname="Helvetica", fontsize=12];
    edge [fontname="Helvetica", fontsize=10];
    i0 [label="image", shape=oval, style=filled, fillcolor="#dbe9f6"];
    n0 [label="conv1\nConv2d(8, kernel: 3)\n80 parameters", shape=box, style=rounded];
    n1 [label="relu1\nRelu", shape=box, style=rounded];
    n2 [label="max_pool2d1\nMaxPool2d(2)", shape=box, style=rounded];
    n3 [label="flatten1\nFlatten", shape=box, style=rounded];
    n4 [label="logits\nDense(10)\n13,530 parameters", shape=box, style=rounded];
    o0 [label="output", shape=oval, style=filled, fillcolor="#e3f1d8"];
    i0 -> n0 [label="[1, 28, 28]"];
    n0 -> n1 [label="[8, 26, 26]"];
    n1 -> n2 [label="[8, 26, 26]"];
    n2 -> n3 [label="[8, 13, 13]"];
    n3 -> n4 [label="[1352]"];
    n4 -> o0 [label="[10]"];
}
"##;
    assert_eq!(Digits::diagram().dot(), expected);
}

#[test]
fn branches_joins_and_ports_are_drawn() {
    let expected = r#"flowchart TD
    i0(["x"])
    i1(["gain"])
    i2(["image"])
    n0["body<br/>Dense(3)<br/>15 parameters"]
    n1["tanh1<br/>Tanh"]
    n2["dense1<br/>Dense(6)<br/>24 parameters"]
    n3("split(Dense(6), 2, axis: 0)")
    n4["dense2<br/>Dense(2)<br/>10 parameters"]
    n5("hidden + right")
    n6("(hidden + right) * gain")
    n7("concat(left, hidden, axis: 0)")
    o0(["mean"])
    o1(["both"])
    o2(["image"])
    i0 -->|"[4]"| n0
    n0 -->|"[3]"| n1
    n1 -->|"[3]"| n2
    n2 -->|"[6]"| n3
    i0 -->|"[4]"| n4
    n1 -->|"[3]"| n5
    n3 -->|"1: [3]"| n5
    n5 -->|"[3]"| n6
    i1 -->|"[]"| n6
    n3 -->|"0: [3]"| n7
    n1 -->|"[3]"| n7
    n6 -->|"[3]"| o0
    n7 -->|"[6]"| o1
    i2 -->|"[2, 3, 3]"| o2
"#;
    assert_eq!(Heads::<f32>::diagram().mermaid(), expected);
}

#[test]
fn blocks_and_repetitions_are_framed() {
    let dot = Blocks::diagram().dot();
    let expected = r#"
    subgraph cluster_0 {
        label="body: [Residual(4); 3]";
"#;
    assert!(dot.contains(expected), "{dot}");
    // Three rounds of a convolution from four channels to four, and once more.
    let one = 16 * 9 * 4 * 4;
    assert_eq!(Blocks::MULTIPLY_ADDS, 16 * 3 * 4 + 4 * one + 64 * 2);
    let mermaid = Blocks::diagram().mermaid();
    assert!(mermaid.contains("    subgraph g1 [\"last: Residual(4)\"]\n        n"), "{mermaid}");
}

/// Graphviz itself, where it is installed, takes the drawing without a word.
#[test]
fn graphviz_reads_the_drawing() {
    for text in [Digits::diagram().dot(), Heads::<f64>::diagram().dot(), Blocks::diagram().dot()] {
        let pipes = [Stdio::piped(), Stdio::piped(), Stdio::piped()];
        let [stdin, stdout, stderr] = pipes;
        let dot = Command::new("dot").arg("-Tplain").stdin(stdin).stdout(stdout).stderr(stderr).spawn();
        let Ok(mut dot) = dot else { return };
        dot.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("it reads");
        let output = dot.wait_with_output().expect("it ends");
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && words.is_empty(), "{words}\n{text}");
        let edges = String::from_utf8_lossy(&output.stdout).lines().filter(|l| l.starts_with("edge")).count();
        assert_eq!(edges, text.matches(" -> ").count());
    }
}

#[test]
fn the_drawing_is_an_svg() {
    for diagram in [Heads::<f32>::diagram(), Blocks::diagram()] {
        let svg = diagram.svg();
        assert!(svg.starts_with("<?xml") && svg.ends_with("</svg>"), "{svg}");
        assert_eq!(svg.matches("marker-end").count(), diagram.dot().matches(" -> ").count());
    }
}
