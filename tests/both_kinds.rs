//! Training where something comes out at each step and something once, and targets that are not as many as steps.

use formwork::losses::{EachStep, Loss, Takes};
use formwork::prelude::*;
use formwork::{Error, kind};

network! {
    /// Says of each letter what it is, and of all together.
    pub struct Tagger(letters: [..] in 0..5) -> (tags: [.., 1], label: [2]) {
        let (states, h) = letters -> Embedding(4) -> Gru(8);
        (states -> Dense(1), h -> Dense(2))
    }

    struct Line(x: [.., 2]) -> [.., 1] { x -> Dense(1) }
}

/// Both outputs of the tagger: cross-entropy of each tag and of the label.
struct Both;

impl Takes<kind::Several> for Both {}

type Told = (Vec<SVector<f32, 1>>, Index<2>);

impl Both {
    fn over(
        &self,
        outputs: &[TaggerOutput],
        targets: &[Told],
        selection: Selection<'_>,
    ) -> (f64, Vec<TaggerOutput>) {
        let Selection::Indices(places) = selection else { unreachable!("a trainer draws places") };
        let mut gradients =
            vec![TaggerOutput { tags: SVector::zeros(), label: SVector::zeros() }; outputs.len()];
        let (mut loss, mut start) = (0.0, 0);
        for &place in places {
            let (tags, label) = &targets[place];
            let end = start + tags.len();
            for step in start..end {
                let (value, by) = one(outputs[step].tags[0], tags[step - start][0]);
                loss += value / outputs.len() as f64;
                gradients[step].tags[0] = by / outputs.len() as f32;
            }
            let scores = [outputs[start].label];
            let mut by = [SVector::zeros()];
            let entropy = CrossEntropy::new();
            loss +=
                entropy.loss(&scores, &[*label], Selection::All, &mut by).expect("one") / places.len() as f64;
            gradients[end - 1].label = by[0] / places.len() as f32;
            start = end;
        }
        (loss, gradients)
    }
}

/// Cross-entropy of one score.
fn one(x: f32, y: f32) -> (f64, f32) {
    let entropy = BinaryCrossEntropy::new();
    let mut by = [SVector::<f32, 1>::zeros()];
    let given = ([SVector::from([x])], [SVector::from([y])]);
    (entropy.loss(&given.0, &given.1, Selection::All, &mut by).expect("one"), by[0][0])
}

impl Loss<TaggerOutput, Told> for Both {
    fn loss(
        &self,
        outputs: &[TaggerOutput],
        targets: &[Told],
        selection: Selection<'_>,
        gradients: &mut [TaggerOutput],
    ) -> formwork::Result<f64> {
        let (loss, by) = self.over(outputs, targets, selection);
        gradients.copy_from_slice(&by);
        Ok(loss)
    }

    fn value(
        &self,
        outputs: &[TaggerOutput],
        targets: &[Told],
        selection: Selection<'_>,
    ) -> formwork::Result<f64> {
        Ok(self.over(outputs, targets, selection).0)
    }

    fn steps(&self, target: &Told) -> Option<usize> {
        Some(target.0.len())
    }
}

#[test]
fn outputs_of_both_kinds_are_learned_together() {
    // Whether a letter is the one before it, and whether there are more of the first letter than of the second.
    let texts: Vec<Vec<usize>> = (0..300usize)
        .map(|i| (0..2 + i % 9).map(|t| (i * 7 + t * t * (1 + i % 3)) / 3 % 5).collect())
        .collect();
    let mut data = Dataset::default();
    for text in texts {
        let again = (0..text.len()).map(|t| SVector::from([f32::from(t > 0 && text[t] == text[t - 1])]));
        let count = |letter| text.iter().filter(|&&other| other == letter).count();
        let label = Index::new(usize::from(count(0) > count(1))).expect("a class");
        data.targets.push((again.collect::<Vec<_>>(), label));
        let letter = |letter| [Index::new(letter).expect("a letter")];
        data.inputs.push(text.into_iter().map(letter).collect::<Vec<_>>());
    }
    let mut tagger = Tagger::new(1);
    let trainer = || Trainer::new(Both, Adam::new(0.02)).epochs(30).validate_on(&data).quiet();
    let history = trainer().fit(&mut tagger, &data).expect("good data");
    let losses: Vec<f64> =
        history.epochs.iter().map(|e| e.validation.as_ref().expect("measured").loss).collect();
    assert!(losses[29] < losses[0] / 5.0, "{losses:?}");
    let right = data.inputs.iter().zip(&data.targets).filter(|(text, (tags, label))| {
        let said = tagger.predict(text);
        let all = said.iter().zip(tags).all(|(said, tag)| (said.tags[0] > 0.0) == (tag[0] > 0.5));
        all && said.iter().all(|said| said.label.imax() == label.get())
    });
    assert!(right.count() > 270);
    data.targets[17].0.pop();
    let error = Trainer::new(Both, Adam::new(0.02)).quiet().fit(&mut tagger, &data).expect_err("one too few");
    assert!(matches!(error, Error::TargetSteps { sample: 17, steps: 10, targets: 9 }), "{error}");
}

#[test]
fn every_sample_has_as_many_targets_as_steps() {
    let (x, y) = (SVector::<f32, 2>::zeros(), SVector::<f32, 1>::zeros());
    // Their sum is right.
    let data = Dataset::new(vec![vec![x; 3], vec![x; 4]], vec![vec![y; 4], vec![y; 3]]).expect("two of each");
    let good = Dataset::new(vec![vec![x; 3], vec![x; 4]], vec![vec![y; 3], vec![y; 4]]).expect("two of each");
    let trainer = || Trainer::new(EachStep(MeanSquaredError::new()), Sgd::new(0.1)).epochs(1).quiet();
    let error = trainer().fit(&mut Line::new(1), &data).expect_err("of other lengths");
    assert_eq!(
        error.to_string(),
        "sample 0 has 4 targets for its 3 steps: give each sample a target for each of its steps"
    );
    let error = trainer().validate_on(&data).fit(&mut Line::new(1), &good).expect_err("of other lengths");
    assert!(matches!(error, Error::TargetSteps { sample: 0, steps: 3, targets: 4 }));
    assert!(trainer().fit(&mut Line::new(1), &good).is_ok());
}
