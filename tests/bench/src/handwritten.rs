//! The other side: what somebody would write by hand who knows the tables and the questions and wants them fast.
//! axum, one prepared statement a request, values written into the answer as they come. No sign-in, no
//! permissions, no metadata: what Trellis is measured against, and nothing to run.

use std::io::Write as _;
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgRow};
use sqlx::{PgPool, Row};
use tokio::net::TcpListener;
use uuid::Uuid;

mod bulk;
mod encode;
mod sql;

use encode::{Column, write};

/// As many as `trellis serve` takes.
const CONNECTIONS: u32 = 16;
const PAGE: usize = 50;
/// Accounts on a page with their deals.
const ACCOUNTS: usize = 20;
/// The record that stands for the system, which owns what is created.
const SYSTEM: Uuid = Uuid::from_u128(0x7000_8000_0000_0000_0001);

struct App {
    pool: PgPool,
    /// Stable ids of the object `deal` and of its stage, for what is left behind.
    deal: String,
    stage: String,
}

type Shared = State<Arc<App>>;

/// Listens on a free port and says on which, until it is told to stop.
pub async fn serve(url: &str, schema: &str) -> anyhow::Result<()> {
    let options: PgConnectOptions = url.parse()?;
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .test_before_acquire(false)
        .connect_with(options.options([("search_path", schema)]))
        .await?;
    let (deal, stage) = sqlx::query_as(sql::IDS).fetch_one(&pool).await?;
    let routes = Router::new()
        .route("/deals", get(list).post(create))
        .route("/deals/{id}", get(one))
        .route("/deals/wide", get(wide))
        .route("/deals/by-stage", get(by_stage))
        .route("/deals/bulk", post(bulk::create))
        .route("/deals/with-account", get(with_account))
        .route("/accounts/with-deals", get(with_deals))
        .route("/accounts/three-levels", get(three_levels))
        .with_state(Arc::new(App { pool, deal, stage }));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("hand-written: listening on http://{}", listener.local_addr()?);
    let mut told = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, routes)
        .with_graceful_shutdown(async move { told.recv().await.unwrap_or_default() })
        .await?;
    Ok(())
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    stage: String,
    #[serde(default)]
    industry: String,
    /// `amount~id` of the last deal before the page.
    after: Option<String>,
}

async fn one(State(app): Shared, Path(id): Path<Uuid>) -> Result<Response, Failure> {
    let row = sqlx::query(sql::ONE).bind(id).fetch_optional(&app.pool).await?;
    let Some(row) = row else { return Ok(StatusCode::NOT_FOUND.into_response()) };
    record(StatusCode::OK, &row)
}

async fn list(State(app): Shared, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let rows = match &asked.after {
        None => sqlx::query(sql::LIST).bind(&asked.stage).fetch_all(&app.pool).await?,
        Some(after) => {
            let (amount, id) = after.split_once('~').context("a cursor is amount~id")?;
            let id: Uuid = id.parse()?;
            let query = sqlx::query(sql::LIST_AFTER).bind(&asked.stage).bind(amount).bind(id);
            query.fetch_all(&app.pool).await?
        }
    };
    page(&rows, encode::NARROW, PAGE)
}

async fn wide(State(app): Shared, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let rows = sqlx::query(sql::WIDE).bind(&asked.stage).fetch_all(&app.pool).await?;
    page(&rows, encode::WIDE, PAGE)
}

async fn with_account(State(app): Shared, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let rows = sqlx::query(sql::WITH_ACCOUNT).bind(&asked.stage).fetch_all(&app.pool).await?;
    page(&rows, encode::WITH_ACCOUNT, PAGE)
}

async fn with_deals(State(app): Shared, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let rows = sqlx::query(sql::WITH_DEALS).bind(&asked.industry).fetch_all(&app.pool).await?;
    page(&rows, encode::WITH_DEALS, ACCOUNTS)
}

/// Accounts, their deals, the tasks of those, in the form of GraphQL's answer.
async fn three_levels(State(app): Shared, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let rows = sqlx::query(sql::THREE_LEVELS).bind(&asked.industry).fetch_all(&app.pool).await?;
    let mut out = Vec::with_capacity(32 * 1024);
    out.extend_from_slice(b"{\"data\":{\"accounts\":{\"nodes\":[");
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(&mut out, row, encode::THREE_LEVELS)?;
    }
    out.extend_from_slice(b"]}}}");
    Ok(json(StatusCode::OK, out))
}

/// Count and sum of each stage.
async fn by_stage(State(app): Shared) -> Result<Response, Failure> {
    let rows = sqlx::query(sql::BY_STAGE).fetch_all(&app.pool).await?;
    let mut out = Vec::with_capacity(1024);
    out.extend_from_slice(b"{\"data\":[");
    for (index, row) in rows.iter().enumerate() {
        let (stage, count, sum): (Option<&str>, i64, Option<&str>) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let comma = if index == 0 { "" } else { "," };
        write!(out, "{comma}{{\"group\":{{\"stage\":")?;
        serde_json::to_writer(&mut out, &stage)?;
        write!(out, "}},\"count\":{count},\"sum\":{{\"amount\":{}}}}}", sum.unwrap_or("null"))?;
    }
    out.extend_from_slice(b"]}");
    Ok(json(StatusCode::OK, out))
}

#[derive(Deserialize)]
struct NewDeal {
    name: String,
    account_id: Uuid,
    amount: serde_json::Number,
    stage: String,
    close_date: chrono::NaiveDate,
    next_step: String,
}

/// One statement is one transaction: the account is checked, the deal, its history and its state are written, the
/// account's totals are kept, and all of the deal is answered.
async fn create(State(app): Shared, body: axum::body::Bytes) -> Result<Response, Failure> {
    let deal: NewDeal = serde_json::from_slice(&body)?;
    let query = sqlx::query(sql::CREATE)
        .bind(Uuid::now_v7())
        .bind(deal.name)
        .bind(deal.account_id)
        .bind(deal.amount.to_string())
        .bind(deal.stage)
        .bind(deal.close_date)
        .bind(deal.next_step)
        .bind(chrono::Utc::now())
        .bind(SYSTEM)
        .bind(&app.deal)
        .bind(Uuid::now_v7().to_string())
        .bind(&app.stage);
    record(StatusCode::CREATED, &query.fetch_one(&app.pool).await?)
}

fn record(status: StatusCode, row: &PgRow) -> Result<Response, Failure> {
    let mut out = Vec::with_capacity(2048);
    out.extend_from_slice(b"{\"data\":");
    write(&mut out, row, encode::WIDE)?;
    out.push(b'}');
    Ok(json(status, out))
}

#[derive(Serialize)]
struct Pagination {
    limit: usize,
    next_cursor: Option<String>,
    has_more: bool,
}

fn page(rows: &[PgRow], columns: &[Column], limit: usize) -> Result<Response, Failure> {
    let shown = &rows[..rows.len().min(limit)];
    let mut out = Vec::with_capacity(32 * 1024);
    out.extend_from_slice(b"{\"data\":[");
    for (index, row) in shown.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(&mut out, row, columns)?;
    }
    let has_more = rows.len() > limit;
    let next_cursor = if has_more { shown.last().map(cursor).transpose()? } else { None };
    out.extend_from_slice(b"],\"pagination\":");
    serde_json::to_writer(&mut out, &Pagination { limit, next_cursor, has_more })?;
    out.push(b'}');
    Ok(json(StatusCode::OK, out))
}

/// What the page is sorted by, and the id.
fn cursor(row: &PgRow) -> Result<String, sqlx::Error> {
    let (id, sorted): (Uuid, Option<&str>) = (row.try_get("id")?, row.try_get("sorted")?);
    Ok(format!("{}~{id}", sorted.unwrap_or_default()))
}

fn json(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = (status, body).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Whatever went wrong, said in full: nobody but the benchmark asks.
struct Failure(anyhow::Error);

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, format!("{:#}", self.0)).into_response()
    }
}
