//! What numbers are made of that no macro can know: constants of the program, and what is computed from them.
//!
//! Every such number is a sum of products in one normal form, so that two that are equal by the rules of arithmetic
//! (`2 * N - N` and `N`) are one entry of the table. Handles are small and plain; the table lives as long as one
//! expansion.

use super::Dim;
use crate::limits;
use proc_macro2::{Span, TokenStream};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A number: known, or the table's entry of that place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Raw {
    Known(i128),
    Open(usize),
}

/// What a sum of products multiplies, beside numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Atom {
    /// The constant of that place.
    Constant(usize),
    Quotient(Raw, Raw),
    Larger(Raw, Raw),
    Smaller(Raw, Raw),
    /// The first if the test holds.
    Choice(super::Test, Raw, Raw),
    /// What the program finds when it is compiled, under this number: where a buffer lies.
    Found(usize),
}

/// Products of atoms, each with its factor; the empty product is 1. Without a zero factor.
pub(super) type Sum = BTreeMap<Vec<Atom>, i128>;

/// A constant of the program, as it was written first.
#[derive(Clone, Debug)]
pub struct Constant {
    /// `["config", "KERNEL"]`; the first part of `::config::KERNEL` is empty.
    pub path: Vec<String>,
    /// The spans of the parts.
    pub spans: Vec<Span>,
    /// What it is, if it is no item that the user named.
    pub asked: Option<Asked>,
}

/// A number that the compiler knows of a network: what a function of the runtime says about it.
#[derive(Clone, Debug)]
pub struct Asked {
    pub function: &'static str,
    /// The network's path.
    pub network: TokenStream,
    pub arguments: Vec<usize>,
}

/// One factor of a product.
#[derive(Clone, Copy)]
pub enum Term {
    Constant(usize),
    Quotient(Dim, Dim),
    Larger(Dim, Dim),
    Smaller(Dim, Dim),
    Choice(super::Test, Dim, Dim),
    Found(usize),
}

#[derive(Default)]
struct Table {
    constants: Vec<Constant>,
    sums: Vec<Sum>,
    places: BTreeMap<Sum, usize>,
    /// Sums that came of adding to a longer one, with what was added.
    parts: BTreeMap<usize, (usize, Raw)>,
    found: usize,
}

thread_local! {
    static TABLE: RefCell<Table> = RefCell::default();
}

/// One expansion: the table is empty when it begins and when it ends.
#[derive(Debug)]
pub struct Session(());

impl Session {
    pub fn begin() -> Session {
        TABLE.take();
        limits::reset();
        Session(())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        TABLE.take();
    }
}

pub(super) fn sum_of(raw: Raw) -> Sum {
    match raw {
        Raw::Known(0) => Sum::new(),
        Raw::Known(n) => Sum::from([(Vec::new(), n)]),
        Raw::Open(place) => TABLE.with_borrow(|table| table.sums[place].clone()),
    }
}

pub(super) fn intern(mut sum: Sum) -> Raw {
    sum.retain(|_, factor| *factor != 0);
    match sum.len() {
        0 => return Raw::Known(0),
        1 if sum.contains_key(&[][..]) => return Raw::Known(sum[&[][..]]),
        _ => {}
    }
    TABLE.with_borrow_mut(|table| {
        if let Some(&place) = table.places.get(&sum) {
            return Raw::Open(place);
        }
        table.sums.push(sum.clone());
        let place = table.sums.len() - 1;
        table.places.insert(sum, place);
        Raw::Open(place)
    })
}

/// Remembers that a sum is another and something more, so that it can be written as such.
pub(super) fn remember(sum: Raw, longer: Raw, added: Raw) {
    if let (Raw::Open(sum), Raw::Open(longer)) = (sum, longer)
        && sum != longer
    {
        TABLE.with_borrow_mut(|table| *table.parts.entry(sum).or_insert((longer, added)));
    }
}

/// A sum that an entry is more than, and what more, if it came of that.
pub(super) fn parts(place: usize) -> Option<(usize, Raw)> {
    TABLE.with_borrow(|table| table.parts.get(&place).copied())
}

/// Whether the table has an entry of that place.
pub(super) fn is_entry(place: usize) -> bool {
    TABLE.with_borrow(|table| place < table.sums.len())
}

/// Whether any number so far hangs on a constant.
pub fn any_open() -> bool {
    TABLE.with_borrow(|table| !table.sums.is_empty())
}

/// Numbers that the program finds by itself, so many in a row: the first of them.
pub fn found(count: usize) -> usize {
    TABLE.with_borrow_mut(|table| {
        table.found += count;
        table.found - count
    })
}

pub(super) fn atom(atom: Atom) -> Raw {
    intern(Sum::from([(vec![atom], 1)]))
}

/// The place of a constant; the same path is the same constant.
pub(super) fn constant(path: Vec<String>, spans: Vec<Span>, asked: Option<Asked>) -> usize {
    TABLE.with_borrow_mut(|table| match table.constants.iter().position(|c| c.path == path) {
        Some(place) => place,
        None => {
            table.constants.push(Constant { path, spans, asked });
            table.constants.len() - 1
        }
    })
}

impl Constant {
    /// The constant of that place.
    pub fn at(place: usize) -> Constant {
        TABLE.with_borrow(|table| table.constants[place].clone())
    }
}
