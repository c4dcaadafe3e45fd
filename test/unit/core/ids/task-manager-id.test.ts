import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endpointOf, taskManagerIdOf } from '../../../../src/core/ids/task-manager-id.js'

const PLACE = { host: 'here', pid: 4711 }

test('the id of a task manager tells its machine, its process and the beginning of its job', () => {
  assert.equal(taskManagerIdOf(PLACE, 'a1b2c3d4e5f60718293a4b5c6d7e8f90'), 'here:4711-a1b2c3')
})

test('the endpoint of a task manager is its machine and its process', () => {
  assert.equal(endpointOf(PLACE), 'here:4711')
})
