//! Formula fields: what they mean, what is refused, and what follows a rename.
#![allow(clippy::unwrap_used, reason = "a failing case should stop its test")]

use formulas::{Capability, Type};
use metadata::{Catalog, Change, Definitions, Kind, Problem};
use serde_json::{Value as Json, json};

fn put(kind: Kind, name: &str, definition: Json) -> Change {
    Change { kind, name: name.into(), definition: Some(definition) }
}

fn formula(name: &str, text: &str) -> Json {
    json!({"name": name, "kind": "formula", "formula": text})
}

/// Accounts, and deals with these fields besides their own.
fn world(deals: Json, accounts: Json) -> Result<Definitions, Vec<Problem>> {
    let with = |own: Json, more: Json| {
        let more = more.as_array().cloned().unwrap_or_default();
        Json::Array([own.as_array().cloned().unwrap_or_default(), more].concat())
    };
    let account = with(json!([{"name": "size", "kind": "integer"}]), accounts);
    let deal = with(
        json!([
            {"name": "amount", "kind": "currency"},
            {"name": "close_date", "kind": "date"},
            {"name": "note", "kind": "long_text"},
            {"name": "account", "kind": "lookup", "to": "account", "inverse": "deals"}]),
        deals,
    );
    let changes = [
        put(Kind::Objects, "account", json!({"name": "account", "plural": "accounts", "fields": account})),
        put(Kind::Objects, "deal", json!({"name": "deal", "plural": "deals", "fields": deal})),
    ];
    let definitions = Definitions::initial().with_changes(&changes, None)?;
    Catalog::resolve(&definitions).map(|_| definitions)
}

fn catalog(deals: Json, accounts: Json) -> Catalog {
    Catalog::resolve(&world(deals, accounts).unwrap()).unwrap()
}

fn problems(deals: Json) -> Vec<String> {
    let found = world(deals, json!([])).unwrap_err();
    found.iter().map(|p| format!("{} {}: {}", p.path, p.code, p.message)).collect()
}

#[test]
fn types_are_found_out_and_formulas_read_formulas() {
    let deals = json!([
        // The second reads the first although it stands before it.
        formula("monthly", "weighted / 12"),
        formula("weighted", "amount * account.factor"),
        formula("label", "account.name & ' – ' & TEXT(close_date)"),
        formula("late", "close_date < TODAY()"),
        {"name": "share", "kind": "formula", "formula": "amount / 3", "returns": "percent", "scale": 1, "indexed": true},
    ]);
    let catalog = catalog(deals, json!([formula("factor", "IF(size > 100, 2, 1)")]));
    let deal = catalog.find_object("deal").unwrap();
    let shown = |name: &str| {
        let field = deal.find_field(name).unwrap();
        let computed = field.computed.as_ref().unwrap();
        (field.ty(), computed.capability, computed.shown_as)
    };
    assert_eq!(shown("monthly"), (Type::Number, Capability::Query, "decimal"));
    assert_eq!(shown("label"), (Type::Text, Capability::Query, "text"));
    assert_eq!(shown("late"), (Type::Bool, Capability::Query, "boolean"));
    assert_eq!(shown("share"), (Type::Number, Capability::Index, "percent"));
    let monthly = deal.find_field("monthly").unwrap();
    assert!(monthly.read_only && monthly.columns.is_empty());
    let lookup = &deal.find_field("account").unwrap().id;
    let mut read = Vec::new();
    monthly
        .computed
        .as_ref()
        .unwrap()
        .expression
        .references(&mut |r| read.push((r.path.clone(), r.field.clone())));
    let amount = deal.find_field("amount").unwrap().id.clone();
    let size = catalog.find_object("account").unwrap().find_field("size").unwrap().id.clone();
    let there = |field: &str| (vec![lookup.clone()], field.to_owned());
    assert_eq!(
        read,
        [(vec![], amount), there("id"), there(&size)],
        "stored columns only, seen from the deal"
    );
    let uses: Vec<_> =
        monthly.computed.as_ref().unwrap().uses.iter().map(|used| used.field.as_str()).collect();
    assert_eq!(uses, ["weighted"], "but it uses the formula that it names");
    let json = catalog.component_json(Kind::Fields, "deal.share").unwrap();
    assert_eq!((&json["shown_as"], &json["read_only"]), (&json!("percent"), &json!(true)));
}

#[test]
fn every_problem_is_told_where_it_is() {
    let found = problems(json!([
        formula("a", "amont * 2"),
        formula("b", "amount + note"),
        {"name": "c", "kind": "formula", "formula": "amount", "returns": "date", "tz": "Mars/Olympus"},
        {"name": "d", "kind": "formula", "formula": "1", "required": true, "unique": true, "default": 1},
        formula("e", "NULL"),
        formula("f", "ISNEW()"),
        formula("g", "a + 1"),
    ]));
    let paths: Vec<&str> = found.iter().map(|text| text.split(':').next().unwrap()).collect();
    assert_eq!(
        paths,
        [
            "objects.deal.fields.c.tz unknown-zone",
            "objects.deal.fields.d.required not-allowed",
            "objects.deal.fields.d.unique not-allowed",
            "objects.deal.fields.d.default not-allowed",
            "objects.deal.fields.a.formula F030",
            "objects.deal.fields.b.formula F033",
            "objects.deal.fields.c.formula F039",
            "objects.deal.fields.e.formula no-result",
            "objects.deal.fields.f.formula F037",
        ],
        "and `g`, which only reads a faulty one, has no problem of its own"
    );
}

#[test]
fn formulas_that_need_themselves_are_told_the_way_round() {
    let round = "the formula needs its own result: deal.a → deal.b → deal.c → deal.a";
    let found = problems(json!([
        formula("a", "b + 1"),
        formula("b", "c + 1"),
        formula("c", "a + 1"),
        formula("d", "a")
    ]));
    assert_eq!(
        found,
        ["a", "b", "c"].map(|name| format!("objects.deal.fields.{name}.formula cycle: {round}"))
    );
    assert_eq!(problems(json!([formula("a", "a")])).len(), 1);
    let mut chain: Vec<Json> =
        (0..12).map(|at| formula(&format!("f{at}"), &format!("f{} + 1", at + 1))).collect();
    chain.push(formula("f12", "amount"));
    assert_eq!(
        problems(Json::Array(chain)),
        ["objects.deal.fields.f10.formula too-deep: at most 10 formulas may read one another in a row"]
    );
}

#[test]
fn small_formulas_that_become_huge_are_refused() {
    let mut doubling = vec![formula("f0", "amount + amount")];
    doubling.extend((1..10).map(|at| {
        let text = vec![format!("f{}", at - 1); 4].join(" + ");
        formula(&format!("f{at}"), &text)
    }));
    let found = problems(Json::Array(doubling));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains(".formula too-large"), "{found:?}");
}

#[test]
fn what_cannot_be_indexed_says_why() {
    let indexed = |text: &str| json!([{"name": "x", "kind": "formula", "formula": text, "indexed": true}]);
    for (text, why) in [
        ("account.name", "it reads fields of other records"),
        ("close_date < TODAY()", "its result depends on the moment"),
        ("DATEVALUE(created_at)", "its result depends on the moment"),
    ] {
        let found = problems(indexed(text));
        assert!(found.len() == 1 && found[0].contains(why), "{text}: {found:?}");
    }
    let format = json!([{"name": "x", "kind": "formula", "formula": "TEXT(amount, '0.00')", "indexed": true, "tz": "UTC"}]);
    assert!(problems(format)[0].contains("a part of it is not immutable"));
    let zone = json!([{"name": "x", "kind": "formula", "formula": "DATEVALUE(created_at)", "indexed": true, "tz": "Europe/Budapest"}]);
    catalog(zone, json!([]));
}

#[test]
fn a_rename_rewrites_texts_and_nothing_else() {
    let definitions = world(
        json!([
            formula("x", "IF( amount>1, account.size, {Amount} ) // amount"),
            formula("y", "$Record.amount + x")
        ]),
        json!([formula("z", "size * 2")]),
    )
    .unwrap();
    let renamed = definitions
        .with_changes(
            &[
                put(
                    Kind::Fields,
                    "deal.amount",
                    json!({"name": "value", "kind": "currency", "label": "Amount"}),
                ),
                put(
                    Kind::Fields,
                    "deal.account",
                    json!({"name": "customer", "kind": "lookup", "to": "account", "inverse": "deals"}),
                ),
                put(Kind::Fields, "account.size", json!({"name": "not", "kind": "integer"})),
            ],
            None,
        )
        .unwrap();
    let catalog = Catalog::resolve(&renamed).unwrap();
    let text = |name: &str| catalog.component_json(Kind::Fields, name).unwrap()["formula"].clone();
    assert_eq!(text("deal.x"), "IF( value>1, customer.not, {Amount} ) // amount");
    assert_eq!(text("deal.y"), "$Record.value + x");
    assert_eq!(text("account.z"), "{not} * 2");
}

fn used(found: &[metadata::catalog::Use]) -> Vec<String> {
    found
        .iter()
        .map(|used| format!("{} {} {}", used.component.kind.word(), used.component.name, used.at))
        .collect()
}

/// A world in which others use `deal.amount` and `account.size` in every way that there is.
fn busy() -> Definitions {
    let definitions = world(
        json!([
            formula("monthly", "amount / 12"),
            formula("yearly", "monthly * 12 * account.size"),
            {"name": "goal", "kind": "currency", "default": {"formula": "amount * 2"}}]),
        json!([]),
    )
    .unwrap();
    let view = json!({"object": "deal", "label": "V", "columns": ["amount", "account.size"], "sort": ["-amount"],
        "filter": {"or": [{"amount": {"gt": 1}}, {"account.size": 1}]}});
    let layout = json!({"object": "deal", "sections": [{"label": "S", "items": [{"field": "amount"}]}]});
    definitions
        .with_changes(
            &[put(Kind::ListViews, "deal.all", view), put(Kind::Layouts, "deal.default", layout)],
            None,
        )
        .unwrap()
}

#[test]
fn what_uses_what_is_told_both_ways() {
    let catalog = Catalog::resolve(&busy()).unwrap();
    let named = |kind, name: &str| metadata::catalog::Named::new(kind, name);
    assert_eq!(
        used(&catalog.used_by(&named(Kind::Fields, "deal.amount"))),
        [
            "fields deal.goal default",
            "fields deal.monthly formula",
            "list-views deal.all columns.0",
            "list-views deal.all filter",
            "list-views deal.all sort.0",
            "layouts deal.default sections.0.items.0",
        ]
    );
    assert_eq!(
        used(&catalog.uses(&named(Kind::Fields, "deal.yearly"))),
        ["fields account.size formula", "fields deal.account formula", "fields deal.monthly formula"]
    );
    assert_eq!(
        used(&catalog.uses(&named(Kind::Objects, "deal"))),
        ["objects account fields.account.to", "fields account.size fields.yearly.formula"]
    );
    let account = catalog.used_by(&named(Kind::Objects, "account"));
    assert!(used(&account).contains(&"fields deal.account to".to_owned()), "{account:?}");
}

#[test]
fn what_is_used_goes_only_with_what_uses_it() {
    let busy = busy();
    let catalog = Catalog::resolve(&busy).unwrap();
    let remove = |kind: Kind, name: &str| Change { kind, name: name.into(), definition: None };
    let refused = |changes: &[Change]| {
        let new = busy.with_changes(changes, None).unwrap();
        let problems = catalog.with_dependents(&new, Catalog::resolve(&new).unwrap_err());
        let told = problems.iter().filter(|problem| problem.code == "in-use");
        told.map(|problem| format!("{}: {}", problem.path, problem.message)).collect::<Vec<_>>()
    };
    assert_eq!(
        refused(&[remove(Kind::Fields, "deal.amount")]),
        [
            "objects.deal.fields.amount: `deal.amount` is used by `deal.all` (list-views), `deal.default` (layouts), `deal.goal` (fields), `deal.monthly` (fields)"
        ]
    );
    let text = put(Kind::Fields, "deal.monthly", json!({"kind": "text"}));
    assert_eq!(
        refused(&[text]),
        ["objects.deal.fields.monthly: `deal.monthly` is used by `deal.yearly` (fields)"]
    );
    let together = [
        remove(Kind::Fields, "account.size"),
        put(Kind::Fields, "deal.yearly", formula("yearly", "monthly * 12")),
        put(Kind::ListViews, "deal.all", json!({"object": "deal", "label": "V", "columns": ["amount"]})),
    ];
    Catalog::resolve(&busy.with_changes(&together, None).unwrap()).unwrap();
    assert_eq!(refused(&together[..2]).len(), 1);
}

#[test]
fn computed_defaults_fit_their_field() {
    let told = |default: &str, kind: Json| {
        let mut field = kind;
        field["name"] = "x".into();
        field["default"] = json!({"formula": default});
        problems(json!([field]))
    };
    assert!(told("amount", json!({"kind": "text"}))[0].starts_with("objects.deal.fields.x.default F039"));
    assert!(told("account.size", json!({"kind": "integer"}))[0].contains("the new record itself"));
    assert!(told("amont", json!({"kind": "currency"}))[0].contains("F030"));
    assert!(told("1", json!({"kind": "json"}))[0].contains("takes no computed default"));
    let catalog =
        catalog(json!([{"name": "x", "kind": "integer", "default": {"formula": "amount / 3"}}]), json!([]));
    let field = catalog.find_object("deal").unwrap().find_field("x").unwrap();
    assert_eq!(
        catalog.component_json(Kind::Fields, "deal.x").unwrap()["default"],
        json!({"formula": "amount / 3"})
    );
    assert_eq!(
        field.fitted(formulas::Value::Number("2.5".parse().unwrap())),
        Some(formulas::Value::Number(3.into()))
    );
}
