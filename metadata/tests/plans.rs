//! Golden cases of metadata changes: each file of `cases/plans` is a list of deployments; what is
//! written down is the plan of each: SQL, lock, risk, or all problems.
#![allow(clippy::unwrap_used, reason = "a failing case should stop its test")]

use std::fmt::Write as _;
use std::path::Path;

use metadata::{Catalog, Change, DdlPlan, Definitions, Problem, Version, diff};

/// Definitions with their catalog.
struct State {
    definitions: Definitions,
    catalog: Catalog,
}

impl State {
    fn initial() -> Self {
        let definitions = Definitions::initial();
        Self { catalog: Catalog::resolve(&definitions).unwrap(), definitions }
    }

    fn version(&self) -> Version<'_> {
        Version { definitions: &self.definitions, catalog: &self.catalog }
    }

    fn deploy(&self, changes: &[Change]) -> Result<(Self, DdlPlan), Vec<Problem>> {
        self.become_these(self.definitions.with_changes(changes, None)?)
    }

    fn become_these(&self, definitions: Definitions) -> Result<(Self, DdlPlan), Vec<Problem>> {
        let catalog = Catalog::resolve(&definitions)?;
        let next = Self { definitions, catalog };
        let plan = DdlPlan::new("t_demo", &diff(Some(self.version()), next.version()))?;
        Ok((next, plan))
    }
}

/// One deployment of a case: changes, or the number of the deployment to go back to.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Deploy {
    Changes(Vec<Change>),
    Rollback { rollback: usize },
}

fn write_plan(out: &mut String, plan: &DdlPlan) {
    for step in &plan.steps {
        let rewrite = if step.rewrite { ", rewrite" } else { "" };
        writeln!(out, "-- {} ({:?}, {:?}{rewrite})\n{};", step.description, step.lock, step.risk, step.sql)
            .unwrap();
    }
    if plan.is_empty() {
        out.push_str("-- no step\n");
    }
    for name in &plan.data_loss {
        writeln!(out, "-- hides: {name}").unwrap();
    }
    for numbering in &plan.numberings {
        writeln!(out, "-- counters of {}: {}", numbering.field, numbering.sql).unwrap();
    }
}

fn write_problems(out: &mut String, problems: &[Problem]) {
    for problem in problems {
        let hint = problem.hint.as_deref().map(|hint| format!(" ({hint})")).unwrap_or_default();
        writeln!(out, "{} [{}] {}{hint}", problem.path, problem.code, problem.message).unwrap();
    }
}

fn run(deploys: &[Deploy]) -> String {
    let mut history = vec![State::initial()];
    let mut out = String::new();
    for (at, deploy) in deploys.iter().enumerate() {
        let state = &history[history.len() - 1];
        let (title, result) = match deploy {
            Deploy::Changes(changes) => ("changes".to_owned(), state.deploy(changes)),
            Deploy::Rollback { rollback } => {
                let past = &history[*rollback].definitions;
                (format!("back to {rollback}"), state.become_these(state.definitions.rolled_back_to(past)))
            }
        };
        writeln!(out, "== deployment {}: {title} ==", at + 1).unwrap();
        match result {
            Ok((next, plan)) => {
                write_plan(&mut out, &plan);
                let rows = next.definitions.rows();
                let again = Definitions::from_rows(rows.clone(), next.definitions.next_id).unwrap();
                assert_eq!(again.rows(), rows, "rows do not come back as they were");
                history.push(next);
            }
            Err(problems) => {
                write_problems(&mut out, &problems);
                let same = State { definitions: state.definitions.clone(), catalog: state.catalog.clone() };
                history.push(same);
            }
        }
    }
    out
}

#[test]
fn every_case_has_its_plan() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/plans");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let deploys: Vec<Deploy> = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        insta::assert_snapshot!(name, run(&deploys));
    }
}

#[test]
fn a_fresh_tenant_gets_the_users() {
    let state = State::initial();
    let plan = DdlPlan::new("t_demo", &diff(None, state.version())).unwrap();
    let mut out = String::new();
    write_plan(&mut out, &plan);
    insta::assert_snapshot!("fresh_tenant", out);
}
