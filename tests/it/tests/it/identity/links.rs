//! Invitations, forgotten and changed passwords: links that work once and for a while, and the mails that carry them.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use identity::mail::Posted;
use identity::{AuthError, Credential, Error, Identity, LoginError, MailSettings, NewUser, Origin, Secret};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

use super::world::{PASSWORD, World};

const NEW: &str = "a brand new horse";

async fn silent(world: &World) -> Uuid {
    let user = json!({ "email": "new@example.com", "name": "New" });
    let user: NewUser = serde_json::from_value(user).unwrap();
    world.node.create_user(&world.tenant, user).await.unwrap()
}

async fn outbox(world: &World) -> Vec<Posted> {
    world.node.outbox(&world.tenant, (50, None)).await.unwrap().0
}

fn token_in(text: &str) -> Secret {
    let token = text.split("#token=").nth(1).expect("a link").split_whitespace().next().unwrap();
    Secret::new(token)
}

fn code(outcome: Result<(), Error>) -> String {
    match outcome {
        Err(Error::Invalid(problems)) => format!("{} {}", problems[0].path, problems[0].code),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_invitation_sets_the_first_password_once() {
    let (world, _) = World::with_ada("invite").await;
    let user = silent(&world).await;
    let until = world.node.invite(&world.tenant, user).await.unwrap();
    assert!((until - world.now() - TimeDelta::hours(72)).abs() < TimeDelta::minutes(1));
    let mail = outbox(&world).await.remove(0);
    assert_eq!((mail.to.as_str(), mail.state.as_str()), ("new@example.com", "kept"));
    let token = token_in(mail.text.as_deref().unwrap());
    assert_eq!(code(world.node.redeem_link(&token, &Secret::new("short")).await), "password too-short");
    let own = world.node.redeem_link(&token, &Secret::new("new@example.com")).await;
    assert_eq!(code(own), "password is-email", "and what is wrong with the password uses nothing up");
    let (new, another) = (Secret::new(NEW), Secret::new("another new horse"));
    let (first, second) =
        tokio::join!(world.node.redeem_link(&token, &new), world.other.redeem_link(&token, &another));
    assert_eq!([first.is_ok(), second.is_ok()].iter().filter(|ok| **ok).count(), 1, "{first:?} {second:?}");
    let right = if first.is_ok() { NEW } else { "another new horse" };
    world.login("new@example.com", right).await.unwrap();
    assert_eq!(code(world.node.redeem_link(&token, &Secret::new(NEW)).await), "token invalid-link");
    assert_eq!(
        code(world.node.redeem_link(&Secret::new("x"), &Secret::new(NEW)).await),
        "token invalid-link"
    );
    let stored: String =
        sqlx::query_scalar("select coalesce(string_agg(l::text, ''), '') from platform.links l")
            .fetch_one(&world.pool)
            .await
            .unwrap();
    assert!(!stored.contains(token.expose()));
    assert!(matches!(world.node.invite(&world.tenant, Uuid::now_v7()).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn a_newer_link_and_time_end_older_ones() {
    let (world, ada) = World::with_ada("links").await;
    world.node.invite(&world.tenant, ada).await.unwrap();
    let old = token_in(outbox(&world).await[0].text.as_deref().unwrap());
    world.node.invite(&world.tenant, ada).await.unwrap();
    let new = token_in(outbox(&world).await[0].text.as_deref().unwrap());
    assert_eq!(code(world.node.redeem_link(&old, &Secret::new(NEW)).await), "token invalid-link");
    world.pass(TimeDelta::minutes(61));
    assert_eq!(code(world.node.redeem_link(&new, &Secret::new(NEW)).await), "token invalid-link");
}

/// Waits for what the request did not wait for.
async fn mails(world: &World, count: usize) -> Vec<Posted> {
    for _ in 0..100_000 {
        let posted = outbox(world).await;
        if posted.len() >= count {
            return posted;
        }
        tokio::task::yield_now().await;
    }
    panic!("no mail came");
}

#[tokio::test]
async fn who_forgot_gets_a_link_and_others_get_nothing() {
    let (world, _) = World::with_ada("forgot").await;
    let session = world.session("ada@example.com").await;
    for email in ["nobody@example.com", "no address", "Ada@Example.com", "ada@example.com"] {
        world.node.forgot_password(&world.tenant, email);
    }
    let posted = mails(&world, 1).await;
    let token = token_in(posted[0].text.as_deref().unwrap());
    world.node.redeem_link(&token, &Secret::new(NEW)).await.unwrap();
    assert!(matches!(world.login("ada@example.com", PASSWORD).await, Err(LoginError::Wrong)));
    world.login("ada@example.com", NEW).await.unwrap();
    let known = world.other.authenticate_fresh(Credential::Bearer(session.expose()), None).await;
    assert!(matches!(known, Err(AuthError::Unknown)), "sessions of before are over");
    assert!(outbox(&world).await.iter().all(|mail| mail.to == "ada@example.com"));
}

#[tokio::test]
async fn an_address_that_asks_too_often_is_sent_nothing() {
    let (world, _) = World::with_ada("forgot_flood").await;
    silent(&world).await;
    let from = |last: u8| Some(std::net::IpAddr::from([192, 0, 2, last]));
    let asking = |last: u8| world.node.acting(None, engine::Origin::new(from(last), None), "r");
    // Whom it asks for does not matter.
    for n in 0..20 {
        asking(1).forgot_password(&world.tenant, &format!("nobody{n}@example.com"));
    }
    let counted = "SELECT coalesce(max(failures), 0)::int FROM platform.sign_in_failures";
    while sqlx::query_scalar::<_, i32>(counted).fetch_one(&world.pool).await.unwrap() < 20 {
        tokio::task::yield_now().await;
    }
    asking(1).forgot_password(&world.tenant, "ada@example.com");
    asking(2).forgot_password(&world.tenant, "new@example.com");
    // Whoever asks from elsewhere is answered.
    assert_eq!(mails(&world, 1).await[0].to, "new@example.com");
    let sent = outbox(&world).await;
    assert!(sent.iter().all(|mail| mail.to != "ada@example.com"), "{sent:?}");
    world.login("ada@example.com", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn changing_ones_password_ends_other_sessions() {
    let (world, _) = World::with_ada("change_password").await;
    let (mine, other) = (world.session("ada@example.com").await, world.session("ada@example.com").await);
    let ada = world.caller(&mine).await.unwrap();
    let change = async |current: &str, new: &str| {
        let pair = (&Secret::new(current), &Secret::new(new));
        world.node.change_password(&ada, pair, &Origin::default()).await
    };
    for (current, new, expected) in [
        ("wrong horse", NEW, "password wrong-password"),
        (PASSWORD, "password", "new_password too-common"),
        (PASSWORD, "ada@example.com", "new_password is-email"),
    ] {
        let Err(LoginError::Failed(error)) = change(current, new).await else { panic!("{new}") };
        assert_eq!(code(Err(error)), expected);
    }
    let session = change(PASSWORD, NEW).await.unwrap();
    for old in [&mine, &other] {
        let known = world.other.authenticate_fresh(Credential::Bearer(old.expose()), None).await;
        assert!(matches!(known, Err(AuthError::Unknown)));
    }
    world.caller(&session.token).await.unwrap();
    world.login("ada@example.com", NEW).await.unwrap();
    let key = world.node.create_key_for_shell(&world.tenant, "k", None).await.unwrap();
    let key = world.caller(&key.key).await.unwrap();
    let pair = (&Secret::new(NEW), &Secret::new(PASSWORD));
    let refused = world.node.change_password(&key, pair, &Origin::default()).await;
    assert!(matches!(refused, Err(LoginError::Failed(Error::NeedsSession))), "{refused:?}");
}

/// A mail server for one test: takes every mail, or refuses every one.
async fn mail_server(refuses: bool) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let mails = Arc::new(Mutex::new(Vec::new()));
    let kept = mails.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, refuses, kept.clone()));
        }
    });
    (url, mails)
}

async fn converse(stream: TcpStream, refuses: bool, mails: Arc<Mutex<Vec<String>>>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 loopback\r\n").await?;
    let mut mail: Option<String> = None;
    while let Some(line) = lines.next_line().await? {
        if let Some(text) = &mut mail {
            if line != "." {
                text.push_str(&line);
                text.push('\n');
                continue;
            }
            mails.lock().unwrap().extend(mail.take());
            write.write_all(b"250 taken\r\n").await?;
            continue;
        }
        let word = line.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match word.as_str() {
            "RCPT" if refuses => b"451 later\r\n",
            "DATA" => {
                mail = Some(String::new());
                b"354 go on\r\n"
            }
            "QUIT" => b"221 bye\r\n",
            _ => b"250 fine\r\n",
        };
        write.write_all(answer).await?;
    }
    Ok(())
}

fn mailing(world: &World, url: String) -> Identity {
    let settings = MailSettings {
        smtp_url: Some(url),
        from: Some("Trellis <crm@example.com>".into()),
        public_url: Some("https://crm.example.com/".into()),
        base_domain: None,
    };
    world.node.clone().with_mail(settings).unwrap()
}

#[tokio::test]
async fn mails_leave_by_smtp_and_their_text_is_forgotten() {
    let (world, ada) = World::with_ada("smtp").await;
    let (url, mails) = mail_server(false).await;
    let node = mailing(&world, url);
    node.invite(&world.tenant, ada).await.unwrap();
    for _ in 0..100_000 {
        node.deliver().await.unwrap();
        if outbox(&world).await[0].state == "sent" {
            break;
        }
        tokio::task::yield_now().await;
    }
    let posted = outbox(&world).await.remove(0);
    assert_eq!((posted.state.as_str(), posted.text), ("sent", None));
    let mail = mails.lock().unwrap().remove(0);
    assert!(
        mail.contains("To: ada@example.com") && mail.contains("From: Trellis <crm@example.com>"),
        "{mail}"
    );
    let text = mail.replace("=\n", "").replace("=3D", "=");
    assert!(text.contains("https://crm.example.com/set-password#token="), "{text}");
    node.redeem_link(&token_in(&text), &Secret::new(NEW)).await.unwrap();
    assert!(mails.lock().unwrap().is_empty(), "sent once");
}

#[tokio::test]
async fn a_mail_server_that_is_away_is_asked_again() {
    let (world, ada) = World::with_ada("smtp_away").await;
    let (url, mails) = mail_server(true).await;
    let node = mailing(&world, url);
    node.invite(&world.tenant, ada).await.unwrap();
    for _ in 0..8 {
        world.pass(TimeDelta::hours(5));
        for _ in 0..100_000 {
            let before = outbox(&world).await[0].attempts;
            node.deliver().await.unwrap();
            if outbox(&world).await[0].attempts > before || outbox(&world).await[0].state == "failed" {
                break;
            }
        }
    }
    let posted = outbox(&world).await.remove(0);
    assert_eq!((posted.state.as_str(), posted.attempts), ("failed", 8), "{posted:?}");
    assert!(posted.error.is_some() && mails.lock().unwrap().is_empty());
}
