import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ValueStateDescriptor } from '../../../../../src/api/state/value-state-descriptor.js'
import { Types } from '../../../../../src/api/types/types-table.js'
import type { KeyedStateBackend } from '../../../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import type { KeyGroupBytes } from '../../../../../src/storage/key-group-reader.js'
import { HEAP } from '../../../../contract/runtime/backends-under-test.js'
import { backendOf } from '../../../../contract/runtime/state-backend.contract.js'
import { INLINE_READER } from '../../../../contract/runtime/state-backend-streams.js'

const counts = new ValueStateDescriptor<number>('counts', Types.LONG)
const METADATA = { name: 'counts', kind: 'value', typeFingerprint: 'LONG', schemaVersion: 1 } as const
/** No flags, one entry, one byte for it: a key that has more of them. */
const CUT_OFF = [0, 1, 1, 0xff]

async function restored(...groups: readonly KeyGroupBytes[]): Promise<KeyedStateBackend> {
  const backend = await backendOf(HEAP)
  const handle = { kind: 'file', uri: 'file:/cp/chk-1/x', offset: 0, lengthBytes: 9, crc32c: 1 } as const
  const [isDelta, keyGroups, keyShapes] = [false, { start: 0, end: 127 }, []] as const
  const keyed = { isDelta, keyGroups, offsets: [], states: [METADATA], keyShapes, handle }
  await backend.restore([keyed], {
    ...INLINE_READER,
    keyGroups: async function* () {
      yield* await Promise.resolve(groups)
    },
  })
  return backend
}

describe('Keyed state whose bytes are not what they are taken for', () => {
  it('is told with its file where a key group ends too early', async () => {
    await assert.rejects(restored({ keyGroup: 3, bytes: Uint8Array.of(0, 1, 9) }), {
      code: 'SNAPSHOT_CORRUPT',
      message: /^The snapshot file \/cp\/chk-1\/x is damaged at key group 3 of .+: 9 bytes were to be read where 0 are/,
    })
  })

  it('is told with its file where an entry ends too early', async () => {
    const backend = await restored({ keyGroup: 3, bytes: Uint8Array.from(CUT_OFF) })
    assert.throws(() => backend.getOrCreateKeyedState(counts), {
      code: 'SNAPSHOT_CORRUPT',
      message: /^The snapshot file \/cp\/chk-1\/x is damaged at state counts of .+ in key group 3: /,
    })
  })

  it('is told with its file where a key group comes twice', async () => {
    const group = { keyGroup: 3, bytes: Uint8Array.from(CUT_OFF) }
    await assert.rejects(restored(group, group), { code: 'SNAPSHOT_CORRUPT', message: /group 3 of .+: it is restored/ })
  })
})
