//! The expression language of the product: texts, typed values, expressions, and their SQL form.
//!
//! Every condition (filter, grant, validation rule, formula field, roll-up condition) is one [`Expression`].
//! A formula's way is `text → lexer → parser → syntax → check (Scope) → Expression`, and from there to SQL ([`sql`]),
//! to a value in memory ([`evaluate()`]), or as JSON to the browser. The crate is pure: no database, no clock.
//!
//! ```text
//! formula   = expr                          # an optional leading "=" is skipped
//! expr      = or
//! or        = and  { ("||" | OR)  and }
//! and       = cmp  { ("&&" | AND) cmp }
//! cmp       = cat  [ ("=" | "==" | "<>" | "!=" | "<" | "<=" | ">" | ">=") cat ] | cat [NOT] IN list
//! cat       = add  { "&" add }
//! add       = mul  { ("+" | "-") mul }
//! mul       = unary { ("*" | "/" | "%") unary }
//! unary     = ("-" | "+" | "!") unary | NOT cmp | pow
//! pow       = prim [ "^" unary ]            # "-a^b" and "a^b^c" are refused
//! prim      = number | text | TRUE | FALSE | NULL | field | call | "(" expr ")" | list
//! ```

mod diagnostic;
mod lexer;
mod limits;
mod parser;
mod print;
mod span;
mod syntax;

mod document;
mod fault;
mod moment;
mod number;
mod pattern;
mod types;
mod value;

mod capability;
mod check;
mod rename;
mod expression;
pub mod functions;
mod scope;

mod evaluate;
mod request;
pub mod sql;

#[cfg(test)]
mod oracle;
#[cfg(test)]
#[path = "tests/blanks.rs"]
mod blanks;
#[cfg(test)]
#[path = "tests/docs.rs"]
mod docs;
#[cfg(test)]
mod testing;

pub use capability::Capability;
pub use check::{BlankAs, Checked, Mention, Options, Zone, check};
pub use diagnostic::{Code, Diagnostic};
pub use document::{Document, Unfit};
pub use evaluate::{Record, evaluate};
pub use expression::{Arithmetic, Branch, Comparison, Expression, Quantifier, Reference, TextMatch};
pub use fault::Fault;
pub use functions::{Function, FunctionRef};
pub use limits::Limits;
pub use moment::{day, midnight};
pub use rename::{renamed, rewritten};
pub use request::Request;
pub use scope::{OptionLabel, Scope, Target, Unknown};
pub use span::Span;
pub use types::Type;
pub use value::Value;
