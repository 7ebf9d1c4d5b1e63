// The rule. `policies/ACTIONS.md` (or `fieldgate policy actions`) lists what can be asked.

import { any, attributes, equals, forbidden, matches, notApplicable, permit, scope, when } from './fieldgate.js';

export const manifest = {
  name: '{{name}}',
  version: '0.1.0',
  description: 'Only active mobile workers are changed, except by admins',
  // A JSON Schema; leave it empty for a module without settings.
  settingsSchema: '',
  actions: ['mobile_worker.update'],
  // `scopeOf` below looks at neither the time nor the decision's id, so its answers may be kept.
  timeless: true,
};

/** The rows that the principal may change, for this module's part. */
export const changeable = (principal) => any(when(principal.isAdmin), equals('status', 'active'));

export function decide({ principal, action, resource }) {
  if (action !== 'mobile_worker.update') return notApplicable();
  return matches(changeable(principal), attributes(resource.attributes))
    ? permit() // for its part: `standard`, in the same stack, still denies whom it denies
    : forbidden('not_active', 'this mobile worker is not active');
}

/** The same rule for a list: one question, and the database chooses the rows. */
export function scopeOf(principal, action) {
  return action === 'mobile_worker.update' ? scope(changeable(principal)) : notApplicable();
}
