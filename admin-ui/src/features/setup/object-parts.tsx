// The parts of an object in setup beside its fields. They come together, when one of them is first opened: what an object
// opens with is its fields, and those are to be there soon.
export { LayoutsTab } from "./layouts-tab";
export { ObjectSettings } from "./object-settings";
export { RecordTypesTab } from "./record-types";
export { RulesTab } from "./rules/rules-tab";
export { ViewsTab } from "./views/views-tab";
