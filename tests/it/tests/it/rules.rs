//! What a record must obey before it is saved, on every way in.

use metadata::Problem;

mod conditions;
mod names;
mod on_the_way;
mod options;
mod process;
mod record_types;
mod same;
mod statements;
mod timed;
mod validation;

/// `path code` of each problem.
fn told(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(|problem| format!("{} {}", problem.path, problem.code)).collect()
}
