//! A copy of a tenant is made while nodes are killed at each step of the way: while it is read, before its tables are made,
//! when they are there and nobody is served, and when it is served and nobody has noted it. Whichever node comes next goes
//! on or begins anew.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use postgres::testing::{TestDatabase, test_database};
use reqwest::Method;
use serde_json::{Value as Json, json};
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection};
use tempfile::TempDir;

use crate::balancer::Balancer;
use crate::errand::{Errands, Parcel, answered};
use crate::gate::{Gate, until};
use crate::node::{Node, PASSWORD};
use crate::office::{PATIENCE, ask, sign_in};

const ITEMS: usize = 500;

/// Two nodes, of which one runs at a time.
struct Stand {
    nodes: [Node; 2],
    balancer: Arc<Balancer>,
    token: String,
    database: TestDatabase,
    connection: PgConnection,
    folder: TempDir,
}

impl Stand {
    async fn open() -> Self {
        let (database, folder, balancer) =
            (test_database("copy_killed").await, tempfile::tempdir().unwrap(), Balancer::new());
        let node = |name: &str| Node::new((folder.path(), name), (&database.url(), false), &balancer);
        let mut nodes = [node("a"), node("b")];
        nodes[0].start().await;
        let token = sign_in(&balancer).await;
        let price = json!({ "name": "price", "kind": "integer", "indexed": true });
        let item = json!({ "name": "item", "plural": "items", "fields": [price] });
        ask(&balancer, (Method::PUT, "/metadata/v1/objects/item"), (Some(&token), item)).await;
        let items: Vec<Json> = (0..ITEMS).map(|n| json!({ "name": format!("i{n}"), "price": n })).collect();
        ask(&balancer, (Method::POST, "/api/v1/items"), (Some(&token), items.into())).await;
        let connection = database.connect_options().connect().await.unwrap();
        Self { nodes, balancer, token, database, connection, folder }
    }

    async fn shut(&self, text: &str) -> Gate {
        Gate::shut(&self.database, text).await
    }

    /// Nobody makes the schema of a tenant, or drops it, until this opens.
    async fn shut_schema(&self, tenant: &str) -> Gate {
        self.shut(&format!("SELECT pg_advisory_xact_lock(hashtextextended('trellis:{tenant}', 0))")).await
    }

    /// Returns when the copy stands before a gate: how far it is said to be, what is said of its tenant, and whether that has
    /// a schema.
    async fn until_at(&mut self, gate: &Gate, (step, status, has_schema): (&str, &str, bool)) {
        let question = format!(
            "SELECT coalesce(step, c.status) = '{step}' AND coalesce(t.status, 'none') = '{status}' \
             AND (to_regnamespace('t_try') IS NOT NULL) = {has_schema} \
             FROM platform.clones c LEFT JOIN platform.tenants t ON t.id = c.tenant_id"
        );
        until(&mut self.connection, &question).await;
        until(&mut self.connection, &gate.is_reached()).await;
    }

    /// kill -9; what it waited for comes too late. What the next one says of its step is not what this one has said.
    async fn kill(&mut self, which: usize, gate: Gate) {
        self.nodes[which].kill().await;
        gate.open().await;
        let text = "UPDATE platform.clones SET step = NULL";
        sqlx::query(text).execute(&mut self.connection).await.unwrap();
    }

    async fn count(&mut self, of: &str) -> i64 {
        let text = AssertSqlSafe(format!("SELECT count(*) FROM {of}"));
        sqlx::query_scalar(text).fetch_one(&mut self.connection).await.unwrap()
    }

    /// What somebody is told who signs in to the copy.
    async fn sign_in(&self) -> (u16, Json) {
        let body = json!({ "tenant": "try", "email": "admin@example.com", "password": PASSWORD });
        let asked = |client: &reqwest::Client, node: &str| {
            let asked = client.post(format!("{node}/auth/v1/login")).body(body.to_string());
            asked.header("content-type", "application/json")
        };
        answered(self.balancer.send(asked).await).await.unwrap()
    }

    fn copies(&self) -> [PathBuf; 2] {
        ["a", "b"].map(|name| self.folder.path().join(name).join("clones"))
    }
}

fn count(place: &Path) -> usize {
    std::fs::read_dir(place).map_or(0, Iterator::count)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_it_copies_a_tenant_nothing_half_made_is_left() {
    let mut stand = Stand::open().await;
    let [first, second] = stand.copies();
    // While it is read: what is written of it by then is in a folder that only its owner may look into.
    let item = stand.shut("LOCK TABLE t_demo.item IN ACCESS EXCLUSIVE MODE").await;
    let wish = json!({ "slug": "try", "scope": "full" });
    let asked = ask(&stand.balancer, (Method::POST, "/admin/v1/sandboxes"), (Some(&stand.token), wish)).await;
    let told = |path: &str| asked.pointer(path).and_then(Json::as_str).unwrap();
    let (id, tenant) = (told("/data/id"), told("/data/tenant/id"));
    stand.until_at(&item, ("reading", "none", false)).await;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(first.join(id)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{mode:o}");
    }
    stand.kill(0, item).await;
    // Before its tables are made, by the other one.
    let schema = stand.shut_schema(tenant).await;
    stand.nodes[1].start().await;
    stand.until_at(&schema, ("writing", "creating", false)).await;
    assert_eq!([count(&first), count(&second)], [1, 1], "what the first has left is there yet");
    stand.kill(1, schema).await;
    // When they are there and nobody is served.
    let schema = stand.shut_schema(tenant).await;
    stand.nodes[0].start().await;
    stand.until_at(&schema, ("writing", "creating", false)).await;
    let row = stand.shut("SELECT FROM platform.clones FOR UPDATE").await;
    schema.open().await;
    stand.until_at(&row, ("writing", "creating", true)).await;
    assert_eq!(stand.sign_in().await.0, 401, "nobody is served half of it");
    stand.kill(0, row).await;
    // When it is served and nobody has noted it.
    let schema = stand.shut_schema(tenant).await;
    stand.nodes[1].start().await;
    until(&mut stand.connection, &schema.is_reached()).await;
    let log = stand.shut("LOCK TABLE t_demo._audit_tail IN SHARE MODE").await;
    schema.open().await;
    stand.until_at(&log, ("checking", "active", true)).await;
    stand.kill(1, log).await;
    stand.nodes[0].start().await;
    until(&mut stand.connection, "SELECT status = 'done' FROM platform.clones").await;
    stand.nodes[1].start().await;
    let (status, told) = stand.sign_in().await;
    assert_eq!(status, 200, "{told}");
    let mut errands = Errands::new(&stand.balancer, told["access_token"].as_str().unwrap());
    let items = errands.ask((Method::GET, "/api/v1/items?limit=1000"), Parcel::default(), 200).await;
    assert_eq!(items.as_array().unwrap().len(), ITEMS);
    nothing_is_left(&mut stand).await;
}

/// Two tenants that are what their metadata says, told once, and no rows, schemas or files of what was cut off.
async fn nothing_is_left(stand: &mut Stand) {
    for (of, found) in [
        ("platform.tenants", 2),
        ("platform.tenants WHERE status = 'active'", 2),
        ("pg_namespace WHERE nspname LIKE 't\\_%'", 2),
        ("platform._jobs", 0),
        ("platform.clones WHERE people = '{}'", 1),
        ("platform.tenant_events WHERE action = 'cloned'", 1),
        ("platform.tenant_events WHERE action = 'created' AND slug = 'try'", 1),
    ] {
        assert_eq!(stand.count(of).await, found, "{of}");
    }
    let copies = stand.copies();
    let gone = async {
        while copies.iter().any(|place| count(place) > 0) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.expect("no files are left");
    let output = stand.nodes[0].command(&["doctor"]).output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    for node in &mut stand.nodes {
        node.stop().await;
    }
}
