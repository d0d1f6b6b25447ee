//! Texts in the formula language, checked against a catalog.
#![allow(clippy::unwrap_used, reason = "a failing case should stop its test")]

use formulas::{Capability, Options, Type};
use metadata::catalog::Checked;
use metadata::{Catalog, Change, Definitions, Kind, Problem};
use serde_json::json;

fn catalog() -> Catalog {
    let put = |name: &str, definition| Change {
        kind: Kind::Objects,
        name: name.into(),
        definition: Some(definition),
    };
    let changes = [
        put(
            "account",
            json!({"name": "account", "plural": "accounts", "fields": [
            {"name": "industry", "kind": "picklist", "options": [{"value": "retail"}, {"value": "energy"}]},
            {"name": "parent", "kind": "lookup", "to": "account"}]}),
        ),
        put(
            "deal",
            json!({"name": "deal", "plural": "deals", "fields": [
            {"name": "amount", "kind": "currency", "label": "Deal size"},
            {"name": "seats", "kind": "integer"},
            {"name": "open", "kind": "boolean"},
            {"name": "account", "kind": "lookup", "to": "account", "inverse": "deals"},
            {"name": "others", "kind": "many_to_many", "to": "deal"}]}),
        ),
    ];
    Catalog::resolve(&Definitions::initial().with_changes(&changes, None).unwrap()).unwrap()
}

fn check(text: &str) -> Result<Checked, Vec<Problem>> {
    let catalog = catalog();
    catalog.check_expression(catalog.find_object("deal").unwrap(), text, &Options::default())
}

fn uses(text: &str) -> Vec<String> {
    check(text).unwrap().uses.iter().map(|name| format!("{}.{}", name.object, name.field)).collect()
}

#[test]
fn names_are_fields_keys_and_labels_along_lookups() {
    let checked = check("{Deal size} * seats > 10 AND account.industry = 'retail'").unwrap();
    assert_eq!((checked.ty, checked.capability), (Type::Bool, Capability::Query));
    assert_eq!(
        uses("account.parent.owner.name"),
        ["account.owner", "account.parent", "deal.account", "user.name"]
    );
    assert_eq!(uses("account_id = account.parent_id"), ["account.parent", "deal.account"]);
    assert_eq!(check("amount / 12").unwrap().capability, Capability::Index);
}

#[test]
fn every_problem_has_its_place_and_a_way_out() {
    let shown = |text: &str| {
        let problems = check(text).unwrap_err();
        let place =
            |p: &Problem| p.span.map(|span| text[span.start..span.end].to_owned()).unwrap_or_default();
        problems
            .iter()
            .map(|p| format!("{} {} {}", p.code, place(p), p.hint.as_deref().unwrap_or("")))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        shown("amont + account.industri"),
        ["F030 amont Did you mean \"amount\"?", "F030 account.industri Did you mean \"industry\"?"]
    );
    assert_eq!(shown("others = NULL").len(), 1, "a relation to many records has no value");
    assert_eq!(shown("amount.size").len(), 1);
    assert_eq!(shown("account.industry = 'retial'"), ["F034 'retial' Its options are retail, energy."]);
    assert_eq!(shown("account.parent.parent.parent.parent.parent.name").len(), 1, "at most five lookups");
}
