//! The columns of roll-ups. A record that was not built yet has NULL in the column that counts, new records
//! begin with zero: so a change of metadata takes a moment on any table, and the values come later in batches
//! (`engine::rollups`), while writers add to those that are there already.

use super::act::Doing;
use super::names::quote;
use super::plan::{Builder, Phase};
use super::{Lock, Risk};
use crate::Field;
use crate::catalog::{Object, Rollup};

const MOMENT: (Lock, Risk) = (Lock::AccessExclusive, Risk::Safe);

/// One column of a roll-up: name, type, and whether nothing is zero.
fn columns(rollup: &Rollup) -> Vec<(String, String, bool)> {
    let visible = (rollup.column.name.clone(), rollup.column.ty.sql(), rollup.zero());
    let hidden = rollup.hidden_columns().map(|hidden| (hidden.name, hidden.ty.sql(), true));
    std::iter::once(visible).chain(hidden).collect()
}

/// Type of a column and what a new record has in it.
pub(super) fn typed(ty: &str, zero: bool) -> String {
    if zero { format!("{ty} DEFAULT 0") } else { ty.to_owned() }
}

/// Lines of hidden columns in the making of a table.
pub(super) fn hidden_lines(object: &Object) -> Vec<String> {
    let rollups = object.fields.iter().filter_map(|field| field.rollup.as_ref());
    let hidden = rollups.flat_map(|rollup| rollup.hidden_columns().collect::<Vec<_>>());
    hidden.map(|hidden| format!("  {} {}", quote(&hidden.name), typed(&hidden.ty.sql(), true))).collect()
}

impl Builder<'_> {
    /// The columns of a roll-up on a table that is there already.
    pub fn add_rollup(&mut self, object: &Object, field: &Field, rollup: &Rollup) {
        let what = format!("{}.{}", object.name, field.name);
        let table = self.table(&object.name);
        // Where no child can be, nothing has to be built.
        let empty = self.new_tables.contains(rollup.child.as_str());
        // Nothing will ever be in the column of one that is computed when it is read.
        let is_built = !empty && rollup.is_kept();
        if is_built && rollup.child_id != object.id {
            self.wait_for_writers(&rollup.child);
        }
        for (name, ty, zero) in columns(rollup) {
            let name = quote(&name);
            let sql = format!("ALTER TABLE {table} ADD COLUMN {name} {}", typed(&ty, zero && empty));
            self.push(Phase::Create, sql, MOMENT, Doing::AddRollup.of(&what));
            if zero && !empty {
                let sql = format!("ALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT 0");
                let act = Doing::Zero.of(&what).with(&object.name);
                self.push(Phase::Create, sql, MOMENT, act);
            }
        }
        if is_built {
            self.rollups.push((rollup.level, rollup.id.clone()));
        }
    }

    /// Whoever writes children without knowing the roll-up ends before the change, or finds the new revision
    /// when it ends. Children first, as writers have it, so that the change does not stand in their way.
    fn wait_for_writers(&mut self, child: &str) {
        let sql = format!("LOCK TABLE {} IN SHARE MODE", self.table(child));
        if !self.awaited.insert(child.to_owned()) {
            return;
        }
        self.push(Phase::Create, sql, (Lock::Share, Risk::Safe), Doing::Wait.of(child));
    }

    /// What it held is worth nothing: the columns are made anew.
    pub fn rebuild_rollup(&mut self, object: &Object, field: &Field, indexed: bool) {
        let Some(rollup) = &field.rollup else { return };
        self.drop_rollup(object, field, Phase::Create);
        self.add_rollup(object, field, rollup);
        if indexed {
            self.index(object, field);
        }
    }

    /// Takes the columns of a roll-up away. They can be made again from the records.
    pub fn drop_rollup(&mut self, object: &Object, field: &Field, phase: Phase) {
        let visible = field.columns.first().map(|column| column.name.clone());
        let hidden = ["n", "s"].map(|word| format!("_{word}_{}", field.id));
        let gone = visible.into_iter().chain(hidden);
        let gone = gone.map(|name| format!("DROP COLUMN IF EXISTS {}", quote(&name))).collect::<Vec<_>>();
        let sql = format!("ALTER TABLE {} {}", self.table(&object.name), gone.join(", "));
        let act = Doing::DropRollup.field(&object.name, &field.name);
        self.push(phase, sql, MOMENT, act);
    }
}
