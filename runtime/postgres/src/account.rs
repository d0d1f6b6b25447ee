//! As whom the server runs. PostgreSQL refuses to run as root, so a Trellis started by root hands the cluster to
//! an unprivileged user. It creates no users.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{Error, unix};

/// A user of the operating system, with the group that files get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
}

impl Account {
    /// The user of this process.
    pub fn own() -> Result<Account, Error> {
        let uid = unix::effective_uid();
        Account::find(&uid.to_string()).ok_or(Error::NamelessUser { uid })
    }

    /// Who runs the cluster in `data`: we ourselves; as root, whoever owns existing data, else `postgres` or
    /// `nobody`.
    pub fn of_cluster(data: &Path) -> Result<Account, Error> {
        let owner = std::fs::metadata(data).ok().map(|metadata| metadata.uid());
        let own = unix::effective_uid();
        match owner {
            Some(owner) if own != 0 && owner != own => {
                Err(Error::ForeignCluster { data: data.to_owned(), owner })
            }
            _ if own != 0 => Account::own(),
            Some(owner) if owner != 0 => {
                Account::find(&owner.to_string()).ok_or(Error::NamelessUser { uid: owner })
            }
            _ => ["postgres", "nobody"].into_iter().find_map(Account::find).ok_or(Error::NoServerAccount),
        }
    }

    /// Whether running a program as this user means changing the user first.
    pub fn differs_from_own(&self) -> bool {
        unix::effective_uid() != self.uid
    }

    /// Asks `id`, which knows every source of users (files, LDAP, …), by name or number.
    fn find(user: &str) -> Option<Account> {
        let answer = Command::new("id").arg(user).env("LC_ALL", "C").stderr(Stdio::null()).output().ok()?;
        if !answer.status.success() {
            return None;
        }
        parse_id(&String::from_utf8_lossy(&answer.stdout))
    }
}

/// Reads `uid=101(postgres) gid=104(postgres) groups=…`. A user without a name has no parentheses.
fn parse_id(line: &str) -> Option<Account> {
    let mut words = line.split_whitespace();
    let (uid, name) = words.next()?.strip_prefix("uid=")?.split_once('(')?;
    let gid = words.next()?.strip_prefix("gid=")?;
    let gid = gid.split('(').next()?;
    Some(Account { name: name.strip_suffix(')')?.to_owned(), uid: uid.parse().ok()?, gid: gid.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_lines_are_read() {
        let account = parse_id("uid=101(postgres) gid=104(postgres) groups=104(postgres),103(ssl-cert)\n");
        assert_eq!(account, Some(Account { name: "postgres".into(), uid: 101, gid: 104 }));
        assert_eq!(parse_id("uid=4242 gid=0(root) groups=0(root)"), None);
    }
}
