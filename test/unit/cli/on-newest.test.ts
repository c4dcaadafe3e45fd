import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { onNewest } from '../../../src/cli/job/on-newest.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'

/** Names one checkpoint after the other; those up to `lastGone` are gone when they are opened. */
function openNewest(lastGone: number, error = gone): { readonly opened: string[]; readonly result: Promise<string> } {
  const opened: string[] = []
  let checkpointId = 0
  const newest = (): Promise<string> => Promise.resolve(`file:/checkpoints/chk-${String((checkpointId += 1))}`)
  const result = onNewest(newest, (snapshot) => {
    opened.push(snapshot)
    return checkpointId <= lastGone ? Promise.reject(error(snapshot)) : Promise.resolve(`read ${snapshot}`)
  })
  return { opened, result }
}

function gone(path: string): Error {
  return new FlinkError('SNAPSHOT_NOT_FOUND', { path, scheme: 'file' })
}

describe('Work on the newest checkpoint of a job', () => {
  it('takes the next one where the job has removed it before it was opened', async () => {
    assert.equal(await openNewest(2).result, 'read file:/checkpoints/chk-3')
  })

  it('gives up where each is gone', async () => {
    const { opened, result } = openNewest(100)
    await assert.rejects(result, (error) => FlinkError.is(error, 'SNAPSHOT_NOT_FOUND'))
    assert.equal(opened.length, 5)
  })

  it('does not begin again for another reason, nor for another snapshot that is gone', async () => {
    const broken = openNewest(1, () => new Error('broken'))
    await assert.rejects(broken.result, /broken/)
    const other = openNewest(1, () => gone('file:/savepoints/mine'))
    await assert.rejects(other.result, /mine/)
    assert.deepEqual([broken.opened.length, other.opened.length], [1, 1])
  })
})
