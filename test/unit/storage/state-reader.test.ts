import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { FileSystems } from '../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { crc32c } from '../../../src/core/memory/crc32c.js'
import type { StreamStateHandle } from '../../../src/storage/state-handles.js'
import { readStateHandle, readStatePieces, verifyStateHandle } from '../../../src/storage/state-reader.js'

const BYTES = Uint8Array.of(9, 8, 7, 6, 5)

async function withFile(): Promise<{ readonly disk: InMemoryFileSystem; readonly fileSystems: FileSystems }> {
  const disk = new InMemoryFileSystem()
  await disk.mkdirs('/cp')
  const writer = await disk.openForWrite('/cp/x')
  await writer.write(BYTES)
  return { disk, fileSystems: new FileSystems().register('file', disk) }
}

function handle(offset: number, lengthBytes: number): StreamStateHandle {
  return {
    kind: 'file',
    uri: 'file:/cp/x',
    offset,
    lengthBytes,
    crc32c: crc32c(BYTES.slice(offset, offset + lengthBytes)),
  }
}

async function assertCorrupt(broken: StreamStateHandle, fileSystems: FileSystems, message: RegExp): Promise<void> {
  for (const read of [readStateHandle, verifyStateHandle]) {
    await assert.rejects(read(broken, fileSystems), (error) => {
      assert.ok(FlinkError.is(error, 'SNAPSHOT_CORRUPT'))
      assert.match(error.message, message)
      return true
    })
  }
}

describe('the bytes of a handle', () => {
  it('are the range that the handle names', async () => {
    const { fileSystems } = await withFile()
    assert.deepEqual(await readStateHandle(handle(1, 3), fileSystems), Uint8Array.of(8, 7, 6))
  })

  it('come in pieces that are no larger than a megabyte, each once and in their order', async () => {
    const { disk, fileSystems } = await withFile()
    const bytes = Uint8Array.from({ length: 2_500_000 }, (_, index) => index % 251)
    const writer = await disk.openForWrite('/cp/large')
    await writer.write(bytes)
    const large = { kind: 'file', uri: 'file:/cp/large', offset: 100, lengthBytes: 2_400_000 } as const
    const pieces: Uint8Array[] = []
    const whole = bytes.slice(100, 2_400_100)
    for await (const piece of readStatePieces({ ...large, crc32c: crc32c(whole) }, fileSystems)) pieces.push(piece)
    assert.deepEqual(
      pieces.map(({ length }) => length),
      [1_048_576, 1_048_576, 302_848],
    )
    assert.ok(Buffer.concat(pieces).equals(whole))
    await assertCorrupt(
      { ...large, crc32c: 1 },
      fileSystems,
      /\/cp\/large is damaged at bytes 100 to 2400100: its checksum/,
    )
  })

  it('are not given out when they changed, and the error names file and range', async () => {
    const { fileSystems } = await withFile()
    const changed = { ...handle(1, 3), crc32c: 1 }
    await assertCorrupt(changed, fileSystems, /\/cp\/x is damaged at bytes 1 to 4: its checksum/)
    const inline = { kind: 'inline', bytes: BYTES, crc32c: 1 } as const
    await assertCorrupt(inline, fileSystems, /_metadata is damaged at inline state/)
  })

  it('are missed when the file is cut off, without memory for what is not there', async () => {
    const { fileSystems } = await withFile()
    await assertCorrupt(handle(0, 2 ** 50), fileSystems, /cut off after 5 bytes/)
  })

  it('are missed when the file is gone', async () => {
    const { disk, fileSystems } = await withFile()
    await disk.delete('/cp/x')
    await assertCorrupt(handle(0, 5), fileSystems, /\/cp\/x .*the file is missing/)
  })
})
