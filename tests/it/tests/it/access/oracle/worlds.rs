//! Random worlds: definitions that some of them share, and what each of them dresses anew.

use it::random::Random;
use it::site::Site;
use metadata::Kind;
use permissions::ActorKind;
use serde_json::Map;
use sqlx::AssertSqlSafe;

use super::naive::{Data, Grantee, Owner, REACHES, Record, Rulebook, Share, User};
use super::*;

pub(super) const USERS: usize = 6;
pub(super) const TEAMS: usize = 3;
/// Worlds with the same definitions.
pub(super) const SIBLINGS: u64 = 25;

/// How many worlds one run goes through.
pub(super) fn worlds() -> u64 {
    std::env::var("TRELLIS_WORLDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2000)
}

pub(super) fn objects() -> [(&'static str, Json); 3] {
    [
        (
            "account",
            json!({ "name": "account", "plural": "accounts", "fields": [
            { "name": "industry", "kind": "text", "searchable": true }, { "name": "size", "kind": "integer" } ] }),
        ),
        (
            "deal",
            json!({ "name": "deal", "plural": "deals", "fields": [
            { "name": "account", "kind": "lookup", "to": "account", "inverse": "deals" },
            { "name": "stage", "kind": "text", "searchable": true }, { "name": "amount", "kind": "integer" } ] }),
        ),
        (
            "part",
            json!({ "name": "part", "plural": "parts", "fields": [
            { "name": "deal", "kind": "master_detail", "to": "deal", "inverse": "parts" },
            { "name": "label", "kind": "text", "searchable": true } ] }),
        ),
    ]
}

pub(super) fn rights(random: &mut Random) -> Json {
    let mut rights = Map::new();
    for action in ["read", "edit", "delete", "transfer", "share"] {
        // Reading is given more often, so that there is something to see.
        let reach = if action == "read" { 1 + random.below(3) } else { random.below(4) };
        if !random.once_in(4) {
            rights.insert(action.into(), REACHES[reach].into());
        }
    }
    if random.once_in(2) {
        rights.insert("export".into(), random.once_in(2).into());
    }
    Json::Object(rights)
}

pub(super) fn role(random: &mut Random, parents: &[&str]) -> Json {
    let mut role = json!({ "objects": {}, "fields": {}, "inherits": [] });
    for object in ["account", "deal", "part", "*"] {
        if !random.once_in(3) {
            role["objects"][object] = rights(random);
        }
    }
    for path in ["deal.amount", "deal.stage", "deal.account", "deal.name", "account.industry", "part.label"] {
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

pub(super) fn people(random: &mut Random, users: &[Uuid]) -> Json {
    match random.below(5) {
        0 => json!({ "everyone": true }),
        1 => json!({ "user": random.pick(users) }),
        2 => json!({ "role": random.pick(&["rep", "boss", "user"]) }),
        _ => json!({ "team": format!("team_{}", random.below(TEAMS)) }),
    }
}

/// New definitions for the tenant.
pub(super) async fn define(world: &World, random: &mut Random, users: &[Uuid]) -> Rulebook {
    let mut book = Rulebook::default();
    let mut changes: Vec<(Kind, String, Option<Json>)> = Vec::new();
    for (name, mut definition) in objects() {
        let default = match name {
            "part" if random.once_in(2) => "controlled_by_parent",
            _ => ["private", "private", "read", "read_write"][random.below(4)],
        };
        definition["sharing"] = json!({ "default": default, "hierarchy": random.once_in(2) });
        book.sharing.insert(name.into(), definition["sharing"].clone());
        // Unset, a part follows its master and everything else is private.
        let unset = if name == "part" { "controlled_by_parent" } else { "private" };
        if default == unset && random.once_in(2) {
            definition["sharing"].as_object_mut().unwrap().remove("default");
        }
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

/// The records that every world dresses anew, and a token of each person. Every record has changed each of its fields
/// before, so that there is a history to withhold.
pub(super) async fn found(site: &Site) -> (Data, Vec<String>) {
    let world = &site.world;
    world.define(objects().map(|(name, definition)| (Kind::Objects, name, Some(definition)))).await.unwrap();
    let (system, mut data, mut tokens) = (world.system().await, Data::default(), Vec::new());
    for n in 0..USERS {
        tokens.push(site.person(&format!("u{n}"), "user").await);
        let me = site.get_as(&tokens[n], "/auth/v1/me").await.data(200);
        let id = Uuid::parse_str(me["user"]["id"].as_str().unwrap()).unwrap();
        data.users.push(User { id, roles: vec![], sets: vec![], manager: None, teams: vec![] });
    }
    let record = |object, id, up| Record { object, id, owner: Owner::User(0), up, word: None, number: None };
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
        // All but the first are queues.
        let (name, queue) = (Some(format!("team_{n}")), Some(n > 0));
        let wish = engine::TeamWish { name, queue, ..engine::TeamWish::default() };
        let team = world.engine.create_team(&world.system().await, wish).await.unwrap();
        data.teams.push(Uuid::parse_str(team["id"].as_str().unwrap()).unwrap());
    }
    for record in data.accounts.iter().chain(&data.deals).chain(&data.parts) {
        let change = match record.object {
            "account" => json!({ "industry": "old", "size": 1 }),
            "deal" => json!({ "stage": "old", "amount": 1, "account_id": data.accounts[0].id }),
            _ => json!({ "label": "old" }),
        };
        world.update(&system, record.object, record.id, change).await.unwrap();
    }
    (data, tokens)
}

/// Other people, owners, values and shares.
pub(super) async fn dress(world: &World, random: &mut Random, data: &mut Data) {
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
        record.owner = match random.once_in(5) {
            true => Owner::Queue(1 + random.below(TEAMS - 1)),
            false => Owner::User(random.below(count.1)),
        };
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
pub(super) async fn store(world: &World, data: &Data) {
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
    let mut text = String::from(
        "DELETE FROM t_demo._team_members WHERE user_id <> team_id; DELETE FROM t_demo._shares;",
    );
    // Who is remembered with other teams is looked up again.
    text += "UPDATE t_demo._state SET access = access + 1;";
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
        let owner = match record.owner {
            Owner::User(user) => data.users[user].id,
            Owner::Queue(team) => data.teams[team],
        };
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
        let mut all = data.accounts.iter().chain(&data.deals).chain(&data.parts);
        let object = all.find(|record| record.id == share.record).map(|record| record.object).unwrap();
        let object =
            format!("(SELECT id FROM t_demo._metadata WHERE kind = 'objects' AND name = '{object}')");
        let until = if share.expired { "'2020-01-01'" } else { "NULL" };
        text += &format!(
            "INSERT INTO t_demo._shares VALUES ('{}', {object}, {grantee}, '{kind}', 'x', {}, {until}, now(), '{}');",
            share.record, share.level, data.users[0].id
        );
    }
    sqlx::raw_sql(AssertSqlSafe(text)).execute(world.engine.pool()).await.unwrap();
}

pub(super) async fn context_of(world: &World, user: &User) -> Context {
    let membership = world.engine.membership(&world.tenant, user.id, user.sets.clone()).await.unwrap();
    let actor = Actor {
        user_id: user.id,
        name: "u".into(),
        roles: user.roles.clone(),
        membership,
        kind: ActorKind::Person,
        scopes: None,
    };
    Context { actor: actor.into(), access: None, ..world.system().await }
}
