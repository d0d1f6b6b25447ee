//! How PostgreSQL's programs are started: as the cluster's user, with a clean environment, away from our terminal.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::account::Account;
use crate::unix;

/// A command that inherits nothing from us but what the caller adds.
///
/// Its own process group keeps ^C at the terminal from reaching the server before Trellis has drained its requests.
/// (Not the parent-death signal: that fires when the spawning *thread* ends.) Messages are forced to English because
/// some of them are read.
pub fn detached(program: &Path, account: &Account) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("LC_ALL", "C");
    command.current_dir("/").stdin(Stdio::null()).process_group(0);
    if account.differs_from_own() {
        // With a uid and no groups given, std drops the supplementary groups too, and sets the group first.
        command.gid(account.gid).uid(account.uid);
    }
    unix::close_inherited(&mut command);
    command
}

/// Whether the account can enter the directory; asked of the kernel by trying, so ACLs and mounts count too.
pub fn can_enter(account: &Account, directory: &Path) -> bool {
    let mut probe = detached(Path::new("true"), account);
    probe.current_dir(directory).status().is_ok_and(|status| status.success())
}
