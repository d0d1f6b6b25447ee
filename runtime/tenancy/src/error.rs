//! Why a tenant could not be made, found or deleted.

use crate::slug::{Slug, SlugFault};

/// Everything that can go wrong with tenants.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The slug has the wrong shape or is reserved.
    #[error(transparent)]
    Slug(#[from] SlugFault),
    /// The name is empty or longer than 200 characters.
    #[error("a tenant's name has 1 to 200 characters")]
    Name,
    /// Another tenant has the slug.
    #[error("there is a tenant `{0}` already")]
    Taken(Slug),
    /// The tenant is being deleted; deleting it again finishes that.
    #[error("the tenant `{0}` is being deleted")]
    Deleting(Slug),
    /// The tenant is there, and nobody gets in until it is resumed.
    #[error("the tenant `{0}` is suspended")]
    Suspended(String),
    /// There is no such plan.
    #[error("there is no such plan")]
    Plan,
    /// The host is another tenant's, or one by which everybody signs in.
    #[error("this host is another tenant's, or one by which everybody signs in")]
    Domain,
    /// The name of a reseller is empty, too long, or taken.
    #[error("a reseller's name has 1 to 200 characters and is not another's")]
    Reseller,
    /// The name of a publisher is empty, too long or taken, or the key is another's or none.
    #[error(
        "a publisher has a name of 1 to 200 characters and a public key of 64 hexadecimal digits, both not another's"
    )]
    Publisher,
    /// There is no such publisher.
    #[error("no publisher of this name is trusted")]
    NoPublisher,
    /// The `Idempotency-Key` was used for another request.
    #[error("this key was used for another request")]
    KeyReused,
    /// Nobody has sold the tenant, so there is nobody to let in.
    #[error("this workspace has no reseller who could be let in")]
    NoReseller,
    /// The reseller is let in already.
    #[error("support access is given already: end it first")]
    SupportOpen,
    /// The tenant lets its reseller not in.
    #[error("the customer has not given support access, or its time is over")]
    NoSupport,
    /// The plan's limit of something is reached.
    #[error("{0}")]
    Over(crate::usage::Over),
    /// The tenant does not have a feature.
    #[error("this is not part of the tenant's plan: {}", .0.word())]
    Off(crate::Feature),
    /// What was given does not fit.
    #[error("the data breaks rules")]
    Invalid(Vec<metadata::Problem>),
    /// A copy of a tenant has tables that its metadata does not say.
    #[error("the copy is not what its metadata says")]
    Drift(Vec<engine::doctor::Drift>),
    /// Who may sign in to a copy could not be settled.
    #[error("it could not be settled who may sign in to the copy")]
    People(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No such tenant.
    #[error("there is no such tenant")]
    NotFound,
    /// Neither host nor request says which of several tenants is meant.
    #[error("say which tenant is meant")]
    Ambiguous,
    /// The schema could not be made or dropped.
    #[error(transparent)]
    Engine(#[from] engine::Error),
    /// The platform's tables could not be migrated.
    #[error("the platform's tables cannot be migrated")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The database failed or is away.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

/// The result of this room.
pub type Result<T, E = Error> = std::result::Result<T, E>;
