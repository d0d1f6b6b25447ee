//! Applies every rule of the house to this repository. What each rule reports, and that it does, is tested beside it.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use tidy::Finding;
use tidy::doors::{DOORS, impure_dependencies, wrong_doors};
use tidy::edges::{MAY_USE, forbidden_edges};
use tidy::licences::{locked_licences, unwanted_licences};
use tidy::rules;
use tidy::sources::{Source, load_sources};
use tidy::workspace::{Crate, load_crates, load_licences};

static CRATES: LazyLock<Vec<Crate>> = LazyLock::new(|| load_crates(&root()));
static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| load_sources(&root()));

/// Asked for at run time: trees that share a target folder share this binary, and each means itself.
fn root() -> PathBuf {
    let folder = std::env::var("CARGO_MANIFEST_DIR").expect("cargo says where the crate is");
    Path::new(&folder).ancestors().nth(2).expect("the crate is in tests/tidy").to_path_buf()
}

#[track_caller]
fn hold(findings: Vec<Finding>) {
    let lines: Vec<_> = findings.iter().map(Finding::to_string).collect();
    assert!(lines.is_empty(), "{} to put right:\n  {}", lines.len(), lines.join("\n  "));
}

#[test]
fn arrows_point_down_only() {
    hold(forbidden_edges(&CRATES, MAY_USE));
}

#[test]
fn every_crate_of_the_plan_is_there() {
    let lost = MAY_USE.iter().filter(|(name, _)| !CRATES.iter().any(|krate| krate.name == *name));
    hold(
        lost.map(|(name, _)| {
            Finding::new(*name, "is in MAY_USE and not in the workspace: take the line out")
        })
        .collect(),
    );
}

#[test]
fn third_party_crates_have_one_door() {
    hold(wrong_doors(&CRATES, DOORS));
}

#[test]
fn pure_crates_name_nothing_impure() {
    hold(impure_dependencies(&CRATES));
    hold(rules::impure_calls(&SOURCES));
}

#[test]
fn versions_and_lints_are_the_workspaces() {
    hold(rules::own_versions(&SOURCES));
}

#[test]
fn dynamic_sql_has_one_name() {
    hold(rules::stray_sea_query(&SOURCES));
}

#[test]
fn modules_are_files_beside_their_folder() {
    hold(rules::mod_files(&SOURCES));
}

#[test]
fn names_say_something() {
    hold(rules::empty_names(&SOURCES));
    hold(rules::forbidden_suffixes(&SOURCES));
}

#[test]
fn every_file_says_what_it_is() {
    hold(rules::missing_heads(&SOURCES));
}

#[test]
fn no_file_is_past_600_lines() {
    hold(rules::oversized_files(&SOURCES));
}

#[test]
fn the_top_is_a_table_of_contents() {
    hold(rules::strangers_at_the_top(&SOURCES));
}

#[test]
fn lock_files_name_no_server() {
    hold(rules::addresses_in_locks(&SOURCES));
}

#[test]
fn licences_are_permissive() {
    hold(
        SOURCES.iter().flat_map(|source| unwanted_licences(&source.path, &locked_licences(source))).collect(),
    );
    match load_licences(&root()) {
        Ok(crates) => hold(unwanted_licences("Cargo.lock", &crates)),
        Err(why) => println!("skipped for crates, as not all of them are on this machine: {why}"),
    }
}

#[test]
fn ui_folders_are_the_field_kinds() {
    match rules::unequal_field_kinds(&SOURCES) {
        Some(findings) => hold(findings),
        None => println!("skipped: metadata/src/field_kinds and admin-ui/src/fields are not both there yet"),
    }
}

#[test]
fn no_packaged_object_is_special_in_the_ui() {
    hold(rules::packaged_names_in_ui(&SOURCES));
}
