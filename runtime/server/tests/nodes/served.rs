//! A server that offers a registry: what it takes while publishers come and go, and without an index that can be read.

use std::path::{Path, PathBuf};

use postgres::testing::test_database;
use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::balancer::Balancer;
use crate::node::Node;
use crate::office::sign_in;

/// A server with a folder of registries beside it.
struct Stand {
    node: Node,
    folder: PathBuf,
    token: String,
}

impl Stand {
    async fn run(&self, words: &[&str]) -> String {
        let output = self.node.command(words).current_dir(&self.folder).output().await.unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{words:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
        said.trim().to_owned()
    }

    /// Publishes an empty package.
    async fn publish(&self, (name, version): (&str, &str), (registry, key): (&str, &str)) {
        let place = self.folder.join(name);
        std::fs::create_dir_all(&place).unwrap();
        let manifest = json!({ "name": name, "version": version, "label": name });
        std::fs::write(place.join("manifest.json"), manifest.to_string()).unwrap();
        self.run(&["package", "publish", name, "--registry", registry, "--key", key]).await;
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Json>) -> (u16, Json) {
        let asked = reqwest::Client::new().request(method, format!("{}{path}", self.node.address));
        let asked = asked.bearer_auth(&self.token).header("content-type", "application/json");
        let asked = body.iter().fold(asked, |asked, body| asked.body(body.to_string()));
        let response = asked.send().await.unwrap();
        (response.status().as_u16(), serde_json::from_slice(&response.bytes().await.unwrap()).unwrap())
    }

    /// Installs by name; answers the status and the codes of what is wrong.
    async fn install(&self, wish: Json) -> (u16, Vec<String>) {
        let (status, told) = self.ask(Method::POST, "/metadata/v1/packages", Some(wish)).await;
        let codes = told["errors"].as_array().into_iter().flatten();
        (status, codes.map(|one| one["code"].as_str().unwrap_or_default().to_owned()).collect())
    }

    async fn offered(&self) -> Vec<String> {
        let (_, told) = self.ask(Method::GET, "/metadata/v1/packages", None).await;
        let all = told["data"].as_array().unwrap().iter().filter(|one| one["installed"] == false);
        all.map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Starts anew with another registry.
    async fn open(&mut self, registry: &Path) {
        self.node.settings = vec![("TRELLIS_REGISTRY", registry.to_owned())];
        self.node.start().await;
    }
}

fn refused(code: &str, status: u16) -> (u16, Vec<String>) {
    (status, vec![code.to_owned()])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_goes_by_whom_one_trusts_and_starts_without_an_index() {
    let (database, folder) = (test_database("registry_served").await, tempfile::tempdir().unwrap());
    let balancer = Balancer::new();
    let node = Node::new((folder.path(), "a"), (&database.url(), false), &balancer);
    let mut stand = Stand { node, folder: folder.path().to_owned(), token: String::new() };
    for (name, file) in [("Acme", "acme.key"), ("Other", "other.key")] {
        let key = stand.run(&["package", "key", file]).await;
        stand.run(&["package", "trust", name, &key]).await;
    }
    for (name, version, registry, key) in [
        ("fleet", "1.0.0", "reg", "acme.key"),
        ("trips", "1.0.0", "reg", "acme.key"),
        ("fleet", "9.0.0", "theirs", "other.key"),
        ("tours", "1.0.0", "theirs", "other.key"),
    ] {
        stand.publish((name, version), (registry, key)).await;
    }
    stand.open(&folder.path().join("reg")).await;
    stand.token = sign_in(&balancer).await;
    assert!(stand.offered().await.contains(&"trips".to_owned()));
    assert_eq!(stand.install(json!({ "name": "fleet" })).await, (201, vec![]));
    // Trusted no longer, while the server runs: nothing more of theirs, and what is installed stays.
    stand.run(&["package", "trust", "Acme", "--remove"]).await;
    assert!(!stand.offered().await.contains(&"trips".to_owned()));
    assert_eq!(stand.install(json!({ "name": "trips" })).await, refused("unknown-package", 422));
    let (_, told) = stand.ask(Method::GET, "/metadata/v1/packages", None).await;
    let fleet = told["data"].as_array().unwrap().iter().find(|one| one["name"] == "fleet").unwrap().clone();
    assert_eq!((&fleet["installed"], &fleet["installed_version"]), (&json!(true), &json!("1.0.0")));
    stand.node.stop().await;
    // Another publisher takes the name only when that is said.
    stand.open(&folder.path().join("theirs")).await;
    assert_eq!(stand.install(json!({ "name": "fleet" })).await, refused("other-publisher", 409));
    let said = json!({ "name": "fleet", "allow_other_publisher": true });
    assert_eq!(stand.install(said).await, (201, vec![]));
    assert_eq!(stand.install(json!({ "name": "fleet" })).await, (201, vec![]), "it is theirs now");
    stand.node.stop().await;
    // An index that is no JSON keeps nobody from starting.
    std::fs::write(folder.path().join("theirs/index.json"), "{ \"packages\": ").unwrap();
    stand.open(&folder.path().join("theirs")).await;
    assert_eq!(stand.install(json!({ "name": "tours" })).await, refused("registry-unreadable", 422));
    assert_eq!(stand.install(json!({ "name": "accounts", "dry_run": true })).await, (200, vec![]));
    let output = stand.node.command(&["package", "list"]).output().await.unwrap();
    assert!(!output.status.success(), "at the shell it is told at once");
    stand.node.stop().await;
}
