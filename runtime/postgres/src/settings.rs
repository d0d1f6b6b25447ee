//! The configuration files of the private cluster, as text. Written anew at every start, so that a new version of
//! Trellis or a bigger machine takes effect; what an operator wants otherwise goes into `custom.conf`, which wins.

use std::fmt::Write as _;
use std::fs::{self, File, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::Error;
use crate::account::Account;
use crate::place::Place;

const MIB: u64 = 1024 * 1024;

/// What the settings depend on besides the paths.
#[derive(Clone, Copy, Debug)]
pub struct Tuning {
    /// Memory of the machine or its container, in bytes.
    pub memory: u64,
    /// False only for tests: nothing survives a power failure, and more connections are allowed.
    pub durable: bool,
}

impl Tuning {
    pub fn of_this_machine(durable: bool) -> Tuning {
        Tuning { memory: memory(), durable }
    }
}

/// Writes all three files into the cluster's `conf`.
pub fn write(place: &Place, tuning: Tuning) -> Result<(), Error> {
    let users = [Account::own()?.name, place.account.name.clone()];
    let conf = place.conf();
    let files = [
        ("postgresql.conf", postgresql_conf(place, tuning)),
        ("pg_hba.conf", "local all all peer map=app\nlocal replication postgres peer map=app\n".to_owned()),
        ("pg_ident.conf", pg_ident(&users)),
    ];
    for (name, text) in files {
        let path = conf.join(name);
        replace(&path, &text).map_err(Error::io("write", &path))?;
    }
    let custom = conf.join("custom.conf");
    if custom.exists() {
        return Ok(());
    }
    let hint = "# Settings of PostgreSQL here win over those of postgresql.conf; they count from the next start on.\n";
    replace(&custom, hint).map_err(Error::io("write", &custom))
}

/// A new file takes the old one's place, whoever owned that and whatever it linked to. There are no secrets in it, and
/// the server's user must read what ours wrote, whatever our umask is.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let fresh = path.with_extension("new");
    let _ = fs::remove_file(&fresh);
    let mut file = File::options().write(true).create_new(true).open(&fresh)?;
    file.set_permissions(Permissions::from_mode(0o644))?;
    file.write_all(text.as_bytes())?;
    fs::rename(&fresh, path)
}

/// Both our user and the server's may be the superuser `postgres` and the plain owner `trellis`; no passwords.
fn pg_ident(users: &[String]) -> String {
    let mut text = String::new();
    for user in users {
        for role in ["postgres", "trellis"] {
            let _ = writeln!(text, "app \"{user}\" {role}");
        }
    }
    text
}

fn postgresql_conf(place: &Place, tuning: Tuning) -> String {
    let mut text =
        String::from("# Written by Trellis at every start. Put changes into custom.conf beside it.\n");
    let groups = [paths(place), sizes(tuning.memory), behaviour(), logging(), switches(tuning.durable)];
    for (name, value) in groups.into_iter().flatten() {
        let _ = writeln!(text, "{name} = {}", quote(&value));
    }
    text.push_str("include = 'custom.conf'\n");
    text
}

type Setting = (&'static str, String);

fn fixed(settings: &[(&'static str, &str)]) -> Vec<Setting> {
    settings.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

fn paths(place: &Place) -> Vec<Setting> {
    let shown = |path: &Path| path.display().to_string();
    vec![
        ("listen_addresses", String::new()),
        ("port", "5432".to_owned()),
        ("unix_socket_directories", shown(&place.run)),
        ("unix_socket_permissions", "0700".to_owned()),
        ("hba_file", shown(&place.conf().join("pg_hba.conf"))),
        ("ident_file", shown(&place.conf().join("pg_ident.conf"))),
        ("log_directory", shown(&place.log())),
    ]
}

/// An eighth of the memory, up to 1 GiB: the machine is shared with Trellis itself and the page cache does the rest.
fn sizes(memory: u64) -> Vec<Setting> {
    let megabytes = |bytes: u64| format!("{}MB", bytes / MIB);
    vec![
        ("shared_buffers", megabytes((memory / 8).clamp(32 * MIB, 1024 * MIB))),
        ("effective_cache_size", megabytes((memory / 2).max(128 * MIB))),
        ("maintenance_work_mem", megabytes((memory / 32).clamp(32 * MIB, 512 * MIB))),
        ("work_mem", megabytes((memory / 1024).clamp(4 * MIB, 32 * MIB))),
        ("wal_buffers", "16MB".to_owned()),
    ]
}

/// Locks for thousands of tables in one transaction, room for bulk loads, planner figures of solid-state disks.
fn behaviour() -> Vec<Setting> {
    let mut settings = fixed(&[
        ("max_locks_per_transaction", "1024"),
        ("min_wal_size", "128MB"),
        ("max_wal_size", "2GB"),
        ("checkpoint_timeout", "10min"),
        ("random_page_cost", "1.1"),
        ("jit", "off"),
        ("idle_in_transaction_session_timeout", "5min"),
        ("timezone", "UTC"),
        ("lc_messages", "C"),
    ]);
    if cfg!(target_os = "linux") {
        // Other systems refuse to start with these.
        settings
            .extend(fixed(&[("effective_io_concurrency", "64"), ("client_connection_check_interval", "5s")]));
    }
    settings
}

fn logging() -> Vec<Setting> {
    fixed(&[
        ("log_timezone", "UTC"),
        ("log_line_prefix", "%m [%p] %u %a "),
        ("log_filename", "postgresql-%a.log"),
        ("log_truncate_on_rotation", "on"),
        ("log_rotation_age", "1d"),
        ("log_rotation_size", "0"),
        ("log_lock_waits", "on"),
        ("log_checkpoints", "off"),
    ])
}

fn switches(durable: bool) -> Vec<Setting> {
    if durable {
        return fixed(&[("max_connections", "100"), ("logging_collector", "on")]);
    }
    fixed(&[
        ("max_connections", "200"),
        ("logging_collector", "off"),
        ("fsync", "off"),
        ("synchronous_commit", "off"),
        ("full_page_writes", "off"),
        ("autovacuum_naptime", "10min"),
    ])
}

fn quote(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// Memory of the machine, or the limit of the container if that is less; 1 GiB where neither can be read.
fn memory() -> u64 {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
        line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
    });
    let limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    let container = limits.iter().find_map(|path| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok());
    [machine, container].into_iter().flatten().min().unwrap_or(1024 * MIB)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value<'a>(settings: &'a [Setting], name: &str) -> &'a str {
        settings
            .iter()
            .find(|(found, _)| *found == name)
            .map(|(_, value)| value.as_str())
            .unwrap_or("missing")
    }

    #[test]
    fn sizes_follow_the_memory_within_bounds() {
        assert_eq!(value(&sizes(128 * MIB), "shared_buffers"), "32MB");
        assert_eq!(value(&sizes(4096 * MIB), "shared_buffers"), "512MB");
        assert_eq!(value(&sizes(65_536 * MIB), "shared_buffers"), "1024MB");
    }

    #[test]
    fn only_tests_go_without_fsync() {
        assert_eq!(value(&switches(true), "fsync"), "missing");
        assert_eq!(value(&switches(false), "fsync"), "off");
    }

    #[test]
    fn quotes_are_doubled() {
        assert_eq!(quote("it's"), "'it''s'");
    }
}
