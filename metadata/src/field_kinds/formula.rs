//! `formula`: a value computed of other fields each time it is read. It has no column; see `catalog::computed`.

use formulas::{Options, Type, Value, Zone};
use serde::{Deserialize, Serialize};

use super::{Behaviour, ColumnType};
use crate::input::Input;
use crate::problem::{Fault, Problem};

/// Settings of a `formula` field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Formula {
    /// The text in the formula language.
    pub formula: String,
    /// What the result must be; found out when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returns: Option<Returns>,
    /// Decimals that a number is rounded to, 0 to 12.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<u8>,
    /// ISO 4217 code, for results that are money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// How blank numbers read in arithmetic.
    #[serde(default, skip_serializing_if = "BlankAs::is_zero")]
    pub blank_as: BlankAs,
    /// Zone in which days begin: `user` (when left out), `tenant`, or an IANA name. Only the last can be indexed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tz: Option<String>,
}

/// What a formula's result is shown as; each is the name of a field kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Returns {
    Text,
    Decimal,
    Currency,
    Percent,
    Boolean,
    Date,
    Datetime,
    Time,
}

/// How blank numbers read in arithmetic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlankAs {
    #[default]
    Zero,
    Blank,
}

impl BlankAs {
    fn is_zero(&self) -> bool {
        *self == Self::Zero
    }
}

impl Returns {
    /// The type that an expression must have.
    pub fn ty(self) -> Type {
        match self {
            Self::Text => Type::Text,
            Self::Decimal | Self::Currency | Self::Percent => Type::Number,
            Self::Boolean => Type::Bool,
            Self::Date => Type::Date,
            Self::Datetime => Type::DateTime,
            Self::Time => Type::Time,
        }
    }

    /// The field kind that shows it.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Decimal => "decimal",
            Self::Currency => "currency",
            Self::Percent => "percent",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Datetime => "datetime",
            Self::Time => "time",
        }
    }
}

impl Formula {
    /// How its text is meant.
    pub fn options(&self) -> Options {
        let blank_as = match self.blank_as {
            BlankAs::Zero => formulas::BlankAs::Zero,
            BlankAs::Blank => formulas::BlankAs::Blank,
        };
        let zone = self.tz.as_deref().and_then(Zone::parse).unwrap_or_default();
        Options { blank_as, zone, expects: self.returns.map(Returns::ty), ..Options::default() }
    }
}

impl Behaviour for Formula {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        Vec::new()
    }

    /// As far as the settings tell; the field's own type is found out by the catalog.
    fn ty(&self) -> Type {
        self.returns.map_or(Type::Null, Returns::ty)
    }

    fn parse(&self, _: &Input<'_>) -> Result<Value, Fault> {
        Err(Fault::new("read-only", "the value is computed"))
    }

    fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.scale.is_some_and(|scale| scale > 12) {
            problems.push(Problem::new("scale", "out-of-range", "numbers are rounded to 0 to 12 decimals"));
        }
        if self.tz.as_deref().is_some_and(|name| Zone::parse(name).is_none()) {
            let problem = Problem::new("tz", "unknown-zone", "there is no such time zone");
            problems.push(problem.hint("write `user`, `tenant`, or a name such as `Europe/Budapest`"));
        }
        let code = |code: &str| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        if self.currency.as_deref().is_some_and(|currency| !code(currency)) {
            let text = "expected an ISO 4217 code such as `EUR`";
            problems.push(Problem::new("currency", "bad-currency", text));
        }
        problems
    }
}
