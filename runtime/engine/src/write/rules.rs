//! Validation rules: all of them, over all records, before anything is written.

use formulas::{Fault, evaluate};
use metadata::Problem;
use metadata::catalog::rules::{Rule, Rules};
use metadata::definitions::validation_rule::{Moment, Severity};

use super::draft::Draft;
use super::facts::Facts;
use super::saving::Saving;
use crate::context::Context;

/// The code of a rule that a record breaks.
const BROKEN: &str = "broken-rule";
/// The code of a rule whose condition has no value for a record, such as a division by zero.
const UNDECIDED: &str = "rule-failed";
/// The code of what has to be confirmed.
const WARNING: &str = "warning";

/// Looks at every rule for every record, unless what the rule reads of it could not be understood.
pub(super) fn check(saving: &mut Saving<'_>, (rules, facts): (&Rules, &Facts)) {
    if rules.validation.is_empty() {
        return;
    }
    let mut found = Vec::new();
    for (n, draft) in saving.drafts.iter().enumerate() {
        let view = facts.view(&saving.drafts, n);
        let asked = |rule: &&Rule| {
            looks_at(rule, draft) && !is_spared(rule, saving.context) && saving.is_meant(n, &rule.when)
        };
        for rule in rules.validation.iter().filter(asked) {
            match evaluate(&rule.when, &view, &facts.request) {
                Ok(value) if !value.is_true() => {}
                outcome => found.push((n, rule, outcome.err())),
            }
        }
    }
    found.into_iter().for_each(|(n, rule, fault)| tell(saving, n, (rule, fault)));
}

fn looks_at(rule: &Rule, draft: &Draft) -> bool {
    let moment = if draft.is_new() { Moment::Create } else { Moment::Update };
    rule.on.is_empty() || rule.on.contains(&moment)
}

/// Whether Trellis itself changes what only people may not: a record that stays as it is follows what it points to.
fn is_spared(rule: &Rule, context: &Context) -> bool {
    rule.spares_trellis && context.actor.is_system()
}

fn tell(saving: &mut Saving<'_>, n: usize, (rule, fault): (&Rule, Option<Fault>)) {
    let problem = |code, message: String| Problem::new(rule.key.clone(), code, message);
    match (fault, rule.severity) {
        (Some(fault), _) => {
            let message = format!("the rule `{}` could not be evaluated: {fault}", rule.name);
            saving.blame(n, problem(UNDECIDED, message));
        }
        (None, Severity::Error) => saving.blame(n, problem(BROKEN, rule.message.clone())),
        (None, Severity::Warning) => {
            let warning = problem(WARNING, rule.message.clone());
            saving.warn(n, warning.hint("send it again with `confirm_warnings=true`"));
        }
    }
}
