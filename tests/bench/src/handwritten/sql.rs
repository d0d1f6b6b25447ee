//! The statements, each the best that could be found for its question with the indexes that there are.
//!
//! Blank amounts come last, which an index by amount cannot give when it is walked backwards. So the deals with an
//! amount come from the index, and those without only if the page is not full.

/// Stable ids of the object `deal` and of its stage.
pub const IDS: &str = "SELECT o.id, f.id FROM _metadata o, _metadata f WHERE o.name = 'deal' AND o.id LIKE 'o%' AND f.name = 'deal.stage' AND f.id LIKE 'f%'";

macro_rules! narrow {
    () => {
        "id, name, stage, amount::text AS sorted, close_date, probability::text, next_step, account_id, owner_id, updated_at"
    };
}

macro_rules! wide {
    () => {
        "id, name, owner_id, created_at, created_by_id, updated_at, updated_by_id, version, account_id, primary_contact_id, external_id, \
         amount::text AS sorted, revenue_type, contract_months, stage, pipeline_id, probability::text, close_date, actual_close_date, \
         stage_changed_at, forecast_category, type, next_step, competitor_id, win_reason, loss_reason, outcome_notes, lead_id, source, \
         campaign, description, tags, open_tasks"
    };
}

macro_rules! by_amount {
    ($columns:expr, $after:literal) => {
        concat!(
            "(SELECT ", $columns, " FROM deal WHERE stage = $1 AND deleted_at IS NULL AND amount IS NOT NULL", $after,
            " ORDER BY amount DESC NULLS LAST, id DESC LIMIT 51) UNION ALL (SELECT ", $columns,
            " FROM deal WHERE stage = $1 AND deleted_at IS NULL AND amount IS NULL ORDER BY id DESC LIMIT 51) LIMIT 51"
        )
    };
}

pub const ONE: &str = concat!("SELECT ", wide!(), " FROM deal WHERE id = $1 AND deleted_at IS NULL");

pub const LIST: &str = by_amount!(narrow!(), "");

pub const LIST_AFTER: &str = by_amount!(narrow!(), " AND (amount, id) < ($2::text::numeric, $3)");

pub const WIDE: &str = by_amount!(wide!(), "");

pub const WITH_ACCOUNT: &str = "(SELECT d.id, d.name, d.stage, d.amount::text AS sorted, d.close_date, a.id, a.name FROM deal d \
      LEFT JOIN account a ON a.id = d.account_id AND a.deleted_at IS NULL \
      WHERE d.stage = $1 AND d.deleted_at IS NULL AND d.amount IS NOT NULL ORDER BY d.amount DESC NULLS LAST, d.id DESC LIMIT 51) UNION ALL \
     (SELECT d.id, d.name, d.stage, NULL, d.close_date, a.id, a.name FROM deal d \
      LEFT JOIN account a ON a.id = d.account_id AND a.deleted_at IS NULL \
      WHERE d.stage = $1 AND d.deleted_at IS NULL AND d.amount IS NULL ORDER BY d.id DESC LIMIT 51) LIMIT 51";

pub const WITH_DEALS: &str = "SELECT a.id, a.name AS sorted, a.industry, ( \
       SELECT coalesce(json_agg(json_build_object('id', d.id, 'name', d.name, 'amount', d.amount, 'stage', d.stage)), '[]')::text FROM ( \
         SELECT id, name, amount, stage FROM deal WHERE account_id = a.id AND deleted_at IS NULL \
         ORDER BY amount DESC NULLS LAST, id DESC LIMIT 5) d) \
     FROM (SELECT id, name, industry FROM account WHERE industry = $1 AND deleted_at IS NULL ORDER BY name, id LIMIT 21) a";

/// In the form in which GraphQL answers lists.
pub const THREE_LEVELS: &str = "SELECT a.id, a.name, ( \
       SELECT json_build_object('nodes', coalesce(json_agg(json_build_object('id', d.id, 'name', d.name, 'amount', d.amount, 'tasks', ( \
         SELECT json_build_object('nodes', coalesce(json_agg(json_build_object('id', t.id, 'title', t.title, 'status', t.status)), '[]')) FROM ( \
           SELECT id, title, status FROM task WHERE related_to_id = d.id AND related_to_object = 'deal' AND deleted_at IS NULL \
           ORDER BY due_at DESC NULLS LAST, id DESC LIMIT 3) t))), '[]'))::text FROM ( \
         SELECT id, name, amount FROM deal WHERE account_id = a.id AND deleted_at IS NULL \
         ORDER BY amount DESC NULLS LAST, id DESC LIMIT 5) d) \
     FROM (SELECT id, name FROM account WHERE industry = $1 AND deleted_at IS NULL ORDER BY name, id LIMIT 10) a";

pub const BY_STAGE: &str = "SELECT stage, count(*), sum(amount)::text FROM deal WHERE deleted_at IS NULL GROUP BY stage ORDER BY stage NULLS FIRST";

pub const COPY_DEALS: &str = "COPY deal (id, name, account_id, amount, stage, close_date, next_step, revenue_type, forecast_category, type, \
     owner_id, created_at, created_by_id, updated_at, updated_by_id, version) FROM STDIN";

pub const COPY_HISTORY: &str =
    "COPY _bench_tail (record_id, version, object_id, happened_at, actor_id, action, request_id) FROM STDIN";

pub const COPY_STATES: &str =
    "COPY _states (record_id, field_id, version, object_id, happened_at, actor_id, to_state) FROM STDIN";

/// The accounts are locked in one order, or two at once would wait for each other.
pub const SUM: &str = "WITH d AS (SELECT account_id, count(*), sum(amount) FROM deal WHERE id = ANY($1) AND stage NOT IN ('won', 'lost') GROUP BY account_id), \
     l AS MATERIALIZED (SELECT id FROM account WHERE id IN (SELECT account_id FROM d) ORDER BY id FOR NO KEY UPDATE) \
     UPDATE account a SET open_deals = a.open_deals + d.count, open_amount = coalesce(a.open_amount, 0) + d.sum \
     FROM d, l WHERE a.id = d.account_id AND l.id = a.id";

pub const CREATE: &str = concat!(
    "WITH made AS (INSERT INTO deal (id, name, account_id, amount, stage, close_date, next_step, revenue_type, forecast_category, type, \
       owner_id, created_at, created_by_id, updated_at, updated_by_id, version) \
     SELECT $1, $2, a.id, $4::text::numeric, $5, $6, $7, 'one_time', 'pipeline', 'new_business', $9, $8, $9, $8, $9, 1 \
     FROM account a WHERE a.id = $3 AND a.deleted_at IS NULL RETURNING *), \
     noted AS (INSERT INTO _bench_tail (record_id, version, object_id, happened_at, actor_id, action, request_id) \
     SELECT id, version, $10, $8, $9, 'create', $11 FROM made), \
     entered AS (INSERT INTO _states (record_id, field_id, version, object_id, happened_at, actor_id, to_state) \
     SELECT id, $12, 1, $10, $8, $9, stage FROM made), \
     summed AS (UPDATE account a SET open_deals = a.open_deals + 1, open_amount = coalesce(a.open_amount, 0) + m.amount \
     FROM made m WHERE a.id = m.account_id AND m.stage NOT IN ('won', 'lost')) SELECT ",
    wide!(),
    " FROM made"
);
