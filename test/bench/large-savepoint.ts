import { Types } from '../../src/api/types/types-table.js'
import { defaultFileSystems } from '../../src/filesystems/default-file-systems.js'
import { hashKey } from '../../src/core/keygroups/canonical-key.js'
import { keyGroupForHash } from '../../src/core/keygroups/key-group-assignment.js'
import { DataOutputView } from '../../src/core/memory/data-output-view.js'
import { SystemRandom } from '../../src/core/random/system-random.js'
import { structuredSerializer } from '../../src/core/types/structured-serializer.js'
import { SystemClock } from '../../src/core/time/system-clock.js'
import { KeyedStateWriter } from '../../src/state-processor/keyed-state-writer.js'
import { writeNewSnapshot } from '../../src/state-processor/new-snapshot.js'
import type { CheckpointMetadata } from '../../src/storage/checkpoint-metadata.js'
import type { OperatorSubtaskState, StateMetadata } from '../../src/storage/state-handles.js'

const MAX_PARALLELISM = 128
const PARALLELISM = 2
/** With its length an object of `last` has 400 bytes. */
const FILLING = 'x'.repeat(330)

const COUNT: StateMetadata = { name: 'count', kind: 'value', typeFingerprint: 'LONG', schemaVersion: 0 }
const LAST: StateMetadata = { name: 'last', kind: 'value', typeFingerprint: 'GENERIC', schemaVersion: 0 }

/** Half of the entries are counts, half the last record of a key. Returns its size. */
export async function writeLargeSavepoint(directory: string, entries: number): Promise<number> {
  const services = {
    fileSystems: defaultFileSystems(),
    random: new SystemRandom(),
    clock: new SystemClock(),
    createDirectory: () => Promise.reject(new Error('nothing is put aside')),
  }
  const keysByGroup = Array.from({ length: MAX_PARALLELISM }, (): number[] => [])
  for (let key = 0; key < entries / 2; key += 1) {
    keysByGroup[keyGroupForHash(hashKey(`user-${String(key)}`, 'auto'), MAX_PARALLELISM)]?.push(key)
  }
  const header = { engineVersion: '0', jobId: '0'.repeat(32), jobName: 'large', checkpointId: 1, timestamp: 0 }
  const metadata: CheckpointMetadata = { ...header, isSavepoint: true, operators: [] }
  let bytes = 0
  await writeNewSnapshot(
    directory,
    { of: { metadata, externalPath: '' }, engineVersion: '0' },
    services,
    async (snapshot) => {
      const operator = { parallelism: PARALLELISM, maxParallelism: MAX_PARALLELISM }
      const writer = new KeyedStateWriter(snapshot, { ...operator, states: [COUNT, LAST], keyShapes: ['string'] })
      for (const [keyGroup, keys] of keysByGroup.entries()) {
        const blocks = new Map([blockOf(COUNT, keys), blockOf(LAST, keys)])
        await writer.write(keyGroup, blocks)
        bytes += [...blocks.values()].reduce((sum, block) => sum + block.entries.length, 0)
      }
      const handles = await writer.finish()
      const subtasks = handles.map(
        (handle): OperatorSubtaskState | undefined => handle && { managedKeyed: [handle], managedOperator: [] },
      )
      const names = { operatorId: 'a'.repeat(32), uid: 'counts', name: 'Counts' }
      return [{ ...names, ...operator, fullyFinished: false, subtasks }]
    },
  )
  return bytes
}

function blockOf(
  state: StateMetadata,
  keys: readonly number[],
): [string, { flags: number; count: number; entries: Uint8Array }] {
  const structured = structuredSerializer()
  const longs = Types.LONG.createSerializer()
  const output = new DataOutputView()
  for (const key of keys) {
    structured.serialize(`user-${String(key)}`, output)
    if (state === COUNT) longs.serialize(key, output)
    else structured.serialize({ id: key, name: `user ${String(key)}`, isActive: key % 2 === 0, rest: FILLING }, output)
  }
  return [state.name, { flags: 0, count: keys.length, entries: output.written() }]
}
