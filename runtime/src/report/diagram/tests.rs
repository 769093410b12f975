//! Drawings of descriptions that no declaration can have: names that could break the languages, and groups.

use super::*;
use crate::{Group, Node, Port};

const NASTY: Graph = Graph {
    name: "A \"B\" \\ C",
    inputs: &[Port { name: "größe", shape: &[], indices: Some(7), source: Source::Input(0) }],
    nodes: &[
        Node {
            name: "a&lt;b",
            layer: "Dense",
            text: "Dense(\"#1\", `x` < y)",
            inputs: &[Source::Input(0)],
            outputs: &[&[2], &[3, 4]],
            tensors: (0, 1),
            parameters: 1234,
            frozen: 0,
            multiply_adds: 1,
            group: Some(0),
        },
        Node {
            name: "max1",
            layer: "max",
            text: "max(p, q)",
            inputs: &[Source::Node { node: 0, port: 1 }, Source::Node { node: 0, port: 1 }],
            outputs: &[&[3, 4]],
            tensors: (1, 1),
            parameters: 0,
            frozen: 0,
            multiply_adds: 0,
            group: Some(1),
        },
    ],
    groups: &[],
    outputs: &[
        Port { name: "", shape: &[3, 4], indices: None, source: Source::Node { node: 1, port: 0 } },
        Port { name: "same", shape: &[], indices: None, source: Source::Input(0) },
    ],
    fingerprint: 0,
};

#[test]
fn names_cannot_break_the_language_of_graphviz() {
    let expected = r##"digraph "A \"B\" \\ C" {
    node [fontname="Helvetica", fontsize=12];
    edge [fontname="Helvetica", fontsize=10];
    i0 [label="größe", shape=oval, style=filled, fillcolor="#dbe9f6"];
    n0 [label="a&amp;lt;b\nDense(\"#1\", `x` < y)\n1,234 parameters", shape=box, style=rounded];
    n1 [label="max(p, q)", shape=oval];
    o0 [label="output", shape=oval, style=filled, fillcolor="#e3f1d8"];
    o1 [label="same", shape=oval, style=filled, fillcolor="#e3f1d8"];
    i0 -> n0 [label="[] in 0..7"];
    n0 -> n1 [label="1: [3, 4]"];
    n0 -> n1 [label="1: [3, 4]"];
    n1 -> o0 [label="[3, 4]"];
    i0 -> o1 [label="[] in 0..7"];
}
"##;
    assert_eq!(diagram(&NASTY).dot(), expected);
}

#[test]
fn names_cannot_break_the_language_of_mermaid() {
    let expected = r#"flowchart TD
    i0(["größe"])
    n0["a#amp;lt;b<br/>Dense(#quot;#35;1#quot;, #96;x#96; #lt; y)<br/>1,234 parameters"]
    n1("max(p, q)")
    o0(["output"])
    o1(["same"])
    i0 -->|"[] in 0..7"| n0
    n0 -->|"1: [3, 4]"| n1
    n0 -->|"1: [3, 4]"| n1
    n1 -->|"[3, 4]"| o0
    i0 -->|"[] in 0..7"| o1
"#;
    assert_eq!(diagram(&NASTY).mermaid(), expected);
}

#[test]
fn groups_become_frames() {
    let outer = Group { name: "outer", text: "A", rounds: 1, nodes: (0, 2), parent: None };
    let inner = Group { name: "outer.\"x\"", text: "[B; 3]", rounds: 3, nodes: (1, 2), parent: Some(0) };
    let groups: &'static [Group] = Box::leak(Box::new([outer, inner]));
    let diagram = diagram(&Graph { groups, ..NASTY });
    let dot = diagram.dot();
    let frames = "    subgraph cluster_0 {\n        label=\"outer: A\";\n        n0 ";
    assert!(dot.contains(frames), "{dot}");
    assert!(
        dot.contains("        subgraph cluster_1 {\n            label=\"outer.\\\"x\\\": [B; 3]\";\n"),
        "{dot}"
    );
    let mermaid = diagram.mermaid();
    assert!(mermaid.contains("    subgraph g0 [\"outer: A\"]\n        n0["), "{mermaid}");
    assert!(mermaid.contains("        end\n    end\n    o0(["), "{mermaid}");
}

#[test]
fn an_empty_description_has_an_empty_drawing() {
    let graph = Graph { name: "Nothing", inputs: &[], nodes: &[], groups: &[], outputs: &[], fingerprint: 0 };
    assert_eq!(diagram(&graph).mermaid(), "flowchart TD\n");
}

#[cfg(feature = "diagrams")]
#[test]
fn the_drawing_is_one_of_its_description() {
    let svg = diagram(&NASTY).svg();
    assert!(svg.starts_with("<?xml") && svg.ends_with("</svg>"), "{svg}");
    // Every text stands there, escaped; and twice drawn it is the same.
    for text in ["größe", "a&amp;lt;b", "1,234 parameters", "max(p, q)", "1: [3, 4]", "output", "same"] {
        assert!(svg.contains(text), "{text}: {svg}");
    }
    assert_eq!(svg.matches("marker-end").count(), 5);
    assert_eq!(svg, diagram(&NASTY).svg());
    let empty = Graph { name: "Nothing", inputs: &[], nodes: &[], groups: &[], outputs: &[], fingerprint: 0 };
    assert!(diagram(&empty).svg().ends_with("</svg>"));
}
