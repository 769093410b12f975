//! The drawing itself, laid out by `layout-rs`.

use super::{Diagram, Look};
use layout::backends::svg::SVGWriter;
use layout::core::base::Orientation;
use layout::core::color::Color;
use layout::core::style::StyleAttr;
use layout::std_shapes::render::get_shape_size;
use layout::std_shapes::shapes::{Arrow, Element, ShapeKind};
use layout::topo::layout::VisualGraph;

/// One size for all text: the writer keeps the styles of several sizes in no order.
const FONT: usize = 14;

impl Diagram {
    /// The drawing as an SVG. Groups are not framed. (Only with the feature `diagrams`.)
    #[must_use]
    pub fn svg(&self) -> String {
        let down = Orientation::TopToBottom;
        let black = || Color::new(0x0000_00ff);
        let mut graph = VisualGraph::new(down);
        let handles: Vec<_> = self
            .vertices
            .iter()
            .map(|vertex| {
                let label = vertex.lines.join("\n");
                let (shape, fill, rounded) = match vertex.look {
                    Look::Input => (ShapeKind::Box(label), 0xdbe9_f6ff, 12),
                    Look::Layer => (ShapeKind::Box(label), 0xffff_ffff, 0),
                    Look::Join => (ShapeKind::Box(label), 0xffff_ffff, 12),
                    Look::Output => (ShapeKind::Box(label), 0xe3f1_d8ff, 12),
                };
                let style = StyleAttr::new(black(), 1, Some(Color::new(fill)), rounded, FONT);
                let size = get_shape_size(down, &shape, FONT, false);
                graph.add_node(Element::create(shape, style, down, size))
            })
            .collect();
        for edge in &self.edges {
            let look = StyleAttr::new(black(), 1, None, 0, FONT);
            let arrow = Arrow { text: edge.label.clone(), look, ..Arrow::default() };
            graph.add_edge(arrow, handles[edge.from], handles[edge.to]);
        }
        let mut svg = SVGWriter::new();
        // It cannot lay out nothing.
        if !handles.is_empty() {
            graph.do_it(false, false, false, &mut svg);
        }
        svg.finalize()
    }
}
