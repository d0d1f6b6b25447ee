//! A small shell that outlives the test process: it waits for the end of a pipe, which the kernel closes even after
//! `kill -9`, then stops the server and removes its files.

use std::path::Path;
use std::process::{Child, Stdio};

use crate::account::Account;
use crate::{Error, command};

/// `$1` is the data directory. An immediate shutdown will do: nothing is kept.
const SCRIPT: &str = r#"
cat >/dev/null
root="$1/postgres"
if [ -f "$1/postgres-at" ]; then root=$(cat "$1/postgres-at"); fi
file="$root/data/postmaster.pid"
pid=$(head -n 1 "$file" 2>/dev/null) && [ -n "$pid" ] && kill -QUIT "$pid" 2>/dev/null
tries=0
while [ -e "$file" ] && [ $tries -lt 100 ]; do sleep 0.05; tries=$((tries + 1)); done
if [ -e "$file" ] && [ -n "$pid" ]; then kill -KILL "$pid" 2>/dev/null; fi
rm -rf -- "$root" "$1"
"#;

/// Holds the writing end of the pipe.
#[derive(Debug)]
pub struct Watchdog {
    _shell: Child,
}

impl Watchdog {
    /// Started before the server, so that there is no moment without it.
    pub fn start(data_dir: &Path) -> Result<Watchdog, Error> {
        let mut shell = command::detached(Path::new("/bin/sh"), &Account::own()?);
        shell.args(["-c", SCRIPT, "sh"]).arg(data_dir);
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let shell = shell.spawn().map_err(Error::io("run", "/bin/sh"))?;
        Ok(Watchdog { _shell: shell })
    }
}
