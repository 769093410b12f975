//! The corpus of mistakes: each case is a wrong source, what is said about it, and a right twin.
//!
//! The files hold cases of the form `== name`, the source, `--`, the errors as `show` prints them, and, where no help
//! can be applied by itself, `++` and the valid twin. With `FORMWORK_BLESS` set the errors are written anew; read the
//! difference before you keep it.

use super::*;

struct Case {
    name: String,
    source: String,
    expected: String,
    twin: Option<String>,
}

fn read(file: &str) -> Vec<Case> {
    let cases = file.split("== ").skip(1);
    cases
        .map(|case| {
            let (name, rest) = case.split_once('\n').unwrap_or((case, ""));
            let (rest, twin) = match rest.split_once("\n++\n") {
                Some((rest, twin)) => (rest, Some(twin.trim().to_string())),
                None => (rest, None),
            };
            let (source, expected) = rest.split_once("\n--").unwrap_or((rest, ""));
            Case {
                name: name.trim().into(),
                source: source.trim().into(),
                expected: expected.trim().into(),
                twin,
            }
        })
        .collect()
}

fn write(cases: &[Case]) -> String {
    let mut text = String::new();
    for case in cases {
        text += &format!("== {}\n{}\n--\n{}\n", case.name, case.source, case.expected);
        if let Some(twin) = &case.twin {
            text += &format!("++\n{twin}\n");
        }
        text.push('\n');
    }
    text
}

/// Every case says what is expected; whoever does what a help says, or writes the twin, has no error left.
#[track_caller]
fn run(file: &str, path: &str) {
    let mut cases = read(file);
    let mut wrong = Vec::new();
    let bless = std::env::var_os("FORMWORK_BLESS").is_some();
    for case in &mut cases {
        let (_, errors) = analyse(&case.source);
        let found = show(&case.source, &errors);
        if found != case.expected {
            wrong.push(format!("== {}\nexpected:\n{}\nfound:\n{found}\n", case.name, case.expected));
        }
        if errors.is_empty() {
            wrong.push(format!("== {}\nno error at all\n", case.name));
        }
        let mut mended = 0;
        for help in errors.iter().flat_map(|e| &e.helps).filter(|h| !h.changes.is_empty()) {
            let source = follow(&case.source, &help.changes);
            let (_, left) = analyse(&source);
            mended += 1;
            // Of several mistakes the help mends one; where one hid others (a cascade), those show up now.
            let one_less = left.len() < errors.len() && (errors.len() > 1 || left.is_empty());
            let gone = left.iter().all(|l| errors.iter().all(|e| e.line != l.line));
            if !(one_less || gone && case.name.contains("(cascade)")) {
                let left = show(&source, &left);
                wrong.push(format!("== {}\n`{}` leads to {source}\n{left}\n", case.name, help.text));
            }
        }
        match &case.twin {
            Some(twin) => {
                let (_, left) = analyse(twin);
                if !left.is_empty() {
                    wrong.push(format!("== {}\nthe twin is wrong: {}\n", case.name, show(twin, &left)));
                }
            }
            None if mended == 0 => wrong.push(format!("== {}\nhas neither a help nor a twin\n", case.name)),
            None => {}
        }
        case.expected = found;
    }
    if bless {
        std::fs::write(path, write(&cases)).unwrap_or_else(|e| panic!("{path}: {e}"));
    }
    assert!(wrong.is_empty(), "{} cases differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// The sources of all cases, for tests that spoil them further.
pub fn sources() -> Vec<String> {
    FILES.iter().flat_map(|file| read(file)).map(|case| case.source).collect()
}

macro_rules! corpus {
    ($($test:ident: $file:literal;)*) => {
        const FILES: &[&str] = &[$(include_str!($file)),*];

        $(#[test]
        fn $test() {
            run(include_str!($file), concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/", $file));
        })*
    };
}

corpus! {
    parse: "corpus/parse.txt";
    later: "corpus/later.txt";
    resolve: "corpus/resolve.txt";
    arguments: "corpus/arguments.txt";
    shape: "corpus/shape.txt";
    spatial: "corpus/spatial.txt";
    check: "corpus/check.txt";
    several: "corpus/several.txt";
    values: "corpus/values.txt";
    structure: "corpus/structure.txt";
    indices: "corpus/indices.txt";
    closures: "corpus/closures.txt";
    tensors: "corpus/tensors.txt";
    more_shapes: "corpus/more_shapes.txt";
    more_joins: "corpus/more_joins.txt";
    more_arguments: "corpus/more_arguments.txt";
    more_names: "corpus/more_names.txt";
    foreign: "corpus/foreign.txt";
    outside: "corpus/outside.txt";
    habits: "corpus/habits.txt";
    uses: "corpus/uses.txt";
    more_habits: "corpus/more_habits.txt";
    recurrent: "corpus/recurrent.txt";
    attention: "corpus/attention.txt";
    generative: "corpus/generative.txt";
    strangers: "corpus/strangers.txt";
    more_strangers: "corpus/more_strangers.txt";
    newcomers: "corpus/newcomers.txt";
    elsewhere: "corpus/elsewhere.txt";
}
