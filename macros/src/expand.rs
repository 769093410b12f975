//! The pipeline, from tokens to tokens: the one place that names all stages in order.

use crate::errors::{Error, Errors};
use crate::graph::Shaped;
use crate::{check, emit, infer, limits, lints, parse, plan, remedies, resolve};
use proc_macro2::{TokenStream, TokenTree};

/// Expands the tokens of one `network!`, behind `($crate)`, which the runtime's macro puts in front.
pub fn expand(tokens: TokenStream) -> TokenStream {
    let _session = crate::shape::Session::begin();
    let mut tokens = tokens.into_iter();
    let krate = match tokens.next() {
        Some(TokenTree::Group(group)) => group.stream(),
        _ => quote::quote!(::formwork),
    };
    let mut output = TokenStream::new();
    let mut errors = Errors::new();
    let (tokens, too_deep) = limits::shallow(tokens.collect());
    let is_cut = too_deep.is_some();
    too_deep.into_iter().for_each(|error| errors.push(error));
    let program = parse::parse(tokens.clone(), &mut errors);
    if let Some(import) = &program.import {
        // The set hands its blocks over and comes back here.
        let (path, rest) = (&import.path, &import.rest);
        output.extend(quote::quote!(#path! { (#krate) #rest }));
        output.extend(errors.into_compile_errors());
        return output;
    }
    let mut used = Vec::new();
    for network in &program.networks {
        let before = errors.count();
        // Gate 1 is soft: what a failed name or argument feeds is unknown, and unknown is silent, so that one build
        // shows the mistakes of all stages.
        let graph = resolve::resolve(&program, network, &mut errors);
        used.extend(resolve::blocks_of(&graph));
        let is_readable = !is_cut && resolve::is_readable(&program, network, &graph);
        show("graph", &graph);
        let shaped = infer::infer(graph, &mut errors);
        show("shaped", &shaped);
        check::check(&shaped, &mut errors);
        // Gate 2: only a network without a mistake is planned.
        let good = is_readable && errors.count() == before && program.layers.get() < limits::FULL;
        let code = if check_whole(&shaped, good, &mut errors) {
            let mut warnings = lints::unused(&shaped);
            warnings.extend(lints::emit(&lints::warnings(&shaped, &mut errors)));
            let plan = plan::plan(shaped);
            show("plan", &plan);
            let code = emit::emit(&krate, &plan);
            match limits::is_exhausted() {
                false => quote::quote!(#warnings #code),
                true => too_open(&krate, plan.shaped, &mut errors),
            }
        } else if limits::is_exhausted() {
            too_open(&krate, shaped, &mut errors)
        } else {
            emit::stub(&krate, &shaped)
        };
        show("code", &code);
        output.extend(code);
    }
    resolve::check_unused(&program, &used, &mut errors);
    if is_cut {
        // What was cut off may have left more mistakes, which are none of the user's.
        errors.keep_first();
    }
    remedies::keep_proved(&tokens, &mut errors);
    output.extend(errors.into_compile_errors());
    output
}

/// Whether all is known of a network. Where it is not, and no mistake says why, constants decide more than a size.
fn check_whole(shaped: &Shaped, good: bool, errors: &mut Errors) -> bool {
    let unknown = shaped.graph.nodes.iter().find(|node| {
        node.layer.is_none() || node.outputs.iter().any(|value| shaped.shapes[value.0].is_none())
    });
    if let (true, Some(node)) = (good, unknown) {
        let line = "too much hangs on constants here: write a literal for one of them";
        errors.push(Error::new(&node.tokens, line));
    }
    good && unknown.is_none()
}

/// The stub of a network about whose constants there is too much to be found out, and the one error that says so.
fn too_open(krate: &TokenStream, mut shaped: Shaped, errors: &mut Errors) -> TokenStream {
    let name = &shaped.graph.header.name;
    let line = format!("too much hangs on constants in `{name}`: write literals for some of them");
    // Whatever was found in the meantime was found with numbers that are wrong.
    errors.take();
    errors.push(Error::new(name, line));
    shaped.forget();
    emit::stub(krate, &shaped)
}

/// Prints a stage's result to stderr if the environment variable `FORMWORK_PRINT` lists it:
/// `FORMWORK_PRINT=graph,shaped,plan,code cargo build`.
fn show(stage: &str, result: &dyn std::fmt::Display) {
    let asked = std::env::var("FORMWORK_PRINT").unwrap_or_default();
    if asked.split(',').any(|s| s.trim() == stage) {
        eprintln!("--- {stage}\n{}", crate::shape::source(&result.to_string()));
    }
}
