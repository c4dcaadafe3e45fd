import assert from 'node:assert/strict'
import { it } from 'node:test'
import { whatComesOfUpgrade, whatUpgradeLeaves, type UpgradePlace } from '../../../src/cli/output/upgrade-lines.js'

const JOB = 'a'.repeat(32)
const STOPPING = { savepoint: undefined, comesBack: true }
const STOPPED = { savepoint: 'file:/sp/savepoint-1', comesBack: true }

it('An upgrade that is given up says what comes of it: no program comes back that was not to', () => {
  const told = (place: UpgradePlace): string => whatComesOfUpgrade(JOB, place).replaceAll(JOB, 'J')
  assert.equal(told('before'), 'Job J was not told to stop: it runs on.')
  assert.equal(told(STOPPING), 'Job J is stopping; its program is started again from its savepoint.')
  assert.equal(told(STOPPED), 'The program of job J is started again from file:/sp/savepoint-1.')
  for (const place of [STOPPING, STOPPED]) {
    assert.equal(told({ ...place, comesBack: false }), 'Job J stays stopped, with its savepoint.')
  }
})

it('An upgrade that is ended at once says what it leaves', () => {
  const told = (place: UpgradePlace): string => whatUpgradeLeaves(JOB, place).replaceAll(JOB, 'J')
  assert.equal(told('before'), 'Ended before job J was told to stop: it runs on.')
  assert.equal(told(STOPPING), 'Ended while job J was stopping with a savepoint, which it goes on with.')
  assert.equal(
    told({ ...STOPPED, savepoint: 'file:/sp/\u001b[2J' }),
    'Ended with no job running: job J has left file:/sp/\\u001b[2J. To go on: flink-ts run -s file:/sp/\\u001b[2J <job-file>',
  )
})
