//! How a node reaches what is not Trellis: people by mail, and addresses that they have named.

use clap::Args as Group;
use identity::{Identity, MailSettings};

/// What `serve` and `work` take alike.
#[derive(Clone, Debug, Group)]
pub struct Outgoing {
    /// Domain under which tenants have host names.
    #[arg(long, env = "TRELLIS_BASE_DOMAIN")]
    pub base_domain: Option<String>,
    /// Where people reach us, `https://crm.example.com`: links in mails begin with it.
    #[arg(long, env = "TRELLIS_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Mail server, `smtps://user:password@host` or `smtp://host:587?tls=required`; without one mails wait in the outbox.
    #[arg(long, env = "TRELLIS_SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<String>,
    /// Who mails are from: `Trellis <trellis@example.com>`.
    #[arg(long, env = "TRELLIS_MAIL_FROM")]
    pub mail_from: Option<String>,
    /// Let requests to addresses that people name (providers of sign-in, webhooks) go to this machine and its network, and
    /// without encryption.
    #[arg(long, env = "TRELLIS_ALLOW_PRIVATE_TARGETS")]
    pub allow_private_targets: bool,
}

impl Outgoing {
    /// The people of a node who are reached like that; `here` is where links lead that nobody has said an address for.
    pub fn reach(&self, identity: &Identity, here: Option<String>) -> anyhow::Result<Identity> {
        let identity = identity.clone().with_mail(MailSettings {
            smtp_url: self.smtp_url.clone(),
            from: self.mail_from.clone(),
            public_url: self.public_url.clone().or(here),
            base_domain: self.base_domain.clone(),
        })?;
        Ok(identity.with_private_targets(self.allow_private_targets))
    }
}
