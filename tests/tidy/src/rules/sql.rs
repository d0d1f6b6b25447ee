//! Dynamic SQL is built under one name.

use crate::Finding;
use crate::sources::Source;

/// Rust files that name sea-query and are neither called `sql.rs` nor under `sql/`. Its binder, `sea_query_sqlx`, only
/// hands values over and is wanted where statements run.
pub fn stray_sea_query(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| source.is_rust() && !source.is_test() && !is_sql(source)) {
        if let Some((line, _)) =
            source.code().find(|(_, code)| code.replace("sea_query_sqlx", "").contains("sea_query"))
        {
            let advice = "dynamic SQL is built in `sql.rs` or under `sql/` only: move this there";
            findings.push(Finding::new(source.at(line), advice));
        }
    }
    findings
}

fn is_sql(source: &Source) -> bool {
    source.name() == "sql.rs" || source.folders().any(|folder| folder == "sql")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sea_query_elsewhere_is_reported() {
        let text = "//! x\nuse sea_query::Expr;\n";
        let found = stray_sea_query(&[Source::new("runtime/engine/src/read.rs", text)]);
        assert_eq!(found[0].place, "runtime/engine/src/read.rs:2");
    }

    #[test]
    fn its_own_places_and_words_about_it_pass() {
        let own = Source::new("runtime/engine/src/read/sql.rs", "use sea_query::Expr;");
        let below = Source::new("formulas/src/sql/call.rs", "use sea_query::Expr;");
        let words = Source::new("formulas/src/lib.rs", "//! no sea_query here");
        let binder =
            Source::new("runtime/engine/src/read.rs", "let binds = sea_query_sqlx::SqlxValues(values);");
        assert_eq!(stray_sea_query(&[own, below, words, binder]), []);
    }
}
