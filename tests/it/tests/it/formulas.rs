//! Formula fields in every place where a record is read: selected, nested, filtered, sorted and paged; with their
//! author's sight, not the caller's. And that changing one touches no row.

use engine::{Apply, Context, Error, Filter, Nested, Page, Query, Selection, SortKey, What};
use it::{World, fields, problems};
use metadata::{Change, Kind};
use serde_json::{Value as Json, json};
use uuid::Uuid;

#[path = "formulas/aggregates.rs"]
mod aggregates;
#[path = "formulas/blanks.rs"]
mod blanks;
#[path = "formulas/changes.rs"]
mod changes;
#[path = "formulas/differential.rs"]
mod differential;
#[path = "formulas/forms.rs"]
mod forms;
#[path = "formulas/indexes.rs"]
mod indexes;
#[path = "formulas/wire.rs"]
mod wire;
#[path = "formulas/zones.rs"]
mod zones;

fn put(kind: Kind, name: &str, definition: Json) -> Change {
    Change { kind, name: name.into(), definition: Some(definition) }
}

fn objects() -> Vec<Change> {
    let account = json!({"name": "account", "plural": "accounts", "fields": [
        {"name": "size", "kind": "integer"},
        {"name": "parent", "kind": "lookup", "to": "account"},
        {"name": "tier", "kind": "formula", "formula": "IF(size >= 100, 'gold', 'tin')"}]});
    let deal = json!({"name": "deal", "plural": "deals", "fields": [
        {"name": "amount", "kind": "currency"},
        {"name": "seats", "kind": "integer"},
        {"name": "close_date", "kind": "date"},
        {"name": "open", "kind": "boolean"},
        {"name": "tags", "kind": "tags"},
        {"name": "account", "kind": "lookup", "to": "account", "inverse": "deals"},
        {"name": "monthly", "kind": "formula", "formula": "amount / 12"},
        {"name": "each", "kind": "formula", "formula": "amount / seats", "scale": 2, "returns": "currency"},
        {"name": "big", "kind": "formula", "formula": "amount > 1000"},
        {"name": "line", "kind": "formula", "formula": "account.tier & ': ' & name & ' of ' & account.parent.name"},
        {"name": "late", "kind": "formula", "formula": "open AND close_date < TODAY()"},
        {"name": "due", "kind": "formula", "formula": "close_date + 30"},
        {"name": "made", "kind": "formula", "formula": "created_at"},
        {"name": "words", "kind": "formula", "formula": "tags"},
        {"name": "mine", "kind": "formula", "formula": "owner.id = $User.id"}]});
    vec![put(Kind::Objects, "account", account), put(Kind::Objects, "deal", deal)]
}

pub(crate) struct Stage {
    pub world: World,
    pub ada: Context,
    pub mia: Context,
}

async fn stage(name: &str) -> Stage {
    let world = World::new(name).await;
    let system = world.system().await;
    world.engine.apply(&system, Apply { changes: objects(), ..Apply::default() }).await.unwrap();
    let ada = world.person("ada", "administrator").await;
    let mia = world.person("mia", "member").await;
    Stage { world, ada, mia }
}

impl Stage {
    async fn create(&self, context: &Context, object: &str, record: Json) -> Uuid {
        self.world.create(&self.world.again(context).await, object, record).await.unwrap()
    }

    async fn ask(&self, context: &Context, query: &Query) -> engine::Result<Json> {
        let context =
            Context { now: "2026-11-20T12:00:00Z".parse().unwrap(), ..self.world.again(context).await };
        self.world.read(&context, query).await
    }

    /// Names of the deals that a query finds.
    async fn names(&self, context: &Context, query: &Query) -> Vec<String> {
        let found = self.ask(context, query).await.unwrap();
        found.as_array().unwrap().iter().map(|deal| deal["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Three deals of a gold account that has a parent, and one that is nobody's.
    async fn deals(&self) {
        let top = self.create(&self.ada, "account", json!({"name": "Top", "size": 5})).await;
        let acme = json!({"name": "Acme", "size": 100, "parent_id": top});
        let acme = self.create(&self.ada, "account", acme).await;
        for deal in [
            json!({"name": "A", "amount": 1200, "seats": 3, "close_date": "2026-11-01", "open": true, "account_id": acme, "tags": ["x"]}),
            json!({"name": "B", "amount": 600.50, "seats": 0, "close_date": "2026-12-01", "open": true, "account_id": acme}),
            json!({"name": "C", "seats": 7, "account_id": acme}),
            json!({"name": "D", "amount": 24000, "seats": 7}),
        ] {
            self.create(&self.ada, "deal", deal).await;
        }
    }
}

fn list(fields: &[&str]) -> Query {
    let fields = fields.iter().map(|name| Selection::Field((*name).into())).collect();
    Query { object: "deal".into(), fields, sort: vec![by("name")], ..Query::default() }
}

fn by(path: &str) -> SortKey {
    let descending = path.starts_with('-');
    SortKey { path: path.trim_start_matches('-').into(), descending }
}

fn filtered(filter: Json) -> Query {
    Query { filter: Some(Filter::from_json(&filter).unwrap()), ..list(&["name"]) }
}

fn typed(text: &str) -> Query {
    Query { filter: Some(Filter::Formula(text.into())), ..list(&["name"]) }
}

fn nested(relation: &str, fields: &[&str]) -> Selection {
    let fields = fields.iter().map(|name| Selection::Field((*name).into())).collect();
    Selection::Nested(Nested {
        relation: relation.into(),
        alias: None,
        fields,
        sort: vec![by("-monthly")],
        limit: None,
        filter: None,
    })
}

#[tokio::test]
async fn every_type_is_read_and_faults_are_blank() {
    let s = stage("formula_types").await;
    s.deals().await;
    let names = ["monthly", "each", "big", "line", "late", "due", "words", "mine"];
    let deals = s.ask(&s.ada, &list(&names)).await.unwrap();
    let without_id = |deal: &Json| names.iter().map(|name| deal[*name].clone()).collect::<Vec<_>>();
    let rows: Vec<Vec<Json>> = deals.as_array().unwrap().iter().map(without_id).collect();
    let t = |text: &str| json!(text);
    assert_eq!(
        rows[0],
        [
            json!(100),
            json!(400),
            json!(true),
            t("gold: A of Top"),
            json!(true),
            t("2026-12-01"),
            json!(["x"]),
            json!(true)
        ]
    );
    let b = rows[1].clone();
    assert_eq!(deals[1]["monthly"].to_string(), "50.041666666667", "twelve decimals, exactly");
    assert_eq!(
        b[1..],
        [
            Json::Null,
            json!(false),
            t("gold: B of Top"),
            json!(false),
            t("2026-12-31"),
            json!([]),
            json!(true)
        ]
    );
    assert_eq!(rows[2][..3], [json!(0), json!(0), json!(false)]);
    assert_eq!(rows[3][3], t(": D of "), "an account that is not there has no tier");
    let all = s.ask(&s.ada, &Query { fields: Vec::new(), ..list(&[]) }).await.unwrap();
    assert_eq!(all[0]["made"], all[0]["created_at"], "all own fields are computed ones too");
}

#[tokio::test]
async fn formulas_nest_both_ways() {
    let s = stage("formula_nested").await;
    s.deals().await;
    let fields = vec![
        Selection::Field("tier".into()),
        nested("deals", &["name", "monthly", "made", "late"]),
        Selection::Field("created_at".into()),
    ];
    let query = Query { object: "account".into(), fields, sort: vec![by("name")], ..Query::default() };
    let accounts = s.ask(&s.ada, &query).await.unwrap();
    assert_eq!((&accounts[0]["tier"], &accounts[1]["tier"]), (&json!("gold"), &json!("tin")));
    let deals = &accounts[0]["deals"];
    assert_eq!(
        [&deals[0]["monthly"], &deals[1]["name"], &deals[2]["name"]],
        [&json!(100), &json!("B"), &json!("C")]
    );
    assert!(deals[0]["made"].as_str().unwrap().ends_with('Z') && deals[0]["late"] == json!(true));
    let fields = vec![Selection::Nested(Nested {
        sort: Vec::new(),
        alias: None,
        relation: "account".into(),
        fields: vec![Selection::Field("tier".into())],
        limit: None,
        filter: None,
    })];
    let deals = s.ask(&s.ada, &Query { fields, ..list(&[]) }).await.unwrap();
    assert_eq!((&deals[0]["account"]["tier"], &deals[3]["account"]), (&json!("gold"), &Json::Null));
}

#[tokio::test]
async fn formulas_filter_like_columns() {
    let s = stage("formula_filters").await;
    s.deals().await;
    for (filter, expected) in [
        (json!({"monthly": {"gte": 100}}), "A D"),
        (json!({"monthly": {"between": [1, "100"]}}), "A B"),
        (json!({"big": true}), "A D"),
        (json!({"big": {"ne": true}}), "B C"),
        (json!({"late": "true"}), "A"),
        (json!({"line": {"contains": "GOLD: a"}}), "A"),
        (json!({"account.tier": {"in": ["gold"]}}), "A B C"),
        (json!({"due": "2026-12-31"}), "B"),
        (json!({"due": "this_month"}), ""),
        (json!({"due": {"is_null": true}}), "C D"),
        (json!({"words": {"has_any": ["x", "y"]}}), "A"),
        // The fault of B is neither true nor false.
        (json!({"each": {"gte": 0}}), "A C D"),
        (json!({"not": {"each": {"gte": 0}}}), ""),
    ] {
        assert_eq!(s.names(&s.ada, &filtered(filter.clone())).await.join(" "), expected, "{filter}");
    }
    for (text, expected) in [
        ("monthly >= 100 AND NOT late", "D"),
        ("IFERROR(each, -1) = -1", "B"),
        ("ISERROR(each)", "B"),
        ("account.tier = 'gold' AND big", "A"),
        ("due - close_date = 30", "A B"),
        ("mine", "A B C D"),
        ("each = 400 OR late", "A"),
    ] {
        assert_eq!(s.names(&s.ada, &typed(text)).await.join(" "), expected, "{text}");
    }
    let accounts = filtered(json!({"deals": {"some": {"each": {"gt": 300}}}}));
    let accounts = Query { object: "account".into(), ..accounts };
    assert_eq!(s.names(&s.ada, &accounts).await, ["Acme"]);
    let wrong =
        s.ask(&s.ada, &filtered(json!({"monthly": {"gt": "much"}, "due": {"gt": "x"}}))).await.unwrap_err();
    assert_eq!(problems(wrong).len(), 2);
}

#[tokio::test]
async fn pages_by_a_formula_show_each_record_once() {
    let s = stage("formula_pages").await;
    s.deals().await;
    for seats in 0..9 {
        s.create(&s.ada, "deal", json!({"name": format!("P{seats}"), "amount": 10, "seats": seats})).await;
    }
    for keys in [
        vec!["each"],
        vec!["-each", "-name"],
        vec!["line", "-monthly"],
        vec!["-due"],
        vec!["late", "each"],
        vec!["account.tier"],
    ] {
        let sort: Vec<SortKey> = keys.iter().map(|key| by(key)).collect();
        let whole = s.names(&s.ada, &Query { sort: sort.clone(), limit: 100, ..list(&["name"]) }).await;
        assert_eq!(whole.len(), 13);
        let (mut paged, mut page) = (Vec::new(), Page::First);
        loop {
            let query = Query { sort: sort.clone(), limit: 2, page, ..list(&["name"]) };
            let context = s.world.again(&s.ada).await;
            let answer = s.world.engine.read(&context, &query).await.unwrap();
            let rows: Vec<Json> = serde_json::from_slice(&answer.json).unwrap();
            paged.extend(rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()));
            match answer.next_cursor {
                Some(cursor) => page = Page::After(cursor),
                None => break,
            }
        }
        assert_eq!(paged, whole, "{keys:?}");
    }
    let unsortable = s.ask(&s.ada, &Query { sort: vec![by("words")], ..list(&[]) }).await.unwrap_err();
    assert_eq!(problems(unsortable)[0].code, "not-sortable");
}

#[tokio::test]
async fn a_formula_sees_what_its_author_saw_and_a_caller_does_not() {
    let s = stage("formula_sight").await;
    s.deals().await;
    let account = s
        .world
        .read(
            &s.world.again(&s.ada).await,
            &Query { object: "account".into(), sort: vec![by("name")], ..Query::default() },
        )
        .await
        .unwrap();
    let acme: Uuid = account[0]["id"].as_str().unwrap().parse().unwrap();
    let deal = s
        .create(
            &s.ada,
            "deal",
            json!({"name": "M", "amount": 5, "account_id": acme, "owner_id": s.mia.actor.user_id}),
        )
        .await;
    let fields =
        vec![Selection::Field("line".into()), Selection::Field("name".into()), nested("account", &["name"])];
    let fields: Vec<Selection> = fields
        .into_iter()
        .map(|field| match field {
            Selection::Nested(nested) => Selection::Nested(Nested { sort: Vec::new(), ..nested }),
            field => field,
        })
        .collect();
    let read = s.ask(&s.mia, &Query { fields, ..Query::of("deal", vec![deal]) }).await.unwrap();
    assert_eq!(read[0]["line"], json!("gold: M of Top"), "the formula's own path");
    assert_eq!(read[0]["account"], Json::Null, "the caller's path");
    // What the caller types is the caller's, even where it is a formula of the record behind.
    for text in [
        "account.name = 'Acme'",
        "account.tier = 'gold'",
        "NOT ISBLANK(account.name)",
        "account.tier = 'tin'",
    ] {
        assert_eq!(s.names(&s.mia, &typed(text)).await, [""; 0], "{text}");
    }
    assert_eq!(s.names(&s.mia, &typed("line = 'gold: M of Top'")).await, ["M"]);
}

#[tokio::test]
async fn nobody_writes_a_formula() {
    let s = stage("formula_writes").await;
    let context = s.world.again(&s.ada).await;
    let create = What::Create(vec![fields(&json!({"name": "X", "monthly": 5, "big": true}))]);
    let found = problems(s.world.run(&context, "deal", create).await.unwrap_err());
    let told: Vec<(&str, &str)> = found.iter().map(|p| (p.path.as_str(), p.code.as_str())).collect();
    assert_eq!(told, [("monthly", "read-only"), ("big", "read-only")]);
    let made = s.create(&s.ada, "deal", json!({"name": "X", "amount": 12})).await;
    let answered = s.world.update(&context, "deal", made, json!({"amount": 24})).await.unwrap();
    let json: Json = serde_json::from_slice(&answered.answer.unwrap().json).unwrap();
    assert_eq!(json[0]["monthly"], json!(2), "the answer of a write is computed anew");
    let history = s.world.history(&s.ada, "deal", made).await.unwrap().to_string();
    assert!(!history.contains("monthly"), "what is computed leaves no history: {history}");
    assert!(matches!(s.world.read(&context, &list(&["nothing"])).await, Err(Error::Invalid(_))));
}
