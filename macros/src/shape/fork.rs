//! Comparisons whose answer depends on constants.
//!
//! A layer compares sizes to refuse a shape, and an argument's text depends on its value. Where the answer depends on a
//! constant, both are followed: `explore` runs such a piece of the macro once for each way through it, and gives a
//! tree of what came of it. The compiler, which knows the constants, walks that tree later.

use super::Dim;
use super::table::{self, Atom, Raw};
use crate::limits;
use std::cell::RefCell;

/// A question that only the values of the constants answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Test {
    kind: Kind,
    of: Raw,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    Zero,
    Negative,
}

/// What is taken to be so.
pub type Fact = (Test, bool);

/// What came of each way through a piece of work.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree<T> {
    Leaf(T),
    /// If the test holds the first, else the second.
    Fork(Test, Box<Tree<T>>, Box<Tree<T>>),
}

/// One way through.
#[derive(Debug, Default)]
struct Run {
    /// What is known before.
    facts: Vec<Fact>,
    /// The answers that have to be given, and behind them those that were given.
    path: Vec<Fact>,
    /// How many were asked for so far.
    asked: usize,
    /// Nothing is followed any more: what is not known to hold does not.
    frozen: bool,
}

thread_local! {
    /// The innermost exploration last.
    static RUNS: RefCell<Vec<Run>> = RefCell::default();
}

/// More ways than that are not followed.
const MOST_WAYS: usize = 512;

impl Test {
    /// Whether it is 0.
    pub fn zero(n: Dim) -> Test {
        Test { kind: Kind::Zero, of: n.0 }
    }

    /// Whether it is below 0.
    pub fn negative(n: Dim) -> Test {
        Test { kind: Kind::Negative, of: n.0 }
    }

    /// What is compared with 0, and whether for being 0 (or else below).
    pub fn parts(self) -> (Dim, bool) {
        (Dim(self.of), self.kind == Kind::Zero)
    }

    /// The same question in the form in which it is asked once, and whether the answer is turned round by that.
    fn normal(self) -> (Test, bool) {
        let Raw::Open(_) = self.of else { return (self, false) };
        let sum = table::sum_of(self.of);
        let positive = sum.iter().find(|(product, _)| !product.is_empty()).is_none_or(|(_, f)| *f > 0);
        if positive {
            return (self, false);
        }
        let turned = Dim::ZERO - Dim(self.of);
        match self.kind {
            Kind::Zero => (Test::zero(turned), false),
            Kind::Negative => (Test::negative(turned - 1), true),
        }
    }

    /// The answer that all values of the constants have in common.
    fn certain(self) -> Option<bool> {
        if let Raw::Known(n) = self.of {
            return Some(if self.kind == Kind::Zero { n == 0 } else { n < 0 });
        }
        let down = (Dim::ZERO - Dim(self.of)).0;
        match self.kind {
            Kind::Zero if least(self.of).is_some_and(|n| n > 0) || least(down).is_some_and(|n| n > 0) => {
                Some(false)
            }
            Kind::Negative if least(self.of).is_some_and(|n| n >= 0) => Some(false),
            Kind::Negative if least(down).is_some_and(|n| n > 0) => Some(true),
            _ => None,
        }
    }

    /// The answer that follows from what is taken to be so.
    fn follows(self, facts: &[Fact]) -> Option<bool> {
        let known = |test: Test| {
            let (test, turned) = test.normal();
            test.certain()
                .or_else(|| facts.iter().find(|(t, _)| *t == test).map(|(_, a)| *a))
                .map(|a| a != turned)
        };
        let n = Dim(self.of);
        let (zero, below, above) =
            (known(Test::zero(n)), known(Test::negative(n)), known(Test::negative(Dim::ZERO - n)));
        match (self.kind, zero, below, above) {
            (Kind::Zero, Some(answer), ..) | (Kind::Negative, _, Some(answer), _) => Some(answer),
            (Kind::Zero, _, Some(true), _) | (Kind::Zero, _, _, Some(true)) => Some(false),
            (Kind::Zero, _, Some(false), Some(false)) => Some(true),
            (Kind::Negative, Some(true), ..) | (Kind::Negative, _, _, Some(true)) => Some(false),
            (Kind::Negative, Some(false), _, Some(false)) => Some(true),
            _ => None,
        }
    }
}

/// A number that this is never below; constants are sizes, and so is what is found.
fn least(raw: Raw) -> Option<i128> {
    if let Raw::Known(n) = raw {
        return Some(n);
    }
    let mut least = 0i128;
    if !limits::spend(1) {
        return None;
    }
    for (product, factor) in table::sum_of(raw) {
        if product.is_empty() {
            least = least.saturating_add(factor);
        } else if factor < 0 || !product.iter().all(|atom| least_of(atom).is_some_and(|n| n >= 0)) {
            return None;
        }
    }
    Some(least)
}

fn least_of(atom: &Atom) -> Option<i128> {
    match *atom {
        Atom::Constant(_) | Atom::Found(_) => Some(0),
        Atom::Quotient(a, b) => (least(a)? >= 0 && least(b)? >= 0).then_some(0),
        Atom::Larger(a, b) => least(a).max(least(b)),
        Atom::Smaller(a, b) | Atom::Choice(_, a, b) => Some(least(a)?.min(least(b)?)),
    }
}

/// Whether a comparison is answered with yes.
pub(super) fn holds(test: Test) -> bool {
    answer(test) == Some(true)
}

/// Whether a comparison is answered with no.
pub(super) fn fails(test: Test) -> bool {
    answer(test) == Some(false)
}

/// `None` outside of an exploration if constants decide: only what is so for all values is so.
fn answer(test: Test) -> Option<bool> {
    let (test, turned) = test.normal();
    if let Some(answer) = test.certain() {
        return Some(answer != turned);
    }
    RUNS.with_borrow_mut(|runs| {
        let run = runs.last_mut()?;
        let before = &run.path[..run.asked];
        let facts: Vec<Fact> = run.facts.iter().chain(before).copied().collect();
        let given_up = !limits::spend(1 + facts.len() / 8);
        if let Some(answer) = test.follows(&facts) {
            return Some(answer != turned);
        }
        if run.frozen || given_up {
            return None;
        }
        if run.asked == run.path.len() {
            run.path.push((test, true));
        }
        run.asked += 1;
        Some(run.path[run.asked - 1].1 != turned)
    })
}

/// From here on this way is not parted any more.
pub fn freeze() {
    RUNS.with_borrow_mut(|runs| {
        if let Some(run) = runs.last_mut() {
            run.frozen = true;
        }
    });
}

/// Follows every way through `work`, with these facts known before. `work` must do the same each time.
pub fn explore<T>(facts: &[Fact], work: impl FnMut() -> T) -> Tree<T> {
    explore_at_most(MOST_WAYS, facts, work)
}

/// Follows so many ways; behind that, what is not known to hold does not.
pub fn explore_at_most<T>(ways: usize, facts: &[Fact], mut work: impl FnMut() -> T) -> Tree<T> {
    let mut left = ways;
    grow(facts, Vec::new(), &mut left, &mut work)
}

fn grow<T>(facts: &[Fact], path: Vec<Fact>, left: &mut usize, work: &mut impl FnMut() -> T) -> Tree<T> {
    let given = path.len();
    let frozen = *left == 0 || !limits::spend(1);
    *left = left.saturating_sub(1);
    RUNS.with_borrow_mut(|runs| runs.push(Run { facts: facts.to_vec(), path, asked: 0, frozen }));
    let result = work();
    let path = RUNS.with_borrow_mut(|runs| runs.pop().map(|run| run.path).unwrap_or_default());
    let mut tree = Tree::Leaf(result);
    for at in (given..path.len()).rev() {
        let mut other = path[..at].to_vec();
        other.push((path[at].0, false));
        let no = grow(facts, other, left, work);
        tree = Tree::Fork(path[at].0, Box::new(tree), Box::new(no));
    }
    tree
}

impl<T> Tree<T> {
    /// What came of it, if there was one way only.
    pub fn single(&self) -> Option<&T> {
        match self {
            Tree::Leaf(leaf) => Some(leaf),
            Tree::Fork(..) => None,
        }
    }

    /// Every end, with the answers that lead there.
    pub fn leaves(&self) -> Vec<(Vec<Fact>, &T)> {
        match self {
            Tree::Leaf(leaf) => vec![(Vec::new(), leaf)],
            Tree::Fork(test, yes, no) => {
                let mut all = Vec::new();
                for (answer, tree) in [(true, yes), (false, no)] {
                    for (path, leaf) in tree.leaves() {
                        all.push(([vec![(*test, answer)], path].concat(), leaf));
                    }
                }
                all
            }
        }
    }

    pub fn into_leaves(self) -> Vec<T> {
        match self {
            Tree::Leaf(leaf) => vec![leaf],
            Tree::Fork(_, yes, no) => [yes.into_leaves(), no.into_leaves()].into_iter().flatten().collect(),
        }
    }

    /// Another tree in the place of each end, which is told the answers that lead there.
    pub fn grown<U>(&self, path: &mut Vec<Fact>, change: &mut impl FnMut(&[Fact], &T) -> Tree<U>) -> Tree<U> {
        match self {
            Tree::Leaf(leaf) => change(path, leaf),
            Tree::Fork(test, yes, no) => {
                let mut under = |answer, tree: &Tree<T>| {
                    path.push((*test, answer));
                    let grown = tree.grown(path, change);
                    path.pop();
                    Box::new(grown)
                };
                let (yes, no) = (under(true, yes), under(false, no));
                Tree::Fork(*test, yes, no)
            }
        }
    }

    pub fn map<U>(&self, change: &mut impl FnMut(&T) -> U) -> Tree<U> {
        match self {
            Tree::Leaf(leaf) => Tree::Leaf(change(leaf)),
            Tree::Fork(test, yes, no) => {
                let (yes, no) = (yes.map(change), no.map(change));
                Tree::Fork(*test, Box::new(yes), Box::new(no))
            }
        }
    }

    /// Without the forks whose sides are the same.
    pub fn merged_by(self, same: &dyn Fn(&T, &T) -> bool) -> Tree<T> {
        match self {
            Tree::Leaf(leaf) => Tree::Leaf(leaf),
            Tree::Fork(test, yes, no) => match (yes.merged_by(same), no.merged_by(same)) {
                (Tree::Leaf(yes), Tree::Leaf(no)) if same(&yes, &no) => Tree::Leaf(yes),
                (yes, no) => Tree::Fork(test, Box::new(yes), Box::new(no)),
            },
        }
    }
}

impl Tree<Dim> {
    /// All ends as one number.
    pub fn joined(&self) -> Dim {
        match self {
            Tree::Leaf(n) => *n,
            Tree::Fork(test, yes, no) => Dim::choice(*test, yes.joined(), no.joined()),
        }
    }
}
