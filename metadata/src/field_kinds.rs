//! The closed list of field kinds, and the questions that each answers in its own file:
//! which columns it has, what it accepts, how it prints. Adding a kind is adding a file and one line
//! in each list below.

use formulas::{Type, Value};
use serde_json::{Map, Value as Json};

use crate::input::Input;
use crate::problem::{Fault, Problem};

pub mod any_lookup;
pub mod autonumber;
pub mod boolean;
pub mod currency;
pub mod date;
pub mod datetime;
pub mod decimal;
pub mod email;
pub mod formula;
pub mod integer;
pub mod json;
pub mod long_text;
pub mod lookup;
pub mod many_to_many;
pub mod master_detail;
pub mod multi_picklist;
pub mod percent;
pub mod phone;
pub mod picklist;
pub mod rich_text;
pub mod rollup;
pub mod tags;
pub mod text;
pub mod time;
pub mod url;

/// PostgreSQL type of a column that holds a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    Uuid,
    Text,
    /// Text that is stored as ciphertext.
    Sealed,
    Bigint,
    /// Precision, scale.
    Numeric(u8, u8),
    Boolean,
    Date,
    Timestamptz,
    Time,
    TextArray,
    Jsonb,
}

impl ColumnType {
    /// The type as it stands in DDL.
    pub fn sql(self) -> String {
        match self {
            Self::Uuid => "uuid".into(),
            Self::Text | Self::Sealed => "text".into(),
            Self::Bigint => "bigint".into(),
            Self::Numeric(precision, scale) => format!("numeric({precision},{scale})"),
            Self::Boolean => "boolean".into(),
            Self::Date => "date".into(),
            Self::Timestamptz => "timestamptz".into(),
            Self::Time => "time".into(),
            Self::TextArray => "text[]".into(),
            Self::Jsonb => "jsonb".into(),
        }
    }
}

/// What each kind answers about itself. One implementation per file.
pub trait Behaviour {
    /// Columns of the object's table: (suffix to the field's name, type). Empty for kinds with a table of their own.
    fn columns(&self) -> Vec<(&'static str, ColumnType)>;
    /// Type of the field in expressions.
    fn ty(&self) -> Type;
    /// Checks and normalises one value that is not null.
    fn parse(&self, input: &Input<'_>) -> Result<Value, Fault>;
    /// Problems of the settings themselves, with paths below the field.
    fn check(&self) -> Vec<Problem> {
        Vec::new()
    }
}

macro_rules! kinds {
    ($( $variant:ident($module:ident::$settings:ident) = $name:literal ),* $(,)?) => {
        /// A field's kind with its settings. `Id` is the primary key and cannot be defined by anyone.
        #[derive(Clone, Debug, PartialEq)]
        pub enum FieldKind {
            /// The primary key, a UUIDv7.
            Id,
            $( #[doc = concat!("`", $name, "`")] $variant($module::$settings), )*
        }

        impl FieldKind {
            /// Names of all kinds that can be defined, in the order of the contract.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// The kind's name in definitions.
            pub fn name(&self) -> &'static str {
                match self { Self::Id => "id", $( Self::$variant(_) => $name, )* }
            }

            /// Reads the settings of the kind called `name`; unknown keys are faults.
            pub fn from_settings(name: &str, settings: Map<String, Json>) -> Result<Self, Fault> {
                let settings = Json::Object(settings);
                match name {
                    $( $name => serde_json::from_value(settings).map(Self::$variant)
                        .map_err(|error| Fault::new("bad-setting", error.to_string())), )*
                    _ => Err(Fault::new("unknown-kind", format!("`{name}` is not a field kind"))),
                }
            }

            /// The settings as they stand in a definition.
            pub fn settings(&self) -> Map<String, Json> {
                let json = match self {
                    Self::Id => Ok(Json::Object(Map::new())),
                    $( Self::$variant(settings) => serde_json::to_value(settings), )*
                };
                match json { Ok(Json::Object(map)) => map, _ => Map::new() }
            }

            /// The kind's own answers.
            pub fn behaviour(&self) -> &dyn Behaviour {
                match self { Self::Id => &PrimaryKey, $( Self::$variant(settings) => settings, )* }
            }
        }
    };
}

kinds! {
    Text(text::Text) = "text",
    LongText(long_text::LongText) = "long_text",
    RichText(rich_text::RichText) = "rich_text",
    Integer(integer::Integer) = "integer",
    Decimal(decimal::Decimal) = "decimal",
    Currency(currency::Currency) = "currency",
    Percent(percent::Percent) = "percent",
    Boolean(boolean::Boolean) = "boolean",
    Date(date::Date) = "date",
    Datetime(datetime::Datetime) = "datetime",
    Time(time::Time) = "time",
    Picklist(picklist::Picklist) = "picklist",
    MultiPicklist(multi_picklist::MultiPicklist) = "multi_picklist",
    Tags(tags::Tags) = "tags",
    Email(email::Email) = "email",
    Phone(phone::Phone) = "phone",
    Url(url::Url) = "url",
    Json(json::Json) = "json",
    Lookup(lookup::Lookup) = "lookup",
    MasterDetail(master_detail::MasterDetail) = "master_detail",
    AnyLookup(any_lookup::AnyLookup) = "any_lookup",
    ManyToMany(many_to_many::ManyToMany) = "many_to_many",
    Rollup(rollup::Rollup) = "rollup",
    Autonumber(autonumber::Autonumber) = "autonumber",
    Formula(formula::Formula) = "formula",
}

struct PrimaryKey;

impl Behaviour for PrimaryKey {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        vec![("", ColumnType::Uuid)]
    }

    fn ty(&self) -> Type {
        Type::Id
    }

    fn parse(&self, input: &Input<'_>) -> Result<Value, Fault> {
        lookup::parse_id(input)
    }
}

impl FieldKind {
    /// The object that a to-one relation of one target points to.
    pub fn target(&self) -> Option<&str> {
        match self {
            Self::Lookup(lookup) => Some(&lookup.to),
            Self::MasterDetail(master) => Some(&master.to),
            _ => None,
        }
    }

    /// Options written in the definition itself, or the name of the set that holds them.
    pub fn choices(&self) -> Option<(&[picklist::Choice], Option<&str>)> {
        match self {
            Self::Picklist(p) => Some((&p.options, p.option_set.as_deref())),
            Self::MultiPicklist(p) => Some((&p.options, p.option_set.as_deref())),
            _ => None,
        }
    }

    /// What the kind calls its values in messages: `a number`, `a date as YYYY-MM-DD` …
    pub fn is_to_many(&self) -> bool {
        matches!(self, Self::ManyToMany(_))
    }
}
