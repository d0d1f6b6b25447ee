//! What definitions mean: keys, relations, options, defaults, and values on their way in.
#![allow(clippy::unwrap_used, reason = "a failing case should stop its test")]

use formulas::Value;
use metadata::catalog::{Link, Named};
use metadata::definitions::Kind;
use metadata::definitions::layering::Layering;
use metadata::{Catalog, Change, Definitions, Input, Problem};
use serde_json::{Value as Json, json};

fn change(kind: Kind, name: &str, definition: Json) -> Change {
    Change { kind, name: name.into(), definition: Some(definition) }
}

fn try_define(changes: &[Change]) -> Result<Catalog, Vec<Problem>> {
    Catalog::resolve_after(&Definitions::initial().with_changes(changes, None)?, None)
}

fn codes(changes: &[Change]) -> Vec<String> {
    try_define(changes).unwrap_err().iter().map(|p| format!("{} {}", p.path, p.code)).collect()
}

fn object(name: &str, rest: Json) -> Change {
    let mut definition = json!({"name": name, "plural": format!("{name}s"), "fields": []});
    rest.as_object().unwrap().iter().for_each(|(key, value)| definition[key] = value.clone());
    change(Kind::Objects, name, definition)
}

fn sample() -> Catalog {
    try_define(&[
        object("account", json!({})),
        object(
            "deal",
            json!({"name_field": {"label": "Deal name", "field": "title"}, "fields": [
                {"name": "title", "kind": "text", "required": true},
                {"name": "account", "kind": "lookup", "to": "account", "inverse": "deals"},
                {"name": "about", "kind": "any_lookup", "to": ["*"], "inverse": "mentions"},
                {"name": "others", "kind": "many_to_many", "to": "deal", "inverse": "linked_from"},
                {"name": "stage", "kind": "picklist", "default": "new", "options": [
                    {"value": "new"}, {"value": "won", "label": "Won!"}, {"value": "old", "active": false}]},
                {"name": "days", "kind": "multi_picklist", "options": [{"value": "mon"}, {"value": "tue"}]},
                {"name": "amount", "kind": "currency", "min": 0.5, "default": 10.25},
                {"name": "open", "kind": "boolean"}]}),
        ),
    ])
    .unwrap()
}

#[test]
fn keys_lead_to_fields_and_columns() {
    let catalog = sample();
    let deal = catalog.find_plural("deals").unwrap();
    let found =
        |key: &str| deal.find_key(key).map(|(field, column)| (field.name.clone(), column.name.clone()));
    assert_eq!(found("account_id"), Some(("account".into(), "account_id".into())));
    assert_eq!(found("about_object"), Some(("about".into(), "about_object".into())));
    assert_eq!(
        found("name"),
        Some(("name".into(), "title".into())),
        "the name is stored in the field that it is"
    );
    assert_eq!(found("title"), Some(("title".into(), "title".into())));
    assert_eq!(found("owner_id"), Some(("owner".into(), "owner_id".into())));
    assert_eq!(found("account"), None);
    assert!(deal.find_field("name").unwrap().required);
    assert_eq!(deal.find_field("close").map(|f| &f.name), None);
    assert_eq!(deal.find_field("stage").unwrap().label, "Stage");
}

#[test]
fn records_must_have_a_name_unless_it_is_composed_or_they_are_told_not_to() {
    let asked = |name_field: Json| {
        let fields = json!([{"name": "title", "kind": "text"}, {"name": "first", "kind": "text"}]);
        let catalog =
            try_define(&[object("deal", json!({"name_field": name_field, "fields": fields}))]).unwrap();
        let deal = catalog.find_object("deal").unwrap();
        ["name", "title"].map(|field| deal.find_field(field).unwrap().required)
    };
    assert_eq!(asked(json!({"label": "Deal name"})), [true, false]);
    assert_eq!(asked(json!({"required": false})), [false, false]);
    assert_eq!(asked(json!({"field": "title"})), [true, true], "both are one value");
    assert_eq!(asked(json!({"field": "title", "required": false})), [false, false]);
    assert_eq!(asked(json!({"compose": ["first"]})), [false, false]);
    assert_eq!(asked(json!({"compose": ["first"], "required": true})), [true, false]);
    let told = try_define(&[object("deal", json!({"name_field": {"required": "often"}}))]).unwrap_err();
    assert_eq!((told.len(), told[0].code.as_str()), (1, "wrong-type"), "{told:?}");
}

#[test]
fn relations_are_seen_from_the_other_side() {
    let catalog = sample();
    let account = catalog.find_object("account").unwrap();
    let deals = account.find_relation("deals").unwrap();
    let id = &catalog.find_object("deal").unwrap().find_field("account").unwrap().id;
    assert_eq!(deals.link, Link::Lookup { field: id.clone(), column: "account_id".into() });
    assert_eq!((deals.object.as_str(), deals.field.as_str()), ("deal", "account"));
    assert!(account.find_relation("mentions").is_some());
    assert!(
        catalog.find_object("user").unwrap().find_relation("mentions").is_none(),
        "users are the system's"
    );
    let deal = catalog.find_object("deal").unwrap();
    assert_eq!(deal.find_field("about").unwrap().targets, ["account", "deal"]);
    let sides = ["others", "linked_from"].map(|name| match &deal.find_relation(name).unwrap().link {
        Link::Table { table, here, there, .. } => (table.clone(), here.clone(), there.clone()),
        other => panic!("{other:?}"),
    });
    assert_eq!(sides[0].0, sides[1].0);
    assert_eq!((&sides[0].1, &sides[0].2), (&sides[1].2, &sides[1].1));
}

#[test]
fn values_are_held_to_their_field() {
    let catalog = sample();
    let deal = catalog.find_object("deal").unwrap();
    let parse = |field: &str, json: Json| {
        let raw = serde_json::value::to_raw_value(&json).unwrap();
        deal.find_field(field).unwrap().parse(&Input::from_raw(&raw)).map_err(|fault| fault.code)
    };
    assert_eq!(parse("stage", json!("won")), Ok(Value::Text("won".into())));
    assert_eq!(parse("stage", json!("lost")), Err("unknown-option"));
    assert_eq!(parse("stage", json!("old")), Err("inactive-option"));
    assert_eq!(parse("stage", json!(null)), Ok(Value::Null));
    assert_eq!(parse("days", json!(["mon", "wed"])), Err("unknown-option"));
    assert_eq!(parse("title", json!(null)), Err("required"));
    assert_eq!(parse("title", json!("")), Err("required"));
    assert_eq!(parse("open", json!(null)), Err("required"));
    assert_eq!(parse("amount", json!(0.25)), Err("out-of-range"));
    let fault = deal.find_field("stage").unwrap().parse(&Input::Text("x".into())).unwrap_err();
    assert_eq!(fault.message, "`x` is not an option; one of `new`, `won`");
    let known = deal.find_field("stage").unwrap().parse_known(&Input::Text("old".into()));
    assert_eq!(known, Ok(Value::Text("old".into())), "an inactive option can be looked for");
}

#[test]
fn answers_are_numbers_and_resolved() {
    let catalog = sample();
    let amount = catalog.component_json(Kind::Fields, "deal.amount").unwrap();
    assert_eq!((&amount["min"], &amount["default"]), (&json!(0.5), &json!(10.25)));
    let deal = catalog.component_json(Kind::Objects, "deal").unwrap();
    assert_eq!(deal["fields"][0]["kind"], "id");
    assert_eq!(deal["fields"][0]["standard"], true);
    assert_eq!(
        deal["relations"][0],
        json!({"name": "linked_from", "object": "deal", "field": "others", "kind": "many_to_many"})
    );
    assert_eq!(deal["fields"][12]["options"][1], json!({"value": "won", "label": "Won!"}));
}

#[test]
fn a_tenant_that_has_named_something_like_groups_already_keeps_it() {
    let like = |plural: &str| object("one", json!({ "plural": plural }));
    let next = |old: &Definitions, changes: &[Change]| {
        let before = Catalog::resolve(old).unwrap();
        let new = old.with_changes(changes, None).unwrap();
        Catalog::resolve_after(&new, Some(&before)).map(|catalog| (new, catalog))
    };
    let first = [object("deal", json!({})), object("lead", json!({})), like("deals_aggregate")];
    let stored = Definitions::initial().with_changes(&first, None).unwrap();
    let catalog = Catalog::resolve(&stored).unwrap();
    let groups = |catalog: &Catalog, name: &str| catalog.has_groups(catalog.find_object(name).unwrap());
    assert_eq!([groups(&catalog, "deal"), groups(&catalog, "lead")], [false, true]);
    // Everything else of it can be changed, and the name itself.
    let other = json!({ "kind": "text", "name": "code" });
    next(&stored, &[change(Kind::Fields, "deal.code", other)]).unwrap();
    let (free, catalog) = next(&stored, &[like("ones")]).unwrap();
    assert!(groups(&catalog, "deal"));
    // Not to what is the same of another, and not back.
    for plural in ["leads_aggregate", "deals_aggregate"] {
        let from = if plural == "leads_aggregate" { &stored } else { &free };
        let problems = next(from, &[like(plural)]).err().unwrap();
        assert_eq!(problems[0].path, "objects.one.plural");
    }
    // Nor by a new name of the other.
    let renamed = object("lead", json!({ "plural": "ones" }));
    assert_eq!(next(&free, &[like("ones_aggregate"), renamed]).err().unwrap()[0].code, "duplicate-name");
}

#[test]
fn names_that_collide_are_refused() {
    let lookup = |name: &str, inverse: &str| json!({"name": name, "kind": "lookup", "to": "account", "inverse": inverse});
    let deal = |fields: Json| [object("account", json!({})), object("deal", json!({"fields": fields}))];
    let twice = deal(json!([{"name": "a", "kind": "text"}, {"name": "a", "kind": "text"}]));
    assert_eq!(codes(&twice), ["objects.deal.fields.a.name duplicate-name"]);
    let key = deal(json!([lookup("a", "deals"), {"name": "a_id", "kind": "text"}]));
    assert_eq!(codes(&key), ["objects.deal.fields.a_id.name duplicate-name"]);
    let inverse = deal(json!([lookup("a", "deals"), lookup("b", "deals")]));
    assert_eq!(codes(&inverse), ["objects.deal.fields.b.inverse duplicate-name"]);
    let standard = deal(json!([lookup("a", "owner")]));
    assert_eq!(codes(&standard), ["objects.deal.fields.a.inverse duplicate-name"]);
    let groups =
        |name: &str, plural: &str| [object("deal", json!({})), object(name, json!({"plural": plural}))];
    assert_eq!(codes(&groups("deals_aggregate", "many")), ["objects.deals_aggregate.name duplicate-name"]);
    assert_eq!(codes(&groups("one", "deals_aggregate")), ["objects.one.plural duplicate-name"]);
    // Nothing else that is made of names is anybody's name: `create_deal` begins as no other word of a root does.
    for (name, plural) in
        [("deal_aggregate", "many"), ("create_deal", "create_deals"), ("deal_changed", "deals_changed")]
    {
        assert!(try_define(&groups(name, plural)).is_ok(), "{name}");
    }
    assert_eq!(codes(&[object("search", json!({"plural": "search"}))]).len(), 2);
    assert_eq!(codes(&[object("user", json!({}))]), ["objects.user system-object"]);
    assert_eq!(
        codes(&[object("person", json!({"plural": "users"}))]),
        ["objects.person.plural duplicate-name"]
    );
}

#[test]
fn a_relation_to_everything_gives_way() {
    let catalog = try_define(&[
        object(
            "task",
            json!({"fields": [{"name": "about", "kind": "any_lookup", "to": ["*"], "inverse": "tasks"}]}),
        ),
        object("project", json!({})),
        object(
            "step",
            json!({"fields": [{"name": "project", "kind": "lookup", "to": "project", "inverse": "tasks"}]}),
        ),
    ])
    .unwrap();
    assert_eq!(catalog.find_object("project").unwrap().find_relation("tasks").unwrap().object, "step");
    assert_eq!(catalog.find_object("step").unwrap().find_relation("tasks").unwrap().object, "task");
}

#[test]
fn masters_make_no_circle() {
    let part = |name: &str, of: &str| {
        object(name, json!({"fields": [{"name": "whole", "kind": "master_detail", "to": of}]}))
    };
    assert_eq!(
        codes(&[part("a", "b"), part("b", "a")]),
        ["objects.a master-cycle", "objects.b master-cycle"]
    );
    let nobody = object("a", json!({"sharing": {"default": "controlled_by_parent"}}));
    assert_eq!(codes(&[nobody]), ["objects.a.sharing.default no-parent"]);
}

#[test]
fn renames_reach_everything_that_speaks_of_the_name() {
    let definitions = Definitions::initial()
        .with_changes(
            &[
                object("account", json!({"fields": [{"name": "size", "kind": "integer"}]})),
                object(
                    "deal",
                    json!({"fields": [
                    {"name": "account", "kind": "lookup", "to": "account", "inverse": "deals"},
                    {"name": "first", "kind": "text"}], "name_field": {"compose": ["first"]}}),
                ),
                change(
                    Kind::ListViews,
                    "deal.all",
                    json!({"object": "deal", "label": "All",
                    "columns": ["first", "account.size"], "sort": ["-account.size"],
                    "filter": {"and": [{"account.size": {"gt": 1}}, {"account_id": {"is_null": false}}]}}),
                ),
                change(
                    Kind::Layouts,
                    "account.main",
                    json!({"object": "account",
                    "sections": [{"label": "A", "items": [{"field": "size"}, {"related": "deals"}]}]}),
                ),
            ],
            None,
        )
        .unwrap();
    let renamed = definitions
        .with_changes(
            &[
                change(Kind::Fields, "account.size", json!({"name": "staff", "kind": "integer"})),
                change(
                    Kind::Fields,
                    "deal.account",
                    json!({"name": "customer", "kind": "lookup", "to": "account", "inverse": "deals"}),
                ),
                change(Kind::Fields, "deal.first", json!({"name": "begin", "kind": "text"})),
                change(Kind::Objects, "account", json!({"name": "company", "plural": "companies"})),
            ],
            None,
        )
        .unwrap();
    let catalog = Catalog::resolve(&renamed).unwrap();
    let view = catalog.component_json(Kind::ListViews, "deal.all").unwrap();
    assert_eq!(view["columns"], json!(["begin", "customer.staff"]));
    assert_eq!(view["sort"], json!(["-customer.staff"]));
    assert_eq!(view["filter"]["and"][0], json!({"customer.staff": {"gt": 1}}));
    assert_eq!(view["filter"]["and"][1], json!({"customer_id": {"is_null": false}}));
    assert!(catalog.component_json(Kind::Layouts, "company.main").is_some());
    assert_eq!(catalog.find_object("deal").unwrap().name_field.compose, ["begin"]);
}

#[test]
fn what_fields_are_made_of_is_known_and_follows_renames() {
    let states = json!([{"value": "a"}, {"value": "b"}]);
    let before = Definitions::initial()
        .with_changes(
            &[
                object(
                    "account",
                    json!({"fields": [{"name": "last", "kind": "rollup", "of": "deals", "function": "last",
                        "field": "part", "by": "due", "where": "whole = 'a' AND due < TODAY()"}]}),
                ),
                object(
                    "deal",
                    json!({"fields": [
                    {"name": "account", "kind": "lookup", "to": "account", "inverse": "deals"},
                    {"name": "due", "kind": "date"},
                    {"name": "whole", "kind": "picklist", "options": states},
                    {"name": "part", "kind": "picklist", "options": states,
                     "depends_on": {"field": "whole", "matrix": {"a": ["b"]}}}]}),
                ),
            ],
            None,
        )
        .unwrap();
    let users = |definitions: &Definitions, name: &str| {
        let catalog = Catalog::resolve(definitions).unwrap();
        let used = catalog.used_by(&Named::new(Kind::Fields, name));
        used.into_iter().map(|used| format!("{} {}", used.component.name, used.at)).collect::<Vec<_>>()
    };
    assert_eq!(users(&before, "deal.due"), ["account.last by", "account.last where"]);
    assert_eq!(users(&before, "deal.whole"), ["account.last where", "deal.part depends_on"]);
    let renamed = before
        .with_changes(
            &[
                change(Kind::Fields, "deal.due", json!({"name": "ends", "kind": "date"})),
                change(
                    Kind::Fields,
                    "deal.whole",
                    json!({"name": "group", "kind": "picklist", "options": states}),
                ),
            ],
            None,
        )
        .unwrap();
    assert_eq!(users(&renamed, "deal.ends"), ["account.last by", "account.last where"]);
    assert_eq!(users(&renamed, "deal.group"), ["account.last where", "deal.part depends_on"]);
}

#[test]
fn a_package_changes_only_what_it_brought() {
    let own = Definitions::initial().with_changes(&[object("lead", json!({}))], None).unwrap();
    let problems = own.with_changes(&[object("lead", json!({}))], Some("leads")).unwrap_err();
    assert_eq!(problems[0].code, "owned-elsewhere");

    let field = |name: &str| json!({"name": name, "kind": "text"});
    let base = |names: &[&str]| {
        [object("lead", json!({"fields": names.iter().map(|n| field(n)).collect::<Json>()}))]
    };
    let first = Definitions::initial().with_changes(&base(&["a", "b"]), Some("leads")).unwrap();
    let more = first.with_changes(&[change(Kind::Fields, "lead.mine", field("mine"))], None).unwrap();
    let all = |_: &str| true;
    let layering = Layering { archive: &all, ..Layering::of("leads") };
    let (second, _) = more.with_package(&base(&["a"]), layering).unwrap();
    let lead = Catalog::resolve(&second).unwrap().find_object("lead").unwrap().clone();
    assert!(lead.find_field("b").is_none(), "the new version does not have it");
    assert!(lead.find_field("mine").is_some(), "the tenant's own field stays");
}
