//! Each difference and its steps.

use super::act::Doing;
use super::names::{gone, literal, quote};
use super::numbering::backfill;
use super::plan::{Builder, Phase};
use super::tables::column_type;
use super::{Lock, Risk};
use crate::Field;
use crate::catalog::Object;
use crate::diff::Difference;
use crate::field_kinds::lookup::OnDelete;
use crate::field_kinds::{ColumnType, FieldKind};
use crate::problem::Problem;

/// The strongest lock, for the moment that the catalog of PostgreSQL takes.
const MOMENT: (Lock, Risk) = (Lock::AccessExclusive, Risk::Safe);

impl Builder<'_> {
    pub fn difference(&mut self, difference: &Difference) {
        use Difference as D;
        match difference {
            D::CreateObject { object } => self.create_object(object),
            D::RenameObject { object, from } => self.tables.table(from.clone(), object.name.clone()),
            D::RetireObject { object } => self.retire_object(object),
            D::RestoreObject { object } => self.tables.table(gone(&object.id), object.name.clone()),
            D::AddField { object, field } => self.add_field(object, field),
            D::RenameField { object, field, from } => self.rename_field(object, from, field),
            D::RetireField { object, field } => self.retire_field(object, field),
            D::RestoreField { object, field } if field.rollup.is_some() => self.add_field(object, field),
            D::RestoreField { object, field } => self.restore_field(object, field),
            D::RebuildRollup { object, field, indexed } => self.rebuild_rollup(object, field, *indexed),
            D::ChangeKind { object, field, from } => self.change_kind(object, field, from),
            D::ChangeEncryption { object, field } => self.refuse_encryption(object, field),
            D::ChangeTarget { object, field } => self.refuse_target(object, field),
            D::ChangeOnDelete { object, field, .. } => self.change_on_delete(object, field),
            D::ChangeDefault { object, field } => self.change_default(object, field),
            D::SetUnique { object, field } => self.unique_index(object, field),
            D::DropUnique { object, field } => self.drop_index(object, field, ("key", Phase::Loosen)),
            D::AddIndex { object, field } => self.index(object, field),
            D::DropIndex { object, field } => self.drop_index(object, field, ("idx", Phase::Loosen)),
            D::ChangeNameColumn { object } => self.refuse_name(object),
            D::ChangeSearch { object } => self.change_search(object),
            D::ChangeLanguage { object } => self.change_language(object),
            D::RenameTarget { object, field, from, to } => self.rename_target(object, field, (from, to)),
        }
    }

    /// The table moves away with its data. Its foreign keys must neither refuse nor cascade deletes meanwhile.
    fn retire_object(&mut self, object: &Object) {
        for field in object.fields.iter().filter(|field| !field.standard) {
            self.loosen(object, field);
        }
        let sql = format!("ALTER TABLE {} RENAME TO {}", self.table(&object.name), quote(&gone(&object.id)));
        let act = Doing::HideObject.of(&object.name);
        self.push(Phase::Retire, sql, (Lock::AccessExclusive, Risk::DataLoss), act);
        self.data_loss.push(object.name.clone());
    }

    /// Makes a foreign key blank out when its target goes.
    fn loosen(&mut self, object: &Object, field: &Field) {
        if field.on_delete().is_some_and(|on_delete| on_delete != OnDelete::SetNull) {
            self.swap_foreign_key(object, field, (OnDelete::SetNull, Phase::Loosen));
        }
    }

    /// Replaces a foreign key. Its rows were held to it until now, so they are not read again.
    fn swap_foreign_key(&mut self, object: &Object, field: &Field, (on_delete, phase): (OnDelete, Phase)) {
        let (table, name) = (self.table(&object.name), quote(&format!("{}_fk", field.id)));
        let what = format!("{}.{}", object.name, field.name);
        let act = Doing::Unpoint.of(&what);
        self.push(phase, format!("ALTER TABLE {table} DROP CONSTRAINT {name}"), MOMENT, act);
        let sql = format!(
            "ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({}) REFERENCES {} (\"id\"){} NOT VALID",
            quote(&field.columns[0].name),
            self.table(field.kind.target().unwrap_or_default()),
            super::tables::action(on_delete)
        );
        let act = Doing::Repoint.of(what);
        self.push(phase, sql, (Lock::ShareRowExclusive, Risk::Safe), act);
    }

    fn add_field(&mut self, object: &Object, field: &Field) {
        if let Some(rollup) = &field.rollup {
            self.add_rollup(object, field, rollup);
            return self.attach(object, field);
        }
        let table = self.table(&object.name);
        let fill = field.required && field.default.is_some();
        for column in &field.columns {
            let name = quote(&column.name);
            // The column of a standard field may have been there before.
            let add = if field.standard { "ADD COLUMN IF NOT EXISTS" } else { "ADD COLUMN" };
            let sql = format!("ALTER TABLE {table} {add} {name} {}", column_type(column, field, !fill));
            self.push(Phase::Create, sql, MOMENT, Doing::Add.field(&object.name, &column.name));
            if fill && column.ty != ColumnType::Boolean {
                let sql = format!("ALTER TABLE {table} ALTER COLUMN {name} DROP DEFAULT");
                let act = Doing::DefaultLater.of(&object.name);
                self.push(Phase::Create, sql, MOMENT, act);
            }
        }
        if let FieldKind::Autonumber(settings) = &field.kind {
            let (sql, numbering) = backfill(&table, field, settings);
            let act = Doing::Number.of(&object.name);
            self.push(Phase::Fill, sql, (Lock::RowExclusive, Risk::Rewrite), act);
            self.numberings.push(numbering);
        }
        self.attach(object, field);
    }

    fn rename_field(&mut self, object: &Object, from: &Field, to: &Field) {
        for (old, new) in from.columns.iter().zip(&to.columns) {
            self.columns.column(&object.name, old.name.clone(), new.name.clone());
        }
    }

    /// The columns move away with their data; a table of links stays where it is, under the field's id.
    fn retire_field(&mut self, object: &Object, field: &Field) {
        if field.unique && !field.columns.is_empty() {
            self.drop_index(object, field, ("key", Phase::Loosen));
        }
        // In a table that comes back, foreign keys blank out already, and its name is back first.
        let restored = self.restored.contains(object.id.as_str());
        let phase = if restored { Phase::Columns } else { Phase::Retire };
        if !restored {
            self.loosen(object, field);
        }
        if matches!(field.kind, FieldKind::Rollup(_)) {
            return self.drop_rollup(object, field, phase);
        }
        for (column, suffix) in field.columns.iter().zip(suffixes(field)) {
            let hidden = quote(&format!("{}{suffix}", gone(&field.id)));
            let table = self.table(&object.name);
            let sql = format!("ALTER TABLE {table} RENAME COLUMN {} TO {hidden}", quote(&column.name));
            let act = Doing::Hide.field(&object.name, &column.name);
            self.push(phase, sql, (Lock::AccessExclusive, Risk::DataLoss), act);
        }
        if !matches!(field.kind, FieldKind::Formula(_)) {
            self.data_loss.push(format!("{}.{}", object.name, field.name));
        }
    }

    fn restore_field(&mut self, object: &Object, field: &Field) {
        for (column, suffix) in field.columns.iter().zip(suffixes(field)) {
            self.columns.column(&object.name, format!("{}{suffix}", gone(&field.id)), column.name.clone());
        }
    }

    fn change_on_delete(&mut self, object: &Object, field: &Field) {
        let on_delete = field.on_delete().unwrap_or_default();
        self.swap_foreign_key(object, field, (on_delete, Phase::ForeignKey));
    }

    fn change_default(&mut self, object: &Object, field: &Field) {
        let default = field.default.clone().unwrap_or(formulas::Value::Bool(false));
        let sql = format!(
            "ALTER TABLE {} ALTER COLUMN {} SET DEFAULT {}",
            self.table(&object.name),
            quote(&field.columns[0].name),
            literal(&default)
        );
        self.push(Phase::Create, sql, MOMENT, Doing::Default.field(&object.name, &field.name));
    }

    fn drop_index(&mut self, object: &Object, field: &Field, (word, phase): (&str, Phase)) {
        // What is made later may not be there yet.
        let exists = if word == "idx" { "IF EXISTS " } else { "" };
        let sql = format!("DROP INDEX {exists}{}", self.table(&format!("{}_{word}", field.id)));
        let doing = if word == "key" { Doing::DropUnique } else { Doing::DropIndex };
        self.push(phase, sql, MOMENT, doing.field(&object.name, &field.name));
    }

    /// Any-lookups carry names of objects in their rows.
    fn rename_target(&mut self, object: &Object, field: &Field, (from, to): (&str, &str)) {
        let column = quote(&field.columns[0].name);
        let sql = format!(
            "UPDATE {} SET {column} = {} WHERE {column} = {}",
            self.table(&object.name),
            super::names::text_literal(to),
            super::names::text_literal(from)
        );
        let act = Doing::Retarget.field(&object.name, &field.name).with(to).formerly(from);
        self.push(Phase::Fill, sql, (Lock::RowExclusive, Risk::Scan), act);
    }

    fn refuse_target(&mut self, object: &Object, field: &Field) {
        let path = format!("objects.{}.fields.{}.to", object.name, field.name);
        let problem = Problem::new(path, "cannot-change", "a relation cannot point to another object later");
        self.problems.push(problem.hint("add a new field and move the data"));
    }

    /// What was plain once stays plain in the audit stream, which nothing is taken out of.
    fn refuse_encryption(&mut self, object: &Object, field: &Field) {
        let path = format!("objects.{}.fields.{}.encrypted", object.name, field.name);
        let text = "whether a field is encrypted, and found by its value, is chosen when it is made";
        let problem = Problem::new(path, "cannot-change", text);
        self.problems.push(problem.hint("add a new field and move the data"));
    }

    fn refuse_name(&mut self, object: &Object) {
        let path = format!("objects.{}.name_field.field", object.name);
        let problem = Problem::new(path, "cannot-change", "the field that names records cannot change later");
        self.problems.push(problem.hint("compose the name of fields instead, or make a new object"));
    }
}

/// Suffixes of a field's columns behind its name.
pub(super) fn suffixes(field: &Field) -> impl Iterator<Item = &'static str> {
    field.kind.behaviour().columns().into_iter().map(|(suffix, _)| suffix)
}
