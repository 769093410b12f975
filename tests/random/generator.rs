//! Draws legal networks from a seed, with the shape of every value.
//!
//! The shapes are worked out here from the formulas that PyTorch documents, without a look at the compiler's rules: what
//! the compiler infers is compared with them.

use super::kinds::{KINDS, Kind, Step};
use std::collections::BTreeMap;

/// A generator of its own, so that a seed gives the same network on every machine and for ever.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    /// A number from `low` to `high`.
    pub fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.roll(high + 1 - low)
    }

    /// Yes, once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.roll(times) == 0
    }

    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.roll(all.len())]
    }

    fn shuffle<T>(&mut self, all: &mut [T]) {
        for i in (1..all.len()).rev() {
            all.swap(i, self.roll(i + 1));
        }
    }
}

/// A value that a network computes.
#[derive(Clone, Debug)]
pub struct Value {
    pub name: String,
    pub shape: Vec<usize>,
    /// How many classes an input of indices has; such a value holds no numbers.
    pub classes: Option<usize>,
    used: bool,
    /// An input that stands behind a learned layer too.
    bare: bool,
}

#[derive(Debug)]
pub struct Input {
    pub name: String,
    pub shape: Vec<usize>,
    /// For indices, how many there are.
    #[allow(dead_code, reason = "not everybody who draws looks at all of it")]
    pub classes: Option<usize>,
}

/// A network as a declaration, and what is known of it.
#[derive(Debug)]
pub struct Drawn {
    #[allow(dead_code, reason = "not everybody who draws looks at all of it")]
    pub inputs: Vec<Input>,
    /// `struct Name<T>(…) -> … { … }`
    pub source: String,
    /// The names and shapes of all `let`s.
    #[allow(dead_code, reason = "not everybody who draws looks at all of it")]
    pub values: Vec<(String, Vec<usize>)>,
}

/// How often each kind of layer was drawn, over several networks.
pub type Usage = BTreeMap<&'static str, usize>;

/// The most numbers of a value: networks stay small enough for differences by every parameter.
const LARGEST: usize = 160;

/// The network of a seed. Kinds that were seldom drawn so far come first if `usage` is kept between networks.
pub fn draw(name: &str, seed: u64, steps: usize, usage: &mut Usage) -> Drawn {
    let mut dice = Dice::new(seed);
    let mut inputs = Vec::new();
    for (name, shapes) in [
        ("x", &[&[6][..], &[9], &[4]][..]),
        ("series", &[&[7, 4], &[6, 6], &[9, 3]]),
        ("image", &[&[2, 6, 5], &[4, 5, 5], &[1, 7, 6]]),
        ("volume", &[&[2, 3, 4, 3], &[1, 4, 4, 4]]),
        ("gain", &[&[]]),
    ] {
        if dice.once_in(2) {
            inputs.push(Input { name: name.into(), shape: dice.pick(shapes).to_vec(), classes: None });
        }
    }
    if inputs.iter().all(|input| input.name == "gain") {
        inputs.push(Input { name: "image".into(), shape: vec![2, 6, 5], classes: None });
    }
    if dice.once_in(3) {
        let classes = Some(dice.between(2, 7));
        inputs.push(Input { name: "tokens".into(), shape: vec![dice.between(1, 6)], classes });
    }
    let mut drawing = Drawing { dice, values: Vec::new(), body: String::new(), blocks: String::new() };
    for Input { name, shape, classes } in &inputs {
        let (name, shape, classes) = (name.clone(), shape.clone(), *classes);
        drawing.values.push(Value { name, shape, classes, used: classes.is_some(), bare: false });
    }
    // What stands behind a learned layer passes a gradient on, which the differences then see.
    for (i, Input { name, shape, classes }) in inputs.iter().enumerate() {
        let mut outputs = vec![shape.clone()];
        let learned = match shape[..] {
            _ if classes.is_some() => {
                let n = drawing.dice.between(2, 4);
                outputs[0].push(n);
                *usage.entry("Embedding").or_default() += 1;
                format!("Embedding({n})")
            }
            [n] | [_, n] => format!("Dense({n})"),
            [c, _, _] => format!("Conv2d({c}, kernel: 1)"),
            [c, _, _, _] => format!("Conv3d({c}, kernel: 1)"),
            _ => continue,
        };
        let step = Step { text: format!("{name} -> {learned}"), outputs, ..Step::default() };
        drawing.add(step, &[i], false);
        drawing.values[i].bare = true;
    }
    if drawing.dice.once_in(3) {
        // Drawn, since equal numbers are a kink of a largest one.
        let shape = drawing.dice.pick(&[&[5][..], &[3, 4], &[2, 4, 4], &[]]).to_vec();
        drawing.body += &format!(
            "param table: {shape:?}{};\n",
            drawing.dice.pick(&["", " = glorot_uniform", " = he_normal"])
        );
        drawing.values.push(Value { name: "table".into(), shape, classes: None, used: false, bare: false });
        *usage.entry("Param").or_default() += 1;
    }
    for _ in 0..steps {
        drawing.step(usage);
    }
    let (result, outputs) = drawing.result();
    let list = |named: &[(String, Vec<usize>)]| {
        let each: Vec<_> = named.iter().map(|(name, shape)| format!("{name}: {shape:?}")).collect();
        each.join(", ")
    };
    let outputs = match &outputs[..] {
        [one] => format!("{one:?}"),
        several => {
            let named = several.iter().enumerate().map(|(i, shape)| (format!("out{i}"), shape.clone()));
            format!("({})", list(&named.collect::<Vec<_>>()))
        }
    };
    let source = format!(
        "{}struct {name}<T>({}) -> {outputs} {{\n{}    {result}\n}}",
        drawing.blocks,
        inputs.iter().map(Input::declared).collect::<Vec<_>>().join(", "),
        drawing.body.lines().map(|line| format!("    {line}\n")).collect::<String>()
    );
    let values = drawing.values.into_iter().skip(inputs.len()).map(|v| (v.name, v.shape)).collect();
    Drawn { inputs, source, values }
}

impl Input {
    fn declared(&self) -> String {
        let classes = self.classes.map(|classes| format!(" in 0..{classes}")).unwrap_or_default();
        format!("{}: {:?}{classes}", self.name, self.shape)
    }
}

struct Drawing {
    dice: Dice,
    values: Vec<Value>,
    body: String,
    blocks: String,
}

impl Drawing {
    /// A `let` of what a step gives; `reads` are used by it.
    fn add(&mut self, step: Step, reads: &[usize], spare: bool) {
        for &read in reads.iter().filter(|_| !spare) {
            self.values[read].used = true;
        }
        // What begins so may stay unused, and its layers too.
        let prefix = if spare { "_v" } else { "v" };
        let first = self.values.len();
        let names: Vec<_> = (first..first + step.outputs.len()).map(|i| format!("{prefix}{i}")).collect();
        let pattern = if names.len() == 1 { names[0].clone() } else { format!("({})", names.join(", ")) };
        let numbered = |text: &str| text.replace('#', &first.to_string());
        self.blocks += &numbered(&step.block);
        if !step.statement.is_empty() {
            self.body += &format!("{}\n", numbered(&step.statement));
        }
        self.body += &format!("let {pattern} = {};\n", numbered(&step.text));
        let values = names.into_iter().zip(step.outputs);
        self.values.extend(values.map(|(name, shape)| Value {
            name,
            shape,
            classes: None,
            used: spare,
            bare: spare,
        }));
    }

    /// One more layer or function, of a kind that was drawn as seldom as any, from values that nobody reads yet if it
    /// can be.
    fn step(&mut self, usage: &mut Usage) {
        let mut kinds: Vec<&Kind> = KINDS.iter().collect();
        self.dice.shuffle(&mut kinds);
        kinds.sort_by_key(|kind| usage.get(kind.name).copied().unwrap_or(0));
        let bare = self.dice.once_in(5);
        let free = |&i: &usize| bare && !self.values[i].name.starts_with('_') || !self.values[i].bare;
        let mut order: Vec<usize> = (0..self.values.len()).filter(free).collect();
        self.dice.shuffle(&mut order);
        order.sort_by_key(|&i| self.values[i].used);
        for kind in kinds {
            for &i in &order {
                let value = self.values[i].clone();
                // Any value may be the other side, this one too.
                let other = *self.dice.pick(&order);
                let partner = self.values[other].clone();
                // Indices go through an `Embedding` and nowhere else.
                if value.classes.is_some() != (kind.name == "Embedding") || partner.classes.is_some() {
                    continue;
                }
                let Some(step) = (kind.draw)(kind.name, &mut self.dice, &value, &partner) else { continue };
                if step.outputs.iter().any(|shape| shape.iter().product::<usize>() > LARGEST) {
                    continue;
                }
                let reads = [i, other];
                let mut words = step.text.split(|c: char| !c.is_alphanumeric());
                let both = words.any(|word| word == partner.name);
                let reads = if both { &reads[..] } else { &reads[..1] };
                let spare = self.values.len() > 8 && self.dice.once_in(12);
                self.add(step, reads, spare);
                *usage.entry(kind.name).or_default() += usize::from(!spare);
                return;
            }
        }
    }

    /// All that nobody read: some of it alone, the rest one behind the other.
    fn result(&mut self) -> (String, Vec<Vec<usize>>) {
        let mut leaves: Vec<Value> = self.values.iter().filter(|value| !value.used).cloned().collect();
        if leaves.is_empty() {
            leaves.extend(self.values.iter().rev().find(|value| !value.name.starts_with('_')).cloned());
        }
        let alone = self.dice.roll(3).min(leaves.len() - 1);
        let mut outputs: Vec<_> = leaves.drain(..alone).map(|leaf| (leaf.name, leaf.shape)).collect();
        let flat = |leaf: &Value| match leaf.shape[..] {
            [_] => leaf.name.clone(),
            [] => format!("expand({}, [1])", leaf.name),
            _ => format!("reshape({}, [{}])", leaf.name, leaf.shape.iter().product::<usize>()),
        };
        let len = leaves.iter().map(|leaf| leaf.shape.iter().product::<usize>()).sum();
        let rest = match &leaves[..] {
            [one] => flat(one),
            several => {
                let parts: Vec<_> = several.iter().map(flat).collect();
                format!("concat({}, axis: 0)", parts.join(", "))
            }
        };
        outputs.push((rest, vec![len]));
        let (texts, shapes): (Vec<_>, Vec<_>) = outputs.into_iter().unzip();
        match &texts[..] {
            [one] => (one.clone(), shapes),
            several => (format!("({})", several.join(", ")), shapes),
        }
    }
}
