//! Encrypted fields: what they can be, and where their values cannot stand. The database never sees a value, so nothing
//! that it works out can be made of one.

use super::{Catalog, Field, Object};
use crate::definitions::field::Common;
use crate::field_kinds::FieldKind;
use crate::problem::Problem;

/// The code of a place where an encrypted field cannot stand.
pub const ENCRYPTED: &str = "encrypted";

/// What an encrypted field cannot be, with paths below the field.
pub(super) fn problems(common: &Common, kind: &FieldKind) -> Vec<Problem> {
    use FieldKind as K;
    let refuse = |setting: &str, text: String| Problem::new(setting, "not-allowed", text);
    if !common.encrypted {
        let text = "only an encrypted field has a blind index".to_owned();
        let told = common.blind_index.then(|| refuse("blind_index", text).hint("set `indexed`"));
        return told.into_iter().collect();
    }
    let texts =
        matches!(kind, K::Text(_) | K::LongText(_) | K::RichText(_) | K::Email(_) | K::Phone(_) | K::Url(_));
    if !texts {
        let text = format!("a `{}` field cannot be encrypted", kind.name());
        let hint = "encrypted can be text, long_text, rich_text, email, phone and url";
        return vec![refuse("encrypted", text).hint(hint)];
    }
    let mut found = Vec::new();
    if common.searchable {
        found.push(refuse("searchable", "search cannot look into an encrypted field".into()));
    }
    if common.indexed {
        let hint = "set `blind_index` to find records by the exact value";
        found.push(refuse("indexed", "ciphertext has no order to be indexed by".into()).hint(hint));
    }
    if common.unique && !common.blind_index {
        let text = "equal values cannot be told without a blind index".to_owned();
        found.push(refuse("unique", text).hint("set `blind_index` too"));
    }
    if common.default.is_some() {
        found.push(refuse("default", "a default would stand in the metadata as plain text".into()));
    }
    found
}

impl Field {
    /// Why it cannot be read where the database works something out.
    pub fn encrypted_reason(&self, object: &Object) -> String {
        format!(
            "`{}.{}` is encrypted: it can be shown, but nothing can be worked out of it",
            object.name, self.name
        )
    }
}

impl Catalog {
    /// Whether any field is encrypted.
    pub fn has_encrypted(&self) -> bool {
        self.encrypted
    }
}
