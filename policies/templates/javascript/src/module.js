// What the gateway calls: see wit/policy.wit.

import { each } from './fieldgate.js';
import { decide as decideOne, manifest, scopeOf } from './rule.js';

export const describe = () => manifest;

/** Called before any decision when the project space has settings, with their JSON. Throw a list of faults to refuse them. */
export function configure(_settings) {
  throw [{ path: '', message: 'this module takes no settings' }];
}

export const decide = (request) => decideOne(request);

/** The answers of `decide` about each resource of a table, in their order. */
export const decideMany = (principal, action, resources, context) =>
  each(resources).map((resource) => decideOne({ principal, action, resource, context }));

export const scope = (principal, action, resourceKind, context) => scopeOf(principal, action, resourceKind, context);
