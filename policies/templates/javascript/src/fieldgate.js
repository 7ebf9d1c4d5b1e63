// What a policy is written with. A rule is a plain function, so `node --test` tests it without WebAssembly.

const PLAIN = (value) => (value.tag === 'integer' ? Number(value.val) : value.tag === 'nothing' ? null : value.val);

/** A list of named values as an object: `{ status: 'active', group_ids: ['…'] }`. */
export const attributes = (list) => Object.fromEntries(list.map(({ name, value }) => [name, PLAIN(value)]));

/** The resources of a table: what they have is in columns, by a dictionary. */
export const each = ({ kind, ids, attributes, proposed }) => {
  const values = (columns, row) =>
    columns.map(({ name, dictionary, entries }) => ({ name, value: dictionary[entries[row]] }));
  return ids.map((id, row) => ({ kind, id, attributes: values(attributes, row), proposed: values(proposed, row) }));
};

/** Whether somebody holds a permission for all items. Admins hold every permission. */
export const holds = (principal, permission) =>
  principal.isAdmin || principal.permissions.split(' ').includes(permission);

// Answers.

export const permit = (...obligations) => ({ tag: 'permit', val: obligations.map((tag) => ({ tag })) });

/** No, and the principal may know that the resource exists. `reason` is a short constant for programs. */
export const forbidden = (reason, message, missing = []) => ({
  tag: 'deny',
  val: { reason, message, missing, visible: true },
});

/** No, and the gateway answers as if the resource did not exist. */
export const notVisible = () => ({
  tag: 'deny',
  val: { reason: 'not_visible', message: 'not found', missing: [], visible: false },
});

/** Not this module's business: the others of the stack say. */
export const notApplicable = () => ({ tag: 'not-applicable' });

// Rules about rows. One rule, read twice: `matches` looks at one row, `scope` is sent to the database.

export const everything = { all: [] };
export const nothing = { any: [] };
export const when = (truth) => (truth ? everything : nothing);
export const all = (...parts) => ({ all: parts });
export const any = (...parts) => ({ any: parts });
export const not = (part) => ({ not: part });
export const equals = (name, value) => ({ equals: [name, value] });
export const oneOf = (name, texts) => ({ oneOf: [name, texts] });
/** The row's attribute, a list, shares an item with these texts. */
export const anyInCommon = (name, texts) => ({ anyInCommon: [name, texts] });
/** The row's attribute has no value or is an empty list. */
export const isNothing = (name) => ({ isNothing: name });

/** Whether a rule holds for a row with these attributes (an object). */
export function matches(rule, row) {
  if (rule.all) return rule.all.every((part) => matches(part, row));
  if (rule.any) return rule.any.some((part) => matches(part, row));
  if (rule.not) return !matches(rule.not, row);
  if (rule.equals) return row[rule.equals[0]] === rule.equals[1];
  if (rule.oneOf) return typeof row[rule.oneOf[0]] === 'string' && rule.oneOf[1].includes(row[rule.oneOf[0]]);
  if (rule.anyInCommon) {
    const list = row[rule.anyInCommon[0]];
    return Array.isArray(list) && list.some((item) => rule.anyInCommon[1].includes(item));
  }
  const value = row[rule.isNothing];
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

const value = (plain) => {
  if (typeof plain === 'boolean') return { tag: 'boolean', val: plain };
  if (typeof plain === 'number') return { tag: 'integer', val: BigInt(plain) };
  return { tag: 'text', val: plain };
};

/** A rule as the contract's flat list of nodes: an operator names its operands by their index. */
export function scope(rule) {
  const nodes = [];
  const add = (part) => {
    let node;
    if (part.all) node = { tag: 'all-of', val: part.all.map(add) };
    else if (part.any) node = { tag: 'any-of', val: part.any.map(add) };
    else if (part.not) node = { tag: 'negate', val: add(part.not) };
    else if (part.equals) node = { tag: 'equals', val: { name: part.equals[0], value: value(part.equals[1]) } };
    else if (part.oneOf) node = { tag: 'one-of', val: { name: part.oneOf[0], value: { tag: 'texts', val: part.oneOf[1] } } };
    else if (part.anyInCommon) {
      node = { tag: 'any-in-common', val: { name: part.anyInCommon[0], value: { tag: 'texts', val: part.anyInCommon[1] } } };
    } else node = { tag: 'is-nothing', val: part.isNothing };
    return nodes.push(node) - 1;
  };
  const root = add(rule);
  return { tag: 'only', val: { nodes, root } };
}
