//! The command line: every flag has an environment variable `TRELLIS_<FLAG>`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// A schema-driven CRM platform in one binary, on PostgreSQL.
#[derive(Debug, Parser)]
#[command(name = "trellis", version)]
pub struct Cli {
    #[command(flatten)]
    pub place: Place,
    #[command(subcommand)]
    pub command: Command,
}

/// Where the data is.
#[derive(Clone, Debug, Args)]
pub struct Place {
    /// Directory of the private PostgreSQL cluster and of everything else that is kept.
    #[arg(long, env = "TRELLIS_DATA_DIR", default_value = "./.trellis", global = true)]
    pub data_dir: PathBuf,
    /// URL of an external PostgreSQL, 15 or newer; without it Trellis runs its own.
    #[arg(long, env = "TRELLIS_DATABASE_URL", global = true, hide_env_values = true)]
    pub database_url: Option<String>,
    /// Connections to the database at most.
    #[arg(long, env = "TRELLIS_MAX_CONNECTIONS", default_value_t = 20, global = true)]
    pub max_connections: u32,
    /// Optional file of defaults for these flags, in TOML: `listen = "0.0.0.0:8080"`.
    #[arg(long, env = "TRELLIS_CONFIG", global = true)]
    pub config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// API and UI in one process.
    Serve(Serve),
    /// Bring the platform's own tables up to date, and end.
    Migrate,
    /// Tenants.
    #[command(subcommand)]
    Tenant(Tenant),
    /// API keys.
    #[command(subcommand)]
    ApiKey(ApiKey),
    /// Packages.
    #[command(subcommand)]
    Package(Package),
    /// Compare every tenant's tables with its metadata; exit code 1 when they differ.
    Doctor {
        /// One tenant only.
        #[arg(long)]
        tenant: Option<String>,
    },
}

#[derive(Clone, Debug, Args)]
pub struct Serve {
    /// Address to listen on.
    #[arg(long, env = "TRELLIS_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Install the standard packages with sample records into the first tenant.
    #[arg(long, env = "TRELLIS_DEMO")]
    pub demo: bool,
    /// Slug of the first tenant.
    #[arg(long, env = "TRELLIS_TENANT", default_value = "demo")]
    pub tenant: String,
    /// E-mail of the first tenant's first administrator.
    #[arg(long, env = "TRELLIS_ADMIN_EMAIL", default_value = "admin@trellis.example")]
    pub admin_email: String,
    /// Password of the first administrator; made up and printed once when left out.
    #[arg(long, env = "TRELLIS_ADMIN_PASSWORD", hide_env_values = true)]
    pub admin_password: Option<String>,
    /// Domain under which tenants have host names of their own.
    #[arg(long, env = "TRELLIS_BASE_DOMAIN")]
    pub base_domain: Option<String>,
    /// Believe the `X-Forwarded-*` headers: only behind a proxy of yours.
    #[arg(long, env = "TRELLIS_TRUST_PROXY")]
    pub trust_proxy: bool,
    /// Largest request body in bytes.
    #[arg(long, env = "TRELLIS_MAX_BODY", default_value_t = 10 * 1024 * 1024)]
    pub max_body: usize,
}

#[derive(Debug, Subcommand)]
pub enum Tenant {
    /// Make a tenant.
    Create {
        slug: String,
        #[arg(long)]
        name: Option<String>,
        /// E-mail of its first administrator; the password is made up and printed.
        #[arg(long)]
        admin: Option<String>,
    },
    /// List the tenants.
    List,
    /// Remove a tenant with all its data.
    Delete {
        slug: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum ApiKey {
    /// Make a key and print it; it is not shown again.
    Create {
        #[arg(long, env = "TRELLIS_TENANT")]
        tenant: String,
        #[arg(long, default_value = "shell")]
        name: String,
        /// Role that the key has; that of the tenant's first administrator when left out.
        #[arg(long)]
        role: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum Package {
    /// List the standard packages, and with --tenant what is installed.
    List {
        #[arg(long)]
        tenant: Option<String>,
    },
    /// Check a package's folder.
    Validate { folder: PathBuf },
    /// Install a folder or a standard package, with what it requires.
    Install {
        source: String,
        #[arg(long, env = "TRELLIS_TENANT")]
        tenant: String,
        /// Sample records too.
        #[arg(long)]
        samples: bool,
        /// Print the steps without running them.
        #[arg(long)]
        dry_run: bool,
    },
    /// Upgrade to the version in a folder or to the standard one.
    Upgrade {
        source: String,
        #[arg(long, env = "TRELLIS_TENANT")]
        tenant: String,
    },
    /// Take a package away; what it brought is hidden with its data.
    Uninstall {
        name: String,
        #[arg(long, env = "TRELLIS_TENANT")]
        tenant: String,
        /// Agree to hide the data.
        #[arg(long)]
        allow_data_loss: bool,
    },
}
