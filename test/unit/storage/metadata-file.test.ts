import assert from 'node:assert/strict'
import { it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import type { FileReader } from '../../../src/core/fs/file-system.js'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { readMetadataFile } from '../../../src/storage/metadata-file.js'

/** As HDFS and S3: what is open of a file is gone with it. */
class FilesThatVanish extends InMemoryFileSystem {
  readonly closed: string[] = []

  override async openForRead(path: string): Promise<FileReader> {
    const reader = await super.openForRead(path)
    return {
      sizeBytes: reader.sizeBytes,
      read: () => Promise.reject(new FlinkError('FILE_NOT_FOUND', { path })),
      close: () => {
        this.closed.push(path)
        return reader.close()
      },
    }
  }
}

it('metadata that a job removes while they are read are not there', async () => {
  const disk = new FilesThatVanish()
  await disk.mkdirs('/chk-8')
  const writer = await disk.openForWrite('/chk-8/_metadata')
  await writer.write(Buffer.from('the beginning of metadata'))
  await writer.close()
  assert.equal(await readMetadataFile('/chk-8/_metadata', 'file:/chk-8', disk), undefined)
  assert.deepEqual(disk.closed, ['/chk-8/_metadata'])
})
