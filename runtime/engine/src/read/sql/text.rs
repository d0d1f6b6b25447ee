//! From a select to its text and parameters. How many rows are wanted stands in the text, so that a plan which is
//! made once for all values is made for the real size of the page and not for a guess.

use std::fmt::{self, Display, Write};

use sea_query::{PostgresQueryBuilder, QueryBuilder, SelectStatement, SqlWriter, Value, Values};

/// The text, with `$1 …` in place of the values.
pub(super) fn build(select: &SelectStatement) -> (String, Values) {
    let mut text = Text { text: String::with_capacity(4096), values: Vec::new() };
    select.build_collect_into(PostgresQueryBuilder, &mut text);
    (text.text, Values(text.values))
}

struct Text {
    text: String,
    values: Vec<Value>,
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text.write_str(text)
    }
}

impl Display for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl SqlWriter for Text {
    fn push_param<T: QueryBuilder>(&mut self, value: Value, _: &T) {
        // Writing into a string cannot fail.
        let _ = match value {
            Value::BigUnsigned(Some(rows)) if self.text.ends_with(" LIMIT ") => write!(self.text, "{rows}"),
            value => {
                self.values.push(value);
                write!(self.text, "${}", self.values.len())
            }
        };
    }

    fn as_writer(&mut self) -> &mut dyn Write {
        self
    }
}
