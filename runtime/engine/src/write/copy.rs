//! Drafts as PostgreSQL's binary COPY format: the fastest way in, without a text to print and parse.

use formulas::Value;
use metadata::field_kinds::ColumnType;
use rust_decimal::Decimal;

use super::draft::{Draft, Slots};

/// Days from 1970-01-01 to 2000-01-01, where PostgreSQL's time begins.
const EPOCH_DAYS: i64 = 10_957;
const MICROS_PER_DAY: i64 = 86_400_000_000;
/// Type id of `text`, fixed in PostgreSQL's catalog.
const TEXT_OID: i32 = 25;

/// Rows in the making.
pub(super) struct Rows {
    bytes: Vec<u8>,
}

impl Rows {
    /// The format's header, and room for `capacity` bytes.
    pub(super) fn new(capacity: usize) -> Self {
        let mut bytes = Vec::with_capacity(capacity);
        bytes.extend_from_slice(b"PGCOPY\n\xff\r\n\0");
        bytes.extend_from_slice(&[0; 8]);
        Self { bytes }
    }

    /// Begins a row of `fields` values.
    pub(super) fn begin(&mut self, fields: usize) {
        let fields = i16::try_from(fields).unwrap_or(i16::MAX);
        self.bytes.extend_from_slice(&fields.to_be_bytes());
    }

    /// A value that is made of bytes already; `None` is null.
    pub(super) fn plain(&mut self, value: Option<&[u8]>) {
        match value {
            Some(bytes) => {
                self.length(bytes.len());
                self.bytes.extend_from_slice(bytes);
            }
            None => self.bytes.extend_from_slice(&(-1i32).to_be_bytes()),
        }
    }

    /// The used slots of one draft.
    pub(super) fn draft(&mut self, slots: &Slots<'_>, used: &[usize], draft: &Draft) {
        self.begin(used.len());
        for &slot in used {
            match &draft.slots[slot] {
                Some(value) => self.value(value, slots.columns[slot].1.ty),
                None => self.plain(None),
            }
        }
    }

    /// The trailer, and the whole.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.bytes.extend_from_slice(&(-1i16).to_be_bytes());
        self.bytes
    }

    fn length(&mut self, length: usize) {
        let length = i32::try_from(length).unwrap_or(i32::MAX);
        self.bytes.extend_from_slice(&length.to_be_bytes());
    }

    fn value(&mut self, value: &Value, ty: ColumnType) {
        match value {
            Value::Null => self.plain(None),
            Value::Bool(flag) => self.plain(Some(&[u8::from(*flag)])),
            Value::Number(number) if ty == ColumnType::Bigint => {
                // Integers were checked against 64 bits when they were read.
                self.plain(Some(&i64::try_from(*number).unwrap_or_default().to_be_bytes()));
            }
            Value::Number(number) => numeric(self, *number),
            Value::Text(text) => self.plain(Some(text.as_bytes())),
            Value::Date(date) => {
                let days = date.signed_duration_since(chrono::NaiveDate::default()).num_days() - EPOCH_DAYS;
                self.plain(Some(&i32::try_from(days).unwrap_or_default().to_be_bytes()));
            }
            Value::DateTime(at) => self.plain(Some(&instant(*at))),
            Value::Time(time) => {
                let micros = time.signed_duration_since(chrono::NaiveTime::MIN).num_microseconds();
                self.plain(Some(&micros.unwrap_or_default().to_be_bytes()));
            }
            Value::Id(id) => self.plain(Some(id.as_bytes())),
            Value::Json(json) => {
                // jsonb begins with its version.
                let text = format!("\u{1}{json}");
                self.plain(Some(text.as_bytes()));
            }
            Value::List(items) => self.list(items),
        }
    }

    /// A one-dimensional text[].
    fn list(&mut self, items: &[Value]) {
        let start = self.bytes.len();
        self.length(0);
        let (dimensions, count) =
            (i32::from(!items.is_empty()), i32::try_from(items.len()).unwrap_or(i32::MAX));
        for word in [dimensions, 0, TEXT_OID] {
            self.bytes.extend_from_slice(&word.to_be_bytes());
        }
        if dimensions > 0 {
            self.bytes.extend_from_slice(&count.to_be_bytes());
            self.bytes.extend_from_slice(&1i32.to_be_bytes());
        }
        for item in items {
            match item {
                Value::Text(text) => self.plain(Some(text.as_bytes())),
                _ => self.plain(None),
            }
        }
        let length = i32::try_from(self.bytes.len() - start - 4).unwrap_or(i32::MAX);
        self.bytes[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }
}

/// Microseconds since 2000-01-01.
pub(super) fn instant(at: chrono::DateTime<chrono::Utc>) -> [u8; 8] {
    (at.timestamp_micros() - EPOCH_DAYS * MICROS_PER_DAY).to_be_bytes()
}

/// Base-10000 digits: count, weight of the first, sign, digits after the point, then the digits.
fn numeric(rows: &mut Rows, number: Decimal) {
    let scale = number.scale();
    let padding = (4 - scale % 4) % 4;
    // 28 digits and at most three more fit.
    let mut rest = number.mantissa().unsigned_abs() * 10u128.pow(padding);
    let mut digits = [0u16; 12];
    let mut count = 0;
    while rest > 0 {
        digits[count] = u16::try_from(rest % 10_000).unwrap_or_default();
        rest /= 10_000;
        count += 1;
    }
    let weight =
        i16::try_from(count).unwrap_or_default() - i16::try_from(scale.div_ceil(4)).unwrap_or_default() - 1;
    let low = digits[..count].iter().take_while(|digit| **digit == 0).count();
    rows.length(8 + 2 * (count - low));
    rows.bytes.extend_from_slice(&i16::try_from(count - low).unwrap_or_default().to_be_bytes());
    rows.bytes.extend_from_slice(&weight.to_be_bytes());
    rows.bytes.extend_from_slice(if number.is_sign_negative() && count > 0 { &[0x40, 0] } else { &[0, 0] });
    rows.bytes.extend_from_slice(&u16::try_from(scale).unwrap_or_default().to_be_bytes());
    for digit in digits[low..count].iter().rev() {
        rows.bytes.extend_from_slice(&digit.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<i16> {
        let mut rows = Rows { bytes: Vec::new() };
        numeric(&mut rows, text.parse().unwrap());
        rows.bytes[4..].chunks(2).map(|pair| i16::from_be_bytes([pair[0], pair[1]])).collect()
    }

    #[test]
    fn numbers_have_their_digits() {
        assert_eq!(words("0"), [0, -1, 0, 0]);
        assert_eq!(words("0.00"), [0, -2, 0, 2]);
        assert_eq!(words("7"), [1, 0, 0, 0, 7]);
        assert_eq!(words("-1200.50"), [2, 0, 0x4000, 2, 1200, 5000]);
        assert_eq!(words("10023"), [2, 1, 0, 0, 1, 23]);
        assert_eq!(words("30000.0"), [1, 1, 0, 1, 3]);
        assert_eq!(words("0.0012"), [1, -1, 0, 4, 12]);
        assert_eq!(words("0.000034"), [1, -2, 0, 6, 3400]);
    }

    #[test]
    fn instants_count_from_the_year_2000() {
        let at = "2000-01-01T00:00:01Z".parse().unwrap();
        assert_eq!(instant(at), 1_000_000i64.to_be_bytes());
    }
}
