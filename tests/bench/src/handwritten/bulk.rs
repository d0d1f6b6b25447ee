//! Many deals by COPY, with history and states by two others: the fastest way in that PostgreSQL has. Foreign keys
//! check the accounts, whose totals one statement keeps; the records are not answered.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use uuid::Uuid;

use super::{Failure, NewDeal, SYSTEM, Shared, json, sql};

/// All or nothing.
pub async fn create(State(app): Shared, body: axum::body::Bytes) -> Result<Response, Failure> {
    let new: Vec<NewDeal> = serde_json::from_slice(&body)?;
    let (now, request) = (chrono::Utc::now().to_rfc3339(), Uuid::now_v7());
    let (mut ids, mut states) = (Vec::with_capacity(new.len()), String::with_capacity(new.len() * 150));
    let (mut deals, mut history) =
        (String::with_capacity(new.len() * 300), String::with_capacity(new.len() * 200));
    for deal in &new {
        let id = Uuid::now_v7();
        ids.push(id);
        write!(deals, "{id}\t")?;
        text(&mut deals, &deal.name);
        write!(deals, "\t{}\t{}\t", deal.account_id, deal.amount)?;
        text(&mut deals, &deal.stage);
        write!(deals, "\t{}\t", deal.close_date)?;
        text(&mut deals, &deal.next_step);
        writeln!(deals, "\tone_time\tpipeline\tnew_business\t{SYSTEM}\t{now}\t{SYSTEM}\t{now}\t{SYSTEM}\t1")?;
        write!(states, "{id}\t{}\t1\t{}\t{now}\t{SYSTEM}\t", app.stage, app.deal)?;
        text(&mut states, &deal.stage);
        states.push('\n');
        writeln!(history, "{id}\t1\t{}\t{now}\t{SYSTEM}\tcreate\t{request}", app.deal)?;
    }
    let mut transaction = app.pool.begin().await?;
    let tables = [(sql::COPY_DEALS, deals), (sql::COPY_HISTORY, history), (sql::COPY_STATES, states)];
    for (statement, rows) in tables {
        let mut copy = transaction.copy_in_raw(statement).await?;
        copy.send(rows.into_bytes()).await?;
        copy.finish().await?;
    }
    sqlx::query(sql::SUM).bind(&ids).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(json(StatusCode::CREATED, format!("{{\"data\":{}}}", new.len()).into_bytes()))
}

fn text(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            letter => out.push(letter),
        }
    }
}
