//! PostgreSQL's binary `numeric` as an exact JSON number, with the digits of its scale.

use super::digits;

/// Base-10000 digits: count, weight of the first, sign, digits after the point, then the digits.
pub(super) fn write(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    let word = |index: usize| Some(u16::from_be_bytes(bytes.get(index * 2..index * 2 + 2)?.try_into().ok()?));
    let (count, weight, sign, scale) =
        (word(0)? as i32, word(1)? as i16 as i32, word(2)?, usize::from(word(3)?));
    if sign & 0xC000 == 0xC000 {
        // NaN and infinities have no JSON form; no field kind stores them.
        out.extend_from_slice(b"null");
        return Some(());
    }
    let digit = |position: i32| -> Option<u16> {
        let index = weight - position;
        if (0..count).contains(&index) { word(4 + index as usize) } else { Some(0) }
    };
    if sign == 0x4000 {
        out.push(b'-');
    }
    whole(out, weight, digit)?;
    fraction(out, scale, digit)
}

fn whole(out: &mut Vec<u8>, weight: i32, digit: impl Fn(i32) -> Option<u16>) -> Option<()> {
    if weight < 0 {
        out.push(b'0');
    }
    for position in (0..=weight).rev() {
        let four = digit(position)?;
        let count = match four {
            _ if position < weight => 4,
            0..=9 => 1,
            10..=99 => 2,
            100..=999 => 3,
            _ => 4,
        };
        digits(out, four.into(), count);
    }
    Some(())
}

fn fraction(out: &mut Vec<u8>, scale: usize, digit: impl Fn(i32) -> Option<u16>) -> Option<()> {
    if scale == 0 {
        return Some(());
    }
    out.push(b'.');
    let end = out.len() + scale;
    let mut position = -1;
    while out.len() < end {
        digits(out, digit(position)?.into(), 4);
        position -= 1;
    }
    out.truncate(end);
    Some(())
}

#[cfg(test)]
mod tests {
    fn print(words: &[u16]) -> String {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        let mut out = Vec::new();
        super::write(&mut out, &bytes).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_keep_their_digits() {
        assert_eq!(print(&[0, 0, 0, 2]), "0.00");
        assert_eq!(print(&[1, 0, 0, 0, 7]), "7");
        assert_eq!(print(&[2, 0, 0x4000, 2, 1200, 5000]), "-1200.50");
        assert_eq!(print(&[2, 1, 0, 0, 1, 23]), "10023");
        assert_eq!(print(&[1, 1, 0, 1, 3]), "30000.0");
        assert_eq!(print(&[1, 0xFFFF, 0, 4, 12]), "0.0012");
        assert_eq!(print(&[1, 0xFFFE, 0, 6, 3400]), "0.000034");
    }
}
