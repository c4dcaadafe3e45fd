import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { LocalTemporaryFiles } from '../../../../src/core/fs/local-temporary-files.js'

const root = mkdtempSync(path.join(tmpdir(), 'temporary-files-'))

after(() => {
  rmSync(root, { recursive: true, force: true })
})

function isFailure(operation: string, text: string): (error: unknown) => boolean {
  return (error) =>
    FlinkError.is(error, 'TEMPORARY_FILE_FAILED') &&
    error.message.includes(`cannot be ${operation}: ${text}`) &&
    error.message.includes('io.tmp.dirs')
}

describe('A temporary file', () => {
  it('gives back what was written at any position, and is gone when it is closed', () => {
    const directory = path.join(root, 'files')
    mkdirSync(directory)
    const file = new LocalTemporaryFiles().create(directory)
    file.write(Buffer.from('world'), 6)
    file.write(Buffer.from('hello '), 0)
    const bytes = Buffer.alloc(9)
    file.read(bytes, 2)
    assert.equal(bytes.toString(), 'llo world')
    assert.throws(() => {
      file.read(Buffer.alloc(1), 11)
    }, /ends before what was written/)
    file.close()
    file.close()
    assert.deepEqual(readdirSync(directory), [])
  })

  it('has no name, so that the end of the process takes it away', { skip: process.platform === 'win32' }, () => {
    const file = new LocalTemporaryFiles().create(root)
    file.write(Buffer.alloc(10), 0)
    assert.deepEqual(
      readdirSync(root).filter((name) => name.endsWith('.tmp')),
      [],
    )
    file.close()
  })

  it('lies in the directories of io.tmp.dirs in turn, or in the directory of the system', () => {
    const used: string[] = []
    const [one, two, three] = ['one', 'two', 'three'].map((name) => path.join(root, name)) as [string, string, string]
    // A file where the directory should be: the error says which one it was.
    for (const place of [one, two, three]) writeFileSync(place, '')
    const files = new LocalTemporaryFiles()
    for (let round = 0; round < 3; round += 1) {
      try {
        files.create(`${one}, ${two}|${three}`)
      } catch (error) {
        used.push([one, two, three].find((place) => String(error).includes(place + path.sep)) ?? '')
      }
    }
    assert.deepEqual(used, [one, two, three])
    for (const unset of [undefined, '', ' , ']) files.create(unset).close()
  })

  it('says where it cannot be made, and what to set', () => {
    const directory = path.join(root, 'missing')
    assert.throws(() => new LocalTemporaryFiles().create(directory), isFailure('opened', directory))
  })

  it('says that its disk is full', (context) => {
    const directory = path.join(root, 'small disk')
    mkdirSync(directory)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory], { stdio: 'ignore' })
    } catch {
      context.skip('a small disk can be mounted by root on Linux only')
      return
    }
    try {
      const file = new LocalTemporaryFiles().create(directory)
      assert.throws(
        () => {
          for (let position = 0; position < 2 ** 20; position += 4096) file.write(Buffer.alloc(4096), position)
        },
        isFailure('written', directory),
      )
      file.close()
    } finally {
      execFileSync('umount', [directory])
    }
  })
})
