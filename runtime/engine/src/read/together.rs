//! Several questions answered by one statement: in one round trip, and all of them at one moment.

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row};
use uuid::Uuid;

use super::aggregate::{self, Groups};
use super::encode::Places;
use super::prepared::Telling;
use super::sql::Shape;
use super::sql::together::{MAX_COLUMNS, Part, statement};
use super::{Answer, Found, check_versions, collect, of_revision};
use crate::Engine;
use crate::audit::reads;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::lanes::is_gone;
use crate::plan::Plan;
use crate::plan::aggregate::Aggregation;
use crate::query::aggregate::Aggregate;
use crate::query::{Page, Query};
use crate::states::bound::Log;
use crate::states::log::{self, LogPage, LogQuery};

/// One of several questions.
#[derive(Clone, Debug)]
pub enum Question {
    Records(Query),
    Groups(Aggregate),
    /// Entries of the log of states.
    Log(LogQuery),
    /// How many of them there are for each of these words.
    LogGroups(LogQuery, Vec<String>),
}

/// What one of them is answered.
#[derive(Clone, Debug)]
pub enum Told {
    Records(Answer),
    Groups(Groups),
    Log(LogPage),
}

/// One question, bound.
enum Bound {
    Records(Plan),
    Groups(Aggregation),
    Log(Log),
}

impl Engine {
    /// Answers to all of them in their order. What is wrong with a question is told in its place and keeps no other
    /// from being answered.
    ///
    /// # Errors
    /// What stops all: caches that are out of date, a database that fails.
    pub async fn read_all(&self, context: &Context, questions: &[Question]) -> Result<Vec<Result<Told>>> {
        // One alone is asked as ever, with what is kept for it.
        let alone = match questions {
            [Question::Records(query)] => Some(self.read(context, query).await.map(Told::Records)),
            [Question::Groups(question)] => Some(self.aggregate(context, question).await.map(Told::Groups)),
            _ => None,
        };
        match alone {
            Some(Err(error @ (Error::Outdated(_) | Error::Database(_)))) => return Err(error),
            Some(told) => return Ok(vec![told]),
            None => {}
        }
        let bound: Vec<Result<Bound>> = questions.iter().map(|question| bind(context, question)).collect();
        let sound: Vec<(&Bound, &Question)> = bound
            .iter()
            .zip(questions)
            .filter_map(|(bound, question)| Some((bound.as_ref().ok()?, question)))
            .collect();
        let mut told = self.ask_all(context, &sound).await?.into_iter();
        let told = bound.iter().map(|bound| bound.is_ok().then(|| told.next()).flatten()).collect::<Vec<_>>();
        let answer = |(bound, told): (Result<Bound>, Option<Told>)| match (bound, told) {
            (Err(error), _) => Err(error),
            (Ok(_), told) => told.ok_or(Error::NotFound),
        };
        Ok(bound.into_iter().zip(told).map(answer).collect())
    }

    async fn ask_all(&self, context: &Context, questions: &[(&Bound, &Question)]) -> Result<Vec<Told>> {
        if questions.is_empty() {
            return Ok(Vec::new());
        }
        let mut lane = self.inner.reading.take(context.tenant()).await?;
        let mut outcome = run(&mut lane, context, questions).await;
        // The database was started anew while the connection rested.
        if matches!(&outcome, Err(Error::Database(error)) if is_gone(error)) {
            lane.end();
            self.clear_lanes();
            lane = Box::pin(self.inner.reading.living(context.tenant())).await?;
            outcome = run(&mut lane, context, questions).await;
        }
        if !matches!(outcome, Err(Error::Database(_))) {
            lane.rest();
            return outcome;
        }
        self.settle(&mut lane, context, outcome).await
    }

    /// What the questions would do, without running them: one statement.
    pub fn explain_all(&self, context: &Context, questions: &[Question]) -> Result<serde_json::Value> {
        let bound = questions.iter().map(|question| bind(context, question)).collect::<Result<Vec<_>>>()?;
        let parts: Vec<Part<'_>> = bound.iter().map(Bound::part).collect();
        let all = statement(&context.tenant().schema, &parts);
        let values = all.parameters.filled_in_turn(ids(questions.iter()), context.now);
        let parameters: Vec<String> = values.0.iter().map(|value| format!("{value:?}")).collect();
        Ok(serde_json::json!({ "sql": all.text, "parameters": parameters }))
    }
}

fn bind(context: &Context, question: &Question) -> Result<Bound> {
    Ok(match question {
        Question::Records(query) => Bound::Records(Plan::new(context, query)?),
        Question::Groups(question) => Bound::Groups(Aggregation::new(context, question)?),
        Question::Log(asked) => Bound::Log(Log::entries(context, asked)?),
        Question::LogGroups(asked, by) => Bound::Log(Log::groups(context, asked, by)?),
    })
}

impl Bound {
    fn part(&self) -> Part<'_> {
        match self {
            Self::Records(plan) => Part::Records(plan),
            Self::Groups(bound) => Part::Groups(bound),
            Self::Log(log) => Part::Log(log),
        }
    }
}

/// Ids of the questions that are about records by their ids, in their order.
fn ids<'q>(questions: impl Iterator<Item = &'q Question>) -> impl Iterator<Item = &'q [Uuid]> {
    questions.filter_map(|question| match question {
        Question::Records(Query { page: Page::Ids(ids), .. }) => Some(ids.as_slice()),
        _ => None,
    })
}

async fn run(
    connection: &mut PgConnection,
    context: &Context,
    questions: &[(&Bound, &Question)],
) -> Result<Vec<Told>> {
    let parts: Vec<Part<'_>> = questions.iter().map(|(bound, _)| bound.part()).collect();
    let all = statement(&context.tenant().schema, &parts);
    if all.width > MAX_COLUMNS {
        let text =
            format!("all questions together have {} columns, at most {MAX_COLUMNS} go at once", all.width);
        return Err(Error::invalid("", "too-large", text));
    }
    all.places.iter().filter_map(|placed| placed.shape.as_ref()).try_for_each(Shape::require_keys)?;
    let values =
        all.parameters.filled_in_turn(ids(questions.iter().map(|(_, question)| *question)), context.now);
    let text = AssertSqlSafe(of_revision(context, &all.text));
    let query = sqlx::query_with(text, sea_query_sqlx::SqlxValues(values));
    let rows = query.fetch_all(&mut *connection).await?;
    check_versions(context, rows.first())?;
    let found = sorted(&rows, all.number, questions.len())?;
    let mut told = Vec::with_capacity(questions.len());
    for (((bound, question), placed), own) in questions.iter().zip(all.places).zip(found) {
        let places = Places::At(&placed.columns);
        told.push(match (bound, placed.shape) {
            (Bound::Groups(bound), _) => {
                let sensitive = reads::of_aggregation(context, bound);
                reads::note(connection, context, &bound.plan.object().id, (&sensitive, &[])).await?;
                Told::Groups(aggregate::told(bound, &own, places)?)
            }
            (Bound::Log(log), shape) => {
                let (told, shown) = log::told(log, (&own, places), shape.as_ref())?;
                reads::note(connection, context, &log.plan.object().id, (&log.sensitive, &shown)).await?;
                told
            }
            (Bound::Records(plan), shape) => {
                let total = placed.total.and_then(|at| Some(rows.first()?.try_get(at))).transpose()?;
                let telling = Telling::new(context, plan, shape.ok_or(Error::NotFound)?);
                let ids = ids(std::iter::once(*question)).next().unwrap_or_default();
                let (answer, shown) = collect(&telling, ids, Found { rows: own, places, total })?;
                reads::note(connection, context, &telling.object, (&telling.sensitive, &shown)).await?;
                Told::Records(answer)
            }
        });
    }
    Ok(told)
}

/// The rows of each question. Where no question has any there is one row without a number.
fn sorted(rows: &[PgRow], number: usize, count: usize) -> Result<Vec<Vec<&PgRow>>, sqlx::Error> {
    let mut sorted = vec![Vec::new(); count];
    for row in rows {
        let of: Option<i32> = row.try_get(number)?;
        if let Some(own) = of.and_then(|of| sorted.get_mut(usize::try_from(of).ok()?)) {
            own.push(row);
        }
    }
    Ok(sorted)
}
