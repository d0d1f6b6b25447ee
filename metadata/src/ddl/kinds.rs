//! Changes of a field's kind: which ones a column can follow, and what that costs.

use super::act::Doing;
use super::names::quote;
use super::plan::{Builder, Phase};
use super::{Lock, Risk};
use crate::Field;
use crate::catalog::Object;
use crate::field_kinds::{ColumnType, FieldKind};
use crate::problem::Problem;

/// What a change of column type does.
enum Cost {
    /// The column stays as it is.
    Nothing,
    /// A moment.
    Moment,
    /// Every row is written anew.
    Rewrite,
}

impl Builder<'_> {
    pub fn change_kind(&mut self, object: &Object, field: &Field, from: &FieldKind) {
        let path = format!("objects.{}.fields.{}.kind", object.name, field.name);
        let (cost, ty) = match cost(from, &field.kind) {
            Ok(found) => found,
            Err(text) => {
                let problem = Problem::new(path, "cannot-change", text);
                return self.problems.push(problem.hint("add a new field and move the data"));
            }
        };
        let risk = match cost {
            Cost::Nothing => return,
            Cost::Moment => Risk::Safe,
            Cost::Rewrite => Risk::Rewrite,
        };
        let sql = format!(
            "ALTER TABLE {} ALTER COLUMN {} TYPE {}",
            self.table(&object.name),
            quote(&field.columns[0].name),
            ty.sql()
        );
        let act = Doing::Retype.field(&object.name, &field.name).with(ty.sql());
        self.push(Phase::Create, sql, (Lock::AccessExclusive, risk), act);
    }
}

/// Whether the column itself can follow a change of kind in a moment.
pub(super) fn is_in_place(from: &FieldKind, to: &FieldKind) -> bool {
    matches!(cost(from, to), Ok((Cost::Nothing | Cost::Moment, _)))
}

/// Whether the column can follow when every row is written anew.
pub fn is_rewrite(from: &FieldKind, to: &FieldKind) -> bool {
    matches!(cost(from, to), Ok((Cost::Rewrite, _)))
}

/// The cost of a change, and the new type; or why it cannot be.
fn cost(from: &FieldKind, to: &FieldKind) -> Result<(Cost, ColumnType), String> {
    let refused = || format!("a `{}` field cannot become `{}` while it has data", from.name(), to.name());
    let (old, new) = (from.behaviour().columns(), to.behaviour().columns());
    let computed = |kind: &FieldKind| matches!(kind, FieldKind::Rollup(_));
    let given = matches!(to, FieldKind::Autonumber(_)) || computed(from) || computed(to);
    if old.is_empty() || new.is_empty() || given {
        return if from.name() == to.name() { Ok((Cost::Nothing, ColumnType::Uuid)) } else { Err(refused()) };
    }
    let (old_type, new_type) = (old[0].1, new[0].1);
    match (old_type, new_type) {
        _ if old == new => Ok((Cost::Nothing, new_type)),
        (ColumnType::Numeric(p, s), ColumnType::Numeric(precision, scale))
            if scale == s && precision >= p =>
        {
            Ok((Cost::Moment, new_type))
        }
        (ColumnType::Numeric(p, s), ColumnType::Numeric(precision, scale)) => {
            if scale > s && precision - scale >= p - s {
                return Ok((Cost::Rewrite, new_type));
            }
            Err(format!(
                "numbers of {p} digits, {s} of them after the point, do not fit {precision} and {scale}"
            ))
        }
        // Numbers that do not fit stop the change when it is applied.
        (ColumnType::Bigint, ColumnType::Numeric(_, _)) => Ok((Cost::Rewrite, new_type)),
        _ => Err(refused()),
    }
}
