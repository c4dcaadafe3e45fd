import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import type { FileSystem } from '../../../src/core/fs/file-system.js'
import { FileSystems } from '../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { crc32c } from '../../../src/core/memory/crc32c.js'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import type { CheckpointMetadata, OperatorState } from '../../../src/storage/checkpoint-metadata.js'
import { verifyState } from '../../../src/storage/snapshot-verification.js'
import { EMPTY_SUBTASK_STATE, type StreamStateHandle } from '../../../src/storage/state-handles.js'
import { sampleMetadata } from './snapshot-samples.js'

const MEGABYTE = 1_048_576

let disk: InMemoryFileSystem

beforeEach(() => {
  disk = new InMemoryFileSystem()
})

async function write(file: string, bytes: Uint8Array): Promise<void> {
  const writer = await disk.openForWrite(file)
  await writer.write(bytes)
  await writer.close()
}

function randomBytes(length: number): Uint8Array {
  const random = new SeededRandom(1)
  return Uint8Array.from({ length }, () => random.nextInt(256))
}

function handleOf(uri: string, bytes: Uint8Array, offset = 0): StreamStateHandle {
  return { kind: 'file', uri, offset, lengthBytes: bytes.length, crc32c: crc32c(bytes) }
}

function metadataOf(handles: readonly StreamStateHandle[]): CheckpointMetadata {
  const operators = handles.flatMap((handle) => sampleMetadata(handle, { checkpointId: 1 }).operators)
  return { ...sampleMetadata({ kind: 'inline', bytes: new Uint8Array(), crc32c: 0 }, { checkpointId: 1 }), operators }
}

describe('the state of a snapshot', () => {
  it('is read in pieces of a megabyte, of which a change in any is found', async () => {
    const bytes = randomBytes(2 * MEGABYTE + 17)
    const metadata = metadataOf([handleOf('file:/state', bytes)])
    const longest = await longestRead(metadata, bytes)
    assert.equal(longest, MEGABYTE)
    for (const at of [0, MEGABYTE - 1, MEGABYTE, bytes.length - 1]) {
      await write(
        '/state',
        bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)),
      )
      await assert.rejects(verifyState(metadata, new FileSystems().register('file', disk)), {
        message: /\/state is damaged at bytes 0 to 2097169: its checksum does not match/,
      })
    }
  })

  it('may be a part of what lies together in a shared file, and is all of any other file', async () => {
    const bytes = randomBytes(100)
    await disk.mkdirs('/job/shared')
    await disk.mkdirs('/job/chk-1')
    const fileSystems = new FileSystems().register('file', disk)
    for (const file of ['/job/shared/pack', '/job/chk-1/pack']) await write(file, bytes)
    const part = bytes.subarray(0, 40)
    await verifyState(metadataOf([handleOf('file:/job/shared/pack', part)]), fileSystems)
    await assert.rejects(verifyState(metadataOf([handleOf('file:/job/chk-1/pack', part)]), fileSystems), {
      message: /60 bytes follow its end/,
    })
  })

  it('may be several ranges of one file, which is as long as the last of them says', async () => {
    const bytes = randomBytes(100)
    const parts = [handleOf('file:/state', bytes.subarray(0, 40)), handleOf('file:/state', bytes.subarray(40), 40)]
    await write('/state', bytes)
    await verifyState(metadataOf(parts), new FileSystems().register('file', disk))
    await write(
      '/state',
      bytes.map((byte, index) => (index === 70 ? byte ^ 1 : byte)),
    )
    await assert.rejects(verifyState(metadataOf(parts), new FileSystems().register('file', disk)), {
      message: /damaged at bytes 40 to 100: its checksum/,
    })
  })

  it('is also what a coordinator and channels have put into it', async () => {
    const handle = handleOf('file:/state', Uint8Array.of(1))
    const empty = metadataOf([{ kind: 'inline', bytes: new Uint8Array(), crc32c: 0 }])
    const [operator] = empty.operators
    assert.ok(operator)
    const channel = { edgeIndex: 0, channelIndex: 0, typeFingerprint: 'INT', offsets: [0, 1], handle }
    const places: OperatorState[] = [
      { ...operator, coordinatorState: handle },
      { ...operator, subtasks: [{ ...EMPTY_SUBTASK_STATE, inputChannels: [channel] }] },
    ]
    for (const place of places) {
      const verified = verifyState({ ...empty, operators: [place] }, new FileSystems().register('file', disk))
      await assert.rejects(verified, /\/state is damaged at bytes 0 to 1: it is missing/)
    }
  })

  it('is looked at no further once damage was found', async () => {
    const files = Array.from({ length: 40 }, (_, index) => `file:/state-${String(index)}`)
    const looked: string[] = []
    disk.fault = (operation, file) => {
      if (operation === 'status') looked.push(file)
    }
    const metadata = metadataOf(files.map((uri) => handleOf(uri, Uint8Array.of(1))))
    await assert.rejects(verifyState(metadata, new FileSystems().register('file', disk)), /it is missing/)
    assert.ok(looked.length < 10, String(looked.length))
  })
})

/** Bytes of the longest piece that is read at once. */
async function longestRead(metadata: CheckpointMetadata, bytes: Uint8Array): Promise<number> {
  await write('/state', bytes)
  let longest = 0
  const watched = new Proxy<FileSystem>(disk, {
    get: (target, name: keyof FileSystem) => {
      const member: unknown = target[name]
      if (typeof member !== 'function') return member
      return name === 'openForRead'
        ? async (file: string) => {
            const reader = await target.openForRead(file)
            const read = (offset: number, length: number): Promise<Uint8Array> => {
              longest = Math.max(longest, length)
              return reader.read(offset, length)
            }
            return { sizeBytes: reader.sizeBytes, read, close: () => reader.close() }
          }
        : (member as () => void).bind(target)
    },
  })
  await verifyState(metadata, new FileSystems().register('file', watched))
  return longest
}
