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
