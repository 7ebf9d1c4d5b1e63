// Records what graphql-js answers: `node record.mjs --seed 1 --count 1200 --out ../cases.jsonl`. See README.md.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { execute, getOperationAST, getVariableValues, parse, validate } from 'graphql';
import { generate, randomness } from './generate.mjs';
import { root, schema } from './schema.mjs';

const places = (error) => (error.locations ?? []).map(({ line, column }) => [line, column]);
const answer = ({ document, operation, variables }) => {
  let parsed;
  try {
    parsed = parse(document);
  } catch {
    return { kind: 'invalid' };
  }
  if (validate(schema, parsed).length > 0) return { kind: 'invalid' };
  const selected = getOperationAST(parsed, operation);
  if (!selected) return { kind: 'operation' };
  const coerced = getVariableValues(schema, selected.variableDefinitions ?? [], variables);
  if (coerced.errors) {
    const locations = new Map(coerced.errors.flatMap(places).map((place) => [place.join(), place]));
    const sorted = [...locations.values()].sort(([a, b], [c, d]) => a - c || b - d);
    return { kind: 'variables', locations: sorted };
  }
  const { data, errors = [] } = execute({
    schema,
    document: parsed,
    operationName: operation,
    variableValues: variables,
    rootValue: root()[selected.operation],
  });
  return {
    kind: 'executed',
    data: JSON.stringify(data),
    errors: errors.map((error) => [JSON.stringify(error.path), places(error)]),
  };
};

const { values } = parseArgs({
  options: { seed: { type: 'string' }, count: { type: 'string' }, out: { type: 'string' } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
const random = randomness(seed);
const lines = [];
const kinds = {};
for (let index = 0; index < Number(values.count ?? 1000); index += 1) {
  const request = generate(schema, random);
  const recorded = { ...request, answer: answer(request) };
  kinds[recorded.answer.kind] = (kinds[recorded.answer.kind] ?? 0) + 1;
  lines.push(JSON.stringify(recorded));
}
writeFileSync(values.out, `${lines.join('\n')}\n`);
console.log(`seed ${seed}: ${lines.length} requests, ${JSON.stringify(kinds)}`);
