//! What an expression would answer for one record, for editors that show it while somebody types.

use std::sync::Arc;

use metadata::catalog::{Checked, Computed};
use serde_json::Value as Json;
use uuid::Uuid;

use super::{Plan, Prepared, run_prepared};
use crate::Engine;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::plan::{Output, What};
use crate::query::{Query, Selection};

impl Engine {
    /// `{"value": …}`, and `{"value": null, "error": "DIV0"}` where it has a fault, for a record that the actor may
    /// read; nothing for an expression that only has a meaning while a record is saved, or no value.
    pub async fn sample(
        &self,
        context: &Context,
        (object, id): (&str, Uuid),
        checked: &Checked,
    ) -> Result<Option<Json>> {
        let Some(computed) = Computed::of(checked, "value").map(Arc::new) else { return Ok(None) };
        let fields = vec![Selection::Field("id".to_owned())];
        let mut plan = Plan::new(context, &Query { fields, ..Query::of(object, vec![id]) })?;
        let faults = What::Faults(vec![("value".to_owned(), computed.clone())]);
        for (key, what) in [("value", What::Computed(computed)), ("errors", faults)] {
            plan.root.outputs.push(Output { key: key.to_owned(), what });
        }
        let mut connection = self.connection(context.tenant()).await?;
        let read = Prepared::new(context, &plan);
        let outcome = run_prepared(&mut connection, context, (&read, &[id])).await;
        let answer = self.settle(&mut connection, context, outcome).await?;
        let rows: Vec<Json> = serde_json::from_slice(&answer.json).unwrap_or_default();
        let row = rows.into_iter().next().ok_or(Error::NotFound)?;
        let mut sample = serde_json::json!({ "value": row["value"] });
        if let Some(code) = row["errors"]["value"].as_str() {
            sample["error"] = code.into();
        }
        Ok(Some(sample))
    }
}
