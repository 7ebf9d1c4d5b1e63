//! From the contract's words to the gateway's. An answer is untrusted: it goes to a database, to people and to logs.

use super::error::PolicyError;
use super::words;
use crate::authz::{Condition, Decision, Denial, Obligation, Rows, Value};

/// Longest constant, name of an attribute or of a permission.
const NAME_MAX: usize = 128;
/// Longest text for people, and longest text to compare with.
const TEXT_MAX: usize = 512;
/// Most obligations of a permit, and most missing permissions of a denial.
const LIST_MAX: usize = 64;
/// Most nodes of a condition, as sent, and once more as a tree, where a shared operand counts each time.
const NODES_MAX: usize = 256;
/// Deepest nesting of a condition.
const DEPTH_MAX: usize = 16;
/// Most texts that a condition compares with: each becomes a parameter of the query.
const TEXTS_MAX: usize = 4_096;

fn broken<T>(what: impl Into<String>) -> Result<T, PolicyError> {
    Err(PolicyError::Contract(what.into()))
}

fn text(text: String, max: usize, what: &str) -> Result<String, PolicyError> {
    if text.len() > max {
        return broken(format!("{what} of {} bytes, and {max} are allowed", text.len()));
    }
    Ok(text)
}

/// The decision; nothing when the module has none to make.
pub(super) fn decision(answer: words::Decision) -> Result<Option<Decision>, PolicyError> {
    match answer {
        words::Decision::NotApplicable => Ok(None),
        words::Decision::Permit(obligations) if obligations.len() > LIST_MAX => {
            broken(format!("{} obligations, and {LIST_MAX} are allowed", obligations.len()))
        }
        words::Decision::Permit(obligations) => Ok(Some(Decision::Permit(
            obligations
                .into_iter()
                .map(|obligation| match obligation {
                    words::Obligation::NotifyAdmins => Obligation::NotifyAdmins,
                    words::Obligation::RequireOtp => Obligation::RequireOtp,
                })
                .collect(),
        ))),
        words::Decision::Deny(denial) if denial.missing.len() > LIST_MAX => {
            broken(format!("{} missing permissions, and {LIST_MAX} are allowed", denial.missing.len()))
        }
        words::Decision::Deny(denial) => Ok(Some(Decision::Deny(Denial {
            reason: text(denial.reason, NAME_MAX, "a reason")?,
            message: text(denial.message, TEXT_MAX, "a message")?,
            missing: denial
                .missing
                .into_iter()
                .map(|name| text(name, NAME_MAX, "the name of a permission"))
                .collect::<Result<_, _>>()?,
            visible: denial.visible,
        }))),
    }
}

/// The rows; nothing when the module has no say about them.
pub(super) fn rows(answer: words::Scope) -> Result<Option<Rows>, PolicyError> {
    Ok(match answer {
        words::Scope::NotApplicable => None,
        words::Scope::Everything => Some(Rows::Everything),
        words::Scope::Nothing => Some(Rows::Nothing),
        words::Scope::Only(flat) => Some(Rows::Only(condition(flat)?)),
    })
}

/// What a node and all below it come to as a tree.
#[derive(Clone, Copy)]
struct Cost {
    nodes: usize,
    depth: usize,
    texts: usize,
}

fn condition(flat: words::Condition) -> Result<Condition, PolicyError> {
    if flat.nodes.len() > NODES_MAX {
        return broken(format!("a condition of {} nodes, and {NODES_MAX} are allowed", flat.nodes.len()));
    }
    // Costs first, all of them, and only then the tree: an operand that several operators share is copied for each.
    let mut costs = Vec::with_capacity(flat.nodes.len());
    for node in &flat.nodes {
        let cost = cost(node, &costs)?;
        if cost.nodes > NODES_MAX || cost.texts > TEXTS_MAX || cost.depth > DEPTH_MAX {
            return broken(format!(
                "a condition of more than {NODES_MAX} nodes, {TEXTS_MAX} texts or {DEPTH_MAX} levels"
            ));
        }
        costs.push(cost);
    }
    tree(flat.root, &flat.nodes)
}

/// Operands stand before their operator, so there can be no cycle.
fn cost(node: &words::Node, before: &[Cost]) -> Result<Cost, PolicyError> {
    let operands: &[u32] = match node {
        words::Node::AllOf(operands) | words::Node::AnyOf(operands) => operands,
        words::Node::Negate(operand) => std::slice::from_ref(operand),
        words::Node::OneOf(attribute) | words::Node::AnyInCommon(attribute) => {
            let texts = if let words::Value::Texts(texts) = &attribute.value { texts.len() } else { 0 };
            return Ok(Cost { nodes: 1, depth: 1, texts });
        }
        words::Node::Equals(_) => return Ok(Cost { nodes: 1, depth: 1, texts: 1 }),
        words::Node::IsNothing(_) => return Ok(Cost { nodes: 1, depth: 1, texts: 0 }),
    };
    let mut sum = Cost { nodes: 1, depth: 1, texts: 0 };
    for &operand in operands {
        let Some(cost) = usize::try_from(operand).ok().and_then(|operand| before.get(operand)) else {
            return broken("an operator names an operand that does not stand before it");
        };
        sum.nodes = sum.nodes.saturating_add(cost.nodes);
        sum.texts = sum.texts.saturating_add(cost.texts);
        sum.depth = sum.depth.max(cost.depth.saturating_add(1));
    }
    Ok(sum)
}

/// The tree below a node, whose cost was found acceptable.
fn tree(index: u32, nodes: &[words::Node]) -> Result<Condition, PolicyError> {
    let Some(node) = usize::try_from(index).ok().and_then(|index| nodes.get(index)) else {
        return broken("the root of a condition is none of its nodes");
    };
    let all = |operands: &[u32]| -> Result<Vec<_>, _> {
        operands.iter().map(|&operand| tree(operand, nodes)).collect()
    };
    Ok(match node {
        words::Node::AllOf(operands) => Condition::AllOf(all(operands)?),
        words::Node::AnyOf(operands) => Condition::AnyOf(all(operands)?),
        words::Node::Negate(operand) => Condition::Not(Box::new(tree(*operand, nodes)?)),
        words::Node::Equals(attribute) => {
            Condition::Equals(name(&attribute.name)?, single(&attribute.value)?)
        }
        words::Node::OneOf(attribute) => Condition::OneOf(name(&attribute.name)?, texts(&attribute.value)?),
        words::Node::AnyInCommon(attribute) => {
            Condition::AnyInCommon(name(&attribute.name)?, texts(&attribute.value)?)
        }
        words::Node::IsNothing(attribute) => Condition::IsNothing(name(attribute)?),
    })
}

fn name(name: &str) -> Result<String, PolicyError> {
    text(name.to_owned(), NAME_MAX, "the name of an attribute")
}

fn single(value: &words::Value) -> Result<Value, PolicyError> {
    match value {
        words::Value::Text(value) => Ok(Value::Text(text(value.clone(), TEXT_MAX, "a text")?)),
        words::Value::Integer(integer) => Ok(Value::Integer(*integer)),
        words::Value::Boolean(boolean) => Ok(Value::Boolean(*boolean)),
        words::Value::Texts(_) | words::Value::Nothing => {
            broken("`equals` takes a text, an integer or a boolean")
        }
    }
}

fn texts(value: &words::Value) -> Result<Vec<String>, PolicyError> {
    match value {
        words::Value::Texts(list) => list.iter().map(|item| text(item.clone(), TEXT_MAX, "a text")).collect(),
        _ => broken("`one-of` and `any-in-common` take texts"),
    }
}
