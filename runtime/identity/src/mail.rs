//! Mails: put into the outbox in the transaction that they belong to, and carried to the mail server afterwards. With
//! no mail server they stay in the outbox for an administrator to hand over, and are written to the log.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use engine::{KeyRing, Tenant};
use lettre::message::Mailbox;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Identity;
use crate::error::{Error, MailError, Result};
use crate::sealed::{self, Whose};
use crate::secret::Secret;

pub(crate) mod store;

/// A mail that could not be carried is tried so often.
const ATTEMPTS: i32 = 8;
/// Longest wait for a mail server.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longest text of a failure that is kept, in characters.
const LONGEST_ERROR: usize = 300;

/// How mails leave.
#[derive(Clone, Debug, Default)]
pub struct MailSettings {
    /// `smtp://user:password@host:587?tls=required` or `smtps://…`; none keeps mails in the outbox.
    pub smtp_url: Option<String>,
    /// Who writes: `Trellis <trellis@example.com>`.
    pub from: Option<String>,
    /// Where people reach us, as links in mails begin. Never taken from a request: whoever asks for a reset would
    /// choose where its link leads.
    pub public_url: Option<String>,
    /// Domain under which tenants have host names.
    pub base_domain: Option<String>,
}

/// What the outbox is emptied by.
#[derive(Default)]
pub(crate) struct Mail {
    server: Option<(AsyncSmtpTransport<Tokio1Executor>, Mailbox)>,
    public_url: Option<String>,
    base_domain: Option<String>,
}

/// A mail.
pub(crate) struct Letter {
    pub to: String,
    pub subject: String,
    pub body: String,
}

/// One mail as the outbox shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Posted {
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    pub to: String,
    pub subject: String,
    /// `null` once it was sent.
    pub text: Option<String>,
    /// `waiting`, `sent`, `failed`, or `kept` where there is no mail server.
    pub state: String,
    pub attempts: i32,
    pub sent_at: Option<DateTime<Utc>>,
    pub error: Option<String>,
}

impl Mail {
    pub fn new(settings: MailSettings) -> Result<Self, MailError> {
        let from = settings.from.as_deref().unwrap_or("Trellis <trellis@localhost>").parse::<Mailbox>()?;
        let transport = match &settings.smtp_url {
            Some(url) => {
                let built = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)?;
                Some(built.timeout(Some(PATIENCE)).build())
            }
            None => None,
        };
        let server = transport.map(|transport| (transport, from));
        Ok(Self { server, public_url: settings.public_url, base_domain: settings.base_domain })
    }

    /// The page on which a link is redeemed. The token stands behind `#`, which browsers send to nobody.
    pub fn page(&self, tenant: &Tenant, token: &Secret) -> String {
        format!("{}/set-password#token={}", self.home(tenant), token.expose())
    }

    /// Where the tenant's people reach us, without a slash at the end.
    pub fn home(&self, tenant: &Tenant) -> String {
        match (&self.public_url, &self.base_domain) {
            (Some(url), _) => url.trim_end_matches('/').to_owned(),
            (None, Some(domain)) => format!("https://{}.{domain}", tenant.slug),
            (None, None) => "http://127.0.0.1:8080".to_owned(),
        }
    }

    async fn carry(&self, letter: &Letter) -> Result<(), MailError> {
        let Some((transport, from)) = &self.server else { return Ok(()) };
        let to = Mailbox::new(None, letter.to.parse()?);
        let message = Message::builder()
            .from(from.clone())
            .to(to)
            .subject(letter.subject.clone())
            .body(letter.body.clone())?;
        transport.send(message).await?;
        Ok(())
    }
}

/// The text of a mail; those of earlier versions are stored as they are.
fn opened(keys: &KeyRing, id: Uuid, stored: String) -> Result<String> {
    match stored.strip_prefix('.') {
        Some(_) => sealed::open(keys, Whose::Mail(id), &stored),
        None => Ok(stored),
    }
}

impl Identity {
    /// Puts a mail into the outbox, with whatever else the transaction does.
    pub(crate) async fn post(
        &self,
        transaction: &mut PgConnection,
        tenant: &Tenant,
        letter: Letter,
    ) -> Result<()> {
        let kept = self.mail.server.is_none();
        if kept {
            tracing::info!(
                to = letter.to,
                subject = letter.subject,
                text = letter.body,
                "no mail server; a mail is kept"
            );
        }
        let id = Uuid::now_v7();
        let keys = self.engine.keys_in(transaction, tenant).await?;
        let body = sealed::seal(&keys, Whose::Mail(id), &letter.body)?;
        let letter = Letter { body, ..letter };
        store::insert(transaction, (tenant.id, id), &letter, (kept, self.clock.now())).await?;
        Ok(())
    }

    /// Starts to carry what waits, without waiting for it.
    pub(crate) fn deliver_soon(&self) {
        if self.mail.server.is_none() {
            return;
        }
        let identity = self.clone();
        tokio::spawn(async move {
            if let Err(error) = identity.deliver().await {
                tracing::error!(%error, "the outbox could not be read");
            }
        });
    }

    /// Carries the mails that are due, one after the other, and tells how many left. Nodes do not carry one twice;
    /// killed between sending and noting it, it is sent again.
    pub async fn deliver(&self) -> Result<usize> {
        let mut sent = 0;
        if self.mail.server.is_none() {
            return Ok(sent);
        }
        loop {
            let now = self.clock.now();
            let mut transaction = self.pool.begin().await?;
            let Some(due) = store::take_due(&mut transaction, now).await? else { return Ok(sent) };
            let store::Due { id, attempts, tenant, letter } = due;
            let keys = self.engine.keys_in(&mut transaction, &tenant).await?;
            let carried = match opened(&keys, id, letter.body) {
                Ok(body) => self.mail.carry(&Letter { body, ..letter }).await,
                Err(error) => Err(MailError::Sealed(error.to_string())),
            };
            match carried {
                Ok(()) => {
                    sent += 1;
                    store::note_sent(&mut transaction, id, now).await?;
                }
                Err(error) => {
                    tracing::warn!(%error, attempts, "a mail could not be sent");
                    let wait = TimeDelta::seconds(15 << attempts.clamp(0, 10));
                    let next = (attempts + 1 < ATTEMPTS).then(|| now + wait);
                    let text: String = Error::from(error).to_string().chars().take(LONGEST_ERROR).collect();
                    store::note_failed(&mut transaction, id, (next, &text)).await?;
                }
            }
            transaction.commit().await?;
        }
    }

    /// The outbox of a tenant, the newest first.
    pub async fn outbox(
        &self,
        tenant: &Tenant,
        (limit, before): (u32, Option<Uuid>),
    ) -> Result<(Vec<Posted>, Option<Uuid>)> {
        let most = limit as usize;
        let mut posted = store::load(&self.pool, tenant.id, (i64::from(limit) + 1, before)).await?;
        let keys = self.engine.keys(tenant).await?;
        for mail in &mut posted {
            mail.text = mail.text.take().map(|text| opened(&keys, mail.id, text)).transpose()?;
        }
        let more = posted.len() > most;
        posted.truncate(most);
        let next = posted.last().filter(|_| more).map(|mail| mail.id);
        Ok((posted, next))
    }

    /// The same identity with mails that leave as `settings` say.
    pub fn with_mail(mut self, settings: MailSettings) -> Result<Self> {
        self.mail = Arc::new(Mail::new(settings)?);
        Ok(self)
    }
}
