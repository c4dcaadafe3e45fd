import assert from 'node:assert/strict'
import { it } from 'node:test'
import { PartFileStream, TextMemory } from '../../../../src/connectors/filesystem/sink/part-file-stream.js'
import { BufferedWrites, BufferMemory } from '../../../../src/core/fs/buffered-writes.js'
import type { RecoverableOutputStream } from '../../../../src/core/fs/recoverable-writer.js'

it('A PartFileStream gives a caller its bytes back, however small the buffers are', async () => {
  let text = ''
  const write = (bytes: Uint8Array): Promise<void> => {
    text += Buffer.from(bytes).toString('latin1')
    return Promise.resolve()
  }
  const memory = new BufferMemory()
  for (let open = 0; open < 16_384; open += 1) memory.opened()
  const writer = { write, sync: () => Promise.resolve(), close: () => Promise.resolve() }
  const writes = new BufferedWrites(writer, 0, memory)
  const stream = new PartFileStream(writes as unknown as RecoverableOutputStream, new TextMemory())
  const sizes = [1, 1023, 1024, 1025, 5000, 1024]
  for (const size of sizes) {
    const bytes = new Uint8Array(size).fill(97)
    stream.write(bytes)
    bytes.fill(98)
    await stream.settle()
  }
  await stream.flush()
  await writes.flush()
  assert.equal(
    text.length,
    sizes.reduce((sum, size) => sum + size, 0),
  )
  assert.equal(text.indexOf('b'), -1)
})
