//! Every subcommand and flag. Each flag has an environment variable `TRELLIS_<FLAG>`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as Group, Parser, Subcommand};
use engine::audit::chain::{Head, Hex};

mod outgoing;
mod package;

pub use outgoing::Outgoing;
pub use package::{Package, Source, Wanted};

/// A schema-driven metadata platform and CRM.
#[derive(Debug, Parser)]
#[command(name = "trellis", version, propagate_version = true)]
pub struct Args {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// What every subcommand takes.
#[derive(Debug, Group)]
pub struct Common {
    /// Where Trellis keeps its files, its private PostgreSQL among them.
    #[arg(long, env = "TRELLIS_DATA_DIR", default_value = ".trellis", global = true)]
    pub data_dir: PathBuf,
    /// An external PostgreSQL (15 or newer) in place of the private one.
    #[arg(long, env = "TRELLIS_DATABASE_URL", global = true, hide_env_values = true)]
    pub database_url: Option<String>,
    /// Most connections to the database.
    #[arg(long, env = "TRELLIS_DATABASE_CONNECTIONS", default_value_t = 16, global = true, value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub database_connections: u32,
    /// Say so where a proxy between Trellis and PostgreSQL hands one session to many, as PgBouncer in transaction mode does:
    /// what needs a session of its own is left out then, such as roles of tenants.
    #[arg(long, env = "TRELLIS_DATABASE_POOLED", global = true)]
    pub database_pooled: bool,
    /// Run statements for a tenant under a role of its own in PostgreSQL, which reaches its schema alone.
    #[arg(long, env = "TRELLIS_TENANT_ROLES", default_value_t = true, global = true, action = clap::ArgAction::Set)]
    pub tenant_roles: bool,
    /// The file of the key that this node seals the audit log with, made when it is not there; `audit.key` in the data
    /// directory when not said. Nodes may share one.
    #[arg(long, env = "TRELLIS_AUDIT_KEY", global = true)]
    pub audit_key: Option<PathBuf>,
    /// A file to which the heads of all audit logs are added as they are sealed: kept on another machine, it tells when
    /// the last blocks of a log were cut off.
    #[arg(long, env = "TRELLIS_AUDIT_HEADS", global = true)]
    pub audit_heads: Option<PathBuf>,
    /// Months that the audit log is kept; for ever when not said.
    #[arg(long, env = "TRELLIS_AUDIT_RETENTION", global = true, value_parser = clap::value_parser!(u32).range(1..=1200))]
    pub audit_retention: Option<u32>,
    /// The master key that wraps the keys of encrypted values, 64 hexadecimal digits; `master.key` in the data directory,
    /// made when there never was one, when not said. All nodes on one database have the same. Without it nothing that
    /// is encrypted can be read: keep a copy.
    #[arg(long, env = "TRELLIS_MASTER_KEY", global = true, hide_env_values = true, value_parser = master_key)]
    pub master_key: Option<MasterSecret>,
    /// What to log to stderr: `info`, `debug`, `warn,engine=debug` … SQL statements only with `sqlx::query=debug`.
    #[arg(long, env = "TRELLIS_LOG", default_value = "info,sqlx=warn", global = true)]
    pub log: String,
    /// A file of flags, such as `listen = "0.0.0.0:8080"`; `trellis.toml` is read when it is there.
    #[arg(long, env = "TRELLIS_CONFIG", global = true)]
    pub config: Option<PathBuf>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Answer requests: API, workers and UI in one process.
    Serve(Serve),
    /// Workers only, for many nodes.
    Work(Work),
    /// Bring the platform's tables to this version, and end.
    Migrate,
    /// Tenants from the shell.
    #[command(subcommand)]
    Tenant(Tenant),
    /// Resellers from the shell.
    #[command(subcommand)]
    Reseller(Reseller),
    /// API keys from the shell.
    #[command(subcommand)]
    ApiKey(ApiKey),
    /// Packages from the shell.
    #[command(subcommand)]
    Package(Package),
    /// A running server's metadata as files.
    #[command(subcommand)]
    Metadata(Metadata),
    /// Make records of a file: CSV, JSON Lines or XLSX.
    Import(Import),
    /// Compare every tenant's tables with its metadata.
    Doctor(Doctor),
    /// The audit log from the shell.
    #[command(subcommand)]
    Audit(Audit),
    /// Work that is left for later.
    #[command(subcommand)]
    Jobs(Jobs),
    /// Keys of encrypted values from the shell.
    #[command(subcommand)]
    Keys(Keys),
}

/// Flags of `serve`.
#[derive(Debug, Group)]
pub struct Serve {
    /// Address and port to listen on.
    #[arg(long, env = "TRELLIS_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: String,
    /// Address of a standby of the database: lists, questions about many records, searches and exports are read there while
    /// it has everything.
    #[arg(long, env = "TRELLIS_REPLICA_URL", hide_env_values = true)]
    pub replica_url: Option<String>,
    /// Install the standard packages with sample records in the first tenant.
    #[arg(long, env = "TRELLIS_DEMO")]
    pub demo: bool,
    /// Packages beside those that come with Trellis.
    #[command(flatten)]
    pub source: Source,
    /// Slug of the first tenant, made when there is none.
    #[arg(long, env = "TRELLIS_TENANT", default_value = "demo")]
    pub tenant: String,
    /// Its first administrator.
    #[arg(long, env = "TRELLIS_ADMIN_EMAIL", default_value = "admin@example.com")]
    pub admin_email: String,
    /// Their password; without one it is made up and printed once.
    #[arg(long, env = "TRELLIS_ADMIN_PASSWORD", hide_env_values = true)]
    pub admin_password: Option<String>,
    #[command(flatten)]
    pub outgoing: Outgoing,
    /// Believe `X-Forwarded-For` and `X-Forwarded-Proto`: a proxy of ours stands in front.
    #[arg(long, env = "TRELLIS_TRUST_PROXY")]
    pub trust_proxy: bool,
    /// Largest body of a request in bytes.
    #[arg(long, env = "TRELLIS_MAX_BODY", default_value_t = 10 * 1024 * 1024)]
    pub max_body: usize,
    /// Largest file of an import in bytes.
    #[arg(long, env = "TRELLIS_MAX_UPLOAD", default_value_t = 2 * 1024 * 1024 * 1024)]
    pub max_upload: u64,
    /// Seconds until a request is given up.
    #[arg(long, env = "TRELLIS_TIMEOUT", default_value = "30", value_parser = seconds)]
    pub timeout: Duration,
    /// Seconds until the database gives a statement of a request up; changes of metadata and imports take longer.
    #[arg(long, env = "TRELLIS_STATEMENT_TIMEOUT", default_value = "10", value_parser = seconds)]
    pub statement_timeout: Duration,
    /// Fields within fields of a GraphQL operation, at most.
    #[arg(long, env = "TRELLIS_GRAPHQL_DEPTH", default_value_t = 25)]
    pub graphql_depth: usize,
    /// Values that the answer to a GraphQL operation could hold, at most.
    #[arg(long, env = "TRELLIS_GRAPHQL_COST", default_value_t = 1_000_000)]
    pub graphql_cost: u64,
    /// Fields under other names in a GraphQL operation, at most.
    #[arg(long, env = "TRELLIS_GRAPHQL_ALIASES", default_value_t = 200)]
    pub graphql_aliases: usize,
    /// Fields at the root of a GraphQL operation, at most.
    #[arg(long, env = "TRELLIS_GRAPHQL_ROOTS", default_value_t = 50)]
    pub graphql_roots: usize,
    /// Lines that one caller may have on a node, and changes that they may follow.
    #[arg(long, env = "TRELLIS_FOLLOWERS", default_value_t = 250)]
    pub followers: usize,
    /// Days that a tenant waits, shut and whole, when its reseller ends it; then it is deleted for good.
    #[arg(long, env = "TRELLIS_DELETION_WAIT", default_value_t = 30, value_parser = clap::value_parser!(u32).range(0..=3650))]
    pub deletion_wait: u32,
    /// Seconds that requests in flight have to finish when told to stop.
    #[arg(long, env = "TRELLIS_DRAIN", default_value = "20", value_parser = seconds)]
    pub drain: Duration,
    /// Seconds that the node says it is not ready, and answers as before, when told to stop: as long as a load balancer
    /// takes to look elsewhere.
    #[arg(long, env = "TRELLIS_STOP_DELAY", default_value = "0", value_parser = pause)]
    pub stop_delay: Duration,
}

/// Flags of `work`.
#[derive(Debug, Group)]
pub struct Work {
    #[command(flatten)]
    pub outgoing: Outgoing,
}

/// `trellis tenant …`
#[derive(Debug, Subcommand)]
pub enum Tenant {
    /// Make a tenant.
    Create {
        slug: String,
        /// Name for people; the slug when not said.
        #[arg(long, env = "TRELLIS_NAME")]
        name: Option<String>,
        /// E-mail address of its first administrator, whose password is printed once.
        #[arg(long, env = "TRELLIS_ADMIN")]
        admin: Option<String>,
    },
    /// List all tenants.
    List,
    /// Give a tenant a host of its own, under which people sign in to it.
    Domain {
        slug: String,
        /// Such as crm.acme.example; that it leads here is its owner's business.
        host: String,
        /// Take it away instead.
        #[arg(long, env = "TRELLIS_REMOVE")]
        remove: bool,
    },
    /// Write a tenant into a folder: metadata as files, records as lines of JSON, ids, links, history and all.
    Export {
        slug: String,
        /// The folder, new or empty; the slug when not said.
        #[arg(long, env = "TRELLIS_OUTPUT")]
        output: Option<PathBuf>,
        /// Take the hashes of passwords along, so that people can sign in as before.
        #[arg(long, env = "TRELLIS_WITH_PASSWORDS")]
        with_passwords: bool,
    },
    /// Make a tenant of such a folder.
    Import {
        folder: PathBuf,
        /// Slug of the new tenant; the one of the folder when not said.
        #[arg(long, env = "TRELLIS_SLUG")]
        slug: Option<String>,
        /// Name for people; the one of the folder when not said.
        #[arg(long, env = "TRELLIS_NAME")]
        name: Option<String>,
        /// E-mail address of an administrator; without passwords in the folder theirs is printed once.
        #[arg(long, env = "TRELLIS_ADMIN")]
        admin: Option<String>,
    },
    /// Copy a tenant into a new one to try things in: quiet, with its people, without their passwords unless that is said.
    Clone(Clone),
    /// Delete a tenant with all its records, for good. Asks for the slug once more.
    Delete {
        slug: String,
        /// Do not ask.
        #[arg(long, env = "TRELLIS_YES")]
        yes: bool,
    },
}

/// Flags of `tenant clone`.
#[derive(Debug, Group)]
pub struct Clone {
    pub slug: String,
    /// Slug of the copy.
    pub copy: String,
    /// Name for people; that of the tenant with a word behind it when not said.
    #[arg(long, env = "TRELLIS_NAME")]
    pub name: Option<String>,
    /// How much of it: `metadata`, `sample`, or `full`.
    #[arg(long, env = "TRELLIS_SCOPE", default_value = "metadata", value_parser = ["metadata", "sample", "full"])]
    pub scope: String,
    /// Records of each object in a sample, the newest, beside those that they cannot be without; 100 when not said.
    #[arg(long, env = "TRELLIS_RECORDS", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub records: Option<u32>,
    /// Make all e-mail addresses such as nobody has.
    #[arg(long, env = "TRELLIS_MASK_EMAILS")]
    pub mask_emails: bool,
    /// Whose passwords come along: `none`, `administrators`, or `all`.
    #[arg(long, env = "TRELLIS_PASSWORDS", default_value = "none", value_parser = ["none", "administrators", "all"])]
    pub passwords: String,
    /// E-mail address of an administrator whose password is printed once.
    #[arg(long, env = "TRELLIS_ADMIN")]
    pub admin: Option<String>,
}

/// `trellis reseller …`
#[derive(Debug, Subcommand)]
pub enum Reseller {
    /// Make a reseller and print its key, once.
    Create { name: String },
    /// List all resellers.
    List,
    /// Make a new key for a reseller and print it, once; the old one ends.
    Key { name: String },
    /// Say what part of the price of a plan resellers get, in percent. What is said of a reseller and a plan counts most.
    Commission {
        /// Such as 12.5
        #[arg(value_parser = hundredths)]
        percent: i64,
        /// Of one reseller; of all when not said.
        #[arg(long, env = "TRELLIS_RESELLER")]
        reseller: Option<String>,
        /// Of one plan; of all when not said.
        #[arg(long, env = "TRELLIS_PLAN")]
        plan: Option<String>,
    },
    /// What happened to tenants and resellers, the newest first: plans, suspensions, webhooks, commission.
    Events {
        /// Name of one reseller; everybody's when not said.
        #[arg(long, env = "TRELLIS_RESELLER")]
        reseller: Option<String>,
        /// At most so many.
        #[arg(long, env = "TRELLIS_LIMIT", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
    },
}

/// `trellis api-key …`
#[derive(Debug, Subcommand)]
pub enum ApiKey {
    /// Make a key for scripts and print it.
    Create {
        /// Slug of the tenant; may be left out when there is only one.
        #[arg(long, env = "TRELLIS_TENANT")]
        tenant: Option<String>,
        /// What the key is called in lists.
        #[arg(long, env = "TRELLIS_NAME", default_value = "shell")]
        name: String,
        /// Role of the key in place of the administrator's.
        #[arg(long, env = "TRELLIS_ROLE")]
        role: Option<String>,
    },
}

/// `trellis metadata …`
#[derive(Debug, Subcommand)]
pub enum Metadata {
    /// Write the server's metadata into a folder, one file a component; what is not there any more is removed.
    Pull {
        #[arg(default_value = ".")]
        dir: PathBuf,
        #[command(flatten)]
        remote: Remote,
    },
    /// Tell what applying the folder would change. Ends with 0 when nothing would, with 2 when something would.
    Plan {
        #[arg(default_value = ".")]
        dir: PathBuf,
        #[command(flatten)]
        remote: Remote,
        #[command(flatten)]
        change: Change,
    },
    /// Make the server's metadata what the folder says, all or nothing.
    Apply {
        #[arg(default_value = ".")]
        dir: PathBuf,
        #[command(flatten)]
        remote: Remote,
        #[command(flatten)]
        change: Change,
        /// Why, for the history.
        #[arg(long, env = "TRELLIS_MESSAGE")]
        message: Option<String>,
    },
    /// Who changed what when, newest first.
    History {
        /// Revisions at most.
        #[arg(long, env = "TRELLIS_LIMIT", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: u32,
        #[command(flatten)]
        remote: Remote,
    },
    /// Back to what was at a revision, as a new revision.
    Rollback {
        revision: i64,
        /// Tell what would change.
        #[arg(long, env = "TRELLIS_DRY_RUN")]
        dry_run: bool,
        #[command(flatten)]
        remote: Remote,
        #[command(flatten)]
        change: Change,
    },
}

/// A running server, and who asks it.
#[derive(Debug, Group)]
pub struct Remote {
    /// Where the server answers.
    #[arg(long, env = "TRELLIS_URL", default_value = "http://127.0.0.1:8080")]
    pub url: String,
    /// An API key that may change metadata, as `trellis api-key create` prints one.
    #[arg(long, env = "TRELLIS_TOKEN", hide_env_values = true)]
    pub token: String,
}

/// What a change of metadata may do.
#[derive(Debug, Group)]
pub struct Change {
    /// An object or field (`deal.amount`) whose data may be hidden.
    #[arg(long, env = "TRELLIS_ALLOW_DATA_LOSS", value_delimiter = ',')]
    pub allow_data_loss: Vec<String>,
    /// Refuse when the server has moved on from this revision.
    #[arg(long, env = "TRELLIS_EXPECTED_REVISION")]
    pub expected_revision: Option<i64>,
}

/// Flags of `import`.
#[derive(Debug, Group)]
pub struct Import {
    /// Name of the object, singular or plural.
    pub object: String,
    /// The file; its ending tells its form.
    pub file: PathBuf,
    /// Slug of the tenant; may be left out when there is only one.
    #[arg(long, env = "TRELLIS_TENANT")]
    pub tenant: Option<String>,
    /// Where a column goes: `Header=field`, `Header=account.name`, or `Header=` to leave it out. Others are guessed.
    #[arg(long, env = "TRELLIS_MAP", value_parser = pair, value_delimiter = ';')]
    pub map: Vec<(String, String)>,
    /// A unique field: rows whose value is there change that record.
    #[arg(long, env = "TRELLIS_MATCH")]
    pub r#match: Option<String>,
    /// Where rejected rows are written; beside the file when not said.
    #[arg(long, env = "TRELLIS_REJECTS")]
    pub rejects: Option<PathBuf>,
    /// Check everything, write nothing.
    #[arg(long, env = "TRELLIS_DRY_RUN")]
    pub dry_run: bool,
}

/// Flags of `doctor`.
#[derive(Debug, Group)]
pub struct Doctor {
    /// Slug of one tenant; all when not said.
    #[arg(long, env = "TRELLIS_TENANT")]
    pub tenant: Option<String>,
    /// Bring back what tables lack, compute roll-ups anew where they are not what their records give, and make indexes that
    /// are missing.
    #[arg(long, env = "TRELLIS_REPAIR")]
    pub repair: bool,
    /// Print the statements that would bring back what tables lack, and run none.
    #[arg(long, env = "TRELLIS_PLAN", conflicts_with = "repair")]
    pub plan: bool,
}

/// `trellis audit …`
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Check that the audit log is what was sealed; fails with the first place that is not.
    Verify {
        /// Slug of the tenant; may be left out when there is only one.
        #[arg(long, env = "TRELLIS_TENANT")]
        tenant: Option<String>,
        /// A file of `trellis audit export`, in place of the database.
        #[arg(long, env = "TRELLIS_FILE")]
        file: Option<PathBuf>,
        /// A public key that may have signed, besides this node's own. May be given again.
        #[arg(long, env = "TRELLIS_KEY", value_delimiter = ',', value_parser = hex)]
        key: Vec<Hex>,
        /// A block that was there, as `NUMBER:HASH`, besides those in the file of `--audit-heads`. May be given again.
        #[arg(long, env = "TRELLIS_HEAD", value_delimiter = ',')]
        head: Vec<Head>,
    },
    /// Write the sealed rows with their blocks into a file that can be verified elsewhere.
    Export {
        /// Slug of the tenant; may be left out when there is only one.
        #[arg(long, env = "TRELLIS_TENANT")]
        tenant: Option<String>,
        /// The file.
        #[arg(long, env = "TRELLIS_OUT")]
        out: PathBuf,
    },
}

/// `trellis jobs …`
#[derive(Debug, Subcommand)]
pub enum Jobs {
    /// What waits, fails or is dead, of all tenants and of the platform.
    List {
        /// Slug of one tenant.
        #[arg(long, env = "TRELLIS_TENANT")]
        tenant: Option<String>,
        /// What has failed too often alone.
        #[arg(long, env = "TRELLIS_DEAD")]
        dead: bool,
    },
    /// Let a job be tried at once, as if it had never failed.
    Retry(Job),
    /// Give a dead job up.
    Drop(Job),
}

/// One job.
#[derive(Debug, Group)]
pub struct Job {
    pub kind: String,
    #[arg(default_value = "")]
    pub subject: String,
    /// Slug of the tenant; may be left out when there is only one.
    #[arg(long, env = "TRELLIS_TENANT")]
    pub tenant: Option<String>,
    /// One about tenants as such, in place of a tenant's.
    #[arg(long, env = "TRELLIS_PLATFORM")]
    pub platform: bool,
}

/// `trellis keys …`
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Make a new key for a tenant; what is stored is written anew with it by the workers.
    Rotate {
        /// Slug of the tenant; may be left out when there is only one.
        #[arg(long, env = "TRELLIS_TENANT")]
        tenant: Option<String>,
    },
    /// Tell how much of what is stored is sealed under the newest key.
    Status {
        /// Slug of the tenant; may be left out when there is only one.
        #[arg(long, env = "TRELLIS_TENANT")]
        tenant: Option<String>,
    },
}

fn hex(text: &str) -> Result<Hex, String> {
    match Hex::try_from(text.to_owned()) {
        Ok(key) if key.0.len() == 32 => Ok(key),
        _ => Err("expected a public key: 64 hexadecimal digits".into()),
    }
}

/// A secret that is printed nowhere.
#[derive(Clone)]
pub struct MasterSecret(pub [u8; 32]);

impl std::fmt::Debug for MasterSecret {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("MasterSecret")
    }
}

/// Reads a master key. What is wrong is told without what was given.
pub fn master_key(text: &str) -> Result<MasterSecret, String> {
    let bytes = Hex::try_from(text.to_owned()).ok().and_then(|hex| hex.0.try_into().ok());
    bytes.map(MasterSecret).ok_or_else(|| "expected a master key: 64 hexadecimal digits".into())
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (header, field) = text.rsplit_once('=').ok_or("expected Header=field")?;
    Ok((header.trim_end_matches('=').to_owned(), field.to_owned()))
}

/// A percentage in hundredths.
fn hundredths(text: &str) -> Result<i64, String> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let wrong = || "expected a percentage such as 12.5, with at most two places".to_owned();
    if whole.is_empty() || whole.len() > 3 || part.len() > 2 || !is_number(whole) || !is_number(part) {
        return Err(wrong());
    }
    format!("{whole}{part:0<2}").parse().map_err(|_| wrong())
}

fn pause(text: &str) -> Result<Duration, String> {
    if text == "0" { Ok(Duration::ZERO) } else { seconds(text) }
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(number @ 1..=86_400) => Ok(Duration::from_secs(number)),
        _ => Err("expected seconds, 1 to 86400".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn every_flag_has_its_variable() {
        fn check(command: &clap::Command) {
            for arg in command.get_arguments() {
                let Some(long) = arg.get_long().filter(|long| *long != "help" && *long != "version") else {
                    continue;
                };
                let expected = format!("TRELLIS_{}", long.replace('-', "_").to_uppercase());
                assert_eq!(arg.get_env().and_then(|name| name.to_str()), Some(expected.as_str()), "--{long}");
            }
            command.get_subcommands().for_each(check);
        }
        check(&Args::command());
    }
}
