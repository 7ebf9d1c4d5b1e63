// Draws documents and variables over a schema. The same seed draws the same requests.
import {
  getNamedType,
  getNullableType,
  GraphQLNonNull,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  parse,
  validate,
} from 'graphql';

/** A random number generator (mulberry32). */
export const randomness = (seed) => {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    below: (n) => Math.floor(next() * n),
    chance: (p) => next() < p,
    pick: (items) => items[Math.floor(next() * items.length)],
  };
};

const STRINGS = ['', 'a', 'two words', 'q"uote\\', 'é ✓', '😀', 'line\nbreak', '\u0007'];
const LITERALS = ['"\\u{1F600}"', '"\\uD83D\\uDE00"', '"\\u00e9"', '"""block\n    indented\n  less\n"""', '"""\\""" quotes"""'];
const IDS = ['d1', 'd2', 'c1', 'c2', 'p1', 'p2', 'none', 'bad'];
const ALIASES = ['a', 'b', 'name', 'id', 'x', 'friend'];

class Generator {
  constructor(schema, random) {
    Object.assign(this, { schema, random, variables: [], values: {}, fragments: [], depth: 0 });
  }

  request() {
    const { random } = this;
    const isMutation = random.chance(0.2);
    const root = isMutation ? this.schema.getMutationType() : this.schema.getQueryType();
    const composite = Object.values(this.schema.getTypeMap()).filter(
      (type) => isCompositeType(type) && !type.name.startsWith('__'),
    );
    const count = random.below(4);
    for (let index = 0; index < count; index += 1) {
      const type = random.chance(0.4) ? root : random.pick(composite);
      this.fragments.push({ name: `F${index}`, type, body: null });
    }
    // A fragment spreads only those after it: there are no cycles.
    for (let index = count - 1; index >= 0; index -= 1) {
      const fragment = this.fragments[index];
      this.from = index + 1;
      fragment.body = this.selectionSet(fragment.type, 2);
    }
    this.from = 0;
    const body = this.selectionSet(root, 0);
    const declared = this.variables.map(({ name, type, fallback }) =>
      `$${name}: ${type}${fallback === undefined ? '' : ` = ${fallback}`}`,
    );
    const signature = declared.length > 0 ? `(${declared.join(', ')})` : '';
    const kind = isMutation ? 'mutation' : 'query';
    const operation = isMutation || declared.length > 0 || random.chance(0.3) ? `${kind} Q${signature} ${body}` : body;
    const document = [operation, ...this.fragments.map(({ name, type, body }) => `fragment ${name} on ${type} ${body}`)];
    if (random.chance(0.3)) document.reverse();
    return { document: document.join(random.chance(0.5) ? '\n' : ' '), variables: this.values };
  }

  selectionSet(type, depth) {
    const { random } = this;
    const selections = [];
    const count = 1 + random.below(depth < 2 ? 5 : 3);
    for (let index = 0; index < count; index += 1) selections.push(this.selection(type, depth));
    // Repeat a selection, so that there is something to merge.
    if (random.chance(0.3)) selections.push(random.pick(selections));
    return `{ ${selections.join(random.chance(0.2) ? '\n  ' : ' ')} }`;
  }

  selection(type, depth) {
    const { random } = this;
    if (depth < 6 && random.chance(0.25)) {
      const spreads = this.fragments.filter(
        (fragment, index) => index >= this.from && fragment.body !== null && this.overlaps(type, fragment.type),
      );
      if (spreads.length > 0 && random.chance(0.6)) {
        return `...${random.pick(spreads).name}${this.directives()}`;
      }
      const types = Object.values(this.schema.getTypeMap()).filter(
        (other) => isCompositeType(other) && this.overlaps(type, other),
      );
      const condition = random.chance(0.75) ? random.pick(types) : null;
      const on = condition === null ? '' : ` on ${condition}`;
      return `...${on}${this.directives()} ${this.selectionSet(condition ?? type, depth + 1)}`;
    }
    const fields = type.getFields ? Object.values(type.getFields()) : [];
    const leaves = fields.filter((field) => !isCompositeType(getNamedType(field.type)));
    const usable = depth >= 5 ? leaves : fields;
    if (usable.length === 0 || random.chance(0.06)) {
      return `${random.chance(0.2) ? `${random.pick(ALIASES)}: ` : ''}__typename${this.directives()}`;
    }
    const field = random.pick(usable);
    const alias = random.chance(0.15) ? `${random.pick(ALIASES)}: ` : '';
    const named = getNamedType(field.type);
    const body = isCompositeType(named) ? ` ${this.selectionSet(named, depth + 1)}` : '';
    return `${alias}${field.name}${this.fieldArguments(field.args)}${this.directives()}${body}`;
  }

  overlaps(one, other) {
    const possible = (type) => (isObjectType(type) ? [type] : this.schema.getPossibleTypes(type));
    return possible(one).some((type) => possible(other).includes(type));
  }

  directives() {
    const { random } = this;
    if (!random.chance(0.12)) return '';
    const condition = random.chance(0.5)
      ? String(random.chance(0.5))
      : this.variable(this.schema.getDirective('skip').args[0].type, false, 'condition');
    return ` @${random.pick(['skip', 'include'])}(if: ${condition})`;
  }

  fieldArguments(args) {
    const { random } = this;
    const given = args.filter((argument) =>
      isNonNullType(argument.type) && argument.defaultValue === undefined ? !random.chance(0.02) : random.chance(0.5),
    );
    const shown = given.map(({ name, type, defaultValue }) =>
      `${name}: ${this.value(type, 0, defaultValue !== undefined)}`,
    );
    return shown.length > 0 ? `(${shown.join(', ')})` : '';
  }

  /** A literal or a variable for a place of a type. */
  value(type, depth, hasDefault) {
    const { random } = this;
    if (random.chance(0.35) && this.variables.length < 6) return this.variable(type, hasDefault);
    return this.literal(type, depth);
  }

  literal(type, depth, constant = false) {
    const { random } = this;
    if (random.chance(0.01)) return random.pick(['"wrong"', '1.5', 'WRONG', '[{}]', 'null']);
    if (isNonNullType(type)) return this.literal(type.ofType, depth, constant);
    if (!constant && depth > 0 && random.chance(0.2) && this.variables.length < 6) return this.variable(type, false);
    if (depth > 0 && random.chance(0.08)) return this.nullFor(type);
    if (isListType(type)) {
      if (random.chance(0.15)) return this.literal(type.ofType, depth + 1, constant);
      const items = Array.from({ length: random.below(3) }, () => this.item(type.ofType, depth + 1, constant));
      return `[${items.join(', ')}]`;
    }
    if (isInputObjectType(type)) {
      const fields = this.inputFields(type, depth).map((field) => {
        const value =
          !constant && random.chance(0.3) && this.variables.length < 6
            ? this.variable(field.type, field.defaultValue !== undefined)
            : this.literal(field.type, depth + 1, constant);
        return `${field.name}: ${value}`;
      });
      return `{${fields.join(', ')}}`;
    }
    if (isEnumType(type)) return random.pick(type.getValues()).name;
    switch (type.name) {
      case 'Int':
        return String(random.pick([0, 1, -1, 2, 3, 2147483647, -2147483648]));
      case 'Float':
        return random.pick(['0', '1', '2.5', '-0.125', '1e2']);
      case 'Boolean':
        return String(random.chance(0.5));
      case 'ID':
        return random.chance(0.1) ? String(random.below(100)) : JSON.stringify(random.pick(IDS));
      default:
        return random.chance(0.3) ? random.pick(LITERALS) : JSON.stringify(random.pick(STRINGS));
    }
  }

  nullFor(type) {
    return isNonNullType(type) ? this.literal(type, 1, true) : 'null';
  }

  item(type, depth, constant) {
    if (!isNonNullType(type) && this.random.chance(0.15)) return 'null';
    return this.literal(type, depth, constant);
  }

  inputFields(type, depth) {
    const { random } = this;
    return Object.values(type.getFields()).filter((field) => {
      if (isNonNullType(field.type) && field.defaultValue === undefined) return !random.chance(0.02);
      return getNamedType(field.type) === type ? depth < 2 && random.chance(0.3) : random.chance(0.5);
    });
  }

  /**
   * Declares a variable for a place, or takes one that is there. The condition of a directive is never null: the
   * specification does not say what happens then, and the gateway refuses the request.
   */
  variable(place, hasDefault, use = 'value') {
    const { random } = this;
    const same = this.variables.filter((other) => String(other.place) === String(place) && other.use === use);
    if (same.length > 0 && random.chance(0.4)) return `$${random.pick(same).name}`;
    const name = `v${this.variables.length}`;
    const nullable = getNullableType(place);
    let type = place;
    let fallback;
    if (isNonNullType(place)) {
      // A nullable variable may stand here if it or the place has a default value.
      const relaxed = random.chance(hasDefault ? 0.6 : 0.25);
      if (relaxed) {
        type = nullable;
        if (!hasDefault || random.chance(0.3)) fallback = this.literal(nullable, 0, true);
      } else if (random.chance(0.2)) {
        fallback = this.literal(nullable, 0, true);
      }
    } else {
      if (random.chance(0.2)) type = new GraphQLNonNull(place);
      if (random.chance(0.25)) fallback = this.literal(nullable, 0, true);
    }
    if (random.chance(0.01)) type = nullable;
    this.variables.push({ name, place, type, fallback, use });
    const isRequired = isNonNullType(type) && fallback === undefined;
    if (isRequired ? !random.chance(0.03) : random.chance(0.6)) {
      this.values[name] = use === 'condition' ? random.chance(0.5) : this.json(type, 0);
    }
    return `$${name}`;
  }

  json(type, depth) {
    const { random } = this;
    if (random.chance(0.015)) return random.pick(['wrong', 1.5, true, { wrong: 1 }, [[1]], null]);
    if (isNonNullType(type)) return this.json(type.ofType, depth);
    if (random.chance(0.12)) return depth === 0 || random.chance(0.7) ? null : undefined;
    if (isListType(type)) {
      if (random.chance(0.15)) return this.notNull(type.ofType, depth + 1);
      return Array.from({ length: random.below(3) }, () => this.jsonItem(type.ofType, depth + 1));
    }
    if (isInputObjectType(type)) {
      return Object.fromEntries(
        this.inputFields(type, depth).map((field) => [field.name, this.jsonItem(field.type, depth + 1)]),
      );
    }
    return this.leaf(type);
  }

  jsonItem(type, depth) {
    return isNonNullType(type) ? this.notNull(type.ofType, depth) : (this.json(type, depth) ?? null);
  }

  notNull(type, depth) {
    let value;
    do value = this.json(type, depth);
    while ((value ?? null) === null && !this.random.chance(0.02));
    return value ?? null;
  }

  leaf(type) {
    const { random } = this;
    if (isEnumType(type)) return random.pick(type.getValues()).name;
    switch (type.name) {
      case 'Int':
        return random.pick([0, 1, -1, 2, 3, 2147483647]);
      case 'Float':
        return random.pick([0, 1, 2.5, -0.125, 100]);
      case 'Boolean':
        return random.chance(0.5);
      case 'ID':
        return random.chance(0.15) ? random.below(100) : random.pick(IDS);
      default:
        return random.pick(STRINGS);
    }
  }
}

const isValid = (schema, document) => {
  try {
    return validate(schema, parse(document)).length === 0;
  } catch {
    return false;
  }
};

/** A change of the text that makes many documents invalid. */
const damage = (document, random) => {
  const at = random.below(document.length);
  const other = random.pick(['', '}', '{', '"', '$', '(', ' x', '!', ': ', '...']);
  return document.slice(0, at) + other + document.slice(at + 1);
};

/** Draws a request: nine of ten have a valid document. */
export const generate = (schema, random) => {
  const wantsValid = random.chance(0.9);
  for (let tries = 0; ; tries += 1) {
    const request = new Generator(schema, random).request();
    // Variables that would not survive being written as JSON are those that were not sent.
    request.variables = JSON.parse(JSON.stringify(request.variables));
    const valid = isValid(schema, request.document);
    if (wantsValid && (valid || tries > 200)) return request;
    if (!wantsValid && !valid) return request;
    if (!wantsValid && tries > 3) return { ...request, document: damage(request.document, random) };
  }
};
