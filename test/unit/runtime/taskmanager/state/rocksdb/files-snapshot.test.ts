import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { crc32c } from '../../../../../../src/core/memory/crc32c.js'
import { FilesSnapshot } from '../../../../../../src/runtime/taskmanager/state/rocksdb/files-snapshot.js'
import type { KvFile } from '../../../../../../src/runtime/taskmanager/state/rocksdb/kv-store.js'
import {
  NO_SHARED_FILES,
  type SharedCheckpointFiles,
} from '../../../../../../src/runtime/taskmanager/state/rocksdb/shared-checkpoint-files.js'
import { WrittenCheckpoints } from '../../../../../../src/runtime/taskmanager/state/written-checkpoints.js'
import type { CheckpointStreamFactory } from '../../../../../../src/storage/checkpoint-stream-factory.js'
import type { StreamStateHandle } from '../../../../../../src/storage/state-handles.js'
import { freeSlices, MemoryStreams } from '../../../../../contract/runtime/state-backend-streams.js'

/** Streams that keep up to 1000 bytes in the metadata, and others in files by number. */
class NumberedStreams implements CheckpointStreamFactory {
  readonly scopes: string[] = []
  readonly written: Uint8Array[] = []

  async createStream(scope = 'EXCLUSIVE', inline = 'SMALL'): ReturnType<CheckpointStreamFactory['createStream']> {
    const stream = await new MemoryStreams().createStream()
    this.scopes.push(scope)
    const closeAndGetHandle = async (): Promise<StreamStateHandle | undefined> => {
      const handle = await stream.closeAndGetHandle()
      if (handle?.kind !== 'inline' || (handle.bytes.length <= 1000 && inline === 'SMALL')) return handle
      const uri = `file:/${String(this.written.push(handle.bytes))}`
      return { kind: 'file', uri, offset: 0, lengthBytes: handle.bytes.length, crc32c: handle.crc32c }
    }
    return { position: 0, write: (bytes) => stream.write(bytes), closeAndGetHandle, abort: () => stream.abort() }
  }
}

function file(name: string, sizeBytes: number, isShared = true): KvFile {
  const bytes = new Uint8Array(sizeBytes).fill(name.charCodeAt(0))
  return { name, isShared, sizeBytes, read: () => pieces(bytes) }
}

async function* pieces(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 700) yield await Promise.resolve(bytes.subarray(at, at + 700))
}

class Checkpoints {
  readonly streams = new NumberedStreams()
  released = 0
  readonly #files = new WrittenCheckpoints<SharedCheckpointFiles>()
  #id = 0

  /** Builds on the one before, unless another base is named. */
  async take(files: readonly KvFile[], base = this.#id): Promise<Map<string, StreamStateHandle>> {
    this.#id += 1
    const checkpointId = this.#id
    const keyGroups = { start: 0, end: 127 }
    const description = { keyKind: 'auto', keyGroups, states: [], waiting: new Set<number>(), keyShapes: [] } as const
    const release = (): Promise<void> => {
      this.released += 1
      return Promise.resolve()
    }
    const snapshot = new FilesSnapshot({
      capture: () => ({ files: { files, moveTo: () => Promise.resolve(), release }, description, keys: [] }),
      driver: 'test',
      base: this.#files.baseOf(base) ?? NO_SHARED_FILES,
      onWritten: (written) => {
        this.#files.written(checkpointId, written)
      },
      onReleasing: () => undefined,
    })
    snapshot.take()
    const [handle] = await snapshot.write(this.streams, freeSlices())
    snapshot.release()
    snapshot.release()
    return new Map((handle?.backendFiles?.files ?? []).map((each) => [each.name, each.handle]))
  }
}

describe('A checkpoint in files of a store', () => {
  it('names again what its base has, and writes what is new or private', async () => {
    const checkpoints = new Checkpoints()
    const first = await checkpoints.take([file('a', 20_000), file('b', 30_000), file('p', 20_000, false)])
    const second = await checkpoints.take([file('a', 20_000), file('c', 40_000), file('p', 20_000, false)])
    assert.equal(second.get('a'), first.get('a'))
    assert.notEqual(second.get('p'), first.get('p'))
    assert.deepEqual(
      checkpoints.streams.written.map(({ length }) => length),
      [20_000, 30_000, 20_000, 40_000, 20_000],
    )
    assert.equal(checkpoints.released, 2)
  })

  it('writes all where its base is none that is known, and never names what was written since that', async () => {
    const checkpoints = new Checkpoints()
    const first = await checkpoints.take([file('a', 20_000)])
    const givenUp = await checkpoints.take([file('a', 20_000), file('b', 20_000)])
    const third = await checkpoints.take([file('a', 20_000), file('b', 20_000)], 1)
    assert.equal(third.get('a'), first.get('a'))
    assert.notEqual(third.get('b'), givenUp.get('b'))
    assert.notEqual((await checkpoints.take([file('a', 20_000)], 99)).get('a'), first.get('a'))
  })

  it('packs small files into one, each with a handle of its part', async () => {
    const checkpoints = new Checkpoints()
    const handles = await checkpoints.take([file('a', 900), file('b', 800), file('c', 700)])
    const { written } = checkpoints.streams
    assert.equal(written.length, 1)
    for (const [name, handle] of handles) {
      assert.ok(handle.kind === 'file')
      const part = written[0]?.subarray(handle.offset, handle.offset + handle.lengthBytes) ?? assert.fail()
      assert.ok(part.every((byte) => byte === name.charCodeAt(0)))
      assert.equal(crc32c(part), handle.crc32c)
    }
  })

  it('does not carry the same bytes in its metadata for ever, nor many of them', async () => {
    const checkpoints = new Checkpoints()
    const kindsAt = async (files: readonly KvFile[]): Promise<string> =>
      [...(await checkpoints.take(files)).values()].map(({ kind }) => (kind === 'inline' ? 'i' : 'f')).join('')
    const still: string[] = []
    for (let round = 0; round < 10; round += 1) still.push(await kindsAt([file('a', 500)]))
    assert.equal(still.join(''), 'iiiiiiiiff')
    const files: KvFile[] = []
    let mostInline = 0
    for (let round = 0; round < 60; round += 1) {
      files.push(file(`b${String(round)}`, 900))
      const inline = [...(await checkpoints.take(files)).values()].filter(({ kind }) => kind === 'inline')
      mostInline = Math.max(mostInline, inline.length)
    }
    assert.ok(mostInline <= 18, String(mostInline))
  })

  it('removes the stream that fails, and is none to build on', async () => {
    const checkpoints = new Checkpoints()
    const broken: KvFile = {
      ...file('a', 20_000),
      read: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('disk lost')) }) }),
    }
    await assert.rejects(checkpoints.take([file('b', 20_000), broken]), /disk lost/)
    const next = await checkpoints.take([file('b', 20_000)])
    assert.notEqual(next.get('b'), undefined)
    assert.equal(checkpoints.streams.written.length, 2)
  })
})
