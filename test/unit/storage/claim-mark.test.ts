import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FileSystems } from '../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { NOT_ADDRESSABLE } from '../../../src/core/fs/not-addressable.js'
import { claimantOf, markClaimed } from '../../../src/storage/claim-mark.js'

const JOB = 'a'.repeat(32)

async function directory(): Promise<{ readonly disk: InMemoryFileSystem; readonly fileSystems: FileSystems }> {
  const disk = new InMemoryFileSystem()
  await disk.mkdirs('/sp')
  return { disk, fileSystems: new FileSystems().register('file', disk) }
}

describe('A claimed snapshot', () => {
  it('names the job that claimed it last', async () => {
    const { fileSystems } = await directory()
    const snapshot = { externalPath: 'file:/sp' }
    assert.equal(await claimantOf(snapshot, fileSystems), undefined)
    for (const job of ['b'.repeat(32), JOB]) {
      await markClaimed(snapshot, job, fileSystems)
      assert.equal(await claimantOf(snapshot, fileSystems), job)
    }
  })

  it("is nobody's where the mark is not to be understood", async () => {
    const { disk, fileSystems } = await directory()
    for (const text of ['', 'job', 'null', '{}', '{"jobId": 7}', '[]']) {
      const writer = await disk.openForWrite('/sp/_claimed')
      await writer.write(new TextEncoder().encode(text))
      await writer.close()
      assert.equal(await claimantOf({ externalPath: 'file:/sp' }, fileSystems), undefined, text)
    }
    await disk.delete('/sp/_claimed')
    await disk.mkdirs('/sp/_claimed')
    assert.equal(await claimantOf({ externalPath: 'file:/sp' }, fileSystems), undefined)
  })

  it('has no mark where it lies in memory, or its metadata lie among other files', async () => {
    const { disk, fileSystems } = await directory()
    for (const place of [{ externalPath: NOT_ADDRESSABLE }, { externalPath: 'file:/sp', metadataFile: '/sp/copy' }]) {
      await markClaimed(place, JOB, fileSystems)
      assert.equal(await claimantOf(place, fileSystems), undefined)
    }
    assert.deepEqual(await disk.list('/sp'), [])
  })
})
