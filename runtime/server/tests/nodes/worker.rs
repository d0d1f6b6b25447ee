//! A node that answers nobody does all the rest: tenants whose time is over go, those who sell them are told, and mails
//! leave that nobody has carried yet.

use postgres::testing::test_database;
use reqwest::Method;
use serde_json::json;
use sqlx::ConnectOptions;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;

use crate::balancer::Balancer;
use crate::gate::until;
use crate::node::{Node, PASSWORD};
use crate::office::ask;

/// Somebody who takes whatever is sent to them.
async fn receiver() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(take(stream));
        }
    });
    format!("http://{address}/hook")
}

async fn take(mut stream: TcpStream) -> std::io::Result<()> {
    let (mut came, mut part) = (String::new(), [0; 4096]);
    loop {
        let count = stream.read(&mut part).await?;
        came.push_str(&String::from_utf8_lossy(&part[..count]));
        let Some((head, body)) = came.split_once("\r\n\r\n") else { continue };
        let head = head.to_ascii_lowercase();
        let length = head.split_once("content-length: ").and_then(|(_, rest)| rest.lines().next());
        if count == 0 || length.is_none_or(|length| body.len() >= length.trim().parse().unwrap_or(0)) {
            break;
        }
    }
    stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await
}

/// A mail server that lets nobody finish: that somebody came is seen in the outbox.
async fn post_office() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    format!("smtp://{address}")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_left_is_done_where_nobody_is_answered() {
    let (database, folder, balancer) =
        (test_database("worker").await, tempfile::tempdir().unwrap(), Balancer::new());
    let mut node = Node::new((folder.path(), "a"), (&database.url(), false), &balancer);
    node.settings = vec![
        ("TRELLIS_ALLOW_PRIVATE_TARGETS", "true".into()),
        ("TRELLIS_SMTP_URL", post_office().await.into()),
        ("TRELLIS_MAIL_FROM", "Trellis <crm@example.com>".into()),
    ];
    node.start().await;
    let mut connection = database.connect_options().connect().await.unwrap();
    let email = "admin@example.com";
    ask(&balancer, (Method::POST, "/auth/v1/password/forgot"), (None, json!({ "email": email }))).await;
    until(&mut connection, "SELECT EXISTS (SELECT FROM platform.outbox WHERE attempts > 0)").await;
    let made = node.command(&["reseller", "create", "Harbour"]).output().await.unwrap();
    let key = String::from_utf8(made.stdout).unwrap().lines().last().unwrap().to_owned();
    let hook = json!({ "url": receiver().await });
    ask(&balancer, (Method::POST, "/reseller/v1/webhooks"), (Some(&key), hook)).await;
    let admin = json!({ "email": email, "name": "Ada", "password": PASSWORD });
    let wish = json!({ "slug": "gone", "name": "Gone", "packages": [], "admin": admin });
    ask(&balancer, (Method::POST, "/reseller/v1/tenants"), (Some(&key), wish)).await;
    node.stop().await;
    let over = "UPDATE platform.tenants SET status = 'suspended', delete_at = now() - interval '1 hour' WHERE slug = 'gone'";
    for left in [over, "UPDATE platform.outbox SET state = 'waiting', attempts = 0, next_at = now()"] {
        sqlx::query(left).execute(&mut connection).await.unwrap();
    }
    let mut process = node.command(&["work"]).spawn().unwrap();
    for question in [
        "SELECT to_regnamespace('t_gone') IS NULL AND NOT EXISTS (SELECT FROM platform.tenants WHERE slug = 'gone')",
        "SELECT EXISTS (SELECT FROM platform.webhook_deliveries WHERE kind = 'tenant.deleted' AND status = 'delivered')",
        "SELECT EXISTS (SELECT FROM platform.outbox WHERE attempts > 0)",
    ] {
        until(&mut connection, question).await;
    }
    let id = process.id().unwrap().to_string();
    assert!(Command::new("kill").arg(id).status().await.unwrap().success());
    assert!(process.wait().await.unwrap().success());
}
