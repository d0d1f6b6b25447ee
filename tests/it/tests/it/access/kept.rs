//! Statements are kept between requests. None may reach another caller, another day, or the time after a change:
//! the same question is asked in turn by different callers, and again after everything that a statement depends on.

use chrono::TimeDelta;
use engine::{Page, ShareWish};
use metadata::Kind;
use permissions::{Level, Party, Team};

use super::*;

const ROUNDS: usize = 3;

fn all_fields(object: &str) -> Query {
    Query { include_total: false, ..list(object) }
}

/// What one question answers, as the same snapshot that other callers asked it of.
async fn answers(s: &Stage, context: &Context, query: &Query) -> Vec<Json> {
    let rows = s.world.read(context, query).await.unwrap();
    rows.as_array().unwrap().clone()
}

async fn ids(s: &Stage, context: &Context, query: &Query) -> Vec<String> {
    let mut ids: Vec<String> =
        answers(s, context, query).await.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

fn sorted(ids: &[Uuid]) -> Vec<String> {
    let mut ids: Vec<String> = ids.iter().map(Uuid::to_string).collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn callers_who_ask_the_same_in_turn_get_their_own() {
    let s = stage("kept_callers").await;
    let (ada, mia) = (s.world.again(&s.ada).await, s.world.again(&s.mia).await);
    let max = s.world.again(&s.world.person("max", "member").await).await;
    let (by_name, one) = (all_fields("deal"), |id| Query::of("deal", vec![id]));
    for round in 0..ROUNDS {
        assert_eq!(ids(&s, &ada, &by_name).await, sorted(&[s.deal, s.hidden_deal]), "{round}");
        assert_eq!(ids(&s, &mia, &by_name).await, sorted(&[s.deal]), "{round}");
        assert!(ids(&s, &max, &by_name).await.is_empty(), "{round}");
        // By id, whichever was asked before and by whom.
        for id in [s.deal, s.hidden_deal] {
            assert_eq!(ids(&s, &ada, &one(id)).await, sorted(&[id]), "{round}");
            let seen = if id == s.deal { sorted(&[id]) } else { Vec::new() };
            assert_eq!(ids(&s, &mia, &one(id)).await, seen, "{round}");
            assert!(ids(&s, &max, &one(id)).await.is_empty(), "{round}");
        }
        // Several at once are another statement than one.
        let both = Query { page: Page::Ids(vec![s.hidden_deal, s.deal]), ..by_name.clone() };
        assert_eq!(answers(&s, &ada, &both).await[0]["id"], json!(s.hidden_deal), "{round}");
        assert_eq!(ids(&s, &mia, &both).await, sorted(&[s.deal]), "{round}");
    }
}

#[tokio::test]
async fn one_person_with_other_rights_is_another_caller() {
    let s = stage("kept_rights").await;
    let reader =
        json!({ "objects": { "deal": { "read": "all" } }, "fields": { "deal.stage": { "read": false } } });
    s.world.define([(Kind::Roles, "reader", Some(reader))]).await.unwrap();
    let mia = s.world.again(&s.mia).await;
    let with = |change: fn(&mut Actor)| {
        let mut other = mia.clone();
        change(std::sync::Arc::make_mut(&mut other.actor));
        other
    };
    let reader = with(|actor| actor.roles = vec!["reader".into()]);
    let limited = with(|actor| actor.scopes = Some(vec![Scope::parse("accounts:read").unwrap()]));
    let administrator = with(|actor| actor.roles = vec!["administrator".into()]);
    let query = all_fields("deal");
    for _ in 0..ROUNDS {
        let own = answers(&s, &mia, &query).await;
        assert!(own.len() == 1 && own[0].get("stage").is_some(), "{own:?}");
        let all = answers(&s, &reader, &query).await;
        assert!(all.len() == 2 && all[0].get("stage").is_none(), "{all:?}");
        forbidden(s.world.read(&limited, &query).await, "read", "deal");
        let all = answers(&s, &administrator, &query).await;
        assert!(all.len() == 2 && all[0].get("stage").is_some(), "{all:?}");
    }
}

#[tokio::test]
async fn a_team_that_is_joined_or_left_is_seen_at_once() {
    let s = stage("kept_team").await;
    let team = json!({ "objects": { "deal": { "read": "team" } } });
    s.world.define([(Kind::Roles, "player", Some(team))]).await.unwrap();
    let wish = engine::TeamWish {
        name: Some("emea".into()),
        label: None,
        queue: None,
        members: Some(vec![s.mia.actor.user_id, s.ada.actor.user_id]),
    };
    let created = s.world.engine.create_team(&s.world.again(&s.ada).await, wish).await.unwrap();
    let id = Uuid::parse_str(created["id"].as_str().unwrap()).unwrap();
    let alone = with_roles(&s.world.again(&s.mia).await, &["player"]);
    let mut member = alone.clone();
    std::sync::Arc::make_mut(&mut member.actor).membership.teams =
        vec![Team { id, name: "emea".into(), queue: false }];
    for _ in 0..ROUNDS {
        assert_eq!(ids(&s, &alone, &all_fields("deal")).await, sorted(&[s.deal]));
        assert_eq!(ids(&s, &member, &all_fields("deal")).await, sorted(&[s.deal, s.hidden_deal]));
    }
}

fn with_roles(context: &Context, roles: &[&str]) -> Context {
    let roles = roles.iter().map(ToString::to_string).collect();
    let actor = Actor { roles, ..Actor::clone(&context.actor) };
    Context { actor: actor.into(), ..context.clone() }
}

#[tokio::test]
async fn a_change_of_metadata_is_in_the_next_answer() {
    let s = stage("kept_metadata").await;
    let query = Query { fields: vec![field("id"), field("size")], ..all_fields("deal") };
    s.world.update(&s.ada, "deal", s.deal, json!({ "amount": 100 })).await.unwrap();
    for (formula, expected) in
        [("amount * 2", json!(200)), ("amount * 3", json!(300)), ("amount + 1", json!(101))]
    {
        let size = json!({ "name": "size", "kind": "formula", "formula": formula });
        s.world.put_field("deal", size).await;
        let mia = s.world.again(&s.mia).await;
        for _ in 0..ROUNDS {
            assert_eq!(answers(&s, &mia, &query).await[0]["size"], expected, "{formula}");
        }
    }
    let role = |read: bool| json!({ "inherits": ["user"], "fields": { "deal.amount": { "read": read } } });
    for shown in [true, false, true, false] {
        s.world.define([(Kind::Roles, "rep", Some(role(shown)))]).await.unwrap();
        let rep = with_roles(&s.world.again(&s.mia).await, &["rep"]);
        let row = s.world.one(&rep, "deal", s.deal).await.unwrap();
        assert_eq!(row.get("amount").is_some(), shown, "{row}");
    }
}

#[tokio::test]
async fn what_depends_on_the_moment_is_asked_anew() {
    let s = stage("kept_moment").await;
    let ada = s.world.again(&s.ada).await;
    let until = ada.now + TimeDelta::hours(1);
    let wish =
        ShareWish { with: Party::User(s.mia.actor.user_id), level: Level::Read, expires_at: Some(until) };
    s.world.engine.share(&ada, ("deal", s.hidden_deal), (wish, None)).await.unwrap();
    let today = ada.now.date_naive().to_string();
    s.world.update(&s.ada, "deal", s.deal, json!({ "close_date": today })).await.unwrap();
    let mia = s.world.again(&s.mia).await;
    let at = |hours| Context { now: mia.now + TimeDelta::hours(hours), ..mia.clone() };
    let filter = |json: Json| Query { filter: Some(Filter::from_json(&json).unwrap()), ..all_fields("deal") };
    let closing = filter(json!({ "close_date": { "eq": "today" } }));
    let past = Query { filter: Some(Filter::Formula("NOW() > created_at + 2".into())), ..all_fields("deal") };
    for _ in 0..ROUNDS {
        assert_eq!(ids(&s, &at(0), &all_fields("deal")).await, sorted(&[s.deal, s.hidden_deal]));
        assert_eq!(ids(&s, &at(2), &all_fields("deal")).await, sorted(&[s.deal]));
        assert_eq!(ids(&s, &at(0), &closing).await, sorted(&[s.deal]));
        assert!(ids(&s, &at(24), &closing).await.is_empty());
        assert!(ids(&s, &at(0), &past).await.is_empty());
        assert_eq!(ids(&s, &at(72), &past).await, sorted(&[s.deal]));
    }
}
