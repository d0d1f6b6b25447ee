//! A tenant's short name: what is allowed, and what is kept for the product itself.

use std::fmt;

/// Words that host names, paths or PostgreSQL need for themselves.
const RESERVED: [&str; 25] = [
    "admin",
    "api",
    "app",
    "assets",
    "auth",
    "billing",
    "cdn",
    "docs",
    "graphql",
    "help",
    "localhost",
    "login",
    "mail",
    "metadata",
    "metrics",
    "platform",
    "public",
    "reseller",
    "static",
    "status",
    "support",
    "system",
    "trellis",
    "ws",
    "www",
];

/// A checked slug: a lower-case letter, then 1 to 39 lower-case letters, digits or hyphens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slug(String);

/// Why a text is not a slug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlugFault {
    /// Wrong length or characters.
    #[error("a tenant's slug is a lower-case letter and 1 to 39 more letters, digits or hyphens")]
    Shape,
    /// Kept for Trellis itself.
    #[error("this slug is reserved")]
    Reserved,
}

impl Slug {
    /// Reads `acme-eu`.
    pub fn parse(text: &str) -> Result<Self, SlugFault> {
        let mut bytes = text.bytes();
        let first_ok = bytes.next().is_some_and(|b| b.is_ascii_lowercase());
        let rest_ok = bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !first_ok || !rest_ok || !(2..=40).contains(&text.len()) {
            return Err(SlugFault::Shape);
        }
        if RESERVED.contains(&text) { Err(SlugFault::Reserved) } else { Ok(Self(text.to_owned())) }
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_short_lower_case_words() {
        for good in ["demo", "a1", "acme-eu", &format!("a{}", "b".repeat(39))] {
            assert_eq!(Slug::parse(good).unwrap().as_str(), good);
        }
    }

    #[test]
    fn refuses_everything_else() {
        for bad in ["", "a", "1a", "-a", "Demo", "a_b", "a b", "a.b", "á1", "a\"b", &"a".repeat(41)] {
            assert_eq!(Slug::parse(bad), Err(SlugFault::Shape), "{bad}");
        }
        assert_eq!(Slug::parse("www"), Err(SlugFault::Reserved));
    }
}
