//! Database constraints as problems of fields, by the names that our DDL gave them. The database is the
//! judge of uniqueness and of references; nothing of its text goes outside.

use metadata::Problem;
use metadata::catalog::{Field, Object};

use crate::context::Context;
use crate::error::{Error, has_moved_on};

/// A database error as what it means for the caller, where it means something.
pub(crate) fn explain(error: Error, object: &Object, context: &Context) -> Error {
    explain_at(error, |name| find_field(object, context, name))
}

/// The same where any object may be meant.
pub(crate) fn explain_anywhere(error: Error, context: &Context) -> Error {
    explain_at(error, |name| {
        context.snapshot.catalog.objects.iter().find_map(|object| find_own_field(object, name))
    })
}

fn explain_at<'c>(error: Error, find: impl Fn(&str) -> Option<&'c Field>) -> Error {
    let Error::Database(error) = error else { return error };
    let Some(database) = error.as_database_error() else { return error.into() };
    let name = database.constraint().unwrap_or_default().to_owned();
    match database.code().as_deref() {
        Some("23505") => Error::Conflict(vec![duplicate(find(&name))]),
        Some("23503") => Error::Conflict(vec![dangling(find(&name))]),
        // Lock not available, deadlock, serialization failure, query cancelled by a timeout.
        Some("55P03" | "40P01" | "40001" | "57014") => Error::Busy,
        // Values were checked against their columns, so it is what many of them make together.
        Some("22003") => Error::Unprocessable(vec![too_large()]),
        _ if has_moved_on(&error) => Error::Outdated(crate::context::Versions::default()),
        _ => error.into(),
    }
}

/// The field whose stable id begins the constraint's name: `f12_key`, on Citus with a shard suffix.
fn find_field<'c>(object: &'c Object, context: &'c Context, constraint: &str) -> Option<&'c Field> {
    let others = context.snapshot.catalog.objects.iter().map(AsRef::as_ref);
    std::iter::once(object).chain(others).find_map(|object| find_own_field(object, constraint))
}

fn find_own_field<'c>(object: &'c Object, constraint: &str) -> Option<&'c Field> {
    object.find_field_by_id(constraint.split('_').next()?)
}

fn duplicate(field: Option<&Field>) -> Problem {
    match field {
        Some(field) => {
            let key = field.columns.first().map_or(field.name.as_str(), |column| column.key.as_str());
            Problem::new(key, "duplicate", format!("another record has this {}", field.label))
        }
        None => Problem::new("", "duplicate", "another record has this value"),
    }
}

fn too_large() -> Problem {
    let text = "a total that follows from this would have more digits than fit";
    Problem::new("", "out-of-range", text).hint("make the amount smaller")
}

fn dangling(field: Option<&Field>) -> Problem {
    let message = match field {
        Some(field) => format!("a record is still pointed to, or no longer there, through {}", field.label),
        None => "a record is still pointed to, or no longer there".into(),
    };
    Problem::new("", "in-use", message)
}
