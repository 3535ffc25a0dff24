//! What the search box means: a height, the beginning of a hash, an address, a user or a node.
//!
//! At most [`MAX_FOUND`] suggestions; what the model does not hold is left to a node, which is
//! asked for the text as it stands.

use super::Model;
use super::figures::grouped;
use crate::primitives::read_number;

/// Most suggestions shown at once.
pub const MAX_FOUND: usize = 8;

/// Where a suggestion leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A block by its id.
    Block(String),
    /// A node by its name.
    Node(String),
    /// The row of an account: the text to filter by, a name or an address.
    User(String),
    /// Not in the model: ask a node for a block, then for a transaction.
    Ask(String),
}

/// One line under the search box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it is, such as `Block 42`.
    pub label: String,
    /// What tells it from others, such as the id.
    pub detail: String,
    /// Where it leads.
    pub target: Target,
}

/// Suggestions for a text, the best first. Empty for a blank text.
#[must_use]
pub fn find(model: &Model, text: &str) -> Vec<Found> {
    let text = text.trim().to_ascii_lowercase();
    let text = text.strip_prefix('#').unwrap_or(&text);
    if text.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    found.extend(heights(model, text));
    found.extend(nodes(model, text));
    found.extend(users(model, text));
    if text.len() >= 4 && text.chars().all(|c| c.is_ascii_hexdigit()) {
        found.extend(hashes(model, text));
        found.push(Found {
            label: format!("Look up {}", super::figures::short(text)),
            detail: "block or transaction".to_owned(),
            target: Target::Ask(text.to_owned()),
        });
    }
    found.truncate(MAX_FOUND);
    found
}

fn heights(model: &Model, text: &str) -> Vec<Found> {
    let Ok(height) = read_number(text) else {
        return Vec::new();
    };
    let mut found: Vec<Found> = model
        .blocks
        .values()
        .filter(|block| block.height == height)
        .map(|block| Found {
            label: format!("Block {}", grouped(height)),
            detail: format!("{} by {}", super::figures::short(&block.hash), block.miner),
            target: Target::Block(block.hash.clone()),
        })
        .collect();
    let highest = model
        .nodes
        .iter()
        .map(|node| node.status.height)
        .max()
        .unwrap_or(0);
    if found.is_empty() && height <= highest {
        found.push(Found {
            label: format!("Block {}", grouped(height)),
            detail: "on the best chain".to_owned(),
            target: Target::Ask(height.to_string()),
        });
    }
    found
}

fn nodes(model: &Model, text: &str) -> Vec<Found> {
    let matches = |name: &str, id: &str| {
        name.to_ascii_lowercase().starts_with(text) || (text.len() >= 4 && id.starts_with(text))
    };
    model
        .nodes
        .iter()
        .filter(|node| matches(&node.status.name, &node.status.id))
        .map(|node| Found {
            label: format!("Node {}", node.status.name),
            detail: super::figures::short(&node.status.id),
            target: Target::Node(node.status.name.clone()),
        })
        .collect()
}

fn users(model: &Model, text: &str) -> Vec<Found> {
    let is_node = |id: &str| model.nodes.iter().any(|node| node.status.id == id);
    model
        .names
        .iter()
        .filter(|(id, _)| !is_node(id))
        .filter(|(id, name)| {
            name.to_ascii_lowercase().starts_with(text) || (text.len() >= 4 && id.starts_with(text))
        })
        .map(|(id, name)| Found {
            label: format!("User {name}"),
            detail: super::figures::short(id),
            target: Target::User(name.clone()),
        })
        .collect()
}

fn hashes(model: &Model, text: &str) -> Vec<Found> {
    model
        .blocks
        .values()
        .filter(|block| block.hash.starts_with(text))
        .map(|block| Found {
            label: format!("Block {}", grouped(block.height)),
            detail: super::figures::short(&block.hash),
            target: Target::Block(block.hash.clone()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::NodeView;
    use super::super::testing::status;
    use super::*;

    #[test]
    fn a_height_is_found_as_the_page_prints_it_and_in_no_other_form() {
        let mut model = Model::new("test");
        model.nodes.push(NodeView {
            status: status("pow-1", "a", 2_000),
            miners: Vec::new(),
            peers: Vec::new(),
            own: true,
        });
        for text in ["1234", "1,234", " #1,234 "] {
            let found = find(&model, text);
            assert_eq!(found[0].label, "Block 1,234", "{text}");
            assert_eq!(found[0].target, Target::Ask("1234".into()), "{text}");
        }
        for text in ["1,23", "1.234", "+1234", "-5", "3,000"] {
            assert_eq!(find(&model, text), [], "{text}");
        }
    }
}
