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
    assert!(bench.bad(&["package", "install", "late"]).await.contains("a folder of this name is `./late`"));
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
    // A line of the index that points elsewhere is refused, and the rest is read.
    edit(&bench.folder.join("reg/index.json"), |json| {
        json["packages"]["plain"]["versions"]["1.0.0"] = "../acme.key".into();
    });
    assert!(bench.bad(&allowed).await.contains("names a file elsewhere"));
    assert!(bench.good(&["package", "list", "--registry", "reg"]).await.contains("fleet\t1.1.0"));
    bench.good(&["package", "trust", "Acme", "--remove"]).await;
    bench.bad(&["package", "trust", "Acme", "--remove"]).await;
}

/// Another publisher who is trusted takes neither what is installed nor what is built in, whatever the index says; a step back
/// is asked for; and who is trusted no longer is offered nowhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_package_stays_with_who_has_signed_it() {
    let (database, folder) = (test_database("registry_hands").await, tempfile::tempdir().unwrap());
    let node = Node::new((folder.path(), "a"), (&database.url(), false), &Balancer::new());
    let bench = Bench { node, folder: folder.path().to_owned() };
    bench.good(&["tenant", "create", "demo"]).await;
    for (name, file) in [("Acme", "acme.key"), ("Other", "other.key")] {
        let key = bench.good(&["package", "key", file]).await.trim().to_owned();
        bench.good(&["package", "trust", name, &key]).await;
    }
    let publish = async |name: &str, version: &str, (registry, key): (&str, &str), good: bool| {
        bench.write((name, version), json!({}), &[]);
        bench.run(&["package", "publish", name, "--registry", registry, "--key", key], good).await
    };
    publish("fleet", "1.0.0", ("reg", "acme.key"), true).await;
    publish("fleet", "1.1.0", ("reg", "acme.key"), true).await;
    let install = async |words: &[&str], good: bool| {
        bench.run(&[&["package", "install", "fleet", "--registry", "reg"], words].concat(), good).await
    };
    install(&[], true).await;
    // Back only when that is said.
    assert!(install(&["--range", "~1.0"], false).await.contains("1.0.0 is older"));
    install(&["--range", "~1.0", "--allow-downgrade"], true).await;
    install(&[], true).await;
    // The other's version, put beside by hand: with the index as it was, edited, or silent on whose it is.
    let other = publish("fleet", "9.0.0", ("theirs", "other.key"), true).await;
    assert!(other.contains("fleet 9.0.0 published"), "{other}");
    std::fs::copy(bench.folder.join("theirs/fleet-9.0.0.json"), bench.folder.join("reg/fleet-9.0.0.json"))
        .unwrap();
    let index = bench.folder.join("reg/index.json");
    let theirs: Json =
        serde_json::from_slice(&std::fs::read(bench.folder.join("theirs/index.json")).unwrap()).unwrap();
    for publisher in [None, Some(Json::Null), Some(theirs["packages"]["fleet"]["publisher"].clone())] {
        edit(&index, |json| {
            json["packages"]["fleet"]["versions"]["9.0.0"] = "fleet-9.0.0.json".into();
            if let Some(publisher) = &publisher {
                json["packages"]["fleet"]["publisher"] = publisher.clone();
            }
        });
        let said = install(&[], false).await;
        assert!(said.contains("of several publishers"), "{said}");
    }
    // And with Acme's versions gone from it: what is installed knows whose it is.
    edit(&index, |json| {
        json["packages"]["fleet"]["versions"] = json!({ "9.0.0": "fleet-9.0.0.json" });
    });
    let said = install(&[], false).await;
    assert!(said.contains("--allow-other-publisher"), "{said}");
    assert!(bench.good(&["package", "list", "--registry", "reg"]).await.contains("installed: 1.1.0"));
    // Names that come with Trellis are nobody else's.
    assert!(publish("accounts", "99.0.0", ("reg", "other.key"), false).await.contains("comes with Trellis"));
    let key = bench.good(&["package", "key", "other.key"]).await.trim().to_owned();
    bench.good(&["package", "trust", "Other", "--remove"]).await;
    assert!(install(&["--allow-other-publisher"], false).await.contains(&key));
    bench.good(&["package", "trust", "Other", &key]).await;
    install(&["--allow-other-publisher"], true).await;
    beside_the_rules(&bench).await;
}

/// Nothing is written over, no index made anew, and nothing read through a link.
async fn beside_the_rules(bench: &Bench) {
    let publish = ["package", "publish", "extra", "--registry", "more", "--unsigned"];
    bench.write(("extra", "1.0.0"), json!({}), &[(".hidden/roles/x.json", json!("no package's"))]);
    std::fs::create_dir(bench.folder.join("more")).unwrap();
    std::fs::write(bench.folder.join("more/extra-1.0.0.json"), "{}").unwrap();
    assert!(bench.bad(&publish).await.contains("but no index.json"));
    std::fs::write(bench.folder.join("more/index.json"), r#"{"packages":{}}"#).unwrap();
    assert!(bench.bad(&publish).await.contains("nothing writes over"));
    assert_eq!(std::fs::read(bench.folder.join("more/extra-1.0.0.json")).unwrap(), b"{}");
    std::fs::remove_file(bench.folder.join("more/extra-1.0.0.json")).unwrap();
    std::os::unix::fs::symlink(bench.folder.join("acme.key"), bench.folder.join("extra/README.md")).unwrap();
    assert!(bench.bad(&publish).await.contains("README.md is no file"));
    std::fs::remove_file(bench.folder.join("extra/README.md")).unwrap();
    bench.good(&publish).await;
    let link = bench.folder.join("more/extra-1.0.0.json");
    std::fs::rename(&link, bench.folder.join("moved.json")).unwrap();
    std::os::unix::fs::symlink(bench.folder.join("moved.json"), &link).unwrap();
    let said = bench.bad(&["package", "install", "extra", "--registry", "more", "--allow-unsigned"]).await;
    assert!(said.contains("is no file"), "{said}");
}

/// A package with a part: alone its drivers may remove cars, beside depots they may not, and cars stand in them.
fn write_parts(bench: &Bench) {
    let depot = json!({ "plural": "depots", "label": "Depot", "fields": [] });
    bench.write(("depots", "1.0.0"), json!({}), &[("objects/depot.json", depot)]);
    let manifest =
        json!({ "name": "fleet", "version": "1.0.0", "label": "Fleet", "optional": { "depots": "^1" } });
    let driver = json!({ "label": "Driver", "inherits": ["user"], "objects": { "car": { "read": "all", "delete": "all" } } });
    let place = json!({ "kind": "lookup", "to": "depot", "inverse": "cars" });
    let plate = json!({ "name": "plate", "kind": "text", "max_length": 20 });
    let files = [
        ("manifest.json", manifest),
        ("objects/car.json", car(json!([plate]))),
        ("roles/driver.json", driver),
        ("with/depots/fields/car.depot.json", place),
        ("with/depots/roles/driver.json", json!({ "objects": { "car": { "delete": "none" } } })),
    ];
    bench.write(("fleet", "1.0.0"), json!({}), &files);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_part_comes_of_who_is_trusted_no_more_and_what_gives_more_alone_is_agreed_to() {
    let (database, folder) = (test_database("registry_parts").await, tempfile::tempdir().unwrap());
    let node = Node::new((folder.path(), "a"), (&database.url(), false), &Balancer::new());
    let bench = Bench { node, folder: folder.path().to_owned() };
    let key = bench.good(&["package", "key", "acme.key"]).await.trim().to_owned();
    write_parts(&bench);
    for name in ["depots", "fleet"] {
        bench.good(&["package", "publish", name, "--registry", "reg", "--key", "acme.key"]).await;
    }
    let ask = async |tenant: &str, words: &[&str], good: bool| {
        bench.run(&[&["package"], words, &["--tenant", tenant]].concat(), good).await
    };
    let trust = ["package", "trust", "Acme", key.as_str()];
    bench.good(&trust).await;
    let install = |name: &'static str| ["install", name, "--registry", "reg"];
    let approved = [&install("depots")[..], &["--approve", "all"]].concat();
    for tenant in ["early", "late"] {
        bench.good(&["tenant", "create", tenant]).await;
        ask(tenant, &install("fleet"), true).await;
    }
    let comes = "comes: what fleet brings with depots";
    assert!(ask("early", &approved, true).await.contains(comes));
    bench.good(&["package", "trust", "Acme", "--remove"]).await;
    let looked = ask("late", &["install", "./depots", "--dry-run"], true).await;
    let said = ask("late", &["install", "./depots"], true).await;
    for said in [looked, said] {
        assert!(
            said.contains("what `fleet` brings with `depots` does not come") && !said.contains(comes),
            "{said}"
        );
    }
    // Nor later, before it is installed once more.
    bench.good(&trust).await;
    ask("late", &["uninstall", "depots", "--allow-data-loss"], true).await;
    assert!(!ask("late", &install("depots"), true).await.contains(comes));
    assert!(
        ask("late", &[&install("fleet")[..], &["--approve", "all"]].concat(), true)
            .await
            .contains("trellis:")
    );
    // Alone the drivers may do more again, which is agreed to as in an upgrade.
    let uninstall = ["uninstall", "depots", "--allow-data-loss"];
    let looked = ask("early", &[&uninstall[..], &["--dry-run"]].concat(), true).await;
    assert!(looked.contains("needs approval: roles.driver.objects.car.delete"), "{looked}");
    assert!(ask("early", &uninstall, false).await.contains("roles.driver.objects.car.delete"));
    ask("early", &[&uninstall[..], &["--approve", "roles.driver.objects.car.delete"]].concat(), true).await;
}
