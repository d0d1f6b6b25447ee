//! A second process to be killed in place of Trellis: this test program again, running only the test `body`.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::support::{DataDir, start_at, write_row};

const DATA_DIR: &str = "TRELLIS_TEST_DATA_DIR";
const THROWAWAY: &str = "TRELLIS_TEST_THROWAWAY";

/// A started process. It ends by itself when its standard input closes, so at the latest with this one.
pub struct Helper {
    child: Child,
    output: BufReader<std::process::ChildStdout>,
}

impl Helper {
    pub fn start(dir: &DataDir, environment: &[(&str, &str)]) -> Helper {
        let mut command = itself(dir);
        command.envs(environment.iter().copied());
        Helper::spawn(command)
    }

    /// As another user; only root can.
    pub fn start_as(dir: &DataDir, uid: u32, gid: u32) -> Helper {
        let mut command = itself(dir);
        command.uid(uid).gid(gid);
        Helper::spawn(command)
    }

    /// With the file open in descriptor 9, as a careless parent might leave it.
    pub fn start_holding(dir: &DataDir, file: &Path) -> Helper {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "exec 9<\"$0\"; exec \"$@\""]).arg(file).arg(program());
        command.args(ARGUMENTS).env(DATA_DIR, &dir.path);
        Helper::spawn(command)
    }

    fn spawn(mut command: Command) -> Helper {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the helper runs");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        Helper { child, output }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What the helper says: `ready`, the URL of a throw-away database, or an error.
    pub fn first_word(&mut self) -> String {
        let lines = self.output.by_ref().lines().map_while(Result::ok);
        let said =
            lines.filter_map(|line| line.split_once("helper: ").map(|(_, said)| said.to_owned())).next();
        said.expect("the helper says something")
    }

    pub fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("reaped");
    }

    /// Lets it stop its database and end.
    pub fn finish(&mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().expect("reaped").success());
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

const ARGUMENTS: [&str; 4] = ["helper::body", "--exact", "--ignored", "--nocapture"];

fn program() -> std::path::PathBuf {
    std::env::current_exe().expect("a program")
}

fn itself(dir: &DataDir) -> Command {
    let mut command = Command::new(program());
    command.args(ARGUMENTS).env(DATA_DIR, &dir.path);
    command
}

/// A process of the server's user that is no server.
pub fn sleeper(dir: &DataDir) -> Child {
    use std::os::unix::fs::MetadataExt;
    let owner = std::fs::metadata(dir.root().join("data")).expect("a cluster");
    let mut command = Command::new("sleep");
    command.arg("30");
    if is_root() {
        command.uid(owner.uid()).gid(owner.gid());
    }
    command.spawn().expect("sleep runs")
}

pub fn is_root() -> bool {
    find_number("-u", None) == Some(0)
}

pub fn find_user(name: &str) -> Option<(u32, u32)> {
    Some((find_number("-u", Some(name))?, find_number("-g", Some(name))?))
}

fn find_number(option: &str, name: Option<&str>) -> Option<u32> {
    let answer = Command::new("id").arg(option).args(name).output().ok()?;
    String::from_utf8(answer.stdout).ok()?.trim().parse().ok()
}

#[tokio::test]
#[ignore = "runs only as a process of its own, for the other tests"]
async fn body() {
    let Some(path) = std::env::var_os(DATA_DIR) else { return };
    if std::env::var_os(THROWAWAY).is_some() {
        println!("helper: {}", postgres::testing::test_database("helper").await.url());
        return wait_for_the_end();
    }
    match start_at(Path::new(&path), true).await {
        Err(error) => println!("helper: {error}"),
        Ok(database) => {
            write_row(&database, 1).await;
            println!("helper: ready");
            wait_for_the_end();
            database.stop().await.expect("stop");
        }
    }
}

fn wait_for_the_end() {
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}
