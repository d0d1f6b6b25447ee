//! Languages that texts can be in: the forms of a word are found by one another when search knows the language. What is
//! made of that in PostgreSQL stands in `ddl/search.rs`.

/// One language.
#[derive(Debug, PartialEq, Eq)]
pub struct Language {
    /// ISO 639-1; `none` for texts of any.
    pub code: &'static str,
    /// PostgreSQL's name for its text search configuration; each is in every version that Trellis runs on.
    pub configuration: &'static str,
}

/// Texts of no particular language: each word is found by its beginnings alone.
pub const NONE: &Language = &Language { code: "none", configuration: "simple" };

/// All of them.
pub const ALL: &[Language] = &[
    Language { code: "none", configuration: "simple" },
    Language { code: "ar", configuration: "arabic" },
    Language { code: "ca", configuration: "catalan" },
    Language { code: "da", configuration: "danish" },
    Language { code: "de", configuration: "german" },
    Language { code: "el", configuration: "greek" },
    Language { code: "en", configuration: "english" },
    Language { code: "es", configuration: "spanish" },
    Language { code: "eu", configuration: "basque" },
    Language { code: "fi", configuration: "finnish" },
    Language { code: "fr", configuration: "french" },
    Language { code: "ga", configuration: "irish" },
    Language { code: "hi", configuration: "hindi" },
    Language { code: "hu", configuration: "hungarian" },
    Language { code: "hy", configuration: "armenian" },
    Language { code: "id", configuration: "indonesian" },
    Language { code: "it", configuration: "italian" },
    Language { code: "lt", configuration: "lithuanian" },
    Language { code: "ne", configuration: "nepali" },
    Language { code: "nl", configuration: "dutch" },
    Language { code: "no", configuration: "norwegian" },
    Language { code: "pt", configuration: "portuguese" },
    Language { code: "ro", configuration: "romanian" },
    Language { code: "ru", configuration: "russian" },
    Language { code: "sr", configuration: "serbian" },
    Language { code: "sv", configuration: "swedish" },
    Language { code: "ta", configuration: "tamil" },
    Language { code: "tr", configuration: "turkish" },
    Language { code: "yi", configuration: "yiddish" },
];

impl Language {
    /// The language with this code.
    pub fn find(code: &str) -> Option<&'static Self> {
        ALL.iter().find(|language| language.code == code)
    }
}
