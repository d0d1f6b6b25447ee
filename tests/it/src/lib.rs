//! The harness of the database ring: a fresh database for each test, a tenant in it, and the standard
//! packages from disk. Time and ids come from contexts, nothing sleeps.

use std::path::{Path, PathBuf};

use engine::audit::chain::SealKey;
use engine::packages::Install;
use engine::{Command, Consent, Context, Engine, Fields, MasterKey, Query, Tenant, Update, What, Written};
use metadata::package::Package;
use permissions::{Actor, ActorKind, Membership};
use postgres::testing::{TestDatabase, test_database};
use serde_json::Value as Json;
use sqlx::postgres::PgPoolOptions;
use uuid::Uuid;

pub mod changes;
pub mod formula_writer;
pub mod herd;
pub mod oracle;
pub mod pooler;
pub mod provider;
pub mod random;
pub mod statements;
pub mod trade;
pub mod site;
pub mod standby;
pub mod zoo;

/// The master key of all tests.
pub fn master_key() -> MasterKey {
    MasterKey::new(&[5; 32]).expect("a key")
}

/// One database with one tenant.
pub struct World {
    pub engine: Engine,
    pub tenant: Tenant,
    database: TestDatabase,
}

impl World {
    /// A tenant without packages.
    pub async fn new(name: &str) -> Self {
        let database = test_database(name).await;
        let pool = PgPoolOptions::new()
            .max_connections(8)
            .connect_with(database.connect_options())
            .await
            .expect("the test database takes connections");
        let engine = Engine::new(pool);
        engine.seal_with(SealKey::new(&[7; 32]).expect("a key"));
        engine.protect_with(master_key());
        let tenant = Tenant { id: Uuid::now_v7(), slug: "demo".into(), schema: Tenant::schema_of("demo") };
        engine.create_schema(&tenant).await.expect("the tenant's schema is made");
        Self { engine, tenant, database }
    }

    /// Another node on the same database, with so many connections.
    pub async fn node(&self, connections: u32) -> Engine {
        let pool = PgPoolOptions::new().max_connections(connections);
        let pool = pool.connect_with(self.database.connect_options()).await.expect("more connections");
        let engine = Engine::new(pool);
        engine.protect_with(master_key());
        engine
    }

    /// The database as its cluster's superuser.
    pub async fn superuser(&self) -> sqlx::PgPool {
        let options = self.database.superuser_options();
        PgPoolOptions::new().max_connections(4).connect_with(options).await.expect("the superuser connects")
    }

    /// The database's name, for a copy of it.
    pub fn database_name(&self) -> &str {
        self.database.name()
    }

    /// The database, for a process of its own.
    pub fn url(&self) -> String {
        self.database.url()
    }

    /// Every object as the metadata API answers it, and the option sets.
    pub async fn catalog(&self) -> Json {
        let (snapshot, _) = self.engine.fresh_snapshot(&self.tenant).await.expect("a snapshot");
        changes::catalog_json(&snapshot.catalog)
    }

    /// The tenant with the standard packages' metadata.
    pub async fn with_packages(name: &str) -> Self {
        let world = Self::new(name).await;
        world.install(false).await;
        world
    }

    /// A tenant with the standard packages and their sample records.
    pub async fn with_samples(name: &str) -> Self {
        let world = Self::new(name).await;
        world.install(true).await;
        world
    }

    async fn install(&self, samples: bool) {
        let packages: Vec<Package> = ["accounts", "leads", "deals", "tasks"].map(package).into();
        let options = Install { samples, ..Install::default() };
        self.engine.install(&self.system().await, &packages, options).await.expect("the packages install");
    }

    /// Trellis itself.
    pub async fn system(&self) -> Context {
        self.engine.system_context(&self.tenant, "test").await.expect("a context")
    }

    /// A person with a role; the record of `user` is made when `id` is new.
    pub async fn person(&self, name: &str, role: &str) -> Context {
        let system = self.system().await;
        let record = fields(
            &serde_json::json!({ "name": name, "email": format!("{name}@example.com"), "roles": [role] }),
        );
        let command = Command { object: "user".into(), what: What::Create(vec![record]) };
        let written = self.engine.write(&system, command).await.expect("a user");
        let actor = Actor {
            user_id: written.ids[0],
            name: name.into(),
            roles: vec![role.into()],
            membership: Membership::default(),
            kind: ActorKind::Person,
            scopes: None,
        };
        Context { actor: actor.into(), access: None, consent: Consent::default(), ..system }
    }

    /// The same caller in a new request: another moment, another request id, today's metadata.
    pub async fn again(&self, context: &Context) -> Context {
        let (snapshot, _) = self.engine.fresh_snapshot(&self.tenant).await.expect("a snapshot");
        let request_id = Uuid::now_v7().to_string().into();
        let now = chrono::Utc::now();
        Context {
            actor: context.actor.clone(),
            snapshot,
            access: None,
            consent: context.consent,
            now,
            request_id,
            origin: context.origin.clone(),
        }
    }

    /// Runs one command in a new request.
    pub async fn run(&self, context: &Context, object: &str, what: What) -> engine::Result<Written> {
        self.engine.write(&self.again(context).await, Command { object: object.into(), what }).await
    }

    /// Changes one record in a new request.
    pub async fn update(
        &self,
        context: &Context,
        object: &str,
        id: Uuid,
        record: Json,
    ) -> engine::Result<Written> {
        let update = Update { id, fields: fields(&record), if_version: None };
        self.run(context, object, What::Update(vec![update])).await
    }

    /// One record with all its own fields.
    pub async fn one(&self, context: &Context, object: &str, id: Uuid) -> engine::Result<Json> {
        let one = self.engine.read_one(&self.again(context).await, object, id, Vec::new()).await?;
        Ok(serde_json::from_slice(&one.json).expect("the answer is JSON"))
    }

    /// The newest changes of one record.
    pub async fn history(&self, context: &Context, object: &str, id: Uuid) -> engine::Result<Json> {
        let bytes = self.engine.history(&self.again(context).await, (object, id), (100, None)).await?;
        Ok(serde_json::from_slice(&bytes).expect("the answer is JSON"))
    }

    /// A fingerprint of everything that the tenant stores: rows of all tables, history and counters.
    pub async fn fingerprint(&self) -> String {
        let text = "SELECT coalesce(string_agg(md5(x.t), ',' ORDER BY x.name), '') FROM (SELECT c.relname::text AS name, \
             query_to_xml(format('SELECT md5(string_agg(t::text, E''\\n'' ORDER BY t::text)) AS h FROM %I.%I t', n.nspname, c.relname), true, false, '')::text AS t \
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'r') x";
        sqlx::query_scalar(text)
            .bind(&self.tenant.schema)
            .fetch_one(self.engine.pool())
            .await
            .expect("a fingerprint")
    }

    /// Creates one record; answers its id.
    pub async fn create(&self, context: &Context, object: &str, record: Json) -> engine::Result<Uuid> {
        let command = Command { object: object.into(), what: What::Create(vec![fields(&record)]) };
        Ok(self.engine.write(context, command).await?.ids[0])
    }

    /// The records that a query answers.
    pub async fn read(&self, context: &Context, query: &Query) -> engine::Result<Json> {
        let answer = self.engine.read(context, query).await?;
        Ok(serde_json::from_slice(&answer.json).expect("the answer is JSON"))
    }
}

/// A record as it would come in over the wire.
pub fn fields(record: &Json) -> Fields {
    let record = record.as_object().expect("a record is an object");
    record
        .iter()
        .map(|(key, value)| (key.clone(), serde_json::value::to_raw_value(value).expect("JSON")))
        .collect()
}

/// A record of raw JSON texts by key; a key may be there twice.
pub fn raw_fields(pairs: &[(&str, &str)]) -> Fields {
    let raw = |text: &str| serde_json::value::RawValue::from_string(text.to_owned()).expect("JSON");
    pairs.iter().map(|(key, text)| ((*key).to_owned(), raw(text))).collect()
}

/// The problems of a refused request; a panic with the error when it was refused for another reason.
pub fn problems(error: engine::Error) -> Vec<metadata::Problem> {
    match error {
        engine::Error::Invalid(found)
        | engine::Error::Unprocessable(found)
        | engine::Error::Conflict(found) => found,
        other => panic!("not a problem of the request: {other:?}"),
    }
}

/// The folder of the standard packages.
pub fn packages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packages")
}

/// A standard package from disk.
pub fn package(name: &str) -> Package {
    let root = packages().join(name);
    let mut files = Vec::new();
    collect(&root, &root, &mut files);
    Package::from_files(files.into_iter()).expect("the package is sound")
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).expect("a readable folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
            files.push((name, std::fs::read(&path).expect("a readable file")));
        }
    }
}
