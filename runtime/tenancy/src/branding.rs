//! What a tenant looks like to its people: a name, a logo and one colour, of which the UI takes hue and strength alone, so
//! that everything stays readable. It is told to whoever asks before signing in, so nothing in it is a secret. Where a tenant
//! says nothing, what its reseller says holds: see [`defaults`].

pub mod defaults;

use engine::audit::{Event, record};
use engine::{Context, Tenant};
use metadata::Problem;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::error::{Error, Result};
use crate::{Tenants, store};

/// Longest name, in characters.
const MOST_NAME: usize = 60;
/// Longest logo, in characters of its address.
const MOST_LOGO: usize = 100_000;
/// How pictures begin, with their first bytes as base64 has them. No SVG: it may hold more than a picture.
const PICTURES: [&str; 3] =
    ["data:image/png;base64,iVBORw0KGgo", "data:image/jpeg;base64,/9j/", "data:image/webp;base64,UklGR"];

/// How a text is taken over, or what is wrong with it.
type Read = fn(&str) -> std::result::Result<String, &'static str>;

/// All of it; what is not set is as Trellis has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Branding {
    /// In place of the tenant's name.
    pub name: Option<String>,
    /// `#rrggbb`.
    pub accent: Option<String>,
    /// A picture as a `data:` address: PNG, JPEG or WebP.
    pub logo: Option<String>,
}

impl Tenants {
    /// What the tenant itself has set.
    pub async fn branding(&self, tenant: &Tenant) -> Result<Branding> {
        Ok(store::branding::load(self.pool(), tenant.id).await?)
    }

    /// Changes what the document names; null takes it away. All problems at once.
    pub async fn change_branding(&self, context: &Context, patch: &Map<String, Json>) -> Result<()> {
        let tenant = &context.snapshot.tenant;
        let mut transaction = self.pool().begin().await?;
        let mut branding = store::branding::lock(&mut transaction, tenant.id, context.now).await?;
        let before = branding.clone();
        let problems = branding.apply(patch);
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        store::branding::put(&mut transaction, tenant.id, &branding, context.now).await?;
        let event = Event::of(context, engine::audit::Deed::SettingsChanged, "branding");
        record(&mut transaction, tenant, &[event.with(before.differences(&branding))]).await?;
        Ok(transaction.commit().await?)
    }

    /// Gives a tenant the looks that it had where it comes from.
    pub async fn put_branding(&self, tenant: &Tenant, branding: &Branding) -> Result<()> {
        let (mut transaction, now) = (self.pool().begin().await?, chrono::Utc::now());
        store::branding::lock(&mut transaction, tenant.id, now).await?;
        store::branding::put(&mut transaction, tenant.id, branding, now).await?;
        Ok(transaction.commit().await?)
    }
}

impl Branding {
    /// All of it from a document, held to what a change is held to: it may come from anywhere.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(document: &Map<String, Json>) -> std::result::Result<Self, Vec<Problem>> {
        let mut branding = Self::default();
        let problems = branding.apply(document);
        if problems.is_empty() { Ok(branding) } else { Err(problems) }
    }

    /// Takes over what `patch` names, and tells all that is wrong with it.
    fn apply(&mut self, patch: &Map<String, Json>) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (key, value) in patch {
            let (place, read): (_, Read) = match key.as_str() {
                "name" => (&mut self.name, name),
                "accent" => (&mut self.accent, accent),
                "logo" => (&mut self.logo, logo),
                _ => {
                    let text = format!("there is nothing called `{key}` here");
                    problems.push(Problem::new(key.as_str(), "unknown-key", text));
                    continue;
                }
            };
            match value {
                Json::Null => *place = None,
                Json::String(text) => match read(text) {
                    Ok(text) => *place = Some(text),
                    Err(why) => problems.push(Problem::new(key.as_str(), "invalid", why)),
                },
                _ => problems.push(Problem::new(key.as_str(), "wrong-type", "expected a text, or null")),
            }
        }
        problems
    }

    /// `{"accent": ["#4f46e5", "#0f766e"]}`; of a logo that it is another one.
    fn differences(&self, after: &Self) -> Json {
        let size = |logo: &Option<String>| logo.as_ref().map(|logo| format!("{} characters", logo.len()));
        let mut changes = Map::new();
        for (key, before, after) in
            [("name", &self.name, &after.name), ("accent", &self.accent, &after.accent)]
        {
            if before != after {
                changes.insert(key.to_owned(), json!([before, after]));
            }
        }
        if self.logo != after.logo {
            changes.insert("logo".to_owned(), json!([size(&self.logo), size(&after.logo)]));
        }
        Json::Object(changes)
    }
}

fn name(text: &str) -> std::result::Result<String, &'static str> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= MOST_NAME && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned()).ok_or("expected 1 to 60 characters on one line")
}

fn accent(text: &str) -> std::result::Result<String, &'static str> {
    let digits = text.strip_prefix('#').unwrap_or_default();
    let fits = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    fits.then(|| text.to_ascii_lowercase()).ok_or("expected a colour such as #0f766e")
}

fn logo(text: &str) -> std::result::Result<String, &'static str> {
    if text.len() > MOST_LOGO {
        return Err("the picture is too large: at most 75 kB");
    }
    let is_picture = PICTURES.iter().any(|start| text.starts_with(start));
    let data = text.split_once(',').map_or("", |(_, data)| data);
    let is_base64 =
        data.trim_end_matches('=').bytes().all(|b| b.is_ascii_alphanumeric() || b"+/".contains(&b))
            && data.len().is_multiple_of(4)
            && data.bytes().rev().take_while(|byte| *byte == b'=').count() <= 2;
    (is_picture && is_base64)
        .then(|| text.to_owned())
        .ok_or("expected a PNG, JPEG or WebP picture as a data: address in base64")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(patch: &Json) -> (Branding, Vec<String>) {
        let mut branding = Branding { name: Some("Old".into()), ..Branding::default() };
        let problems = branding.apply(patch.as_object().unwrap());
        (branding, problems.iter().map(|one| format!("{} {}", one.path, one.code)).collect())
    }

    #[test]
    fn takes_what_is_named_and_leaves_the_rest() {
        let logo = "data:image/png;base64,iVBORw0KGgoAAA==";
        let (branding, problems) = changed(&json!({ "accent": "#0F766E", "logo": logo }));
        let expected =
            Branding { name: Some("Old".into()), accent: Some("#0f766e".into()), logo: Some(logo.into()) };
        assert_eq!((branding, problems), (expected, vec![]));
        assert_eq!(changed(&json!({ "name": null })).0, Branding::default());
        assert_eq!(changed(&json!({ "name": "  Acme \u{2014} Bau " })).0.name.unwrap(), "Acme \u{2014} Bau");
    }

    #[test]
    fn tells_all_that_is_wrong() {
        for accent in ["red", "#fff", "#12345g", "#0f766e;}", "", "url(x)"] {
            assert_eq!(changed(&json!({ "accent": accent })).1, ["accent invalid"], "{accent}");
        }
        let long = format!("data:image/png;base64,iVBORw0KGgo{}", "A".repeat(100_000));
        for logo in [
            "https://elsewhere.example/logo.png",
            "data:image/svg+xml;base64,PHN2Zz4=",
            "data:text/html;base64,iVBORw0KGgo=",
            "data:image/png;base64,PHN2Zz4=",
            "data:image/png;base64,iVBORw0KGgo<x>",
            "data:image/png;base64,iVBORw0KGgoA===",
            &long,
        ] {
            assert_eq!(changed(&json!({ "logo": logo })).1, ["logo invalid"], "{}", &logo[..30]);
        }
        for name in ["", "  ", "a\nb", &"x".repeat(61)] {
            assert_eq!(changed(&json!({ "name": name })).1, ["name invalid"], "{name}");
        }
        let (_, problems) = changed(&json!({ "name": 1, "css": "body{}", "accent": [] }));
        assert_eq!(problems, ["name wrong-type", "css unknown-key", "accent wrong-type"]);
    }
}
