//! One database with one tenant, two nodes on it, and a clock moved by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use engine::{Context, Engine, Page, Query, TeamWish, Tenant};
use identity::{
    Caller, Clock, Credential, FirstAdministrator, Identity, NewSession, NewUser, Origin, Secret,
};
use postgres::testing::{TestDatabase, test_database};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tenancy::Tenants;
use uuid::Uuid;

pub const PASSWORD: &str = "correct horse";

pub struct World {
    pub pool: PgPool,
    pub tenant: Tenant,
    pub node: Identity,
    /// With an engine and caches of its own.
    pub other: Identity,
    engines: [Engine; 2],
    ahead: Arc<AtomicI64>,
    _database: TestDatabase,
}

impl World {
    pub async fn new(name: &str) -> Self {
        let database = test_database(name).await;
        let pool = PgPoolOptions::new()
            .max_connections(12)
            .connect_with(database.connect_options())
            .await
            .expect("the test database takes connections");
        tenancy::migrate(&pool).await.expect("the platform migrates");
        let engines = [Engine::new(pool.clone()), Engine::new(pool.clone())];
        engines.iter().for_each(|engine| engine.protect_with(it::master_key()));
        let tenant =
            Tenants::new(engines[0].clone(), pool.clone()).create("demo", "Demo").await.expect("a tenant");
        let ahead = Arc::new(AtomicI64::new(0));
        let node = |engine: &Engine| Identity::with_clock(engine.clone(), pool.clone(), clock(&ahead));
        let (node, other) = (node(&engines[0]), node(&engines[1]));
        Self { pool, tenant, node, other, engines, ahead, _database: database }
    }

    /// The same with an administrator, `ada@example.com`.
    pub async fn with_ada(name: &str) -> (Self, Uuid) {
        let world = Self::new(name).await;
        let made =
            world.node.first_administrator(&world.tenant, "ada@example.com", Some("Ada"), password()).await;
        let Ok(FirstAdministrator::Made { user_id, password: None, .. }) = made else { panic!("{made:?}") };
        (world, user_id)
    }

    pub fn now(&self) -> DateTime<Utc> {
        clock_now(&self.ahead)
    }

    /// Moves the clock on.
    pub fn pass(&self, time: TimeDelta) {
        self.ahead.fetch_add(time.num_seconds(), Ordering::SeqCst);
    }

    pub async fn user(&self, email: &str, role: &str) -> Uuid {
        let user = NewUser {
            email: email.into(),
            name: email.split('@').next().expect("at least one part").into(),
            password: password(),
            roles: vec![role.into()],
            permission_sets: Vec::new(),
            teams: Vec::new(),
            manager_id: None,
            title: None,
            time_zone: None,
        };
        self.node.create_user(&self.tenant, user).await.expect("a user")
    }

    pub async fn make_team(&self, wish: TeamWish) {
        let context = self.engines[0].system_context(&self.tenant, "test").await.expect("a context");
        self.engines[0].create_team(&context, wish).await.expect("a team");
    }

    pub async fn login(&self, email: &str, password: &str) -> Result<NewSession, identity::LoginError> {
        self.node.login(&self.tenant, email, &Secret::new(password), Origin::default()).await
    }

    pub async fn session(&self, email: &str) -> Secret {
        self.login(email, PASSWORD).await.expect("a session").token
    }

    pub async fn caller(&self, secret: &Secret) -> Result<Caller, identity::AuthError> {
        self.node.authenticate(Credential::Bearer(secret.expose()), None).await
    }

    /// A read of records on the other node, as `caller`: what the engine says about the cached caller.
    pub async fn read_on_other(&self, caller: &Caller) -> engine::Result<()> {
        let snapshot = self.engines[1].snapshot(&self.tenant).await?;
        let context = Context {
            actor: caller.actor.clone(),
            snapshot,
            access: Some(caller.access),
            consent: engine::Consent::default(),
            now: Utc::now(),
            request_id: "test".into(),
            origin: engine::Origin::default(),
        };
        let query = Query { object: "user".into(), page: Page::First, ..Query::default() };
        self.engines[1].read(&context, &query).await.map(|_| ())
    }
}

pub fn password() -> Option<Secret> {
    Some(Secret::new(PASSWORD))
}

fn clock(ahead: &Arc<AtomicI64>) -> Clock {
    let ahead = ahead.clone();
    Clock::new(move || clock_now(&ahead))
}

fn clock_now(ahead: &AtomicI64) -> DateTime<Utc> {
    Utc::now() + TimeDelta::seconds(ahead.load(Ordering::SeqCst))
}
