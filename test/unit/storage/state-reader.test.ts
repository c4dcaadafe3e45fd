import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { FileSystems } from '../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { crc32c } from '../../../src/core/memory/crc32c.js'
import type { StreamStateHandle } from '../../../src/storage/state-handles.js'
import { readStateHandle } from '../../../src/storage/state-reader.js'

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
  await assert.rejects(readStateHandle(broken, fileSystems), (error) => {
    assert.ok(FlinkError.is(error, 'SNAPSHOT_CORRUPT'))
    assert.match(error.message, message)
    return true
  })
}

describe('the bytes behind a handle', () => {
  it('are the range that the handle names', async () => {
    const { fileSystems } = await withFile()
    assert.deepEqual(await readStateHandle(handle(1, 3), fileSystems), Uint8Array.of(8, 7, 6))
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
