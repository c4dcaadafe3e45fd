import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { LocalFileSystem } from '../../../../src/core/fs/local-file-system.js'

const base = mkdtempSync(path.join(tmpdir(), 'flink-ts-local-'))
after(() => {
  rmSync(base, { recursive: true, force: true })
})
const disk = new LocalFileSystem()
const isRoot = process.getuid?.() === 0

describe('LocalFileSystem', () => {
  it('says DISK_FULL and where when the device is full', { skip: !existsSync('/dev/full') }, async () => {
    const writer = await disk.openForWrite('/dev/full')
    await assert.rejects(writer.write(new Uint8Array(10)), { code: 'DISK_FULL', message: /\/dev\/full/ })
    await writer.close()
  })

  it('says what the system says when it may not write', { skip: isRoot }, async () => {
    const closed = path.join(base, 'closed')
    await disk.mkdirs(closed)
    chmodSync(closed, 0o500)
    await assert.rejects(disk.openForWrite(path.join(closed, 'a')), { code: 'FILE_ACCESS_REFUSED', message: /EACCES/ })
  })

  it('takes a directory that may be written and not read for as durable as it can be', { skip: isRoot }, async () => {
    const closed = path.join(base, 'unreadable')
    await disk.mkdirs(closed)
    chmodSync(closed, 0o300)
    await disk.syncDirectory(closed)
    await assert.rejects(disk.syncDirectory(path.join(base, 'missing')), { code: 'FILE_NOT_FOUND' })
  })

  it('does not follow a link out of a directory that is deleted', async () => {
    const [kept, gone] = [path.join(base, 'kept'), path.join(base, 'gone')]
    await disk.mkdirs(kept)
    await disk.mkdirs(gone)
    writeFileSync(path.join(kept, 'file'), 'x')
    symlinkSync(kept, path.join(gone, 'link'))
    await disk.delete(gone)
    assert.equal(existsSync(path.join(kept, 'file')), true)
  })
})
