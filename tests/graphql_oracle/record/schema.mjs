// The test schema in graphql-js. `../schema.rs` is the same schema in Rust: change both together.
import { buildSchema } from 'graphql';

export const sdl = `
enum Colour { RED GREEN BLUE }
enum Unit { CM INCH }

interface Node {
  id: ID!
  name: String
  tagged(tag: String! = "x"): String!
}

type Dog implements Node {
  id: ID!
  name: String
  tagged(tag: String! = "x"): String!
  barks: Int!
  colour: Colour
  friend: Pet
  friends: [Pet!]!
  owner: Person
  tricks(first: Int = 2): [String!]!
  label(prefix: String! = "dog", loud: Boolean! = false): String!
}

type Cat implements Node {
  id: ID!
  name: String
  tagged(tag: String! = "x"): String!
  lives: Int!
  colour: Colour!
  friend: Pet!
  owner: Person
  label(prefix: String): String
}

type Person implements Node {
  id: ID!
  name: String
  tagged(tag: String! = "x"): String!
  pets: [Pet]
  petsHard: [Pet!]!
  petsSome: [Pet!]
  nodes: [Node!]
  matrix: [[Int]]
  matrixHard: [[Int!]!]
  numbers: [Int]
  numbersHard: [Int!]!
  grid: [[Pet]]
  colours: [Colour!]!
  fails: String
  failsHard: String!
  self: Person!
  maybe: Person
  missing: Person
}

union Pet = Dog | Cat
union Thing = Dog | Cat | Person

input Size {
  width: Int! = 1
  height: Int
  unit: Unit! = CM
  tags: [String!] = ["a"]
  inner: Size
}

input Shape {
  sides: [Int!]!
  size: Size!
  colours: [[Colour]]
  note: String
}

type Counter {
  value: Int!
  history: [Int!]!
  fails: Int
  failsHard: Int!
}

type Query {
  node(id: ID!): Node
  nodes(ids: [ID!]! = ["d1", "p1"]): [Node]!
  dog: Dog!
  cat: Cat
  person: Person
  pets: [Pet]
  things: [Thing!]!
  thing(index: Int! = 0): Thing
  fails: String
  failsHard: String!
  echo(int: Int, float: Float, string: String, boolean: Boolean, id: ID, colour: Colour, required: Int! = 7): String!
  echoLists(ints: [Int!], matrix: [[Int]], colours: [Colour!]! = [RED], ids: [ID]): String
  echoSize(size: Size, sizes: [Size!], fixed: Size! = {width: 3}): String
  echoShape(shape: Shape!): String!
}

type Mutation {
  increment(by: Int! = 1): Counter!
  set(value: Int!): Counter
  fails: Counter
  failsHard: Counter!
}
`;

export const schema = buildSchema(sdl);

const fail = (what) => {
  throw new Error(`${what} fails`);
};

// How an argument is shown: the same text as in Rust.
const show = (value) => {
  if (value === undefined) return 'absent';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `[${value.map(show).join(' ')}]`;
  if (typeof value === 'object') return value.shown;
  return String(value);
};
const fields = (value, names) => names.map((name) => `${name}:${show(value[name])}`).join(' ');
const size = (value) => {
  if (value === undefined || value === null) return value;
  const inner = size(value.inner);
  return { shown: `{${fields({ ...value, inner }, ['width', 'height', 'unit', 'tags', 'inner'])}}` };
};

const node = (id, name) => ({ id, name, tagged: ({ tag }) => `${tag}:${id}` });

const dog = (id) => ({
  __typename: 'Dog',
  ...node(id, id === 'd1' ? 'Rex' : null),
  barks: () => (id === 'd1' ? 3 : fail('barks')),
  colour: id === 'd1' ? 'RED' : null,
  friend: () => (id === 'd1' ? cat('c1') : null),
  friends: () => (id === 'd1' ? [cat('c1'), dog('d2')] : [dog('d1')]),
  owner: () => (id === 'd1' ? person('p1') : fail('owner')),
  tricks: ({ first }) => ['sit', 'roll', 'fetch'].slice(0, first ?? 3),
  label: ({ prefix, loud }) => `${prefix} ${loud}`,
});

const cat = (id) => ({
  __typename: 'Cat',
  ...node(id, id === 'c1' ? 'Tom' : 'Uma'),
  lives: id === 'c1' ? 9 : 7,
  colour: () => (id === 'c1' ? 'BLUE' : fail('colour')),
  friend: () => (id === 'c1' ? dog('d1') : fail('friend')),
  owner: () => person('p2'),
  label: ({ prefix }) => (prefix === undefined ? 'no prefix' : prefix),
});

const person = (id) => ({
  __typename: 'Person',
  ...node(id, id === 'p1' ? 'Ann \u{1F600}' : 'Ben "b"\n'),
  pets: () => [dog('d1'), null, cat('c2'), dog('d2')],
  petsHard: () => (id === 'p1' ? [dog('d1'), cat('c1')] : fail('petsHard')),
  petsSome: () => (id === 'p1' ? [cat('c2'), dog('d2')] : null),
  nodes: () => [dog('d2'), cat('c1'), person(id === 'p1' ? 'p2' : 'p1')],
  matrix: () => [[1, null], null, [], [2, new Error('item fails')]],
  matrixHard: () => (id === 'p1' ? [[1, 2], []] : [[1], new Error('item fails')]),
  numbers: () => [1, new Error('item fails'), null, 4],
  numbersHard: () => (id === 'p1' ? [1, 2] : [1, new Error('item fails'), 3]),
  grid: () => [[dog('d1'), cat('c2')], null, [null, dog('d2')]],
  colours: ['GREEN', 'BLUE'],
  fails: () => fail('fails'),
  failsHard: () => fail('failsHard'),
  self: () => person(id),
  maybe: () => (id === 'p1' ? person('p2') : null),
  missing: null,
});

const any = (id) => {
  if (id === 'd1' || id === 'd2') return dog(id);
  if (id === 'c1' || id === 'c2') return cat(id);
  if (id === 'p1' || id === 'p2') return person(id);
  return id === 'bad' ? fail('node') : null;
};

export const root = () => {
  const counter = { total: 0, history: [] };
  const count = (by) => {
    counter.total += by;
    counter.history.push(by);
    return {
      value: counter.total,
      history: [...counter.history],
      fails: () => fail('fails'),
      failsHard: () => fail('failsHard'),
    };
  };
  return {
    query: {
      node: ({ id }) => any(id),
      nodes: ({ ids }) => ids.map((id) => (id === 'bad' ? new Error('node fails') : any(id))),
      dog: () => dog('d1'),
      cat: () => cat('c1'),
      person: () => person('p1'),
      pets: () => [dog('d1'), cat('c1'), dog('d2'), cat('c2'), null],
      things: () => [person('p2'), dog('d1'), cat('c1')],
      thing: ({ index }) => [dog('d1'), cat('c2'), person('p1')][index] ?? null,
      fails: () => fail('fails'),
      failsHard: () => fail('failsHard'),
      echo: (args) => fields(args, ['int', 'float', 'string', 'boolean', 'id', 'colour', 'required']),
      echoLists: (args) => fields(args, ['ints', 'matrix', 'colours', 'ids']),
      echoSize: (args) =>
        fields(
          { size: size(args.size), sizes: args.sizes?.map(size) ?? args.sizes, fixed: size(args.fixed) },
          ['size', 'sizes', 'fixed'],
        ),
      echoShape: ({ shape }) => fields({ ...shape, size: size(shape.size) }, ['sides', 'size', 'colours', 'note']),
    },
    mutation: {
      increment: ({ by }) => count(by),
      set: ({ value }) => count(value),
      fails: () => fail('fails'),
      failsHard: () => fail('failsHard'),
    },
  };
};
