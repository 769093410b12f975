//! Functions that are a layer already.

use super::{Binary, Formula, Id, Unary};

/// The activation that an expression of parameter 0 is, as it is called in the language.
pub fn known(formula: &Formula, root: Id) -> Option<String> {
    // A copy: trying builds expressions that the function does not have.
    let mut f = formula.clone();
    let x = f.parameter(0);
    let plain = [
        ("Relu", relus(&mut f, x)),
        ("Sigmoid", sigmoids(&mut f, x)),
        ("Tanh", vec![f.unary(Unary::Tanh, x)]),
        ("Softplus", softpluses(&mut f, x)),
        ("Silu", silus(&mut f, x)),
        ("LogSigmoid", sigmoids(&mut f, x).into_iter().map(|s| f.unary(Unary::Ln, s)).collect()),
        ("Mish", mishes(&mut f, x)),
        ("Softsign", softsigns(&mut f, x)),
        ("Hardswish", hardswishes(&mut f, x)),
    ];
    if let Some((name, _)) = plain.iter().find(|(_, forms)| forms.contains(&root)) {
        return Some((*name).into());
    }
    f.bounded(root, x).or_else(|| f.leaky(root, x))
}

fn relus(f: &mut Formula, x: Id) -> Vec<Id> {
    let zero = f.number(0.0);
    vec![f.unary(Unary::Relu, x), f.binary(Binary::Max, x, zero)]
}

fn sigmoids(f: &mut Formula, x: Id) -> Vec<Id> {
    let (one, minus) = (f.number(1.0), f.unary(Unary::Negate, x));
    let exp = f.unary(Unary::Exp, minus);
    let sum = f.binary(Binary::Add, one, exp);
    vec![f.unary(Unary::Sigmoid, x), f.binary(Binary::Divide, one, sum)]
}

fn silus(f: &mut Formula, x: Id) -> Vec<Id> {
    let gates = sigmoids(f, x).into_iter();
    let mut forms: Vec<Id> = gates.map(|s| f.binary(Binary::Multiply, x, s)).collect();
    let (one, minus) = (f.number(1.0), f.unary(Unary::Negate, x));
    let exp = f.unary(Unary::Exp, minus);
    let sum = f.binary(Binary::Add, one, exp);
    forms.push(f.binary(Binary::Divide, x, sum));
    forms
}

fn softpluses(f: &mut Formula, x: Id) -> Vec<Id> {
    let (one, exp) = (f.number(1.0), f.unary(Unary::Exp, x));
    let sum = f.binary(Binary::Add, one, exp);
    vec![f.unary(Unary::Softplus, x), f.unary(Unary::Ln, sum)]
}

fn mishes(f: &mut Formula, x: Id) -> Vec<Id> {
    let gates = softpluses(f, x).into_iter();
    let gates: Vec<Id> = gates.map(|s| f.unary(Unary::Tanh, s)).collect();
    gates.into_iter().map(|t| f.binary(Binary::Multiply, x, t)).collect()
}

fn softsigns(f: &mut Formula, x: Id) -> Vec<Id> {
    let (one, size) = (f.number(1.0), f.unary(Unary::Abs, x));
    let sum = f.binary(Binary::Add, one, size);
    vec![f.binary(Binary::Divide, x, sum)]
}

fn hardswishes(f: &mut Formula, x: Id) -> Vec<Id> {
    let [zero, three, six] = [0.0, 3.0, 6.0].map(|c| f.number(c));
    let shifted = f.binary(Binary::Add, x, three);
    let (low, rectified) = (f.binary(Binary::Max, shifted, zero), f.unary(Unary::Relu, shifted));
    let bounded = [low, rectified].map(|low| f.binary(Binary::Min, low, six));
    let mut forms = Vec::new();
    for bounded in bounded {
        let product = f.binary(Binary::Multiply, x, bounded);
        forms.push(f.binary(Binary::Divide, product, six));
        let sixth = f.binary(Binary::Divide, bounded, six);
        forms.push(f.binary(Binary::Multiply, x, sixth));
    }
    forms
}

impl Formula {
    /// A number and an operand of `min` or `max`.
    fn bound(&self, function: Binary, id: Id) -> Option<(f64, Id)> {
        match self.nodes[id.0] {
            super::Node::Binary(found, a, b) if found == function => Some((self.value(b)?, a)),
            _ => None,
        }
    }

    /// `min(max(x, low), high)`, in either order.
    fn bounded(&self, root: Id, x: Id) -> Option<String> {
        let outside_in = [(Binary::Min, Binary::Max), (Binary::Max, Binary::Min)];
        let (low, high) = outside_in.into_iter().find_map(|(outer, inner)| {
            let (first, rest) = self.bound(outer, root)?;
            let second = match self.nodes[rest.0] {
                // `min(relu(x), 6)`
                super::Node::Unary(Unary::Relu, inside) if inner == Binary::Max && inside == x => 0.0,
                _ => self.bound(inner, rest).filter(|(_, inside)| *inside == x)?.0,
            };
            Some(if outer == Binary::Min { (second, first) } else { (first, second) })
        })?;
        match (low, high) {
            (0.0, 6.0) => Some("Relu6".into()),
            _ if low < high => Some(format!("Hardtanh(min: {low:?}, max: {high:?})")),
            _ => None,
        }
    }

    /// `max(x, slope x)` with a slope between 0 and 1.
    fn leaky(&self, root: Id, x: Id) -> Option<String> {
        let super::Node::Binary(Binary::Max, a, b) = self.nodes[root.0] else { return None };
        let side = if a == x { b } else { a };
        let (slope, inside) = self.scaled(side)?;
        let other = if side == a { b } else { a };
        (other == x && inside == x && slope > 0.0 && slope < 1.0).then(|| format!("LeakyRelu({slope:?})"))
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::analyse;

    /// The runtime's spec of the one node of a network.
    fn spec(closure: &str) -> String {
        let source = format!("struct N(x: [8]) -> [8] {{ x -> map({closure}) }}");
        let (shaped, errors) = analyse(&source);
        assert!(errors.is_empty(), "{}", crate::tests::show(&source, &errors));
        let layer = shaped[0].graph.nodes[0].layer.as_ref().expect("resolved");
        layer.spec(&[crate::shape::Shape(vec![8.into()])], 0).to_string().replace(' ', "")
    }

    #[test]
    fn functions_that_are_a_layer() {
        for (closure, layer) in [
            ("|x| relu(x)", "Relu"),
            ("|x| max(0, x)", "Relu"),
            ("|x| 1 / (1 + exp(-x))", "Sigmoid"),
            ("|v| v * sigmoid(v)", "Silu"),
            ("|x| x / (exp(-x) + 1)", "Silu"),
            ("|x| { let s = sigmoid(x); s * x }", "Silu"),
            ("|x| ln(1 + exp(x))", "Softplus{"),
            ("|x| x * tanh(softplus(x))", "Mish"),
            ("|x| tanh(ln(1 + exp(x))) * x", "Mish"),
            ("|x| ln(sigmoid(x))", "LogSigmoid"),
            ("|x| x / (1 + abs(x))", "Softsign"),
            ("|x| tanh(x)", "Tanh"),
            ("|x| min(relu(x), 6)", "Relu6"),
            ("|x| max(min(x, 2), -1)", "Hardtanh{min:-1f64,max:2f64}"),
            ("|x| x * min(max(x + 3, 0), 6) / 6", "Hardswish"),
            ("|x| max(0.1 * x, x)", "LeakyRelu{slope:0.1f64}"),
        ] {
            let spec = spec(closure);
            assert!(spec.contains(&format!("Activation::{layer}")), "{closure}: {spec}");
        }
        for closure in ["|x| x * sigmoid(1.702 * x)", "|x| max(2 * x, x)", "|x| min(max(x, 2), 1)", "|x| x"] {
            assert!(spec(closure).starts_with("map::MapSpec"), "{closure}");
        }
    }
}
