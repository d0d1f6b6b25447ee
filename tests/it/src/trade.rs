//! Firms with deals, lines and notes, and roll-ups of every sort over them; and what each roll-up must be, in SQL
//! written by hand for each, which shares nothing with the product's.

use engine::{AllowLoss, Apply, Context, Engine, Query, Selection};
use metadata::{Change, Kind};
use serde_json::{Value as Json, json};

use crate::World;

fn rollup(name: &str, of: &str, function: &str, rest: Json) -> Json {
    let mut field = json!({ "name": name, "kind": "rollup", "of": of, "function": function });
    if let (Some(field), Json::Object(rest)) = (field.as_object_mut(), rest) {
        field.extend(rest);
    }
    field
}

/// The roll-ups of a firm.
pub fn rollups() -> Vec<Json> {
    vec![
        rollup("open_deals", "deals", "count", json!({ "where": "stage <> \"lost\"" })),
        rollup("won", "deals", "sum", json!({ "field": "amount", "where": "stage = \"won\"" })),
        rollup("mean", "deals", "avg", json!({ "field": "amount" })),
        rollup("first", "deals", "min", json!({ "field": "due", "where": "stage <> \"lost\"" })),
        rollup("best", "deals", "max", json!({ "field": "amount" })),
        rollup("partner_amount", "partner_deals", "sum", json!({ "field": "amount", "empty": "blank" })),
        rollup("notes_open", "notes", "count", json!({ "where": "NOT done" })),
        rollup("worth", "deals", "sum", json!({ "field": "total" })),
        rollup("rich_deals", "deals", "count", json!({ "where": "total > 50" })),
        rollup("branch_worth", "branches", "sum", json!({ "field": "worth" })),
        rollup("later", "deals", "sum", json!({ "field": "amount", "mode": "deferred" })),
        rollup("stages", "deals", "count_distinct", json!({ "field": "stage" })),
        rollup(
            "first_amount",
            "deals",
            "first",
            json!({ "field": "amount", "by": "due", "where": "stage <> \"lost\" OR amount > 30" }),
        ),
        rollup("last_stage", "deals", "last", json!({ "field": "stage" })),
        rollup("partners", "deals", "count_distinct", json!({ "field": "partner", "where": "amount > 0" })),
        rollup(
            "read_won",
            "deals",
            "sum",
            json!({ "field": "amount", "where": "stage = \"won\"", "mode": "on_read", "empty": "blank" }),
        ),
        rollup("read_mean", "deals", "avg", json!({ "field": "total", "mode": "on_read" })),
        rollup("read_branches", "branches", "max", json!({ "field": "read_won", "mode": "on_read" })),
    ]
}

fn objects(with_rollups: bool) -> Vec<Json> {
    let mut firm = vec![json!({ "name": "parent", "kind": "lookup", "to": "firm", "inverse": "branches" })];
    let stages = json!([{ "value": "new" }, { "value": "won" }, { "value": "lost" }]);
    let mut deal = vec![
        json!({ "name": "firm", "kind": "lookup", "to": "firm", "inverse": "deals", "on_delete": "cascade" }),
        json!({ "name": "partner", "kind": "lookup", "to": "firm", "inverse": "partner_deals" }),
        json!({ "name": "stage", "kind": "picklist", "options": stages }),
        json!({ "name": "amount", "kind": "currency" }),
        json!({ "name": "due", "kind": "date" }),
    ];
    if with_rollups {
        firm.extend(rollups());
        deal.push(rollup("total", "lines", "sum", json!({ "field": "price" })));
    }
    let line = vec![
        json!({ "name": "deal", "kind": "master_detail", "to": "deal", "inverse": "lines" }),
        json!({ "name": "price", "kind": "decimal", "scale": 3 }),
    ];
    let note = vec![
        json!({ "name": "about", "kind": "any_lookup", "to": ["firm", "deal"], "inverse": "notes" }),
        json!({ "name": "done", "kind": "boolean" }),
    ];
    let object = |(name, fields): (&str, Vec<Json>)| json!({ "name": name, "plural": format!("{name}s"), "fields": fields });
    [("firm", firm), ("deal", deal), ("line", line), ("note", note)].into_iter().map(object).collect()
}

/// What each roll-up of a table must be for the row `p`.
const TRUTH: [(&str, &str, &str); 12] = [
    (
        "deal",
        "total",
        "SELECT coalesce(sum(c.price), 0) FROM t_demo.line c WHERE c.deal_id = p.id AND c.deleted_at IS NULL",
    ),
    (
        "firm",
        "open_deals",
        "SELECT count(*) FROM t_demo.deal c WHERE c.firm_id = p.id AND c.deleted_at IS NULL AND coalesce(c.stage, '') <> 'lost'",
    ),
    (
        "firm",
        "won",
        "SELECT coalesce(sum(c.amount), 0) FROM t_demo.deal c WHERE c.firm_id = p.id AND c.deleted_at IS NULL AND c.stage = 'won'",
    ),
    (
        "firm",
        "mean",
        "SELECT round(avg(c.amount), 6) FROM t_demo.deal c WHERE c.firm_id = p.id AND c.deleted_at IS NULL",
    ),
    (
        "firm",
        "first",
        "SELECT min(c.due) FROM t_demo.deal c WHERE c.firm_id = p.id AND c.deleted_at IS NULL AND coalesce(c.stage, '') <> 'lost'",
    ),
    (
        "firm",
        "best",
        "SELECT max(c.amount) FROM t_demo.deal c WHERE c.firm_id = p.id AND c.deleted_at IS NULL",
    ),
    (
        "firm",
        "partner_amount",
        "SELECT sum(c.amount) FROM t_demo.deal c WHERE c.partner_id = p.id AND c.deleted_at IS NULL",
    ),
    (
        "firm",
        "notes_open",
        "SELECT count(*) FROM t_demo.note c WHERE c.about_id = p.id AND c.about_object = 'firm' AND c.deleted_at IS NULL AND NOT c.done",
    ),
    (
        "firm",
        "worth",
        "SELECT coalesce(sum(l.price), 0) FROM t_demo.line l JOIN t_demo.deal c ON c.id = l.deal_id WHERE c.firm_id = p.id AND c.deleted_at IS NULL AND l.deleted_at IS NULL",
    ),
    (
        "firm",
        "rich_deals",
        "SELECT count(*) FROM t_demo.deal c WHERE c.firm_id = p.id AND c.deleted_at IS NULL AND (SELECT coalesce(sum(l.price), 0) FROM t_demo.line l WHERE l.deal_id = c.id AND l.deleted_at IS NULL) > 50",
    ),
    (
        "firm",
        "branch_worth",
        "SELECT coalesce(sum(l.price), 0) FROM t_demo.line l JOIN t_demo.deal c ON c.id = l.deal_id JOIN t_demo.firm f ON f.id = c.firm_id WHERE f.parent_id = p.id AND f.deleted_at IS NULL AND c.deleted_at IS NULL AND l.deleted_at IS NULL",
    ),
    (
        "firm",
        "later",
        "SELECT coalesce(sum(c.amount), 0) FROM t_demo.deal c WHERE c.firm_id = p.id AND c.deleted_at IS NULL",
    ),
];

/// What each roll-up that is computed when it is read must be for the row `p`; numbers without trailing zeros.
const READ: [(&str, &str); 7] = [
    (
        "stages",
        "SELECT count(DISTINCT c.stage)::text FROM t_demo.deal c WHERE c.firm_id = p.id AND c.deleted_at IS NULL",
    ),
    (
        "first_amount",
        "SELECT trim_scale(c.amount)::text FROM t_demo.deal c WHERE c.firm_id = p.id AND c.deleted_at IS NULL AND c.amount IS NOT NULL \
         AND (c.stage IS DISTINCT FROM 'lost' OR c.amount > 30) ORDER BY c.due NULLS FIRST, c.id LIMIT 1",
    ),
    (
        "last_stage",
        "SELECT c.stage FROM t_demo.deal c WHERE c.firm_id = p.id AND c.deleted_at IS NULL AND c.stage IS NOT NULL ORDER BY c.created_at DESC, c.id DESC LIMIT 1",
    ),
    (
        "partners",
        "SELECT count(DISTINCT c.partner_id)::text FROM t_demo.deal c WHERE c.firm_id = p.id AND c.deleted_at IS NULL AND c.amount > 0",
    ),
    (
        "read_won",
        "SELECT trim_scale(sum(c.amount))::text FROM t_demo.deal c WHERE c.firm_id = p.id AND c.deleted_at IS NULL AND c.stage = 'won'",
    ),
    (
        "read_mean",
        "SELECT trim_scale(round(avg((SELECT coalesce(sum(l.price), 0) FROM t_demo.line l WHERE l.deal_id = c.id AND l.deleted_at IS NULL)), 3))::text \
         FROM t_demo.deal c WHERE c.firm_id = p.id AND c.deleted_at IS NULL",
    ),
    (
        "read_branches",
        "SELECT trim_scale(max(w.won))::text FROM (SELECT sum(c.amount) AS won FROM t_demo.firm f JOIN t_demo.deal c ON c.firm_id = f.id \
         WHERE f.parent_id = p.id AND f.deleted_at IS NULL AND c.deleted_at IS NULL AND c.stage = 'won' GROUP BY f.id) w",
    ),
];

/// A value as the truth writes it.
fn plain(value: &Json) -> Option<String> {
    let text = match value {
        Json::Null => return None,
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    let is_number = text.parse::<f64>().is_ok() && text.contains('.');
    Some(if is_number { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text })
}

impl World {
    /// A tenant with the four objects.
    pub async fn trade(name: &str, with_rollups: bool) -> Self {
        let world = Self::new(name).await;
        let put = |definition: Json| Change {
            kind: Kind::Objects,
            name: definition["name"].as_str().unwrap_or_default().into(),
            definition: Some(definition),
        };
        let changes = objects(with_rollups).into_iter().map(put).collect();
        world.deploy(changes).await;
        world
    }

    /// Applies changes as the system, whatever they hide.
    pub async fn deploy(&self, changes: Vec<Change>) {
        let wish = Apply { changes, allow_data_loss: AllowLoss::All, ..Apply::default() };
        self.engine.apply(&self.system().await, wish).await.expect("the changes are good");
    }

    /// Puts one field.
    pub async fn put_field(&self, object: &str, field: Json) {
        let name = format!("{object}.{}", field["name"].as_str().unwrap_or_default());
        self.deploy(vec![Change { kind: Kind::Fields, name, definition: Some(field) }]).await;
    }

    /// Does all work that waits, on this node.
    pub async fn drain(&self) {
        drain(&self.engine, &self.tenant).await;
    }

    /// Roll-ups that are read wrong by the hand-written truth, for every live firm; with `fresh` the deferred one too.
    pub async fn misread_rollups(&self, context: &Context, fresh: bool) -> Vec<String> {
        let names = READ.iter().map(|(name, _)| *name).chain(fresh.then_some("later"));
        let fields = std::iter::once("id").chain(names.clone());
        let fields = fields.map(|name| Selection::Field(name.into())).collect();
        let query = Query { object: "firm".into(), fields, limit: 1000, fresh, ..Query::default() };
        let firms = self.read(&self.again(context).await, &query).await.expect("firms are read");
        let truths = READ.iter().map(|(_, truth)| (*truth).to_owned());
        let later = "SELECT trim_scale(coalesce(sum(c.amount), 0))::text FROM t_demo.deal c WHERE c.firm_id = p.id AND c.deleted_at IS NULL";
        let truths: Vec<String> = truths.chain(fresh.then(|| later.to_owned())).collect();
        let truths: Vec<String> = truths.iter().map(|truth| format!("({truth})")).collect();
        let text = format!(
            "SELECT p.id, ARRAY[{}]::text[] FROM t_demo.firm p WHERE p.deleted_at IS NULL",
            truths.join(", ")
        );
        let rows: Vec<(uuid::Uuid, Vec<Option<String>>)> =
            sqlx::query_as(sqlx::AssertSqlSafe(text)).fetch_all(self.engine.pool()).await.expect("the truth");
        let told = firms.as_array().expect("a list");
        assert_eq!(told.len(), rows.len());
        let mut wrong = Vec::new();
        for (id, truth) in rows {
            let firm = told.iter().find(|firm| firm["id"] == json!(id)).expect("the firm");
            for (name, truth) in names.clone().zip(truth) {
                let read = plain(&firm[name]);
                if read != truth {
                    wrong.push(format!("{name}: {read:?} instead of {truth:?}"));
                }
            }
        }
        wrong
    }

    /// Roll-ups that are stored wrong by the hand-written truth: `firm.won: 3 of 20`.
    pub async fn wrong_rollups(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for (table, column, truth) in TRUTH {
            let text = format!(
                "SELECT count(*) FILTER (WHERE p.{column} IS DISTINCT FROM ({truth})), count(*) FROM t_demo.{table} p"
            );
            let (bad, all): (i64, i64) = sqlx::query_as(sqlx::AssertSqlSafe(text))
                .fetch_one(self.engine.pool())
                .await
                .expect("a count");
            if bad > 0 {
                wrong.push(format!("{table}.{column}: {bad} of {all}"));
            }
        }
        wrong
    }
}

/// Does all work of a tenant that waits.
pub async fn drain(engine: &Engine, tenant: &engine::Tenant) {
    while engine.work(tenant).await.expect("the work is done") {}
}
