//! What the user wrote, with its tokens; nothing is resolved yet.

mod closure;

use crate::shape::{Dim, Shape};
pub use closure::{Closure, Term};
use proc_macro2::{Ident, TokenStream, TokenTree};
use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

/// All items of one invocation whose name could be read.
#[derive(Debug, Default)]
pub struct Program {
    pub networks: Vec<Network>,
    pub blocks: Vec<Block>,
    /// The first `use path;`: that set of blocks has still to be put in the place of `use`.
    pub import: Option<Import>,
    /// How many layers its networks have by now: there is an end to what fits into one program.
    pub layers: Cell<usize>,
}

/// `use vision;`
#[derive(Debug)]
pub struct Import {
    /// The path of the set.
    pub path: TokenStream,
    /// All tokens but this `use`.
    pub rest: TokenStream,
}

/// `block Name(parameters)(x: […]) -> […] { … }`: layers under one name, for networks and other blocks to use.
#[derive(Debug)]
pub struct Block {
    pub name: Ident,
    pub parameters: Vec<Ident>,
    pub inputs: Vec<Port>,
    pub outputs: Vec<Port>,
    pub body: Option<Body>,
    /// Whether it comes from `blocks!`, so that no error can be shown in it.
    pub imported: bool,
    /// Whether something in it could not be read.
    pub broken: bool,
}

/// One `struct Name(…) -> … { … }`. Whatever could not be read is missing, and an error says so.
#[derive(Debug)]
pub struct Network {
    pub attributes: Vec<syn::Attribute>,
    pub visibility: syn::Visibility,
    pub name: Ident,
    /// The `T` of `<T>`.
    pub generic: Option<Ident>,
    pub inputs: Vec<Port>,
    pub outputs: Vec<Port>,
    /// `None` if the declaration ends before its body.
    pub body: Option<Body>,
    /// Whether something in it could not be read.
    pub broken: bool,
}

/// A declared input, or an output, which may be without a name.
#[derive(Clone, Debug)]
pub struct Port {
    pub name: Option<Ident>,
    pub shape: Option<Vec<Dimension>>,
    /// The bound of `in 0..65`.
    pub indices: Option<Indices>,
    pub tokens: TokenStream,
}

/// `in 0..65` behind an input's shape.
#[derive(Clone, Debug)]
pub struct Indices {
    /// The 65.
    pub bound: Dimension,
    /// The range.
    pub tokens: TokenStream,
}

/// A dimension, or a whole number, as written.
#[derive(Clone, Debug, PartialEq)]
pub enum Dimension {
    Number(i128),
    /// A name in small letters: a block's parameter, or a variable of its shapes.
    Name(String),
    /// A `const` of the program.
    Constant(Path),
    Binary(Box<Dimension>, Operator, Box<Dimension>),
}

/// The path of an item of the program.
#[derive(Clone, Debug)]
pub struct Path {
    pub text: String,
    pub tokens: TokenStream,
}

impl Path {
    /// The constant as a number.
    pub fn dim(&self) -> Dim {
        let parts = self.text.split("::").map(String::from).collect();
        let spans = self.tokens.clone().into_iter().filter_map(|token| match token {
            proc_macro2::TokenTree::Ident(part) => Some(part.span()),
            _ => None,
        });
        Dim::constant(parts, spans.collect())
    }
}

impl PartialEq for Path {
    fn eq(&self, other: &Path) -> bool {
        self.text == other.text
    }
}

#[derive(Debug)]
pub struct Body {
    pub statements: Vec<Statement>,
    /// `None` if there is none; an error has been reported where one was begun.
    pub result: Option<Expression>,
    /// The braces, for an error about all of it.
    pub tokens: TokenStream,
    /// Whether something in the body could not be read, so that a missing result is no news.
    pub broken: bool,
}

impl Body {
    /// The names of the values in it.
    pub fn values(&self) -> Vec<String> {
        let patterns = self.statements.iter().filter_map(|statement| match statement {
            Statement::Let(statement) => Some(&statement.pattern),
            _ => None,
        });
        let names = patterns.flat_map(|pattern| match pattern {
            Pattern::One(name) => std::slice::from_ref(name),
            Pattern::Tuple(names, _) => &names[..],
        });
        names.flatten().map(Ident::to_string).collect()
    }
}

/// What may stand before the result.
#[derive(Debug)]
pub enum Statement {
    Let(Let),
    /// `layer encoder = Dense(64);`
    Layer(Box<Stage>),
    Param(Box<Param>),
}

/// `frozen param gamma: [96, 1, 1] = 1e-6;`
#[derive(Debug)]
pub struct Param {
    pub name: Ident,
    pub shape: Option<Vec<Dimension>>,
    /// The shape as written.
    pub tokens: TokenStream,
    /// What it begins with: a number, or the name of a scheme.
    pub first: Option<Value>,
    pub frozen: bool,
}

#[derive(Debug)]
pub struct Let {
    pub pattern: Pattern,
    pub value: Expression,
}

/// What a `let` binds; `_` binds nothing.
#[derive(Debug)]
pub enum Pattern {
    One(Option<Ident>),
    Tuple(Vec<Option<Ident>>, TokenStream),
}

/// A value, or several.
#[derive(Debug)]
pub enum Expression {
    Name(Ident),
    Tuple(Vec<Expression>, TokenStream),
    /// `source -> stage -> stage`.
    Chain(Box<Expression>, Vec<Stage>, TokenStream),
    /// `left + right`
    Binary(Box<Expression>, Operator, Box<Expression>, TokenStream),
    /// `-value`
    Negative(Box<Expression>, TokenStream),
    /// A number between values.
    Number(f64, TokenStream),
    /// `concat(a, b, axis: 0)`
    Function(Function),
    /// `e.mean`
    Part(Ident, Ident),
    /// A sum whose operands were not meant so, which has been reported.
    Doubtful(Vec<Expression>, TokenStream),
    /// What could not be read, or is not supported yet: a value of unknown shape.
    Unknown(TokenStream),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// A function with its arguments, or, behind an arrow, with those that do not flow in.
#[derive(Debug)]
pub struct Function {
    /// The values and numbers, in order.
    pub values: Vec<Expression>,
    /// All arguments; those that are values only as they were written.
    pub call: Call,
}

/// What stands after an arrow.
#[derive(Debug)]
pub struct Stage {
    pub name: Option<Ident>,
    /// `None` if it could not be read, or is a function.
    pub call: Option<Call>,
    pub function: Option<Function>,
    /// The `3` of `[Dense(64); 3]`.
    pub repeat: Option<Repeat>,
    /// The name, if any, and the call.
    pub tokens: TokenStream,
}

/// How often a layer runs, one behind the other.
#[derive(Clone, Debug)]
pub struct Repeat {
    pub count: Value,
    /// All of `[Dense(64); 3]`.
    pub tokens: TokenStream,
}

/// A layer with its arguments.
#[derive(Clone, Debug)]
pub struct Call {
    pub name: Ident,
    pub arguments: Vec<Argument>,
    pub tokens: TokenStream,
    /// What makes it a network of another invocation or crate.
    pub outside: Option<Rc<Outside>>,
}

/// `vision::Backbone => [512]`: nothing is known of such a network here but what is claimed.
#[derive(Debug)]
pub struct Outside {
    /// The path with its scalar, `vision::Backbone<T>`.
    pub path: TokenStream,
    /// What it gives.
    pub claims: Vec<Port>,
    /// Their shapes, once names have numbers; `None` if one could not be read.
    pub shapes: Option<Vec<Shape>>,
    /// From `=>` on.
    pub tokens: TokenStream,
}

#[derive(Clone, Debug)]
pub struct Argument {
    pub name: Option<Ident>,
    pub value: Value,
    pub tokens: TokenStream,
}

#[derive(Clone, Debug)]
pub struct Value {
    pub kind: ValueKind,
    pub tokens: TokenStream,
    /// Where the number was written if a block's parameter stands here: `16` in `Residual(16)`.
    pub given: Option<TokenStream>,
}

impl Value {
    pub fn new(kind: ValueKind, tokens: TokenStream) -> Value {
        Value { kind, tokens, given: None }
    }

    /// What a user changes for another value.
    pub fn source(&self) -> &TokenStream {
        self.given.as_ref().unwrap_or(&self.tokens)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum ValueKind {
    Integer(Dim),
    /// The number, and how it was written.
    Float(f64, String),
    Bool(bool),
    Word(String),
    Tuple(Vec<ValueKind>),
    Shape(Shape),
    /// A number that is more than a literal: `2 * channels`.
    Dimension(Dimension),
    /// A shape with such numbers in it.
    Dimensions(Vec<Dimension>),
    /// `[1, 0]`: with a zero it is no shape.
    Axes(Vec<usize>),
    /// `2..5`
    Range(Dim, Dim),
    /// `2..h`
    RangeOf(Dimension, Dimension),
    /// A value that flows into a function, as it was written.
    Given(String),
    /// A function of numbers, `|x| x * x`.
    Closure(Rc<Closure>),
    /// Could not be read; the error has been reported.
    Broken,
}

impl fmt::Display for ValueKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ValueKind::Integer(n) => write!(f, "{n}"),
            ValueKind::Float(_, written) => write!(f, "{written}"),
            ValueKind::Bool(b) => write!(f, "{b}"),
            ValueKind::Word(word) => write!(f, "{word}"),
            ValueKind::Tuple(parts) => {
                let parts: Vec<_> = parts.iter().map(ToString::to_string).collect();
                write!(f, "({})", parts.join(", "))
            }
            ValueKind::Shape(shape) => write!(f, "{shape}"),
            ValueKind::Axes(axes) => write!(f, "{axes:?}"),
            ValueKind::Dimension(dimension) => write!(f, "{dimension}"),
            ValueKind::Dimensions(dimensions) => write!(f, "{}", shape_text(dimensions)),
            ValueKind::Range(start, end) => write!(f, "{start}..{end}"),
            ValueKind::RangeOf(start, end) => write!(f, "{start}..{end}"),
            ValueKind::Given(text) => write!(f, "{text}"),
            ValueKind::Closure(closure) => write!(f, "{closure}"),
            ValueKind::Broken => write!(f, "…"),
        }
    }
}

/// `[c, 2 * h, w]`
pub fn shape_text(dimensions: &[Dimension]) -> String {
    let parts: Vec<_> = dimensions.iter().map(ToString::to_string).collect();
    format!("[{}]", parts.join(", "))
}

impl Operator {
    pub fn sign(self) -> char {
        match self {
            Operator::Add => '+',
            Operator::Subtract => '-',
            Operator::Multiply => '*',
            Operator::Divide => '/',
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Dimension::Number(n) => write!(f, "{n}"),
            Dimension::Name(name) => write!(f, "{name}"),
            Dimension::Constant(path) => write!(f, "{}", path.text),
            Dimension::Binary(left, operator, right) => {
                let tight = matches!(operator, Operator::Multiply | Operator::Divide);
                let side = |side: &Dimension, after: bool| match side {
                    Dimension::Binary(_, Operator::Add | Operator::Subtract, _) if tight || after => {
                        format!("({side})")
                    }
                    Dimension::Binary(..) if after && tight => format!("({side})"),
                    side => side.to_string(),
                };
                let after = *operator != Operator::Add;
                write!(f, "{} {} {}", side(left, false), operator.sign(), side(right, after))
            }
        }
    }
}

impl fmt::Display for Call {
    /// The call with regular spaces: `Conv2d(32, kernel: 3)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.outside {
            Some(outside) => write!(f, "{}", outside.name())?,
            None => write!(f, "{}", self.name)?,
        }
        if self.arguments.is_empty() {
            return Ok(());
        }
        let arguments: Vec<_> = self
            .arguments
            .iter()
            .map(|a| match &a.name {
                Some(name) => format!("{name}: {}", a.value.kind),
                None => a.value.kind.to_string(),
            })
            .collect();
        write!(f, "({})", arguments.join(", "))
    }
}

impl Outside {
    /// The path as a user would write it.
    pub fn name(&self) -> String {
        self.path.to_string().replace(' ', "")
    }
}

impl Expression {
    /// The expression as written.
    pub fn tokens(&self) -> TokenStream {
        match self {
            Expression::Name(name) => TokenTree::from(name.clone()).into(),
            Expression::Tuple(_, tokens)
            | Expression::Doubtful(_, tokens)
            | Expression::Chain(_, _, tokens)
            | Expression::Binary(_, _, _, tokens)
            | Expression::Negative(_, tokens)
            | Expression::Number(_, tokens)
            | Expression::Unknown(tokens) => tokens.clone(),
            Expression::Function(function) => function.call.tokens.clone(),
            Expression::Part(value, part) => {
                let dot = proc_macro2::Punct::new('.', proc_macro2::Spacing::Alone);
                TokenStream::from_iter::<[TokenTree; 3]>([
                    value.clone().into(),
                    dot.into(),
                    part.clone().into(),
                ])
            }
        }
    }
}
