import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matches } from '../src/fieldgate.js';
import { changeable, decide } from '../src/rule.js';

const principal = { id: 'a', isAdmin: false, permissions: 'edit_commcare_users', locationIds: [], groupIds: [] };
const worker = (status) => ({ kind: 'mobile_worker', attributes: [{ name: 'status', value: { tag: 'text', val: status } }], proposed: [] });
const update = (principal, status) => decide({ principal, action: 'mobile_worker.update', resource: worker(status) });

test('only active workers are changed', () => {
  assert.equal(update(principal, 'active').tag, 'permit');
  assert.equal(update(principal, 'deactivated').val.reason, 'not_active');
});

test('admins change everybody', () => {
  assert.equal(update({ ...principal, isAdmin: true }, 'deactivated').tag, 'permit');
  assert.ok(matches(changeable({ isAdmin: true }), { status: 'deleted' }));
});
