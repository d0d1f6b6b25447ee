//! `apps/{name}`: what people of one kind of work have in their navigation, in which order. One that `extends` another
//! adds to it, so that a package can bring its own objects into the app of another.

use serde::{Deserialize, Serialize};

use super::sharing_rule::People;
use super::{Kind, Part};
use crate::catalog::{Catalog, Object, Uses, apps};
use crate::problem::Problem;

/// An app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// What people call it; made from the name when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Name of an icon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// Name of the app that this adds to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<String>,
    /// What the navigation holds, in this order.
    pub items: Vec<Item>,
    /// Who sees it; everybody when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared_with: Vec<People>,
    /// Place among the apps, smallest first.
    #[serde(default, skip_serializing_if = "super::is_zero")]
    pub order: i32,
    #[serde(default = "super::yes")]
    pub active: bool,
}

/// One line of the navigation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Name of the object whose records it leads to.
    pub object: String,
    /// Name of the view that it opens, without the object's; the first one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<String>,
    /// What people call it; the plural label of the object, or the label of the view, when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

impl Item {
    /// Full name of the view.
    pub fn view_name(&self) -> Option<String> {
        self.view.as_ref().map(|word| format!("{}.{word}", self.object))
    }
}

impl Part for App {
    fn check(&self, catalog: &Catalog, _object: Option<&Object>) -> Vec<Problem> {
        apps::check(catalog, self)
    }

    fn uses(&self, uses: &mut Uses<'_>) {
        self.extends.iter().for_each(|name| uses.component(Kind::Apps, name, "extends"));
        for (at, item) in self.items.iter().enumerate() {
            uses.component(Kind::Objects, &item.object, &format!("items.{at}.object"));
            let view = item.view_name();
            view.iter().for_each(|name| uses.component(Kind::ListViews, name, &format!("items.{at}.view")));
        }
        self.shared_with.iter().for_each(|people| people.uses(uses, "shared_with"));
    }

    fn rename_object(&mut self, old: &str, new: &str) {
        for item in self.items.iter_mut().filter(|item| item.object == old) {
            new.clone_into(&mut item.object);
        }
    }
}
