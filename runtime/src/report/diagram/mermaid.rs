//! The language of Mermaid, which many pages render in place.

use super::{Diagram, Item, Look};

/// A quoted string. Mermaid has no escapes, but entities that begin with `#`; a quoted string may hold markup.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("#quot;"),
            '#' => quoted.push_str("#35;"),
            '&' => quoted.push_str("#amp;"),
            '<' => quoted.push_str("#lt;"),
            '>' => quoted.push_str("#gt;"),
            '`' => quoted.push_str("#96;"),
            '\n' => quoted.push_str("<br/>"),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

impl Diagram {
    /// The drawing as a Mermaid flow chart, for a fenced block of the language `mermaid`.
    #[must_use]
    pub fn mermaid(&self) -> String {
        let mut text = String::from("flowchart TD\n");
        let mut groups = 0;
        for item in &self.items {
            self.mermaid_item(item, 1, &mut groups, &mut text);
        }
        for edge in &self.edges {
            let [from, to] = [edge.from, edge.to].map(|end| &self.vertices[end].id);
            text += &format!("    {from} -->|{}| {to}\n", quoted(&edge.label));
        }
        text
    }

    fn mermaid_item(&self, item: &Item, depth: usize, groups: &mut usize, text: &mut String) {
        let indent = "    ".repeat(depth);
        match item {
            &Item::Vertex(i) => {
                let vertex = &self.vertices[i];
                let (open, close) = match vertex.look {
                    Look::Input | Look::Output => ("([", "])"),
                    Look::Layer => ("[", "]"),
                    Look::Join => ("(", ")"),
                };
                let label = quoted(&vertex.lines.join("\n"));
                *text += &format!("{indent}{}{open}{label}{close}\n", vertex.id);
            }
            Item::Group { title, items } => {
                *text += &format!("{indent}subgraph g{groups} [{}]\n", quoted(title));
                *groups += 1;
                for item in items {
                    self.mermaid_item(item, depth + 1, groups, text);
                }
                *text += &format!("{indent}end\n");
            }
        }
    }
}
