import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BufferedWrites, BufferMemory } from '../../../../src/core/fs/buffered-writes.js'
import type { FileWriter } from '../../../../src/core/fs/file-system.js'

/** A disk that takes a write when it is told to. */
class SlowWriter implements FileWriter {
  readonly written: number[] = []
  #waiting: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined

  write(bytes: Uint8Array): Promise<void> {
    this.written.push(bytes.length)
    return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }))
  }

  async take(failure?: Error): Promise<void> {
    if (failure === undefined) this.#waiting?.resolve()
    else this.#waiting?.reject(failure)
    for (let turns = 0; turns < 5; turns += 1) await Promise.resolve()
  }

  sync(): Promise<void> {
    return Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

const KILOBYTE = new Uint8Array(1024)

describe('BufferedWrites', () => {
  it('fill one buffer while the other is being written, and then have the caller wait', async () => {
    const writer = new SlowWriter()
    const writes = new BufferedWrites(writer, 0, new BufferMemory())
    for (let count = 0; count < 128; count += 1) assert.equal(writes.write(KILOBYTE), undefined)
    assert.deepEqual(writer.written, [64 * 1024])
    const waiting = writes.write(KILOBYTE)
    assert.ok(waiting instanceof Promise)
    await writer.take()
    await waiting
    assert.deepEqual(writer.written, [64 * 1024, 64 * 1024])
    assert.equal(writes.position, 129 * 1024)
    await writer.take()
    const flushed = writes.flush()
    await writer.take()
    await writer.take()
    await flushed
    assert.deepEqual(writer.written, [64 * 1024, 64 * 1024, 1024])
    await writes.close()
  })

  it('tell what failed at the next call, and at each that follows', async () => {
    const writer = new SlowWriter()
    const writes = new BufferedWrites(writer, 0, new BufferMemory())
    for (let count = 0; count < 65; count += 1) void writes.write(KILOBYTE)
    await writer.take(new Error('no disk'))
    assert.throws(() => writes.write(KILOBYTE), /no disk/)
    await assert.rejects(writes.flush(), /no disk/)
    await writes.close()
  })

  it('share the memory of all files: the more are open, the smaller are their buffers', async () => {
    const memory = new BufferMemory()
    const files = Array.from({ length: 4096 }, () => new BufferedWrites(new SlowWriter(), 0, memory))
    assert.equal(memory.bufferBytes, 4096)
    const [first] = files
    for (let count = 0; count < 4; count += 1) assert.equal(first?.write(KILOBYTE), undefined)
    for (const file of files) {
      const closed = file.close()
      await closed
      await file.close()
    }
    assert.equal(memory.bufferBytes, 64 * 1024)
  })
})
