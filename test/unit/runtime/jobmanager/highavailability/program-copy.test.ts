import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { InMemoryFileSystem } from '../../../../../src/core/fs/in-memory-file-system.js'
import { writeDurably } from '../../../../../src/core/fs/write-durably.js'
import {
  checkCopy,
  copyProgram,
  isUnchanged,
} from '../../../../../src/runtime/jobmanager/highavailability/program-copy.js'

let disk: InMemoryFileSystem

beforeEach(async () => {
  disk = new InMemoryFileSystem()
  for (const directory of ['/from', '/to']) await disk.mkdirs(directory)
})

const at = (path: string): { fileSystem: InMemoryFileSystem; path: string } => ({ fileSystem: disk, path })

describe('a copy of a program', () => {
  for (const sizeBytes of [0, 1, 1_048_576, 2_500_000]) {
    it(`of ${String(sizeBytes)} bytes is the same bytes, and known by them`, async () => {
      const bytes = Uint8Array.from({ length: sizeBytes }, (_, index) => index % 251)
      await writeDurably(disk, '/from/job.tgz', bytes)
      const program = await copyProgram(at('/from/job.tgz'), at('/to'))
      assert.deepEqual(await disk.readFile('/to/job.tgz'), bytes)
      assert.equal(program.file, 'job.tgz')
      assert.equal(program.sizeBytes, sizeBytes)
      assert.equal(await isUnchanged(at('/from/job.tgz'), program), true)
      await checkCopy(at('/to/job.tgz'), program, 'a')
    })
  }

  it('is told from what has other bytes, another length, is no file or is not there', async () => {
    await writeDurably(disk, '/from/job.mjs', Uint8Array.of(1, 2, 3))
    const program = await copyProgram(at('/from/job.mjs'), at('/to'))
    assert.equal(await isUnchanged(at('/from'), program), false)
    for (const bytes of [Uint8Array.of(1, 2, 4), Uint8Array.of(1, 2, 3, 4)]) {
      await writeDurably(disk, '/from/job.mjs', bytes)
      assert.equal(await isUnchanged(at('/from/job.mjs'), program), false)
    }
    await disk.delete('/to/job.mjs')
    await assert.rejects(checkCopy(at('/to/job.mjs'), program, 'a'), { code: 'RECOVERY_ENTRY_DAMAGED' })
  })
})
