//! Packages from a registry: published once, believed when a trusted publisher has signed them, resolved by version, and
//! never taken when somebody has changed them.

use std::path::{Path, PathBuf};

use postgres::testing::test_database;
use serde_json::{Value as Json, json};

use crate::balancer::Balancer;
use crate::node::Node;

/// A workbench: a node that is never started, and folders beside it.
struct Bench {
    node: Node,
    folder: PathBuf,
}

impl Bench {
    /// Runs a command; what it said, if it ended so.
    async fn run(&self, words: &[&str], good: bool) -> String {
        let output = self.node.command(words).current_dir(&self.folder).output().await.unwrap();
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.success(), good, "{words:?}: {said}");
        said
    }

    async fn good(&self, words: &[&str]) -> String {
        self.run(words, true).await
    }

    async fn bad(&self, words: &[&str]) -> String {
        self.run(words, false).await
    }

    /// Writes a package into a folder of its name.
    fn write(&self, (name, version): (&str, &str), requires: Json, more: &[(&str, Json)]) {
        let manifest = json!({ "name": name, "version": version, "label": name, "requires": requires });
        let place = self.folder.join(name);
        let put = |path: &str, json: &Json| {
            let file = place.join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, json.to_string()).unwrap();
        };
        put("manifest.json", &manifest);
        more.iter().for_each(|(path, json)| put(path, json));
    }
}

fn edit(place: &Path, change: impl Fn(&mut Json)) {
    let mut json: Json = serde_json::from_slice(&std::fs::read(place).unwrap()).unwrap();
    change(&mut json);
    std::fs::write(place, json.to_string()).unwrap();
}

fn car(fields: Json) -> Json {
    json!({ "plural": "cars", "label": "Car", "fields": fields })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_trusted_publishers_have_signed_is_installed_and_nothing_else() {
    let (database, folder) = (test_database("registry").await, tempfile::tempdir().unwrap());
    let node = Node::new((folder.path(), "a"), (&database.url(), false), &Balancer::new());
    let bench = Bench { node, folder: folder.path().to_owned() };
    bench.good(&["tenant", "create", "demo"]).await;
    let key = bench.good(&["package", "key", "acme.key"]).await.trim().to_owned();
    assert_eq!(key.len(), 64);
    let other = bench.good(&["package", "key", "other.key"]).await.trim().to_owned();
    // Published once, checked before, and by nobody else.
    let publish = |name: &'static str, key: &'static str| {
        ["package", "publish", name, "--registry", "reg", "--key", key]
    };
    let plate = json!({ "name": "plate", "kind": "text", "max_length": 20 });
    bench.write(("fleet", "1.0.0"), json!({}), &[("objects/car.json", car(json!([plate])))]);
    bench.good(&publish("fleet", "acme.key")).await;
    assert!(bench.bad(&publish("fleet", "acme.key")).await.contains("is there already"));
    let short = json!({ "name": "plate", "kind": "text", "max_length": 10 });
    bench.write(("fleet", "1.1.0"), json!({}), &[("objects/car.json", car(json!([short])))]);
    assert!(bench.bad(&publish("fleet", "acme.key")).await.contains("it holds less than before"));
    let seats = json!({ "name": "seats", "kind": "integer" });
    bench.write(("fleet", "1.1.0"), json!({}), &[("objects/car.json", car(json!([plate, seats])))]);
    assert!(bench.bad(&publish("fleet", "other.key")).await.contains("somebody else"));
    bench.good(&publish("fleet", "acme.key")).await;
    bench.write(("trips", "1.0.0"), json!({ "fleet": "^1.1" }), &[]);
    bench.good(&publish("trips", "acme.key")).await;
    bench.write(("late", "1.0.0"), json!({ "fleet": "^2" }), &[]);
    assert!(bench.bad(&publish("late", "acme.key")).await.contains("to be had are 1.1.0, 1.0.0"));
    // Nobody is believed at first.
    let install = |name: &'static str| ["package", "install", name, "--registry", "reg"];
    let said = bench.bad(&install("trips")).await;
    assert!(said.contains("key of no trusted publisher") && said.contains(&key), "{said}");
    bench.good(&["package", "trust", "Other", &other]).await;
    bench.bad(&install("trips")).await;
    bench.bad(&["package", "trust", "Acme", "17"]).await;
    bench.good(&["package", "trust", "Acme", &key]).await;
    assert!(bench.good(&["package", "publishers"]).await.contains(&format!("Acme\t{key}")));
    // An older one by its range, then what brings the newer one along.
    bench.good(&["package", "install", "fleet", "--registry", "reg", "--range", "~1.0"]).await;
    let list = ["package", "list", "--registry", "reg"];
    assert!(bench.good(&list).await.contains("fleet\t1.1.0\tinstalled: 1.0.0"));
    let said = bench.bad(&["package", "install", "fleet", "--registry", "reg", "--range", "^3"]).await;
    assert!(said.contains("there is no `fleet` ^3; to be had are 1.1.0, 1.0.0"), "{said}");
    bench.good(&install("trips")).await;
    assert!(bench.good(&list).await.contains("fleet\t1.1.0\tinstalled: 1.1.0"));
    changed_and_unsigned(&bench).await;
}

/// What was changed is not taken from anybody; what nobody has signed, only when that is allowed.
async fn changed_and_unsigned(bench: &Bench) {
    bench.write(("plain", "1.0.0"), json!({}), &[]);
    bench.bad(&["package", "publish", "plain", "--registry", "reg"]).await;
    bench.good(&["package", "publish", "plain", "--registry", "reg", "--unsigned"]).await;
    let install = ["package", "install", "plain", "--registry", "reg"];
    assert!(bench.bad(&install).await.contains("nobody has signed"));
    // The file itself is held to the same.
    assert!(bench.bad(&["package", "install", "reg/plain-1.0.0.json"]).await.contains("nobody has signed"));
    let allowed = [&install[..], &["--allow-unsigned"]].concat();
    bench.good(&allowed).await;
    bench.write(("spied", "1.0.0"), json!({}), &[("roles/spy.json", json!({ "label": "Spy" }))]);
    bench.good(&["package", "publish", "spied", "--registry", "reg", "--key", "acme.key"]).await;
    edit(&bench.folder.join("reg/spied-1.0.0.json"), |json| {
        json["files"]["roles/spy.json"] = r#"{"label":"Spy","system":["manage_users"]}"#.into();
    });
    for words in [&["--registry", "reg"][..], &["--registry", "reg", "--allow-unsigned"]] {
        let said = bench.bad(&[&["package", "install", "spied"], words].concat()).await;
        assert!(said.contains("its checksum is another one"), "{said}");
    }
    // An index that points elsewhere is no index.
    edit(&bench.folder.join("reg/index.json"), |json| {
        json["packages"]["plain"]["versions"]["1.0.0"] = "../acme.key".into();
    });
    assert!(bench.bad(&install).await.contains("names a file elsewhere"));
    bench.good(&["package", "trust", "Acme", "--remove"]).await;
    bench.bad(&["package", "trust", "Acme", "--remove"]).await;
}
