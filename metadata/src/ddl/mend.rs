//! What tables lack beside their metadata, because somebody changed them past Trellis: the steps that bring it back. What
//! was in a column or table that is gone is gone; what is there too much, or of another type, is for people to settle.

use super::act::Doing;
use super::names::quote;
use super::plan::{Builder, Phase};
use super::tables::column_type;
use super::{Index, Lock, Risk, Step};
use crate::Field;
use crate::catalog::{Column, Object};

/// One thing that is not there.
#[derive(Clone, Copy, Debug)]
pub enum Lack<'c> {
    Table(&'c Object),
    Column(&'c Object, &'c Field, &'c Column),
    Unique(&'c Object, &'c Field),
    /// That values may be the same: an index of a change that came to nothing refuses them.
    Freedom(&'c Object, &'c Field),
    Reference(&'c Object, &'c Field),
}

/// The steps that bring all of it back, in the order in which one transaction runs them.
pub fn mending(schema: &str, lacks: &[Lack<'_>]) -> Vec<Step> {
    let mut builder = Builder::new(schema);
    for lack in lacks {
        let (Lack::Table(object)
        | Lack::Column(object, ..)
        | Lack::Unique(object, _)
        | Lack::Freedom(object, _)
        | Lack::Reference(object, _)) = lack;
        builder.about(object);
        match lack {
            Lack::Table(object) => builder.create_object(object),
            Lack::Column(object, field, column) => {
                let ty = column_type(column, field, true);
                let table = builder.table(&object.name);
                let sql =
                    format!("ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {} {ty}", quote(&column.name));
                let act = Doing::AddAgain.field(&object.name, &column.name);
                builder.push(Phase::Create, sql, (Lock::AccessExclusive, Risk::Safe), act);
            }
            Lack::Unique(object, field) => {
                let act = Doing::Unique.field(&object.name, &field.name);
                let sql = Index::unique(object, field).create(schema);
                builder.push(Phase::Index, sql, (Lock::Share, Risk::Scan), act);
            }
            Lack::Freedom(object, field) => {
                let act = Doing::NotUnique.field(&object.name, &field.name);
                let sql = format!("DROP INDEX IF EXISTS {}", builder.table(&format!("{}_key", field.id)));
                builder.push(Phase::Loosen, sql, (Lock::AccessExclusive, Risk::Safe), act);
            }
            Lack::Reference(object, field) => {
                // Rows that point to nothing stay, and are refused when they are written.
                let on_delete = field.on_delete().unwrap_or_default();
                builder.foreign_key(object, field, (on_delete, false));
            }
        }
    }
    builder.steps()
}
