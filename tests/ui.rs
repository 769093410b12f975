//! What a user sees: every mistake with the compiler's words (`.stderr`), and the valid twins, which compile.
//!
//! `TRYBUILD=overwrite cargo test --test ui` writes the expected words anew; read the difference before you keep it.

/// The words around ours are rustc's and change with it, so they are compared on one compiler only.
fn is_pinned_compiler() -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = std::process::Command::new(rustc).arg("--version").output();
    version.is_ok_and(|v| String::from_utf8_lossy(&v.stdout).starts_with("rustc 1.95."))
}

#[test]
fn mistakes() {
    if !is_pinned_compiler() {
        eprintln!("skipped: the expected words are those of rustc 1.95");
        return;
    }
    let tests = trybuild::TestCases::new();
    let stages = [
        "parse",
        "typing",
        "resolve",
        "shape",
        "structure",
        "check",
        "constants",
        "outside",
        "lints",
        "calls",
    ];
    for stage in stages {
        tests.compile_fail(format!("tests/ui/{stage}/*.rs"));
    }
    // The pages of `formwork::mistakes`; what is right there runs as their examples.
    tests.compile_fail("runtime/mistakes/*/wrong.rs");
}

#[test]
fn valid_twins() {
    trybuild::TestCases::new().pass("tests/ui/pass/*.rs");
}
