//! Differences of the fields of one object.

use super::{
    Arc, Component, Difference, Field, FieldDefinition, FieldKind, HashMap, OnDelete, Pair, Version,
};
use super::{bare_field, catalog, standard};

impl Pair<'_> {
    pub(super) fn field_differences(&self, found: &mut Vec<Difference>) {
        let past: HashMap<&str, &Component<FieldDefinition>> =
            self.past.fields.iter().filter(|was| !was.purged).map(|was| (was.id.as_str(), was)).collect();
        self.retired_fields(found);
        self.record_type(found);
        for field in self.object.fields.iter().filter(|field| !field.standard) {
            let object = Arc::clone(self.object);
            match past.get(field.id.as_str()) {
                None => found.push(Difference::AddField { object, field: Box::new(field.clone()) }),
                Some(was) => self.one_field(was, field, found),
            }
        }
    }

    /// The field of record types comes with the first of them, and its column stays.
    fn record_type(&self, found: &mut Vec<Difference>) {
        let Some(field) = self.object.find_field(standard::RECORD_TYPE).filter(|field| field.standard) else {
            return;
        };
        let before = self.old.catalog.objects.iter().find(|object| object.id == self.object.id);
        if before.is_none_or(|before| before.find_field(standard::RECORD_TYPE).is_none()) {
            let object = Arc::clone(self.object);
            found.push(Difference::AddField { object, field: Box::new(field.clone()) });
        }
    }

    fn retired_fields(&self, found: &mut Vec<Difference>) {
        // A restored object has no old catalog entry: its fields are hidden when its name is back.
        let before = self.old.catalog.objects.iter().find(|object| object.id == self.object.id);
        for was in self.past.fields.iter().filter(|was| !was.retired && !was.purged) {
            if self.object.find_field_by_id(&was.id).is_none() {
                let object = Arc::clone(before.unwrap_or(self.object));
                if let Some(field) = self.indexed_formula(was) {
                    found.push(Difference::DropIndex {
                        object: object.clone(),
                        field: Box::new(field.clone()),
                    });
                }
                found.push(Difference::RetireField { object, field: Box::new(bare_field(was)) });
            }
        }
    }

    /// A field in both versions; in the old one it, or its object, may have been retired.
    fn one_field(&self, was: &Component<FieldDefinition>, field: &Field, found: &mut Vec<Difference>) {
        let past = bare_field(was);
        let (object, new) = (|| Arc::clone(self.object), || Box::new(field.clone()));
        if was.retired {
            found.push(Difference::RestoreField { object: object(), field: new() });
        } else if past.name != field.name {
            found.push(Difference::RenameField {
                object: object(),
                field: new(),
                from: Box::new(past.clone()),
            });
        }
        let rollups = matches!((&past.kind, &field.kind), (FieldKind::Rollup(_), FieldKind::Rollup(_)));
        if past.kind != field.kind && !rollups {
            found.push(Difference::ChangeKind { object: object(), field: new(), from: past.kind.clone() });
        }
        if (past.encrypted, past.blind_index) != (field.encrypted, field.blind_index) {
            found.push(Difference::ChangeEncryption { object: object(), field: new() });
        }
        if target_id(self.old, &past.kind) != target_id(self.new, &field.kind)
            && past.kind.name() == field.kind.name()
        {
            found.push(Difference::ChangeTarget { object: object(), field: new() });
        }
        self.constraints(was, &past, field, found);
    }

    /// A formula field of the old version that was live and had an index.
    fn indexed_formula(&self, was: &Component<FieldDefinition>) -> Option<&Field> {
        let object = self.old.catalog.objects.iter().find(|object| object.id == self.object.id)?;
        object.find_field_by_id(&was.id).filter(|field| field.indexed && field.computed.is_some())
    }

    /// An index holds what a formula computed; it is made anew when that changes, also through what it reads.
    fn formula_index(&self, was: &Component<FieldDefinition>, field: &Field, found: &mut Vec<Difference>) {
        let computed = |field: &Field| field.computed.as_ref().map(|computed| computed.expression.clone());
        let (old, new) = (self.indexed_formula(was), Some(field).filter(|field| field.indexed));
        if old.and_then(computed) == new.and_then(computed) {
            return;
        }
        let object = Arc::clone(self.object);
        if old.is_some() {
            found.push(Difference::DropIndex { object: object.clone(), field: Box::new(field.clone()) });
        }
        if new.is_some() {
            found.push(Difference::AddIndex { object, field: Box::new(field.clone()) });
        }
    }

    fn constraints(
        &self,
        was: &Component<FieldDefinition>,
        past: &Field,
        field: &Field,
        found: &mut Vec<Difference>,
    ) {
        let (object, new) = (Arc::clone(self.object), Box::new(field.clone()));
        match (past.unique && !was.retired, field.unique) {
            (false, true) => found.push(Difference::SetUnique { object: object.clone(), field: new.clone() }),
            (true, false) => {
                found.push(Difference::DropUnique { object: object.clone(), field: new.clone() })
            }
            _ => {}
        }
        if matches!(field.kind, FieldKind::Formula(_)) {
            return self.formula_index(was, field, found);
        }
        match (past.has_index(), field.has_index()) {
            (false, true) => found.push(Difference::AddIndex { object: object.clone(), field: new.clone() }),
            (true, false) => found.push(Difference::DropIndex { object: object.clone(), field: new.clone() }),
            _ => {}
        }
        // What is retired must not refuse or cascade deletes, so its foreign keys blank out meanwhile.
        let hidden = was.retired || self.past.object.retired;
        if let (Some(from), Some(to)) = (on_delete(&past.kind), on_delete(&field.kind)) {
            let from = if hidden { OnDelete::SetNull } else { from };
            if from != to {
                found.push(Difference::ChangeOnDelete { object: object.clone(), field: new.clone(), from });
            }
        }
        let boolean = matches!((&past.kind, &field.kind), (FieldKind::Boolean(_), FieldKind::Boolean(_)));
        let truth = |field: &Field| field.default == Some(formulas::Value::Bool(true));
        if boolean && truth(past) != truth(field) {
            found.push(Difference::ChangeDefault { object, field: new });
        }
    }
}

/// What a foreign key does when its target goes; `None` when there is no foreign key.
pub(crate) fn on_delete(kind: &FieldKind) -> Option<OnDelete> {
    match kind {
        FieldKind::Lookup(lookup) => Some(lookup.on_delete),
        FieldKind::MasterDetail(_) => Some(OnDelete::Cascade),
        _ => None,
    }
}

/// Stable id of the one object that a relation points to.
fn target_id(version: Version<'_>, kind: &FieldKind) -> Option<String> {
    let name = match kind {
        FieldKind::ManyToMany(many) => many.to.as_str(),
        kind => kind.target()?,
    };
    if name == standard::USER {
        return Some(standard::USER_ID.to_owned());
    }
    // The target of what was hidden may be hidden itself; the newest of that name is meant.
    let hidden = || version.definitions.objects.iter().rev().find(|o| o.object.definition.name == name);
    let component = version.definitions.find_object(name).or_else(hidden);
    Some(component.map_or_else(|| name.to_owned(), |component| component.object.id.clone()))
}

impl Field {
    /// Whether its column has an index of its own, beside a unique one: relations always have.
    pub fn has_index(&self) -> bool {
        let relation =
            matches!(self.kind, FieldKind::Lookup(_) | FieldKind::MasterDetail(_) | FieldKind::AnyLookup(_));
        relation || (self.indexed && self.value_column().is_some()) || (self.blind_index && !self.unique)
    }

    /// What its foreign key does when the target is deleted for good; `None` when it has none.
    pub fn on_delete(&self) -> Option<catalog::OnDelete> {
        on_delete(&self.kind)
    }
}
