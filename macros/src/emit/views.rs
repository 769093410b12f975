//! The views that a step takes of the working memory.

use super::steps::input_name;
use super::{Emit, digits};
use crate::plan::{BufferId, Place, Program, Scope, Tensors};
use crate::shape::Dim;

/// How many steps are few.
const FEW: usize = 4;

/// The views that one step takes of the memory, each under a name of its own.
pub struct Views<'a> {
    pub emit: &'a Emit<'a>,
    pub program: &'a Program,
    pub scope: Scope,
    pub taken: Vec<(BufferId, String)>,
    pub scratch: bool,
}

impl Views<'_> {
    /// The buffer as a slice to read; nothing stands for an empty one.
    pub fn read(&mut self, buffer: Option<BufferId>) -> String {
        let Some(buffer) = buffer else { return "&[]".into() };
        match self.program.buffers[buffer.0].place {
            Place::Input(i) if self.scope == Scope::Network => input_name(&self.emit.header().inputs[i].name),
            _ => format!("&*{}", self.name(buffer)),
        }
    }

    pub fn write(&mut self, buffer: Option<BufferId>) -> String {
        buffer.map_or("&mut []".into(), |buffer| format!("&mut *{}", self.name(buffer)))
    }

    /// The same in a step that runs whether or not anybody asks for the gradients by the inputs.
    pub fn write_if_asked(&mut self, buffer: Option<BufferId>) -> String {
        let written = self.write(buffer);
        match buffer.map(|buffer| &self.program.buffers[buffer.0]) {
            // The caller's own is empty if nobody asks.
            Some(buffer) if buffer.asked && !matches!(buffer.place, Place::InputGradient(_)) => {
                format!("if __asked {{ {written} }} else {{ &mut [] }}")
            }
            _ => written,
        }
    }

    /// Where the gradient by tensors is written.
    pub fn left(&mut self, tensors: Tensors, added: Option<BufferId>) -> String {
        match added {
            Some(buffer) => self.write(Some(buffer)),
            None => format!("&mut __gradients[{}]", self.emit.range(tensors)),
        }
    }

    /// What a buffer is called in the emitted code.
    fn name(&mut self, buffer: BufferId) -> String {
        match (self.program.buffers[buffer.0].place, self.scope) {
            (Place::Output(_), Scope::Network) => "__output".into(),
            (Place::Input(i), _) => format!("__in_{i}"),
            (Place::Output(i), _) => format!("__out_{i}"),
            (Place::InputGradient(i), _) => format!("__in_gradient_{i}"),
            (Place::OutputGradient(i), _) => format!("__out_gradient_{i}"),
            _ => self.take(buffer),
        }
    }

    fn take(&mut self, buffer: BufferId) -> String {
        if let Some((_, name)) = self.taken.iter().find(|(b, _)| *b == buffer) {
            return name.clone();
        }
        let mut name = format!("__buffer_{}", self.program.buffers[buffer.0].name);
        if self.taken.iter().any(|(_, other)| *other == name) {
            name = format!("{name}_{}", self.taken.len());
        }
        self.taken.push((buffer, name.clone()));
        name
    }

    /// `let [__conv1, scratch] = views(memory, samples, […]);`: each view from a number for each sample and a fixed one
    /// to two such.
    pub fn binding(&self) -> String {
        let each = digits(self.program.memory.each);
        // In a round what is kept lies elsewhere.
        let (mut here, mut kept, mut kept_fixed) = (Vec::new(), Vec::new(), Vec::new());
        for (buffer, name) in &self.taken {
            let buffer = &self.program.buffers[buffer.0];
            let ends = |at: Dim, len: Dim| (digits(at), digits(at + len));
            match buffer.place {
                Place::Each { at } => {
                    let (start, end) = ends(at, buffer.each);
                    here.push((name, format!("[{start}, 0, {end}, 0]")));
                }
                Place::Fixed { at } => {
                    let (start, end) = ends(at, buffer.fixed);
                    here.push((name, format!("[{each}, {start}, {each}, {end}]")));
                }
                Place::Kept { at } => {
                    let (start, end) = ends(at, buffer.each);
                    kept.push((name, format!("[{start}, 0, {end}, 0]")));
                }
                Place::KeptFixed { at } => {
                    let (start, end) = ends(at, buffer.fixed);
                    kept_fixed.push((name, format!("[0, {start}, 0, {end}]")));
                }
                _ => unreachable!("only memory is viewed"),
            }
        }
        // A few views are best where they are used; of many the build would take long.
        let views = if self.program.forward.len() <= FEW { "views" } else { "views_of_many" };
        let bind = |memory: &str, taken: Vec<(&String, String)>| {
            if taken.is_empty() {
                return String::new();
            }
            let (names, places): (Vec<&str>, Vec<String>) =
                taken.into_iter().map(|(name, place)| (name.as_str(), place)).unzip();
            let (count, names, places) = (names.len(), names.join(", "), places.join(", "));
            // No `const { … }`: an incremental build hashes all that is known of the function's types once for each of those.
            format!(
                "let [{names}] = {{ const __PLACES: __private::Places<{count}> = __private::Places::new([{places}]); \
                 __private::{views}({memory}, __samples, &__PLACES) }};"
            )
        };
        let scratch = if self.scratch { "let __scratch = &mut *__scratch;" } else { "" };
        let here = bind("__memory", here);
        let kept = bind("__kept", kept);
        let kept_fixed = bind("__kept_fixed", kept_fixed);
        format!("{here} {kept} {kept_fixed} {scratch}")
    }
}
