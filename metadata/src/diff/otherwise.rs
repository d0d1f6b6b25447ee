//! What is otherwise with something that a program knows, in parts: whoever shows it says it in a language of their own. The
//! English sentence is made of the same parts.

use serde::Serialize;

/// One thing that is otherwise. Names and types are as programs say them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Otherwise {
    New,
    /// New, and whoever makes a record must say it.
    NewAndNeeded,
    Gone,
    Renamed {
        before: String,
        after: String,
    },
    Kind {
        before: &'static str,
        after: &'static str,
    },
    /// The type of what a formula or a roll-up answers.
    Values {
        before: &'static str,
        after: &'static str,
    },
    Encrypted,
    Unencrypted,
    Filterable,
    Unfilterable,
    Needed,
    Required,
    Optional,
    Unique,
    NotUnique,
    ReadOnly,
    Writable,
    FewerValues,
    MoreValues,
    OptionsGone {
        options: Vec<String>,
    },
    OptionsClosed {
        options: Vec<String>,
    },
    OptionsNew {
        options: Vec<String>,
    },
}

impl Otherwise {
    /// Every code that there is.
    pub const CODES: [&str; 22] = [
        "new",
        "new-and-needed",
        "gone",
        "renamed",
        "kind",
        "values",
        "encrypted",
        "unencrypted",
        "filterable",
        "unfilterable",
        "needed",
        "required",
        "optional",
        "unique",
        "not-unique",
        "read-only",
        "writable",
        "fewer-values",
        "more-values",
        "options-gone",
        "options-closed",
        "options-new",
    ];

    /// The same in English, of a field.
    pub fn text(&self) -> String {
        let text = match self {
            Self::New => "it is new",
            Self::NewAndNeeded => "it is new, and whoever makes a record must say it",
            Self::Gone => "it is not answered and not taken any more",
            Self::Renamed { before, after } => {
                return format!("it is called `{after}` in place of `{before}`");
            }
            Self::Kind { before, after } => return format!("it is {after} in place of {before}"),
            Self::Values { before, after } => return format!("its values are {after} in place of {before}"),
            Self::Encrypted => {
                "it is encrypted: nothing can be filtered, sorted or worked out by it any more"
            }
            Self::Unencrypted => "it is not encrypted any more",
            Self::Filterable => "it can be filtered by",
            Self::Unfilterable => "it cannot be filtered by any more",
            Self::Needed => "whoever makes a record must say it",
            Self::Required => "it cannot be blank any more",
            Self::Optional => "it may be blank",
            Self::Unique => "a value may be there once only",
            Self::NotUnique => "a value may be there twice",
            Self::ReadOnly => "it cannot be written any more",
            Self::Writable => "it can be written",
            Self::FewerValues => "fewer values are taken",
            Self::MoreValues => "more values are taken",
            Self::OptionsGone { options } => return format!("options are gone: {}", options.join(", ")),
            Self::OptionsClosed { options } => {
                return format!("options cannot be chosen any more: {}", options.join(", "));
            }
            Self::OptionsNew { options } => return format!("options are new: {}", options.join(", ")),
        };
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_as_they_are_listed() {
        let options = || vec!["a".to_owned()];
        let (before, after) = ("text", "integer");
        let all = [
            Otherwise::New,
            Otherwise::NewAndNeeded,
            Otherwise::Gone,
            Otherwise::Renamed { before: before.into(), after: after.into() },
            Otherwise::Kind { before, after },
            Otherwise::Values { before, after },
            Otherwise::Encrypted,
            Otherwise::Unencrypted,
            Otherwise::Filterable,
            Otherwise::Unfilterable,
            Otherwise::Needed,
            Otherwise::Required,
            Otherwise::Optional,
            Otherwise::Unique,
            Otherwise::NotUnique,
            Otherwise::ReadOnly,
            Otherwise::Writable,
            Otherwise::FewerValues,
            Otherwise::MoreValues,
            Otherwise::OptionsGone { options: options() },
            Otherwise::OptionsClosed { options: options() },
            Otherwise::OptionsNew { options: options() },
        ];
        let codes = all.map(|one| serde_json::json!(one)["code"].as_str().unwrap_or_default().to_owned());
        assert_eq!(codes, Otherwise::CODES);
    }
}
