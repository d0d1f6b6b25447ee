//! A package as it is shipped: its files to the letter, a checksum of each, and the signature of who publishes it, over all
//! checksums. Whom one believes is the caller's business, and where such files lie.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use metadata::Problem;
use metadata::package::Package;
use serde::{Deserialize, Serialize};

use crate::audit::chain::Hex;

/// What stands before everything that is signed here, so that a signature of something else is none of a package.
const SIGNED: &[u8] = b"trellis package\0";

/// A package with what is needed to believe it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shipped {
    /// Contents by the path below the package's folder.
    pub files: BTreeMap<String, String>,
    /// SHA-256 of each content.
    pub checksums: BTreeMap<String, Hex>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
}

/// Who says that these are the files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// The publisher's public key.
    pub key: Hex,
    /// Ed25519 over the checksums.
    pub value: Hex,
}

/// The secret that a publisher signs with.
pub struct PublisherKey(Ed25519KeyPair);

/// Whom one believes.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// Public keys of publishers.
    pub keys: Vec<Hex>,
    /// Takes packages that nobody has signed, or somebody who is not known. What is damaged, or signed wrongly, is
    /// never taken.
    pub anybody: bool,
}

impl PublisherKey {
    /// The key of 32 secret bytes.
    pub fn new(secret: &[u8; 32]) -> Option<Self> {
        Ed25519KeyPair::from_seed_unchecked(secret).ok().map(Self)
    }

    /// What others know it by.
    pub fn public(&self) -> Hex {
        Hex(self.0.public_key().as_ref().to_vec())
    }
}

impl Shipped {
    /// Packs files, signed where there is a key.
    ///
    /// # Errors
    /// Files that are not text: packages have none.
    pub fn pack(files: Vec<(String, Vec<u8>)>, key: Option<&PublisherKey>) -> Result<Self, Vec<Problem>> {
        let mut packed = Self { files: BTreeMap::new(), checksums: BTreeMap::new(), signature: None };
        let mut problems = Vec::new();
        for (path, bytes) in files {
            match String::from_utf8(bytes) {
                Ok(text) => drop(packed.files.insert(path, text)),
                Err(_) => problems.push(Problem::new(path, "not-text", "this is no text of UTF-8")),
            }
        }
        packed.checksums = packed.computed();
        packed.signature = key.map(|key| Signature {
            key: key.public(),
            value: Hex(key.0.sign(&packed.signed()).as_ref().to_vec()),
        });
        if problems.is_empty() { Ok(packed) } else { Err(problems) }
    }

    /// The package, if its files are what was packed and it comes from somebody who is believed.
    ///
    /// # Errors
    /// Why it is not to be believed, or what is wrong with the package.
    pub fn open(&self, trust: &Trust) -> Result<Package, Vec<Problem>> {
        let problems = self.doubts(trust);
        if !problems.is_empty() {
            return Err(problems);
        }
        let files = self.files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes()));
        Package::from_files(files)
    }

    fn doubts(&self, trust: &Trust) -> Vec<Problem> {
        let computed = self.computed();
        let paths = computed.keys().chain(self.checksums.keys().filter(|path| !computed.contains_key(*path)));
        let damaged = paths.filter(|path| computed.get(*path) != self.checksums.get(*path));
        let text = "it is not what was packed: its checksum is another one";
        let mut found: Vec<Problem> =
            damaged.map(|path| Problem::new(format!("files.{path}"), "damaged", text)).collect();
        let Some(signature) = &self.signature else {
            if !trust.anybody {
                let problem = Problem::new("signature", "unsigned", "nobody has signed this package");
                found.push(problem.hint("have it signed by its publisher, or allow unsigned packages"));
            }
            return found;
        };
        let key = UnparsedPublicKey::new(&ED25519, &signature.key.0);
        if key.verify(&self.signed(), &signature.value.0).is_err() {
            let text = "the signature is not one of this key over these files";
            found.push(Problem::new("signature", "bad-signature", text));
        } else if !trust.anybody && !trust.keys.contains(&signature.key) {
            let text =
                format!("it is signed with {}, which is the key of no trusted publisher", signature.key);
            let problem = Problem::new("signature", "unknown-publisher", text);
            found.push(problem.hint("trust the publisher first, or allow unsigned packages"));
        }
        found
    }

    fn computed(&self) -> BTreeMap<String, Hex> {
        let hash = |text: &String| Hex(digest(&SHA256, text.as_bytes()).as_ref().to_vec());
        self.files.iter().map(|(path, text)| (path.clone(), hash(text))).collect()
    }

    /// What is signed: paths and checksums in one order. The length of a path stands before it, so that no two lists read alike.
    fn signed(&self) -> Vec<u8> {
        let mut bytes = SIGNED.to_vec();
        for (path, hash) in &self.checksums {
            bytes.extend_from_slice(&(path.len() as u64).to_be_bytes());
            bytes.extend_from_slice(path.as_bytes());
            bytes.extend_from_slice(&hash.0);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Vec<(String, Vec<u8>)> {
        let manifest = r#"{"name": "fleet", "version": "1.0.0", "label": "Fleet"}"#;
        vec![("manifest.json".into(), manifest.into()), ("README.md".into(), "# Fleet".into())]
    }

    fn codes(shipped: &Shipped, trust: &Trust) -> Vec<String> {
        let problems = shipped.open(trust).err().unwrap_or_default();
        problems.into_iter().map(|problem| problem.code).collect()
    }

    #[test]
    fn what_is_signed_is_believed_when_its_publisher_is() {
        let key = PublisherKey::new(&[7; 32]).unwrap();
        let shipped = Shipped::pack(files(), Some(&key)).unwrap();
        let trust = Trust { keys: vec![key.public()], anybody: false };
        assert_eq!(shipped.open(&trust).unwrap().manifest.name, "fleet");
        let again: Shipped = serde_json::from_str(&serde_json::to_string(&shipped).unwrap()).unwrap();
        assert_eq!(again, shipped);
        assert_eq!(codes(&shipped, &Trust::default()), ["unknown-publisher"]);
        let anybody = Trust { anybody: true, ..Trust::default() };
        assert_eq!(codes(&shipped, &anybody), [""; 0]);
        let unsigned = Shipped::pack(files(), None).unwrap();
        assert_eq!(codes(&unsigned, &trust), ["unsigned"]);
        assert_eq!(codes(&unsigned, &anybody), [""; 0]);
    }

    #[test]
    fn what_was_changed_is_never_taken() {
        let key = PublisherKey::new(&[7; 32]).unwrap();
        let shipped = Shipped::pack(files(), Some(&key)).unwrap();
        let (trust, anybody) =
            (Trust { keys: vec![key.public()], anybody: false }, Trust { anybody: true, ..Trust::default() });
        let changed = |change: &dyn Fn(&mut Shipped)| {
            let mut other = shipped.clone();
            change(&mut other);
            [codes(&other, &trust), codes(&other, &anybody)]
        };
        let edited = changed(&|one| drop(one.files.insert("README.md".into(), "# Other".into())));
        assert_eq!(edited, [["damaged"], ["damaged"]]);
        let added = changed(&|one| drop(one.files.insert("roles/spy.json".into(), "{}".into())));
        assert_eq!(added, [["damaged"], ["damaged"]]);
        let taken = changed(&|one| drop(one.files.remove("README.md")));
        assert_eq!(taken, [["damaged"], ["damaged"]]);
        // Who changes the checksums too has no signature over them.
        let both = changed(&|one| {
            one.files.insert("README.md".into(), "# Other".into());
            one.checksums = one.computed();
        });
        assert_eq!(both, [["bad-signature"], ["bad-signature"]]);
        let other = PublisherKey::new(&[8; 32]).unwrap();
        let claimed = changed(&|one| one.signature.as_mut().unwrap().key = other.public());
        assert_eq!(claimed, [["bad-signature"], ["bad-signature"]]);
        let garbled = changed(&|one| one.signature.as_mut().unwrap().key = Hex(vec![1, 2, 3]));
        assert_eq!(garbled, [["bad-signature"], ["bad-signature"]]);
    }

    #[test]
    fn what_is_no_text_is_not_packed() {
        let problems = Shipped::pack(vec![("logo.png".into(), vec![0xff, 0xfe])], None).unwrap_err();
        assert_eq!((problems[0].path.as_str(), problems[0].code.as_str()), ("logo.png", "not-text"));
    }
}
