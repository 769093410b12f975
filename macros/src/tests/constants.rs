//! Sizes that are constants: what is asked of the compiler, and that it finds what literals would have given.

use super::*;
use crate::demands::Part;
use crate::shape::{Constant, Dim, Piece, Term, Test, Tree, pieces};

/// The values of constants.
type Values<'a> = &'a dyn Fn(&str) -> i128;

/// What the compiler computes.
fn number(n: Dim, values: Values) -> i128 {
    if let Some(n) = n.integer() {
        return n;
    }
    let (number_alone, products) = n.products();
    let product = |terms: Vec<Term>| terms.into_iter().map(|t| term(t, values)).product::<i128>();
    number_alone + products.into_iter().map(|(factor, terms)| factor * product(terms)).sum::<i128>()
}

fn term(term: Term, values: Values) -> i128 {
    let of = |n| number(n, values);
    match term {
        Term::Constant(place) => values(&Constant::at(place).path.join("::")),
        Term::Quotient(a, b) => of(a).checked_div_euclid(of(b)).unwrap_or(0),
        Term::Larger(a, b) => of(a).max(of(b)),
        Term::Smaller(a, b) => of(a).min(of(b)),
        Term::Choice(test, a, b) => of(if holds(test, values) { a } else { b }),
        Term::Found(_) => panic!("nothing is laid out yet"),
    }
}

fn holds(test: Test, values: Values) -> bool {
    let (n, zero) = test.parts();
    if zero { number(n, values) == 0 } else { number(n, values) < 0 }
}

fn end<'a, T>(tree: &'a Tree<T>, values: Values) -> &'a T {
    match tree {
        Tree::Leaf(leaf) => leaf,
        Tree::Fork(test, yes, no) => end(if holds(*test, values) { yes } else { no }, values),
    }
}

fn text(text: &str, values: Values) -> String {
    let parts = pieces(text).into_iter().map(|piece| match piece {
        Piece::Text(text) => text,
        Piece::Number(n) => number(n, values).to_string(),
        Piece::Plural(n) => if number(n, values) == 1 { "" } else { "s" }.into(),
    });
    parts.collect()
}

/// What rustc will say: each mistake whose inputs are good.
fn found(shaped: &Shaped, values: Values) -> Vec<Error> {
    let graph = &shaped.graph;
    let mut bad: Vec<Part> = Vec::new();
    let mut definitions = Vec::new();
    let mut found = Vec::new();
    for (part, needs) in graph.parts() {
        if needs.iter().any(|need| bad.contains(need)) {
            bad.push(part);
            continue;
        }
        for demand in graph.demands.iter().filter(|d| d.part == part) {
            let errors = end(&demand.ways, values);
            if !errors.is_empty() {
                bad.push(part);
                if demand.definition.is_none() || !definitions.contains(&demand.definition) {
                    found.extend(errors.iter().cloned());
                }
                definitions.push(demand.definition);
                break;
            }
        }
    }
    found
}

/// All mistakes of a source with constants, with their numbers put in and without helps.
fn mistakes(source: &str, values: Values) -> String {
    let (shaped, certain) = analyse(source);
    let mut all = certain;
    all.extend(shaped.iter().flat_map(|one| found(one, values)));
    said(source, all, values)
}

fn said(source: &str, errors: Vec<Error>, values: Values) -> String {
    let mut texts: Vec<_> = errors
        .into_iter()
        .map(|error| {
            let mut error = Error { helps: Vec::new(), ..error };
            // A help that could not be proved, and what is only said of numbers.
            let said_of_numbers = |note: &str| {
                note.ends_with(" to the next mistake")
                    || note.contains("` rounds ")
                    || note.starts_with("the same values meet in ")
                    || note.contains("` is called `")
            };
            error.notes.retain(|note| !said_of_numbers(note));
            let tokens = underlined(source, &error);
            (error.place.start(), format!("^ {tokens}\n{}", text(&error.text(), values)))
        })
        .collect();
    texts.sort();
    texts.dedup();
    let mut all = texts.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n");
    while let Some((before, name, after)) = constant_in(&all) {
        all = format!("{before}{}{after}", values(&name));
    }
    // Lists of all numbers that would do are only made of numbers.
    let lines = all.lines().filter(|line| !line.contains("groups may be"));
    let lines = lines.map(|line| match line.split_once(" would; ") {
        Some((near, _)) => format!("{near} would"),
        None => line.to_string(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The first `K3_128` of a text, and what stands before and after it.
fn constant_in(text: &str) -> Option<(String, String, String)> {
    let at = text.find("K_")?;
    let name: String = text[at..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    Some((text[..at].into(), name.clone(), text[at + name.len()..].into()))
}

/// The value that the name of such a constant says.
fn by_name(name: &str) -> i128 {
    // Nobody knows here what a network from elsewhere is.
    if name.contains("::") {
        return i128::from(name.ends_with("::BROKEN"));
    }
    name.rsplit('_')
        .next()
        .and_then(|digits| digits.parse().ok())
        .unwrap_or_else(|| panic!("{name} has no value"))
}

/// Layers whose arguments are numbers of another kind.
const OTHERS: [&str; 22] = [
    "Dropout",
    "Dropout2d",
    "AlphaDropout",
    "GaussianNoise",
    "LeakyRelu",
    "Elu",
    "Celu",
    "Hardtanh",
    "Softplus",
    "LayerNorm",
    "RmsNorm",
    "Softmax",
    "LogSoftmax",
    "Glu",
    "PRelu",
    "BatchNorm1d",
    "BatchNorm2d",
    "InstanceNorm2d",
    "Gelu",
    "Relu",
    "Sigmoid",
    "Tanh",
];

/// The source with a constant of its own in the place of every size.
fn opened(source: &str) -> String {
    let mut result = String::new();
    // For each open bracket whether sizes stand in it.
    let mut brackets: Vec<bool> = Vec::new();
    let mut word = String::new();
    let chars: Vec<char> = source.chars().collect();
    let (mut at, mut count) = (0, 0);
    while at < chars.len() {
        let c = chars[at];
        if c.is_ascii_digit() {
            let start = at;
            while at < chars.len() && (chars[at].is_alphanumeric() || "._".contains(chars[at])) {
                if chars[at] == '.' && chars.get(at + 1) == Some(&'.') {
                    break;
                }
                at += 1;
            }
            let digits: String = chars[start..at].iter().collect();
            let from_zero = digits == "0" && chars.get(at) == Some(&'.');
            let size = !from_zero
                && !result.ends_with('-')
                && brackets.last() == Some(&true)
                && !["axis", "dropout", "truncate"].contains(&word.as_str())
                && digits.len() < 10;
            if size && digits.chars().all(|c| c.is_ascii_digit()) {
                count += 1;
                result += &format!("K_{count}_{digits}");
            } else {
                result += &digits;
            }
            continue;
        }
        if c.is_alphabetic() || c == '_' {
            word.clear();
            while at < chars.len() && (chars[at].is_alphanumeric() || chars[at] == '_') {
                word.push(chars[at]);
                at += 1;
            }
            result += &word;
            continue;
        }
        match c {
            '[' => brackets.push(word != "permute"),
            '(' => {
                let outer = brackets.last() == Some(&true) && !word.starts_with(char::is_uppercase);
                let layer = word.starts_with(char::is_uppercase) && !OTHERS.contains(&word.as_str());
                brackets
                    .push(word != "axis" && (outer && chars[at - 1] == ' ' || layer && chars[at - 1] != ' '));
            }
            ']' | ')' => drop(brackets.pop()),
            _ => {}
        }
        result.push(c);
        at += 1;
    }
    result
}

/// Whatever literals would have given, the compiler gives for constants of the same values: for all mistakes of the
/// corpus, with a constant in the place of every size.
#[test]
fn constants_give_the_mistakes_of_literals() {
    let (mut same, mut different) = (0, Vec::new());
    for source in corpus::sources() {
        let open = opened(&source);
        // These numbers are no sizes; where literals are no shape there is no second mistake; and a product with a tensor
        // has words of its own where it may fit.
        let others = [
            "permute(",
            "eps: -1",
            "x: [0, 28]",
            "map(",
            "..=",
            "in 10",
            "in 9)",
            "(h, embed.weight)",
            "matmul(transpose(embed.weight))",
            // That one change mends two is only known of numbers.
            "let log_var = h -> Dense(2);",
            "B(4, 64)",
            // A list of constants is no shape for certain, and a longer name is not written out.
            "x -> [2, 4]",
            "label -> Embedding(10)",
            "\"3\"",
            "let e1 =",
            "D(4, 20)",
            "layers: ",
            // Behind a mistake that hangs on constants one that does not is said too.
            "MaxPool2d(40)",
            "activation: Relu",
            "imge + y",
        ];
        // Constants that stand there already have no value.
        let names = source.split(|c: char| !c.is_alphanumeric() && c != '_');
        let has_constants =
            names.into_iter().any(|w| w.len() > 1 && w.chars().all(|c| c.is_ascii_uppercase()));
        if open == source || has_constants || others.iter().any(|other| source.contains(other)) {
            continue;
        }
        let expected = said(&source, analyse(&source).1, &|_| 0);
        let got = mistakes(&open, &by_name);
        // An edit that turns an image or the outputs round is only tried on numbers.
        let turned = ["is read as", "the same in another order"];
        if got == expected || turned.iter().any(|text| expected.contains(text)) {
            same += 1;
        } else {
            different.push(format!("{open}\nliterals:\n{expected}\nconstants:\n{got}\n"));
        }
    }
    assert!(
        different.is_empty(),
        "{same} are the same, {} are not:\n{}",
        different.len(),
        different.join("\n")
    );
}

fn open_dim(name: &str) -> Dim {
    Dim::constant(vec![name.into()], Vec::new())
}

#[test]
fn equal_by_arithmetic_is_equal() {
    let (n, m) = (open_dim("N"), open_dim("M"));
    assert!((2 * n - n).is(n) && (n + m - m).is(n) && (n * m).is(m * n) && ((n + 1) * (n - 1)).is(n * n - 1));
    assert!((n - n).is(0) && (n * (m - m)).is(0) && (n * (m / m)).is(n));
    assert!((6 * n / 2).is(3 * n) && (n * m / m).is(n) && ((4 * n + 3) / 2).is(2 * n + 1));
    assert!((n * m).is_multiple_of(m) && !n.is_multiple_of(m) && n.max(n).is(n));
    let seven = &|name: &str| if name == "N" { 7 } else { 3 };
    for (n, value) in
        [(n / m, 2), (n % m, 1), ((m - n) / 2, -2), (n.max(m), 7), (n.min(m), 3), (n.div_ceil(m), 3)]
    {
        assert_eq!(number(n, seven), value);
    }
    assert_eq!(number(n.next_multiple_of(4), seven), 8);
    assert_eq!(number(m.saturating_sub(n), seven), 0);
}

#[test]
fn comparisons_of_constants_fork() {
    use crate::shape::explore;
    let (n, m) = (open_dim("N"), open_dim("M"));
    // Outside nothing is known, except what is so for all values.
    assert!(n != n + 1 && n < n + 1 && n >= 0 && n * m + 1 > n * m);
    assert!([n == m, n != m, n < m, n >= m].iter().all(|answer| !answer));
    // Inside both ways are followed, and what follows from an answer is not asked again.
    let order = explore(&[], || {
        let order = if n < m {
            "<"
        } else if n == m {
            "="
        } else {
            ">"
        };
        assert_eq!(
            (n < m, m > n, n >= m, m == n, n != m),
            (order == "<", order == "<", order != "<", order == "=", order != "=")
        );
        order
    });
    assert_eq!(order.leaves().len(), 3);
    for (pair, expected) in [((1, 2), "<"), ((2, 2), "="), ((3, 2), ">")] {
        assert_eq!(*end(&order, &|name| if name == "N" { pair.0 } else { pair.1 }), expected);
    }
    let facts = order.leaves()[1].0.clone();
    assert_eq!(explore(&facts, || n == m).single(), Some(&true));
}

#[test]
fn texts_show_expressions_or_numbers() {
    let (n, k) = (open_dim("SIDE"), open_dim("config::KERNEL"));
    let shown = format!("{n}, {}, {}, {:?}", 2 * n + 1, (n - k) / 2 + 1, [n * k, n / k * 2]);
    let expected = "SIDE, 2 * SIDE + 1, (SIDE - config::KERNEL) / 2 + 1, [SIDE * config::KERNEL, 2 * (SIDE / config::KERNEL)]";
    assert_eq!(crate::shape::source(&shown), expected);
    assert_eq!(text(&shown, &|name| if name == "SIDE" { 9 } else { 2 }), "9, 19, 4, [18, 8]");
    let counted = crate::shape::counted(n, "channels");
    assert_eq!((text(&counted, &|_| 1), text(&counted, &|_| 2)), ("1 channel".into(), "2 channels".into()));
}

/// Right networks have nothing to complain of, and plans that hold.
#[test]
fn what_is_right_with_literals_is_right_with_constants() {
    for source in [valid::DIGITS, valid::RESIDUAL, valid::SEVERAL] {
        let open = opened(source);
        assert_ne!(open, source);
        let (shaped, errors) = analyse(&open);
        assert!(errors.is_empty(), "{open}\n{}", show(&open, &errors));
        for one in shaped {
            assert!(!one.graph.demands.is_empty());
            assert!(found(&one, &by_name).is_empty(), "{}", mistakes(&open, &by_name));
            crate::plan::plan(one).verify();
        }
    }
}

/// Two outputs in the other order are one mistake, and none where the constants are the same.
#[test]
fn an_order_that_constants_decide() {
    let source = "struct A(x: [8]) -> (a: [K_1_2], b: [K_2_3]) { (x -> Dense(K_2_3), x -> Dense(K_1_2)) }";
    let said = mistakes(source, &by_name);
    assert!(said.contains("declares `(a: [2], b: [3])`, but its body gives `([3], [2])`"), "{said}");
    assert_eq!(said.matches('^').count(), 1, "{said}");
    assert_eq!(mistakes(source, &|_| 4), "");
}
