//! Sizes that only the compiler knows: what `network!` hands over where constants of the program stand in dimensions.
//!
//! Everything here runs when the user's program is compiled, so nothing may panic but what reports a mistake, and all
//! arithmetic stays at the largest number rather than wrap round.

use crate::Tensor;

/// The numbers of a network, and which of its parts are good.
///
/// What stands behind a mistake has harmless sizes, so that the mistake stays the only error.
#[derive(Clone, Copy, Debug)]
pub struct Sizes<const VALUES: usize, const PARTS: usize, const CHECKS: usize> {
    /// Every number that hangs on a constant.
    pub values: [i128; VALUES],
    /// For each part (an input, a layer, an output) whether it and all before it are good.
    pub parts: [bool; PARTS],
    /// For each check the number of the mistake; 0 if there is none, or if nobody can tell.
    pub checks: [usize; CHECKS],
}

impl<const VALUES: usize, const PARTS: usize, const CHECKS: usize> Sizes<VALUES, PARTS, CHECKS> {
    /// Whether all is good.
    pub const fn good(&self) -> bool {
        let mut part = 0;
        while part < PARTS {
            if !self.parts[part] {
                return false;
            }
            part += 1;
        }
        true
    }

    /// A number of a network that is good.
    pub const fn size(&self, value: usize) -> usize {
        if self.good() { clamped(self.values[value]) } else { 1 }
    }

    /// A number of a part that is good.
    pub const fn size_of(&self, value: usize, part: usize) -> usize {
        if self.parts[part] { clamped(self.values[value]) } else { 1 }
    }
}

/// The number as a size.
pub const fn clamped(n: i128) -> usize {
    if n < 0 {
        0
    } else if n > isize::MAX as i128 {
        isize::MAX as usize
    } else {
        n as usize
    }
}

/// `a / b`, rounded down; 0 where nobody may divide.
pub const fn quotient(a: i128, b: i128) -> i128 {
    if b == 0 { 0 } else { a.wrapping_div_euclid(b) }
}

/// The larger of the two.
pub const fn larger(a: i128, b: i128) -> i128 {
    if a > b { a } else { b }
}

/// The smaller of the two.
pub const fn smaller(a: i128, b: i128) -> i128 {
    if a < b { a } else { b }
}

/// The root of a number that is not negative, to the last bit, as `f64::sqrt` gives it: that one is no `const fn`.
pub const fn root(x: f64) -> f64 {
    if !(x > 0.0 && x < f64::INFINITY && x.is_normal()) {
        return x;
    }
    let bits = x.to_bits();
    let (mantissa, exponent) = ((bits & ((1 << 52) - 1)) | (1 << 52), (bits >> 52) as i64 - 1075);
    // An even exponent, and so many bits that the root has 62 of them.
    let shift = 70 + exponent.rem_euclid(2);
    let square = (mantissa as u128) << shift;
    let root = square.isqrt();
    let exponent = (exponent - shift) / 2;
    // Below the bits that count a last one says whether the root goes on.
    let exact = root * root == square;
    let tail = root as u64 | (!exact) as u64;
    // To 53 bits, the nearest and to even between two.
    let extra = 64 - tail.leading_zeros() as i64 - 53;
    let (kept, rest, half) = (tail >> extra, tail & ((1 << extra) - 1), 1 << (extra - 1));
    let up = rest > half || rest == half && kept & 1 == 1;
    let kept = kept + up as u64;
    // A carry through all bits makes the next power of two, which the sum of the fields says as well.
    f64::from_bits((((exponent + extra + 1075) as u64) << 52) + kept - (1 << 52))
}

/// Where a text has a number, and where an `s` unless the number is 1.
const NUMBER: &[u8] = "\u{e0f1}".as_bytes();
const PLURAL: &[u8] = "\u{e0f2}".as_bytes();

/// Whether a mark stands at a place of a text.
const fn is_mark(text: &[u8], at: usize, mark: &[u8]) -> bool {
    at + 2 < text.len() && text[at] == mark[0] && text[at + 1] == mark[1] && text[at + 2] == mark[2]
}

/// A text that is put together when the program is compiled, in at most so many bytes.
#[derive(Clone, Copy, Debug)]
pub struct Text<const BYTES: usize> {
    bytes: [u8; BYTES],
    len: usize,
}

impl<const BYTES: usize> Text<BYTES> {
    /// The text with the numbers in their places, one behind the other.
    pub const fn new(template: &str, numbers: &[i128]) -> Self {
        let mut text = Text { bytes: [0; BYTES], len: 0 };
        let template = template.as_bytes();
        let (mut at, mut next) = (0, 0);
        while at < template.len() {
            if is_mark(template, at, NUMBER) {
                text.number(numbers[next]);
            } else if is_mark(template, at, PLURAL) {
                if numbers[next] != 1 {
                    text.push(b's');
                }
            } else {
                text.push(template[at]);
                at += 1;
                continue;
            }
            at += NUMBER.len();
            next += 1;
        }
        text
    }

    const fn push(&mut self, byte: u8) {
        self.bytes[self.len] = byte;
        self.len += 1;
    }

    const fn number(&mut self, n: i128) {
        let mut digits = [0; 40];
        let (mut rest, mut count) = (n.unsigned_abs(), 0);
        while rest > 0 || count == 0 {
            digits[count] = b'0' + (rest % 10) as u8;
            rest /= 10;
            count += 1;
        }
        if n < 0 {
            self.push(b'-');
        }
        while count > 0 {
            count -= 1;
            self.push(digits[count]);
        }
    }

    /// The text.
    pub const fn as_str(&self) -> &str {
        match core::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            // Only whole characters are taken over.
            Err(_) => "",
        }
    }
}

/// Reports a mistake: the compiler shows the text at the place where this is called.
#[track_caller]
pub const fn refuse<const BYTES: usize>(template: &str, numbers: &[i128]) {
    panic!("{}", Text::<BYTES>::new(template, numbers).as_str())
}

/// FNV-1a over texts one behind the other.
pub const fn hash(texts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    let mut at = 0;
    while at < texts.len() {
        let text = texts[at].as_bytes();
        let mut i = 0;
        while i < text.len() {
            hash = (hash ^ text[i] as u64).wrapping_mul(0x0000_0100_0000_01b3);
            i += 1;
        }
        at += 1;
    }
    hash
}

/// Where buffers lie, and how much they take in all.
#[derive(Clone, Copy, Debug)]
pub struct Packed<const N: usize> {
    /// The place of each.
    pub at: [i128; N],
    /// The end of the last, on a whole line.
    pub all: i128,
}

/// Lays buffers out, each with its length and the first and the last step that touches it, so that those share a place
/// whose lives do not meet: the largest first, each at the first place that is free while it lives.
///
/// This is what the macro does where it knows the lengths, to the same result.
pub const fn pack<const N: usize>(lengths: [i128; N], lives: [(usize, usize); N], line: i128) -> Packed<N> {
    let mut at = [0i128; N];
    let mut end = [0i128; N];
    let order = by_size(&lengths);
    let mut all = 0;
    let mut turn = 0;
    while turn < N {
        let b = order[turn];
        let len = if lengths[b] < 0 { 0 } else { lengths[b] };
        let mut place = 0;
        // Whoever is in the way moves the place behind itself; the first of the others by place decides.
        let mut last = (-1, 0);
        loop {
            // The next in the way, in the order of the places.
            let mut next = (i128::MAX, i128::MAX);
            let mut before = 0;
            while before < turn {
                let other = order[before];
                let met = lives[b].0 <= lives[other].1 && lives[other].0 <= lives[b].1;
                let candidate = (at[other], end[other]);
                if met && later(candidate, last) && later(next, candidate) {
                    next = candidate;
                }
                before += 1;
            }
            if next.0 == i128::MAX || place + len <= next.0 {
                break;
            }
            if next.1 > place {
                place = next.1;
            }
            last = next;
        }
        at[b] = place;
        end[b] = (place + len + line - 1) / line * line;
        if end[b] > all {
            all = end[b];
        }
        turn += 1;
    }
    Packed { at, all }
}

const fn later(a: (i128, i128), b: (i128, i128)) -> bool {
    a.0 > b.0 || a.0 == b.0 && a.1 > b.1
}

/// The places of the lengths, the largest first, equal ones in their order.
const fn by_size<const N: usize>(lengths: &[i128; N]) -> [usize; N] {
    let mut order = [0; N];
    let mut n = 0;
    while n < N {
        let mut at = n;
        while at > 0 && lengths[order[at - 1]] < lengths[n] {
            order[at] = order[at - 1];
            at -= 1;
        }
        order[at] = n;
        n += 1;
    }
    order
}

/// How `predict` hands its output over: boxed if it is large.
#[derive(Debug)]
pub struct Boxed<const BOXED: bool>;

/// What `predict` gives.
pub trait Handed<V> {
    /// The value, or a box with it.
    type Given;

    /// Fills a new value.
    fn filled(fill: impl FnOnce(&mut V)) -> Self::Given;
}

impl<V: Tensor> Handed<V> for Boxed<true> {
    type Given = Box<V>;

    fn filled(fill: impl FnOnce(&mut V)) -> Box<V> {
        let mut value = V::zeroed();
        fill(&mut value);
        value
    }
}

impl<V: Tensor> Handed<V> for Boxed<false> {
    type Given = V;

    fn filled(fill: impl FnOnce(&mut V)) -> V {
        let mut value = super::zero::<V>();
        fill(&mut value);
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_those_of_the_machine() {
        let mut x = 0.731_f64;
        for n in 1..20_000u32 {
            let n = f64::from(n);
            x = (x * 1.618_033_988_7 + 1.0 / n) % 1e6;
            for value in [n, 1.0 / n, 2.0 / n, 6.0 / n, x, x * 1e-200, x * 1e200, n * n] {
                assert_eq!(root(value).to_bits(), value.sqrt().to_bits(), "{value:e}");
            }
        }
        assert_eq!(root(0.0), 0.0);
        assert!(root(f64::INFINITY).is_infinite());
    }

    #[test]
    fn texts() {
        const TEXT: Text<64> =
            Text::new("[3] has \u{e0f1} of \u{e0f1} axe\u{e0f2}\u{e0f2} – yes", &[-120, 0, 1, 2]);
        assert_eq!(TEXT.as_str(), "[3] has -120 of 0 axes – yes");
        assert_eq!(Text::<40>::new("\u{e0f1}", &[i128::MIN]).as_str(), i128::MIN.to_string());
        assert_eq!(hash(&["a", "bc"]), hash(&["abc"]));
        assert_ne!(hash(&["abd"]), hash(&["abc"]));
    }

    #[test]
    fn what_is_bad_has_harmless_sizes() {
        let sizes = Sizes { values: [7, -3, i128::MAX], parts: [true, false], checks: [0] };
        assert!(!sizes.good());
        assert_eq!((sizes.size(0), sizes.size_of(0, 0), sizes.size_of(0, 1)), (1, 7, 1));
        assert_eq!((sizes.size_of(1, 0), sizes.size_of(2, 0)), (0, isize::MAX as usize));
        assert_eq!((quotient(7, 0), quotient(-7, 2), quotient(7, 2)), (0, -4, 3));
    }

    #[test]
    fn no_two_lie_on_one_another() {
        let mut state = 5u64;
        let mut draw = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for _ in 0..300 {
            let lengths: [i128; 12] = core::array::from_fn(|_| i128::from(draw(100)));
            let lives: [(usize, usize); 12] = core::array::from_fn(|_| {
                let first = draw(10) as usize;
                (first, first + draw(6) as usize)
            });
            let packed = pack(lengths, lives, 16);
            for a in 0..12 {
                assert_eq!(packed.at[a] % 16, 0);
                assert!(packed.at[a] + lengths[a] <= packed.all);
                for b in 0..a {
                    let met = lives[a].0 <= lives[b].1 && lives[b].0 <= lives[a].1;
                    let apart = packed.at[a] + lengths[a] <= packed.at[b]
                        || packed.at[b] + lengths[b] <= packed.at[a];
                    assert!(!met || apart, "{lengths:?} {lives:?} {packed:?}");
                }
            }
        }
    }
}
