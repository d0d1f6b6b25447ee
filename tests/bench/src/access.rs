//! What reading under rights costs on a million records with two million shares and five hundred people: the first page
//! of somebody typical, of one who may see next to nothing and of a manager of many, beside that of an administrator;
//! and one record by its id.

use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use serde_json::{Value as Json, json};
use sqlx::{AssertSqlSafe, PgConnection, raw_sql};

use crate::load::http::{self, request};
use crate::load::{self, Load, Until};
use crate::options::Options;
use crate::report::{Report, median};
use crate::world::{SCHEMA, World};

const RECORDS: f64 = 1e6;
const PASSWORD: &str = "a long enough passphrase 7";
const PEOPLE: [&str; 3] = ["typical", "narrow", "broad"];

/// What came of it; times in milliseconds.
pub struct Access {
    records: i64,
    shares: i64,
    /// Records that each of the three may see.
    visible: [i64; 3],
    /// Median time of the first page: the administrator's, and the others'.
    pages: [f64; 4],
    /// The same for one record by id: throughput of the typical user as a share of the administrator's, of an own and
    /// of a shared record.
    by_id: [f64; 2],
    plans: Vec<String>,
}

/// One of the three.
struct Person {
    id: String,
    token: String,
}

/// Makes people and records, and measures.
pub async fn run(world: &World, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let mut connection = world.connect().await?;
    let people = fill(world, &mut connection, options).await?;
    let keys: Vec<&str> =
        std::iter::once(world.key.as_str()).chain(people.iter().map(|one| one.token.as_str())).collect();
    let mut times: [Vec<f64>; 4] = Default::default();
    let mut by_id: [Vec<f64>; 2] = Default::default();
    let typical = &people[0];
    let records = [own(&mut connection, typical).await?, shared(&mut connection).await?];
    for round in 0..=options.rounds() {
        for (times, key) in times.iter_mut().zip(&keys) {
            let load = ask(world, options, (key, PAGE), 1).await?;
            // The first round warms up.
            if round > 0 {
                times.push(load.quantile(0.5));
            }
        }
        for (shares, id) in by_id.iter_mut().zip(&records) {
            let path = format!("/api/v1/bench_matters/{id}?fields=name,stage,amount");
            let theirs = ask(world, options, (&typical.token, &path), options.connections).await?;
            let all = ask(world, options, (&world.key, &path), options.connections).await?;
            if round > 0 {
                shares.push(theirs.throughput() / all.throughput());
            }
        }
    }
    let mut visible = [0; 3];
    let mut plans = Vec::new();
    for (seen, person) in visible.iter_mut().zip(&people) {
        let total = format!("{PAGE}&include_total=true");
        let answer = get(world, &person.token, &total).await?;
        *seen = answer["pagination"]["total"].as_i64().context("no total")?;
        plans.push(plan(world, &mut connection, &person.token).await?);
    }
    let count = async |connection: &mut PgConnection, table: &str| -> anyhow::Result<i64> {
        let text = format!("SELECT count(*) FROM {SCHEMA}.{table}");
        Ok(sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(connection).await?)
    };
    report.access = Some(Access {
        records: count(&mut connection, "bench_matter").await?,
        shares: count(&mut connection, "_shares").await?,
        visible,
        pages: times.map(median),
        by_id: by_id.map(median),
        plans,
    });
    Ok(())
}

const PAGE: &str = "/api/v1/bench_matters?limit=50&fields=name,stage,amount,owner_id";

impl Access {
    /// The figures as a table, the plans behind it.
    pub fn write(&self, text: &mut String) {
        let Self { records, shares, visible, pages, by_id, plans } = self;
        let _ = writeln!(
            text,
            "\n| first page of 50, {records} records, {shares} shares | sees | median ms | × |"
        );
        let _ = writeln!(text, "|---|---|---|---|\n| administrator | {records} | {:.2} | 1 |", pages[0]);
        for ((name, seen), page) in PEOPLE.iter().zip(visible).zip(&pages[1..]) {
            let _ = writeln!(
                text,
                "| {name} | {seen} | {page:.2} | **{:.2}** (goal: below 3) |",
                page / pages[0]
            );
        }
        let _ = writeln!(text, "\n| one record by id, beside the administrator | throughput |\n|---|---|");
        for (name, share) in ["own", "shared with a team"].iter().zip(by_id) {
            let _ = writeln!(text, "| {name} | **{share:.2}** (goal: at least 0.9) |");
        }
        for (name, plan) in PEOPLE.iter().zip(plans) {
            let _ = writeln!(text, "\n{name}:\n```\n{plan}\n```");
        }
    }
}

async fn put(world: &World, method: &str, path: &str, body: &Json) -> anyhow::Result<Json> {
    let put = request(method, path, Some(&world.key), Some(&body.to_string()));
    Ok(http::json(&world.trellis.address, &put).await?["data"].clone())
}

async fn get(world: &World, key: &str, path: &str) -> anyhow::Result<Json> {
    http::json(&world.trellis.address, &request("GET", path, Some(key), None)).await
}

async fn ask(
    world: &World,
    options: &Options,
    (key, path): (&str, &str),
    connections: usize,
) -> anyhow::Result<Load> {
    let requests = Arc::new(vec![request("GET", path, Some(key), None)]);
    let until = Until::After(options.time());
    let load = load::run(&world.trellis.address, &requests, connections, until).await;
    ensure!(load.lost == 0, "{} requests failed: {:?}", load.lost, load.reason);
    Ok(load)
}

/// The object, the people and their places, records and shares.
async fn fill(
    world: &World,
    connection: &mut PgConnection,
    options: &Options,
) -> anyhow::Result<Vec<Person>> {
    let matter = json!({ "name": "bench_matter", "plural": "bench_matters", "label": "Matter", "plural_label": "Matters",
        "sharing": { "default": "private", "hierarchy": true }, "fields": [
            { "name": "stage", "kind": "text", "label": "Stage" },
            { "name": "amount", "kind": "currency", "label": "Amount" } ] });
    let seeker = json!({ "label": "Seeker", "objects": { "bench_matter": { "read": "own", "edit": "own" } },
        "system": ["explain_access"] });
    put(world, "PUT", "/metadata/v1/objects/bench_matter", &matter).await?;
    put(world, "PUT", "/metadata/v1/roles/bench_seeker", &seeker).await?;
    let (tag, mut people) = (std::process::id(), Vec::new());
    for name in PEOPLE {
        let email = format!("{name}{tag}@example.com");
        let user = json!({ "email": email, "name": name, "password": PASSWORD, "roles": ["bench_seeker"] });
        let id =
            put(world, "POST", "/admin/v1/users", &user).await?["id"].as_str().context("no id")?.to_owned();
        let login = json!({ "email": email, "password": PASSWORD }).to_string();
        let login = request("POST", "/auth/v1/login", None, Some(&login));
        let answer = http::json(&world.trellis.address, &login).await?;
        let token = answer["access_token"].as_str().or(answer["data"]["access_token"].as_str());
        people.push(Person { id, token: token.context("no token")?.to_owned() });
    }
    let records = if options.smoke { RECORDS / 100.0 } else { RECORDS };
    let [typical, narrow, broad] = [0, 1, 2].map(|at| people[at].id.clone());
    for text in rows(records as i64, (&typical, &narrow, &broad)) {
        raw_sql(AssertSqlSafe(text)).execute(&mut *connection).await?;
    }
    Ok(people)
}

/// 500 people of whom 300 report to the broad one; 2000 teams with about a thousand shares each, the typical and the broad
/// one in 15; the narrow one has 50 of the oldest records.
fn rows(records: i64, (typical, narrow, broad): (&str, &str, &str)) -> Vec<String> {
    let user = "('00000000-0000-7000-8000-' || lpad(to_hex(u + 4096), 12, '0'))::uuid";
    let team = "('00000000-0000-7000-9000-' || lpad(to_hex(g), 12, '0'))::uuid";
    let shares = records * 2;
    vec![
        format!(
            "DELETE FROM {SCHEMA}._shares; DELETE FROM {SCHEMA}.bench_matter; DELETE FROM {SCHEMA}._reports"
        ),
        format!(
            "INSERT INTO {SCHEMA}.\"user\" (id, name, kind, active, owner_id, created_by_id, updated_by_id, created_at, updated_at, version) \
             SELECT {user}, 'Person ' || u, 'person', true, {user}, {user}, {user}, now(), now(), 1 FROM generate_series(1, 497) u ON CONFLICT DO NOTHING"
        ),
        format!("INSERT INTO {SCHEMA}._reports SELECT '{broad}', {user} FROM generate_series(1, 300) u"),
        format!(
            "INSERT INTO {SCHEMA}._teams SELECT {team}, 'bench_' || g FROM generate_series(1, 15) g ON CONFLICT DO NOTHING; \
             INSERT INTO {SCHEMA}._team_members SELECT {team}, u.id::uuid FROM generate_series(1, 15) g, (VALUES ('{typical}'), ('{broad}')) u(id)"
        ),
        format!(
            "INSERT INTO {SCHEMA}.bench_matter (id, name, stage, amount, owner_id, created_at, created_by_id, updated_at, updated_by_id, version) \
             SELECT md5('m' || n)::uuid, 'Matter ' || n, (ARRAY['new', 'open', 'won', 'lost'])[1 + n % 4], n % 100000, \
             CASE WHEN n % 1021 = 0 THEN '{typical}'::uuid ELSE {user} END, now(), {user}, now(), {user}, 1 \
             FROM (SELECT n, 1 + abs(hashint4(n)) % 497 AS u FROM generate_series(1, {records}::int) n) x"
        ),
        format!(
            "UPDATE {SCHEMA}.bench_matter SET owner_id = '{narrow}' WHERE id IN (SELECT id FROM {SCHEMA}.bench_matter ORDER BY id LIMIT 50)"
        ),
        format!(
            "INSERT INTO {SCHEMA}._shares (record_id, object_id, grantee_id, grantee_kind, grantee_name, level, created_at, created_by_id) \
             SELECT md5('m' || r)::uuid, o.id, {team}, 'team', 'bench', 1, now(), '{typical}' \
             FROM (SELECT DISTINCT 1 + abs(hashint8(n::bigint * 7)) % {records} AS r, 1 + abs(hashint4(n + 77)) % 2000 AS g FROM generate_series(1, {shares}::int) n) x, \
             (SELECT id FROM {SCHEMA}._metadata WHERE kind = 'objects' AND name = 'bench_matter') o"
        ),
        format!("UPDATE {SCHEMA}._state SET access = access + 1"),
        format!("VACUUM ANALYZE {SCHEMA}.bench_matter; "),
        format!("VACUUM ANALYZE {SCHEMA}._shares"),
        format!("ANALYZE {SCHEMA}._reports; ANALYZE {SCHEMA}._team_members"),
    ]
}

async fn own(connection: &mut PgConnection, typical: &Person) -> anyhow::Result<String> {
    let text =
        format!("SELECT id::text FROM {SCHEMA}.bench_matter WHERE owner_id = '{}' LIMIT 1", typical.id);
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(connection).await?)
}

/// A record that is shared with a team of the typical user.
async fn shared(connection: &mut PgConnection) -> anyhow::Result<String> {
    let text = format!(
        "SELECT record_id::text FROM {SCHEMA}._shares WHERE grantee_id = '00000000-0000-7000-9000-000000000003' LIMIT 1"
    );
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(connection).await?)
}

/// How PostgreSQL runs a person's page, and for how long: the plan that is made once for all values, as it is used from
/// the sixth time on, and what making it costs the first time.
async fn plan(world: &World, connection: &mut PgConnection, token: &str) -> anyhow::Result<String> {
    let view = get(world, token, &format!("{PAGE}&explain=true")).await?;
    let text = view["data"]["sql"].as_str().context("no statement")?;
    let parameters = view["data"]["parameters"].as_array().context("no parameters")?;
    let values: Vec<String> =
        parameters.iter().map(|value| literal(value.as_str().unwrap_or_default())).collect();
    let types: Vec<&str> = values.iter().map(|value| type_of(value)).collect();
    let prepare = format!("SET plan_cache_mode = auto; PREPARE page ({}) AS {text}", types.join(", "));
    raw_sql(AssertSqlSafe(prepare)).execute(&mut *connection).await?;
    let explain = format!("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) EXECUTE page ({})", values.join(", "));
    let (mut lines, mut planning) = (Vec::<String>::new(), Vec::new());
    // Five times with a plan of its own; what is used from then on is chosen by what they cost.
    for _ in 0..12 {
        lines = sqlx::raw_sql(AssertSqlSafe(explain.clone()))
            .fetch_all(&mut *connection)
            .await?
            .iter()
            .map(|row| sqlx::Row::try_get(row, 0))
            .collect::<Result<_, _>>()?;
        let told = lines.iter().find_map(|line| line.strip_prefix("Planning Time: "));
        planning.push(told.unwrap_or_default().to_owned());
    }
    raw_sql("DEALLOCATE page").execute(&mut *connection).await?;
    lines.insert(0, format!("Planning, first and twelfth time: {} and {}", planning[0], planning[11]));
    let shown = |line: &&String| {
        !["Filter", "Rows Removed", "Heap Fetches", "Cond", "Batches"]
            .iter()
            .any(|word| line.contains(word) && !line.contains("->"))
    };
    Ok(lines.iter().filter(shown).cloned().collect::<Vec<_>>().join("\n"))
}

/// The type of a parameter by its literal.
fn type_of(literal: &str) -> &'static str {
    match literal {
        "now()" => "timestamptz",
        list if list.starts_with("ARRAY") => "uuid[]",
        id if id.ends_with("::uuid") => "uuid",
        number if number.parse::<i64>().is_ok() => "int8",
        _ => "text",
    }
}

/// A parameter as it is told for people, as SQL.
fn literal(told: &str) -> String {
    let uuids: Vec<&str> = told
        .split(|c: char| !c.is_ascii_hexdigit() && c != '-')
        .filter(|word| word.len() == 36 && word.matches('-').count() == 4)
        .collect();
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    match (told.starts_with("Array"), uuids.as_slice()) {
        (true, ids) => {
            format!("ARRAY[{}]::uuid[]", ids.iter().map(|id| quoted(id)).collect::<Vec<_>>().join(","))
        }
        (false, [id]) => format!("{}::uuid", quoted(id)),
        _ if told.starts_with("BigInt") || told.starts_with("Int") => {
            told.chars().filter(char::is_ascii_digit).collect()
        }
        _ if told.starts_with("String") => {
            quoted(told.trim_start_matches("String(Some(\"").trim_end_matches("\"))"))
        }
        _ => "now()".into(),
    }
}
