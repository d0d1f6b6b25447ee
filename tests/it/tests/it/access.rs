//! Who may see and do what: a member works with own records, and nothing of others' leaks, not through
//! relations, orders, totals or refusals.

use engine::filter::Filter;
use engine::{Bin, Command, Context, Error, Nested, Query, Refusal, Selection, SortKey, Update, What};
use it::{World, fields, problems};
use permissions::{Actor, Scope};
use serde_json::{Value as Json, json};
use uuid::Uuid;

mod apps;
mod documents;
mod fields;
mod holes;
mod kept;
mod keys;
mod nodes;
mod oracle;
mod queues;
mod twin_wires;
mod twins;
mod waits;
mod windows;
mod wire;

fn list(object: &str) -> Query {
    Query { object: object.into(), include_total: true, limit: 100, ..Query::default() }
}

fn nested(relation: &str, fields: Vec<Selection>) -> Selection {
    Selection::Nested(Nested {
        relation: relation.into(),
        alias: None,
        fields,
        sort: vec![],
        limit: None,
        filter: None,
    })
}

fn field(name: &str) -> Selection {
    Selection::Field(name.into())
}

async fn names(world: &World, context: &Context, query: &Query) -> Vec<String> {
    let answer = world.engine.read(&world.again(context).await, query).await.unwrap();
    let rows: Vec<Json> = serde_json::from_slice(&answer.json).unwrap();
    assert_eq!(answer.total.unwrap_or(rows.len() as i64), rows.len() as i64);
    let mut names: Vec<String> = rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// An administrator, a member, and records of both that point to each other.
struct Stage {
    world: World,
    ada: Context,
    mia: Context,
    account: Uuid,
    hidden_account: Uuid,
    deal: Uuid,
    hidden_deal: Uuid,
    contact: Uuid,
}

async fn stage(name: &str) -> Stage {
    let world = World::with_packages(name).await;
    let ada = world.person("ada", "administrator").await;
    let mia = world.person("mia", "member").await;
    let account = world.create(&mia, "account", json!({ "name": "Own" })).await.unwrap();
    let hidden_account = world.create(&ada, "account", json!({ "name": "Hidden" })).await.unwrap();
    let deal = json!({ "name": "Own deal", "account_id": hidden_account, "owner_id": mia.actor.user_id });
    let deal = world.create(&ada, "deal", deal).await.unwrap();
    let hidden_deal =
        world.create(&ada, "deal", json!({ "name": "Hidden deal", "account_id": account })).await.unwrap();
    let contact =
        world.create(&mia, "contact", json!({ "last_name": "Own", "account_id": account })).await.unwrap();
    Stage { world, ada, mia, account, hidden_account, deal, hidden_deal, contact }
}

fn forbidden<T: std::fmt::Debug>(outcome: Result<T, Error>, action: &'static str, object: &str) {
    match outcome {
        Err(Error::Forbidden(refusal)) => {
            assert_eq!(refusal, Refusal::Action { action, object: object.into() })
        }
        other => panic!("{action} {object}: {other:?}"),
    }
}

fn not_found<T: std::fmt::Debug>(outcome: Result<T, Error>) {
    assert!(matches!(outcome, Err(Error::NotFound)), "{outcome:?}");
}

#[tokio::test]
async fn a_member_sees_own_records_and_an_administrator_all() {
    let s = stage("own").await;
    assert_eq!(names(&s.world, &s.mia, &list("account")).await, ["Own"]);
    assert_eq!(names(&s.world, &s.mia, &list("deal")).await, ["Own deal"]);
    assert_eq!(names(&s.world, &s.ada, &list("account")).await, ["Hidden", "Own"]);
    assert_eq!(names(&s.world, &s.ada, &list("deal")).await, ["Hidden deal", "Own deal"]);
    not_found(s.world.one(&s.mia, "account", s.hidden_account).await);
    not_found(s.world.history(&s.mia, "account", s.hidden_account).await);
    s.world.history(&s.ada, "account", s.account).await.unwrap();
    // Users are everybody's to see, and nobody's to write here.
    assert!(names(&s.world, &s.mia, &list("user")).await.contains(&"ada".to_owned()));
    let update =
        s.world.update(&s.mia, "user", s.mia.actor.user_id, json!({ "roles": ["administrator"] })).await;
    assert!(matches!(update, Err(Error::Forbidden(Refusal::SystemObject(_)))), "{update:?}");
    let update = s.world.update(&s.ada, "user", s.ada.actor.user_id, json!({ "title": "Boss" })).await;
    assert!(matches!(update, Err(Error::Forbidden(Refusal::SystemObject(_)))), "{update:?}");
}

#[tokio::test]
async fn relations_stop_where_the_members_sight_ends() {
    let s = stage("relations").await;
    let query = Query {
        fields: vec![field("name"), nested("account", vec![field("name")]), field("account_id")],
        ..list("deal")
    };
    let rows = s.world.read(&s.world.again(&s.mia).await, &query).await.unwrap();
    assert_eq!((&rows[0]["account"], &rows[0]["account_id"]), (&json!(null), &json!(s.hidden_account)));
    let below = nested("deals", vec![field("name")]);
    let query = Query {
        fields: vec![below.clone(), nested("contacts", vec![nested("account", vec![below])])],
        ..list("account")
    };
    let rows = s.world.read(&s.world.again(&s.mia).await, &query).await.unwrap();
    assert_eq!(rows[0]["deals"], json!([]));
    assert_eq!(rows[0]["contacts"][0]["account"]["deals"], json!([]));
    for (filter, expected) in [
        (json!({ "account.name": "Hidden" }), 0),
        (json!({ "account.name": { "ne": "Hidden" } }), 1),
        (json!({ "account.name": { "is_null": true } }), 1),
        (json!({ "account.owner_id": s.ada.actor.user_id }), 0),
        (json!({ "account.deals": { "some": {} } }), 99),
    ] {
        let query = Query { filter: Some(Filter::from_json(&filter).unwrap()), ..list("deal") };
        match s.world.engine.read(&s.world.again(&s.mia).await, &query).await {
            Ok(answer) => assert_eq!(answer.count, expected, "{filter}"),
            Err(error) => {
                assert!(expected == 99 && matches!(error, Error::Invalid(_)), "{filter}: {error:?}")
            }
        }
    }
    for (how, expected) in [("some", 0), ("none", 1), ("every", 1)] {
        let filter = json!({ "deals": { how: { "name": "Hidden deal" } } });
        let query = Query { filter: Some(Filter::from_json(&filter).unwrap()), ..list("account") };
        let answer = s.world.engine.read(&s.world.again(&s.mia).await, &query).await.unwrap();
        assert_eq!((answer.count, answer.total), (expected, Some(expected as i64)), "{how}");
    }
}

#[tokio::test]
async fn a_member_changes_own_records_only() {
    let s = stage("changes").await;
    let before = s.world.fingerprint().await;
    for what in [
        What::Update(vec![Update {
            id: s.hidden_deal,
            fields: fields(&json!({ "name": "x" })),
            if_version: None,
        }]),
        What::Update(vec![Update {
            id: s.hidden_deal,
            fields: fields(&json!({ "name": "x" })),
            if_version: Some(99),
        }]),
        What::Update(vec![
            Update { id: s.deal, fields: fields(&json!({ "name": "x" })), if_version: None },
            Update { id: s.hidden_deal, fields: fields(&json!({ "nope": "x" })), if_version: None },
        ]),
        What::Delete(vec![s.hidden_deal]),
        What::Delete(vec![s.deal, s.hidden_deal]),
        What::Restore(vec![s.hidden_deal]),
        What::Purge(vec![s.hidden_deal]),
    ] {
        not_found(s.world.run(&s.mia, "deal", what).await);
    }
    // A record that cannot be seen cannot be pointed to.
    for record in [json!({ "account_id": s.hidden_account }), json!({ "account_id": Uuid::now_v7() })] {
        let found = problems(s.world.update(&s.mia, "deal", s.deal, record).await.unwrap_err());
        assert_eq!((found[0].path.as_str(), found[0].code.as_str()), ("account_id", "unknown-reference"));
    }
    let task = json!({ "title": "x", "related_to_object": "account", "related_to_id": s.hidden_account });
    assert_eq!(
        problems(s.world.create(&s.mia, "task", task).await.unwrap_err())[0].code,
        "unknown-reference"
    );
    assert_eq!(s.world.fingerprint().await, before);
    // What stays as it was needs no sight.
    s.world.update(&s.mia, "deal", s.deal, json!({ "name": "Renamed" })).await.unwrap();
}

#[tokio::test]
async fn owners_are_changed_by_those_who_may_have_all() {
    let s = stage("owners").await;
    let (ada, mia) = (s.ada.actor.user_id, s.mia.actor.user_id);
    let before = s.world.fingerprint().await;
    forbidden(s.world.update(&s.mia, "deal", s.deal, json!({ "owner_id": ada })).await, "transfer", "deal");
    forbidden(
        s.world.create(&s.mia, "deal", json!({ "name": "x", "owner_id": ada })).await,
        "create",
        "deal",
    );
    let bulk = vec![fields(&json!({ "name": "a" })), fields(&json!({ "name": "b", "owner_id": ada }))];
    forbidden(s.world.run(&s.mia, "deal", What::Create(bulk)).await, "create", "deal");
    assert_eq!(s.world.fingerprint().await, before);
    s.world.update(&s.ada, "deal", s.deal, json!({ "owner_id": ada })).await.unwrap();
    s.world.update(&s.ada, "deal", s.hidden_deal, json!({ "owner_id": mia })).await.unwrap();
    assert_eq!(names(&s.world, &s.mia, &list("deal")).await, ["Hidden deal"]);
    not_found(s.world.update(&s.mia, "deal", s.deal, json!({ "name": "x" })).await);
    s.world.update(&s.mia, "deal", s.hidden_deal, json!({ "name": "Mine now" })).await.unwrap();
}

#[tokio::test]
async fn a_part_is_seen_and_changed_with_its_master() {
    let s = stage("parts").await;
    let role = |deal: Uuid, name: &str| json!({ "name": name, "deal_id": deal, "contact_id": s.contact });
    let on_own = s.world.create(&s.ada, "deal_contact_role", role(s.deal, "on own")).await.unwrap();
    let on_hidden =
        s.world.create(&s.ada, "deal_contact_role", role(s.hidden_deal, "on hidden")).await.unwrap();
    assert_eq!(names(&s.world, &s.mia, &list("deal_contact_role")).await, ["on own"]);
    assert_eq!(names(&s.world, &s.ada, &list("deal_contact_role")).await, ["on hidden", "on own"]);
    not_found(s.world.one(&s.mia, "deal_contact_role", on_hidden).await);
    not_found(s.world.update(&s.mia, "deal_contact_role", on_hidden, json!({ "name": "x" })).await);
    s.world.update(&s.mia, "deal_contact_role", on_own, json!({ "name": "changed" })).await.unwrap();
    let mine = s.world.create(&s.mia, "deal_contact_role", role(s.deal, "mine")).await.unwrap();
    // A part owned by the member on another's deal is another's.
    let owned = json!({ "name": "owned", "deal_id": s.hidden_deal, "contact_id": s.contact, "owner_id": s.mia.actor.user_id });
    s.world.create(&s.ada, "deal_contact_role", owned).await.unwrap();
    assert_eq!(names(&s.world, &s.mia, &list("deal_contact_role")).await, ["changed", "mine"]);
    let moved = s.world.update(&s.mia, "deal_contact_role", mine, json!({ "deal_id": s.hidden_deal })).await;
    assert_eq!(problems(moved.unwrap_err())[0].path, "deal_id");
    problems(s.world.create(&s.mia, "deal_contact_role", role(s.hidden_deal, "x")).await.unwrap_err());
    for relation in ["contact_roles"] {
        let query = Query {
            fields: vec![
                field("name"),
                nested(relation, vec![field("name"), nested("deal", vec![field("name")])]),
            ],
            ..list("deal")
        };
        let rows = s.world.read(&s.world.again(&s.mia).await, &query).await.unwrap();
        assert_eq!(rows[0][relation].as_array().unwrap().len(), 2);
        assert_eq!(rows[0][relation][0]["deal"]["name"], "Own deal");
    }
    let query = Query { fields: vec![nested("deal_roles", vec![field("name")])], ..list("contact") };
    let rows = s.world.read(&s.world.again(&s.mia).await, &query).await.unwrap();
    assert_eq!(rows[0]["deal_roles"].as_array().unwrap().len(), 2);
    s.world.run(&s.mia, "deal_contact_role", What::Delete(vec![on_own])).await.unwrap();
    s.world.run(&s.mia, "deal_contact_role", What::Restore(vec![on_own])).await.unwrap();
}

#[tokio::test]
async fn a_sharing_default_opens_reading_but_not_changing() {
    let s = stage("sharing").await;
    let pipeline = s.world.create(&s.ada, "pipeline", json!({ "name": "Sales" })).await.unwrap();
    let stage = s
        .world
        .create(&s.ada, "pipeline_stage", json!({ "name": "First", "pipeline_id": pipeline, "stage": "new", "position": 1, "probability": 10 }))
        .await
        .unwrap();
    assert!(names(&s.world, &s.mia, &list("pipeline")).await.contains(&"Sales".to_owned()));
    assert!(names(&s.world, &s.mia, &list("pipeline_stage")).await.contains(&"First".to_owned()));
    forbidden(s.world.update(&s.mia, "pipeline", pipeline, json!({ "name": "x" })).await, "edit", "pipeline");
    forbidden(s.world.run(&s.mia, "pipeline", What::Delete(vec![pipeline])).await, "delete", "pipeline");
    forbidden(
        s.world.update(&s.mia, "pipeline_stage", stage, json!({ "name": "x" })).await,
        "edit",
        "pipeline_stage",
    );
    let added = s
        .world
        .create(
            &s.mia,
            "pipeline_stage",
            json!({ "name": "x", "pipeline_id": pipeline, "stage": "new", "position": 1, "probability": 10 }),
        )
        .await;
    forbidden(added, "create", "pipeline_stage");
    s.world.update(&s.mia, "deal", s.deal, json!({ "pipeline_id": pipeline })).await.unwrap();
}

#[tokio::test]
async fn the_recycle_bin_shows_own_records_only() {
    let s = stage("bins").await;
    s.world.run(&s.ada, "deal", What::Delete(vec![s.deal, s.hidden_deal])).await.unwrap();
    let bin = Query { bin: Bin::Deleted, ..list("deal") };
    assert_eq!(names(&s.world, &s.mia, &bin).await, ["Own deal"]);
    not_found(s.world.run(&s.mia, "deal", What::Restore(vec![s.hidden_deal])).await);
    not_found(s.world.run(&s.mia, "deal", What::Purge(vec![s.hidden_deal])).await);
    not_found(s.world.history(&s.mia, "deal", s.hidden_deal).await);
    s.world.run(&s.mia, "deal", What::Restore(vec![s.deal])).await.unwrap();
}

#[tokio::test]
async fn without_a_role_there_is_nothing() {
    let s = stage("nobody").await;
    let actor = Actor { roles: vec!["made_up".into()], ..Actor::clone(&s.mia.actor) };
    let nobody = Context { actor: actor.into(), ..s.world.again(&s.mia).await };
    forbidden(s.world.engine.read(&nobody, &list("deal")).await, "read", "deal");
    forbidden(s.world.create(&nobody, "deal", json!({ "name": "x" })).await, "create", "deal");
    for what in [What::Delete(vec![s.deal]), What::Restore(vec![s.deal]), What::Purge(vec![s.deal])] {
        let outcome = s.world.engine.write(&nobody, Command { object: "deal".into(), what }).await;
        assert!(matches!(outcome, Err(Error::Forbidden(_) | Error::NotFound)), "{outcome:?}");
    }
    let refused = s.world.engine.apply(&nobody, engine::Apply::default()).await;
    assert!(matches!(refused, Err(Error::Forbidden(Refusal::Permission("manage_metadata")))), "{refused:?}");
    let refused = s.world.engine.apply(&s.mia, engine::Apply::default()).await;
    assert!(matches!(refused, Err(Error::Forbidden(Refusal::Permission("manage_metadata")))), "{refused:?}");
}
