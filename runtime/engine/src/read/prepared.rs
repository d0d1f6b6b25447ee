//! Reads that are ready to be sent, and those that are kept from earlier requests: most requests ask what was asked
//! before, by the same caller, about other records.
//!
//! What a statement is made of is its whole key: the snapshot (metadata, roles, rules, what is being built), the
//! actor with roles, teams, permission sets and scopes, the day, and every word of the question but the one id.
//! Another role, team or revision is another key, so nothing has to be invalidated. What was made of the moment is
//! not kept.

use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use chrono::NaiveDate;
use moka::sync::Cache;
use permissions::Actor;
use sea_query_sqlx::SqlxValues;
use sqlx::Postgres;
use uuid::Uuid;

use super::of_revision;
use super::sql::{self, Parameters, Shape, Statement};
use crate::audit::reads;
use crate::context::Context;
use crate::error::Result;
use crate::plan::{OrderKey, Plan, Start};
use crate::query::{Page, Query};

/// Bytes that all kept reads of this process take, about.
const MOST: u64 = 32 * 1024 * 1024;
/// What nobody asked for so long is forgotten.
const IDLE: Duration = Duration::from_secs(600);
/// Longer statements, or ones with more parameters, or questions of more bytes are not kept: they are seldom asked
/// again, and whoever asks must not fill the memory with them.
const MAX_TEXT: usize = 32 * 1024;
const MAX_PARAMETERS: usize = 200;
const MAX_QUESTION: usize = 16 * 1024;

static KEPT: LazyLock<Cache<u64, Arc<Kept>>> = LazyLock::new(|| {
    let cache = Cache::builder().max_capacity(MOST).time_to_idle(IDLE);
    cache.weigher(|_, kept: &Arc<Kept>| kept.weight).build()
});
static HASHES: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// A planned read without what differs from request to request.
pub(crate) struct Prepared {
    /// Where the records are read.
    pub source: Source,
    text: Arc<str>,
    parameters: Parameters,
    pub telling: Telling,
}

/// How rows become the answer of a planned read.
pub(crate) struct Telling {
    pub shape: Shape,
    /// The order that was asked for.
    pub order: Vec<OrderKey>,
    pub limit: usize,
    pub include_total: bool,
    pub reversed: bool,
    pub cursors: bool,
    pub by_id: bool,
    /// Stable id of the object.
    pub object: String,
    /// Sensitive fields that it tells of.
    pub sensitive: reads::Fields,
}

/// Where the records of a read by id are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    /// In their table.
    Table,
    /// In what the statement around has written.
    Written,
}

/// One read and what it was made of.
struct Kept {
    question: Question<Arc<Actor>, Query>,
    read: Arc<Prepared>,
    weight: u32,
}

/// Everything that a statement depends on.
struct Question<A, Q> {
    /// Which snapshot; no two have the same.
    snapshot: u64,
    actor: A,
    today: NaiveDate,
    source: Source,
    query: Q,
}

impl Prepared {
    /// The statement of a plan.
    pub(crate) fn new(context: &Context, plan: &Plan) -> Self {
        Self::made(context, plan, (Source::Table, sql::statement(plan)))
    }

    fn made(context: &Context, plan: &Plan, (source, statement): (Source, Statement)) -> Self {
        let Statement { text, parameters, shape } = statement;
        let text = of_revision(context, &text).into();
        Self { source, text, parameters, telling: Telling::new(context, plan, shape) }
    }

    /// The statement of a question, kept or made.
    pub(crate) fn of(context: &Context, query: &Query) -> Result<Arc<Self>> {
        Self::of_source(context, query, Source::Table)
    }

    /// The same for records that the statement around it writes; one that reads their table where that would not tell
    /// all.
    pub(crate) fn of_written(context: &Context, query: &Query) -> Result<Arc<Self>> {
        Self::of_source(context, query, Source::Written)
    }

    fn of_source(context: &Context, query: &Query, source: Source) -> Result<Arc<Self>> {
        let question = Question { source, ..Question::new(context, query) };
        let hash = question.hash();
        if let Some(kept) = KEPT.get(&hash).filter(|kept| kept.question.is(&question)) {
            return Ok(kept.read.clone());
        }
        let plan = Plan::new(context, query)?;
        let written = if source == Source::Written { sql::statement_of_written(&plan) } else { None };
        let read = Arc::new(match written {
            Some(statement) => Self::made(context, &plan, (source, statement)),
            None => Self::new(context, &plan),
        });
        let is_one = !matches!(&query.page, Page::Ids(ids) if ids.len() != 1);
        // Rendering may have asked for the moment too, so the plan is asked last.
        if is_one
            && !plan.who.is_momentary()
            && let Some(weight) = read.weight(context, query)
        {
            KEPT.insert(hash, Arc::new(Kept { question: question.owned(), read: read.clone(), weight }));
        }
        Ok(read)
    }

    /// What it reads, for a statement around it.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The statement with the values of one request.
    pub(crate) fn query<'q>(
        &self,
        context: &Context,
        ids: &[Uuid],
    ) -> sqlx::query::Query<'q, Postgres, SqlxValues> {
        let values = self.parameters.filled(ids, context.now);
        sqlx::query_with(sqlx::AssertSqlSafe(self.text.clone()), SqlxValues(values))
    }

    /// Bytes that it takes with its question, about; `None` when it is not worth them.
    fn weight(&self, context: &Context, query: &Query) -> Option<u32> {
        let (text, parameters) = (self.text.len(), self.parameters.count());
        if text > MAX_TEXT || parameters > MAX_PARAMETERS {
            return None;
        }
        // The values of the parameters are words of the question.
        let question = serde_json::to_string(query).ok()?.len();
        let actor = &context.actor;
        let words = actor.roles.len()
            + actor.membership.permission_sets.len()
            + actor.scopes.as_ref().map_or(0, Vec::len);
        // The ids of teams are in the parameters too, for each of the ways that they open.
        let belongs = 64 * words + 192 * actor.membership.teams.len();
        let bytes = 1024 + text + 3 * question + 64 * (parameters + self.telling.shape.width) + belongs;
        u32::try_from(bytes).ok().filter(|_| question <= MAX_QUESTION)
    }
}

impl Telling {
    /// Of a plan whose rows have this shape.
    pub(crate) fn new(context: &Context, plan: &Plan, shape: Shape) -> Self {
        Self {
            shape,
            order: plan.asked_order(),
            limit: plan.limit() as usize,
            include_total: plan.include_total,
            reversed: plan.reversed,
            cursors: plan.cursors,
            by_id: matches!(plan.start, Start::Ids(_)),
            object: plan.object().id.clone(),
            sensitive: reads::of_plan(context, plan),
        }
    }
}

impl<'q> Question<&'q Arc<Actor>, &'q Query> {
    fn new(context: &'q Context, query: &'q Query) -> Self {
        // All of the context is named here, so that whoever adds to it must say whether statements depend on it.
        let Context { actor, snapshot, access: _, consent: _, now: _, request_id: _, origin: _ } = context;
        Self { snapshot: snapshot.serial, actor, today: context.today(), source: Source::Table, query }
    }

    fn hash(&self) -> u64 {
        let mut hasher = HASHES.build_hasher();
        (self.snapshot, self.actor.user_id, &self.actor.roles, self.today, self.source).hash(&mut hasher);
        let Query { object, fields, filter, sort, page, limit, include_total, errors, bin, cursors, fresh } =
            self.query;
        (object, fields, filter, sort, limit, include_total, errors, bin, cursors, fresh).hash(&mut hasher);
        match page {
            Page::Ids(ids) => ids.len().hash(&mut hasher),
            page => page.hash(&mut hasher),
        }
        hasher.finish()
    }

    fn owned(&self) -> Question<Arc<Actor>, Query> {
        let Self { snapshot, actor, today, source, query } = *self;
        Question { snapshot, actor: Arc::clone(actor), today, source, query: query.clone() }
    }
}

impl Question<Arc<Actor>, Query> {
    /// Whether it is the same question but for the id.
    fn is(&self, other: &Question<&Arc<Actor>, &Query>) -> bool {
        self.snapshot == other.snapshot
            && (self.today, self.source) == (other.today, other.source)
            && (Arc::ptr_eq(&self.actor, other.actor) || self.actor == *other.actor)
            && is_same(&self.query, other.query)
    }
}

fn is_same(one: &Query, other: &Query) -> bool {
    let Query { object, fields, filter, sort, page, limit, include_total, errors, bin, cursors, fresh } = one;
    let same_page = match (page, &other.page) {
        (Page::Ids(ids), Page::Ids(others)) => ids.len() == others.len(),
        (page, other) => page == other,
    };
    same_page
        && *object == other.object
        && *fields == other.fields
        && *filter == other.filter
        && *sort == other.sort
        && (limit, include_total) == (&other.limit, &other.include_total)
        && (errors, bin, cursors, fresh) == (&other.errors, &other.bin, &other.cursors, &other.fresh)
}
