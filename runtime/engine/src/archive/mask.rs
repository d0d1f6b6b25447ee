//! E-mail addresses that become such as nobody has, so that nothing that works on a copy writes to people. Which record an
//! address is of can still be told, and no two are alike.

use std::collections::{BTreeMap, BTreeSet};

use metadata::catalog::Catalog;
use metadata::field_kinds::FieldKind;
use serde_json::value::{RawValue, to_raw_value};

use super::cut::Selection;

/// Nobody ever has a name under this one (RFC 2606).
const NOWHERE: &str = "masked.invalid";

/// Columns of addresses by table.
pub(super) struct Masks<'a> {
    columns: BTreeMap<&'a str, Vec<Masked<'a>>>,
    unmasked: &'a BTreeSet<String>,
}

/// One column; what is encrypted cannot be written anew here and becomes blank.
pub(super) struct Masked<'a> {
    column: &'a str,
    encrypted: bool,
}

impl<'a> Masks<'a> {
    pub fn new(catalog: &'a Catalog, selection: &'a Selection) -> Self {
        let mut columns: BTreeMap<&str, Vec<Masked>> = BTreeMap::new();
        for object in catalog.objects.iter().filter(|_| selection.mask_emails) {
            let emails = object.fields.iter().filter(|field| matches!(field.kind, FieldKind::Email(_)));
            let masked = emails.flat_map(|field| {
                field.columns.iter().map(|column| Masked { column: &column.name, encrypted: field.encrypted })
            });
            columns.insert(&object.name, masked.collect());
        }
        Self { columns, unmasked: &selection.unmasked }
    }

    pub fn of(&self, table: &str) -> &[Masked<'a>] {
        self.columns.get(table).map(Vec::as_slice).unwrap_or_default()
    }

    pub fn apply(&self, masked: &[Masked<'a>], row: &mut BTreeMap<String, Box<RawValue>>) {
        let text = |raw: &RawValue| serde_json::from_str::<String>(raw.get()).ok();
        let id = row.get("id").and_then(|raw| text(raw)).unwrap_or_default().replace('-', "");
        for (place, one) in masked.iter().enumerate() {
            let Some(email) = row.get(one.column).and_then(|raw| text(raw)) else { continue };
            if self.unmasked.contains(&email.to_lowercase()) {
                continue;
            }
            let address =
                format!("{id}{}@{NOWHERE}", if place == 0 { String::new() } else { format!(".{place}") });
            let raw = if one.encrypted { None } else { to_raw_value(&address).ok() };
            row.insert(one.column.to_owned(), raw.unwrap_or_else(|| RawValue::NULL.to_owned()));
        }
    }
}
