//! Pages by the id for those who come to records by ownership, teams, people below and shares: each record within reach
//! exactly once, in its place, however small the pages are and in whichever direction. What is within reach is told by
//! reading each record by its id, which asks in another way.

use std::collections::BTreeSet;

use engine::{Page, Update};
use it::random::Random;
use metadata::Kind;
use permissions::{ActorKind, Membership, Team};
use sqlx::AssertSqlSafe;

use super::*;

const RECORDS: usize = 700;
const PARTS: usize = 1500;
/// More than are asked for one by one.
const PEOPLE: u128 = 60;
const TEAMS: u128 = 9;

fn person(n: u128) -> Uuid {
    Uuid::from_u128(0x1000 + n)
}

fn team(n: u128) -> Uuid {
    Uuid::from_u128(0x2000 + n)
}

/// Somebody who is above and beside others.
fn reader(base: &Context, me: Uuid, teams: &[u128], manages: bool) -> Context {
    let teams = teams.iter().map(|n| Team { id: team(*n), name: format!("t{n}"), queue: *n == 0 });
    let membership = Membership { teams: teams.collect(), manages, ..Membership::default() };
    let actor = Actor {
        user_id: me,
        name: "reader".into(),
        roles: vec!["seeker".into()],
        membership,
        kind: ActorKind::Person,
        scopes: None,
    };
    Context { actor: actor.into(), access: None, ..base.clone() }
}

async fn run(world: &World, text: String) {
    sqlx::raw_sql(AssertSqlSafe(text)).execute(world.engine.pool()).await.unwrap();
}

/// Sixty people with records of their own and of a queue, some of them in the bin, some shared with teams, some of the
/// shares over.
async fn fill(world: &World, random: &mut Random) -> Vec<Uuid> {
    let mut users = Vec::new();
    for n in 0..PEOPLE {
        let id = person(n);
        users.push(format!("('{id}', 'p{n}', 'person', true, '{id}', '{id}', '{id}', now(), now(), 1)"));
    }
    let (queue, me) = (team(0), person(0));
    users.push(format!("('{queue}', 't0', 'queue', true, '{me}', '{me}', '{me}', now(), now(), 1)"));
    let columns =
        "id, name, kind, active, owner_id, created_by_id, updated_by_id, created_at, updated_at, version";
    run(world, format!("INSERT INTO t_demo.\"user\" ({columns}) VALUES {}", users.join(", "))).await;
    let below: Vec<String> = (0..50).map(|n| format!("('{}', '{}')", person(59), person(n))).collect();
    let few: Vec<String> = (0..3).map(|n| format!("('{}', '{}')", person(58), person(n))).collect();
    run(world, format!("INSERT INTO t_demo._reports VALUES {}, {}", below.join(", "), few.join(", "))).await;
    let teams: Vec<String> = (0..TEAMS).map(|n| format!("('{}', 't{n}')", team(n))).collect();
    run(world, format!("INSERT INTO t_demo._teams (id, name) VALUES {}", teams.join(", "))).await;
    let members: Vec<String> = (0..12).map(|n| format!("('{}', '{}')", team(n % TEAMS), person(n))).collect();
    run(world, format!("INSERT INTO t_demo._team_members VALUES {}", members.join(", "))).await;
    let (mut ids, mut rows, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..RECORDS {
        let id = Uuid::from_u128((u128::from(random.draw()) << 64) | u128::from(random.draw()));
        let owner = if random.once_in(20) { team(0) } else { person(random.below(60) as u128) };
        let (stage, gone) = (*random.pick(&["new", "won"]), if random.once_in(7) { "now()" } else { "NULL" });
        rows.push(format!(
            "('{id}', 'm{n}', '{stage}', '{owner}', now(), '{owner}', now(), '{owner}', {gone}, 1)"
        ));
        for _ in 0..random.below(3) {
            let grantee = if random.once_in(5) {
                person(random.below(60) as u128)
            } else {
                team(random.below(9) as u128)
            };
            let over = *random.pick(&["NULL", "'2001-01-01'", "'2999-01-01'"]);
            let level = 1 + random.below(2);
            shares.push(format!("('{id}', 'user', 'x', '{grantee}', {level}, {over}, now(), '{owner}')"));
        }
        ids.push(id);
    }
    run(world, format!(
        "INSERT INTO t_demo.matter (id, name, stage, owner_id, created_at, created_by_id, updated_at, updated_by_id, deleted_at, version) VALUES {}",
        rows.join(", ")
    )).await;
    run(world, format!(
        "INSERT INTO t_demo._shares (record_id, grantee_kind, grantee_name, grantee_id, level, expires_at, created_at, created_by_id, object_id) \
         SELECT v.*, o.id FROM (VALUES {}) AS w(record_id, grantee_kind, grantee_name, grantee_id, level, expires_at, created_at, created_by_id) \
         CROSS JOIN LATERAL (SELECT w.record_id::uuid, w.grantee_kind, w.grantee_name, w.grantee_id::uuid, w.level, w.expires_at::timestamptz, w.created_at, w.created_by_id::uuid) v, \
         (SELECT id FROM t_demo._metadata WHERE kind = 'objects' AND name = 'matter') o ON CONFLICT DO NOTHING",
        shares.join(", ")
    )).await;
    ids
}

/// Parts of the records, of some many and of some none; some of them in the bin.
async fn fill_parts(world: &World, random: &mut Random, masters: &[Uuid]) -> Vec<Uuid> {
    let (mut ids, mut rows) = (Vec::new(), Vec::new());
    for n in 0..PARTS {
        let id = Uuid::from_u128((u128::from(random.draw()) << 64) | u128::from(random.draw()));
        let place = if random.once_in(3) { random.below(20) } else { random.below(masters.len()) };
        let (master, owner) = (masters[place], person(0));
        let gone = if random.once_in(9) { "now()" } else { "NULL" };
        rows.push(format!("('{id}', 'p{n}', '{master}', now(), '{owner}', now(), '{owner}', {gone}, 1)"));
        ids.push(id);
    }
    run(world, format!(
        "INSERT INTO t_demo.piece (id, name, matter_id, created_at, created_by_id, updated_at, updated_by_id, deleted_at, version) VALUES {}",
        rows.join(", ")
    )).await;
    ids
}

#[tokio::test]
async fn parts_of_few_records_are_those_that_each_answers_by_its_id() {
    let world = World::new("windows_parts").await;
    let matter = json!({ "name": "matter", "plural": "matters", "sharing": { "default": "private", "hierarchy": true },
        "fields": [{ "name": "stage", "kind": "text" }] });
    let piece = json!({ "name": "piece", "plural": "pieces", "fields": [
        { "name": "matter", "kind": "master_detail", "to": "matter", "inverse": "pieces" }] });
    let objects =
        json!({ "matter": { "read": "own", "edit": "own" }, "piece": { "read": "own", "edit": "own" } });
    let seeker = json!({ "label": "Seeker", "objects": objects });
    // Some masters are taken away again.
    let limit = json!({ "object": "matter", "when": "stage = \"won\"", "applies_to": { "role": "held" } });
    let changes = [
        (Kind::Objects, "matter", Some(matter)),
        (Kind::Objects, "piece", Some(piece)),
        (Kind::Roles, "seeker", Some(seeker.clone())),
        (Kind::Roles, "held", Some(seeker)),
        (Kind::RestrictionRules, "matter.won", Some(limit)),
    ];
    world.define(changes).await.unwrap();
    let mut random = Random::new(78);
    let masters = fill(&world, &mut random).await;
    let all = fill_parts(&world, &mut random, &masters).await;
    let base = world.system().await;
    let mut held = reader(&base, person(58), &[1], true);
    std::sync::Arc::make_mut(&mut held.actor).roles = vec!["held".into()];
    let readers = [
        ("owner and shares", reader(&base, person(1), &[], false)),
        ("above three", reader(&base, person(58), &[1], true)),
        ("within a limit", held),
        ("above fifty", reader(&base, person(59), &[1, 2], true)),
        ("nobody", reader(&base, Uuid::from_u128(9), &[], false)),
    ];
    for (name, context) in readers {
        let first = |path: &str, descending, limit| Query {
            object: "piece".into(),
            fields: vec![field("id")],
            sort: vec![SortKey { path: path.into(), descending }],
            limit,
            ..Query::default()
        };
        let text = world.engine.explain(&context, &first("id", true, 5)).unwrap()["sql"].to_string();
        assert!(text.contains("f.few"), "{name}: {text}");
        let known = Query { page: Page::Ids(all.clone()), sort: Vec::new(), ..first("id", true, 1000) };
        let answer = world.read(&context, &known).await.unwrap();
        let known: BTreeSet<Uuid> = answer
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["id"].as_str().unwrap().parse().unwrap())
            .collect();
        assert_eq!(known.is_empty(), name == "nobody", "{name}");
        assert_eq!(known.len() > 500, name == "above fifty", "{name}: {}", known.len());
        for (path, descending, limit) in [
            ("id", true, 7),
            ("id", false, 50),
            ("name", true, 50),
            ("name", false, 1000),
            ("created_at", true, 20),
        ] {
            let mut expected = walked(&world, &base, first(path, descending, 1000)).await;
            expected.retain(|id| known.contains(id));
            let found = walked(&world, &context, first(path, descending, limit)).await;
            assert_eq!(found, expected, "{name} {path} {descending} {limit}");
        }
    }
}

fn question(filter: &Option<Json>, descending: bool, page: Page, limit: u32) -> Query {
    let filter = filter.as_ref().map(|filter| Filter::from_json(filter).unwrap());
    let sort = vec![SortKey { path: "id".into(), descending }];
    Query {
        object: "matter".into(),
        fields: vec![field("id"), field("stage")],
        filter,
        sort,
        page,
        limit,
        ..Query::default()
    }
}

async fn ids(world: &World, context: &Context, query: &Query) -> (Vec<Uuid>, Option<String>) {
    let answer = world.engine.read(context, query).await.unwrap();
    let rows: Vec<Json> = serde_json::from_slice(&answer.json).unwrap();
    (rows.iter().map(|row| row["id"].as_str().unwrap().parse().unwrap()).collect(), answer.next_cursor)
}

/// Every page of the list, one behind the other.
async fn walked(world: &World, context: &Context, first: Query) -> Vec<Uuid> {
    let (mut all, mut query) = (Vec::new(), first);
    loop {
        let (page, next) = ids(world, context, &query).await;
        assert!(page.len() <= query.limit as usize);
        all.extend(page);
        let Some(next) = next else { return all };
        assert!(all.len() <= PARTS, "the pages do not end");
        query.page = Page::After(next);
    }
}

/// The same records in the orders in which somebody gets them who may see all.
async fn in_other_orders(
    world: &World,
    (all, context): (&Context, &Context),
    (filter, expected): (&Option<Json>, &[Uuid]),
) -> usize {
    let mut pages = 0;
    for (path, limit) in [("name", 40), ("stage", 50), ("code", 100), ("created_at", 1000)] {
        for descending in [true, false] {
            let sort = vec![SortKey { path: path.into(), descending }];
            let first = |limit| Query { sort: sort.clone(), ..question(filter, true, Page::First, limit) };
            let known: BTreeSet<&Uuid> = expected.iter().collect();
            let mut ordered = walked(world, all, first(1000)).await;
            ordered.retain(|id| known.contains(id));
            let found = walked(world, context, first(limit)).await;
            assert_eq!(found, ordered, "{path} {descending} {filter:?}");
            pages += found.len() / limit as usize + 1;
        }
    }
    pages
}

/// Rules that open records by a condition and by their owners, each for a role.
async fn define_rules(world: &World) {
    let opens = |test: (&str, Json), role: &str| {
        let mut rule = json!({ "object": "matter", "share_with": { "role": role }, "access": "read" });
        rule[test.0] = test.1;
        Some(rule)
    };
    let ruled = json!({ "label": "Ruled", "objects": { "matter": { "read": "own" } } });
    let rules = [
        (Kind::Roles, "ruled", Some(ruled.clone())),
        (Kind::Roles, "led", Some(ruled)),
        (Kind::SharingRules, "matter.won", opens(("when", json!("stage = \"won\"")), "ruled")),
        (Kind::SharingRules, "matter.owner", opens(("when", json!("owner.name = \"p7\"")), "ruled")),
        (Kind::SharingRules, "matter.team", opens(("owned_by", json!({ "team": "t3" })), "led")),
        (Kind::SharingRules, "matter.one", opens(("owned_by", json!({ "user": person(9) })), "led")),
    ];
    world.define(rules).await.unwrap();
}

/// Somebody for each way to come to records.
fn readers(base: &Context) -> [(&'static str, Context); 9] {
    let by_role = |role: &str, reader: Context| {
        let actor = Actor { roles: vec![role.into()], ..Actor::clone(&reader.actor) };
        Context { actor: actor.into(), ..reader }
    };
    [
        ("owner and shares", reader(base, person(1), &[], false)),
        ("teams and a queue", reader(base, person(2), &[0, 1, 2, 3, 4, 5, 6], false)),
        ("above three", reader(base, person(58), &[1], true)),
        ("above fifty", reader(base, person(59), &[1, 2], true)),
        ("mates", by_role("mate", reader(base, person(4), &[4, 5], false))),
        ("a rule's condition", by_role("ruled", reader(base, person(3), &[], false))),
        ("a rule's condition and more", by_role("ruled", reader(base, person(59), &[1], true))),
        ("owners of a rule", by_role("led", reader(base, person(5), &[2], false))),
        ("nobody", reader(base, Uuid::from_u128(9), &[], false)),
    ]
}

#[tokio::test]
async fn windows_answer_what_each_record_answers_by_its_id() {
    let world = World::new("windows").await;
    let matter = json!({ "name": "matter", "plural": "matters", "sharing": { "default": "private", "hierarchy": true },
        "fields": [{ "name": "stage", "kind": "text" }, { "name": "code", "kind": "text", "indexed": true }] });
    let seeker = json!({ "label": "Seeker", "objects": { "matter": { "read": "own", "edit": "own" } } });
    let mate = json!({ "label": "Mate", "objects": { "matter": { "read": "team", "edit": "own" } } });
    let changes = [
        (Kind::Objects, "matter", Some(matter)),
        (Kind::Roles, "seeker", Some(seeker)),
        (Kind::Roles, "mate", Some(mate)),
    ];
    world.define(changes).await.unwrap();
    let seed = 77;
    let mut random = Random::new(seed);
    let all = fill(&world, &mut random).await;
    define_rules(&world).await;
    let base = world.system().await;
    let mut pages = 0;
    for (name, context) in readers(&base) {
        let view = world.engine.explain(&context, &question(&None, true, Page::First, 5)).unwrap();
        assert!(view["sql"].as_str().unwrap().contains("WITH RECURSIVE"), "{name}: {}", view["sql"]);
        let known =
            Query { limit: 1000, page: Page::Ids(all.clone()), ..question(&None, true, Page::First, 5) };
        let answer = world.read(&context, &Query { sort: Vec::new(), ..known }).await.unwrap();
        let known: Vec<(Uuid, String)> = answer
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                (row["id"].as_str().unwrap().parse().unwrap(), row["stage"].as_str().unwrap().to_owned())
            })
            .collect();
        assert_eq!(known.is_empty(), name == "nobody", "{name}");
        for filter in [None, Some(json!({ "stage": "won" })), Some(json!({ "code": null }))] {
            let mut expected: Vec<Uuid> = known
                .iter()
                .filter(|(_, stage)| {
                    filter.as_ref().is_none_or(|filter| filter["stage"] != "won" || stage == "won")
                })
                .map(|(id, _)| *id)
                .collect();
            expected.sort();
            for (descending, limit) in [(true, 3), (false, 3), (true, 50), (false, 50), (true, 1000)] {
                if descending == (expected.first() < expected.last()) {
                    expected.reverse();
                }
                let found = walked(&world, &context, question(&filter, descending, Page::First, limit)).await;
                assert_eq!(found, expected, "seed {seed}, {name}, {filter:?}, {descending}, {limit}");
                pages += found.len() / limit as usize + 1;
            }
            let found = in_other_orders(&world, (&base, &context), (&filter, &expected)).await;
            pages += found;
            // The last page, from the other end.
            let (last, _) = ids(&world, &context, &question(&filter, true, Page::Before(None), 7)).await;
            expected.sort();
            expected.reverse();
            assert_eq!(last, expected[expected.len().saturating_sub(7)..], "{name} {filter:?}");
        }
    }
    assert!(pages > 1000, "{pages} pages");
}

#[tokio::test]
async fn what_meets_a_rule_is_walked_to_once() {
    let world = World::new("windows_rules").await;
    let matter = json!({ "name": "matter", "plural": "matters", "sharing": { "default": "private" },
        "fields": [{ "name": "stage", "kind": "text" }] });
    let role = json!({ "label": "Ruled", "objects": { "matter": { "read": "own" } } });
    let rule = |when: &str| json!({ "object": "matter", "when": when, "share_with": { "everyone": true }, "access": "read" });
    let limit = json!({ "object": "matter", "when": "name != \"m7\"", "applies_to": { "role": "held" } });
    let changes = [
        (Kind::Objects, "matter", Some(matter)),
        (Kind::Roles, "ruled", Some(role.clone())),
        (Kind::Roles, "held", Some(role)),
        (Kind::SharingRules, "matter.rare", Some(rule("name = \"m7\" OR name = \"m8\""))),
        (Kind::SharingRules, "matter.other", Some(rule("name = \"m9\""))),
        (Kind::RestrictionRules, "matter.held", Some(limit)),
    ];
    world.define(changes).await.unwrap();
    let mut random = Random::new(79);
    let all = fill(&world, &mut random).await;
    // Nearly all of it is one's own, so that there are many windows before what is asked for.
    let text =
        format!("UPDATE t_demo.matter SET owner_id = '{}' WHERE name NOT IN ('m7', 'm8', 'm9')", person(1));
    run(&world, text).await;
    let few = "stage = CASE WHEN name IN ('m7', 'm8', 'm9', 'm100', 'm600') THEN 'few' ELSE stage END";
    run(&world, format!("UPDATE t_demo.matter SET deleted_at = NULL, {few}")).await;
    let base = world.system().await;
    for role in ["ruled", "held"] {
        let mut context = reader(&base, person(1), &[], false);
        std::sync::Arc::make_mut(&mut context.actor).roles = vec![role.into()];
        let rare = Some(json!({ "stage": "few" }));
        for filter in [None, rare] {
            for descending in [true, false] {
                let first = |limit| question(&filter, descending, Page::First, limit);
                let sql = world.engine.explain(&context, &first(50)).unwrap()["sql"].to_string();
                // One walk for all rules, no further than the window is, and windows that grow.
                assert_eq!(sql.matches("reached AS MATERIALIZED").count(), 1, "{sql}");
                assert_eq!(sql.matches("coalesce((SELECT e.id FROM reached AS e)").count(), 1, "{sql}");
                assert!(sql.contains("greatest(w.k,"), "{sql}");
                let known = Query { page: Page::Ids(all.clone()), sort: Vec::new(), ..first(1000) };
                let answer = world.read(&context, &known).await.unwrap();
                let mut known: Vec<Uuid> = answer
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|row| row["id"].as_str().unwrap().parse().unwrap())
                    .collect();
                known.sort();
                if descending {
                    known.reverse();
                }
                let held = usize::from(role == "held");
                assert_eq!(known.len(), if filter.is_none() { RECORDS } else { 5 } - held);
                assert_eq!(
                    walked(&world, &context, first(50)).await,
                    known,
                    "{role} {filter:?} {descending}"
                );
            }
        }
    }
}

#[tokio::test]
async fn what_goes_into_the_bin_leaves_its_place_to_the_next() {
    let world = World::new("windows_bin").await;
    let matter =
        json!({ "name": "matter", "plural": "matters", "sharing": { "default": "private" }, "fields": [] });
    let seeker = json!({ "label": "Seeker", "objects": { "matter": { "read": "own" } } });
    world
        .define([(Kind::Objects, "matter", Some(matter)), (Kind::Roles, "seeker", Some(seeker))])
        .await
        .unwrap();
    let ada = world.person("ada", "administrator").await;
    let mia = world.person("mia", "seeker").await;
    let mia = Context {
        actor: Actor {
            membership: Membership {
                teams: vec![Team { id: team(1), name: "t".into(), queue: false }],
                ..Membership::default()
            },
            ..Actor::clone(&mia.actor)
        }
        .into(),
        ..mia
    };
    let mut made = Vec::new();
    for n in 0..40 {
        made.push(
            world
                .create(&world.again(&ada).await, "matter", json!({ "name": format!("m{n}") }))
                .await
                .unwrap(),
        );
    }
    run(&world, format!(
        "INSERT INTO t_demo._shares (record_id, object_id, grantee_id, grantee_kind, grantee_name, level, created_at, created_by_id) \
         SELECT m.id, o.id, '{}', 'team', 't', 1, now(), m.owner_id FROM t_demo.matter m, (SELECT id FROM t_demo._metadata WHERE kind = 'objects' AND name = 'matter') o", team(1)
    )).await;
    let list = || Query { limit: 5, object: "matter".into(), fields: vec![field("id")], ..Query::default() };
    let newest = |made: &[Uuid]| made.iter().rev().take(5).copied().collect::<Vec<_>>();
    assert_eq!(ids(&world, &world.again(&mia).await, &list()).await.0, newest(&made));
    // Thirty of the newest go, and come back.
    let gone = made[10..].to_vec();
    world.run(&ada, "matter", What::Delete(gone.clone())).await.unwrap();
    assert_eq!(ids(&world, &world.again(&mia).await, &list()).await.0, newest(&made[..10]));
    world.run(&ada, "matter", What::Restore(gone)).await.unwrap();
    assert_eq!(ids(&world, &world.again(&mia).await, &list()).await.0, newest(&made));
    let unique: BTreeSet<Uuid> = walked(&world, &world.again(&mia).await, list()).await.into_iter().collect();
    assert_eq!(unique.len(), made.len());
    // A change of the record between two pages moves nothing.
    let update = Update { id: made[0], fields: fields(&json!({ "name": "other" })), if_version: None };
    world.run(&ada, "matter", What::Update(vec![update])).await.unwrap();
    assert_eq!(walked(&world, &world.again(&mia).await, list()).await.len(), made.len());
}
