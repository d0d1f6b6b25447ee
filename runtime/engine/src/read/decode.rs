//! Columns of rows as typed values, for what is computed in memory. Answers never go this way.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use formulas::{Document, Value};
use metadata::field_kinds::ColumnType;
use rust_decimal::Decimal;
use serde_json::value::RawValue;
use sqlx::Row;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use uuid::Uuid;

/// The value of one column; blank where there is none.
pub(crate) fn value(row: &PgRow, at: usize, ty: ColumnType) -> Result<Value, sqlx::Error> {
    let value = match ty {
        ColumnType::Text | ColumnType::Sealed => row.try_get::<Option<String>, _>(at)?.map(Value::text),
        ColumnType::Bigint => row.try_get::<Option<i64>, _>(at)?.map(|number| Value::Number(number.into())),
        ColumnType::Numeric(..) => row.try_get::<Option<Decimal>, _>(at)?.map(Value::Number),
        ColumnType::Boolean => row.try_get::<Option<bool>, _>(at)?.map(Value::Bool),
        ColumnType::Date => row.try_get::<Option<NaiveDate>, _>(at)?.map(Value::Date),
        ColumnType::Timestamptz => row.try_get::<Option<DateTime<Utc>>, _>(at)?.map(Value::DateTime),
        ColumnType::Time => row.try_get::<Option<NaiveTime>, _>(at)?.map(Value::Time),
        ColumnType::Uuid => row.try_get::<Option<Uuid>, _>(at)?.map(Value::Id),
        ColumnType::TextArray => row.try_get::<Option<Vec<String>>, _>(at)?.map(list),
        ColumnType::Jsonb => row.try_get::<Option<Json<&RawValue>>, _>(at)?.map(document).transpose()?,
    };
    Ok(value.unwrap_or(Value::Null))
}

fn list(words: Vec<String>) -> Value {
    Value::List(words.into_iter().map(Value::Text).collect())
}

fn document(json: Json<&RawValue>) -> Result<Value, sqlx::Error> {
    let document = Document::parse(json.0.get()).map_err(|unfit| sqlx::Error::Decode(Box::new(unfit)))?;
    Ok(Value::Json(document))
}
