// made/openapi.json for Schemathesis, as made/bounded.json. A filter may hold filters of related records, and those
// others, and so on from every object to every other: Schemathesis would walk each way that there is through them and
// never come back. So what is within a filter names fields alone, and of fields that are compared with the same each
// filter names one. All else is the same.

import { readFile, writeFile } from "node:fs/promises";

const IS_FILTER = /^\w+(Filter|Conditions)$/;
const REFERENCE = /"#\/components\/schemas\/(\w+(?:Filter|Conditions))"/g;

/** One property of each form. */
function oneOfEach(properties) {
  const forms = new Map();
  for (const [name, property] of properties) {
    const form = JSON.stringify(property).replace(REFERENCE, "");
    if (!forms.has(form)) forms.set(form, [name, property]);
  }
  return Object.fromEntries(forms.values());
}

const document = JSON.parse(await readFile("made/openapi.json", "utf8"));
const { schemas } = document.components;
for (const [name, schema] of Object.entries(schemas).filter(([name]) => IS_FILTER.test(name))) {
  const all = Object.entries(schema.properties);
  const plain = all.filter(([, property]) => JSON.stringify(property).search(REFERENCE) < 0);
  const whole = JSON.stringify({ ...schema, properties: oneOfEach(all) });
  schemas[name] = JSON.parse(whole.replace(REFERENCE, '"#/components/schemas/$1Within"'));
  schemas[`${name}Within`] = { ...schema, properties: oneOfEach(plain) };
}
await writeFile("made/bounded.json", JSON.stringify(document));
