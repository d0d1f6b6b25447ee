//! Encrypted values on their way out: as they are, or by their end alone.

use std::sync::Arc;

use serde_json::Value as Json;
use serde_json::value::{RawValue, to_raw_value};
use uuid::Uuid;

use super::{KeyRing, Place};

/// Before a value that may be shown as it is.
pub(crate) const PLAIN: char = '+';
/// Before a value of which the end alone may be shown.
pub(crate) const MASKED: char = '*';
/// What stands in the place of a value that cannot be opened. It is no value: nobody can write it.
pub(crate) const UNREADABLE: &str = "\u{26a0} unreadable";
/// The code of a value that cannot be opened.
pub(crate) const UNREADABLE_CODE: &str = "unreadable";
/// Characters of a record's id.
const ID_LEN: usize = 36;
/// Characters that a mask leaves, of values that are at least twice as long.
const LEFT: usize = 4;

/// One encrypted column of an answer: what opens it.
#[derive(Clone, Debug)]
pub(crate) struct Seal {
    pub ring: Arc<KeyRing>,
    /// Stable ids.
    pub object: String,
    pub field: String,
}

impl PartialEq for Seal {
    fn eq(&self, other: &Self) -> bool {
        (&self.object, &self.field) == (&other.object, &other.field)
    }
}

impl Eq for Seal {}

impl Seal {
    /// The value of what a statement answers: a sign, the record's id, the ciphertext. [`UNREADABLE`] where it cannot be
    /// opened.
    pub(crate) fn shown(&self, arrived: &str) -> String {
        self.opened(arrived).unwrap_or_else(|| UNREADABLE.into())
    }

    fn opened(&self, arrived: &str) -> Option<String> {
        let (sign, rest) = arrived.split_at_checked(1)?;
        let (id, stored) = rest.split_at_checked(ID_LEN)?;
        let place = Place { object: &self.object, field: &self.field, record: Uuid::parse_str(id).ok()? };
        let plain = self.ring.open(place, stored)?;
        Some(if sign.starts_with(PLAIN) { plain } else { mask(&plain) })
    }
}

/// `•••• 1234`.
fn mask(plain: &str) -> String {
    let count = plain.chars().count();
    let end: String = plain.chars().skip(count.saturating_sub(LEFT)).collect();
    if count < 2 * LEFT { "••••".to_owned() } else { format!("•••• {end}") }
}

/// What the audit stream has noted of an encrypted field: a value, or the old and the new one. What cannot be opened
/// is [`UNREADABLE`].
pub(crate) fn shown_change(
    ring: &KeyRing,
    (place, is_plain): (Place<'_>, bool),
    noted: &RawValue,
) -> Box<RawValue> {
    let open = |json: Json| match json {
        Json::String(stored) => match ring.open(place, &stored) {
            Some(plain) if is_plain => plain.into(),
            Some(plain) => mask(&plain).into(),
            None => UNREADABLE.into(),
        },
        _ => Json::Null,
    };
    let shown = match serde_json::from_str(noted.get()).unwrap_or_default() {
        Json::Array(values) => values.into_iter().map(open).collect(),
        value => open(value),
    };
    to_raw_value(&shown).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_show_the_end_of_what_is_long_enough() {
        assert_eq!(mask("4111 1111 1111 1234"), "•••• 1234");
        assert_eq!(mask("12345678"), "•••• 5678");
        assert_eq!(mask("1234567"), "••••");
        assert_eq!(mask(""), "••••");
        assert_eq!(mask("äöüßäöüß"), "•••• äöüß");
    }
}
