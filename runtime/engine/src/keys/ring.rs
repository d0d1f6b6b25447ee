//! The keys of one tenant, unwrapped: values are sealed under the newest and opened by the one that they name. Another
//! key makes blind indexes: words that are the same for the same value and tell nothing else.
//!
//! A sealed value is `blind.number.bytes`: the blind index or nothing, the number of the key, and nonce and ciphertext
//! in base64.

use std::collections::BTreeMap;
use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use metadata::catalog::{Field, Object};
use uuid::Uuid;

use super::envelope::{Cipher, KEY_LEN, MasterKey, random};
use super::store::Wrapped;
use crate::context::Tenant;
use crate::error::{Error, Result};

/// The number of the key that makes blind indexes; those that encrypt are counted from 1.
const BLIND: i32 = 0;
/// Bytes of a blind index: enough that no two values share one.
const BLIND_LEN: usize = 16;

/// What a value belongs to; it opens nowhere else.
#[derive(Clone, Copy, Debug)]
pub struct Place<'p> {
    /// Stable id of the object, or the word for what is no record.
    pub object: &'p str,
    /// Stable id of the field.
    pub field: &'p str,
    pub record: Uuid,
}

impl<'p> Place<'p> {
    /// A field of a record.
    pub fn of(object: &'p Object, field: &'p Field, record: Uuid) -> Self {
        Self { object: &object.id, field: &field.id, record }
    }
}

/// The keys of a tenant.
pub struct KeyRing {
    /// The tenant that the keys were made for; one that was loaded from an archive keeps it.
    home: Uuid,
    keys: Result<Keys, String>,
}

struct Keys {
    blind: hmac::Key,
    ciphers: BTreeMap<i32, Cipher>,
    newest: i32,
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "KeyRing({})", self.newest().map_or("locked".into(), |number| number.to_string()))
    }
}

impl KeyRing {
    /// The keys in rows of `_keys`; locked when the master key is not the one that wrapped them.
    pub(crate) fn unwrap(tenant: &Tenant, rows: Vec<Wrapped>, master: Option<&MasterKey>) -> Self {
        let home = rows.first().map_or(tenant.id, |row| row.home);
        Self { home, keys: unwrapped(tenant, &rows, master) }
    }

    /// Of a tenant without keys, while there is no master key to make them.
    pub(super) fn locked(tenant: &Tenant) -> Self {
        Self { home: tenant.id, keys: Err("there is no master key: set TRELLIS_MASTER_KEY".into()) }
    }

    fn keys(&self) -> Result<&Keys> {
        self.keys.as_ref().map_err(|reason| Error::Locked(reason.clone()))
    }

    /// Refuses to go on where nothing could be opened.
    pub fn require(&self) -> Result<()> {
        self.keys().map(drop)
    }

    /// The number of the key that values are sealed under.
    pub fn newest(&self) -> Option<i32> {
        self.keys.as_ref().ok().map(|keys| keys.newest)
    }

    /// The value as it is stored, with its blind index if it shall be found by it.
    pub fn seal(&self, place: Place<'_>, is_found: bool, plain: &str) -> Result<String> {
        let keys = self.keys()?;
        let blind = if is_found { self.blind(place, plain)? } else { String::new() };
        let number = keys.newest;
        let cipher = keys.ciphers.get(&number).ok_or_else(|| Error::Locked("there is no key".into()))?;
        let sealed = cipher.seal(&about(self.home, number, place), plain.as_bytes())?;
        Ok(format!("{blind}.{number}.{}", BASE64.encode(sealed)))
    }

    /// The value of what is stored; nothing when it is damaged, comes from elsewhere, or its key is not there.
    pub fn open(&self, place: Place<'_>, stored: &str) -> Option<String> {
        let plain = self.opened(place, stored);
        if plain.is_none() {
            let Place { object, field, record } = place;
            tracing::error!(object, field, %record, "an encrypted value cannot be opened: it is damaged, from another place, or its key is missing");
        }
        plain
    }

    fn opened(&self, place: Place<'_>, stored: &str) -> Option<String> {
        let keys = self.keys.as_ref().ok()?;
        let mut parts = stored.splitn(3, '.').skip(1);
        let number = parts.next()?.parse().ok()?;
        let sealed = BASE64.decode(parts.next()?).ok()?;
        let plain = keys.ciphers.get(&number)?.open(&about(self.home, number, place), &sealed)?;
        String::from_utf8(plain).ok()
    }

    /// The word that a value is found by; the same in all records of a field.
    pub fn blind(&self, place: Place<'_>, plain: &str) -> Result<String> {
        let mut tag = hmac::Context::with_key(&self.keys()?.blind);
        for part in [place.object, "\0", place.field, "\0", plain] {
            tag.update(part.as_bytes());
        }
        Ok(BASE64.encode(&tag.sign().as_ref()[..BLIND_LEN]))
    }

    /// A digest of bytes that only this tenant's keys can make, so that nobody can try out what they were.
    pub(crate) fn digest(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let mut tag = hmac::Context::with_key(&self.keys()?.blind);
        tag.update(b"digest\0");
        tag.update(bytes);
        Ok(tag.sign().as_ref().to_vec())
    }
}

/// What is authenticated with a value. Names hold no NUL.
fn about(home: Uuid, number: i32, place: Place<'_>) -> Vec<u8> {
    let Place { object, field, record } = place;
    format!("trellis value 1\0{home}\0{number}\0{object}\0{field}\0{record}").into_bytes()
}

/// What is authenticated with a wrapped key: it opens for this tenant alone.
fn about_key(tenant: Uuid, home: Uuid, number: i32) -> Vec<u8> {
    format!("trellis key 1\0{tenant}\0{home}\0{number}").into_bytes()
}

fn unwrapped(tenant: &Tenant, rows: &[Wrapped], master: Option<&MasterKey>) -> Result<Keys, String> {
    let wrapped_by = rows.first().map_or("", |row| row.master.as_str());
    let Some(master) = master else {
        return Err(format!("the master key {wrapped_by} is not here: set TRELLIS_MASTER_KEY to it"));
    };
    let (mut blind, mut ciphers) = (None, BTreeMap::new());
    for row in rows {
        let reason = || {
            format!(
                "the keys are wrapped by the master key {}, and this node has {}",
                row.master,
                master.name()
            )
        };
        let about = about_key(tenant.id, row.home, row.number);
        let secret = master.cipher.open(&about, &row.wrapped).ok_or_else(reason)?;
        if row.number == BLIND {
            blind = Some(hmac::Key::new(hmac::HMAC_SHA256, &secret));
        } else {
            ciphers.insert(row.number, Cipher::new(&secret).ok_or_else(reason)?);
        }
    }
    let newest = ciphers.keys().next_back().copied();
    match (blind, newest) {
        (Some(blind), Some(newest)) => Ok(Keys { blind, ciphers, newest }),
        _ => Err("rows of `_keys` are missing".into()),
    }
}

/// The first keys of a tenant: one for blind indexes, one that encrypts.
pub(super) fn first(tenant: &Tenant, master: &MasterKey) -> Result<Vec<Wrapped>> {
    [BLIND, 1].into_iter().map(|number| made(tenant, (tenant.id, number), master)).collect()
}

/// A new key that encrypts, behind the newest one.
pub(super) fn next(tenant: &Tenant, rows: &[Wrapped], master: &MasterKey) -> Result<Wrapped> {
    let home = rows.first().map_or(tenant.id, |row| row.home);
    let newest = rows.iter().map(|row| row.number).max().unwrap_or(BLIND);
    made(tenant, (home, newest + 1), master)
}

/// The same keys for the tenant that an archive was loaded into.
pub(super) fn moved(
    (from, to): (Uuid, &Tenant),
    rows: Vec<Wrapped>,
    master: &MasterKey,
) -> Result<Vec<Wrapped>> {
    let one = |row: Wrapped| {
        let secret = master.cipher.open(&about_key(from, row.home, row.number), &row.wrapped);
        let secret = secret.ok_or_else(|| {
            Error::Locked(format!("the archive's keys are wrapped by the master key {}", row.master))
        })?;
        let wrapped = master.cipher.seal(&about_key(to.id, row.home, row.number), &secret)?;
        Ok(Wrapped { wrapped, master: master.name().to_owned(), ..row })
    };
    rows.into_iter().map(one).collect()
}

fn made(tenant: &Tenant, (home, number): (Uuid, i32), master: &MasterKey) -> Result<Wrapped> {
    let secret: [u8; KEY_LEN] = random()?;
    let wrapped = master.cipher.seal(&about_key(tenant.id, home, number), &secret)?;
    Ok(Wrapped { number, home, wrapped, master: master.name().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(id: u128) -> Tenant {
        Tenant { id: Uuid::from_u128(id), slug: "a".into(), schema: "t_a".into() }
    }

    fn place(record: u128) -> Place<'static> {
        Place { object: "o1", field: "f1", record: Uuid::from_u128(record) }
    }

    #[test]
    fn values_open_in_their_place_alone() {
        let master = MasterKey::new(&[1; 32]).unwrap();
        let rows = first(&tenant(1), &master).unwrap();
        let ring = KeyRing::unwrap(&tenant(1), rows.clone(), Some(&master));
        let stored = ring.seal(place(1), true, "4111 1111").unwrap();
        assert_eq!(ring.open(place(1), &stored).as_deref(), Some("4111 1111"));
        assert_eq!(ring.open(place(2), &stored), None, "another record");
        assert_eq!(ring.open(Place { field: "f2", ..place(1) }, &stored), None, "another field");
        assert_eq!(ring.open(Place { object: "o2", ..place(1) }, &stored), None, "another object");
        let again = ring.seal(place(2), true, "4111 1111").unwrap();
        let blind = |text: &str| text.split('.').next().map(str::to_owned);
        assert_eq!(blind(&again), blind(&stored));
        assert_ne!(blind(&again), blind(&ring.seal(place(1), true, "4111 1112").unwrap()));
        assert!(ring.seal(place(1), false, "x").unwrap().starts_with(".1."));
        // Keys that are copied into another tenant stay wrapped.
        let other = KeyRing::unwrap(&tenant(2), rows, Some(&master));
        assert!(other.require().is_err());
    }

    #[test]
    fn old_keys_open_what_they_sealed() {
        let master = MasterKey::new(&[1; 32]).unwrap();
        let mut rows = first(&tenant(1), &master).unwrap();
        let old = KeyRing::unwrap(&tenant(1), rows.clone(), Some(&master));
        let stored = old.seal(place(1), true, "a").unwrap();
        rows.push(next(&tenant(1), &rows, &master).unwrap());
        let new = KeyRing::unwrap(&tenant(1), rows, Some(&master));
        assert_eq!(new.newest(), Some(2));
        assert_eq!(new.open(place(1), &stored).as_deref(), Some("a"));
        assert_eq!(new.blind(place(1), "a").unwrap(), old.blind(place(1), "a").unwrap());
        assert_eq!(old.open(place(1), &new.seal(place(1), true, "a").unwrap()), None);
    }

    #[test]
    fn keys_move_with_an_archive_under_the_same_master_key() {
        let master = MasterKey::new(&[1; 32]).unwrap();
        let rows = first(&tenant(1), &master).unwrap();
        let ring = KeyRing::unwrap(&tenant(1), rows.clone(), Some(&master));
        let stored = ring.seal(place(1), false, "a").unwrap();
        let there = moved((Uuid::from_u128(1), &tenant(2)), rows.clone(), &master).unwrap();
        let there = KeyRing::unwrap(&tenant(2), there, Some(&master));
        assert_eq!(there.open(place(1), &stored).as_deref(), Some("a"));
        assert!(moved((Uuid::from_u128(3), &tenant(2)), rows, &master).is_err());
    }
}
