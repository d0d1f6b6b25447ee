//! The real binary on a private cluster of its own: what an operator runs, end to end.

#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::{Value as Json, json};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, raw_sql};

const PASSWORD: &str = "a long enough passphrase 7";

fn trellis(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trellis"));
    command.args(words).current_dir(folder).env("TRELLIS_DATA_DIR", folder.join("data"));
    command.env("TRELLIS_ADMIN_PASSWORD", PASSWORD).env("TRELLIS_LOG", "warn");
    command
}

fn run(folder: &Path, words: &[&str]) -> Output {
    trellis(folder, words).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A tenant that is not here.
const OTHER: &str = "01890000-0000-7000-8000-000000000001";

/// A server, until it is dropped.
struct Server {
    process: Child,
    address: String,
    // Kept open: who writes to nobody fails.
    _lines: Lines<BufReader<ChildStdout>>,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let mut command = trellis(folder, &["serve", "--listen", "127.0.0.1:0", "--demo"]);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = lines.by_ref().map(Result::unwrap).find(|line| line.starts_with("trellis: listening on "));
        let address = line.expect("it listens").trim_start_matches("trellis: listening on ").to_owned();
        Self { process, address, _lines: lines }
    }

    /// Who reads the log finds in it what was just done: it is sealed by then.
    async fn read_log(&self) -> usize {
        let client = reqwest::Client::new();
        let who = json!({ "email": "admin@example.com", "password": PASSWORD }).to_string();
        let login =
            client.post(format!("{}/auth/v1/login", self.address)).header("content-type", "application/json");
        let answer: Json = login.body(who).send().await.unwrap().json().await.unwrap();
        let log = client.get(format!("{}/admin/v1/audit-log?limit=1000", self.address));
        let log = log.bearer_auth(answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")));
        let rows: Json = log.send().await.unwrap().json().await.unwrap();
        rows["data"].as_array().unwrap_or_else(|| panic!("{rows}")).len()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
    }
}

/// The superuser of the private cluster, which Trellis itself is not.
async fn superuser(folder: &Path) -> PgConnection {
    let run = folder.join("data/postgres/run");
    PgConnectOptions::new().socket(run).username("postgres").database("trellis").connect().await.unwrap()
}

#[tokio::test]
async fn verify_finds_what_a_superuser_did_to_the_log_and_tenants_have_walls() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    assert!(server.read_log().await > 10);
    let sound = run(folder.path(), &["audit", "verify", "--tenant", "demo"]);
    assert!(sound.status.success() && text(&sound).contains("sound: "), "{}", text(&sound));
    let doctor = run(folder.path(), &["doctor"]);
    assert!(doctor.status.success() && text(&doctor).trim() == "demo: sound", "{}", text(&doctor));
    let off = run(folder.path(), &["doctor", "--tenant-roles", "false"]);
    assert!(text(&off).contains("no roles of their own"), "{}", text(&off));

    let mut superuser = superuser(folder.path()).await;
    let walls = "SELECT count(*) FROM pg_roles WHERE rolname ~ '^trellis_[0-9a-f]{32}$' AND NOT rolsuper AND NOT rolcanlogin";
    let walls: i64 = sqlx::query_scalar(walls).fetch_one(&mut superuser).await.unwrap();
    assert_eq!(walls, 1);
    let plain: bool =
        sqlx::query_scalar("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = 'trellis'")
            .fetch_one(&mut superuser)
            .await
            .unwrap();
    assert!(!plain, "the user that Trellis works as is a plain one");

    for (harm, mend) in [
        (
            "CREATE TABLE public.kept AS SELECT * FROM t_demo._audit WHERE seq = 3; UPDATE t_demo._audit SET actor_id = gen_random_uuid() WHERE seq = 3",
            "UPDATE t_demo._audit a SET actor_id = k.actor_id FROM public.kept k WHERE a.seq = 3",
        ),
        ("DELETE FROM t_demo._audit WHERE seq = 3", "INSERT INTO t_demo._audit SELECT * FROM public.kept"),
        (
            "UPDATE t_demo._audit SET seq = -4 WHERE seq = 4; UPDATE t_demo._audit SET seq = 4 WHERE seq = 5; UPDATE t_demo._audit SET seq = 5 WHERE seq = -4",
            "",
        ),
    ] {
        raw_sql(harm).execute(&mut superuser).await.unwrap();
        let found = run(folder.path(), &["audit", "verify", "--tenant", "demo"]);
        assert!(
            !found.status.success() && text(&found).contains("tampered with"),
            "{harm}: {}",
            text(&found)
        );
        raw_sql(mend).execute(&mut superuser).await.unwrap();
    }
    drop(server);
    // Of a cluster that this process starts itself.
    let found = run(folder.path(), &["audit", "verify"]);
    assert!(!found.status.success() && text(&found).contains("tampered with"), "{}", text(&found));
}

#[tokio::test]
async fn a_tenant_that_is_moved_keeps_what_the_platform_knows_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let mut superuser = superuser(folder.path()).await;
    let settings = json!({ "password": { "min_length": 14 } }).to_string();
    let change = format!(
        "UPDATE platform.tenants SET plan = 'pro', status = 'suspended', suspended_at = now(), \
         sandbox_of = '{OTHER}', sandbox = 'sample', quiet = false; \
         INSERT INTO platform.tenant_features (tenant_id, feature, enabled) SELECT id, 'mcp', false FROM platform.tenants; \
         INSERT INTO platform.security_settings (tenant_id, settings, changed_at) SELECT id, '{settings}', now() FROM platform.tenants"
    );
    raw_sql(sqlx::AssertSqlSafe(change)).execute(&mut superuser).await.unwrap();
    // Whether it is shut, or waits for its end: all of it is there.
    for wait in ["NULL", "now() + interval '1 day'"] {
        let change = format!("UPDATE platform.tenants SET delete_at = {wait}");
        raw_sql(sqlx::AssertSqlSafe(change)).execute(&mut superuser).await.unwrap();
        let doctor = run(folder.path(), &["doctor"]);
        assert!(doctor.status.success() && text(&doctor).trim() == "demo: sound", "{}", text(&doctor));
    }
    raw_sql("UPDATE platform.tenants SET delete_at = NULL").execute(&mut superuser).await.unwrap();
    let place = folder.path().join("moved");
    let saved = run(folder.path(), &["tenant", "export", "demo", "--output", place.to_str().unwrap()]);
    assert!(saved.status.success(), "{}", text(&saved));
    // Looks are held to what a change of them is held to, wherever the folder comes from.
    let platform = place.join("platform.json");
    let kept = std::fs::read_to_string(&platform).unwrap();
    let mut wrong: serde_json::Value = serde_json::from_str(&kept).unwrap();
    wrong["branding"] = json!({ "logo": "data:image/svg+xml;base64,PHN2Zz4=", "accent": "url(x)" });
    std::fs::write(&platform, wrong.to_string()).unwrap();
    let refused = run(folder.path(), &["tenant", "import", place.to_str().unwrap(), "--slug", "copy"]);
    let said = text(&refused);
    assert!(
        !refused.status.success() && said.contains("branding.logo") && said.contains("branding.accent"),
        "{said}"
    );
    std::fs::write(&platform, kept).unwrap();
    let made = run(folder.path(), &["tenant", "import", place.to_str().unwrap(), "--slug", "copy"]);
    assert!(made.status.success() && text(&made).contains("is shut here"), "{}", text(&made));
    let found = "SELECT t.plan, t.status, (s.settings #>> '{password,min_length}')::int FROM platform.tenants t \
                 JOIN platform.security_settings s ON s.tenant_id = t.id WHERE t.slug = 'copy'";
    let found: (String, String, i32) = sqlx::query_as(found).fetch_one(&mut superuser).await.unwrap();
    assert_eq!(found, ("pro".into(), "suspended".into(), 14));
    // So is what it is a copy of, that it may send, and what it has otherwise than its plan says.
    let stands = "SELECT t.sandbox_of::text, t.sandbox, t.quiet, f.enabled FROM platform.tenants t \
                  JOIN platform.tenant_features f ON f.tenant_id = t.id AND f.feature = 'mcp' WHERE t.slug = $1";
    let stands = async |slug: &str, superuser: &mut PgConnection| -> (String, String, bool, bool) {
        sqlx::query_as(stands).bind(slug).fetch_one(superuser).await.unwrap()
    };
    assert_eq!(stands("copy", &mut superuser).await, (OTHER.into(), "sample".into(), false, false));
    // Where it is not said a copy is quiet, and nothing in it happens by time.
    let mut unsaid: Json = serde_json::from_str(&std::fs::read_to_string(&platform).unwrap()).unwrap();
    unsaid.as_object_mut().unwrap().remove("quiet");
    std::fs::write(&platform, unsaid.to_string()).unwrap();
    let made = run(folder.path(), &["tenant", "import", place.to_str().unwrap(), "--slug", "calm"]);
    assert!(made.status.success(), "{}", text(&made));
    assert_eq!(stands("calm", &mut superuser).await, (OTHER.into(), "sample".into(), true, false));
    let held = "SELECT count(*) FROM t_calm._jobs WHERE kind = 'take_timed' AND not_before = 'infinity'";
    let held: i64 = sqlx::query_scalar(held).fetch_one(&mut superuser).await.unwrap();
    assert_eq!(held, 1);
    // What ends at the shell leaves its certificate, signed by the key of this data directory.
    let gone = run(folder.path(), &["tenant", "delete", "copy", "--yes"]);
    assert!(gone.status.success() && text(&gone).contains("\"slug\":\"copy\""), "{}", text(&gone));
    let signed: bool = sqlx::query_scalar(
        "SELECT signature IS NOT NULL AND deleted_at IS NOT NULL FROM platform.certificates",
    )
    .fetch_one(&mut superuser)
    .await
    .unwrap();
    assert!(signed);
    drop(server);
}
