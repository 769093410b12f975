//! A size, an extent, a count: a number that is known, or an expression over constants of the program.

use super::fork::{self, Test};
use super::table::{self, Atom, Raw, Sum, Term};
use super::text;
use crate::limits;
use proc_macro2::Span;
use std::fmt;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Rem, Sub};

/// A whole number that a layer computes with as if it knew it.
///
/// Numbers that are known behave as integers do. Where a constant of the program is among them, arithmetic gives an
/// expression, and a comparison asks `fork` (inside of [`super::explore`] both answers are followed, one after the
/// other). Elsewhere a comparison is true only if it is for all values of the constants, so what is written as `a < b`
/// should be the special case.
#[derive(Clone, Copy)]
pub struct Dim(pub(super) Raw);

/// Above all numbers that are read.
const ANY_LENGTH: i128 = 1 << 40;

impl Dim {
    pub const ZERO: Dim = Dim(Raw::Known(0));
    pub const ONE: Dim = Dim(Raw::Known(1));

    /// The length of a sequence of any length: a number that nobody can write.
    pub const ANY_LENGTH: Dim = Dim(Raw::Known(ANY_LENGTH));

    pub fn is_any_length(self) -> bool {
        self.is(Dim::ANY_LENGTH)
    }

    /// A constant of the program.
    pub fn constant(path: Vec<String>, spans: Vec<Span>) -> Dim {
        Dim(table::atom(Atom::Constant(table::constant(path, spans, None))))
    }

    /// A number that the compiler knows of a network of that name.
    pub fn asked(network: &str, asked: table::Asked) -> Dim {
        let arguments = asked.arguments.iter().map(|n| format!("[{n}]")).collect::<String>();
        let path = vec![network.to_string(), format!("{}{arguments}", asked.function.to_uppercase())];
        Dim(table::atom(Atom::Constant(table::constant(path, Vec::new(), Some(asked)))))
    }

    /// A longer sum that an entry came of, with what was added to it.
    pub fn parts(place: usize) -> Option<(usize, Dim)> {
        table::parts(place).map(|(longer, added)| (longer, Dim(added)))
    }

    /// A number that the program finds by itself when it is compiled.
    pub fn found(number: usize) -> Dim {
        Dim(table::atom(Atom::Found(number)))
    }

    /// One number or another.
    pub fn choice(test: Test, yes: Dim, no: Dim) -> Dim {
        if yes.is(no) { yes } else { Dim(table::atom(Atom::Choice(test, yes.0, no.0))) }
    }

    /// The number, if it is one and not negative.
    pub fn known(self) -> Option<usize> {
        match self.0 {
            Raw::Known(n) => usize::try_from(n).ok(),
            Raw::Open(_) => None,
        }
    }

    /// The number, negative or not.
    pub fn integer(self) -> Option<i128> {
        match self.0 {
            Raw::Known(n) => Some(n),
            Raw::Open(_) => None,
        }
    }

    /// The place in the table of an expression.
    pub fn open(self) -> Option<usize> {
        match self.0 {
            Raw::Known(_) => None,
            Raw::Open(place) => Some(place),
        }
    }

    /// The expression at that place of the table.
    pub fn at(place: usize) -> Dim {
        Dim(Raw::Open(place))
    }

    /// Whether both are the same number whatever the constants are. Asks nobody.
    pub fn is(self, other: impl Into<Dim>) -> bool {
        self.0 == other.into().0
    }

    /// How the number is made: what is added to a sum of products, each with its factor.
    pub fn products(self) -> (i128, Vec<(i128, Vec<Term>)>) {
        let mut number = 0;
        let mut products = Vec::new();
        for (atoms, factor) in table::sum_of(self.0) {
            if atoms.is_empty() {
                number = factor;
            } else {
                products.push((factor, atoms.into_iter().map(term).collect()));
            }
        }
        (number, products)
    }

    pub fn min(self, other: impl Into<Dim>) -> Dim {
        self.one_of(other.into(), i128::min, Atom::Smaller)
    }

    pub fn max(self, other: impl Into<Dim>) -> Dim {
        self.one_of(other.into(), i128::max, Atom::Larger)
    }

    fn one_of(self, other: Dim, known: fn(i128, i128) -> i128, open: fn(Raw, Raw) -> Atom) -> Dim {
        match (self.0, other.0) {
            (Raw::Known(a), Raw::Known(b)) => Dim(Raw::Known(known(a, b))),
            (a, b) if a == b => self,
            (a, b) => Dim(table::atom(open(a.min(b), a.max(b)))),
        }
    }

    pub fn is_multiple_of(self, other: impl Into<Dim>) -> bool {
        self % other.into() == 0
    }

    /// The difference, unless it is negative.
    pub fn checked_sub(self, other: impl Into<Dim>) -> Option<Dim> {
        let difference = self - other.into();
        (!fork::holds(Test::negative(difference))).then_some(difference)
    }

    pub fn saturating_sub(self, other: impl Into<Dim>) -> Dim {
        (self - other.into()).max(0)
    }

    pub fn div_ceil(self, other: impl Into<Dim>) -> Dim {
        let other = other.into();
        (self + other - 1) / other
    }

    pub fn next_multiple_of(self, other: impl Into<Dim>) -> Dim {
        let other = other.into();
        self.div_ceil(other) * other
    }

    /// The nearest `f64`.
    #[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
    pub fn as_f64(self) -> Option<f64> {
        self.integer().map(|n| n as f64)
    }
}

fn term(atom: Atom) -> Term {
    match atom {
        Atom::Constant(place) => Term::Constant(place),
        Atom::Quotient(a, b) => Term::Quotient(Dim(a), Dim(b)),
        Atom::Larger(a, b) => Term::Larger(Dim(a), Dim(b)),
        Atom::Smaller(a, b) => Term::Smaller(Dim(a), Dim(b)),
        Atom::Choice(test, a, b) => Term::Choice(test, Dim(a), Dim(b)),
        Atom::Found(number) => Term::Found(number),
    }
}

impl From<usize> for Dim {
    fn from(n: usize) -> Dim {
        Dim(Raw::Known(n as i128))
    }
}

impl From<i32> for Dim {
    fn from(n: i32) -> Dim {
        Dim(Raw::Known(n.into()))
    }
}

impl From<u64> for Dim {
    fn from(n: u64) -> Dim {
        Dim(Raw::Known(n.into()))
    }
}

impl From<i128> for Dim {
    fn from(n: i128) -> Dim {
        Dim(Raw::Known(n))
    }
}

impl From<&Dim> for Dim {
    fn from(n: &Dim) -> Dim {
        *n
    }
}

fn add(a: Dim, b: Dim) -> Dim {
    if let (Raw::Known(a), Raw::Known(b)) = (a.0, b.0) {
        return Dim(Raw::Known(a.saturating_add(b)));
    }
    let mut sum = table::sum_of(a.0);
    if !limits::spend(sum.len()) {
        return Dim::ONE;
    }
    let other = table::sum_of(b.0);
    let (terms, others) = (sum.len(), other.len());
    for (product, factor) in other {
        let all = sum.entry(product).or_insert(0);
        *all = all.saturating_add(factor);
    }
    let is_longer = sum.len() == terms + others;
    let result = table::intern(sum);
    if is_longer {
        let (longer, added) = if terms >= others { (a.0, b.0) } else { (b.0, a.0) };
        table::remember(result, longer, added);
    }
    Dim(result)
}

fn sub(a: Dim, b: Dim) -> Dim {
    if let (Raw::Known(a), Raw::Known(b)) = (a.0, b.0) {
        return Dim(Raw::Known(a.saturating_sub(b)));
    }
    add(a, mul(b, Dim(Raw::Known(-1))))
}

fn mul(a: Dim, b: Dim) -> Dim {
    if let (Raw::Known(a), Raw::Known(b)) = (a.0, b.0) {
        return Dim(Raw::Known(a.saturating_mul(b)));
    }
    let (a, b) = (table::sum_of(a.0), table::sum_of(b.0));
    let atoms = |sum: &Sum| sum.keys().map(|product| 1 + product.len()).sum::<usize>();
    if !limits::spend(atoms(&a).saturating_mul(atoms(&b))) {
        return Dim::ONE;
    }
    let mut sum = Sum::new();
    for (atoms, factor) in &a {
        for (others, other) in &b {
            let mut product = [&atoms[..], &others[..]].concat();
            product.sort_unstable();
            let all = sum.entry(product).or_insert(0);
            *all = all.saturating_add(factor.saturating_mul(*other));
        }
    }
    Dim(table::intern(sum))
}

/// Rounds down; what nobody may divide by gives 0.
fn div(a: Dim, b: Dim) -> Dim {
    if let (Raw::Known(a), Raw::Known(b)) = (a.0, b.0) {
        return Dim(Raw::Known(if b == 0 { 0 } else { a.div_euclid(b) }));
    }
    // What the divisor divides whatever the constants are comes out of the quotient.
    let divisor = table::sum_of(b.0);
    if !limits::spend(divisor.len()) {
        return Dim::ONE;
    }
    let (mut whole, mut rest) = (Sum::new(), table::sum_of(a.0));
    if let Some((atoms, &factor)) = divisor.first_key_value().filter(|_| divisor.len() == 1) {
        for (product, n) in std::mem::take(&mut rest) {
            match without(&product, atoms).filter(|_| n % factor == 0) {
                Some(product) => whole.insert(product, n / factor),
                None => rest.insert(product, n),
            };
        }
    }
    let (whole, rest) = (Dim(table::intern(whole)), Dim(table::intern(rest)));
    match (rest.0, b.0) {
        (Raw::Known(0), _) => whole,
        (Raw::Known(a), Raw::Known(b)) if b != 0 => add(whole, Dim(Raw::Known(a.div_euclid(b)))),
        (rest, divisor) => add(whole, Dim(table::atom(Atom::Quotient(rest, divisor)))),
    }
}

/// The product without these factors, if they all stand in it.
fn without(product: &[Atom], factors: &[Atom]) -> Option<Vec<Atom>> {
    let mut left = product.to_vec();
    for factor in factors {
        left.remove(left.iter().position(|atom| atom == factor)?);
    }
    Some(left)
}

/// What is left over by a division that rounds down.
fn rem(a: Dim, b: Dim) -> Dim {
    sub(a, mul(div(a, b), b))
}

macro_rules! operators {
    ($($trait:ident, $method:ident, $function:ident;)*) => {
        $(
            impl<B: Into<Dim>> $trait<B> for Dim {
                type Output = Dim;
                fn $method(self, other: B) -> Dim {
                    $function(self, other.into())
                }
            }
            impl $trait<Dim> for usize {
                type Output = Dim;
                fn $method(self, other: Dim) -> Dim {
                    $function(self.into(), other)
                }
            }
        )*
    };
}

operators! {
    Add, add, add;
    Sub, sub, sub;
    Mul, mul, mul;
    Div, div, div;
    Rem, rem, rem;
}

impl<B: Into<Dim>> AddAssign<B> for Dim {
    fn add_assign(&mut self, other: B) {
        *self = *self + other;
    }
}

impl<B: Into<Dim>> MulAssign<B> for Dim {
    fn mul_assign(&mut self, other: B) {
        *self = *self * other;
    }
}

impl<B: Into<Dim>> DivAssign<B> for Dim {
    fn div_assign(&mut self, other: B) {
        *self = *self / other;
    }
}

impl<B: Into<Dim>> std::iter::Sum<B> for Dim {
    fn sum<I: Iterator<Item = B>>(items: I) -> Dim {
        items.fold(Dim::ZERO, |all, n| all + n)
    }
}

impl<B: Into<Dim>> std::iter::Product<B> for Dim {
    fn product<I: Iterator<Item = B>>(items: I) -> Dim {
        items.fold(Dim::ONE, |all, n| all * n)
    }
}

impl<B: Copy + Into<Dim>> PartialEq<B> for Dim {
    fn eq(&self, other: &B) -> bool {
        fork::holds(Test::zero(*self - *other))
    }

    #[expect(clippy::partialeq_ne_impl, reason = "where constants decide, neither may be known")]
    fn ne(&self, other: &B) -> bool {
        fork::fails(Test::zero(*self - *other))
    }
}

impl<B: Copy + Into<Dim>> PartialOrd<B> for Dim {
    fn partial_cmp(&self, other: &B) -> Option<std::cmp::Ordering> {
        use std::cmp::Ordering;
        match (self < other, self == other) {
            (true, _) => Some(Ordering::Less),
            (_, true) => Some(Ordering::Equal),
            _ => (self > other).then_some(Ordering::Greater),
        }
    }

    fn lt(&self, other: &B) -> bool {
        fork::holds(Test::negative(*self - *other))
    }

    fn gt(&self, other: &B) -> bool {
        fork::holds(Test::negative((*other).into() - *self))
    }

    fn le(&self, other: &B) -> bool {
        fork::holds(Test::negative(*self - *other - 1))
    }

    fn ge(&self, other: &B) -> bool {
        fork::holds(Test::negative((*other).into() - *self - 1))
    }
}

impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Raw::Known(ANY_LENGTH) => f.write_str(".."),
            Raw::Known(n) => fmt::Display::fmt(&n, f),
            Raw::Open(place) => f.write_str(&text::hole(place)),
        }
    }
}

impl fmt::Debug for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
