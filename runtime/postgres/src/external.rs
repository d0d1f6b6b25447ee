//! A PostgreSQL that somebody else runs: checked, and otherwise left alone.

use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

use crate::binaries::OLDEST_MAJOR;
use crate::{Error, store};

/// Connects once, to say now rather than at the first request what is wrong.
pub async fn connect(url: &str) -> Result<PgConnectOptions, Error> {
    let options = PgConnectOptions::from_str(url).map_err(Error::Url)?;
    let major = store::load_major_version(&options).await?;
    if major < OLDEST_MAJOR {
        return Err(Error::TooOld { major });
    }
    Ok(options)
}
