//! How fast an import is, beside plain COPY of the same columns in the same run, and the memory it takes.
//!
//! `cargo test --release -p it -- --ignored --nocapture import::speed` with `IMPORT_ROWS` (a million).

use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::Instant;

use engine::import::Source;
use it::World;
use sqlx::{AssertSqlSafe, Executor};

use super::{counts, csv, rejects, run, scalar};

const COLUMNS: &str = "external_id,first_name,last_name,company,title,email,phone,status,source,city,country,score,annual_revenue,last_contacted_at,do_not_call";

/// Every so many rows one is bad, in turn for another reason.
const BAD_EVERY: usize = 1_000;

/// Rows of leads; the bad ones only when asked for.
fn write_file(path: &Path, rows: usize, with_bad: bool) -> usize {
    let mut file = BufWriter::new(std::fs::File::create(path).expect("a file"));
    writeln!(file, "{COLUMNS}").expect("a full disk");
    let (mut line, mut bad) = (String::new(), 0);
    for n in 0..rows {
        let wrong = with_bad && n % BAD_EVERY == BAD_EVERY - 1;
        bad += usize::from(wrong);
        let turn = if wrong { n / BAD_EVERY % 4 + 1 } else { 0 };
        let id = if turn == 1 { n - 1 } else { n };
        let email = if turn == 2 {
            "nobody".to_owned()
        } else {
            format!("first{n}.last{}@example{}.com", n % 977, n % 31)
        };
        let status = if turn == 3 { "unheard" } else { ["new", "working", "qualified", "nurturing"][n % 4] };
        let revenue =
            if turn == 4 { "1.005".to_owned() } else { format!("{}.{:02}", n * 37 % 900_000, n % 100) };
        line.clear();
        let _ = writeln!(
            line,
            "EXT-{id:08},First{},Last{},\"Company {} & Sons, Inc.\",Head of {},{email},(415) 555-{:04},{status},{},City {},{},{},{revenue},2026-{:02}-{:02}T08:30:00Z,{}",
            n % 5_003,
            n % 7_919,
            n % 20_011,
            n % 53,
            n % 10_000,
            ["website", "referral", "event"][n % 3],
            n % 401,
            ["France", "Hungary", "United States", "Japan"][n % 4],
            n % 101,
            n % 12 + 1,
            n % 28 + 1,
            n % 7 == 0,
        );
        file.write_all(line.as_bytes()).expect("a full disk");
    }
    file.flush().expect("a full disk");
    bad
}

/// Seconds that plain COPY takes into `table`.
async fn copy(world: &World, table: &str, path: &Path) -> f64 {
    let mut connection = world.engine.pool().acquire().await.expect("a connection");
    let start = Instant::now();
    let text = format!("COPY {table} ({COLUMNS}) FROM STDIN WITH (FORMAT csv, HEADER)");
    let mut copy = connection.copy_in_raw(&text).await.expect("COPY begins");
    let mut file = std::fs::File::open(path).expect("a file");
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let count = std::io::Read::read(&mut file, &mut buffer).expect("a readable file");
        if count == 0 {
            break;
        }
        copy.send(&buffer[..count]).await.expect("COPY goes on");
    }
    copy.finish().await.expect("COPY ends");
    start.elapsed().as_secs_f64()
}

/// Twins of the table of leads: one as it is, with indexes and keys, and a bare one.
async fn make_twins(world: &World) {
    let schema = &world.tenant.schema;
    let text = format!(
        "CREATE SEQUENCE {schema}.twin_ids;
         CREATE TABLE {schema}.twin (LIKE {schema}.lead INCLUDING ALL);
         ALTER TABLE {schema}.twin
           ALTER id SET DEFAULT lpad(to_hex(nextval('{schema}.twin_ids')), 32, '0')::uuid,
           ALTER created_at SET DEFAULT now(), ALTER updated_at SET DEFAULT now(), ALTER version SET DEFAULT 1,
           ALTER owner_id SET DEFAULT '{system}', ALTER created_by_id SET DEFAULT '{system}', ALTER updated_by_id SET DEFAULT '{system}',
           ADD FOREIGN KEY (owner_id) REFERENCES {schema}.user (id),
           ADD FOREIGN KEY (converted_account_id) REFERENCES {schema}.account (id),
           ADD FOREIGN KEY (converted_contact_id) REFERENCES {schema}.contact (id);
         CREATE TABLE {schema}.bare AS SELECT * FROM {schema}.lead;",
        system = engine::SYSTEM_USER,
    );
    world.engine.pool().execute(AssertSqlSafe(text)).await.expect("twins");
}

/// Largest resident size of this process, in MB.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or_default() / 1024
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn beside_plain_copy() {
    let rows: usize =
        std::env::var("IMPORT_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(1_000_000);
    let world = World::with_packages("import_speed").await;
    let context = world.system().await;
    let folder = std::env::temp_dir().join(format!("import-speed-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let (good, mixed) = (folder.join("good.csv"), folder.join("mixed.csv"));
    write_file(&good, rows, false);
    let bad = write_file(&mixed, rows, true);
    make_twins(&world).await;
    let schema = world.tenant.schema.clone();
    let before = peak_memory();
    let start = Instant::now();
    let mut job = csv("lead", "");
    job.source = Source::Path(mixed.clone());
    let import = run(&world, &context, job).await;
    let seconds = start.elapsed().as_secs_f64();
    let memory = peak_memory();
    let twin = copy(&world, &format!("{schema}.twin"), &good).await;
    let bare = copy(&world, &format!("{schema}.bare"), &good).await;
    let mut report = String::new();
    for (what, seconds) in [("import", seconds), ("COPY, same table", twin), ("COPY, no index", bare)] {
        let _ = writeln!(report, "{what:18} {seconds:7.2} s {:9.0} rows/s", rows as f64 / seconds);
    }
    println!("{report}share of COPY: {:.2} (same table) {:.2} (no index)", twin / seconds, bare / seconds);
    println!("memory: {before} MB before, {memory} MB at most");
    assert_eq!(counts(&import), ((rows - bad) as i64, 0, bad as i64));
    assert_eq!(scalar(&world, "SELECT count(*) FROM {t}.lead").await, (rows - bad) as i64);
    let reasons = rejects(&world, &context, &import).await;
    assert_eq!(reasons.lines().count(), bad + 1);
    let _ = std::fs::remove_dir_all(folder);
}
