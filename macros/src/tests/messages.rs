//! How mistakes are handed to rustc.

use super::*;
use crate::suggest;
use quote::quote;

#[test]
fn one_compile_error_for_each() {
    let mut errors = Errors::new();
    let tokens = quote!(a b c);
    errors.push(Error::new(&tokens, "first").note("why").help("how"));
    errors.push(Error::new(&tokens, "second"));
    errors.push(Error::new(&tokens, "second"));
    let expected =
        quote!(::core::compile_error! { "first\nnote: why\nhelp: how" } ::core::compile_error! { "second" });
    assert_eq!(errors.into_compile_errors().to_string(), expected.to_string());
}

#[test]
fn mistakes_come_in_the_order_of_the_source() {
    let (_, errors) = analyse("struct N(x: [0]) -> [8] {\n let y = x -> Quux;\n z -> Dense(0) + y; }");
    let starts: Vec<_> =
        errors.iter().map(|e| (e.place.first.start().line, e.place.first.start().column)).collect();
    assert!(starts.is_sorted() && starts.len() >= 4, "{starts:?}");
}

#[test]
#[should_panic(expected = "dropped unread")]
fn unread_errors_go_off() {
    let mut errors = Errors::new();
    errors.push(Error::new(proc_macro2::Span::call_site(), "lost"));
}

#[test]
fn a_whole_layer_is_underlined() {
    let source = "struct N(x: [2, 3, 4]) -> [8] { x -> fc: Dense(8, bias: false) -> Relu }";
    let (_, errors) = analyse(source);
    assert_eq!(underlined(source, &errors[0]), "Dense(8, bias: false)");
}

#[test]
fn similar_names() {
    let known = ["Conv2d", "MaxPool2d", "Relu", "LeakyRelu"];
    let similar = |name| suggest::similar(name, &known, &[("Rectifier", "Relu")]);
    assert_eq!(similar("CONV2D"), Some("Conv2d"));
    assert_eq!(similar("conv_2d"), Some("Conv2d"));
    assert_eq!(similar("rectifier"), Some("Relu"));
    assert_eq!(similar("Realu"), Some("Relu"));
    assert_eq!(similar("Erlu"), Some("Relu"));
    assert_eq!(similar("MxaPoll2d"), Some("MaxPool2d"));
    assert_eq!(similar("Tanh"), None);
    assert_eq!(suggest::distance("abcd", "acbd"), 1);
    assert_eq!(suggest::distance("", "abc"), 3);
}

#[test]
fn source_as_a_person_writes_it() {
    let tokens = quote!(x -> conv1: Conv2d(32, kernel: (3, 5)) -> Relu);
    assert_eq!(suggest::source(&tokens), "x -> conv1: Conv2d(32, kernel: (3, 5)) -> Relu");
    assert_eq!(suggest::source(&quote!((a, b) -> Add)), "(a, b) -> Add");
    assert_eq!(suggest::source(&quote!(a + b + (c -> Relu))), "a + b + (c -> Relu)");
}

/// The same text twice gives the same words and listings twice.
#[test]
fn nothing_depends_on_chance() {
    let source = "struct N(x: [1, 28, 28]) -> [10] { let a = x -> Conv2D(3); let b = q + r; b -> Dense(5, kernal: 2) }";
    let once = || {
        let (shaped, errors) = analyse(source);
        (shaped[0].to_string(), show(source, &errors))
    };
    assert_eq!(once(), once());
}
