//! Queues: teams that own records, until one of their members takes them.

use engine::{Error, Query, TeamWish, What};
use it::{World, fields, problems};
use metadata::Kind;
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// People with a role that gives deals of their own, without the right to give them to others.
async fn world(name: &str) -> (World, Uuid) {
    let world = World::with_packages(name).await;
    let role = json!({ "objects": { "deal": { "create": true, "read": "own", "edit": "own", "delete": "own" }, "user": { "read": "all" } } });
    let rule = json!({ "object": "deal", "owned_by": { "team": "inbox" }, "share_with": { "role": "looker" }, "access": "read" });
    let looker = json!({ "objects": { "deal": { "read": "own" }, "user": { "read": "all" } } });
    let queue = TeamWish {
        name: Some("inbox".into()),
        label: Some("Inbox".into()),
        queue: Some(true),
        ..TeamWish::default()
    };
    let team = world.engine.create_team(&world.system().await, queue).await.unwrap();
    assert_eq!((&team["queue"], &team["members"]), (&json!(true), &json!([])));
    let changes = [
        (Kind::Roles, "worker", role),
        (Kind::Roles, "looker", looker),
        (Kind::SharingRules, "deal.inbox", rule),
    ];
    world.define(changes.map(|(kind, name, definition)| (kind, name, Some(definition)))).await.unwrap();
    (world, Uuid::parse_str(team["id"].as_str().unwrap()).unwrap())
}

async fn person(world: &World, name: &str, role: &str, queue: Option<Uuid>) -> engine::Context {
    let mut person = world.person(name, role).await;
    if let Some(queue) = queue {
        let known = world.engine.team(&world.system().await, queue).await.unwrap();
        let members =
            known["members"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().parse().unwrap());
        let members = Some(members.chain([person.actor.user_id]).collect());
        let wish = TeamWish { members, ..TeamWish::default() };
        world.engine.change_team(&world.system().await, queue, wish).await.unwrap();
    }
    std::sync::Arc::make_mut(&mut person.actor).membership =
        world.engine.membership(&world.tenant, person.actor.user_id, Vec::new()).await.unwrap();
    person
}

async fn seen(world: &World, who: &engine::Context) -> usize {
    let query = Query { object: "deal".into(), ..Query::default() };
    world.read(&world.again(who).await, &query).await.unwrap().as_array().unwrap().len()
}

#[tokio::test]
async fn members_see_what_waits_and_one_takes_it() {
    let (world, queue) = world("queue_take").await;
    let (anna, ben) = (
        person(&world, "anna", "worker", Some(queue)).await,
        person(&world, "ben", "worker", Some(queue)).await,
    );
    let (carl, dora) =
        (person(&world, "carl", "worker", None).await, person(&world, "dora", "looker", None).await);
    let system = world.system().await;
    let deal = world.create(&system, "deal", json!({ "name": "D", "owner_id": queue })).await.unwrap();
    for (who, count) in [(&anna, 1), (&ben, 1), (&carl, 0), (&dora, 1)] {
        assert_eq!(seen(&world, who).await, count, "{}", who.actor.name);
    }
    let read = world.one(&anna, "deal", deal).await.unwrap();
    assert_eq!(read["owner_id"], json!(queue));
    let owner = world.one(&system, "user", queue).await.unwrap();
    assert_eq!((&owner["name"], &owner["kind"]), (&json!("Inbox"), &json!("queue")));

    // Worked on by members; deleted and given away by its owner alone, which nobody is yet.
    world.update(&anna, "deal", deal, json!({ "name": "D2" })).await.unwrap();
    assert!(matches!(world.run(&anna, "deal", What::Delete(vec![deal])).await, Err(Error::Forbidden(_))));
    let away = world.update(&anna, "deal", deal, json!({ "owner_id": ben.actor.user_id })).await;
    assert!(matches!(away, Err(Error::Forbidden(_))), "{away:?}");
    assert!(matches!(
        world.update(&carl, "deal", deal, json!({ "owner_id": carl.actor.user_id })).await,
        Err(Error::NotFound)
    ));
    world.update(&dora, "deal", deal, json!({ "owner_id": dora.actor.user_id })).await.unwrap_err();

    let why = world
        .engine
        .explain_access(&world.again(&anna).await, (permissions::Action::Read, "deal"), Some(deal))
        .await;
    let ways = why.unwrap()["record"]["ways"].to_string();
    assert!(ways.contains(r#"{"way":"queue","applies":true}"#), "{ways}");

    world.update(&anna, "deal", deal, json!({ "owner_id": anna.actor.user_id })).await.unwrap();
    // The rule that opens what the team owns opens what its members own.
    for (who, count) in [(&anna, 1), (&ben, 0), (&dora, 1)] {
        assert_eq!(seen(&world, who).await, count, "{}", who.actor.name);
    }
    world.update(&ben, "deal", deal, json!({ "owner_id": ben.actor.user_id })).await.unwrap_err();
    world.run(&anna, "deal", What::Delete(vec![deal])).await.unwrap();
}

#[tokio::test]
async fn of_two_who_take_at_once_one_gets_it() {
    let (world, queue) = world("queue_race").await;
    let (anna, ben) = (
        person(&world, "anna", "worker", Some(queue)).await,
        person(&world, "ben", "worker", Some(queue)).await,
    );
    let system = world.system().await;
    for _ in 0..10 {
        let deal = world.create(&system, "deal", json!({ "name": "D", "owner_id": queue })).await.unwrap();
        let take = async |who: &engine::Context| {
            world.update(who, "deal", deal, json!({ "owner_id": who.actor.user_id })).await
        };
        let (a, b) = tokio::join!(take(&anna), take(&ben));
        assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
    }
}

#[tokio::test]
async fn a_queue_stays_while_it_owns_records() {
    let (world, queue) = world("queue_end").await;
    let system = world.system().await;
    let anna = person(&world, "anna", "worker", Some(queue)).await;
    let deal = world.create(&system, "deal", json!({ "name": "D", "owner_id": queue })).await.unwrap();
    let no_queue = || TeamWish { queue: Some(false), ..TeamWish::default() };
    for kept in ["live", "in the bin"] {
        let ended = world.engine.change_team(&world.system().await, queue, no_queue()).await.unwrap_err();
        assert_eq!(problems(ended)[0].code, "in-use", "{kept}");
        let _ = world.run(&system, "deal", What::Delete(vec![deal])).await;
    }
    world.run(&system, "deal", What::Restore(vec![deal])).await.unwrap();
    world.update(&system, "deal", deal, json!({ "owner_id": anna.actor.user_id })).await.unwrap();

    // A new label is its name as an owner; members come and go without touching the queue itself.
    let wish = TeamWish { label: Some("Post".into()), members: Some(Vec::new()), ..TeamWish::default() };
    let team = world.engine.change_team(&world.system().await, queue, wish).await.unwrap();
    assert_eq!(team, json!({ "id": queue, "name": "inbox", "label": "Post", "members": [], "queue": true }));
    assert_eq!(world.one(&system, "user", queue).await.unwrap()["name"], "Post");
    // Nobody signs in as a queue, shares with it as a person, or is made a member of another.
    let wish = TeamWish { name: Some("other".into()), members: Some(vec![queue]), ..TeamWish::default() };
    world.engine.create_team(&world.system().await, wish).await.unwrap_err();

    let team = world.engine.change_team(&world.system().await, queue, no_queue()).await.unwrap();
    assert_eq!(team["queue"], false);
    let late = world.update(&system, "deal", deal, json!({ "owner_id": queue })).await.unwrap_err();
    assert!(problems(late)[0].path.contains("owner_id"));
    let again = TeamWish { queue: Some(true), ..TeamWish::default() };
    assert_eq!(world.engine.change_team(&world.system().await, queue, again).await.unwrap()["queue"], true);
    world.define([(Kind::SharingRules, "deal.inbox", None)]).await.unwrap();
    world.engine.delete_team(&world.system().await, queue).await.unwrap();
    let rows = world.engine.teams(&world.system().await).await.unwrap();
    assert_eq!(rows, Json::Array(Vec::new()));
    let _ = fields(&json!({}));
}

#[tokio::test]
async fn rules_name_teams_that_there_are() {
    let (world, _) = world("queue_rules").await;
    let rule = |team: &str| {
        let rule = json!({ "object": "deal", "when": "amount > 5", "share_with": { "team": team }, "access": "read" });
        [(Kind::SharingRules, "deal.other", Some(rule))]
    };
    let found = problems(world.define(rule("nobody")).await.unwrap_err());
    assert_eq!(
        (found[0].path.as_str(), found[0].code.as_str()),
        ("sharing-rules/deal.other.share_with.team", "unknown-team")
    );
    let limit = json!({ "object": "deal", "when": "amount > 5", "applies_to": { "team": "nobody" } });
    let found = world.define([(Kind::RestrictionRules, "deal.limit", Some(limit))]).await.unwrap_err();
    assert_eq!(problems(found)[0].code, "unknown-team");
    world.define(rule("inbox")).await.unwrap();
    let teams = world.engine.teams(&world.system().await).await.unwrap();
    let id = teams[0]["id"].as_str().unwrap().parse().unwrap();
    let kept = problems(world.engine.delete_team(&world.system().await, id).await.unwrap_err());
    assert!(kept[0].code == "in-use" && kept[0].message.contains("sharing-rules/deal.other"), "{kept:?}");
}

#[tokio::test]
async fn what_is_unset_of_sharing_stays_unset_when_it_is_sent_back() {
    let site = it::site::Site::new(World::with_packages("sharing_back").await).await;
    let path = "/metadata/v1/objects/deal";
    let before = site.get(path).await.data(200);
    assert_eq!(
        (&before["sharing"]["default"], &before["sharing_in_force"]["default"]),
        (&Json::Null, &json!("private"))
    );
    let back = site.ask("PUT", path, Some(before.clone())).await;
    assert_eq!(back.status, 200, "{}", back.text());
    assert_eq!(site.get(path).await.data(200), before);
}
