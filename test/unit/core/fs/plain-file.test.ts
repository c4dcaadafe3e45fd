import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { readPlainFile, type PlainFileTerms } from '../../../../src/core/fs/plain-file.js'

const directory = mkdtempSync(path.join(tmpdir(), 'plain-file-'))
const file = path.join(directory, 'file')
const link = path.join(directory, 'link')
writeFileSync(file, 'text', { mode: 0o640 })

after(() => {
  rmSync(directory, { recursive: true })
})

async function read(name: string, terms: Partial<PlainFileTerms> = {}): Promise<string> {
  return (await readPlainFile(name, { limitBytes: 4, links: 'refused', ...terms })).toString()
}

describe('A plain file', { skip: process.platform === 'win32' }, () => {
  it('is read up to the length that is allowed', async () => {
    assert.equal(await read(file), 'text')
    await assert.rejects(read(file, { limitBytes: 3 }), { name: 'ReasonError', message: 'it has more than 3 bytes' })
  })

  it('is found by a link only where those are followed, as a store of keys may be one', async () => {
    symlinkSync('file', link)
    await assert.rejects(read(link), { name: 'ReasonError', message: 'it is a symbolic link' })
    assert.equal(await read(link, { links: 'followed' }), 'text')
  })

  it('is shown to whoever checks it before anything of it is read', async () => {
    const check = ({ mode }: { readonly mode: number }): void => {
      throw new Error((mode & 0o777).toString(8))
    }
    await assert.rejects(read(file, { check }), { message: '640' })
  })

  it('is no directory, no device and no pipe, which keeps nobody', async () => {
    const pipe = path.join(directory, 'pipe')
    assert.equal(spawnSync('mkfifo', [pipe]).status, 0)
    for (const other of [directory, pipe, '/dev/zero'])
      await assert.rejects(read(other), { name: 'ReasonError', message: 'it is no plain file' }, other)
    await assert.rejects(read(path.join(directory, 'none')), { code: 'ENOENT' })
  })
})
