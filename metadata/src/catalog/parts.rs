//! Components without tables: whether each has its name right and the object that it belongs to, and what
//! its own kind says of it.

use super::{Catalog, names};
use crate::definitions::Part;
use crate::problem::Problem;
use crate::suggest;

/// What is wrong with one component, with paths below it.
pub(crate) fn check_part<T: Part>(catalog: &Catalog, name: &str, part: &T) -> Vec<Problem> {
    let Some(object) = part.object() else {
        let mut problems: Vec<Problem> = names::name_problem(String::new(), name).into_iter().collect();
        problems.extend(T::ONLY.filter(|only| *only != name).map(|only| not_the_one(name, only)));
        problems.extend(part.check(catalog, None));
        return problems;
    };
    let mut problems: Vec<Problem> = name_of(object, name).into_iter().collect();
    match catalog.find_object(object) {
        Some(object) => problems.extend(part.check(catalog, Some(object))),
        None => {
            let problem = Problem::new("object", "unknown-object", format!("there is no object `{object}`"));
            let hint = suggest::hint(object, catalog.by_name.keys().map(String::as_str));
            problems.push(hint.into_iter().fold(problem, Problem::hint));
        }
    }
    problems
}

fn not_the_one(name: &str, only: &str) -> Problem {
    let text = format!("there is no `{name}` among these");
    Problem::new("", "bad-name", text).hint(format!("the only one is `{only}`"))
}

/// What belongs to an object is named `object.name`.
fn name_of(object: &str, name: &str) -> Option<Problem> {
    match name.split_once('.') {
        Some((prefix, word)) if prefix == object => names::name_problem(String::new(), word),
        _ => {
            let text = format!("`{name}` does not belong to the object `{object}`");
            Some(Problem::new("", "bad-name", text).hint(format!("name it `{object}.…`")))
        }
    }
}
