//! The last requests of each API key, so that whoever made it sees what went wrong. No request waits for it: a node
//! remembers what its keys asked, never more than what is kept of a key, and writes it down in one go every few
//! seconds. What a killed node remembered is lost; it is no audit log.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use engine::Tenant;
use serde::Serialize;
use uuid::Uuid;

use crate::Identity;
use crate::error::Result;

pub(crate) mod store;

/// Requests that are kept of one key.
pub const MOST_KEPT: usize = 200;
/// For how long.
const KEPT_FOR: TimeDelta = TimeDelta::days(7);
/// Requests of all keys that a node remembers; what comes after is forgotten until it has written these down.
const MOST_REMEMBERED: usize = 10_000;

/// One request under a key. Neither bodies nor values of parameters are part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRequest {
    pub tenant: Uuid,
    pub key: Uuid,
    pub at: DateTime<Utc>,
    pub method: Cow<'static, str>,
    /// The address with names in place of what stood there: `/api/v1/{plural}/{id}`.
    pub route: &'static str,
    /// Names of the parameters.
    pub parameters: Vec<String>,
    pub status: u16,
    /// Milliseconds until the answer began.
    pub took: u32,
    /// The code of a problem.
    pub code: Option<&'static str>,
    pub request_id: Arc<str>,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Success,
    ClientError,
    ServerError,
}

impl Ending {
    /// The one called `word`.
    pub fn find(word: &str) -> Option<Self> {
        match word {
            "success" => Some(Self::Success),
            "client_error" => Some(Self::ClientError),
            "server_error" => Some(Self::ServerError),
            _ => None,
        }
    }

    /// Statuses from the first to below the second.
    fn statuses(self) -> (i16, i16) {
        match self {
            Self::Success => (100, 400),
            Self::ClientError => (400, 500),
            Self::ServerError => (500, 1000),
        }
    }
}

/// Which requests; all that are said must hold.
#[derive(Clone, Debug, Default)]
pub struct RequestFilter {
    /// Of whose keys; nothing is everybody's.
    pub user_id: Option<Uuid>,
    pub key_id: Option<Uuid>,
    pub ending: Option<Ending>,
    pub request_id: Option<String>,
}

/// A request as lists show it.
#[derive(Clone, Debug, Serialize)]
pub struct Requested {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub key_id: Uuid,
    pub key_name: String,
    pub user_id: Uuid,
    pub method: String,
    pub route: String,
    pub parameters: Vec<String>,
    pub status: i16,
    /// Milliseconds.
    pub took: i32,
    pub code: Option<String>,
    pub request_id: String,
}

/// A page of them.
#[derive(Clone, Debug)]
pub struct RequestPage {
    pub entries: Vec<Requested>,
    pub next_cursor: Option<Uuid>,
}

/// What is not written down yet.
#[derive(Clone, Default)]
pub(crate) struct Remembered(Arc<Mutex<Memory>>);

#[derive(Default)]
struct Memory {
    /// In the order in which they ended; with the ids of those that were to be written down before.
    by_key: HashMap<Uuid, VecDeque<(Option<Uuid>, KeyRequest)>>,
    count: usize,
}

impl Remembered {
    fn add(&self, request: KeyRequest) {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = memory.count >= MOST_REMEMBERED;
        let ring = memory.by_key.entry(request.key).or_default();
        let pushes_out = ring.len() >= MOST_KEPT;
        if pushes_out {
            ring.pop_front();
        } else if is_full {
            return;
        }
        ring.push_back((None, request));
        memory.count += usize::from(!pushes_out);
    }

    /// All of them, in the order of their moments and of the ids that they get here.
    fn take(&self) -> Vec<(Uuid, KeyRequest)> {
        let memory = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut requests: Vec<_> = memory.by_key.into_values().flatten().collect();
        requests.sort_by_key(|(_, request)| request.at);
        let with_id = |(n, (id, request)): (u16, (Option<Uuid>, KeyRequest))| {
            (id.unwrap_or_else(|| id_of(&request, n)), request)
        };
        (0..=u16::MAX).cycle().zip(requests).map(with_id).collect()
    }

    /// What could not be written down, before what came since, as far as there is room.
    fn put_back(&self, requests: Vec<(Uuid, KeyRequest)>) {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (id, request) in requests.into_iter().rev() {
            if memory.count >= MOST_REMEMBERED {
                return;
            }
            let ring = memory.by_key.entry(request.key).or_default();
            if ring.len() < MOST_KEPT {
                ring.push_front((Some(id), request));
                memory.count += 1;
            }
        }
    }
}

/// By its moment, and by `n` among those of one moment. It is made when a request is written down: few are of many.
fn id_of(request: &KeyRequest, n: u16) -> Uuid {
    let millis = u64::try_from(request.at.timestamp_millis()).unwrap_or_default();
    let mut rest: [u8; 10] = rand::random();
    rest[..2].copy_from_slice(&n.to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(millis, &rest).into_uuid()
}

impl Identity {
    /// The time as this room sees it.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Remembers a request of a key, without waiting for anything.
    pub fn note_request(&self, request: KeyRequest) {
        self.requests.add(request);
    }

    /// Writes down what this node remembers, and forgets what is more or older than what is kept.
    pub async fn write_requests(&self) -> Result<()> {
        let remembered = self.requests.take();
        if remembered.is_empty() {
            return Ok(());
        }
        let oldest = self.clock.now() - KEPT_FOR;
        let Err(error) = store::put(&self.pool, &remembered, (MOST_KEPT, oldest)).await else {
            return Ok(());
        };
        // What the database cannot take it will not take later either.
        if !is_about_data(&error) {
            self.requests.put_back(remembered);
        }
        Err(error.into())
    }

    /// The last requests of keys, the newest first. What other nodes have not written down yet is missing.
    pub async fn list_requests(
        &self,
        tenant: &Tenant,
        filter: &RequestFilter,
        (limit, before): (u32, Option<Uuid>),
    ) -> Result<RequestPage> {
        // Those that are written down are of use without the last few.
        if let Err(error) = self.write_requests().await {
            tracing::warn!(%error, "requests of keys could not be written down");
        }
        let oldest = self.clock.now() - KEPT_FOR;
        let page = (i64::from(limit) + 1, before);
        let mut entries = store::load(&self.pool, tenant.id, filter, page, oldest).await?;
        let has_more = entries.len() > limit as usize;
        entries.truncate(limit as usize);
        let next_cursor = entries.last().map(|entry| entry.id).filter(|_| has_more);
        Ok(RequestPage { entries, next_cursor })
    }
}

/// Whether it is what was to be written, and not the database, that is at fault.
fn is_about_data(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| code.starts_with("22"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(key: Uuid, status: u16) -> KeyRequest {
        KeyRequest {
            tenant: Uuid::nil(),
            key,
            at: DateTime::UNIX_EPOCH,
            method: "GET".into(),
            route: "/api/v1/{plural}",
            parameters: Vec::new(),
            status,
            took: 1,
            code: None,
            request_id: "".into(),
        }
    }

    #[test]
    fn a_key_that_asks_without_end_is_remembered_by_its_last_requests_alone() {
        let remembered = Remembered::default();
        let (loud, quiet) = (Uuid::from_u128(1), Uuid::from_u128(2));
        remembered.add(request(quiet, 200));
        (0..1000).for_each(|at| remembered.add(request(loud, at)));
        let taken = remembered.take();
        let statuses: Vec<u16> =
            taken.iter().filter(|(_, one)| one.key == loud).map(|(_, one)| one.status).collect();
        assert_eq!(statuses, (800..1000).collect::<Vec<u16>>());
        assert!(taken.iter().any(|(_, one)| one.key == quiet));
        assert!(remembered.take().is_empty());
    }

    #[test]
    fn what_could_not_be_written_is_kept_as_far_as_there_is_room() {
        let remembered = Remembered::default();
        let key = Uuid::from_u128(1);
        (0..150).for_each(|at| remembered.add(request(key, at)));
        let failed = remembered.take();
        (150..250).for_each(|at| remembered.add(request(key, at)));
        remembered.put_back(failed);
        let statuses: Vec<u16> = remembered.take().iter().map(|(_, one)| one.status).collect();
        assert_eq!(statuses, (50..250).collect::<Vec<u16>>(), "the newest, in their order");
        (0..MOST_REMEMBERED as u128).for_each(|key| remembered.add(request(Uuid::from_u128(key), 200)));
        let failed = remembered.take();
        (0..MOST_REMEMBERED as u128).for_each(|key| remembered.add(request(Uuid::from_u128(key), 201)));
        remembered.put_back(failed);
        assert_eq!(remembered.take().len(), MOST_REMEMBERED);
    }

    #[test]
    fn many_keys_fill_no_more_than_there_is_room_for() {
        let remembered = Remembered::default();
        (0..2 * MOST_REMEMBERED as u128).for_each(|key| remembered.add(request(Uuid::from_u128(key), 200)));
        assert_eq!(remembered.take().len(), MOST_REMEMBERED);
        remembered.add(request(Uuid::nil(), 200));
        assert_eq!(remembered.take().len(), 1, "there is room again");
    }
}
