//! The bag that collects what is wrong, so that one build shows all of it.

use crate::limits;
use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;

/// All mistakes found so far. Whoever makes a bag must read it: dropping it unread panics.
#[derive(Debug, Default)]
pub struct Errors {
    list: Vec<Error>,
    read: Cell<bool>,
}

/// One mistake: where, what, where it comes from, and what to do.
#[derive(Clone, Debug)]
pub struct Error {
    pub place: Place,
    /// What is wrong, in one line that stands alone.
    pub line: String,
    pub notes: Vec<String>,
    pub helps: Vec<Help>,
    pub nature: Nature,
}

/// What whoever reads on behind a mistake has to know of it. Who makes an error says so; most are nothing special.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nature {
    #[default]
    Plain,
    /// Its helps say what is meant for certain: another name, another order. All others may only guess a number.
    Certain,
    /// Its helps are several orders of the same arguments: that which leaves the fewest mistakes is meant, and what comes
    /// of another is none of its own.
    Ordered,
    /// The number by place is missing, of which its help has one.
    NumberMissing,
    /// A layer stands where a value does.
    LayerAsValue,
    /// It was read in one of several ways, so what is wrong behind it may come of that.
    Reading,
}

/// A way out. An edit is only offered once the edited network was found good.
#[derive(Clone, Debug)]
pub struct Help {
    pub text: String,
    /// What to change in the source, for whoever can apply it: the tests do.
    pub changes: Vec<Change>,
    /// Whether it is one of several that say the same in other ways, of which the first good one is enough.
    pub one_of: bool,
}

/// A change of the source text.
#[derive(Clone, Debug)]
pub struct Change {
    pub place: Place,
    pub how: How,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Before,
    After,
    Replace,
}

/// A run of tokens, by its first and its last.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub first: Span,
    pub last: Span,
}

impl Place {
    /// The run from the first of `tokens` to the last; the call site if there are none.
    pub fn of(tokens: &TokenStream) -> Place {
        let mut tokens = tokens.clone().into_iter();
        let Some(first) = tokens.next() else { return Place::from(Span::call_site()) };
        Place { first: first.span(), last: tokens.last().map_or(first.span(), |t| t.span()) }
    }

    /// What tells it from others.
    fn key(self) -> String {
        format!("{:?} {:?}", self.first, self.last)
    }

    /// The line and the column of its start.
    pub fn start(self) -> (usize, usize) {
        start(self.first)
    }

    /// From the start of this place to the end of that one.
    pub fn to(self, last: Place) -> Place {
        Place { first: self.first, last: last.last }
    }
}

impl From<Span> for Place {
    fn from(span: Span) -> Place {
        Place { first: span, last: span }
    }
}

impl From<&Ident> for Place {
    fn from(ident: &Ident) -> Place {
        ident.span().into()
    }
}

impl From<&TokenStream> for Place {
    fn from(tokens: &TokenStream) -> Place {
        Place::of(tokens)
    }
}

impl Error {
    pub fn new(place: impl Into<Place>, line: impl Into<String>) -> Error {
        Error {
            place: place.into(),
            line: line.into(),
            notes: Vec::new(),
            helps: Vec::new(),
            nature: Nature::Plain,
        }
    }

    /// Says of what nature it is.
    pub fn of(self, nature: Nature) -> Error {
        Error { nature, ..self }
    }

    pub fn note(mut self, note: impl Into<String>) -> Error {
        self.notes.push(note.into());
        self
    }

    /// Whether it says in which block or network it stands, as it is used there.
    fn is_inside(&self) -> bool {
        self.notes.iter().any(|note| note.starts_with("in `"))
    }

    /// Whether it is about quotes alone.
    fn is_quoted(&self) -> bool {
        self.line.ends_with(crate::parse::QUOTED)
    }

    /// Adds a note unless there is one of its kind.
    pub fn annotate(&mut self, note: &str) {
        if !self.is_inside() {
            self.notes.push(note.into());
        }
    }

    pub fn help(self, text: impl Into<String>) -> Error {
        self.help_with(text, Vec::new())
    }

    pub fn help_with(mut self, text: impl Into<String>, changes: Vec<Change>) -> Error {
        self.helps.push(Help { text: text.into(), changes, one_of: false });
        self
    }

    /// Other tokens in a place.
    pub fn help_replace(
        self,
        text: impl Into<String>,
        place: impl Into<Place>,
        new: impl Into<String>,
    ) -> Error {
        // With the words that the user has for numbers which only the compiler knows.
        let new = crate::shape::source(&new.into());
        self.help_with(text, vec![Change { place: place.into(), how: How::Replace, text: new }])
    }

    /// Other tokens in a place, if no such alternative before it is good.
    pub fn help_or(self, text: impl Into<String>, place: impl Into<Place>, new: impl Into<String>) -> Error {
        let mut error = self.help_replace(text, place, new);
        error.helps.iter_mut().rev().take(1).for_each(|help| help.one_of = true);
        error
    }

    /// Another call in a layer's place, if no such alternative before it is good.
    pub fn help_call(self, tokens: &TokenStream, call: String) -> Error {
        self.help_or(format!("`{call}`"), tokens, call)
    }
}

impl fmt::Display for Error {
    /// The text that rustc prints after `error: `; it indents the lines after the first by itself.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::shape::source(&self.text()))
    }
}

impl Error {
    /// All that is said, with marks for the numbers that the compiler puts in.
    pub fn text(&self) -> String {
        let shortened = |line: &str| limits::shortened(line, limits::LINE);
        let mut text = shortened(&self.line);
        for note in &self.notes {
            text += &format!("\nnote: {}", shortened(note));
        }
        for help in &self.helps {
            text += &format!("\nhelp: {}", help.text);
        }
        text
    }
}

/// How a mistake begins that is an argument with another sign than a colon.
const WITH_COLON: &str = "an argument is written with a colon: `";

/// The name of an argument that a layer or a block does not have, if that is the mistake.
fn misnamed(line: &str) -> Option<String> {
    let (_, name) =
        line.split_once("` has no argument `").or_else(|| line.split_once("` has no parameter `"))?;
    Some(name.trim_end_matches('`').into())
}

/// What stands in a help for the name of a value until it is known.
pub const VALUE: &str = "__value";

impl Errors {
    /// Puts names of values into the helps of those mistakes from that number on that want one.
    pub fn fill_values(&mut self, first: usize, values: &[String]) {
        for error in self.list.iter_mut().skip(first).filter(|error| error.nature == Nature::LayerAsValue) {
            let helps = std::mem::take(&mut error.helps);
            for help in helps {
                if !help.text.contains(VALUE) {
                    error.helps.push(help);
                    continue;
                }
                error.helps.extend(values.iter().map(|value| {
                    let mut help = help.clone();
                    help.text = help.text.replace(VALUE, value);
                    help.changes.iter_mut().for_each(|c| c.text = c.text.replace(VALUE, value));
                    help
                }));
            }
        }
    }

    pub fn new() -> Errors {
        Errors::default()
    }

    /// All of them, in the order in which they were found.
    pub fn take(&mut self) -> Vec<Error> {
        std::mem::take(&mut self.list)
    }

    /// Drops all but the one that was found first.
    pub fn keep_first(&mut self) {
        self.list.truncate(1);
    }

    pub fn push(&mut self, error: Error) {
        self.list.push(error);
    }

    pub fn extend(&mut self, error: Option<Error>) {
        self.list.extend(error);
    }

    /// Takes over what `syn` reports.
    pub fn push_syn(&mut self, error: &syn::Error) {
        for error in error.clone() {
            self.push(Error::new(error.span(), error.to_string()));
        }
    }

    pub fn is_empty(&self) -> bool {
        self.read.set(true);
        self.list.is_empty()
    }

    /// Drops all from that number on.
    pub fn forget(&mut self, first: usize) {
        self.list.truncate(first);
    }

    /// Their first lines; does not count as reading.
    pub fn lines(&self) -> Vec<String> {
        self.list.iter().map(|error| error.line.clone()).collect()
    }

    /// Drops those that a rule does not want.
    pub fn retain(&mut self, wanted: impl FnMut(&Error) -> bool) {
        self.list.retain(wanted);
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Error> {
        self.list.iter_mut()
    }

    /// How many there are by now; does not count as reading.
    pub fn count(&self) -> usize {
        self.list.len()
    }

    /// Adds a note to all mistakes from that number on which do not have one of its kind.
    pub fn annotate(&mut self, first: usize, note: &str) {
        self.list.iter_mut().skip(first).for_each(|error| error.annotate(note));
    }

    /// Shows all mistakes from that number on at another place, since nobody can be shown their own: they stand in a
    /// block from elsewhere, which nobody can change here either.
    pub fn relocate(&mut self, first: usize, tokens: &TokenStream) {
        for error in self.list.iter_mut().skip(first) {
            error.place = Place::of(tokens);
            error.helps.clear();
        }
    }

    /// Adds the way out that another number by place is, to an error that proposes one.
    pub fn complete(&mut self, error: usize, tokens: &TokenStream, number: &str) {
        let Some(error) = self.list.get_mut(error).filter(|e| e.nature == Nature::NumberMissing) else {
            return;
        };
        let Some(change) = error.helps.first().and_then(|help| help.changes.first()) else { return };
        // `Dense(64, bias: false)` with another number.
        let Some((name, rest)) = change.text.split_once('(') else { return };
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let text = format!("{name}({number}{rest}");
        let place = Place::of(tokens);
        *error = error.clone().help_or(format!("`{text}`"), place, text);
    }

    /// Adds a way out to the error that is shown at these tokens.
    pub fn help_at(&mut self, shown: Span, text: String, place: Place, new: &str) {
        self.change_at(shown, text, Change { place, how: How::Replace, text: new.into() });
    }

    /// Adds a way out that is any change.
    pub fn change_at(&mut self, shown: Span, text: String, change: Change) {
        let error = self.list.iter_mut().find(|e| crate::remedies::is_same(e.place.first, shown));
        if let Some(error) = error {
            *error = error.clone().help_with(text, vec![change]);
        }
    }

    /// The changes that the helps of these mistakes propose, if all of them say what is meant for certain.
    pub fn certain_changes(&self, errors: std::ops::Range<usize>) -> Option<Vec<Vec<Change>>> {
        let errors = self.list.get(errors)?.iter();
        let changes = errors.map(|error| {
            let single = error.helps.iter().filter_map(|help| match &help.changes[..] {
                [change] => Some(change.clone()),
                _ => None,
            });
            matches!(error.nature, Nature::Certain | Nature::Ordered)
                .then(|| single.collect::<Vec<_>>())
                .filter(|changes| !changes.is_empty())
        });
        changes.collect()
    }

    /// Makes one mistake of those from that number on that are one habit: their first line is the same and goes on so.
    pub fn merge_habits(&mut self, first: usize, habit: &str) {
        let mut merged: Vec<Error> = self.list.split_off(first.min(self.list.len()));
        let mut kept: Vec<Error> = Vec::new();
        for error in merged.drain(..) {
            let same = kept.iter_mut().find(|other| other.line == error.line && error.line.contains(habit));
            match same {
                Some(other) => {
                    for (help, same) in other.helps.iter_mut().zip(error.helps) {
                        help.changes.extend(same.changes);
                    }
                }
                None => kept.push(error),
            }
        }
        self.list.extend(kept);
    }

    /// An argument with `=` whose name is wrong too is one mistake, `units=8`: each way out mends both.
    pub fn one_for_each_argument(&mut self) {
        let mut signs: Vec<Error> = Vec::new();
        let wrong: Vec<String> = self.list.iter().filter_map(|e| misnamed(&e.line)).collect();
        for error in std::mem::take(&mut self.list) {
            let name = error.line.strip_prefix(WITH_COLON).and_then(|rest| rest.strip_suffix(": …`"));
            let is_sign =
                |e: &Error| e.helps.iter().flat_map(|h| &h.changes).any(|change| change.text == ":");
            match name {
                Some(name) if is_sign(&error) && wrong.iter().any(|other| other == name) => signs.push(error),
                _ => self.list.push(error),
            }
        }
        for sign in signs {
            let name = sign.line.trim_start_matches(WITH_COLON).trim_end_matches(": …`").to_string();
            let after = |e: &&mut Error| start(e.place.first) <= start(sign.place.first);
            let same = |e: &&mut Error| misnamed(&e.line).as_ref() == Some(&name);
            // Where the host knows no positions, all are equal.
            let Some(error) =
                self.list.iter_mut().filter(same).filter(after).max_by_key(|e| start(e.place.first))
            else {
                continue;
            };
            error.notes.push("an argument is written with a colon".into());
            let colon = sign.helps.into_iter().flat_map(|help| help.changes);
            let colon: Vec<Change> = colon.collect();
            let place = error.place;
            let is_name = |c: &Change| crate::remedies::is_same(c.place.last, place.last);
            for help in error.helps.iter_mut().filter(|help| help.changes.iter().all(is_name)) {
                help.changes.extend(colon.clone());
            }
        }
    }

    /// A word in quotes that is wrong without them too is one mistake, `bias: "yes"`; and so is what a network and the one
    /// around it find in the same tokens.
    pub fn one_for_each_place(&mut self) {
        let places: Vec<(String, bool, bool)> =
            self.list.iter().map(|e| (e.place.key(), e.is_inside(), e.is_quoted())).collect();
        let is_shadowed = |at: usize| {
            let (place, inside, quoted) = &places[at];
            let others = places.iter().enumerate().filter(|(other, _)| *other != at);
            others
                .filter(|(_, other)| other.0 == *place)
                .any(|(_, other)| *quoted && !other.2 || *inside && !other.1)
        };
        let mut at = 0;
        self.list.retain(|_| {
            at += 1;
            !is_shadowed(at - 1)
        });
    }

    /// What is done in the place of all of a call, whose mistake has that number: the first of these that is good.
    pub fn answer(&mut self, error: usize, tokens: &TokenStream, note: &str, texts: Vec<String>) {
        if let Some(error) = self.list.get_mut(error) {
            (error.place, error.notes) = (Place::of(tokens), vec![note.into()]);
            let others = std::mem::take(&mut error.helps);
            let call = |error: Error, text| error.help_call(tokens, text);
            *error = texts.into_iter().fold(error.clone(), call);
            error.helps.extend(others.into_iter().map(|help| Help { one_of: true, ..help }));
        }
    }

    /// Adds a further place to the change that the help of the mistake proposes that begins so.
    pub fn extend_help_of(&mut self, beginning: &str, change: Change) {
        let error = self.list.iter_mut().find(|error| error.line.starts_with(beginning));
        if let Some(help) = error.and_then(|error| error.helps.first_mut()) {
            help.changes.push(change);
        }
    }

    /// Adds a further place to the change that an error's first help proposes.
    pub fn extend_help(&mut self, error: usize, change: Change) {
        if let Some(help) = self.list.get_mut(error).and_then(|e| e.helps.first_mut()) {
            help.changes.push(change);
        }
    }

    /// The mistakes in the order of the source, none twice.
    pub fn into_sorted(self) -> Vec<Error> {
        self.read.set(true);
        let mut list = self.list.clone();
        // Where the host knows no positions, all are equal and the order of discovery stays.
        list.sort_by_cached_key(|e| start(e.place.first));
        let (mut seen, mut named) = (BTreeSet::new(), BTreeSet::new());
        list.retain(|error| {
            // A name that nobody has declared is one mistake, at its first use.
            let unknown = error.line.split_once("there is no dimension `").map(|(_, name)| name.to_string());
            if unknown.is_some_and(|name| !named.insert(name)) {
                return false;
            }
            let end = error.place.last.end();
            seen.insert((error.place.start(), (end.line, end.column), error.line.clone()))
        });
        list
    }

    /// One `compile_error!` item for each mistake.
    pub fn into_compile_errors(self) -> TokenStream {
        self.into_sorted().iter().flat_map(compile_error).collect()
    }
}

fn start(span: Span) -> (usize, usize) {
    let at = span.start();
    (at.line, at.column)
}

impl Drop for Errors {
    fn drop(&mut self) {
        if !self.read.get() && !self.list.is_empty() && !std::thread::panicking() {
            panic!("errors were dropped unread: {:?}", self.list);
        }
    }
}

/// `::core::compile_error! { "text" }`, the path on the first token and the braces on the last: rustc then underlines
/// all between the two, which `Span::join` would say directly if it were stable.
fn compile_error(error: &Error) -> Vec<TokenTree> {
    let Place { first, last } = error.place;
    let punct = |c, spacing| {
        let mut punct = Punct::new(c, spacing);
        punct.set_span(first);
        TokenTree::Punct(punct)
    };
    let mut text = Literal::string(&error.to_string());
    text.set_span(last);
    let mut braces = Group::new(Delimiter::Brace, TokenTree::Literal(text).into());
    braces.set_span(last);
    vec![
        punct(':', Spacing::Joint),
        punct(':', Spacing::Alone),
        Ident::new("core", first).into(),
        punct(':', Spacing::Joint),
        punct(':', Spacing::Alone),
        Ident::new("compile_error", first).into(),
        punct('!', Spacing::Alone),
        braces.into(),
    ]
}
