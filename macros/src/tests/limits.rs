//! Programs that are deep, long or wide beyond sense: each gets code or one clear error, soon, on a small stack (tests
//! run on two megabytes of it, in a debug build).

use crate::expand;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;
use std::time::Duration;

/// What a program of that size must get.
enum Answer {
    /// A network.
    Code,
    /// One mistake whose text begins so.
    Error(&'static str),
    /// So many mistakes.
    Errors(usize),
}
use Answer::{Code, Error, Errors};

struct Case {
    name: &'static str,
    tokens: TokenStream,
    answer: Answer,
}

fn repeat(times: usize, part: impl Fn(usize) -> String) -> String {
    (0..times).map(part).collect()
}

fn read(source: &str) -> TokenStream {
    source.parse().unwrap_or_else(|error| panic!("{source}: {error}"))
}

/// Brackets in brackets: made here, since the parser of texts would not go so deep.
fn nested(depth: usize, delimiter: Delimiter, inside: TokenStream) -> TokenStream {
    (0..depth).fold(inside, |inside, _| TokenTree::from(Group::new(delimiter, inside)).into())
}

fn network(body: &str) -> TokenStream {
    read(&format!("struct N(x: [8]) -> [8] {{ {body} }}"))
}

/// Blocks that are made of the one before: `N` is made of the last.
fn blocks(times: usize, body: impl Fn(String) -> String) -> TokenStream {
    let blocks =
        repeat(times, |i| format!("block B{}(x: [c]) -> [c] {{ x -> {} }}", i + 1, body(format!("B{i}"))));
    read(&format!(
        "block B0(x: [c]) -> [c] {{ x -> Dense(c) }} {blocks} struct N(x: [8]) -> [8] {{ x -> B{times} }}"
    ))
}

const DEEP: &str = "brackets stand in one another 48 deep at most";
const LONG: &str = "an expression has 768 operators at most";
const MANY: &str = "with `N` there are more than 1024 layers here";
const IN_ONE_ANOTHER: &str = "blocks stand in one another 32 deep at most";
const REPEATED: &str = "a layer is repeated 65535 times at most";
const OPEN: &str = "too much hangs on constants in `N`";

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut case = |name, tokens, answer| cases.push(Case { name, tokens, answer });
    brackets(&mut case);
    lengths(&mut case);
    groups(&mut case);
    constants(&mut case);
    mistakes(&mut case);
    cases
}

type Add<'a> = &'a mut dyn FnMut(&'static str, TokenStream, Answer);

fn brackets(case: Add) {
    for (depth, many) in [(40, false), (10_000, true)] {
        let answer = || if many { Error(DEEP) } else { Code };
        let value = nested(depth, Delimiter::Parenthesis, quote!(x));
        case("a value in brackets", quote!(struct N(x: [8]) -> [8] { #value -> Dense(8) }), answer());
        let value = nested(depth, Delimiter::None, quote!(x));
        case(
            "a value in invisible brackets",
            quote!(struct N(x: [8]) -> [8] { #value -> Dense(8) }),
            answer(),
        );
        let size = nested(depth, Delimiter::Parenthesis, quote!(8));
        case("a size in brackets", quote!(struct N(x: [#size]) -> [8] { x -> Dense(8) }), answer());
        case("an argument in brackets", quote!(struct N(x: [8]) -> [8] { x -> Dense(#size * 1) }), answer());
        let value = nested(depth, Delimiter::Parenthesis, quote!(a));
        case(
            "a number in brackets",
            quote!(struct N(x: [8]) -> [8] { x -> map(|a| 2.0 * #value) }),
            answer(),
        );
        let inner = |inside| quote!((#inside -> Dense(8)) + x);
        let chain = (0..depth).fold(quote!(x), |inside, _| inner(inside));
        case("chains in chains", quote!(struct N(x: [8]) -> [8] { #chain }), answer());
        let calls = (0..depth).fold(quote!(x), |inside, _| quote!(tanh(#inside)));
        case("functions in functions", quote!(struct N(x: [8]) -> [8] { #calls -> Dense(8) }), answer());
    }
    let shape = nested(10_000, Delimiter::Bracket, quote!(8));
    case("a shape in brackets", quote!(struct N(x: #shape) -> [8] { x -> Dense(8) }), Error(DEEP));
    case(
        "an attribute in brackets",
        quote!(#[doc #shape] struct N(x: [8]) -> [8] { x -> Dense(8) }),
        Error(DEEP),
    );
    case("brackets alone", quote!(#shape), Error(DEEP));
    let bodies = (0..10_000).fold(quote!(x), |inside, _| quote!({ let y = x; #inside }));
    case("bodies in bodies", quote!(struct N(x: [8]) -> [8] #bodies), Error(DEEP));
}

fn lengths(case: Add) {
    let network_of = |times, part: &str| network(&format!("x {}", part.repeat(times)));
    case("a long chain", network_of(300, "-> Dense(8) -> Relu"), Code);
    case("a chain of ten thousand", network_of(10_000, "-> Dense(8)"), Error(MANY));
    case("a long sum", network_of(700, "+ x"), Code);
    case("a sum of ten thousand", network_of(10_000, "+ x"), Error(LONG));
    case("many signs", network(&format!("{} x", "- ".repeat(10_000))), Error(LONG));
    case("many signs together", network(&format!("{}x", "-".repeat(10_000))), Error(LONG));
    let lets = |times| repeat(times, |i| format!("let y{} = y{i} -> Dense(8);", i + 1));
    case("many values", network(&format!("let y0 = x; {} y300", lets(300))), Code);
    case("ten thousand values", network(&format!("let y0 = x; {} y10000", lets(10_000))), Error(MANY));
    case("many arguments", network(&format!("x -> Dense(8{})", ", 8".repeat(1000))), Errors(1));
    case("a long function", network(&format!("x -> map(|a| a {})", "+ 0.5 * a * a".repeat(200))), Code);
    let doubled = |times| {
        let lets = repeat(times, |i| format!("let b{} = tanh(b{i}) * sigmoid(b{i} * a);", i + 1));
        network(&format!("x -> map(|a| {{ let b0 = a; {lets} b{times} }})"))
    };
    case("a function of many steps", doubled(100), Error("`map(|a| { let b0 = a;"));
    case("a function of too many steps", doubled(10_000), Error("`map(|a| { let b0 = a;"));
    case(
        "many axes",
        read(&format!("struct N(x: [{}]) -> [8] {{ x -> Flatten -> Dense(8) }}", "1,".repeat(16))),
        Code,
    );
    let axes = format!("struct N(x: [{}]) -> [8] {{ x -> Flatten -> Dense(8) }}", "1,".repeat(10_000));
    case("ten thousand axes", read(&axes), Error("a shape has 16 axes at most, found 10000"));
    let inputs = format!("struct N({}) -> [8] {{ x0 -> Dense(8) }}", repeat(1000, |i| format!("x{i}: [8],")));
    case("a thousand inputs", read(&inputs), Error("a network takes at most 16 inputs"));
    let outputs = repeat(100, |i| format!("x{i}: [8],"));
    let body = "x -> Dense(8),".repeat(100);
    case("many outputs", read(&format!("struct N(x: [8]) -> ({outputs}) {{ ({body}) }}")), Code);
    let structs = repeat(100, |i| format!("struct N{i}(x: [8]) -> [8] {{ x -> Dense(8) }}"));
    case("many networks", read(&structs), Code);
    case("numbers near the end", read("struct N(x: [9007199254740991]) -> [8] { x -> Dense(8) }"), Errors(1));
    let product = format!("struct N(x: [{} 1]) -> [8] {{ x -> Dense(8) }}", "4294967296 * ".repeat(500));
    case("a product beyond all numbers", read(&product), Errors(1));
}

fn groups(case: Add) {
    case("blocks in blocks", blocks(30, |inner| format!("{inner} -> Relu")), Code);
    case(
        "a thousand blocks in blocks",
        blocks(1000, |inner| format!("{inner} -> Relu")),
        Error(IN_ONE_ANOTHER),
    );
    case("a block of two blocks of two", blocks(8, |inner| format!("{inner} -> {inner}")), Code);
    case("2^30 layers", blocks(30, |inner| format!("{inner} -> {inner}")), Error(MANY));
    case("2^1000 layers", blocks(1000, |inner| format!("{inner} -> {inner}")), Errors(1));
    case("2^12 layers in rounds of rounds", blocks(12, |inner| format!("[{inner}; 2]")), Code);
    case("2^30 layers in rounds of rounds", blocks(30, |inner| format!("[{inner}; 2]")), Error(REPEATED));
    case("a million rounds", network("x -> [Dense(8); 1000000]"), Error(REPEATED));
    case("rounds beyond memory", blocks(2, |inner| format!("[{inner}; 65535]")), Error(REPEATED));
    let inner = repeat(30, |i| format!("struct B{}(x: [8]) -> [8] {{ x -> B{i} -> B{i} }}", i + 1));
    let networks = format!("struct B0(x: [8]) -> [8] {{ x -> Dense(8) }} {inner}");
    case(
        "networks of two networks",
        read(&networks),
        Error("with `B10` there are more than 1024 layers here"),
    );
    let large = read("struct N(x: [9999999]) -> [9999999] { x -> [Dense(9999999); 60000] }");
    case("layers beyond memory", large, Error("the weight of `Dense(9999999)`"));
    let large = read("struct N(x: [999999]) -> [999999] { x -> [Dense(999999); 60000] }");
    case("layers beyond memory together", large, Error("`N` takes "));
    let wrong = "block B0(x: [c]) -> [c] { x -> Dense(c, in: 3) }";
    let doubled = repeat(8, |i| format!("block B{}(x: [c]) -> [c] {{ x -> B{i} -> B{i} }}", i + 1));
    let source = format!("{wrong} {doubled} struct N(x: [8]) -> [8] {{ x -> B8 }}");
    case("one mistake in 256 uses", read(&source), Error("`in: 3` does not match"));
}

fn constants(case: Add) {
    let shape = |dimension: String| read(&format!("struct N(x: [{dimension}]) -> [8] {{ x -> Dense(8) }}"));
    case("a sum of constants", shape(repeat(20, |i| format!("A{i} + ")) + "1"), Code);
    case("a long sum of constants", shape(repeat(700, |i| format!("A{i} + ")) + "1"), Error(OPEN));
    case("a power of constants", shape("(A + B) * ".repeat(40) + "1"), Error(OPEN));
    case("a product of sums", shape(repeat(30, |i| format!("(A{i} + B{i}) * ")) + "1"), Error(OPEN));
    case("quotients of quotients", shape(format!("{}A{}", "(".repeat(20), " / 2 + 1)".repeat(20))), Code);
    let image = |layers: String| {
        read(&format!("struct N(x: [1, A, B]) -> [8] {{ x {layers} -> Flatten -> Dense(8) }}"))
    };
    let pooled = "-> Conv2d(C, kernel: K, stride: S, padding: P) -> MaxPool2d(2)";
    case("constants everywhere", image(pooled.repeat(3)), Code);
    case("constants everywhere and deep", image(pooled.repeat(200)), Error(OPEN));
    let other = |i| format!("-> Conv2d(C{i}, kernel: K{i}, stride: S{i}, padding: P{i}, groups: G{i})");
    case("a thousand constants", image(repeat(200, other)), Error(OPEN));
}

fn mistakes(case: Add) {
    case("a mistake in each layer", network(&format!("x {}", "-> Dens(8)".repeat(300))), Errors(300));
    case(
        "a wrong argument in each",
        network(&format!("x {}", "-> Dense(8, bia: true)".repeat(300))),
        Errors(300),
    );
    let lets =
        |times, value: &str| repeat(times, |i| format!("let y{i} = {};", value.replace('#', &i.to_string())));
    case("a wrong sum in each line", network(&(lets(300, "x + (x -> Dense(9))") + "x")), Errors(300));
    case("a wrong name in each line", network(&(lets(300, "z# -> Dense(8)") + "x")), Errors(300));
    let claims = network(&(lets(300, "x -> Dense(8, in: 9)") + "x"));
    case("a wrong claim in each line", claims, Errors(300));
    let parts = repeat(2000, |i| format!("s{i},"));
    let split = format!("let ({parts}) = split(x, 3, axis: 0); x");
    case("many names for a few values", network(&split), Errors(2));
}

/// How long this thread has run by now, whatever else the machine does; only Linux says so in a file.
fn on_processor() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|number| number.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}

/// Every case, and how long each took with the name of the slowest.
fn run() -> Vec<(Duration, &'static str)> {
    let (mut times, mut wrong) = (Vec::new(), Vec::new());
    for Case { name, tokens, answer } in cases() {
        let before = [TokenTree::from(Group::new(Delimiter::Parenthesis, quote!(::formwork)))];
        let all: TokenStream = before.into_iter().chain(tokens).collect();
        let begin = on_processor();
        let expanded = expand::expand(all);
        times.push((on_processor().saturating_sub(begin), name));
        let code = expanded.to_string();
        let texts: Vec<&str> = code.split("compile_error ! { \"").skip(1).collect();
        let shown: String = texts.iter().take(2).flat_map(|text| text.chars().take(300)).collect();
        let right = match answer {
            Code => texts.is_empty(),
            Error(text) => texts.len() == 1 && texts[0].starts_with(text),
            Errors(count) => texts.len() == count,
        };
        if !right {
            wrong.push(format!("{name}: {} errors\n  {shown}", texts.len()));
        }
        let declares =
            expanded.into_iter().any(|token| matches!(token, TokenTree::Ident(word) if word == "struct"));
        assert!(declares || name == "brackets alone", "{name}: its struct is missing");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    times.sort();
    times
}

#[test]
fn every_program_gets_an_answer_soon() {
    // A debug build is ten times slower than what is promised: what is found here are powers of two and the like.
    let times = run();
    let most = Duration::from_secs(20);
    let slow: Vec<_> = times.iter().rev().take_while(|(time, _)| *time > most).collect();
    assert!(slow.is_empty(), "{slow:?}");
    if std::env::var_os("FORMWORK_TIMES").is_some() {
        for (time, name) in times.iter().rev().take(12) {
            println!("{:8.3} s  {name}", time.as_secs_f64());
        }
    }
}
