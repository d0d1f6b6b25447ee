//! Where clusters lie and as whom they run.

use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::path::Path;

use crate::helper::{Helper, find_user, is_root};
use crate::support::{DataDir, find_server_pid, rows, socket_directory, start, start_at, write_row};

#[tokio::test]
async fn a_directory_out_of_the_servers_reach_gets_its_cluster_elsewhere() {
    if !is_root() {
        return;
    }
    let dir = DataDir::new("closed");
    std::fs::DirBuilder::new().mode(0o700).create(&dir.path).expect("made");
    let database = start(&dir, false).await.expect("start");
    write_row(&database, 1).await;
    assert!(dir.root().starts_with("/var/lib/trellis"), "{:?}", dir.root());
    let refused = start(&dir, false).await.expect_err("in use").to_string();
    assert!(refused.contains(&dir.path.display().to_string()), "{refused}");
    database.stop().await.expect("stop");

    let database = start(&dir, false).await.expect("found again");
    assert_eq!(rows(&database).await, 1);
    database.stop().await.expect("stop");
}

#[tokio::test]
async fn long_paths_get_a_short_socket() {
    let dir = DataDir::new("long");
    let deep = dir.path.join("a".repeat(60)).join("b".repeat(60));
    let database = start_at(&deep, false).await.expect("start");
    write_row(&database, 1).await;
    let url = database.url();
    assert!(url.len() < 100 && url.contains("/trellis-"), "{url}");
    database.stop().await.expect("stop");
    let socket_directory = socket_directory(&url);
    assert!(!Path::new(socket_directory).exists(), "{socket_directory} is left behind");
}

#[tokio::test]
async fn a_normal_user_runs_the_server_itself() {
    let dir = DataDir::new("user");
    if !is_root() {
        return;
    }
    let Some((uid, gid)) = find_user("nobody") else { return };
    std::fs::create_dir(&dir.path).expect("made");
    chown(&dir.path, Some(uid), Some(gid)).expect("given");
    let mut helper = Helper::start_as(&dir, uid, gid);
    assert_eq!(helper.first_word(), "ready");
    let server = find_server_pid(&dir).expect("running");
    assert_eq!(std::fs::metadata(format!("/proc/{server}")).expect("there").uid(), uid);
    helper.finish();
    assert_eq!(find_server_pid(&dir), None);

    // Root keeps to the owner, and the owner can come back.
    let database = start(&dir, false).await.expect("as root");
    let server = find_server_pid(&dir).expect("running");
    assert_eq!(std::fs::metadata(format!("/proc/{server}")).expect("there").uid(), uid);
    database.stop().await.expect("stop");
    let mut helper = Helper::start_as(&dir, uid, gid);
    assert_eq!(helper.first_word(), "ready");
    helper.finish();
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_server_inherits_no_descriptors() {
    let dir = DataDir::new("inherit");
    let marked = std::env::temp_dir().join(format!("trellis-marked-{}", std::process::id()));
    std::fs::write(&marked, "").expect("written");
    let mut helper = Helper::start_holding(&dir, &marked);
    assert_eq!(helper.first_word(), "ready");
    let server = find_server_pid(&dir).expect("running");
    let open = |pid: u32| -> Vec<_> {
        let entries = std::fs::read_dir(format!("/proc/{pid}/fd")).expect("readable").flatten();
        entries.filter_map(|entry| std::fs::read_link(entry.path()).ok()).collect()
    };
    assert!(open(helper.pid()).contains(&marked), "the helper has it");
    assert!(!open(server).contains(&marked), "the server has it too");
    helper.finish();
    std::fs::remove_file(marked).expect("removed");
}
