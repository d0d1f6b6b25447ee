//! Two worlds that differ only in what a member may not see answer the member byte for byte the same.

use metadata::Kind;

use super::*;

/// All that the member asks; the answers in one text.
async fn interview(s: &Stage) -> String {
    let context = Context { now: "2026-11-20T12:00:00Z".parse().unwrap(), ..s.world.again(&s.mia).await };
    let mut told = String::new();
    for query in questions() {
        told.push_str(&format!("\n{} {:?} ", query.object, query.filter));
        match s.world.engine.read(&context, &query).await {
            Ok(answer) => told.push_str(&format!(
                "{} {:?} {:?}",
                without_rollups(&context, String::from_utf8(answer.json).unwrap()),
                answer.total,
                answer.next_cursor
            )),
            Err(error) => told.push_str(&format!("{error:?}")),
        }
    }
    told
}

/// A roll-up is of all records, whoever reads it: who must not know the total is not given the field. Nothing else
/// of what they are made of may show.
fn without_rollups(context: &Context, mut json: String) -> String {
    let catalog = &context.snapshot.catalog;
    let names: std::collections::BTreeSet<&str> =
        catalog.rollups().map(|rollup| rollup.column.key.as_str()).collect();
    for label in names.into_iter().map(|name| format!("\"{name}\":")) {
        while let Some(start) = json.find(&label) {
            let value = start + label.len();
            let end = value + json[value..].find([',', '}']).unwrap();
            json.replace_range(start..end, "");
        }
    }
    json
}

fn questions() -> Vec<Query> {
    let objects = [
        "account",
        "contact",
        "deal",
        "deal_contact_role",
        "task",
        "task_dependency",
        "lead",
        "pipeline",
        "pipeline_stage",
    ];
    let mut questions: Vec<Query> = objects.map(list).into();
    questions.extend(objects.map(|object| Query { bin: Bin::Deleted, ..list(object) }));
    let deep = || {
        vec![
            field("name"),
            nested("account", vec![field("*"), nested("deals", vec![field("name")])]),
            nested("contact_roles", vec![field("name"), nested("contact", vec![field("name")])]),
            nested("tasks", vec![field("name")]),
            nested("owner", vec![field("name")]),
        ]
    };
    questions.push(Query { fields: deep(), ..list("deal") });
    let wide = ["deals", "contacts", "tasks", "child_accounts"].map(|name| nested(name, vec![field("*")]));
    questions.push(Query { fields: wide.into(), ..list("account") });
    for (path, descending) in [
        ("account.name", false),
        ("account.name", true),
        ("account.industry", true),
        ("account.annual_revenue", false),
        ("primary_contact.account.name", false),
    ] {
        let sort = vec![SortKey { path: path.into(), descending }];
        questions.push(Query { sort: sort.clone(), ..list("deal") });
        questions.push(Query { sort, limit: 1, ..list("deal") });
    }
    let filters = [
        ("deal", json!({ "account.name": { "contains": "" } })),
        ("deal", json!({ "account.name": { "gte": "A" } })),
        ("deal", json!({ "account.name": { "not_in": ["Hidden", "Other"] } })),
        ("deal", json!({ "account.annual_revenue": { "gt": 5 } })),
        ("deal", json!({ "not": { "account.annual_revenue": { "gt": 5 } } })),
        ("deal", json!({ "contact_roles": { "some": { "contact.name": { "contains": "e" } } } })),
        ("account", json!({ "deals": { "some": { "amount": { "gt": 0 } } } })),
        ("account", json!({ "deals": { "none": {} } })),
        ("account", json!({ "deals": { "every": { "amount": { "gt": 0 } } } })),
        ("account", json!({ "tasks": { "some": {} } })),
        ("account", json!({ "child_accounts": { "none": { "deals": { "some": {} } } } })),
        ("account", json!({ "name": { "search": "Hidden" } })),
        ("contact", json!({ "deal_roles": { "none": {} } })),
    ];
    questions.extend(
        filters.map(|(object, filter)| Query {
            filter: Some(Filter::from_json(&filter).unwrap()),
            ..list(object)
        }),
    );
    questions
}

#[tokio::test]
async fn what_is_hidden_changes_no_byte() {
    let s = stage("twins").await;
    let told = interview(&s).await;
    assert!(told.contains("Own deal") && !told.contains("Hidden deal"), "{told}");
    // The account behind the member's deal.
    for change in [
        json!({ "name": "Other", "annual_revenue": 9 }),
        json!({ "annual_revenue": null, "industry": null }),
        json!({ "parent_account_id": s.account }),
    ] {
        s.world.update(&s.ada, "account", s.hidden_account, change).await.unwrap();
        assert_eq!(interview(&s).await, told);
    }
    // More of others' around the member's.
    let deal =
        json!({ "name": "Aaa", "account_id": s.account, "amount": 7, "primary_contact_id": s.contact });
    let deal = s.world.create(&s.ada, "deal", deal).await.unwrap();
    let role = json!({ "name": "r", "deal_id": deal, "contact_id": s.contact });
    s.world.create(&s.ada, "deal_contact_role", role).await.unwrap();
    for (object, id) in [("account", s.account), ("deal", s.deal), ("contact", s.contact)] {
        let task = json!({ "title": "t", "related_to_object": object, "related_to_id": id });
        s.world.create(&s.ada, "task", task).await.unwrap();
    }
    s.world.create(&s.ada, "contact", json!({ "last_name": "Eve", "account_id": s.account })).await.unwrap();
    s.world
        .create(&s.ada, "account", json!({ "name": "Child", "parent_account_id": s.account }))
        .await
        .unwrap();
    assert_eq!(interview(&s).await, told);
    s.world.run(&s.ada, "deal", What::Delete(vec![deal])).await.unwrap();
    assert_eq!(interview(&s).await, told);
    s.world.run(&s.ada, "deal", What::Purge(vec![deal])).await.unwrap();
    assert_eq!(interview(&s).await, told);
}

#[tokio::test]
async fn what_a_withheld_field_holds_changes_no_byte() {
    let mut s = stage("twin_fields").await;
    let rep = json!({ "inherits": ["user"], "fields": {
        "deal.amount": { "read": false }, "account.annual_revenue": { "read": false }, "account.industry": { "read": false },
        "contact.email": { "read": false }, "deal_contact_role.role": { "read": false }, "task.priority": { "read": false } } });
    // Own deals with their amount, others' without: the hidden deal is seen and its amount is not.
    let wide = json!({ "objects": { "deal": { "read": "all" } }, "fields": { "deal.next_step": { "read": false } } });
    s.world.define([(Kind::Roles, "rep", Some(rep)), (Kind::Roles, "wide", Some(wide))]).await.unwrap();
    std::sync::Arc::make_mut(&mut s.mia.actor).roles = vec!["rep".into(), "wide".into()];
    let told = interview(&s).await;
    assert!(told.contains("Own deal") && told.contains("Hidden deal"), "{told}");
    // Straight into the tables, so that not even a version differs.
    for change in [
        "UPDATE t_demo.account SET annual_revenue = 12, industry = 'retail'",
        "UPDATE t_demo.contact SET email = 'x@example.com'",
        "UPDATE t_demo.deal SET next_step = 'call' WHERE name = 'Hidden deal'",
        "UPDATE t_demo.account SET annual_revenue = 7, industry = 'energy' WHERE name = 'Own'",
        "UPDATE t_demo.deal SET next_step = NULL WHERE name = 'Hidden deal'",
    ] {
        sqlx::query(sqlx::AssertSqlSafe(change)).execute(s.world.engine.pool()).await.unwrap();
        assert_eq!(interview(&s).await, told, "{change}");
    }
}

#[tokio::test]
async fn a_refusal_does_not_tell_hidden_from_absent() {
    let s = stage("refusals").await;
    let absent = Uuid::now_v7();
    let told = async |id: Uuid| {
        let mut told = String::new();
        let update = |id| {
            What::Update(vec![Update {
                id,
                fields: fields(&json!({ "name": "x", "nope": 1 })),
                if_version: Some(7),
            }])
        };
        for what in [update(id), What::Delete(vec![id]), What::Restore(vec![id]), What::Purge(vec![id])] {
            told.push_str(&format!("{:?}\n", s.world.run(&s.mia, "account", what).await.unwrap_err()));
        }
        let deal = json!({ "name": "x", "account_id": id });
        told.push_str(&format!("{:?}\n", s.world.create(&s.mia, "deal", deal).await.unwrap_err()));
        let task = json!({ "title": "x", "related_to_object": "account", "related_to_id": id });
        told.push_str(&format!("{:?}\n", s.world.create(&s.mia, "task", task).await.unwrap_err()));
        told.push_str(&format!("{:?}\n", s.world.one(&s.mia, "account", id).await.unwrap_err()));
        told.push_str(&format!("{:?}\n", s.world.history(&s.mia, "account", id).await.unwrap_err()));
        told.replace(&id.to_string(), "ID")
    };
    assert_eq!(told(s.hidden_account).await, told(absent).await);
    s.world.run(&s.ada, "deal", What::Purge(vec![s.deal])).await.unwrap();
    s.world.run(&s.ada, "account", What::Delete(vec![s.hidden_account])).await.unwrap();
    assert_eq!(told(s.hidden_account).await, told(absent).await);
}

#[tokio::test]
async fn a_refused_delete_does_not_count_what_is_hidden() {
    let s = stage("counts").await;
    let told = async || {
        format!("{:?}", s.world.run(&s.mia, "account", What::Delete(vec![s.account])).await.unwrap_err())
    };
    let one = told().await;
    for name in ["b", "c"] {
        s.world.create(&s.ada, "deal", json!({ "name": name, "account_id": s.account })).await.unwrap();
    }
    assert_eq!(told().await, one);
}
