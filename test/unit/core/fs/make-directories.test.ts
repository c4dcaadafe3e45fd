import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { makeDirectories } from '../../../../src/core/fs/make-directories.js'

const root = mkdtempSync(path.join(tmpdir(), 'make-directories-'))
after(() => {
  rmSync(root, { recursive: true, force: true })
})

describe('makeDirectories', () => {
  it('makes what is missing with its mode, and names the topmost that it made', async () => {
    const top = path.join(root, 'a')
    assert.equal(await makeDirectories(path.join(top, 'b/c'), 0o700), top)
    assert.equal(statSync(path.join(top, 'b')).mode & 0o777, 0o700)
    assert.equal(await makeDirectories(path.join(top, 'b/c')), undefined)
    assert.equal(await makeDirectories(path.join(top, 'b/d')), path.join(top, 'b/d'))
  })

  it('may be asked for the same directory by several at once', async () => {
    const deep = path.join(root, 'p/q/r/s')
    await Promise.all(Array.from({ length: 10 }, () => makeDirectories(deep)))
    assert.ok(existsSync(deep))
  })

  it('names the file that is in the way', async () => {
    const file = path.join(root, 'file')
    writeFileSync(file, '')
    for (const directory of [file, path.join(file, 'x/y')]) {
      await assert.rejects(makeDirectories(directory), (error) => {
        assert.ok(FlinkError.is(error, 'FILE_ACCESS_REFUSED'))
        assert.match(error.message, new RegExp(`create of ${file} failed: a file of that name is in the way`))
        return true
      })
    }
  })

  it(
    'ends where a directory takes no entries',
    { skip: !existsSync('/proc/self') && 'there is no /proc' },
    async () => {
      await assert.rejects(
        makeDirectories('/proc/none/deeper'),
        /create of \/proc\/none failed: \/proc takes no new entries/,
      )
    },
  )
})
