//! How often former names are said: counted in memory, so that no request waits for another one's count. The first time
//! that somebody says a name is written down at once, what follows in one go every few seconds and before it is looked
//! at. What a killed node counted since is lost.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// Between two times that one count is written down.
const PAUSE: TimeDelta = TimeDelta::seconds(10);
/// Counts of all tenants that are remembered.
const MOST: usize = 10_000;

static ALL: LazyLock<Mutex<HashMap<Key, Count>>> = LazyLock::new(Mutex::default);

/// Whose count it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key {
    pub tenant: Uuid,
    pub old: String,
    pub new: String,
    pub actor: Uuid,
    /// Nil without one.
    pub key: Uuid,
    pub version: i64,
}

#[derive(Clone, Debug)]
struct Count {
    name: String,
    requests: i64,
    first_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
    written_at: Option<DateTime<Utc>>,
}

/// What is to be written down.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Said {
    pub of: Key,
    pub name: String,
    pub requests: i64,
    pub first_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
}

/// Counts one request; answers what is due.
pub(super) fn count(keys: Vec<Key>, name: &str, now: DateTime<Utc>) -> Vec<Said> {
    let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    if all.len() >= MOST {
        all.retain(|_, count| count.requests > 0);
    }
    let mut due = Vec::new();
    for key in keys.into_iter().take(MOST.saturating_sub(all.len())) {
        let count = all.entry(key.clone()).or_insert_with(|| Count {
            name: name.to_owned(),
            requests: 0,
            first_at: now,
            last_at: now,
            written_at: None,
        });
        if count.requests == 0 {
            count.first_at = now;
        }
        (count.requests, count.last_at) = (count.requests + 1, now);
        if count.written_at.is_none_or(|at| at + PAUSE <= now) {
            due.push(taken(key, count, now));
        }
    }
    due
}

/// What is counted of a tenant and not written down.
pub(super) fn take(tenant: Uuid, now: DateTime<Utc>) -> Vec<Said> {
    let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    let own = all.iter_mut().filter(|(key, count)| key.tenant == tenant && count.requests > 0);
    own.map(|(key, count)| taken(key.clone(), count, now)).collect()
}

fn taken(of: Key, count: &mut Count, now: DateTime<Utc>) -> Said {
    count.written_at = Some(now);
    let requests = std::mem::take(&mut count.requests);
    Said { of, name: count.name.clone(), requests, first_at: count.first_at, last_at: count.last_at }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_written_at_once_and_the_rest_together() {
        let key = Key {
            tenant: Uuid::now_v7(),
            old: "deal.amount".into(),
            new: "deal.total".into(),
            actor: Uuid::nil(),
            key: Uuid::nil(),
            version: 4,
        };
        let at = |second: i64| DateTime::UNIX_EPOCH + TimeDelta::seconds(second);
        let said = |second: i64| count(vec![key.clone()], "Ada", at(second));
        assert_eq!(said(0).iter().map(|one| one.requests).collect::<Vec<_>>(), [1]);
        assert!((1..9).all(|second| said(second).is_empty()));
        let due = said(10);
        assert_eq!((due[0].requests, due[0].first_at, due[0].last_at), (9, at(1), at(10)));
        assert!(said(11).is_empty() && take(Uuid::nil(), at(12)).is_empty());
        assert_eq!(take(key.tenant, at(12)).iter().map(|one| one.requests).collect::<Vec<_>>(), [1]);
        assert!(take(key.tenant, at(12)).is_empty());
    }
}
