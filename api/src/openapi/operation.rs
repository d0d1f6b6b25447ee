//! One operation in the making.

use serde_json::{Map, Value as Json, json};

/// What one method at one path takes and answers.
pub(super) struct Operation {
    json: Map<String, Json>,
    parameters: Vec<Json>,
    responses: Map<String, Json>,
}

impl Operation {
    /// An operation with the path's own parameters.
    pub fn new(id: String, tag: &str, summary: String, path: &str) -> Self {
        let json = json!({ "operationId": id, "tags": [tag], "summary": summary });
        let json = if let Json::Object(map) = json { map } else { Map::new() };
        Self { json, parameters: parameters_of(path), responses: Map::new() }
    }

    /// A parameter of the URL.
    #[must_use]
    pub fn query(mut self, name: &str, text: &str, schema: Json) -> Self {
        self.parameters.push(json!({ "name": name, "in": "query", "description": text, "schema": schema }));
        self
    }

    /// A parameter of the URL that must be there.
    #[must_use]
    pub fn needs(mut self, name: &str, text: &str, schema: Json) -> Self {
        self = self.query(name, text, schema);
        if let Some(last) = self.parameters.last_mut() {
            last["required"] = true.into();
        }
        self
    }

    /// A parameter of the URL with a word in brackets: `map[Header]=field`.
    #[must_use]
    pub fn map(mut self, name: &str, text: &str) -> Self {
        let schema = json!({ "type": "object", "additionalProperties": { "type": "string" } });
        self.parameters.push(json!({
            "name": name, "in": "query", "style": "deepObject", "explode": true, "description": text, "schema": schema,
        }));
        self
    }

    /// The only values of a parameter of the path.
    #[must_use]
    pub fn values(mut self, name: &str, values: &[&str]) -> Self {
        for parameter in self.parameters.iter_mut().filter(|parameter| parameter["name"] == name) {
            parameter["schema"] = json!({ "type": "string", "enum": values });
        }
        self
    }

    /// A header.
    #[must_use]
    pub fn header(mut self, name: &str, text: &str) -> Self {
        let schema = json!({ "type": "string" });
        self.parameters.push(json!({ "name": name, "in": "header", "description": text, "schema": schema }));
        self
    }

    /// A parameter that many operations share.
    #[must_use]
    pub fn shared(mut self, names: &[&str]) -> Self {
        let refs = names.iter().map(|name| json!({ "$ref": format!("#/components/parameters/{name}") }));
        self.parameters.extend(refs);
        self
    }

    /// A body of JSON.
    #[must_use]
    pub fn body(mut self, schema: Json) -> Self {
        let content = json!({ "application/json": { "schema": schema } });
        self.json.insert("requestBody".into(), json!({ "required": true, "content": content }));
        self
    }

    /// A body that is a file.
    #[must_use]
    pub fn files(mut self, kinds: &[&str]) -> Self {
        let content: Map<String, Json> = kinds.iter().map(|kind| ((*kind).to_owned(), json!({}))).collect();
        self.json.insert("requestBody".into(), json!({ "required": true, "content": content }));
        self
    }

    /// An answer of JSON.
    #[must_use]
    pub fn answers(mut self, status: u16, text: &str, schema: Json) -> Self {
        let content = json!({ "application/json": { "schema": schema } });
        self.responses.insert(status.to_string(), json!({ "description": text, "content": content }));
        self
    }

    /// An answer that is no JSON.
    #[must_use]
    pub fn answers_as(mut self, status: u16, text: &str, kind: &str) -> Self {
        let content = json!({ kind: { "schema": { "type": "string" } } });
        self.responses.insert(status.to_string(), json!({ "description": text, "content": content }));
        self
    }

    /// Another form of the answer with this status.
    #[must_use]
    pub fn also(mut self, status: u16, kind: &str, schema: Json) -> Self {
        if let Some(response) = self.responses.get_mut(&status.to_string()) {
            response["content"][kind] = json!({ "schema": schema });
        }
        self
    }

    /// A header of the answer with this status.
    #[must_use]
    pub fn tells(mut self, status: u16, header: &str, text: &str) -> Self {
        if let Some(response) = self.responses.get_mut(&status.to_string()) {
            response["headers"][header] = json!({ "description": text, "schema": { "type": "string" } });
        }
        self
    }

    /// An answer without a body.
    #[must_use]
    pub fn answers_nothing(mut self, status: u16, text: &str) -> Self {
        self.responses.insert(status.to_string(), json!({ "description": text }));
        self
    }

    /// What can be done with what came back.
    #[must_use]
    pub fn links(mut self, status: u16, links: Json) -> Self {
        if let Some(response) = self.responses.get_mut(&status.to_string()) {
            response["links"] = links;
        }
        self
    }

    /// Refusals, by status.
    #[must_use]
    pub fn refuses(mut self, statuses: &[u16]) -> Self {
        for status in statuses {
            let reference = json!({ "$ref": format!("#/components/responses/Problem{status}") });
            self.responses.insert(status.to_string(), reference);
        }
        self
    }

    /// Needs no credential.
    #[must_use]
    pub fn open(mut self) -> Self {
        self.json.insert("security".into(), json!([]));
        self
    }

    pub fn finish(mut self) -> Json {
        if !self.parameters.is_empty() {
            self.json.insert("parameters".into(), Json::Array(self.parameters));
        }
        self.responses.sort_keys();
        self.json.insert("responses".into(), Json::Object(self.responses));
        Json::Object(self.json)
    }
}

/// The parameters that stand in a path.
fn parameters_of(path: &str) -> Vec<Json> {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let one = |name: &str| {
        let schema = match name {
            "id" => json!({ "type": "string", "format": "uuid" }),
            "number" => json!({ "type": "integer", "minimum": 1 }),
            _ => json!({ "type": "string", "minLength": 1 }),
        };
        json!({ "name": name, "in": "path", "required": true, "schema": schema })
    };
    names.map(one).collect()
}
