//! The language of Graphviz.

use super::{Diagram, Item, Look};

/// A quoted string. Graphviz reads a backslash as an escape and `&` as the start of an HTML entity, also inside quotes.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '&' => quoted.push_str("&amp;"),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

impl Diagram {
    /// The drawing in the language of Graphviz (`dot -Tsvg`).
    #[must_use]
    pub fn dot(&self) -> String {
        let mut text = format!("digraph {} {{\n", quoted(self.name));
        text += "    node [fontname=\"Helvetica\", fontsize=12];\n";
        text += "    edge [fontname=\"Helvetica\", fontsize=10];\n";
        let mut groups = 0;
        for item in &self.items {
            self.dot_item(item, 1, &mut groups, &mut text);
        }
        for edge in &self.edges {
            let [from, to] = [edge.from, edge.to].map(|end| &self.vertices[end].id);
            text += &format!("    {from} -> {to} [label={}];\n", quoted(&edge.label));
        }
        text + "}\n"
    }

    fn dot_item(&self, item: &Item, depth: usize, groups: &mut usize, text: &mut String) {
        let indent = "    ".repeat(depth);
        match item {
            &Item::Vertex(i) => {
                let vertex = &self.vertices[i];
                let look = match vertex.look {
                    Look::Input => "shape=oval, style=filled, fillcolor=\"#dbe9f6\"",
                    Look::Layer => "shape=box, style=rounded",
                    Look::Join => "shape=oval",
                    Look::Output => "shape=oval, style=filled, fillcolor=\"#e3f1d8\"",
                };
                let label = quoted(&vertex.lines.join("\n"));
                *text += &format!("{indent}{} [label={label}, {look}];\n", vertex.id);
            }
            Item::Group { title, items } => {
                // Graphviz frames a subgraph whose name begins so.
                *text += &format!("{indent}subgraph cluster_{groups} {{\n");
                *groups += 1;
                *text += &format!("{indent}    label={};\n", quoted(title));
                for item in items {
                    self.dot_item(item, depth + 1, groups, text);
                }
                *text += &format!("{indent}}}\n");
            }
        }
    }
}
