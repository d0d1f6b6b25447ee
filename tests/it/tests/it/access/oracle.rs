//! Random tenants: people in a tree with teams, roles, permission sets, sharing and restriction rules, shares and
//! records. Every way to ask is compared with an evaluator that goes through the records one by one.
//!
//! `TRELLIS_WORLDS` says how many worlds; each is told by its seed when it differs.

use std::collections::BTreeMap;

use engine::query::aggregate::{Aggregate, Group, Metric};
use it::random::Random;
use permissions::{Action, ActorKind};
use serde_json::Map;
use sqlx::AssertSqlSafe;

use super::*;
use metadata::Kind;
use naive::{Data, Eyes, Grantee, REACHES, Record, Rulebook, Share, User};

mod naive;

const USERS: usize = 6;
const TEAMS: usize = 3;
/// Worlds with the same definitions.
const SIBLINGS: u64 = 25;

fn worlds() -> u64 {
    std::env::var("TRELLIS_WORLDS").ok().and_then(|text| text.parse().ok()).unwrap_or(1000)
}

fn objects() -> [(&'static str, Json); 3] {
    [
        (
            "account",
            json!({ "name": "account", "plural": "accounts", "fields": [
            { "name": "industry", "kind": "text" }, { "name": "size", "kind": "integer" } ] }),
        ),
        (
            "deal",
            json!({ "name": "deal", "plural": "deals", "fields": [
            { "name": "account", "kind": "lookup", "to": "account", "inverse": "deals" },
            { "name": "stage", "kind": "text" }, { "name": "amount", "kind": "integer" } ] }),
        ),
        (
            "part",
            json!({ "name": "part", "plural": "parts", "fields": [
            { "name": "deal", "kind": "master_detail", "to": "deal", "inverse": "parts" },
            { "name": "label", "kind": "text" } ] }),
        ),
    ]
}

fn rights(random: &mut Random) -> Json {
    let mut rights = Map::new();
    for action in ["read", "edit", "delete", "transfer", "share"] {
        // Reading is given more often, so that there is something to see.
        let reach = if action == "read" { 1 + random.below(3) } else { random.below(4) };
        if !random.once_in(4) {
            rights.insert(action.into(), REACHES[reach].into());
        }
    }
    Json::Object(rights)
}

fn role(random: &mut Random, parents: &[&str]) -> Json {
    let mut role = json!({ "objects": {}, "fields": {}, "inherits": [] });
    for object in ["account", "deal", "part", "*"] {
        if !random.once_in(3) {
            role["objects"][object] = rights(random);
        }
    }
    for path in ["deal.amount", "deal.stage", "deal.account", "account.industry", "part.label"] {
        match random.below(8) {
            0 => role["fields"][path] = json!({ "read": false }),
            1 => role["fields"][path] = json!({ "edit": false }),
            2 => role["fields"][path] = json!({ "read": true, "edit": true }),
            _ => {}
        }
    }
    role["inherits"] = parents.iter().filter(|_| random.once_in(3)).copied().collect();
    role
}

fn people(random: &mut Random, users: &[Uuid]) -> Json {
    match random.below(5) {
        0 => json!({ "everyone": true }),
        1 => json!({ "user": random.pick(users) }),
        2 => json!({ "role": random.pick(&["rep", "boss", "user"]) }),
        _ => json!({ "team": format!("team_{}", random.below(TEAMS)) }),
    }
}

/// New definitions for the tenant.
async fn define(world: &World, random: &mut Random, users: &[Uuid]) -> Rulebook {
    let mut book = Rulebook::default();
    let mut changes: Vec<(Kind, String, Option<Json>)> = Vec::new();
    for (name, mut definition) in objects() {
        let default = match name {
            "part" if random.once_in(2) => "controlled_by_parent",
            _ => ["private", "private", "read", "read_write"][random.below(4)],
        };
        definition["sharing"] = json!({ "default": default, "hierarchy": random.once_in(2) });
        book.sharing.insert(name.into(), definition["sharing"].clone());
        changes.push((Kind::Objects, name.into(), Some(definition)));
    }
    for (name, parents) in [("rep", vec!["user"]), ("boss", vec!["rep", "guest"]), ("other", vec!["boss"])] {
        book.roles.insert(name.into(), role(random, &parents));
    }
    for (name, parents) in [("extra", vec![]), ("more", vec!["extra"])] {
        book.sets.insert(name.into(), role(random, &parents));
    }
    changes.extend(book.roles.iter().map(|(name, role)| (Kind::Roles, name.clone(), Some(role.clone()))));
    changes
        .extend(book.sets.iter().map(|(name, set)| (Kind::PermissionSets, name.clone(), Some(set.clone()))));
    let conditions = [
        ("deal", vec!["stage = \"won\"", "amount = 50", "account.industry = \"won\"", "stage <> \"lost\""]),
        ("account", vec!["industry = \"won\"", "size = 50"]),
    ];
    for n in 0..6 {
        let (object, conditions) = random.pick(&conditions);
        let mut rule = json!({ "object": object, "share_with": people(random, users), "access": random.pick(&["read", "edit"]) });
        match random.once_in(3) {
            true => rule["owned_by"] = people(random, users),
            false => rule["when"] = (*random.pick(conditions)).into(),
        }
        let there = random.once_in(3);
        book.sharing_rules.extend(there.then(|| rule.clone()));
        for known in ["deal", "account"] {
            let rule = (known == *object && there).then(|| rule.clone());
            changes.push((Kind::SharingRules, format!("{known}.rule_{n}"), rule));
        }
    }
    for (object, when) in
        [("deal", "account.size <> 50"), ("deal", "stage <> \"lost\""), ("account", "size = 50")]
    {
        let name = format!("{object}.limit_{}", when.len());
        let rule = json!({ "object": object, "when": when, "applies_to": people(random, users) });
        let rule = random.once_in(6).then_some(rule);
        book.restriction_rules.extend(rule.clone());
        changes.push((Kind::RestrictionRules, name, rule));
    }
    let (snapshot, _) = world.engine.fresh_snapshot(&world.tenant).await.unwrap();
    let there = |kind: Kind, name: &str| snapshot.catalog.component_json(kind, name).is_some();
    changes.retain(|(kind, name, definition)| definition.is_some() || there(*kind, name));
    let changes = changes.iter().map(|(kind, name, definition)| (*kind, name.as_str(), definition.clone()));
    world.define(changes).await.unwrap();
    let (snapshot, _) = world.engine.fresh_snapshot(&world.tenant).await.unwrap();
    for name in ["user", "guest", "administrator"] {
        let role = serde_json::to_value(&*snapshot.catalog.parts.roles[name]).unwrap();
        book.roles.insert(name.into(), role);
    }
    book
}

/// The records that every world dresses anew.
async fn found(world: &World) -> Data {
    world.define(objects().map(|(name, definition)| (Kind::Objects, name, Some(definition)))).await.unwrap();
    let (system, mut data) = (world.system().await, Data::default());
    for n in 0..USERS {
        let id = world.person(&format!("u{n}"), "user").await.actor.user_id;
        data.users.push(User { id, roles: vec![], sets: vec![], manager: None, teams: vec![] });
    }
    let record = |object, id, up| Record { object, id, owner: 0, up, word: None, number: None };
    for n in 0..5 {
        let id = world.create(&system, "account", json!({ "name": format!("a{n}") })).await.unwrap();
        data.accounts.push(record("account", id, None));
    }
    for n in 0..8 {
        let id = world.create(&system, "deal", json!({ "name": format!("d{n}") })).await.unwrap();
        data.deals.push(record("deal", id, None));
    }
    for n in 0..8 {
        let deal = data.deals[n % 8].id;
        let id =
            world.create(&system, "part", json!({ "name": format!("p{n}"), "deal_id": deal })).await.unwrap();
        data.parts.push(record("part", id, Some(n % 8)));
    }
    for n in 0..TEAMS {
        let wish = engine::TeamWish { name: Some(format!("team_{n}")), ..engine::TeamWish::default() };
        world.engine.create_team(&world.system().await, wish).await.unwrap();
    }
    data
}

/// Other people, owners, values and shares.
async fn dress(world: &World, random: &mut Random, data: &mut Data) {
    let roles = ["rep", "boss", "other", "user", "guest"];
    for n in 0..USERS {
        let user = &mut data.users[n];
        user.roles = (0..1 + random.below(2)).map(|_| (*random.pick(&roles)).to_owned()).collect();
        user.roles.dedup();
        user.sets = ["extra", "more"].iter().filter(|_| random.once_in(4)).map(ToString::to_string).collect();
        user.manager = (n > 0 && !random.once_in(3)).then(|| random.below(n));
        user.teams = (0..TEAMS).filter(|_| random.once_in(3)).collect();
    }
    let words = [Some("won"), Some("lost"), Some("new"), None];
    let count = (data.accounts.len(), data.users.len());
    for record in data.accounts.iter_mut().chain(&mut data.deals).chain(&mut data.parts) {
        record.owner = random.below(count.1);
        record.word = random.pick(&words).map(str::to_owned);
        record.number = *random.pick(&[Some(50), Some(7), Some(90), None]);
        if record.object == "deal" {
            record.up = (!random.once_in(4)).then(|| random.below(count.0));
        }
    }
    let records: Vec<Uuid> =
        [&data.accounts, &data.deals, &data.parts].into_iter().flatten().map(|r| r.id).collect();
    let mut shares: Vec<Share> = Vec::new();
    for _ in 0..random.below(8) {
        let with = match random.below(3) {
            0 => Grantee::User(random.below(USERS)),
            1 => Grantee::Team(random.below(TEAMS)),
            _ => Grantee::Role((*random.pick(&roles)).to_owned()),
        };
        let (record, level, expired) = (*random.pick(&records), 1 + random.below(2), random.once_in(4));
        let same =
            |share: &Share| share.record == record && format!("{:?}", share.with) == format!("{with:?}");
        if !shares.iter().any(same) {
            shares.push(Share { record, with, level, expired });
        }
    }
    data.shares = shares;
    store(world, data).await;
}

/// Users go through the engine, which works out who is above whom; the rest straight into the tables.
async fn store(world: &World, data: &Data) {
    let update = |user: &User| Update {
        id: user.id,
        fields: fields(
            &json!({ "roles": user.roles, "permission_sets": user.sets, "manager_id": user.manager.map(|n| data.users[n].id) }),
        ),
        if_version: None,
    };
    let system = world.system().await;
    let what = What::Update(data.users.iter().map(update).collect());
    world.engine.write(&system, Command { object: "user".into(), what }).await.unwrap();
    let mut text = String::from("DELETE FROM t_demo._team_members; DELETE FROM t_demo._shares;");
    for (n, user) in data.users.iter().enumerate() {
        for team in &user.teams {
            text += &format!(
                "INSERT INTO t_demo._team_members SELECT id, '{}' FROM t_demo._teams WHERE name = 'team_{team}';",
                data.users[n].id
            );
        }
    }
    let quoted = |word: &Option<String>| word.as_ref().map_or("NULL".into(), |word| format!("'{word}'"));
    let number = |number: Option<i64>| number.map_or("NULL".into(), |number| number.to_string());
    for record in data.accounts.iter().chain(&data.deals).chain(&data.parts) {
        let owner = data.users[record.owner].id;
        let values = match record.object {
            "account" => format!("industry = {}, size = {}", quoted(&record.word), number(record.number)),
            "deal" => {
                let account = record.up.map_or("NULL".into(), |at| format!("'{}'", data.accounts[at].id));
                format!(
                    "stage = {}, amount = {}, account_id = {account}",
                    quoted(&record.word),
                    number(record.number)
                )
            }
            _ => format!("label = {}", quoted(&record.word)),
        };
        text += &format!(
            "UPDATE t_demo.{} SET owner_id = '{owner}', {values} WHERE id = '{}';",
            record.object, record.id
        );
    }
    for share in &data.shares {
        let (kind, grantee) = match &share.with {
            Grantee::User(user) => ("user", format!("'{}'", data.users[*user].id)),
            Grantee::Team(team) => {
                ("team", format!("(SELECT id FROM t_demo._teams WHERE name = 'team_{team}')"))
            }
            Grantee::Role(role) => ("role", format!("'{}'", permissions::role_id(role))),
        };
        let until = if share.expired { "'2020-01-01'" } else { "NULL" };
        text += &format!(
            "INSERT INTO t_demo._shares VALUES ('{}', 'x', {grantee}, '{kind}', 'x', {}, {until}, now(), '{}');",
            share.record, share.level, data.users[0].id
        );
    }
    sqlx::raw_sql(AssertSqlSafe(text)).execute(world.engine.pool()).await.unwrap();
}

async fn context_of(world: &World, user: &User) -> Context {
    let membership = world.engine.membership(&world.tenant, user.id, user.sets.clone()).await.unwrap();
    let actor = Actor {
        user_id: user.id,
        name: "u".into(),
        roles: user.roles.clone(),
        membership,
        kind: ActorKind::Person,
        scopes: None,
    };
    Context { actor, access: None, ..world.system().await }
}

/// What the record shows of a field.
fn shown(eyes: &Eyes<'_>, record: &Record, field: &str) -> Json {
    match (eyes.sees(record, field), field) {
        (false, _) => Json::Null,
        (_, "amount" | "size") => json!(record.number),
        (_, "account") => json!(record.up.map(|at| eyes.data.accounts[at].id)),
        _ => json!(record.word),
    }
}

/// The record as a list answers it.
fn row(eyes: &Eyes<'_>, record: &Record, fields: &[&str]) -> Json {
    let mut row = json!({ "id": record.id });
    for field in fields.iter().filter(|field| eyes.knows(record.object, field)) {
        let key = if *field == "account" { "account_id" } else { field };
        row[key] = shown(eyes, record, field);
    }
    row
}

fn readable<'d>(eyes: &Eyes<'_>, records: &'d [Record]) -> Vec<&'d Record> {
    let mut all: Vec<&Record> = records.iter().filter(|record| eyes.reaches(record, "read")).collect();
    all.sort_by_key(|record| std::cmp::Reverse(record.id));
    all
}

/// The account behind a deal, as far as the user gets there.
fn account<'d>(eyes: &Eyes<'d>, deal: &Record) -> Option<&'d Record> {
    let account = &eyes.data.accounts[deal.up?];
    (eyes.sees(deal, "account") && eyes.reaches(account, "read")).then_some(account)
}

/// Questions by name, each with its answer; `None` where it must be refused.
type Asked = Vec<(String, Query, Option<Json>)>;

fn plain(object: &str, names: &[&str]) -> Query {
    Query { fields: names.iter().map(|name| field(name)).collect(), ..list(object) }
}

fn ids(records: Vec<&Record>) -> Json {
    records.iter().map(|record| json!({ "id": record.id })).collect()
}

fn filtered(object: &str, filter: Json) -> Query {
    Query { filter: Some(Filter::from_json(&filter).unwrap()), ..plain(object, &["id"]) }
}

/// Everything that one user asks.
fn questions(eyes: &Eyes<'_>, random: &mut Random) -> Asked {
    let mut asked = lists(eyes, random);
    if eyes.given("deal", "read", None) > 0 {
        asked.extend(by_own_fields(eyes));
        asked.extend(through_the_account(eyes));
        if eyes.given("account", "read", None) > 0 {
            asked.extend(through_the_deals(eyes));
        }
    }
    asked
}

/// Lists with every field, and one record by its id.
fn lists(eyes: &Eyes<'_>, random: &mut Random) -> Asked {
    let mut asked = Asked::new();
    for (object, records, names) in [
        ("account", &eyes.data.accounts, vec!["industry", "size"]),
        ("deal", &eyes.data.deals, vec!["stage", "amount", "account"]),
        ("part", &eyes.data.parts, vec!["label"]),
    ] {
        let can = eyes.given(object, "read", None) > 0;
        let known = names.iter().filter(|name| eyes.knows(object, name));
        let keys = known.map(|name| if *name == "account" { "account_id" } else { *name });
        let keys: Vec<&str> = std::iter::once("id").chain(keys).collect();
        let rows = |records: Vec<&Record>| records.iter().map(|r| row(eyes, r, &names)).collect::<Json>();
        let all = can.then(|| rows(readable(eyes, records)));
        asked.push((format!("{object} list"), plain(object, &keys), all));
        let one = random.pick(records);
        let page = engine::Page::Ids(vec![one.id]);
        let by_id = Query { page, include_total: false, ..plain(object, &keys) };
        let found = [one].into_iter().filter(|one| eyes.reaches(one, "read")).collect();
        asked.push((format!("{object} by id"), by_id, can.then(|| rows(found))));
    }
    asked
}

/// Filters in their notations, and an order with blanks smallest.
fn by_own_fields(eyes: &Eyes<'_>) -> Asked {
    let deals = readable(eyes, &eyes.data.deals);
    let stage = |test: &dyn Fn(&Json) -> bool| {
        let meets = |deal: &&Record| test(&shown(eyes, deal, "stage"));
        eyes.knows("deal", "stage").then(|| ids(deals.iter().copied().filter(meets).collect()))
    };
    let formula = Filter::Formula("stage = \"won\"".into());
    let mut sorted = deals.clone();
    let amount = |deal: &Record| shown(eyes, deal, "amount").as_i64();
    sorted.sort_by_key(|deal| (std::cmp::Reverse(amount(deal)), std::cmp::Reverse(deal.id)));
    let sort = vec![SortKey { path: "amount".into(), descending: true }];
    vec![
        ("stage eq".into(), filtered("deal", json!({ "stage": "won" })), stage(&|s| s == "won")),
        ("stage ne".into(), filtered("deal", json!({ "stage": { "ne": "won" } })), stage(&|s| s != "won")),
        ("stage null".into(), filtered("deal", json!({ "stage": null })), stage(&Json::is_null)),
        ("where".into(), Query { filter: Some(formula), ..plain("deal", &["id"]) }, stage(&|s| s == "won")),
        ("search".into(), filtered("deal", json!({ "stage": { "search": "WO" } })), stage(&|s| s == "won")),
        (
            "sort".into(),
            Query { sort, ..plain("deal", &["id"]) },
            eyes.knows("deal", "amount").then(|| ids(sorted)),
        ),
    ]
}

/// From a deal to its account: as a nested record, and in filters.
fn through_the_account(eyes: &Eyes<'_>) -> Asked {
    let deals = readable(eyes, &eyes.data.deals);
    let through = eyes.knows("deal", "account") && eyes.given("account", "read", None) > 0;
    let industry = |deal: &Record| account(eyes, deal).map_or(Json::Null, |a| shown(eyes, a, "industry"));
    let with = |test: &dyn Fn(&Json) -> bool| {
        let meets = |deal: &&Record| test(&industry(deal));
        let known = through && eyes.knows("account", "industry");
        known.then(|| ids(deals.iter().copied().filter(meets).collect()))
    };
    let named = |deal: &Record| {
        let at =
            eyes.data.accounts.iter().position(|known| Some(known.id) == account(eyes, deal).map(|a| a.id));
        at.map(|at| json!({ "id": eyes.data.accounts[at].id, "name": format!("a{at}") }))
    };
    let rows = || deals.iter().map(|deal| json!({ "id": deal.id, "account": named(deal) })).collect::<Json>();
    let nests = Query { fields: vec![nested("account", vec![field("name")])], ..list("deal") };
    vec![
        ("path eq".into(), filtered("deal", json!({ "account.industry": "won" })), with(&|i| i == "won")),
        ("path null".into(), filtered("deal", json!({ "account.industry": null })), with(&Json::is_null)),
        ("to one".into(), nests, through.then(rows)),
    ]
}

/// From an account to its deals: as nested records, and in filters.
fn through_the_deals(eyes: &Eyes<'_>) -> Asked {
    let deals = readable(eyes, &eyes.data.deals);
    let accounts = readable(eyes, &eyes.data.accounts);
    let below = |account: &Record| -> Vec<&Record> {
        let points = |deal: &Record| deal.up.is_some_and(|at| eyes.data.accounts[at].id == account.id);
        deals.iter().copied().filter(|deal| points(deal) && eyes.sees(deal, "account")).collect()
    };
    let rows = || accounts.iter().map(|a| json!({ "id": a.id, "deals": ids(below(a)) })).collect::<Json>();
    let many = Query { fields: vec![nested("deals", vec![field("id")])], ..list("account") };
    let mut asked = vec![("to many".into(), many, eyes.knows("deal", "account").then(rows))];
    let both = eyes.knows("deal", "account") && eyes.knows("deal", "amount");
    for (how, wanted) in [("some", true), ("none", false)] {
        let asking = filtered("account", json!({ "deals": { how: { "amount": { "gt": 10 } } } }));
        let is_big = |deal: &Record| shown(eyes, deal, "amount").as_i64() > Some(10);
        let meets = |a: &&Record| below(a).into_iter().any(is_big) == wanted;
        let found = both.then(|| ids(accounts.iter().copied().filter(meets).collect()));
        asked.push((how.into(), asking, found));
    }
    asked
}

async fn aggregates(world: &World, context: &Context, eyes: &Eyes<'_>, place: &str) {
    let metrics = ["count", "sum(amount)"].iter().filter_map(|text| Metric::parse(text)).collect();
    let group_by = Group::parse("stage").into_iter().collect();
    let question = Aggregate { object: "deal".into(), metrics, group_by, ..Aggregate::default() };
    let outcome = world.engine.aggregate(context, &question).await;
    if !eyes.knows("deal", "stage") || !eyes.knows("deal", "amount") {
        return assert!(outcome.is_err(), "{place} aggregate");
    }
    let mut expected: BTreeMap<String, (i64, Option<i64>)> = BTreeMap::new();
    for deal in readable(eyes, &eyes.data.deals) {
        let group = expected.entry(shown(eyes, deal, "stage").to_string()).or_default();
        let amount = shown(eyes, deal, "amount").as_i64();
        *group = (group.0 + 1, amount.map(|amount| amount + group.1.unwrap_or(0)).or(group.1));
    }
    let found: Json = serde_json::from_slice(&outcome.unwrap().json).unwrap();
    let found = found.as_array().unwrap().iter().map(|group| {
        let sum = group["sum"]["amount"].as_i64().filter(|_| !group["sum"]["amount"].is_null());
        (group["group"]["stage"].to_string(), (group["count"].as_i64().unwrap(), sum))
    });
    // A sum of nothing may be told as blank or as zero.
    let zero = |groups: BTreeMap<String, (i64, Option<i64>)>| -> Vec<(String, i64, i64)> {
        groups.into_iter().map(|(stage, (count, sum))| (stage, count, sum.unwrap_or(0))).collect()
    };
    assert_eq!(zero(found.collect()), zero(expected), "{place} aggregate");
}

/// What may be done with one deal, tried and explained.
async fn deeds(world: &World, context: &Context, eyes: &Eyes<'_>, (random, place): (&mut Random, &str)) {
    let deal = random.pick(&eyes.data.deals);
    let (reads, edits) = (eyes.reaches(deal, "read"), eyes.reaches(deal, "edit"));
    let record = fields(&json!({ "stage": deal.word }));
    let update = What::Update(vec![Update { id: deal.id, fields: record, if_version: None }]);
    let outcome = world.engine.write(context, Command { object: "deal".into(), what: update }).await;
    let told = match outcome {
        Ok(_) => "done",
        Err(Error::NotFound) => "not found",
        Err(Error::Forbidden(_)) => "forbidden",
        Err(Error::Unprocessable(_)) => "refused",
        Err(error) => panic!("{place}: {error:?}"),
    };
    let expected = match (reads, edits) {
        (false, _) => "not found",
        (_, false) => "forbidden",
        _ if !eyes.knows("deal", "stage") || !eyes.writes(deal, "stage") => "refused",
        _ => "done",
    };
    assert_eq!(told, expected, "{place} update {}", deal.id);
    for action in [Action::Read, Action::Edit, Action::Delete, Action::Transfer, Action::Share] {
        let view = world.engine.explain_access(context, (action, "deal"), Some(deal.id)).await.unwrap();
        assert_eq!(
            view["allowed"],
            eyes.reaches(deal, action.word()),
            "{place} {action:?} {}: {view}",
            deal.id
        );
    }
}

#[tokio::test]
async fn every_path_answers_as_one_who_looks_at_each_record() {
    let world = World::new("access_oracle").await;
    let mut data = found(&world).await;
    let ids: Vec<Uuid> = data.users.iter().map(|user| user.id).collect();
    let mut book = Rulebook::default();
    let (mut rows, mut refused) = (0, 0);
    for seed in 0..worlds() {
        let mut random = Random::new(seed);
        if seed % SIBLINGS == 0 {
            book = define(&world, &mut random, &ids).await;
        }
        dress(&world, &mut random, &mut data).await;
        let me = random.below(USERS);
        let eyes = Eyes { book: &book, data: &data, me };
        let context = context_of(&world, &data.users[me]).await;
        for (name, query, expected) in questions(&eyes, &mut random) {
            let place = format!(
                "seed {seed}, user {me} {:?} {:?}: {name}",
                data.users[me].roles, data.users[me].sets
            );
            let outcome = world.engine.read(&context, &query).await;
            match (outcome, expected) {
                (Ok(answer), Some(expected)) => {
                    let found: Json = serde_json::from_slice(&answer.json).unwrap();
                    let count = expected.as_array().unwrap().len();
                    assert_eq!(found, expected, "{place}");
                    assert_eq!(answer.total.unwrap_or(count as i64), count as i64, "{place}");
                    rows += count;
                }
                (Err(Error::Forbidden(_) | Error::Invalid(_)), None) => refused += 1,
                (outcome, expected) => panic!("{place}: {outcome:?} instead of {expected:?}"),
            }
        }
        let place = format!("seed {seed}, user {me} {:?} {:?}", data.users[me].roles, data.users[me].sets);
        aggregates(&world, &context, &eyes, &place).await;
        deeds(&world, &context, &eyes, (&mut random, &place)).await;
    }
    println!("{} worlds, {rows} rows, {refused} refusals", worlds());
    assert!(rows > 1000 && refused > 100, "{rows} rows, {refused} refusals");
}
