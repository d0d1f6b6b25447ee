//! Users, the first administrator, and signing in.

use std::time::Instant;

use chrono::TimeDelta;
use identity::{Error, FirstAdministrator, LoginError, NewUser, Secret, UserPatch};
use serde_json::{Value as Json, json};

use super::world::{PASSWORD, World};

fn patch(json: Json) -> UserPatch {
    serde_json::from_value(json).expect("a patch")
}

#[tokio::test]
async fn the_first_administrator_is_made_once() {
    let world = World::new("first").await;
    let make = |node: &identity::Identity| {
        let (node, tenant) = (node.clone(), world.tenant.clone());
        async move { node.first_administrator(&tenant, "Root@Example.com", None, None).await.unwrap() }
    };
    let made = tokio::join!(make(&world.node), make(&world.other), make(&world.node));
    let made = [made.0, made.1, made.2];
    let passwords: Vec<&Secret> = made
        .iter()
        .filter_map(|made| match made {
            FirstAdministrator::Made { password, email, .. } => {
                assert_eq!(email, "root@example.com");
                password.as_ref()
            }
            FirstAdministrator::Exists => None,
        })
        .collect();
    assert_eq!(passwords.len(), 1, "{made:?}");
    world.login("root@example.com", passwords[0].expose()).await.unwrap();
}

#[tokio::test]
async fn an_administrator_without_a_password_gets_one_at_the_next_start() {
    let (world, ada) = World::with_ada("repair").await;
    sqlx::query("delete from platform.credentials").execute(&world.pool).await.unwrap();
    let made =
        world.node.first_administrator(&world.tenant, "ada@example.com", None, Some(Secret::new("pw"))).await;
    assert!(
        matches!(made, Ok(FirstAdministrator::Made { user_id, password: None, .. }) if user_id == ada),
        "{made:?}"
    );
    world.login("ada@example.com", "pw").await.unwrap();
}

#[tokio::test]
async fn a_user_comes_with_teams_or_not_at_all() {
    let (world, _) = World::with_ada("teams").await;
    let team = engine::TeamWish { name: Some("emea".into()), ..engine::TeamWish::default() };
    world.make_team(team).await;
    let bob = world.user("bob@example.com", "member").await;
    let refuse = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no teams now'; END $$; \
         CREATE TRIGGER refuse BEFORE INSERT ON t_demo._team_members EXECUTE FUNCTION refuse()";
    sqlx::raw_sql(refuse).execute(&world.pool).await.unwrap();
    let user = NewUser { teams: vec!["emea".into()], ..new_user("eve@example.com") };
    assert!(world.node.create_user(&world.tenant, user.clone()).await.is_err());
    assert_eq!(world.node.find_user_id(&world.tenant, "eve@example.com").await.unwrap(), None);
    let change = json!({ "name": "Robert", "teams": ["emea"] });
    assert!(world.node.patch_user(&world.tenant, bob, patch(change.clone())).await.is_err());
    let name = async || {
        let text = "SELECT name FROM t_demo.\"user\" WHERE id = $1";
        sqlx::query_scalar::<_, String>(text).bind(bob).fetch_one(&world.pool).await.unwrap()
    };
    assert_eq!(name().await, "bob");
    sqlx::raw_sql("DROP TRIGGER refuse ON t_demo._team_members").execute(&world.pool).await.unwrap();
    world.node.create_user(&world.tenant, user).await.unwrap();
    world.node.patch_user(&world.tenant, bob, patch(change)).await.unwrap();
    // Teams alone leave the record as it is.
    world.node.patch_user(&world.tenant, bob, patch(json!({ "teams": [] }))).await.unwrap();
    let text = "SELECT version FROM t_demo.\"user\" WHERE id = $1";
    let version: i64 = sqlx::query_scalar(text).bind(bob).fetch_one(&world.pool).await.unwrap();
    assert_eq!((name().await.as_str(), version), ("Robert", 2));
    let text = "SELECT count(*) FROM t_demo._audit_tail WHERE action = 'team_changed'";
    let told: i64 = sqlx::query_scalar(text).fetch_one(&world.pool).await.unwrap();
    assert_eq!(told, 3, "one for each who came or went");
}

#[tokio::test]
async fn every_failure_looks_the_same() {
    let (world, _) = World::with_ada("login").await;
    let bob = world.user("bob@example.com", "member").await;
    world.node.patch_user(&world.tenant, bob, patch(json!({ "active": false }))).await.unwrap();
    let silent = NewUser { password: None, ..new_user("silent@example.com") };
    world.node.create_user(&world.tenant, silent).await.unwrap();
    for (email, password) in [
        ("ada@example.com", "wrong horse"),
        ("nobody@example.com", PASSWORD),
        ("bob@example.com", PASSWORD),
        ("silent@example.com", PASSWORD),
        ("silent@example.com", ""),
        ("not an address", PASSWORD),
        ("", ""),
    ] {
        let refused = world.login(email, password).await;
        assert!(matches!(refused, Err(LoginError::Wrong)), "{email} {refused:?}");
    }
    world.login(" ADA@Example.com ", PASSWORD).await.unwrap();
}

/// Prints times; run by hand with `--ignored --nocapture` on a quiet machine.
#[tokio::test]
#[ignore = "measures"]
async fn every_failure_takes_the_same_time() {
    let (world, _) = World::with_ada("timing").await;
    for round in 0..3 {
        for email in ["ada@example.com", "nobody@example.com", "not an address"] {
            world.pass(TimeDelta::minutes(16));
            let mut times = Vec::new();
            for _ in 0..5 {
                let start = Instant::now();
                world.login(email, "wrong horse").await.unwrap_err();
                times.push(start.elapsed());
            }
            times.sort();
            println!("{round} {email}: {:?} … {:?} … {:?}", times[0], times[2], times[4]);
        }
    }
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let (world, _) = World::with_ada("guess").await;
    world.user("bob@example.com", "member").await;
    let guesses = (0..12).map(|_| world.login("ada@example.com", "wrong horse"));
    let answers = futures_util::future::join_all(guesses).await;
    let wrong = answers.iter().filter(|answer| matches!(answer, Err(LoginError::Wrong))).count();
    let throttled =
        answers.iter().filter(|answer| matches!(answer, Err(LoginError::Throttled { .. }))).count();
    assert!((5..=6).contains(&wrong) && wrong + throttled == 12, "{wrong} {throttled}");
    let Err(LoginError::Throttled { retry_after, limit: 5 }) = world.login("Ada@example.com", PASSWORD).await
    else {
        panic!()
    };
    assert!((50..=120).contains(&retry_after.as_secs()), "{retry_after:?}");
    world.login("bob@example.com", PASSWORD).await.unwrap();
    world.pass(TimeDelta::minutes(2) + TimeDelta::seconds(1));
    world.login("ada@example.com", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn many_may_sign_in_at_once() {
    let (world, _) = World::with_ada("crowd").await;
    let answers =
        futures_util::future::join_all((0..12).map(|_| world.login("ada@example.com", PASSWORD))).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
}

fn new_user(email: &str) -> NewUser {
    serde_json::from_value(json!({ "email": email, "name": "Somebody", "password": PASSWORD }))
        .expect("a wish for a user")
}

#[tokio::test]
async fn addresses_are_unique_whatever_their_case() {
    let (world, _) = World::with_ada("unique").await;
    let refused = world.node.create_user(&world.tenant, new_user("ADA@example.COM")).await;
    let Err(Error::Engine(engine::Error::Conflict(problems))) = refused else { panic!("{refused:?}") };
    assert_eq!((problems[0].path.as_str(), problems[0].code.as_str()), ("email", "duplicate"));
    let bob = world.user("bob@example.com", "member").await;
    let refused =
        world.node.patch_user(&world.tenant, bob, patch(json!({ "email": "Ada@example.com" }))).await;
    assert!(matches!(refused, Err(Error::Engine(engine::Error::Conflict(_)))), "{refused:?}");
}

#[tokio::test]
async fn users_are_listed_and_changed() {
    let (world, ada) = World::with_ada("patch").await;
    let bob = world.user("bob@example.com", "member").await;
    let change = json!({ "name": "Robert", "title": "Clerk", "manager_id": ada, "roles": ["member", "administrator"] });
    world.node.patch_user(&world.tenant, bob, patch(change)).await.unwrap();
    let page = world.node.list_users(&world.tenant, 10, None).await.unwrap();
    let users: Json = serde_json::from_slice(&page.json).unwrap();
    let names: Vec<&str> =
        users.as_array().unwrap().iter().map(|user| user["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Ada", "Robert"], "people only");
    assert_eq!(users[1]["manager"]["name"], "Ada");
    assert_eq!(users[1]["roles"], json!(["member", "administrator"]));
    world.node.patch_user(&world.tenant, bob, patch(json!({ "title": null }))).await.unwrap();
    let one = world.node.find_user(&world.tenant, bob).await.unwrap().unwrap();
    let one: Json = serde_json::from_slice(&one.json).unwrap();
    assert_eq!(one[0]["title"], Json::Null);

    let refused =
        world.node.patch_user(&world.tenant, bob, patch(json!({ "roles": ["king"], "name": "" }))).await;
    assert!(matches!(&refused, Err(Error::Invalid(problems)) if problems.len() == 2), "{refused:?}");
    let nobody = uuid::Uuid::now_v7();
    assert!(matches!(
        world.node.patch_user(&world.tenant, nobody, patch(json!({}))).await,
        Err(Error::NotFound)
    ));
    let system = engine::SYSTEM_USER;
    assert!(matches!(
        world.node.patch_user(&world.tenant, system, patch(json!({}))).await,
        Err(Error::NotFound)
    ));
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let (world, ada) = World::with_ada("last").await;
    for change in [json!({ "active": false }), json!({ "roles": ["member"] })] {
        let refused = world.node.patch_user(&world.tenant, ada, patch(change)).await;
        assert!(matches!(refused, Err(Error::LastAdministrator)), "{refused:?}");
    }
    world.user("eve@example.com", "administrator").await;
    world.node.patch_user(&world.tenant, ada, patch(json!({ "roles": ["member"] }))).await.unwrap();
}
