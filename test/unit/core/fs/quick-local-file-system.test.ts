import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, beforeEach, describe, it } from 'node:test'
import { LocalFileSystem } from '../../../../src/core/fs/local-file-system.js'
import { QuickLocalFileSystem } from '../../../../src/core/fs/quick-local-file-system.js'

const base = mkdtempSync(path.join(tmpdir(), 'flink-ts-quick-'))
after(() => {
  rmSync(base, { recursive: true, force: true })
})

/** How long each call in place takes by the clock; how many calls were made there. */
let tookMs: number
let reads: number
let nowMs: number
let disk: QuickLocalFileSystem

beforeEach(() => {
  tookMs = 0
  reads = 0
  nowMs = 0
  disk = new QuickLocalFileSystem(() => {
    reads += 1
    // Every second look is that after a call.
    if (reads % 2 === 0) nowMs += tookMs
    return nowMs
  })
})

function madeBeforeItReturns(name: string): boolean {
  const [from, to] = [path.join(base, `${name}-from`), path.join(base, name)]
  writeFileSync(from, name)
  void disk.rename(from, to)
  return existsSync(to)
}

describe('the files of a thread that has little else to do', () => {
  it('are renamed and removed in place', () => {
    assert.equal(madeBeforeItReturns('renamed'), true)
    void disk.delete(path.join(base, 'renamed'))
    assert.equal(existsSync(path.join(base, 'renamed')), false)
  })

  it('are left to the pool for a while after a call that took long', async (t) => {
    const inPool = t.mock.method(LocalFileSystem.prototype, 'rename')
    const rename = async (name: string): Promise<number> => {
      const from = path.join(base, `${name}-from`)
      writeFileSync(from, name)
      await disk.rename(from, path.join(base, name))
      assert.equal(readFileSync(path.join(base, name), 'utf8'), name)
      return inPool.mock.callCount()
    }
    tookMs = 51
    assert.equal(await rename('slow'), 0)
    assert.equal(await rename('next'), 1)
    nowMs += 10_000
    reads = 0
    tookMs = 50
    assert.deepEqual([await rename('later'), await rename('still')], [1, 1])
  })

  it('are written whole, few bytes and many, and closed after what is under way', async () => {
    const file = path.join(base, 'many')
    const many = new Uint8Array(1_000_000).fill(65)
    const writer = await disk.openForWrite(file)
    await writer.write(Uint8Array.of(66))
    const written = writer.write(many)
    const closed = writer.close()
    await Promise.all([written, closed])
    assert.equal(readFileSync(file, 'utf8'), `B${'A'.repeat(many.length)}`)
    await assert.rejects(writer.sync(), { code: 'FILE_IO_FAILED', message: /it was closed/ })
  })

  it('say DISK_FULL and where when the device is full', { skip: !existsSync('/dev/full') }, async () => {
    const writer = await disk.openForWrite('/dev/full')
    await assert.rejects(writer.write(new Uint8Array(10)), { code: 'DISK_FULL', message: /\/dev\/full/ })
    await writer.close()
  })

  it('do not hold up the thread where a pipe has their name', { skip: process.platform === 'win32' }, async () => {
    const pipe = path.join(base, 'pipe')
    execFileSync('mkfifo', [pipe])
    const opened = disk.openForWrite(pipe)
    // Whoever reads it lets the pool go on.
    const reader = spawn('cat', [pipe], { stdio: 'ignore' })
    const ended = once(reader, 'exit')
    const writer = await opened
    await writer.write(Uint8Array.of(65))
    await writer.close()
    assert.deepEqual(await ended, [0, null])
  })
})
