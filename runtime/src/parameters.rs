//! A network as one flat slice of scalars, with a table that says what lies where.

use crate::{Error, Real, TensorName, Tensors};

/// What a tensor of a network is there for, and so what an optimizer does with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Role {
    /// Learned by gradient descent.
    Learned,
    /// A running average of the batches' statistics: `new = (1 - momentum) * old + momentum * batch`. The batch's
    /// value stands in the gradient's field.
    Average {
        /// The weight of the newest batch.
        momentum: f64,
    },
    /// A plain average of the statistics of all batches so far, `new = old + (batch - old) / n`, where `n` counts this
    /// batch too. The next tensor of the role [`Count`](Role::Count) holds the count.
    CumulativeAverage,
    /// How many batches the averages before it have seen. The gradient's field says how many it stands for: 1.
    Count,
    /// A constant of the network, neither learned nor averaged: it keeps what it was made with or loaded from a file.
    Frozen,
}

/// How a tensor is drawn when a network is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// Every element is this.
    Constant(f64),
    /// Uniform in `-bound..bound`.
    Uniform {
        /// Half the width.
        bound: f64,
    },
    /// Normal with mean 0.
    Normal {
        /// The standard deviation.
        std: f64,
    },
    /// As `Normal`, but with zeros at these places, in the order of files.
    NormalBut {
        /// The standard deviation.
        std: f64,
        /// The first zero.
        from: usize,
        /// Behind the last zero.
        to: usize,
    },
}

/// One tensor of a network: its name, its shape, and where it lies in the flat slice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TensorInfo {
    /// The name in files, for example `conv1.weight`.
    pub name: TensorName,
    /// The shape in files, which is PyTorch's, for example `[64, 32, 3, 3]`.
    pub shape: &'static [usize],
    /// The shape in memory, row-major, for example `[3, 3, 32, 64]`.
    pub memory_shape: &'static [usize],
    /// For each axis in files the axis in memory, for example `[3, 2, 0, 1]`.
    pub axes: &'static [usize],
    /// The first element's place in the flat slice.
    pub offset: usize,
    /// The number of elements.
    pub len: usize,
    /// What the tensor is there for.
    pub role: Role,
    /// How it is drawn.
    pub init: Init,
}

impl TensorInfo {
    /// The tensor's place in the flat slice.
    pub const fn range(&self) -> core::ops::Range<usize> {
        self.offset..self.offset + self.len
    }

    /// Where the elements lie within the tensor's slice, in the order in which files have them.
    ///
    /// ```
    /// use formwork::{Init, Role, TensorInfo, TensorName};
    /// // A matrix of 2 rows and 3 columns in files, transposed in memory.
    /// let info = TensorInfo {
    ///     name: TensorName::new("weight"), shape: &[2, 3], memory_shape: &[3, 2], axes: &[1, 0],
    ///     offset: 0, len: 6, role: Role::Learned, init: Init::Constant(0.0),
    /// };
    /// assert_eq!(info.places().collect::<Vec<_>>(), [0, 2, 4, 1, 3, 5]);
    /// ```
    pub fn places(&self) -> impl Iterator<Item = usize> + use<> {
        let shape = self.shape;
        let strides: Vec<usize> =
            self.axes.iter().map(|&axis| self.memory_shape[axis + 1..].iter().product()).collect();
        let (mut at, mut place) = (vec![0; shape.len()], 0);
        (0..self.len).map(move |_| {
            let current = place;
            // Counts up like an odometer: the last axis first, and a full axis carries into the one before.
            for axis in (0..shape.len()).rev() {
                at[axis] += 1;
                place += strides[axis];
                if at[axis] < shape[axis] {
                    break;
                }
                place -= at[axis] * strides[axis];
                at[axis] = 0;
            }
            current
        })
    }
}

/// A value that is one flat run of scalars, with a table of its tensors: what `network!` makes of a network.
///
/// A network's gradient is another value of the same type; so are an optimizer's moments, an average of weights and a
/// checkpoint. Between tensors there may be a few scalars of zero fill, which the table leaves out.
///
/// # Safety
///
/// The type must be `#[repr(C)]`, hold scalars of type `Scalar` only (no pointers, no hidden padding), and all ranges
/// of `TENSORS` must lie inside it without overlap.
pub unsafe trait Parameters: Sized + Send + Sync + 'static {
    /// The scalar.
    type Scalar: Real;

    /// The tensors in the order in which they were declared.
    const TENSORS: Tensors;

    /// The number of scalars, fill included.
    const SCALARS: usize = size_of::<Self>() / size_of::<Self::Scalar>();

    /// Everything as one slice.
    #[inline]
    fn as_slice(&self) -> &[Self::Scalar] {
        // SAFETY: by the contract the type is scalars and nothing else.
        unsafe { core::slice::from_raw_parts((&raw const *self).cast(), Self::SCALARS) }
    }

    /// Everything as one slice, to be written. Fill should stay zero.
    #[inline]
    fn as_mut_slice(&mut self) -> &mut [Self::Scalar] {
        // SAFETY: as above; the borrow is unique and any scalars make a value.
        unsafe { core::slice::from_raw_parts_mut((&raw mut *self).cast(), Self::SCALARS) }
    }

    /// All zeros, made on the heap.
    fn zeroed() -> Box<Self> {
        zeroed_box()
    }

    /// A copy on the heap.
    fn duplicate(&self) -> Box<Self> {
        let mut copy = Self::zeroed();
        copy.copy_from(self);
        copy
    }

    /// Takes over all values of `other`, in place.
    fn copy_from(&mut self, other: &Self) {
        self.as_mut_slice().copy_from_slice(other.as_slice());
    }

    /// Exchanges all values with `other`, in place.
    fn swap_with(&mut self, other: &mut Self) {
        self.as_mut_slice().swap_with_slice(other.as_mut_slice());
    }

    /// The tensor of that name as a slice in the order of memory.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTensor`] if there is none of that name.
    fn tensor(&self, name: &str) -> Result<&[Self::Scalar], Error> {
        find(Self::TENSORS, name).map(|t| &self.as_slice()[t.range()])
    }

    /// The tensor of that name as a slice in the order of memory, to be written.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTensor`] if there is none of that name.
    fn tensor_mut(&mut self, name: &str) -> Result<&mut [Self::Scalar], Error> {
        find(Self::TENSORS, name).map(|t| &mut self.as_mut_slice()[t.range()])
    }

    /// A value laid over bytes, for a network that lies in flash or in a file mapped into memory.
    ///
    /// # Errors
    ///
    /// [`Error::Bytes`] if the length is not the type's or the bytes are not aligned to it.
    fn from_bytes(bytes: &[u8]) -> Result<&Self, Error> {
        let aligned = bytes.as_ptr().align_offset(align_of::<Self>()) == 0;
        if bytes.len() != size_of::<Self>() || !aligned {
            return Err(Error::Bytes {
                expected: size_of::<Self>(),
                alignment: align_of::<Self>(),
                found: bytes.len(),
                aligned,
            });
        }
        // SAFETY: length and alignment were checked; any bits of floats are a value.
        Ok(unsafe { &*bytes.as_ptr().cast() })
    }
}

/// The network that these scalars are: a part of another network, which is as aligned.
pub(crate) fn view<P: Parameters>(scalars: &[P::Scalar]) -> &P {
    fits::<P>(scalars);
    // SAFETY: length and alignment were checked; `P` is made of its scalars alone.
    unsafe { &*scalars.as_ptr().cast() }
}

/// The same to write into.
pub(crate) fn view_mut<P: Parameters>(scalars: &mut [P::Scalar]) -> &mut P {
    fits::<P>(scalars);
    // SAFETY: as above, and nobody else has the scalars meanwhile.
    unsafe { &mut *scalars.as_mut_ptr().cast() }
}

/// Emitted code alone asks, whose places are checked when it is compiled; anything else is a defect of ours.
fn fits<P: Parameters>(scalars: &[P::Scalar]) {
    assert_eq!(size_of_val(scalars), size_of::<P>(), "a network of another size");
    assert_eq!(scalars.as_ptr().align_offset(align_of::<P>()), 0, "a network that starts elsewhere");
}

fn find(tensors: Tensors, name: &str) -> Result<TensorInfo, Error> {
    tensors.iter().find(|t| t.name == *name).ok_or_else(|| Error::UnknownTensor {
        name: name.into(),
        known: tensors.iter().map(|t| t.name.to_string()).collect(),
    })
}

/// Zeros of a plain type of scalars, made on the heap without passing through the stack.
pub(crate) fn zeroed_box<P>() -> Box<P> {
    use std::alloc::{Layout, alloc_zeroed, handle_alloc_error};
    let layout = Layout::new::<P>();
    if layout.size() == 0 {
        // SAFETY: a type without size has one value and needs no memory.
        return unsafe { Box::from_raw(core::ptr::NonNull::<P>::dangling().as_ptr()) };
    }
    // SAFETY: the layout has a size; zero bits are a value of every type of scalars, and only such types get here (the
    // callers are the provided methods of the unsafe traits `Tensor` and `Parameters`).
    unsafe {
        let p = alloc_zeroed(layout);
        if p.is_null() {
            handle_alloc_error(layout);
        }
        Box::from_raw(p.cast())
    }
}

/// Zeros, as many as asked for, made on the heap without passing through the stack.
pub(crate) fn zeroed_vec<V: crate::Tensor>(len: usize) -> Vec<V> {
    use std::alloc::{Layout, alloc_zeroed, handle_alloc_error};
    let Ok(layout) = Layout::array::<V>(len) else { return Vec::new() };
    if layout.size() == 0 {
        return Vec::new();
    }
    // SAFETY: the layout has a size and is that of a vector of `len`; zero bits are a value of every `Tensor`.
    unsafe {
        let p = alloc_zeroed(layout);
        if p.is_null() {
            handle_alloc_error(layout);
        }
        Vec::from_raw_parts(p.cast(), len, len)
    }
}
