//! What is different between two versions of a tenant's metadata, by stable id: a rename is a rename.
//! Only what concerns tables is told; labels, options and views need no step.

use std::collections::HashMap;
use std::sync::Arc;

use crate::catalog::{Catalog, Object, bare_field, standard};
use crate::definitions::field::FieldDefinition;
use crate::definitions::{Component, Definitions, ObjectComponent};
use crate::field_kinds::FieldKind;
use crate::field_kinds::lookup::OnDelete;
use crate::{Field, catalog};

mod fields;
mod noticed;
mod otherwise;
mod rollups;

pub use noticed::{Noticed, What, noticed};
pub use otherwise::Otherwise;

/// Metadata at one revision: as written, and what it means.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    pub definitions: &'a Definitions,
    pub catalog: &'a Catalog,
}

/// One difference. `object` is the object as it is in the new version (in the old one where it is gone there).
#[derive(Clone, Debug)]
pub enum Difference {
    CreateObject {
        object: Arc<Object>,
    },
    RenameObject {
        object: Arc<Object>,
        from: String,
    },
    RetireObject {
        object: Arc<Object>,
    },
    RestoreObject {
        object: Arc<Object>,
    },
    AddField {
        object: Arc<Object>,
        field: Box<Field>,
    },
    RenameField {
        object: Arc<Object>,
        field: Box<Field>,
        from: Box<Field>,
    },
    /// Object and field are the old ones.
    RetireField {
        object: Arc<Object>,
        field: Box<Field>,
    },
    RestoreField {
        object: Arc<Object>,
        field: Box<Field>,
    },
    ChangeKind {
        object: Arc<Object>,
        field: Box<Field>,
        from: FieldKind,
    },
    /// Encrypted from now on, or no longer; or found by its value, or no longer.
    ChangeEncryption {
        object: Arc<Object>,
        field: Box<Field>,
    },
    /// A relation that is to point to another object.
    ChangeTarget {
        object: Arc<Object>,
        field: Box<Field>,
    },
    ChangeOnDelete {
        object: Arc<Object>,
        field: Box<Field>,
        from: OnDelete,
    },
    /// Of a boolean: the others' defaults are the engine's business alone.
    ChangeDefault {
        object: Arc<Object>,
        field: Box<Field>,
    },
    SetUnique {
        object: Arc<Object>,
        field: Box<Field>,
    },
    DropUnique {
        object: Arc<Object>,
        field: Box<Field>,
    },
    AddIndex {
        object: Arc<Object>,
        field: Box<Field>,
    },
    DropIndex {
        object: Arc<Object>,
        field: Box<Field>,
    },
    /// What a roll-up holds is worth nothing any more: it is made of something else, or was hidden meanwhile.
    RebuildRollup {
        object: Arc<Object>,
        field: Box<Field>,
        /// Whether it had an index that goes with the column and must come back.
        indexed: bool,
    },
    /// The column of the records' names is to be another one.
    ChangeNameColumn {
        object: Arc<Object>,
    },
    /// Other columns are searched for words than before, or nobody knows which were, as of an object that comes back.
    ChangeSearch {
        object: Arc<Object>,
    },
    /// The same columns are searched for words in another language.
    ChangeLanguage {
        object: Arc<Object>,
    },
    /// An any-lookup holds the name of an object that is renamed.
    RenameTarget {
        object: Arc<Object>,
        field: Box<Field>,
        from: String,
        to: String,
    },
}

impl Difference {
    /// The object that it is about.
    pub fn object(&self) -> &Arc<Object> {
        match self {
            Self::CreateObject { object }
            | Self::RenameObject { object, .. }
            | Self::RetireObject { object }
            | Self::RestoreObject { object }
            | Self::AddField { object, .. }
            | Self::RenameField { object, .. }
            | Self::RetireField { object, .. }
            | Self::RestoreField { object, .. }
            | Self::ChangeKind { object, .. }
            | Self::ChangeEncryption { object, .. }
            | Self::ChangeTarget { object, .. }
            | Self::ChangeOnDelete { object, .. }
            | Self::ChangeDefault { object, .. }
            | Self::SetUnique { object, .. }
            | Self::DropUnique { object, .. }
            | Self::AddIndex { object, .. }
            | Self::DropIndex { object, .. }
            | Self::RebuildRollup { object, .. }
            | Self::ChangeNameColumn { object }
            | Self::ChangeSearch { object }
            | Self::ChangeLanguage { object }
            | Self::RenameTarget { object, .. } => object,
        }
    }

    /// The stable id of the field that it is about.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::ChangeKind { field, .. }
            | Self::SetUnique { field, .. }
            | Self::DropUnique { field, .. }
            | Self::AddIndex { field, .. }
            | Self::DropIndex { field, .. } => Some(&field.id),
            _ => None,
        }
    }

    /// Whether it is about the type of a field's column, or its indexes.
    pub fn is_of_column(&self) -> bool {
        self.field().is_some()
    }
}

/// All differences; `None` is a tenant that has nothing yet, not even the built-in objects.
pub fn diff(old: Option<Version<'_>>, new: Version<'_>) -> Vec<Difference> {
    let Some(old) = old else {
        return new
            .catalog
            .objects
            .iter()
            .map(|object| Difference::CreateObject { object: object.clone() })
            .collect();
    };
    let before: HashMap<&str, &ObjectComponent> =
        old.definitions.objects.iter().map(|object| (object.object.id.as_str(), object)).collect();
    let mut found = retired(old, new);
    for component in new.definitions.objects.iter().filter(|object| !object.object.retired) {
        let Some(object) = new.catalog.find_object(&component.object.definition.name) else { continue };
        // What was purged is made anew.
        let past = before.get(component.object.id.as_str()).filter(|past| !past.object.is_purged());
        match past {
            None => found.push(Difference::CreateObject { object: object.clone() }),
            Some(past) => {
                let pair = Pair { old, new, object, past, present: component };
                pair.object_differences(&mut found);
                pair.field_differences(&mut found);
            }
        }
    }
    found.extend(renamed_targets(old, new));
    found.extend(rollups::rebuilt(old, new));
    found
}

/// Objects that were live and are not any more.
fn retired(old: Version<'_>, new: Version<'_>) -> Vec<Difference> {
    let live = |id: &str| {
        new.definitions.objects.iter().any(|object| object.object.id == id && !object.object.retired)
    };
    let gone = old.catalog.objects.iter().filter(|object| !object.system && !live(&object.id));
    gone.map(|object| Difference::RetireObject { object: object.clone() }).collect()
}

/// Any-lookups on both sides, for each object that has another name now.
fn renamed_targets(old: Version<'_>, new: Version<'_>) -> Vec<Difference> {
    let mut found = Vec::new();
    for target in &new.catalog.objects {
        let Some(from) =
            old.catalog.objects.iter().find(|past| past.id == target.id && past.name != target.name)
        else {
            continue;
        };
        for object in &new.catalog.objects {
            let was = old.catalog.objects.iter().find(|past| past.id == object.id);
            let any = object.fields.iter().filter(|field| matches!(field.kind, FieldKind::AnyLookup(_)));
            for field in any.filter(|field| was.is_some_and(|was| was.find_field_by_id(&field.id).is_some()))
            {
                found.push(Difference::RenameTarget {
                    object: object.clone(),
                    field: Box::new(field.clone()),
                    from: from.name.clone(),
                    to: target.name.clone(),
                });
            }
        }
    }
    found
}

/// One object in both versions; in the old one it may have been retired.
struct Pair<'a> {
    old: Version<'a>,
    new: Version<'a>,
    object: &'a Arc<Object>,
    past: &'a ObjectComponent,
    present: &'a ObjectComponent,
}

impl Pair<'_> {
    fn object_differences(&self, found: &mut Vec<Difference>) {
        let object = self.object.clone();
        let (was, is) = (&self.past.object.definition, &self.present.object.definition);
        if self.past.object.retired {
            found.push(Difference::RestoreObject { object: object.clone() });
        } else if was.name != is.name {
            found.push(Difference::RenameObject { object: object.clone(), from: was.name.clone() });
        }
        let name_column = |definition: &ObjectComponent| {
            let own = definition.object.definition.name_field.field.clone()?;
            let field = definition.fields.iter().find(|f| !f.retired && f.definition.common.name == own)?;
            Some(field.id.clone())
        };
        if name_column(self.past) != name_column(self.present) {
            found.push(Difference::ChangeNameColumn { object: object.clone() });
        }
        let before = self.old.catalog.objects.iter().find(|past| past.id == object.id);
        match before.filter(|before| searched(before) == searched(&object)) {
            None => found.push(Difference::ChangeSearch { object }),
            Some(before) if before.language != object.language => {
                found.push(Difference::ChangeLanguage { object });
            }
            Some(_) => {}
        }
    }
}

/// Stable ids of the fields whose columns are searched for words.
fn searched(object: &Object) -> Vec<&str> {
    let of = |column: &str| {
        let own = object.fields.iter().filter(|field| field.columns.iter().any(|known| known.name == column));
        own.map(|field| field.id.as_str()).next_back()
    };
    crate::ddl::search_columns(object).into_iter().filter_map(|(column, _)| of(column)).collect()
}
