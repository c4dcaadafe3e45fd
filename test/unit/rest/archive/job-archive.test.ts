import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archiveTextOf, isJobArchive } from '../../../../src/rest/archive/job-archive.js'
import type { JobsGateway } from '../../../../src/rest/jobs-gateway.js'

const JOB = 'a'.repeat(32)

/** Of one vertex and one checkpoint. */
const GATEWAY = {
  details: () => Promise.resolve({ vertices: [{ id: 'v' }] }),
  checkpoints: () => Promise.resolve({ history: [{ id: 4 }] }),
  checkpointDetails: () => Promise.resolve({ id: 4, tasks: { v: {} } }),
  taskCheckpointDetails: () => Promise.resolve({ subtasks: ['of one subtask'] }),
  vertex: () => Promise.resolve({ id: 'v', name: 'of one vertex' }),
  vertexAccumulators: () => Promise.resolve(['accumulated by one vertex']),
  config: () => Promise.resolve({}),
  environment: () => Promise.resolve({}),
  exceptions: () => Promise.resolve({}),
  executionResult: () => Promise.resolve({}),
  program: () => Promise.resolve({}),
  accumulators: () => Promise.resolve({}),
  checkpointConfig: () => Promise.resolve({}),
} as unknown as JobsGateway

test('an archive leaves out the subtasks of checkpoints where it would be too long, and then the vertices', async () => {
  const whole = await archiveTextOf(GATEWAY, JOB)
  assert.match(whole, /of one subtask/)
  const shorter = await archiveTextOf(GATEWAY, JOB, whole.length - 1)
  assert.doesNotMatch(shorter, /of one subtask/)
  assert.match(shorter, /of one vertex/)
  assert.match(shorter, /accumulated by one vertex/)
  assert.doesNotMatch(await archiveTextOf(GATEWAY, JOB, shorter.length - 1), /(of|by) one vertex/)
})

test('an archive is believed where it is one, and of the job that it is taken for', async () => {
  const archive: unknown = JSON.parse(await archiveTextOf(GATEWAY, JOB))
  assert.equal(isJobArchive(archive, JOB), true)
  assert.equal(isJobArchive(archive, 'b'.repeat(32)), false)
  assert.equal(isJobArchive({ ...(archive as object), version: 2 }, JOB), false)
  assert.equal(isJobArchive({ ...(archive as object), vertices: 'v' }, JOB), false)
  assert.equal(isJobArchive(null, JOB), false)
})
