//! What steps do: a code and what it is about, so that whoever shows a step says it in a language of their own. The English
//! sentence is made of the same.

use serde::Serialize;

/// What one step does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Act {
    pub code: Doing,
    /// The object or field that it is about; several with commas between them.
    pub name: String,
    /// What else is spoken of: where it points to, what it is called from then on, which type it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
    /// What was spoken of before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub former: Option<String>,
}

macro_rules! doings {
    ($($code:ident $word:literal $text:literal,)*) => {
        /// What steps do, each with its code and its sentence.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
        pub enum Doing {
            $( #[serde(rename = $word)] $code, )*
        }

        impl Doing {
            /// Every code that there is.
            pub const CODES: &[&str] = &[$($word),*];

            fn text(self) -> &'static str {
                match self { $( Self::$code => $text, )* }
            }
        }
    };
}

doings! {
    CreateTable "create-table" "Create the table of {name}",
    CreateLinks "create-links" "Create the table of links of {name}",
    IndexByName "index-by-name" "Index {name} by name",
    IndexByOwner "index-by-owner" "Index {name} by owner",
    IndexLinks "index-links" "Index the links of {name} from the other side",
    Index "index" "Index {name}",
    IndexWords "index-words" "Index the words of {name}",
    IndexLanguage "index-language" "Index the words of {name} in another language",
    DropWords "drop-words" "Drop the index of the words of {name}",
    Owners "owners" "Let {name} have owners",
    Point "point" "Let {name} point to {other}",
    PointLinks "point-links" "Let the links of {name} point to {other}",
    Unpoint "unpoint" "Lift the relation {name}",
    Repoint "repoint" "Say anew what happens to {name} when its target goes",
    Rename "rename" "Rename the column {name} to {other}",
    RenameTable "rename-table" "Rename the table {name} to {other}",
    Retarget "retarget" "Let {name} say {other} in place of {former}",
    Add "add" "Add {name}",
    AddAgain "add-again" "Add {name} again, without values",
    Default "default" "Set the default of {name}",
    DefaultLater "default-later" "Let new records of {name} get that default on writing",
    Number "number" "Number the existing records of {name}",
    Hide "hide" "Hide {name} and its values",
    HideObject "hide-object" "Hide {name} and its records",
    Retype "retype" "Make {name} a {other}",
    Unique "unique" "Keep {name} unique",
    UniqueBeside "unique-beside" "Keep {name} unique, beside writers",
    NotUnique "not-unique" "Let values of {name} be the same again",
    DropUnique "drop-unique" "Drop the uniqueness of {name}",
    DropHalfUnique "drop-half-unique" "Drop what was made of the uniqueness of {name}",
    DropIndex "drop-index" "Drop the index of {name}",
    Purge "purge" "Drop what was hidden of {name}",
    AddRollup "add-rollup" "Add a column of the roll-up {name}",
    Zero "zero" "Let new records of {other} begin with zero in {name}",
    DropRollup "drop-rollup" "Take away what the roll-up {name} held",
    Wait "wait" "Let writers of {name} end",
    AddSecond "add-second" "Add a second column of {name}, a {other}",
    Convert "convert" "Say how values of {name} go over",
    KeepBoth "keep-both" "Keep both columns of {name} in step",
    KeepOther "keep-other" "Keep the other column of {name} in step",
    Look "look" "Look in batches whether all values of {name} can go over",
    Fill "fill" "Fill the second column of {name}",
    FillBatches "fill-batches" "Fill the second column of {name} in batches",
    IndexSecond "index-second" "Index the second column of {name}",
    IndexSecondBeside "index-second-beside" "Index the second column of {name} beside writers",
    CatchUp "catch-up" "Take over what was written of {name} meanwhile",
    Sure "sure" "Make sure that no value of {name} is lost",
    DropIndexed "drop-indexed" "Drop what was indexed of {name}",
    Swap "swap" "Let {name} and its second column change places",
    SwapIndex "swap-index" "Let the index of {name} take the place of the former",
    Forget "forget" "Forget how values of {name} went over",
    DropSecond "drop-second" "Take the second column of {name} away",
}

impl Doing {
    /// This, done to an object or field.
    pub(super) fn of(self, name: impl Into<String>) -> Act {
        Act { code: self, name: name.into(), other: None, former: None }
    }

    /// This, done to a field of an object.
    pub(super) fn field(self, object: &str, field: &str) -> Act {
        self.of(format!("{object}.{field}"))
    }
}

impl Act {
    pub(super) fn with(self, other: impl Into<String>) -> Self {
        Self { other: Some(other.into()), ..self }
    }

    pub(super) fn formerly(self, former: impl Into<String>) -> Self {
        Self { former: Some(former.into()), ..self }
    }

    /// The sentence in English, with names as code.
    pub(super) fn text(&self) -> String {
        let code = |name: &str| format!("`{name}`");
        let other = self.other.as_deref().unwrap_or_default();
        // A type is no name.
        let is_name = !matches!(self.code, Doing::Retype | Doing::AddSecond);
        let other = if is_name { code(other) } else { other.to_owned() };
        let names = self.name.split(", ").map(code).collect::<Vec<_>>().join(", ");
        let former = code(self.former.as_deref().unwrap_or_default());
        let values = [("{name}", names), ("{other}", other), ("{former}", former)];
        values.iter().fold(self.code.text().to_owned(), |text, (place, value)| text.replace(place, value))
    }
}
