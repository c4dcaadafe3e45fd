import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { FileSystems } from '../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import type { CheckpointOutputStream } from '../../../src/storage/checkpoint-stream-factory.js'
import { checkpointStreams } from '../../../src/storage/file-checkpoint-streams.js'
import { readStateHandle } from '../../../src/storage/state-reader.js'

const THRESHOLD = 8

async function onDisk(): Promise<{
  readonly disk: InMemoryFileSystem
  readonly fileSystems: FileSystems
  readonly stream: CheckpointOutputStream
}> {
  const disk = new InMemoryFileSystem()
  await disk.mkdirs('/cp/chk-1')
  const fileSystems = new FileSystems().register('file', disk)
  const location = { kind: 'file', directoryUri: 'file:/cp/chk-1', inlineThresholdBytes: THRESHOLD } as const
  const stream = await checkpointStreams(location, fileSystems, new SeededRandom(1)).createStream()
  return { disk, fileSystems, stream }
}

function filesOf(disk: InMemoryFileSystem): Promise<unknown[]> {
  return disk.list('/cp/chk-1')
}

describe('a stream into files', () => {
  it('gives back what was written, inline up to the threshold and from a file above it', async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 6 }), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(chunks, async (written) => {
        const { disk, fileSystems, stream } = await onDisk()
        for (const bytes of written) {
          const reused = bytes.slice()
          await stream.write(reused)
          reused.fill(0)
        }
        const all = Uint8Array.from(written.flatMap((bytes) => [...bytes]))
        assert.equal(stream.position, all.length)
        const handle = await stream.closeAndGetHandle()
        assert.equal(handle?.kind, all.length === 0 ? undefined : all.length <= THRESHOLD ? 'inline' : 'file')
        assert.equal((await filesOf(disk)).length, all.length > THRESHOLD ? 1 : 0)
        if (handle === undefined) return
        await disk.syncDirectory('/cp/chk-1')
        disk.crash()
        assert.deepEqual(await readStateHandle(handle, fileSystems), all)
      }),
    )
  })

  it('that is never to be inline has a file of its own, however small it is', async () => {
    const { disk, fileSystems } = await onDisk()
    const location = { kind: 'file', directoryUri: 'file:/cp/chk-1', inlineThresholdBytes: THRESHOLD } as const
    const streams = checkpointStreams(location, fileSystems, new SeededRandom(1))
    const stream = await streams.createStream('EXCLUSIVE', 'NEVER')
    await stream.write(Uint8Array.of(1))
    assert.equal((await stream.closeAndGetHandle())?.kind, 'file')
    assert.equal((await filesOf(disk)).length, 1)
  })

  it('of shared state lies beside the others and is read from shared/, inline only where it is much smaller', async () => {
    const incremental = { sharedDirectoryUri: 'file:/cp/shared', baseCheckpointId: undefined }
    const directoryUri = 'file:/cp/chk-1'
    const location = { kind: 'file', directoryUri, inlineThresholdBytes: 8 * THRESHOLD, incremental } as const
    for (const [length, kind] of [
      [THRESHOLD, 'inline'],
      [THRESHOLD + 1, 'file'],
    ] as const) {
      const { disk, fileSystems } = await onDisk()
      const stream = await checkpointStreams(location, fileSystems, new SeededRandom(1)).createStream('SHARED')
      await stream.write(new Uint8Array(length))
      const handle = await stream.closeAndGetHandle()
      assert.equal(handle?.kind, kind)
      if (handle.kind !== 'file') continue
      const [file] = await disk.list('/cp/chk-1')
      assert.equal(handle.uri, `file:/cp/shared/${file?.name ?? ''}`)
    }
    const { disk, fileSystems } = await onDisk()
    const exclusive = await checkpointStreams(location, fileSystems, new SeededRandom(1)).createStream()
    await exclusive.write(new Uint8Array(8 * THRESHOLD))
    assert.equal((await exclusive.closeAndGetHandle())?.kind, 'inline')
    assert.deepEqual(await filesOf(disk), [])
  })

  it('leaves no file when it is aborted, however far it came', async () => {
    for (const length of [0, THRESHOLD, THRESHOLD + 1]) {
      for (const isClosed of [false, true]) {
        const { disk, stream } = await onDisk()
        await stream.write(new Uint8Array(length))
        if (isClosed) await stream.closeAndGetHandle()
        await stream.abort()
        await stream.abort()
        assert.deepEqual(await filesOf(disk), [])
      }
    }
  })

  it('that was aborted takes nothing more and gives no handle', async () => {
    const { disk, stream } = await onDisk()
    await stream.write(new Uint8Array(3))
    await stream.abort()
    const isAborted = (error: unknown): boolean =>
      FlinkError.is(error, 'CHECKPOINT_STORAGE_FAILED') && error.message.includes('aborted')
    await assert.rejects(stream.write(new Uint8Array(100)), isAborted)
    await assert.rejects(stream.closeAndGetHandle(), isAborted)
    assert.deepEqual(await filesOf(disk), [])
  })

  it('leaves no file when it is aborted in the middle of a write', async () => {
    for (let turns = 0; turns < 12; turns += 1) {
      const { disk, stream } = await onDisk()
      const writing = stream.write(new Uint8Array(100)).catch(() => undefined)
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
      await stream.abort()
      await writing
      assert.deepEqual(await filesOf(disk), [], `aborted after ${String(turns)} turns`)
    }
  })

  it('names the file that could not be written', async () => {
    const { disk, stream } = await onDisk()
    disk.fault = (operation) => {
      if (operation === 'sync') throw new Error('the cable was pulled')
    }
    await stream.write(new Uint8Array(100))
    await assert.rejects(stream.closeAndGetHandle(), (error) => {
      assert.ok(FlinkError.is(error, 'CHECKPOINT_STORAGE_FAILED'))
      assert.match(error.message, /\/cp\/chk-1\/[0-9a-f-]{36}.*the cable was pulled/)
      return true
    })
  })
})

describe('a stream into memory', () => {
  function inMemory(maxStateSizeBytes: number): Promise<CheckpointOutputStream> {
    return checkpointStreams(
      { kind: 'memory', maxStateSizeBytes },
      new FileSystems(),
      new SeededRandom(1),
    ).createStream()
  }

  it('is always inline', async () => {
    const stream = await inMemory(100)
    await stream.write(Uint8Array.of(1, 2))
    const handle = await stream.closeAndGetHandle()
    assert.ok(handle?.kind === 'inline')
    assert.deepEqual(handle.bytes, Uint8Array.of(1, 2))
  })

  it('refuses state above its limit and says both sizes', async () => {
    const stream = await inMemory(3)
    await stream.write(new Uint8Array(3))
    await assert.rejects(stream.write(new Uint8Array(1)), (error) => {
      assert.ok(FlinkError.is(error, 'MEMORY_STATE_TOO_LARGE'))
      assert.match(error.message, /Size=4, maxSize=3/)
      return true
    })
  })
})
