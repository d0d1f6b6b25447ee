//! Users as the engine keeps them: the queries and commands on the object `user`.

use std::sync::Arc;

use engine::filter::Operator;
use engine::{Answer, Bin, Context, Fields, Filter, Nested, Page, Person, Query, Selection, SortKey, Tenant};
use permissions::{ADMINISTRATOR, Actor};
use serde::{Deserialize, Serialize};
use serde_json::value::to_raw_value;
use uuid::Uuid;

use super::{NewUser, UserPatch, normalise_email};
use crate::Identity;
use crate::error::{Error, Result};

/// The system object that this is all about.
const OBJECT: &str = "user";
/// How often something is planned again because metadata changed meanwhile.
const ATTEMPTS: usize = 4;

/// What sign-in and authentication must know of a user.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub id: Uuid,
    pub name: String,
    pub email: Option<String>,
    pub roles: Vec<String>,
    pub permission_sets: Vec<String>,
    pub is_active: bool,
    /// Not the system's own user.
    pub is_person: bool,
}

impl User {
    pub fn is_administrator(&self) -> bool {
        self.roles.iter().any(|role| role == ADMINISTRATOR)
    }
}

/// The record as the engine prints it.
#[derive(Deserialize)]
struct Record {
    id: Uuid,
    name: Option<String>,
    email: Option<String>,
    roles: Option<Vec<String>>,
    permission_sets: Option<Vec<String>>,
    active: Option<bool>,
    kind: Option<String>,
}

impl From<Record> for User {
    fn from(record: Record) -> Self {
        Self {
            id: record.id,
            name: record.name.unwrap_or_default(),
            email: record.email,
            roles: record.roles.unwrap_or_default(),
            permission_sets: record.permission_sets.unwrap_or_default(),
            is_active: record.active.unwrap_or(false),
            is_person: record.kind.as_deref() == Some("person"),
        }
    }
}

impl Identity {
    pub(crate) async fn load_user(&self, tenant: &Tenant, id: Uuid) -> Result<Option<User>> {
        let page = Page::Ids(vec![id]);
        Ok(self.load_users(tenant, Query { page, ..query() }).await?.pop())
    }

    /// By the address as [`normalise_email`] makes it.
    pub(crate) async fn find_user_by_email(&self, tenant: &Tenant, email: &str) -> Result<Option<User>> {
        let filter = Some(is("email", Operator::Eq, email));
        Ok(self.load_users(tenant, Query { filter, ..query() }).await?.pop())
    }

    /// Active people with the administrator's role, those who came first before the others; at most 50.
    pub(crate) async fn list_administrators(&self, tenant: &Tenant) -> Result<Vec<User>> {
        let filter = Some(Filter::And(vec![
            is("roles", Operator::HasAny, [ADMINISTRATOR]),
            is("active", Operator::Eq, true),
            is("kind", Operator::Eq, "person"),
        ]));
        let sort = vec![SortKey { path: "created_at".into(), descending: false }];
        self.load_users(tenant, Query { filter, sort, ..query() }).await
    }

    pub(super) async fn write_new_user(&self, tenant: &Tenant, user: &NewUser) -> Result<Uuid> {
        let mut fields = vec![
            field("name", &user.name.trim()),
            field("email", &normalise_email(&user.email)),
            field("roles", &user.roles),
            field("permission_sets", &user.permission_sets),
            field("active", &true),
            field("kind", &"person"),
        ];
        fields.extend(user.manager_id.as_ref().map(|id| field("manager_id", id)));
        fields.extend(user.title.as_ref().map(|title| field("title", title)));
        fields.extend(user.time_zone.as_ref().map(|zone| field("time_zone", zone)));
        let teams = Some(user.teams.clone()).filter(|teams| !teams.is_empty());
        let ids = self.write_person(tenant, Person { id: None, fields, teams }).await?;
        ids.first().copied().ok_or(Error::NotFound)
    }

    pub(super) async fn write_user_patch(&self, tenant: &Tenant, id: Uuid, patch: &UserPatch) -> Result<()> {
        let mut fields = Fields::new();
        fields.extend(patch.name.as_deref().map(|name| field("name", &name.trim())));
        fields.extend(patch.email.as_deref().map(|email| field("email", &normalise_email(email))));
        fields.extend(patch.roles.as_ref().map(|roles| field("roles", roles)));
        fields.extend(patch.permission_sets.as_ref().map(|sets| field("permission_sets", sets)));
        fields.extend(patch.active.as_ref().map(|active| field("active", active)));
        fields.extend(patch.manager_id.as_ref().map(|id| field("manager_id", id)));
        fields.extend(patch.title.as_ref().map(|title| field("title", title)));
        fields.extend(patch.time_zone.as_ref().map(|zone| field("time_zone", zone)));
        if !fields.is_empty() || patch.teams.is_some() {
            let teams = patch.teams.clone();
            self.write_person(tenant, Person { id: Some(id), fields, teams }).await?;
        }
        Ok(())
    }

    /// Reads as the system, again when metadata has changed since the snapshot was taken.
    pub(super) async fn read_users(&self, tenant: &Tenant, query: Query) -> Result<Answer, engine::Error> {
        for _ in 0..ATTEMPTS {
            let context = self.engine.system_context(tenant, "identity").await?;
            match self.engine.read(&context, &query).await {
                Err(engine::Error::Outdated(_)) => self.engine.fresh_snapshot(tenant).await?,
                answer => return answer,
            };
        }
        Err(engine::Error::Busy)
    }

    /// Writes as the system, on behalf of whoever this acts for, so that the audit stream names them.
    async fn writing_context(&self, tenant: &Tenant) -> Result<Context, engine::Error> {
        let context = self.engine.system_context(tenant, "identity").await?;
        let Some(by) = self.acting.by else { return Ok(context) };
        Ok(Context {
            actor: Arc::new(Actor::system(by, "identity")),
            origin: self.acting.origin.clone(),
            request_id: self.acting.request_id.clone(),
            ..context
        })
    }

    async fn write_person(&self, tenant: &Tenant, person: Person) -> Result<Vec<Uuid>, engine::Error> {
        for _ in 0..ATTEMPTS {
            let context = self.writing_context(tenant).await?;
            match self.engine.write_person(&context, person.clone()).await {
                Err(engine::Error::Outdated(_)) => self.engine.fresh_snapshot(tenant).await?,
                written => return Ok(written?.ids),
            };
        }
        Err(engine::Error::Busy)
    }

    async fn load_users(&self, tenant: &Tenant, query: Query) -> Result<Vec<User>> {
        let answer = self.read_users(tenant, query).await?;
        let records: Vec<Record> = serde_json::from_slice(&answer.json)?;
        Ok(records.into_iter().map(User::from).collect())
    }
}

fn query() -> Query {
    let fields = ["id", "name", "email", "roles", "permission_sets", "active", "kind"];
    let fields = fields.into_iter().map(|name| Selection::Field(name.into())).collect();
    Query { object: OBJECT.into(), fields, bin: Bin::Live, ..Query::default() }
}

/// People for the administration page, with the names of their managers.
pub(super) fn page_of_people(limit: u32, cursor: Option<String>) -> Query {
    Query {
        filter: Some(is("kind", Operator::Eq, "person")),
        sort: vec![SortKey { path: "name".into(), descending: false }],
        page: cursor.map_or(Page::First, Page::After),
        limit,
        ..full()
    }
}

/// The same by place, with their number.
pub(super) fn people_from(skip: u32, count: u32) -> Query {
    Query { page: Page::Offset(skip), include_total: true, ..page_of_people(count, None) }
}

pub(super) fn one_person(id: Uuid) -> Query {
    Query { page: Page::Ids(vec![id]), ..full() }
}

fn full() -> Query {
    let manager = Nested {
        relation: "manager".into(),
        alias: None,
        fields: ["id", "name"].map(|name| Selection::Field(name.into())).to_vec(),
        sort: Vec::new(),
        limit: None,
        filter: None,
    };
    let fields = vec![Selection::Field("*".into()), Selection::Nested(manager)];
    Query { object: OBJECT.into(), fields, ..Query::default() }
}

fn is(path: &str, operator: Operator, value: impl Into<serde_json::Value>) -> Filter {
    Filter::Field { path: path.into(), operator, value: value.into() }
}

fn field(key: &str, value: &impl Serialize) -> (String, Box<serde_json::value::RawValue>) {
    let raw = to_raw_value(value).expect("text, lists of text, ids and booleans are always JSON");
    (key.to_owned(), raw)
}
