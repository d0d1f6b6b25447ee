//! Keys that act for a person within scopes.

use super::*;

fn key(of: &Context, scopes: &[&str]) -> Context {
    let scopes = scopes.iter().map(|scope| Scope::parse(scope).unwrap()).collect();
    let actor = Actor { scopes: Some(scopes), ..Actor::clone(&of.actor) };
    Context { actor: actor.into(), ..of.clone() }
}

#[tokio::test]
async fn a_key_reaches_what_its_scopes_name() {
    let s = stage("scopes").await;
    let reader = key(&s.ada, &["deals:read"]);
    assert_eq!(names(&s.world, &reader, &list("deal")).await.len(), 2);
    forbidden(s.world.engine.read(&reader, &list("account")).await, "read", "account");
    forbidden(s.world.create(&reader, "deal", json!({ "name": "x" })).await, "create", "deal");
    forbidden(s.world.update(&reader, "deal", s.deal, json!({ "name": "x" })).await, "edit", "deal");
    forbidden(s.world.run(&reader, "deal", What::Delete(vec![s.deal])).await, "delete", "deal");
    // What the key may not read is not there for it: not nested, not in a filter, not in an order.
    let through = [
        Query { fields: vec![nested("account", vec![field("name")])], ..list("deal") },
        Query { fields: vec![nested("contact_roles", vec![field("name")])], ..list("deal") },
        Query { filter: Some(Filter::from_json(&json!({ "account.name": "Own" })).unwrap()), ..list("deal") },
        Query {
            filter: Some(Filter::from_json(&json!({ "contact_roles": { "some": {} } })).unwrap()),
            ..list("deal")
        },
        Query { sort: vec![SortKey { path: "account.name".into(), descending: false }], ..list("deal") },
    ];
    for query in through {
        let outcome = s.world.engine.read(&s.world.again(&reader).await, &query).await;
        assert!(matches!(outcome, Err(Error::Invalid(_))), "{query:?}: {outcome:?}");
    }
    let writer = key(&s.ada, &["deals:write"]);
    let deal = s.world.create(&writer, "deal", json!({ "name": "by key" })).await.unwrap();
    let found = problems(
        s.world.update(&writer, "deal", deal, json!({ "account_id": s.account })).await.unwrap_err(),
    );
    assert_eq!(found[0].code, "unknown-reference");
    let all = key(&s.mia, &["*:read"]);
    assert_eq!(names(&s.world, &all, &list("deal")).await, ["Own deal"]);
    forbidden(s.world.update(&all, "deal", s.deal, json!({ "name": "x" })).await, "edit", "deal");
}

#[tokio::test]
async fn the_star_stands_for_records_alone() {
    let s = stage("star").await;
    for (scopes, may) in [
        (vec!["*:write"], false),
        (vec!["metadata:read"], false),
        (vec!["metadata:write"], true),
        (vec![], false),
    ] {
        let key = key(&s.ada, &scopes);
        let outcome =
            s.world.engine.apply(&key, engine::Apply { dry_run: true, ..engine::Apply::default() }).await;
        assert_eq!(outcome.is_ok(), may, "{scopes:?}: {outcome:?}");
    }
}
