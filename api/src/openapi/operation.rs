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

    /// What it does, in a line.
    #[must_use]
    pub fn says(mut self, summary: &str) -> Self {
        self.json.insert("summary".into(), summary.into());
        self
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
        self.required()
    }

    /// The parameter that was told last must be there.
    #[must_use]
    pub fn required(mut self) -> Self {
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

    /// A parameter of the URL that is a list, its items separated by commas.
    #[must_use]
    pub fn listed(mut self, name: &str, text: &str, (item, most): (Json, u32)) -> Self {
        let schema = json!({ "type": "array", "items": item, "minItems": 1, "maxItems": most });
        self.parameters.push(json!({
            "name": name, "in": "query", "style": "form", "explode": false, "description": text, "schema": schema,
        }));
        self
    }

    /// Whether it has a parameter of its own with this name.
    pub fn has(&self, name: &str) -> bool {
        self.parameters.iter().any(|parameter| parameter["name"] == name)
    }

    /// A parameter of the URL that is JSON.
    #[must_use]
    pub fn json(mut self, name: &str, text: &str, schema: Json) -> Self {
        let content = json!({ "application/json": { "schema": schema } });
        self.parameters.push(json!({ "name": name, "in": "query", "description": text, "content": content }));
        self
    }

    /// A body of JSON.
    #[must_use]
    pub fn body(self, schema: Json) -> Self {
        self.body_as("application/json", schema)
    }

    /// A body of JSON that calls itself something else.
    #[must_use]
    pub fn body_as(mut self, kind: &str, schema: Json) -> Self {
        let content = json!({ kind: { "schema": schema } });
        self.json.insert("requestBody".into(), json!({ "required": true, "content": content }));
        self
    }

    /// A body of JSON that may be missing.
    #[must_use]
    pub fn optional_body(self, schema: Json) -> Self {
        let mut with = self.body(schema);
        if let Some(body) = with.json.get_mut("requestBody") {
            body["required"] = false.into();
        }
        with
    }

    /// A body as somebody would send it.
    #[must_use]
    pub fn example(mut self, example: Json) -> Self {
        if let Some(body) = self.json.get_mut("requestBody") {
            body["content"]["application/json"]["example"] = example;
        }
        self
    }

    /// A body that is a file.
    #[must_use]
    pub fn files(mut self, kinds: &[&str]) -> Self {
        // A sheet is no text.
        let schema = |kind: &str| {
            if kind.contains("officedocument") { json!({}) } else { json!({ "type": "string" }) }
        };
        let content: Map<String, Json> =
            kinds.iter().map(|kind| ((*kind).to_owned(), json!({ "schema": schema(kind) }))).collect();
        self.json.insert("requestBody".into(), json!({ "required": true, "content": content }));
        self
    }

    /// An answer of JSON.
    #[must_use]
    pub fn answers(self, status: u16, text: &str, schema: Json) -> Self {
        self.answers_json(status, text, "application/json", schema)
    }

    /// An answer of JSON that calls itself something else.
    #[must_use]
    pub fn answers_json(mut self, status: u16, text: &str, kind: &str, schema: Json) -> Self {
        let content = json!({ kind: { "schema": schema } });
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

    /// Refusals, by status; those that were told already stay.
    #[must_use]
    pub fn refuses(mut self, statuses: &[u16]) -> Self {
        for status in statuses {
            let reference = json!({ "$ref": format!("#/components/responses/Problem{status}") });
            self.responses.entry(status.to_string()).or_insert(reference);
        }
        self
    }

    /// Needs no credential.
    #[must_use]
    pub fn open(self) -> Self {
        self.secured(json!([]))
    }

    /// Needs another credential than most.
    #[must_use]
    pub fn secured(mut self, by: Json) -> Self {
        self.json.insert("security".into(), by);
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
            // 0 is before the first revision.
            "number" => json!({ "type": "integer", "minimum": 0 }),
            _ => json!({ "type": "string", "minLength": 1 }),
        };
        json!({ "name": name, "in": "path", "required": true, "schema": schema })
    };
    names.map(one).collect()
}
