import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { keyGroupRangeForOperatorIndex } from '../../../src/core/keygroups/key-group-assignment.js'
import { RAW_KEYED_STATE } from '../../../src/core/keygroups/raw-keyed-state.js'
import { crc32c } from '../../../src/core/memory/crc32c.js'
import { DataOutputView } from '../../../src/core/memory/data-output-view.js'
import { structuredSerializer } from '../../../src/core/types/structured-serializer.js'
import { writeBlock } from '../../../src/runtime/taskmanager/state/key-group-block.js'
import { EVERYTHING } from '../../../src/state-processor/entry-filter.js'
import { writeNewSnapshot } from '../../../src/state-processor/new-snapshot.js'
import { SnapshotContents } from '../../../src/state-processor/snapshot-contents.js'
import type { OperatorSubtaskState } from '../../../src/storage/state-handles.js'
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

  it('is refused where only the program knows the keys, or does not hash them as they lie there', async (t) => {
    const directory = await temporaryDirectory(t)
    const services = servicesIn(directory)
    const refused = async (
      name: string,
      state: OperatorSubtaskState,
      reason: RegExp,
      code: 'SNAPSHOT_RESCALE_REFUSED' | 'SNAPSHOT_CORRUPT' = 'SNAPSHOT_RESCALE_REFUSED',
    ): Promise<void> => {
      const from = path.join(directory, name)
      const { metadata } = await openSnapshot(path.join(FIXTURES, 'v6/savepoint'), services.fileSystems)
      const of = { metadata, externalPath: '' }
      await writeNewSnapshot(from, { of, engineVersion: '9' }, services, () => {
        const operator = { operatorId: 'a'.repeat(32), uid: 'own', name: 'Own', parallelism: 1, maxParallelism: 128 }
        return Promise.resolve([{ ...operator, fullyFinished: false, subtasks: [state] }])
      })
      const to = path.join(directory, 'new')
      await assert.rejects(rescaleSnapshot({ from, to, maxParallelism: 64, engineVersion: '9' }, services), (error) => {
        return FlinkError.is(error, code) && reason.test(error.message)
      })
    }
    const bytes = Uint8Array.of(1)
    const handle = { kind: 'inline', bytes, crc32c: crc32c(bytes) } as const
    const raw = { name: RAW_KEYED_STATE, kind: 'operator-union', typeFingerprint: 'GENERIC', schemaVersion: 0 } as const
    const ofRaw = { managedKeyed: [], managedOperator: [{ states: [{ ...raw, offsets: [0, 1] }], handle }] }
    await refused('raw', ofRaw, /it has raw keyed state/)

    const own = { name: 'own', kind: 'value', typeFingerprint: 'KILOMETRES', schemaVersion: 0 } as const
    const block = new DataOutputView()
    structuredSerializer().serialize('a key of another key group', block)
    structuredSerializer().serialize(1, block)
    const output = new DataOutputView()
    writeBlock({ flags: 0, count: 1, entries: block.written() }, output)
    const entries = output.toBytes()
    const keyed = {
      isDelta: false,
      keyGroups: { start: 0, end: 127 },
      offsets: [0, ...Array.from({ length: 128 }, () => entries.length)],
      keyShapes: ['string'],
      handle: { kind: 'inline', bytes: entries, crc32c: crc32c(entries) },
    } as const
    await refused('own', { managedKeyed: [{ ...keyed, states: [own] }], managedOperator: [] }, /written as KILOMETRES/)
    const generic = { ...own, typeFingerprint: 'GENERIC' }
    await refused('hash', { managedKeyed: [{ ...keyed, states: [generic] }], managedOperator: [] }, /does not hash to/)
    // A changed byte of a key: the key is another one, and the checksum says why.
    const damaged = { ...keyed, states: [generic], handle: { ...keyed.handle, crc32c: keyed.handle.crc32c ^ 1 } }
    const ofDamaged = { managedKeyed: [damaged], managedOperator: [] }
    await refused('damaged', ofDamaged, /its checksum does not match/, 'SNAPSHOT_CORRUPT')
    const contents = await SnapshotContents.open(path.join(directory, 'own'), services)
    await contents.visit(EVERYTHING, { keyed: () => assert.fail(), element: () => assert.fail(), pause: () => true })
    assert.deepEqual(contents.unreadable, [{ operator: 'own', state: 'own', type: 'KILOMETRES' }])
  })

  it('is not there, nor any part of it, where it was interrupted', async (t) => {
    const directory = await temporaryDirectory(t)
    const request = { from: path.join(FIXTURES, 'v6/savepoint'), to: path.join(directory, 'new'), maxParallelism: 64 }
    const services = { ...servicesIn(directory), interruption: AbortSignal.abort() }
    await assert.rejects(rescaleSnapshot({ ...request, engineVersion: '9' }, services), (error) => {
      return FlinkError.is(error, 'COMMAND_INTERRUPTED')
    })
    assert.deepEqual(namesIn(directory), [])
  })

  it('has no difference from the one that it was made of, and can be compared with its successors', async (t) => {
    const directory = await temporaryDirectory(t)
    const services = servicesIn(directory)
    const from = path.join(FIXTURES, 'v6/savepoint')
    const to = path.join(directory, 'new')
    await rescaleSnapshot({ from, to, maxParallelism: 64, engineVersion: '9' }, services)
    assert.deepEqual([await diffOf(from, to, services), await diffOf(to, from, services)], [[], []])
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
