//! What is installed keeps its place: neither an older version nor one of another publisher takes it, unless that is asked
//! for. Whose it is stands with the installation, so nothing that a registry says of itself changes that.

use metadata::Problem;
use metadata::package::Manifest;

use super::{Install, Installed};
use crate::audit::chain::Hex;
use crate::error::{Error, Result};

/// Refuses what steps back or changes hands; both are told at once.
pub(super) fn check(before: Option<&Installed>, manifest: &Manifest, options: &Install) -> Result<()> {
    let Some(before) = before else { return Ok(()) };
    let (name, version, there) = (&manifest.name, &manifest.version, &before.manifest.version);
    let mut problems = Vec::new();
    if version < there && !options.allow_downgrade {
        let text = format!("installed of `{name}` is {there}; {version} is older");
        let hint = "take a later version, or say `allow_downgrade` (`--allow-downgrade`)";
        problems.push(Problem::new("version", "older-version", text).hint(hint));
    }
    let signer = options.signers.get(name);
    if signer != before.signer.as_ref() && !options.allow_other_publisher {
        let text = format!(
            "`{name}` {there} is installed, {}; {version} is {}",
            called(before.signer.as_ref()),
            called(signer)
        );
        let hint = "where it is to change hands, say `allow_other_publisher` (`--allow-other-publisher`)";
        problems.push(Problem::new("name", "other-publisher", text).hint(hint));
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Conflict(problems)) }
}

fn called(signer: Option<&Hex>) -> String {
    signer.map_or("signed by nobody".to_owned(), |key| format!("signed with {key}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(version: &str) -> Manifest {
        let json = serde_json::json!({ "name": "fleet", "version": version, "label": "Fleet" });
        serde_json::from_value(json).unwrap()
    }

    fn key(byte: u8) -> Hex {
        Hex(vec![byte; 32])
    }

    fn codes(before: (&str, Option<Hex>), after: (&str, Option<Hex>), options: Install) -> Vec<String> {
        let installed_at = chrono::DateTime::UNIX_EPOCH;
        let (manifest_before, signer, kept, edition) = (manifest(before.0), before.1, None, None);
        let installed = Installed { manifest: manifest_before, installed_at, signer, kept, edition };
        let signers = after.1.map(|key| ("fleet".to_owned(), key)).into_iter().collect();
        match check(Some(&installed), &manifest(after.0), &Install { signers, ..options }) {
            Err(Error::Conflict(problems)) => problems.into_iter().map(|one| one.code).collect(),
            other => {
                other.unwrap();
                Vec::new()
            }
        }
    }

    #[test]
    fn versions_go_up_unless_told() {
        let step = |before, after| codes((before, None), (after, None), Install::default());
        for (before, after) in [("1.9.0", "1.10.0"), ("1.0.0", "1.0.0"), ("1.0.0-rc.1", "1.0.0")] {
            assert_eq!(step(before, after), [""; 0], "{before} {after}");
        }
        for (before, after) in [("1.10.0", "1.9.0"), ("1.0.0", "1.0.0-rc.1")] {
            assert_eq!(step(before, after), ["older-version"], "{before} {after}");
        }
        let told = Install { allow_downgrade: true, ..Install::default() };
        assert_eq!(codes(("2.0.0", None), ("1.0.0", None), told), [""; 0]);
    }

    #[test]
    fn hands_do_not_change_unless_told() {
        let (acme, other) = (Some(key(1)), Some(key(2)));
        let change = |before: &Option<Hex>, after: &Option<Hex>, allow_other_publisher| {
            let options = Install { allow_other_publisher, ..Install::default() };
            codes(("1.0.0", before.clone()), ("9.0.0", after.clone()), options)
        };
        assert_eq!(change(&acme, &acme, false), [""; 0]);
        for (before, after) in [(&acme, &other), (&acme, &None), (&None, &other)] {
            assert_eq!(change(before, after, false), ["other-publisher"]);
            assert_eq!(change(before, after, true), [""; 0]);
        }
        let both = codes(("2.0.0", acme), ("1.0.0", other), Install::default());
        assert_eq!(both, ["older-version", "other-publisher"]);
    }
}
