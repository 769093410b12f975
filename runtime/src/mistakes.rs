//! The mistakes that `network!` finds, one page each: what is wrong, what the compiler says, and what is right.
//!
//! Both programs of a page are compiled by the tests, and the words are the compiler's own.
//!
//! - Sizes that do not fit: [`flatten_missing`], [`stale_input_size`], [`kernel_too_large`], [`groups_do_not_divide`],
//!   [`same_with_stride`], [`transposed_one_short`], [`output_declared_otherwise`], [`constant_of_wrong_size`].
//! - Axes: [`batch_axis_declared`], [`channel_axis_missing`], [`channels_last`], [`features_first`],
//!   [`flattened_too_early`], [`axis_out_of_range`], [`indices_or_numbers`].
//! - Several values: [`add_shapes_differ`], [`broadcast`], [`concat_axis`], [`matmul_sizes`], [`reshape_count`],
//!   [`unequal_parts`], [`several_values`].
//! - Sequences: [`last_step_wanted`], [`state_of_another_shape`], [`heads_do_not_divide`], [`mask_of_another_shape`],
//!   [`positions_too_few`], [`fixed_length_wanted`].
//! - Grammar: [`arrow_missing`], [`semicolon_missing`], [`operator_after_layer`], [`habit_from_elsewhere`].
//! - Names and arguments: [`unknown_layer`], [`unknown_argument`], [`argument_missing`], [`rate_out_of_range`],
//!   [`name_twice`], [`value_undefined`], [`layer_as_value`].
//! - Blocks, sharing, other networks: [`block_signature`], [`recursion`], [`repetition_changes_shape`],
//!   [`shared_weights_of_other_size`], [`claimed_output`].
//! - Calls from the program around: [`sample_of_another_shape`], [`inputs_of_a_network`], [`another_network`],
//!   [`generator_of_another_shape`],
//!   [`loss_on_probabilities`], [`target_of_another_type`].
//! - Legal and yet suspicious: [`lints`].

/// One page for each name; its programs are in the folder of that name.
macro_rules! pages {
    ($($(#[$text:meta])* $name:ident,)*) => {
        $(
            $(#[$text])*
            ///
            /// # Wrong
            ///
            /// ```compile_fail
            #[doc = include_str!(concat!("../mistakes/", stringify!($name), "/wrong.rs"))]
            /// ```
            ///
            /// # What the compiler says
            ///
            /// ```text
            #[doc = include_str!(concat!("../mistakes/", stringify!($name), "/wrong.stderr"))]
            /// ```
            ///
            /// # Right
            ///
            /// ```
            #[doc = include_str!(concat!("../mistakes/", stringify!($name), "/right.rs"))]
            /// ```
            pub mod $name {}
        )*

        #[cfg(test)]
        const PAGES: &[&str] = &[$(stringify!($name)),*];
    };
}

pages! {
    /// A dense layer behind an image.
    ///
    /// `Dense` works on features, `[n]`, and an image `[channels, height, width]` has rows and columns besides. `Flatten`
    /// lays all its numbers in one row; `GlobalAvgPool2d` keeps one number for each channel.
    flatten_missing,

    /// A claim `in: …` that is no longer true.
    ///
    /// What comes into a layer is worked out from the layers before it, so a size counted by hand is out of date as soon as one
    /// of them changes: here `padding: 1` keeps the border that the claim had left out. Correct the claim, or leave it out.
    stale_input_size,

    /// A kernel or window larger than what it slides over.
    ///
    /// Every convolution without padding and every pooling makes the image smaller, until the next kernel has no
    /// place left. The notes show the sizes on the way there; take a smaller kernel, some padding, or one pooling fewer.
    kernel_too_large,

    /// Groups that do not divide the channels.
    ///
    /// A grouped convolution cuts the channels that come in, and those that go out, into equal parts. So `groups:`
    /// divides both numbers.
    groups_do_not_divide,

    /// `padding: same` together with a stride.
    ///
    /// `same` pads until as much comes out as came in, which a stride of 2 contradicts. Say the padding as a number: half of
    /// the kernel, rounded down, halves an even size.
    same_with_stride,

    /// The body gives something else than the head declares.
    ///
    /// The shape after `->` in the head is a promise to those who use the network. Either the last layer or the
    /// declaration is wrong; only you know which.
    output_declared_otherwise,

    /// A transposed convolution whose output is a row and a column short.
    ///
    /// A convolution of stride 2 makes 7 of 13 and of 14, so the way back from 7 is not clear. It is 13 unless
    /// `output_padding: 1` asks for one more.
    transposed_one_short,

    /// A constant of the program that does not fit.
    ///
    /// The macro sees the name of a constant and not its value, so the compiler checks such sizes after it. The message
    /// is the one that the number itself would have had.
    constant_of_wrong_size,

    /// Every step of a sequence where its end is meant.
    ///
    /// A recurrent layer gives its state at every step, `[64, 32]`, and a `Dense` behind it works on each of them. `Last`
    /// keeps the state behind the last step, and nothing else is computed then.
    last_step_wanted,

    /// A state to start from, of another shape than the layer's.
    ///
    /// The state of one layer in one direction is `[n]`. Several layers, and both directions, have a row each: layer 0
    /// forward, layer 0 backward, layer 1 forward, …
    state_of_another_shape,

    /// A number of heads that does not divide the width.
    ///
    /// Attention cuts the features into as many equal parts as there are heads. So the number of heads divides that of the features
    /// of the query.
    heads_do_not_divide,

    /// A mask that is not rows by what they attend to.
    ///
    /// The mask of a query `[t, n]` and a memory `[s, m]` is `[t, s]`, or `[s]` if it is the same for all rows.
    mask_of_another_shape,

    /// A table of positions that is shorter than the sequence.
    ///
    /// `PositionEmbedding(n)` learns a vector for each of `n` positions, so `n` is at least the length of what comes in.
    /// Without a number there are as many as the sequence has steps; `PositionalEncoding` needs no table.
    positions_too_few,

    /// A layer that wants a fixed length, over sequences of any length.
    ///
    /// Over `[.., 6]` a network runs a step at a time and knows no step to come. What reads a sequence from its end,
    /// looks at all of it at once or starts from a given state has a length declared, `[64, 6]`; the other way out is a
    /// layer that reads what has been alone: one direction, `padding: causal`, `Last`.
    fixed_length_wanted,

    /// The batch written into a shape.
    ///
    /// A shape is that of one sample. How many of them are trained on together is said to the trainer, and any number may be
    /// predicted at once.
    batch_axis_declared,

    /// An image without channels.
    ///
    /// Layers over images take `[channels, height, width]`, and a grey image has one channel: `[1, 40, 30]`. The numbers in
    /// memory are the same.
    channel_axis_missing,

    /// An image with its channels last.
    ///
    /// Shapes have the outermost axis first, and of an image these are the channels: `[3, 64, 48]` is a coloured
    /// image of 64 rows and 48 columns. Data that lie the other way round are turned before they come in.
    channels_last,

    /// A sequence with its features first.
    ///
    /// A sequence is `[time, features]`: a signal of 250 samples is `[250, 1]`. Other frameworks put the features, which they
    /// call channels, in front.
    features_first,

    /// A layer over images after `Flatten`.
    ///
    /// `Flatten` forgets where rows and columns were, and a pooling or convolution needs them. It belongs behind the last layer
    /// over images.
    flattened_too_early,

    /// An axis that does not exist.
    ///
    /// Axes are counted from 0, and the batch is not among them. So the axes of `[6, 4]` are 0 and 1; where others count the
    /// batch, subtract one.
    axis_out_of_range,

    /// Numbers where indices are wanted, or indices where numbers are.
    ///
    /// An `Embedding` looks up a row for each index, so it must know how many there are: `[12] in 0..200` declares twelve
    /// indices below 200. Layers that compute take numbers, and `Embedding` is how indices become such.
    indices_or_numbers,

    /// A sum of two values with different shapes.
    ///
    /// An operator works number by number, so both sides have one shape. In a residual step the branch must give as many
    /// channels as it takes.
    add_shapes_differ,

    /// A value that would have to be broadcast.
    ///
    /// Other libraries repeat the smaller side along the axes it lacks, and guess which. Here nothing is
    /// repeated unless `expand` says so, with the shape that is meant.
    broadcast,

    /// A `concat` along the wrong axis.
    ///
    /// Axes are counted from 0, and the batch is not among them: the channels of an image are axis 0. All other axes
    /// have the same size on both sides.
    concat_axis,

    /// A product of matrices whose inner sizes differ.
    ///
    /// `matmul` takes `[m, k]` and `[k, n]`: each row of the left meets each column of the right. To compare rows with
    /// rows, turn the right one round.
    matmul_sizes,

    /// A `reshape` to another number of elements.
    ///
    /// `reshape` gives the same numbers another shape; it adds none and drops none. Here the layer before it has to
    /// make 20 · 6 · 6 = 720 of them.
    reshape_count,

    /// A `split` into parts that are not equal.
    ///
    /// `split` cuts an axis into parts of one size, so their number divides the size of the axis. Pieces of several sizes are
    /// made with `slice`.
    unequal_parts,

    /// Several values where one is wanted.
    ///
    /// `split`, and blocks and networks with several outputs, give more than one value. `let (left, right) = …;` takes them
    /// apart, and outputs with names are also reached as `parts.left`.
    several_values,

    /// A layer that does not exist.
    ///
    /// The name may be misspelled, or that of another framework. All layers are in the table of the [crate](crate)'s
    /// documentation, and a block or network of your own stands in the same `network!`, or is claimed.
    unknown_layer,

    /// An argument that the layer does not have.
    ///
    /// The first argument goes by its place and the others by name. The names of each layer's are in the table of the
    /// [crate](crate)'s documentation.
    unknown_argument,

    /// An argument left out that has no default.
    ///
    /// There is no size of a kernel that suits most networks, so it is always said. What has a default is written in the table
    /// of the [crate](crate)'s documentation.
    argument_missing,

    /// A rate that is no fraction.
    ///
    /// The rate of `Dropout` is the share of numbers that are dropped, from 0 to below 1. Twenty per cent are `0.2`.
    rate_out_of_range,

    /// Two layers of one name.
    ///
    /// A layer's name is the field of its weights, in the program and in files. So no two layers share it; to
    /// use one set of weights twice, declare it with `layer hidden = Dense(16);`.
    name_twice,

    /// A value that nobody has defined.
    ///
    /// Values are the inputs, and what stands before in a `let`. A name defined further down is not known yet.
    value_undefined,

    /// A layer's name used as a value.
    ///
    /// `stem: Conv2d(…)` names the layer, which is its weights, and not what comes out of it. A `let` names what comes out,
    /// as often as it is needed.
    layer_as_value,

    /// An operator straight after a layer.
    ///
    /// `->` binds loosest: `x + y -> Relu` is `(x + y) -> Relu`. So after a layer it would be unclear what is
    /// added to what, and parentheses say it.
    operator_after_layer,

    /// Two layers without an arrow between them.
    ///
    /// `->` stands before each layer of a chain, also at the end of a line. Behind the name of a layer there is a colon
    /// instead, `hidden: Dense(16)`.
    arrow_missing,

    /// A `let` without its semicolon.
    ///
    /// As in Rust, `let` ends with `;`, since the line's end means nothing. The last expression of the body is the
    /// network's output and has none.
    semicolon_missing,

    /// Other languages and frameworks have other words.
    ///
    /// What is understood nevertheless is one error, with the edit:
    ///
    /// | written | meant |
    /// |---|---|
    /// | `Conv2d(8, kernel=3)` | `Conv2d(8, kernel: 3)` |
    /// | `nn.Linear(8)`, `Linear(8)` | `Dense(8)` |
    /// | `x.relu()` | `x -> relu` |
    /// | `x => Relu` | `x -> Relu` |
    /// | `padding: "same"` | `padding: same` |
    /// | `image: (1, 28, 28)` | `image: [1, 28, 28]` |
    /// | `image: [None, 1, 28, 28]` | `image: [1, 28, 28]`: the batch is not written |
    /// | `Sequential(Dense(8), Relu)` | `x -> Dense(8) -> Relu` |
    habit_from_elsewhere,

    /// A block that gives something else than it declares.
    ///
    /// A block's head says what it takes and gives, with variables for the sizes that flow in. It is checked with the numbers
    /// of each use, which the message shows.
    block_signature,

    /// A block or network inside of itself.
    ///
    /// Every block is laid out with its weights where it is used, and one that contains itself would never end.
    /// For several in a row write them so, as below, or `[Half(8); 3]` where the shape stays.
    recursion,

    /// A repetition whose rounds do not fit one another.
    ///
    /// In `[Step(20); 4]` each round takes what the one before gives, and all have weights of one size. A round that
    /// changes the shape stands before the repetition.
    repetition_changes_shape,

    /// Shared weights for inputs of two sizes.
    ///
    /// `layer reader = …` is one set of weights, and its sizes follow from the first input. What else goes through it has that
    /// shape too; give inputs of another shape a layer of their own, or bring them to it first.
    shared_weights_of_other_size,

    /// A claim about another network that is not true.
    ///
    /// One `network!` cannot look into another, so what comes out of a network from elsewhere is claimed with `=>`. The
    /// compiler compares the claim with that network's declaration.
    claimed_output,

    /// A loss on raw scores behind a `Softmax` or `Sigmoid`.
    ///
    /// `CrossEntropy` computes the soft-max itself, since that is more exact than the logarithm of a finished one. Behind a
    /// `Softmax` it would be taken twice, and the network would learn slowly and badly.
    loss_on_probabilities,

    /// Targets that do not go with the network's output.
    ///
    /// `CrossEntropy` of `C` scores takes classes below `C`, `Index<C>`; a loss like `MeanSquaredError` takes targets of the output's own
    /// type. Either the last layer has the wrong size, or the data were read with another number of classes.
    target_of_another_type,

    /// A sample of another shape than the network's.
    ///
    /// The shape of a sample is its type, so data of another shape do not get in. `[n]` is an `SVector<f32, n>`, and the
    /// others are listed at [`Tensor`](crate::Tensor). Of the words below, `expected` and `found` are those to read.
    sample_of_another_shape,

    /// The inputs of a network in another order, or not all of them.
    ///
    /// `predict` takes the inputs in the order in which the head declares them. Their types are their shapes, so a swap of two shapes is
    /// found; two inputs of one shape are told apart by you alone.
    inputs_of_a_network,

    /// One network where another is wanted.
    ///
    /// Every network is a type of its own, even if its shapes are those of another. `Wine::new` gives a `Box<Wine>`, and `&` of
    /// it goes where a `&Wine` is wanted.
    another_network,

    /// A generator that makes something else than the discriminator judges.
    ///
    /// In adversarial training the discriminator sees real samples and, in their place, what the generator makes. So the
    /// generator's output has the shape of the discriminator's first input, which is that of the data.
    generator_of_another_shape,

    /// The warnings about what is legal and yet most likely a mistake.
    ///
    /// They are shown at the layer, and each has a name. At the struct, `#[allow(formwork::…)]` silences one where it is
    /// meant, and `#[deny(formwork::…)]` makes it an error, as below.
    ///
    /// | lint | why | the way out |
    /// |---|---|---|
    /// | `missing_activation` | two dense layers with nothing between them are one linear map | an activation, `-> Relu` |
    /// | `relu_before_softmax` | all negative scores become equal | no `Relu` there |
    /// | `repeated_softmax` | shares are taken for raw scores | one of the two |
    /// | `logarithm_of_softmax` | small shares lose their digits, and their logarithm with them | `LogSoftmax` |
    /// | `softmax_of_one` | one share alone is always 1 | `Sigmoid` |
    /// | `dropout_at_the_end` | the loss sees outputs that are zero at random | `Dropout` before the last layer |
    /// | `batch_norm_of_one_pixel` | one value for each channel has no spread in a batch of one | another place, or `LayerNorm` |
    /// | `bias_before_batch_norm` | the normalisation takes the bias away again | `bias: false` |
    /// | `unnamed_twins` | the order of lines decides whose weights are whose in a file | names: `left: Dense(4)` |
    /// | `channels_last` | an image with its channels last is read as many channels of narrow images | `[3, 224, 224]` |
    lints,
}

#[cfg(test)]
mod tests {
    use super::PAGES;

    #[test]
    fn each_folder_has_a_page_and_each_page_its_line() {
        let folders = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/mistakes")).unwrap();
        let mut folders: Vec<_> = folders.map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
        folders.sort();
        let mut pages = PAGES.to_vec();
        pages.sort_unstable();
        assert_eq!(folders, pages);

        let source = include_str!("mistakes.rs");
        let head: Vec<_> = source.lines().take_while(|line| line.starts_with("//!")).collect();
        for page in PAGES {
            let link = format!("[`{page}`]");
            assert_eq!(head.join("\n").matches(&link).count(), 1, "the list at the top of the file: {link}");
        }
    }
}
