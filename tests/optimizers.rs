//! Optimizers against PyTorch's, step by step, in both scalars.

mod common;

use common::goldens::{self, Case};
use formwork::optimizers::{Adam, AdamW, Optimizer, Sgd};
use formwork::{Init, Parameters, Real, Role, TensorInfo, TensorRow, Tensors};

/// The parameters of the reference problem, with the weight in PyTorch's layout and fill between the tensors.
#[repr(C)]
struct Linear<T> {
    weight: [[T; 5]; 3],
    fill: T,
    bias: [T; 3],
}

const fn tensor(name: &'static str, shape: &'static [usize], offset: usize, len: usize) -> TensorRow {
    let axes: &[usize] = if shape.len() == 2 { &[0, 1] } else { &[0] };
    let init = Init::Constant(0.0);
    TensorRow::Tensor(TensorInfo {
        name: formwork::TensorName::new(name),
        shape,
        memory_shape: shape,
        axes,
        offset,
        len,
        role: Role::Learned,
        init,
    })
}

// SAFETY: 19 scalars and nothing else; the ranges lie inside and apart.
unsafe impl<T: Real> Parameters for Linear<T> {
    type Scalar = T;
    const TENSORS: Tensors = Tensors::new(&[tensor("weight", &[3, 5], 0, 15), tensor("bias", &[3], 16, 3)]);
}

/// Follows the recorded gradients from the recorded start; the parameters must pass through the recorded places.
fn follow<T: Real>(case: &Case, optimizer: &impl Optimizer) {
    optimizer.check().unwrap();
    let mut network = Linear::<T>::zeroed();
    for name in ["weight", "bias"] {
        let start = case.values::<T>(&format!("param.{name}"));
        network.tensor_mut(name).unwrap().copy_from_slice(&start);
    }
    let mut state = optimizer.start(&*network);
    let mut gradient = Linear::<T>::zeroed();
    let mut traces = [Vec::new(), Vec::new()];
    let rates = case.config["lr_per_step"].as_array();
    for step in 0..case.number("steps") as usize {
        if let Some(rates) = rates {
            optimizer.set_rate(&mut state, rates[step].as_f64().unwrap());
        }
        for name in ["weight", "bias"] {
            let all = case.values::<T>(&format!("grad.{name}"));
            let place = gradient.tensor_mut(name).unwrap();
            place.copy_from_slice(&all[step * place.len()..(step + 1) * place.len()]);
        }
        optimizer.step(&mut state, &mut *network, &gradient);
        for (name, trace) in ["weight", "bias"].into_iter().zip(&mut traces) {
            trace.extend_from_slice(network.tensor(name).unwrap());
        }
        assert_eq!(network.fill, T::of(0.0), "fill stays zero");
    }
    case.check("trace.weight", &traces[0]);
    case.check("trace.bias", &traces[1]);
}

fn both(name: &str, make: impl Fn(&Case) -> Adam) {
    let case = goldens::case(name);
    follow::<f64>(&case, &make(&case));
    follow::<f32>(&case, &make(&case));
}

#[test]
fn descent_agrees() {
    for name in ["plain", "weight_decay", "momentum", "momentum_dampening", "nesterov", "momentum_lr_changes"]
    {
        let case = goldens::case(&format!("opt_sgd_{name}"));
        let sgd = Sgd::new(case.number("lr"))
            .momentum(case.number("momentum"))
            .dampening(case.number("dampening"))
            .weight_decay(case.number("weight_decay"))
            .nesterov(case.flag("nesterov"));
        follow::<f64>(&case, &sgd);
        follow::<f32>(&case, &sgd);
    }
}

#[test]
fn adam_agrees() {
    for name in ["adam", "adam_weight_decay", "adam_amsgrad", "adam_big_eps", "adam_lr_changes"] {
        both(&format!("opt_{name}"), |case| {
            Adam::new(case.number("lr"))
                .betas(case.config["betas"][0].as_f64().unwrap(), case.config["betas"][1].as_f64().unwrap())
                .eps(case.number("eps"))
                .weight_decay(case.number("weight_decay"))
                .amsgrad(case.flag("amsgrad"))
        });
    }
}

#[test]
fn adamw_agrees() {
    for name in ["opt_adamw", "opt_adamw_decay_amsgrad"] {
        let case = goldens::case(name);
        let adamw = AdamW::new(case.number("lr"))
            .betas(case.config["betas"][0].as_f64().unwrap(), case.config["betas"][1].as_f64().unwrap())
            .eps(case.number("eps"))
            .weight_decay(case.number("weight_decay"))
            .amsgrad(case.flag("amsgrad"));
        follow::<f64>(&case, &adamw);
        follow::<f32>(&case, &adamw);
    }
    // PyTorch's decay of 0.01 is ours without a word.
    let case = goldens::case("opt_adamw");
    follow::<f64>(&case, &AdamW::new(case.number("lr")));
}
