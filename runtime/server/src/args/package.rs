//! Flags of `trellis package`, and where packages come from.

use std::path::PathBuf;

use clap::{Args as Group, Subcommand};
use engine::audit::chain::Hex;
use metadata::package::VersionReq;

use super::hex;

/// Where packages come from beside those that are built in.
#[derive(Clone, Debug, Default, Group)]
pub struct Source {
    /// A folder of published packages; what a trusted publisher has signed is taken.
    #[arg(long, env = "TRELLIS_REGISTRY")]
    pub registry: Option<PathBuf>,
    /// Take packages of the registry that nobody has signed, or somebody who is not trusted.
    #[arg(long, env = "TRELLIS_ALLOW_UNSIGNED")]
    pub allow_unsigned: bool,
}

/// What is installed only when it is asked for.
#[derive(Clone, Copy, Debug, Default, Group)]
pub struct Force {
    /// Go on although a later version is installed.
    #[arg(long, env = "TRELLIS_ALLOW_DOWNGRADE")]
    pub allow_downgrade: bool,
    /// Go on although the installed version was signed by another publisher, or by nobody.
    #[arg(long, env = "TRELLIS_ALLOW_OTHER_PUBLISHER")]
    pub allow_other_publisher: bool,
    /// Go on without what the tenant's reseller makes of the package, where it does not fit this version.
    #[arg(long, env = "TRELLIS_WITHOUT_LAYER")]
    pub without_layer: bool,
}

/// What is to be installed or upgraded, from where and how.
#[derive(Clone, Debug, Group)]
pub struct Wanted {
    /// A name; a folder or a file as it was published by its path, such as `./fleet`.
    pub package: String,
    /// The versions that will do, such as `^1.2`; the newest of them is taken.
    #[arg(long, env = "TRELLIS_RANGE")]
    pub range: Option<VersionReq>,
    #[command(flatten)]
    pub source: Source,
    /// Slug of the tenant; may be left out when there is only one.
    #[arg(long, env = "TRELLIS_TENANT")]
    pub tenant: Option<String>,
    #[command(flatten)]
    pub force: Force,
    /// A grant that needs approval, such as `roles.sales_rep.objects.deal.delete`, or `all`.
    #[arg(long, env = "TRELLIS_APPROVE", value_delimiter = ',')]
    pub approve: Vec<String>,
    /// Print the steps without running them.
    #[arg(long, env = "TRELLIS_DRY_RUN")]
    pub dry_run: bool,
}

/// `trellis package …`
#[derive(Debug, Subcommand)]
pub enum Package {
    /// List the packages that come with Trellis, and those installed in a tenant.
    List {
        #[command(flatten)]
        source: Source,
        /// Slug of the tenant; may be left out when there is only one.
        #[arg(long, env = "TRELLIS_TENANT")]
        tenant: Option<String>,
    },
    /// Check a package on disk: everything that installing it would find, without a tenant.
    Validate {
        dir: PathBuf,
        #[command(flatten)]
        source: Source,
    },
    /// Tell what a package should be beside being sound, and what breaks those who built on the version before.
    Lint {
        dir: PathBuf,
        /// The version before: the path of a folder (`./fleet`), or a name of what is to be had here.
        #[arg(long, env = "TRELLIS_AGAINST")]
        against: Option<String>,
        #[command(flatten)]
        source: Source,
    },
    /// Tell what is different between two versions of a package.
    Diff {
        /// The version before: the path of a folder (`./fleet`), or a name of what is to be had here.
        old: String,
        /// The version after.
        new: String,
        #[command(flatten)]
        source: Source,
    },
    /// Check a package, sign it, and add it to a registry, where it stays as it is.
    Publish {
        dir: PathBuf,
        /// The folder of the registry, made when there is none.
        #[arg(long, env = "TRELLIS_REGISTRY")]
        registry: PathBuf,
        /// The file of the publisher's secret key; `trellis package key` makes one.
        #[arg(long, env = "TRELLIS_KEY")]
        key: Option<PathBuf>,
        /// Publish it without a signature, for those who allow that.
        #[arg(long, env = "TRELLIS_UNSIGNED", conflicts_with = "key")]
        unsigned: bool,
    },
    /// Print the public key of a publisher; the file of the secret one is made when there is none.
    Key { file: PathBuf },
    /// Believe what a publisher signs, in all tenants.
    Trust {
        /// What the publisher is called here.
        name: String,
        /// The public key, as `trellis package key` prints it.
        #[arg(value_parser = hex, required_unless_present = "remove")]
        key: Option<Hex>,
        /// Believe it no longer; what is installed stays.
        #[arg(long, env = "TRELLIS_REMOVE", conflicts_with = "key")]
        remove: bool,
    },
    /// List the publishers that are believed.
    Publishers,
    /// Install a package from disk, or one that comes with Trellis, with what it requires.
    Install {
        #[command(flatten)]
        wanted: Wanted,
        /// Load sample records too.
        #[arg(long, env = "TRELLIS_SAMPLES")]
        samples: bool,
    },
    /// Bring an installed package to the version on disk, or to the one that comes with Trellis.
    Upgrade {
        #[command(flatten)]
        wanted: Wanted,
        /// A path of a conflict, such as `roles.sales_rep`, at which the package's value is to be taken.
        #[arg(long, env = "TRELLIS_TAKE", value_delimiter = ',')]
        take: Vec<String>,
        /// An object or field (`deal.amount`) to be archived that the new version is without; others are kept as own.
        #[arg(long, env = "TRELLIS_ALLOW_DATA_LOSS", value_delimiter = ',')]
        allow_data_loss: Vec<String>,
    },
    /// Take a package's layer away.
    Uninstall {
        name: String,
        /// Slug of the tenant; may be left out when there is only one.
        #[arg(long, env = "TRELLIS_TENANT")]
        tenant: Option<String>,
        /// Go on although data would be lost.
        #[arg(long, env = "TRELLIS_ALLOW_DATA_LOSS")]
        allow_data_loss: bool,
        /// What others give more once they stand alone, as a dry run names it, or `all`.
        #[arg(long, env = "TRELLIS_APPROVE", value_delimiter = ',')]
        approve: Vec<String>,
        /// Print the steps without running them.
        #[arg(long, env = "TRELLIS_DRY_RUN")]
        dry_run: bool,
    },
}
