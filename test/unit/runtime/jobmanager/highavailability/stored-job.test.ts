import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storedJobOf } from '../../../../../src/runtime/jobmanager/highavailability/stored-job.js'
import { JOB } from './stored-jobs.js'

const WHOLE = {
  jobId: JOB,
  jobName: 'totals',
  engineVersion: '1',
  submittedAt: 1000,
  jobFile: '/job.mjs',
  program: { file: 'job.mjs', sizeBytes: 3, sha256: 'ab' },
  entry: 'Main',
  args: ['x'],
  configuration: { key: 'value' },
  workingDirectory: '/',
}

test('a stored job is read as it was written', () => {
  assert.deepEqual(storedJobOf(WHOLE, 'job.json', JOB), WHOLE)
})

test('a stored job without a field, or with another kind of value in it, is refused by the name of the field', () => {
  const { entry, ...required } = WHOLE
  assert.equal(storedJobOf(required, 'job.json', JOB).entry, undefined)
  assert.throws(() => storedJobOf({ ...WHOLE, entry: 1 }, 'job.json', JOB), /its entry is missing, or no such thing/)
  assert.equal(entry, 'Main')
  for (const field of Object.keys(required)) {
    const damaged = { code: 'RECOVERY_ENTRY_DAMAGED', message: new RegExp(`its ${field} is missing`) }
    assert.throws(() => storedJobOf({ ...WHOLE, [field]: undefined }, 'job.json', JOB), damaged)
    assert.throws(() => storedJobOf({ ...WHOLE, [field]: true }, 'job.json', JOB), damaged)
  }
  for (const field of Object.keys(WHOLE.program)) {
    const program = { ...WHOLE.program, [field]: undefined }
    assert.throws(() => storedJobOf({ ...WHOLE, program }, 'job.json', JOB), new RegExp(`its ${field} is missing`))
  }
  assert.throws(() => storedJobOf({ ...WHOLE, args: [1] }, 'job.json', JOB), /its args is missing/)
  assert.throws(() => storedJobOf(WHOLE, 'job.json', 'b'.repeat(32)), /it is of job a+/)
})
