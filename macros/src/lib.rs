//! The procedural macro behind formwork's `network!`.
#![allow(dead_code)]

mod ast;
mod check;
mod errors;
mod graph;
mod infer;
mod layers;
mod maps;
mod parse;
mod resolve;
mod shape;
mod suggest;
#[cfg(test)]
mod tests;
