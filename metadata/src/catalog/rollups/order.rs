//! Roll-ups over roll-ups: how deep each stands, and rings.

use std::collections::HashMap;
use std::sync::Arc;

use super::resolve::{at, path, places, put};
use super::{MAX_LEVELS, Rollup};
use crate::catalog::Catalog;
use crate::problem::Problem;

/// One roll-up in the graph: its name for people, where it is defined, and its place.
struct Node {
    name: String,
    path: String,
    place: (usize, usize),
    rollup: Arc<Rollup>,
}

/// Gives each roll-up its level; tells rings and chains that are too long.
pub(super) fn resolve(catalog: &mut Catalog, problems: &mut Vec<Problem>) {
    let nodes: HashMap<String, Node> = nodes(catalog);
    let mut levels: HashMap<&str, usize> = HashMap::new();
    let mut ids: Vec<&String> = nodes.keys().collect();
    ids.sort_by_key(|id| nodes[*id].place);
    for id in &ids {
        if let Err(ring) = level(&nodes, id, &mut levels, &mut Vec::new())
            && ring.first() == Some(&id.as_str())
        {
            let names: Vec<&str> =
                ring.iter().chain(ring.first()).map(|id| nodes[*id].name.as_str()).collect();
            let text = format!("the roll-up would be made of itself: {}", names.join(" → "));
            let problem = Problem::new(&nodes[*id].path, "rollup-cycle", text);
            problems.push(problem.hint("leave one of them out"));
        }
    }
    for id in ids {
        let Some(&level) = levels.get(id.as_str()) else { continue };
        if level > MAX_LEVELS {
            let text =
                format!("roll-ups over roll-ups go at most {MAX_LEVELS} levels; this is the {level}th");
            problems.push(Problem::new(&nodes[id].path, "too-deep", text));
        }
        let node = &nodes[id];
        put(catalog, node.place, Rollup { level, ..Rollup::clone(&node.rollup) });
    }
}

fn nodes(catalog: &Catalog) -> HashMap<String, Node> {
    let node = |place| {
        let (object, field) = at(catalog, place);
        let rollup = field.rollup.clone()?;
        let name = format!("{}.{}", object.name, field.name);
        Some((field.id.clone(), Node { name, path: path(object, field), place, rollup }))
    };
    places(catalog).into_iter().filter_map(node).collect()
}

/// The level of one roll-up, or the ring that it leads into.
fn level<'n>(
    nodes: &'n HashMap<String, Node>,
    id: &'n str,
    levels: &mut HashMap<&'n str, usize>,
    above: &mut Vec<&'n str>,
) -> Result<usize, Vec<&'n str>> {
    if let Some(level) = levels.get(id) {
        return Ok(*level);
    }
    if let Some(start) = above.iter().position(|one| *one == id) {
        return Err(above[start..].to_vec());
    }
    let Some(node) = nodes.get(id) else { return Ok(0) };
    above.push(id);
    let mut most = 0;
    for below in &node.rollup.uses {
        most = most.max(level(nodes, below, levels, above)?);
    }
    above.pop();
    levels.insert(id, most + 1);
    Ok(most + 1)
}
