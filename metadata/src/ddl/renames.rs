//! Renames of tables and columns, in an order in which no two have one name at once: `a → b, b → a` goes
//! through a name in between.

use super::act::Doing;
use super::names::quote;
use super::{Lock, Risk, Step};

/// What is renamed.
struct Rename {
    /// Table for a column; `None` for a table itself.
    table: Option<String>,
    from: String,
    to: String,
}

/// All renames of one kind in a plan.
#[derive(Default)]
pub(super) struct Renames {
    all: Vec<Rename>,
}

impl Renames {
    pub fn table(&mut self, from: String, to: String) {
        self.all.push(Rename { table: None, from, to });
    }

    pub fn column(&mut self, table: &str, from: String, to: String) {
        self.all.push(Rename { table: Some(table.to_owned()), from, to });
    }

    /// Steps in three rounds: those in somebody's way step aside, the others move, the first arrive.
    pub fn steps(self, schema: &str) -> Vec<Step> {
        let blocked = |rename: &Rename| {
            self.all
                .iter()
                .any(|other| other.table == rename.table && other.from == rename.to && other.to != rename.to)
        };
        let (mut aside, mut direct, mut arrive) = (Vec::new(), Vec::new(), Vec::new());
        for (at, rename) in self.all.iter().enumerate() {
            if blocked(rename) {
                let between = format!("_move_{at}");
                aside.push(step(schema, rename, (&rename.from, &between)));
                arrive.push(step(schema, rename, (&between, &rename.to)));
            } else {
                direct.push(step(schema, rename, (&rename.from, &rename.to)));
            }
        }
        aside.into_iter().chain(direct).chain(arrive).collect()
    }
}

fn step(schema: &str, rename: &Rename, (from, to): (&str, &str)) -> Step {
    let (schema, old, new) = (quote(schema), quote(from), quote(to));
    let (sql, doing) = match &rename.table {
        None => (format!("ALTER TABLE {schema}.{old} RENAME TO {new}"), Doing::RenameTable),
        Some(table) => {
            (format!("ALTER TABLE {schema}.{} RENAME COLUMN {old} TO {new}", quote(table)), Doing::Rename)
        }
    };
    Step::new(sql, (Lock::AccessExclusive, Risk::Safe), (doing.of(from).with(to), String::new()))
}
