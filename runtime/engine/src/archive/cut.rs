//! Which part of a tenant an archive takes along: all of it, its metadata and people alone, or a sample of its records in
//! which nothing points to a record that is not there.
//!
//! A sample begins with the newest records of each object and takes what they point to; of what came so it takes what a
//! record cannot be without, and so on. Any other pointer to what stays behind becomes blank.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use metadata::catalog::{Catalog, Field, Link, Object};
use metadata::field_kinds::FieldKind;
use serde_json::value::RawValue;
use sqlx::PgConnection;
use uuid::Uuid;

use super::mask::Masks;
use super::store::{self, Pick};
use crate::context::Tenant;
use crate::error::{Error, Result};

/// The object whose records are the people; they come along with every part.
const PEOPLE: &str = "user";
/// System tables of the metadata, and of people and what they belong to.
const ALWAYS: [&str; 6] = ["_keys", "_packages", "_reports", "_revisions", "_team_members", "_teams"];
/// Those that a sample has beside them, where `record_id` is of a record in it.
const BY_RECORD: [&str; 2] = ["_shares", "_states"];
/// Numbers go on where they are, so that a new record gets none that is there.
const NUMBERS: &str = "_counters";
/// What was written to records, to the letter.
const HISTORY: [&str; 3] = ["_audit", "_audit_blocks", "_audit_tail"];

/// How much of the records comes along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cut {
    #[default]
    Whole,
    /// None but people and teams.
    Metadata,
    /// The newest so many of each object, and what they cannot be without.
    Sample(u32),
}

/// What an archive takes along, and what it makes unreadable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    pub cut: Cut,
    /// Whether e-mail addresses become such as nobody has; the history of records is left out then.
    pub mask_emails: bool,
    /// People who keep theirs, by address.
    pub unmasked: BTreeSet<String>,
}

/// One field that points to one record.
struct Pointer {
    /// Of an any-lookup: the column that names the object.
    object_column: Option<String>,
    id_column: String,
    /// The object, where it is always the same.
    target: Option<String>,
    /// A record cannot be without it.
    needed: bool,
}

/// The records that come along.
pub(super) struct Kept<'a> {
    selection: &'a Selection,
    pointers: BTreeMap<String, Vec<Pointer>>,
    links: BTreeMap<String, [(String, String); 2]>,
    masks: Masks<'a>,
    /// By object, where it is not all of them.
    records: BTreeMap<String, HashSet<Uuid>>,
}

impl<'a> Kept<'a> {
    /// Chooses them, in the transaction that the archive is read in.
    pub async fn choose(
        connection: &mut PgConnection,
        (tenant, catalog): (&Tenant, &'a Catalog),
        selection: &'a Selection,
    ) -> Result<Self> {
        let pointers = catalog.objects.iter().map(|object| (object.name.clone(), pointers(object))).collect();
        let masks = Masks::new(catalog, selection);
        let mut kept = Self { selection, pointers, links: links(catalog), masks, records: BTreeMap::new() };
        if let Cut::Sample(most) = selection.cut {
            kept.sample(connection, tenant, most).await?;
        }
        Ok(kept)
    }

    /// What a table gives; `None` when it stays behind.
    pub fn pick(&self, table: &str) -> Option<Pick> {
        if self.selection.mask_emails && HISTORY.contains(&table) {
            return None;
        }
        let is_always = ALWAYS.contains(&table) || table == PEOPLE;
        match self.selection.cut {
            Cut::Whole => Some(Pick::default()),
            _ if is_always => Some(Pick::default()),
            Cut::Metadata => None,
            Cut::Sample(_) if table == NUMBERS => Some(Pick::default()),
            Cut::Sample(_) if BY_RECORD.contains(&table) => {
                let all = self.records.values().flatten().copied().collect();
                Some(Pick::of(vec![("record_id".into(), all)]))
            }
            Cut::Sample(_) => match self.links.get(table) {
                Some(ends) => {
                    let limited = ends.iter().filter(|(_, object)| object != PEOPLE);
                    Some(Pick::of(
                        limited.map(|(column, object)| (column.clone(), self.ids(object))).collect(),
                    ))
                }
                None if table.starts_with('_') => None,
                None => Some(Pick::of(vec![("id".into(), self.ids(table))])),
            },
        }
    }

    /// A row of a table as it is written.
    pub fn edit(&self, table: &str, line: String) -> Result<String> {
        let pointers = match self.selection.cut {
            Cut::Whole => &[],
            Cut::Metadata | Cut::Sample(_) => self.pointers.get(table).map(Vec::as_slice).unwrap_or_default(),
        };
        let masked = self.masks.of(table);
        if pointers.is_empty() && masked.is_empty() {
            return Ok(line);
        }
        let mut row: BTreeMap<String, Box<RawValue>> = read(&line)?;
        for pointer in pointers {
            self.blank(pointer, &mut row);
        }
        self.masks.apply(masked, &mut row);
        serde_json::to_string(&row).map_err(|error| Error::File(error.into()))
    }

    /// Blanks a pointer to what stays behind.
    fn blank(&self, pointer: &Pointer, row: &mut BTreeMap<String, Box<RawValue>>) {
        let text =
            |column: &String| row.get(column).and_then(|raw| serde_json::from_str::<String>(raw.get()).ok());
        let Some(id) = text(&pointer.id_column).and_then(|id| Uuid::parse_str(&id).ok()) else { return };
        let object = pointer.target.clone().or_else(|| pointer.object_column.as_ref().and_then(text));
        if object.is_some_and(|object| self.has(&object, id)) {
            return;
        }
        for column in pointer.object_column.iter().chain([&pointer.id_column]) {
            row.insert(column.clone(), RawValue::NULL.to_owned());
        }
    }

    fn has(&self, object: &str, id: Uuid) -> bool {
        object == PEOPLE || self.records.get(object).is_some_and(|ids| ids.contains(&id))
    }

    fn ids(&self, object: &str) -> Vec<Uuid> {
        self.records.get(object).into_iter().flatten().copied().collect()
    }

    /// Takes a record along; answers whether it is new.
    fn take(&mut self, object: &str, id: Uuid) -> bool {
        object != PEOPLE && self.pointers.contains_key(object) && {
            self.records.entry(object.to_owned()).or_default().insert(id)
        }
    }

    /// The newest of each object, then what they point to, then what those cannot be without.
    async fn sample(&mut self, connection: &mut PgConnection, tenant: &Tenant, most: u32) -> Result<()> {
        let mut fresh: BTreeMap<String, Vec<Uuid>> = BTreeMap::new();
        for object in self.pointers.keys().cloned().collect::<Vec<_>>() {
            let most = if object == PEOPLE { u32::MAX } else { most };
            let newest = store::list_newest(connection, (tenant, &object), most).await?;
            self.records.insert(object.clone(), newest.iter().copied().collect());
            fresh.insert(object, newest);
        }
        let mut all_pointers = true;
        while !fresh.is_empty() {
            let mut found: Vec<(String, Uuid)> = Vec::new();
            for (object, ids) in &fresh {
                let pointers = self.pointers.get(object).into_iter().flatten();
                for pointer in pointers.filter(|pointer| all_pointers || pointer.needed) {
                    let columns = (pointer.object_column.as_deref(), pointer.id_column.as_str());
                    let to = store::list_targets(connection, (tenant, object), columns, ids).await?;
                    let named = to
                        .into_iter()
                        .filter_map(|(object, id)| Some((pointer.target.clone().or(object)?, id)));
                    found.extend(named);
                }
            }
            fresh.clear();
            for (object, id) in found {
                if self.take(&object, id) {
                    fresh.entry(object).or_default().push(id);
                }
            }
            all_pointers = false;
        }
        Ok(())
    }
}

fn pointers(object: &Object) -> Vec<Pointer> {
    object.fields.iter().filter(|field| !field.standard).filter_map(pointer).collect()
}

fn pointer(field: &Field) -> Option<Pointer> {
    let column = |at: usize| field.columns.get(at).map(|column| column.name.clone());
    let one = |needed: bool| {
        let target = field.targets.first().cloned();
        Some(Pointer { object_column: None, id_column: column(0)?, target, needed })
    };
    match &field.kind {
        FieldKind::Lookup(_) => one(field.required),
        FieldKind::MasterDetail(_) => one(true),
        FieldKind::AnyLookup(_) => Some(Pointer {
            object_column: column(0),
            id_column: column(1)?,
            target: None,
            needed: field.required,
        }),
        _ => None,
    }
}

/// Tables of links with their two columns, and the object that each is of.
fn links(catalog: &Catalog) -> BTreeMap<String, [(String, String); 2]> {
    let mut found = BTreeMap::new();
    for object in &catalog.objects {
        for relation in &object.relations {
            if let Link::Table { table, here, there, .. } = &relation.link {
                let ends = [(here.clone(), object.name.clone()), (there.clone(), relation.object.clone())];
                found.insert(table.clone(), ends);
            }
        }
    }
    found
}

/// A row that PostgreSQL has written.
fn read(line: &str) -> Result<BTreeMap<String, Box<RawValue>>> {
    serde_json::from_str(line).map_err(|error| Error::File(error.into()))
}
