//! Schemas put together of pieces that are parsed once: one for each object, found again by its text. After a change of
//! metadata only the pieces that differ are parsed, and roles that see the same of an object share what it takes.

use std::sync::Arc;

use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::{ComponentName, ExtendedType};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema, name};
use moka::sync::Cache;

use super::schema::weight;

/// Most text of pieces that are kept beside those of the schemas that are, in bytes.
const MAX_PIECES: u64 = 4_000_000;

/// Pieces by their text.
pub(super) struct Pieces(Cache<String, Arc<Piece>>);

/// The types that a piece says something of.
type Piece = IndexMap<Name, ExtendedType>;

impl Default for Pieces {
    fn default() -> Self {
        let weigher = |text: &String, _: &Arc<Piece>| weight(text.len());
        Self(Cache::builder().max_capacity(MAX_PIECES).weigher(weigher).build())
    }
}

impl Pieces {
    fn find(&self, text: String) -> Result<Arc<Piece>, String> {
        if let Some(piece) = self.0.get(&text) {
            return Ok(piece);
        }
        let schema =
            Schema::parse(text.as_str(), "schema.graphql").map_err(|wrong| wrong.errors.to_string())?;
        let own = schema.types.into_iter().filter(|(_, ty)| !ty.is_built_in());
        let piece: Arc<Piece> = Arc::new(own.collect());
        self.0.insert(text, piece.clone());
        Ok(piece)
    }
}

/// One schema of these texts; what is wrong with them, if anything is. A type of the same name in several pieces has the
/// fields of all.
pub(super) fn put_together(known: &Pieces, texts: Vec<String>) -> Result<Valid<Schema>, String> {
    let mut schema = Schema::new();
    for text in texts {
        for (name, ty) in known.find(text)?.iter() {
            match (schema.types.get_mut(name), ty) {
                (Some(ExtendedType::Object(there)), ExtendedType::Object(more)) => {
                    for (field, what) in &more.fields {
                        if there.make_mut().fields.insert(field.clone(), what.clone()).is_some() {
                            return Err(format!("there are two fields {name}.{field}"));
                        }
                    }
                }
                (Some(_), _) => return Err(format!("there are two types {name}")),
                (None, ty) => drop(schema.types.insert(name.clone(), ty.clone())),
            }
        }
    }
    let root = |name: Name| schema.types.contains_key(&name).then(|| ComponentName::from(name));
    let [query, mutation, subscription] =
        [name!("Query"), name!("Mutation"), name!("Subscription")].map(root);
    let definition = schema.schema_definition.make_mut();
    (definition.query, definition.mutation, definition.subscription) = (query, mutation, subscription);
    // A schema names only those of the built-in scalars that it uses, and numbers here are decimals.
    schema.types.shift_remove("Float");
    held(schema)
}

/// What is generated is valid, so holding it to all rules of GraphQL, which takes longer than all else, is left to tests.
#[cfg(not(debug_assertions))]
#[allow(clippy::unnecessary_wraps)] // Others look closer.
fn held(schema: Schema) -> Result<Valid<Schema>, String> {
    Ok(Valid::assume_valid(schema))
}

#[cfg(debug_assertions)]
fn held(schema: Schema) -> Result<Valid<Schema>, String> {
    schema.validate().map_err(|wrong| wrong.errors.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(field: &str) -> Vec<String> {
        let fixed = "type Query { node(id: ID!): Thing }\ninput Page { first: Int is_last: Boolean }";
        let thing =
            format!("type Thing {{ id: ID! {field}: String }}\ntype Query {{ things(page: Page): [Thing] }}");
        vec![fixed.to_owned(), thing]
    }

    #[test]
    fn pieces_are_what_the_whole_text_would_be() {
        let schema = put_together(&Pieces::default(), texts("name")).unwrap();
        let whole = "type Query { node(id: ID!): Thing things(page: Page): [Thing] }\n\
                     input Page { first: Int is_last: Boolean }\ntype Thing { id: ID! name: String }";
        let whole = Schema::parse_and_validate(whole, "whole.graphql").unwrap();
        assert_eq!(schema.to_string(), whole.to_string());
        let names = |schema: &Schema| {
            schema.types.keys().map(ToString::to_string).collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(names(&schema), names(&whole));
    }

    #[test]
    fn what_did_not_change_is_not_parsed_again() {
        let known = Pieces::default();
        let (before, after) =
            (put_together(&known, texts("name")).unwrap(), put_together(&known, texts("title")).unwrap());
        let page = |schema: &Valid<Schema>| schema.get_input_object("Page").unwrap().clone();
        assert!(page(&before).ptr_eq(&page(&after)));
        assert!(after.type_field("Thing", "title").is_ok() && after.type_field("Thing", "name").is_err());
        // The piece that both share is not touched by what is put together of it.
        assert_eq!(before.get_object("Query").unwrap().fields.len(), 2);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let known = Pieces::default();
        for wrong in [
            vec!["type Query {".to_owned()],
            vec!["type Query { a: Int a: Int }".to_owned()],
            vec!["type Query { a: Int }\ninput A { a: Int }".to_owned(), "input A { b: Int }".to_owned()],
            vec!["type Query { a: Int }".to_owned(), "type Query { b: Int a: String }".to_owned()],
            vec!["type Query { a: Missing }".to_owned()],
        ] {
            assert!(put_together(&known, wrong.clone()).is_err(), "{wrong:?}");
        }
    }
}
