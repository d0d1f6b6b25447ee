//! The little 256-bit arithmetic that exact products and quotients of 128-bit numbers need.

/// `a * b / by`, rounded half up; nothing where the result has more than 128 bits. `by` is not zero.
pub(super) fn multiply_divide(a: u128, b: u128, by: u128) -> Option<u128> {
    let (high, low) = multiply(a, b);
    let (quotient, rest) = divide(high, low, by)?;
    match rest >= by - rest {
        true => quotient.checked_add(1),
        false => Some(quotient),
    }
}

/// The 256-bit product as its high and low halves.
pub(super) fn multiply(a: u128, b: u128) -> (u128, u128) {
    const LOW: u128 = u64::MAX as u128;
    let (a1, a0, b1, b0) = (a >> 64, a & LOW, b >> 64, b & LOW);
    let (low, middle, cross) = (a0 * b0, a1 * b0, a0 * b1);
    let carry = (low >> 64) + (middle & LOW) + (cross & LOW);
    let high = a1 * b1 + (middle >> 64) + (cross >> 64) + (carry >> 64);
    (high, (low & LOW) | (carry << 64))
}

/// Quotient and remainder, where the quotient fits 128 bits.
pub(super) fn divide(high: u128, low: u128, by: u128) -> Option<(u128, u128)> {
    if high == 0 {
        return Some((low / by, low % by));
    }
    if high >= by {
        return None;
    }
    let (mut rest, mut quotient) = (high, 0u128);
    for bit in (0..128).rev() {
        let carried = rest >> 127 == 1;
        rest = (rest << 1) | ((low >> bit) & 1);
        if carried || rest >= by {
            rest = rest.wrapping_sub(by);
            quotient |= 1 << bit;
        }
    }
    Some((quotient, rest))
}

/// The square root of `a * b`, rounded half up. The root has fewer than 2^100 units.
pub(super) fn root(a: u128, b: u128) -> u128 {
    let square = multiply(a, b);
    let mut root = 0u128;
    for bit in (0..100).rev() {
        let next = root | (1 << bit);
        if multiply(next, next) <= square {
            root = next;
        }
    }
    // (root + ½)² = root² + root + ¼, so the half is passed where root² + root is below the square.
    match multiply(root, root + 1) < square {
        true => root + 1,
        false => root,
    }
}
