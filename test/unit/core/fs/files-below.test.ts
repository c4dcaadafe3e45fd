import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import type { FileStatus } from '../../../../src/core/fs/file-system.js'
import { filesBelow } from '../../../../src/core/fs/files-below.js'
import { InMemoryFileSystem } from '../../../../src/core/fs/in-memory-file-system.js'

/** One of its directories is not shown to anybody. */
class ClosedDirectory extends InMemoryFileSystem {
  closed = ''

  override list(path: string): Promise<FileStatus[]> {
    if (path !== this.closed) return super.list(path)
    return Promise.reject(new FlinkError('FILE_ACCESS_REFUSED', { operation: 'list', path, reason: 'AccessDenied' }))
  }
}

async function diskWithout(closed: string): Promise<ClosedDirectory> {
  const disk = new ClosedDirectory()
  disk.closed = closed
  for (const directory of ['/out/a', '/out/b']) {
    await disk.mkdirs(directory)
    const writer = await disk.openForWrite(`${directory}/part-0-0`)
    await writer.close()
  }
  return disk
}

describe('the files below a directory', () => {
  it('are those of all directories but of the ones that nobody may look into', async () => {
    const found = await filesBelow(await diskWithout('/out/a'), '/out')
    assert.deepEqual(
      found.map(({ path }) => path),
      ['/out/b/part-0-0'],
    )
  })

  it('are not taken for none where nobody may look into that directory itself', async () => {
    await assert.rejects(filesBelow(await diskWithout('/out'), '/out'), { code: 'FILE_ACCESS_REFUSED' })
  })

  it('are none where the directory is not there', async () => {
    assert.deepEqual(await filesBelow(await diskWithout(''), '/nowhere'), [])
  })
})
