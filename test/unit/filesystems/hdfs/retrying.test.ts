import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '../../../../src/core/random/seeded-random.js'
import { retrying } from '../../../../src/filesystems/hdfs/retrying.js'
import { WebHdfsFailure } from '../../../../src/filesystems/hdfs/web-hdfs-failure.js'
import { HurriedClock } from './stub-hdfs.js'

/** The clock takes longer timers for those that a test runs itself. */
const STEP_MS = 10_000

/** How often a server is asked that fails each time after so long. */
async function askedBy(silenceMs: number, wasReached: boolean, servers = 1): Promise<number> {
  const clock = new HurriedClock()
  let asked = 0
  const work = (): Promise<never> => {
    asked += 1
    for (let passed = 0; passed < silenceMs; passed += STEP_MS) clock.setTimer(STEP_MS, () => undefined)
    return Promise.reject(new WebHdfsFailure('unreachable', 'silent'))
  }
  const retries = { pace: { clock, random: new SeededRandom(1) }, wasReached: () => wasReached, servers }
  await assert.rejects(retrying(work, retries), WebHdfsFailure)
  return asked
}

test('a server that has never answered is given up after one long silence, of several each', async () => {
  assert.equal(await askedBy(60_000, false), 1)
  assert.equal(await askedBy(60_000, false, 2), 2)
  assert.equal(await askedBy(0, false), 5)
})

test('a server that has answered before is waited for through long silences', async () => {
  assert.equal(await askedBy(60_000, true), 10)
})
