//! What a transition asks for besides fields (why, and what is confirmed), and states in which records stay as they are.

use engine::{Consent, Context, Update, What};
use it::{World, fields, problems};
use metadata::Kind;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{take, told, with_process};

fn closing() -> Json {
    json!({ "object": "deal", "field": "stage", "mode": "guide",
        "states": ["new", { "value": "won", "lock": true }, "lost"],
        "transitions": [
            { "name": "win", "from": ["new"], "to": "won",
                "during": { "checklist": ["Budget confirmed", "Contract signed"], "note": "required" } },
            { "name": "lose", "from": ["new"], "to": "lost", "during": { "note": "optional" } },
            { "name": "reopen", "from": ["won"], "to": "new", "during": { "fields": [{ "field": "next_step", "required": true }] },
                "after": [{ "action": "set", "field": "description", "value": "\"Again\"" }] } ] })
}

async fn world(name: &str) -> (World, Context) {
    with_process(name, closing()).await
}

async fn deal(world: &World, ada: &Context) -> Uuid {
    world.create(&world.again(ada).await, "deal", json!({ "name": "d", "amount": 5 })).await.unwrap()
}

#[tokio::test]
async fn a_note_and_a_checklist_are_asked_for_and_kept() {
    let (world, ada) = world("way_note").await;
    let id = deal(&world, &ada).await;
    let ways = world.engine.transitions(&world.again(&ada).await, "deal", id).await.unwrap();
    assert_eq!(
        (&ways["data"][0]["note"], &ways["data"][1]["note"]),
        (&json!("required"), &json!("optional"))
    );
    assert_eq!(ways["data"][0]["checklist"], json!(["Budget confirmed", "Contract signed"]));
    let refused = async |name, body| told(&problems(take(&world, &ada, id, name, body).await.unwrap_err()));
    assert_eq!(refused("win", json!({})).await, ["_note required", "_checklist required"]);
    let half = json!({ "_note": "  ", "_checklist": ["Budget confirmed", "Contract singed"] });
    assert_eq!(
        refused("win", half).await,
        ["_note required", "_checklist.1 unknown-item", "_checklist required"]
    );
    let wrong = json!({ "_note": 5, "_checklist": "all" });
    assert_eq!(refused("win", wrong).await, ["_note wrong-type", "_checklist wrong-type"]);
    assert_eq!(refused("win", json!({ "_note": "x".repeat(4_001) })).await, ["_note too-long"]);
    let all = json!({ "_note": "They said yes 🎉", "_checklist": ["Contract signed", "Budget confirmed", "Budget confirmed"] });
    take(&world, &ada, id, "win", all).await.unwrap();
    let states = world.engine.states(&world.again(&ada).await, ("deal", id), (10, None)).await.unwrap();
    assert_eq!(
        (&states[0]["note"], &states[0]["checklist"]),
        (&json!("They said yes 🎉"), &json!(["Budget confirmed", "Contract signed"]))
    );
    assert_eq!((&states[1]["note"], &states[1]["checklist"]), (&Json::Null, &json!([])));
    let history = world.history(&world.again(&ada).await, "deal", id).await.unwrap();
    assert_eq!(
        history[0]["transition"],
        json!({ "name": "win", "note": "They said yes 🎉", "checklist": ["Budget confirmed", "Contract signed"] })
    );
    assert!(history[1].get("transition").is_none());
    // Who may not see the stage learns nothing of how it came there.
    let role = json!({ "label": "Blind", "grants": [{ "object": "deal", "actions": ["read"], "fields": { "except": ["stage"] } }] });
    if world.define([(Kind::Roles, "blind", Some(role))]).await.is_ok() {
        let eve = world.person("eve", "blind").await;
        if let Ok(history) = world.history(&eve, "deal", id).await {
            assert!(
                history.as_array().unwrap().iter().all(|one| one.get("transition").is_none()),
                "{history}"
            );
        }
    }
    let other = deal(&world, &ada).await;
    take(&world, &ada, other, "lose", json!({})).await.unwrap();
    let third = deal(&world, &ada).await;
    take(
        &world,
        &ada,
        third,
        "win",
        json!({ "_note": "y", "_checklist": ["Budget confirmed", "Contract signed"] }),
    )
    .await
    .unwrap();
    let found =
        take(&world, &ada, third, "reopen", json!({ "_note": "why", "next_step": "x" })).await.unwrap_err();
    assert_eq!(told(&problems(found)), ["_note not-asked"]);
}

#[tokio::test]
async fn a_locked_record_stays_as_it_is_for_every_writer() {
    let (world, ada) = world("way_lock").await;
    let id = deal(&world, &ada).await;
    let free = deal(&world, &ada).await;
    let won = json!({ "_note": "y", "_checklist": ["Budget confirmed", "Contract signed"] });
    take(&world, &ada, id, "win", won).await.unwrap();
    let ways = world.engine.transitions(&world.again(&ada).await, "deal", id).await.unwrap();
    assert_eq!(ways["processes"][0]["locked"], json!(true));
    let found = problems(world.update(&ada, "deal", id, json!({ "amount": 6 })).await.unwrap_err());
    assert_eq!(told(&found), [" locked"]);
    // The state itself too, and one among several.
    assert!(world.update(&ada, "deal", id, json!({ "stage": "lost" })).await.is_err());
    let change = |id| Update { id, fields: fields(&json!({ "amount": 6 })), if_version: None };
    let found =
        problems(world.run(&ada, "deal", What::Update(vec![change(free), change(id)])).await.unwrap_err());
    assert_eq!(told(&found), ["1 locked"]);
    for what in [
        What::Delete(vec![free, id]),
        What::Purge(vec![id]),
        What::Merge { id: free, others: vec![id], fields: vec![] },
    ] {
        let error = world.run(&ada, "deal", what.clone()).await.unwrap_err();
        assert!(problems(error).iter().any(|problem| problem.code == "locked"), "{what:?}");
    }
    let found =
        take(&world, &ada, id, "reopen", json!({ "next_step": "Call", "amount": 7 })).await.unwrap_err();
    assert_eq!(told(&problems(found)), [" locked"]);
    assert_eq!(world.one(&world.again(&ada).await, "deal", id).await.unwrap()["amount"].as_f64(), Some(5.0));
    // Who says that they mean it, and a transition.
    let sure = Context {
        consent: Consent { process_override: true, ..Consent::default() },
        ..world.again(&ada).await
    };
    world.update(&sure, "deal", id, json!({ "amount": 8 })).await.unwrap();
    take(&world, &ada, id, "reopen", json!({ "next_step": "Call" })).await.unwrap();
    let deal = world.one(&world.again(&ada).await, "deal", id).await.unwrap();
    assert_eq!((&deal["description"], deal["amount"].as_f64()), (&json!("Again"), Some(8.0)));
    world.update(&ada, "deal", id, json!({ "amount": 9 })).await.unwrap();
    world.run(&ada, "deal", What::Delete(vec![id])).await.unwrap();
}
