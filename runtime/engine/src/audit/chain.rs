//! The chain of hashes over sealed rows, and what is wrong with one that was tampered with. Pure: it sees rows and
//! blocks, from the database or from a file.
//!
//! Each row has a hash of its own over all that it says ([`leaf`]), so that a changed one can be named; the chain goes
//! over these, block after block, and each block is signed. All numbers are big-endian, texts are led by their length.

use std::fmt;

use aws_lc_rs::digest::{self, SHA256};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The form of what is hashed; another form would be another number.
const FORM: u8 = 1;

/// What hashes are: 32 bytes of SHA-256.
pub(crate) type Hash = [u8; 32];

/// One sealed row, as it is stored. In files its bytes are hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    pub seq: i64,
    pub sealed_at: DateTime<Utc>,
    pub happened_at: DateTime<Utc>,
    pub actor_id: Uuid,
    pub action: String,
    pub object_id: String,
    pub record_id: Option<Uuid>,
    pub version: Option<i64>,
    /// The text of the JSON as the database prints it.
    pub changes: Option<String>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub request_id: String,
    pub leaf: Hex,
}

/// Rows that were sealed together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    pub number: i64,
    pub first_seq: i64,
    pub last_seq: i64,
    pub sealed_at: DateTime<Utc>,
    /// The hash of the block before.
    pub previous: Hex,
    /// The chain after its last row.
    pub hash: Hex,
    /// The public key that it is signed for.
    pub key: Hex,
    pub signature: Hex,
}

/// Bytes that people read as hexadecimal digits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hex(pub Vec<u8>);

impl fmt::Display for Hex {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl From<Hex> for String {
    fn from(hex: Hex) -> Self {
        hex.to_string()
    }
}

impl TryFrom<String> for Hex {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let digits: Option<Vec<u8>> = text.trim().as_bytes().iter().map(digit).collect();
        let digits = digits.filter(|digits| digits.len() % 2 == 0).ok_or("expected hexadecimal digits")?;
        Ok(Self(digits.chunks_exact(2).map(|pair| pair[0] * 16 + pair[1]).collect()))
    }
}

/// What a row says, hashed, with its place and its tenant.
pub(crate) fn leaf(tenant: Uuid, row: &Row) -> Hash {
    let mut bytes = Vec::with_capacity(320);
    bytes.extend_from_slice(&[0, FORM]);
    bytes.extend_from_slice(tenant.as_bytes());
    for number in [row.seq, row.sealed_at.timestamp_micros(), row.happened_at.timestamp_micros()] {
        bytes.extend_from_slice(&number.to_be_bytes());
    }
    bytes.extend_from_slice(row.actor_id.as_bytes());
    text(&mut bytes, Some(&row.action));
    text(&mut bytes, Some(&row.object_id));
    part(&mut bytes, row.record_id.as_ref().map(|id| id.as_bytes().as_slice()));
    part(&mut bytes, row.version.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice));
    for one in [&row.changes, &row.ip, &row.user_agent] {
        text(&mut bytes, one.as_deref());
    }
    text(&mut bytes, Some(&row.request_id));
    hash(&bytes)
}

fn text(bytes: &mut Vec<u8>, text: Option<&str>) {
    part(bytes, text.map(str::as_bytes));
}

fn part(bytes: &mut Vec<u8>, part: Option<&[u8]>) {
    bytes.push(u8::from(part.is_some()));
    if let Some(part) = part {
        bytes.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        bytes.extend_from_slice(part);
    }
}

/// The chain after one more row.
pub(crate) fn link(chain: &Hash, leaf: &Hash) -> Hash {
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(chain);
    bytes[33..].copy_from_slice(leaf);
    hash(&bytes)
}

fn hash(bytes: &[u8]) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&SHA256, bytes).as_ref());
    hash
}

/// What is signed of a block.
fn statement(tenant: Uuid, block: &Block) -> Vec<u8> {
    let mut bytes = b"trellis audit block\0".to_vec();
    bytes.push(FORM);
    bytes.extend_from_slice(tenant.as_bytes());
    for number in [block.number, block.first_seq, block.last_seq, block.sealed_at.timestamp_micros()] {
        bytes.extend_from_slice(&number.to_be_bytes());
    }
    bytes.extend_from_slice(&block.previous.0);
    bytes.extend_from_slice(&block.hash.0);
    bytes
}

/// What is signed when rows up to one are removed because their time is over: who can only write the database cannot
/// say so.
fn farewell(tenant: Uuid, through: i64) -> Vec<u8> {
    let mut bytes = b"trellis audit purge\0".to_vec();
    bytes.push(FORM);
    bytes.extend_from_slice(tenant.as_bytes());
    bytes.extend_from_slice(&through.to_be_bytes());
    bytes
}

/// What is signed of a statement: it cannot be taken for a part of a chain.
fn attested(text: &str) -> Vec<u8> {
    let mut bytes = b"trellis statement\0".to_vec();
    bytes.push(FORM);
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

/// Whether a statement was signed with the key that is said.
pub fn is_attested(text: &str, key: &Hex, signature: &Hex) -> bool {
    UnparsedPublicKey::new(&ED25519, &key.0).verify(&attested(text), &signature.0).is_ok()
}

/// The word of a node that it removed rows up to one.
pub(crate) struct Purge {
    pub through: i64,
    pub key: Hex,
    pub signature: Hex,
}

impl Purge {
    /// Whether it is signed with a key that may sign; any may when none is `trusted`.
    pub(crate) fn is_sound(&self, tenant: Uuid, trusted: &[Hex]) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, &self.key.0);
        (trusted.is_empty() || trusted.contains(&self.key))
            && key.verify(&farewell(tenant, self.through), &self.signature.0).is_ok()
    }
}

/// The key that blocks are signed with. It is kept beside the database, not in it: who can only write the database
/// cannot make a chain anew.
pub struct SealKey(Ed25519KeyPair);

impl SealKey {
    /// The key of 32 secret bytes.
    pub fn new(secret: &[u8; 32]) -> Option<Self> {
        Ed25519KeyPair::from_seed_unchecked(secret).ok().map(Self)
    }

    /// What others know it by.
    pub fn public(&self) -> Hex {
        Hex(self.0.public_key().as_ref().to_vec())
    }

    pub(crate) fn sign(&self, tenant: Uuid, block: &mut Block) {
        block.key = self.public();
        block.signature = Hex(self.0.sign(&statement(tenant, block)).as_ref().to_vec());
    }

    /// Signs a statement that is no part of a chain.
    pub(crate) fn attest(&self, text: &str) -> Hex {
        Hex(self.0.sign(&attested(text)).as_ref().to_vec())
    }

    pub(crate) fn sign_purge(&self, tenant: Uuid, through: i64) -> Purge {
        let signature = Hex(self.0.sign(&farewell(tenant, through)).as_ref().to_vec());
        Purge { through, key: self.public(), signature }
    }
}

/// The first place where a chain is not what was sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub block: i64,
    pub seq: Option<i64>,
    pub what: &'static str,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.seq {
            Some(seq) => write!(out, "row {seq} (block {}) {}", self.block, self.what),
            None => write!(out, "block {} {}", self.block, self.what),
        }
    }
}

/// What was found to be as it was sealed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verified {
    pub blocks: i64,
    pub rows: i64,
    /// The newest row, and the chain after it.
    pub last_seq: i64,
    pub hash: Hex,
    /// Public keys that blocks are signed for.
    pub keys: Vec<Hex>,
    /// Rows that are not sealed yet, so nothing is said of them.
    pub unsealed: i64,
    /// Rows up to this one were removed when their time was over.
    pub purged_through: i64,
}

/// What somebody has kept of a chain elsewhere: the chain after a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub block: i64,
    pub hash: Hex,
}

impl std::str::FromStr for Head {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "expected the number of a block and its hash, as in 12:5f1c…";
        let (block, hash) = text.split_once(':').ok_or(wrong)?;
        let hash = Hex::try_from(hash.to_owned()).ok().filter(|hash| hash.0.len() == 32).ok_or(wrong)?;
        Ok(Self { block: block.parse().map_err(|_| wrong)?, hash })
    }
}

/// Goes along a chain, block by block and row by row.
pub struct Verifier<'v> {
    tenant: Uuid,
    /// Keys that may sign; any when there are none.
    trusted: &'v [Hex],
    pub(crate) found: Verified,
    /// What the chain must have come by.
    heads: &'v [Head],
    chain: Hash,
    block: Option<Block>,
    /// Whether a block was seen, so that the next one must follow it.
    begun: bool,
}

impl<'v> Verifier<'v> {
    pub fn new(tenant: Uuid, trusted: &'v [Hex]) -> Self {
        let found = Verified { hash: Hex(vec![0; 32]), ..Verified::default() };
        Self { tenant, trusted, found, heads: &[], chain: [0; 32], block: None, begun: false }
    }

    /// The same of a chain that must have come by these heads.
    pub fn with_heads(self, heads: &'v [Head]) -> Self {
        Self { heads, ..self }
    }

    /// After the last block: those that somebody knows of must have been there.
    pub fn finish(&mut self) -> Result<(), Fault> {
        self.end()?;
        let missing =
            self.heads.iter().map(|head| head.block).filter(|block| *block > self.found.blocks).min();
        let what = "is missing: a head of it is kept elsewhere, so the last blocks were cut off";
        missing.map_or(Ok(()), |block| Err(Fault { block, seq: None, what }))
    }

    /// Whether a block is the one that heads tell of.
    fn is_known(&self, block: &Block) -> Result<(), Fault> {
        let is_other = |head: &Head| head.block == block.number && head.hash != block.hash;
        let what = "is not the one whose head is kept elsewhere: the chain was made anew";
        let fault = Fault { block: block.number, seq: None, what };
        if self.heads.iter().any(is_other) { Err(fault) } else { Ok(()) }
    }

    /// The next block. A file may begin with a later one than the first.
    pub fn block(&mut self, block: Block, from_the_start: bool) -> Result<(), Fault> {
        self.end()?;
        let wrong = |what| Err(Fault { block: block.number, seq: None, what });
        let follows = block.previous == self.found.hash
            && block.number == self.found.blocks + 1
            && block.first_seq == self.found.last_seq + 1;
        if !follows && (self.begun || from_the_start) {
            return wrong("does not follow the one before: blocks are missing or were changed");
        }
        if block.last_seq < block.first_seq {
            return wrong("was changed: it ends before it begins");
        }
        let key = UnparsedPublicKey::new(&ED25519, &block.key.0);
        if key.verify(&statement(self.tenant, &block), &block.signature.0).is_err() {
            return wrong("was changed: its signature does not fit");
        }
        if !self.trusted.is_empty() && !self.trusted.contains(&block.key) {
            return wrong("is signed with a key that is not trusted here");
        }
        if !self.found.keys.contains(&block.key) {
            self.found.keys.push(block.key.clone());
        }
        let previous: Result<Hash, _> = block.previous.0.as_slice().try_into();
        let Ok(previous) = previous else { return wrong("was changed: its hash has another length") };
        self.is_known(&block)?;
        self.chain = previous;
        self.begun = true;
        self.found.blocks = block.number;
        self.found.last_seq = block.first_seq - 1;
        self.block = Some(block);
        Ok(())
    }

    /// The next row of the block.
    pub fn row(&mut self, row: &Row) -> Result<(), Fault> {
        let number = self.found.blocks;
        let wrong = |seq, what| Err(Fault { block: number, seq: Some(seq), what });
        let Some(block) = self.block.as_ref().filter(|block| row.seq <= block.last_seq) else {
            return wrong(row.seq, "belongs to no block: it was added");
        };
        let expected = self.found.last_seq + 1;
        if row.seq > expected {
            return wrong(expected, "is missing");
        }
        if row.seq < expected {
            return wrong(row.seq, "is there twice: one was added");
        }
        let leaf = leaf(self.tenant, row);
        if row.sealed_at != block.sealed_at || row.leaf.0 != leaf {
            return wrong(row.seq, "is not what was sealed there");
        }
        self.chain = link(&self.chain, &leaf);
        self.found.last_seq = row.seq;
        self.found.rows += 1;
        Ok(())
    }

    /// A block whose rows were removed when their time was over: the oldest go first, so no block before has rows.
    pub(crate) fn skip(&mut self) -> Result<(), Fault> {
        if self.found.rows > 0 {
            return self.end();
        }
        if let Some(block) = self.block.take() {
            self.found.last_seq = block.last_seq;
            self.found.hash = block.hash;
        }
        Ok(())
    }

    /// After the last row of a block.
    pub fn end(&mut self) -> Result<(), Fault> {
        let Some(block) = self.block.take() else { return Ok(()) };
        if self.found.last_seq < block.last_seq {
            let seq = Some(self.found.last_seq + 1);
            return Err(Fault { block: block.number, seq, what: "is missing" });
        }
        if block.hash.0 != self.chain {
            let what = "is not what was sealed: a row was changed together with its own hash";
            return Err(Fault { block: block.number, seq: None, what });
        }
        self.found.hash = block.hash;
        Ok(())
    }
}
