//! A field that a role withholds does not exist for those who hold nothing else: not in answers, not in questions,
//! not in what is refused. A field that one role shows and another withholds is there on the rows of the first.

use engine::{AllowLoss, Apply};
use metadata::{Change, Kind};

use super::*;

/// The same stage, with roles that withhold the amount of deals and the industry of accounts.
async fn closed(name: &str) -> Stage {
    let s = stage(name).await;
    let rep = json!({ "inherits": ["user"], "fields": {
        "deal.amount": { "read": false }, "deal.external_id": { "read": false }, "account.industry": { "read": false },
        "deal.next_step": { "edit": false }, "contact.account": { "read": false }, "task.title": { "read": false } } });
    let reader =
        json!({ "objects": { "deal": { "read": "all" } }, "fields": { "deal.stage": { "read": false } } });
    s.world.define([(Kind::Roles, "rep", Some(rep)), (Kind::Roles, "reader", Some(reader))]).await.unwrap();
    let mine = json!({ "amount": "1234.50", "external_id": "X-1", "stage": "new", "next_step": "call" });
    s.world.update(&s.ada, "deal", s.deal, mine).await.unwrap();
    s.world.update(&s.ada, "deal", s.hidden_deal, json!({ "amount": 77, "stage": "new" })).await.unwrap();
    s.world.update(&s.ada, "account", s.account, json!({ "industry": "retail" })).await.unwrap();
    s
}

fn with_roles(context: &Context, roles: &[&str]) -> Context {
    let roles = roles.iter().map(ToString::to_string).collect();
    let actor = Actor { roles, ..Actor::clone(&context.actor) };
    Context { actor: actor.into(), ..context.clone() }
}

async fn refusal(s: &Stage, rep: &Context, query: Query) -> String {
    let outcome = s.world.engine.read(&s.world.again(rep).await, &query).await;
    format!("{:?}", outcome.unwrap_err())
}

#[tokio::test]
async fn a_withheld_field_is_as_one_that_never_was() {
    let s = closed("withheld").await;
    let rep = with_roles(&s.mia, &["rep"]);
    let row = s.world.one(&rep, "deal", s.deal).await.unwrap();
    assert!(row.get("amount").is_none() && row.get("external_id").is_none(), "{row}");
    assert_eq!((&row["stage"], &row["next_step"]), (&json!("new"), &json!("call")));
    assert_eq!(s.world.one(&s.ada, "deal", s.deal).await.unwrap()["amount"], json!(1234.5));
    let all = Query { fields: vec![field("*"), nested("account", vec![field("*")])], ..list("deal") };
    let rows = s.world.read(&s.world.again(&rep).await, &all).await.unwrap();
    assert!(rows[0].get("amount").is_none() && rows[0]["account"].get("industry").is_none(), "{rows}");
    // Every way to ask for it is told what a word that means nothing is told.
    for (query, word) in questions("amount") {
        let (told, none) = (refusal(&s, &rep, query).await, questions("nonsense"));
        let (nonsense, _) = none.into_iter().find(|(_, known)| *known == word).unwrap();
        let nonsense = refusal(&s, &rep, nonsense).await.replace("nonsense", "amount");
        // Which seen field is meant instead depends on the word that was asked for.
        let told_first = |text: &str| {
            let before = text.split("at ").next().and_then(|text| text.split("hint: ").next());
            before.unwrap_or_default().to_owned()
        };
        assert_eq!(told_first(&told), told_first(&nonsense), "{word}");
    }
    for (query, word) in questions("amoun") {
        assert!(!refusal(&s, &rep, query).await.contains("amount"), "{word}");
    }
    // The name of a task is stored in its title, and a contact's account is the way to it and back.
    let mia = s.world.again(&s.mia).await;
    let task = s.world.create(&mia, "task", json!({ "title": "Secret" })).await.unwrap();
    let row = s.world.one(&rep, "task", task).await.unwrap();
    assert!(row.get("title").is_none() && row.get("name").is_none(), "{row}");
    for (object, relation) in [("contact", "account"), ("account", "contacts")] {
        let query = Query { fields: vec![nested(relation, vec![field("id")])], ..list(object) };
        assert!(refusal(&s, &rep, query).await.contains("unknown-field"), "{object}.{relation}");
    }
    let filter = Filter::from_json(&json!({ "contacts": { "some": {} } })).unwrap();
    let query = Query { filter: Some(filter), ..list("account") };
    assert!(refusal(&s, &rep, query).await.contains("unknown-field"));
    let search = Filter::from_json(&json!({ "*": { "search": "Secret" } })).unwrap();
    assert!(names_of(&s, &rep, Query { filter: Some(search), ..list("task") }).await.is_empty());
}

async fn names_of(s: &Stage, context: &Context, query: Query) -> Vec<String> {
    let rows = s.world.read(&s.world.again(context).await, &query).await.unwrap();
    rows.as_array().unwrap().iter().map(|row| row["id"].to_string()).collect()
}

/// A question of each form about one field of a deal.
fn questions(name: &str) -> Vec<(Query, &'static str)> {
    let filter = |json: Json| Some(Filter::from_json(&json).unwrap());
    let sort = |path: String| vec![SortKey { path, descending: true }];
    vec![
        (Query { fields: vec![field(name)], ..list("deal") }, "fields"),
        (Query { filter: filter(json!({ name: { "gt": 5 } })), ..list("deal") }, "filter"),
        (Query { filter: filter(json!({ "not": { name: null } })), ..list("deal") }, "not"),
        (Query { filter: Some(Filter::Formula(format!("{name} > 5"))), ..list("deal") }, "where"),
        (Query { sort: sort(name.into()), ..list("deal") }, "sort"),
        (Query { fields: vec![nested("deals", vec![field(name)])], ..list("account") }, "nested"),
        (
            Query {
                filter: filter(json!({ "deals": { "some": { name: { "gt": 5 } } } })),
                ..list("account")
            },
            "some",
        ),
        (Query { sort: sort(format!("deal.{name}")), ..list("deal_contact_role") }, "sort through"),
        (Query { fields: vec![nested("deal", vec![field(name)])], ..list("deal_contact_role") }, "to one"),
    ]
}

#[tokio::test]
async fn what_is_withheld_is_not_written_and_what_is_locked_is_named() {
    let s = closed("locked").await;
    let rep = with_roles(&s.mia, &["rep"]);
    let before = s.world.fingerprint().await;
    for (record, expected) in [
        (json!({ "amount": 1 }), "amount unknown-field"),
        (json!({ "next_step": "x", "stage": "new" }), "next_step not-editable"),
        (json!({ "next_step": "x", "nope": 1 }), "next_step not-editable, nope unknown-field"),
    ] {
        let told = async |outcome: Result<(), Error>| {
            let found = problems(outcome.unwrap_err());
            let mut told: Vec<String> =
                found.iter().map(|problem| format!("{} {}", problem.path, problem.code)).collect();
            told.sort();
            told.join(", ")
        };
        let sorted = |text: &str| {
            let mut parts: Vec<&str> = text.split(", ").collect();
            parts.sort_unstable();
            parts.join(", ")
        };
        let update = s.world.update(&rep, "deal", s.deal, record.clone()).await;
        assert_eq!(told(update.map(drop)).await, sorted(expected));
        let mut new = record;
        new["name"] = "new".into();
        assert_eq!(
            told(s.world.create(&s.world.again(&rep).await, "deal", new).await.map(drop)).await,
            sorted(expected)
        );
    }
    assert_eq!(s.world.fingerprint().await, before);
    s.world.update(&rep, "deal", s.deal, json!({ "stage": "proposal" })).await.unwrap();
    // History tells what its reader sees.
    let history = s.world.history(&rep, "deal", s.deal).await.unwrap().to_string();
    assert!(
        history.contains("proposal") && !history.contains("amount") && !history.contains("1234"),
        "{history}"
    );
    assert!(s.world.history(&s.ada, "deal", s.deal).await.unwrap().to_string().contains("1234"));
    // A unique value that it may not see is not to be found by writing it.
    let taken = problems(
        s.world
            .create(&s.world.again(&rep).await, "deal", json!({ "name": "n", "external_id": "X-1" }))
            .await
            .unwrap_err(),
    );
    assert_eq!((taken[0].path.as_str(), taken[0].code.as_str()), ("external_id", "unknown-field"));
}

#[tokio::test]
async fn a_field_is_shown_where_one_role_gives_it_with_the_record() {
    let s = closed("partly").await;
    // `user` shows the stage of own deals, `reader` shows every deal without it.
    let both = with_roles(&s.mia, &["user", "reader"]);
    let stages = async |query: Query| {
        let rows = s.world.read(&s.world.again(&both).await, &query).await.unwrap();
        let rows = rows.as_array().unwrap().clone();
        rows.iter()
            .map(|row| format!("{} {}", row["name"].as_str().unwrap(), row["stage"]))
            .collect::<Vec<_>>()
    };
    let by_name = |filter: Option<Filter>| Query {
        sort: vec![SortKey { path: "name".into(), descending: false }],
        filter,
        ..list("deal")
    };
    assert_eq!(stages(by_name(None)).await, ["Hidden deal null", "Own deal \"new\""]);
    let filter = |json: Json| Some(Filter::from_json(&json).unwrap());
    assert_eq!(stages(by_name(filter(json!({ "stage": "new" })))).await, ["Own deal \"new\""]);
    assert_eq!(stages(by_name(filter(json!({ "stage": null })))).await, ["Hidden deal null"]);
    assert_eq!(stages(by_name(Some(Filter::Formula("stage <> \"new\"".into())))).await, ["Hidden deal null"]);
    let sort = vec![SortKey { path: "stage".into(), descending: true }];
    let first = Query { sort: sort.clone(), limit: 1, include_total: false, ..list("deal") };
    assert_eq!(stages(first.clone()).await, ["Own deal \"new\""]);
    let cursor = s.world.engine.read(&s.world.again(&both).await, &first).await.unwrap().next_cursor.unwrap();
    assert_eq!(stages(Query { page: engine::Page::After(cursor), ..first }).await, ["Hidden deal null"]);
    // And through relations: the stage of another's deal stays blank inside the own account.
    let below =
        Query { fields: vec![nested("deals", vec![field("name"), field("stage")])], ..list("account") };
    let rows = s.world.read(&s.world.again(&both).await, &below).await.unwrap();
    assert_eq!(rows[0]["deals"], json!([{ "id": s.hidden_deal, "name": "Hidden deal", "stage": null }]));
    let history = s.world.history(&both, "deal", s.hidden_deal).await.unwrap().to_string();
    assert!(!history.contains("stage"), "{history}");
}

#[tokio::test]
async fn a_role_that_names_nothing_known_changes_nothing() {
    let s = stage("roles").await;
    let role = json!({ "inherits": ["user"], "objects": { "deals": { "read": "all" } } });
    let change = Change { kind: Kind::Roles, name: "rep".into(), definition: Some(role) };
    let wish = Apply { changes: vec![change], allow_data_loss: AllowLoss::All, ..Apply::default() };
    let found = problems(s.world.engine.apply(&s.world.system().await, wish).await.unwrap_err());
    assert_eq!(
        (found[0].path.as_str(), found[0].code.as_str()),
        ("roles.rep.objects.deals", "unknown-object")
    );
}
