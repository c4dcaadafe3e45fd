import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { keyGroupRangeForOperatorIndex } from '../../../src/core/keygroups/key-group-assignment.js'
import { rescaleSnapshot } from '../../../src/state-processor/rescale-snapshot.js'
import { openSnapshot } from '../../../src/storage/snapshot-locator.js'
import { diffOf, FIXTURES, linesOf, namesIn, servicesIn, temporaryDirectory } from './snapshot-fixtures.js'

const SNAPSHOTS = ['v1/savepoint', 'v6/checkpoint/chk-72', 'time/v6/savepoint', 'disk/v6/lmdb-checkpoint/chk-2']

describe('A snapshot with other key groups', () => {
  for (const name of SNAPSHOTS) {
    it(`has the entries of ${name}, and is it again with the key groups that there were`, async (t) => {
      const directory = await temporaryDirectory(t)
      const services = servicesIn(directory)
      const from = path.join(FIXTURES, name)
      const expected = await linesOf(from, services)
      for (const maxParallelism of [2, 127, 32768]) {
        const [there, back] = [path.join(directory, 'there'), path.join(directory, 'back')]
        const request = { from, to: `${there}${String(maxParallelism)}`, maxParallelism, engineVersion: '9' }
        const { path: written, entries } = await rescaleSnapshot(request, services)
        assert.ok(entries > 50, String(entries))
        assert.deepEqual(await linesOf(written, services), expected)
        const { metadata } = await openSnapshot(written, services.fileSystems)
        for (const operator of metadata.operators) {
          assert.equal(operator.maxParallelism, maxParallelism)
          for (const [index, subtask] of operator.subtasks.entries()) {
            const range = keyGroupRangeForOperatorIndex(maxParallelism, operator.parallelism, index)
            for (const { keyGroups } of subtask?.managedKeyed ?? []) assert.deepEqual(keyGroups, range)
          }
        }
        const again = { from: written, to: `${back}${String(maxParallelism)}`, maxParallelism: 128, engineVersion: '9' }
        await rescaleSnapshot(again, services)
        assert.deepEqual(await diffOf(from, again.to, services), [])
      }
    })
  }

  it('is not there, nor any part of it, where it was interrupted', async (t) => {
    const directory = await temporaryDirectory(t)
    const request = { from: path.join(FIXTURES, 'v6/savepoint'), to: path.join(directory, 'new'), maxParallelism: 64 }
    const services = { ...servicesIn(directory), interruption: AbortSignal.abort() }
    await assert.rejects(rescaleSnapshot({ ...request, engineVersion: '9' }, services), (error) => {
      return FlinkError.is(error, 'COMMAND_INTERRUPTED')
    })
    assert.deepEqual(namesIn(directory), [])
  })

  it('is not compared with one of other key groups', async (t) => {
    const directory = await temporaryDirectory(t)
    const services = servicesIn(directory)
    const from = path.join(FIXTURES, 'v6/savepoint')
    const to = path.join(directory, 'new')
    await rescaleSnapshot({ from, to, maxParallelism: 64, engineVersion: '9' }, services)
    await assert.rejects(diffOf(from, to, services), (error) => FlinkError.is(error, 'SNAPSHOTS_NOT_COMPARABLE'))
  })

  for (const [maxParallelism, reason] of [
    [0, /a whole number from 1 to 32768/],
    [32769, /a whole number from 1 to 32768/],
    [1, /that of 2 subtasks/],
  ] as const) {
    it(`is refused for a max parallelism of ${String(maxParallelism)}`, async (t) => {
      const directory = await temporaryDirectory(t)
      const request = { from: path.join(FIXTURES, 'v6/savepoint'), to: path.join(directory, 'new'), maxParallelism }
      await assert.rejects(rescaleSnapshot({ ...request, engineVersion: '9' }, servicesIn(directory)), (error) => {
        return FlinkError.is(error, 'SNAPSHOT_RESCALE_REFUSED') && reason.test(error.message)
      })
      assert.deepEqual(namesIn(directory), [])
    })
  }
})
