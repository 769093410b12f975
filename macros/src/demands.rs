//! What only the compiler can check, because the values of constants decide it.
//!
//! Each demand is a tree of questions about constants with the mistakes at its ends. It is written out as an assertion
//! at the token of the mistake, which speaks if all that comes before is good.

use crate::errors::{Error, Errors};
use crate::graph::{GroupId, NodeId};
use crate::shape::{Fact, Tree, explore};

/// A part of a network, which is good or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The declared shape of an input.
    Input(usize),
    /// The declared shape of an output.
    Output(usize),
    Node(NodeId),
    /// What flows into a block or an inner network.
    Open(GroupId),
    /// What comes out of it.
    Close(GroupId),
    /// That the network gives what is declared.
    Result(usize),
}

/// What must hold of a part; an end without an error is good.
pub type Ways = Tree<Vec<Error>>;

/// A question to the compiler.
#[derive(Clone, Debug)]
pub struct Demand {
    pub part: Part,
    pub ways: Ways,
    /// The place in a block's declaration: a mistake there is one mistake, however often the block is used.
    pub definition: Option<(usize, usize, bool)>,
}

/// Does work that reports errors, once for each answer to what hangs on constants. Mistakes of all answers are
/// reported; those of some become a demand, and what a good way gave comes back. `work` does the same each time.
pub fn follow<R>(
    facts: &[Fact],
    errors: &mut Errors,
    open: &mut Vec<Ways>,
    mut work: impl FnMut(&mut Errors) -> R,
) -> R {
    let ways = explore(facts, || {
        let mut found = Errors::new();
        let result = work(&mut found);
        (result, found.take())
    });
    let is_open = ways.leaves().iter().any(|(_, (_, found))| found.is_empty());
    if is_open && ways.single().is_none() {
        let ways: Ways = ways.map(&mut |(_, found)| found.iter().map(conditional).collect());
        open.push(ways.merged_by(&|a, b| same(a, b)));
    }
    // Where all ways are bad, the one with the fewest mistakes has those that no constant mends; of equal ones the last,
    // which is where fewer numbers are 0 or below.
    let best = ways.into_leaves().into_iter().rev().min_by_key(|(_, found)| found.len());
    let Some((result, found)) = best else { unreachable!("a tree has an end") };
    found.into_iter().for_each(|error| errors.push(error));
    result
}

/// Whether two ends say the same.
pub fn same(a: &[Error], b: &[Error]) -> bool {
    a.len() == b.len()
        && a.iter().zip(b).all(|(a, b)| a.text() == b.text() && a.place.start() == b.place.start())
}

/// No edit can be tried where nobody knows the numbers.
pub fn conditional(error: &Error) -> Error {
    Error { helps: Vec::new(), ..error.clone() }
}

/// What is so if a demand is met.
pub fn facts(ways: &Ways) -> Vec<Fact> {
    common(ways, &Vec::is_empty)
}

/// What all good ways have in common.
pub fn common<T>(ways: &Tree<T>, is_good: &dyn Fn(&T) -> bool) -> Vec<Fact> {
    let mut good = ways.leaves().into_iter().filter(|(_, end)| is_good(end)).map(|(path, _)| path);
    let mut common = good.next().unwrap_or_default();
    for path in good {
        common.retain(|fact| path.contains(fact));
    }
    common
}
