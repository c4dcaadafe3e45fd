import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, it } from 'node:test'

const GUARD = new URL('../../../../src/core/io/standard-input-guard.js', import.meta.url).href

/** In a process of its own: the calls are replaced for good, and one that is not guarded reads an input that has ended. */
const PROGRAM = `
  import fs, { readFileSync as named } from 'node:fs'
  import { readFile as promised } from 'node:fs/promises'
  import { promisify } from 'node:util'
  const [guard] = process.argv.slice(-1)
  const { guardStandardInput } = await import(guard)
  let isAllowed = false
  guardStandardInput(() => {
    if (!isAllowed) throw new Error('refused')
  })
  const said = []
  const attempt = async (name, call) => {
    try {
      await call()
      said.push(name + ': done')
    } catch (error) {
      said.push(name + ': ' + error.message)
    }
  }
  const buffer = Buffer.alloc(1)
  await attempt('readFileSync(0)', () => fs.readFileSync(0))
  await attempt('a named import', () => named(0, 'utf8'))
  await attempt('readSync', () => fs.readSync(0, buffer))
  await attempt('openSync', () => fs.openSync('/dev/stdin'))
  await attempt('a URL', () => fs.readFileSync(new URL('file:///dev/fd/0')))
  await attempt('readFile', () => promisify(fs.readFile)('/dev/stdin'))
  await attempt('read', () => promisify(fs.read)(0, buffer, 0, 1, null))
  await attempt('a promise', () => promised('/proc/self/fd/0'))
  await attempt('a stream', () => fs.createReadStream('/dev/stdin').toArray())
  await attempt('a stream of the descriptor', () => fs.createReadStream('', { fd: 0 }).toArray())
  await attempt('another file', () => fs.readFileSync(new URL(guard)))
  const file = fs.openSync(new URL(guard))
  await attempt('another descriptor', async () => {
    const { bytesRead } = await promisify(fs.read)(file, buffer, 0, 1, null)
    if (bytesRead !== 1) throw new Error('the promise of fs.read has lost its names')
  })
  isAllowed = true
  // Whatever standard input is here, a buffer of no bytes takes none of it.
  await attempt('once it is allowed', () => fs.readSync(0, Buffer.alloc(0)))
  console.log(JSON.stringify(said))
`

describe('What reads standard input past process.stdin', () => {
  it('asks first, in the way of the call; other files are read as ever', () => {
    const said: unknown = JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '-e', PROGRAM, GUARD], {
        stdio: ['ignore', 'pipe', 'inherit'],
        encoding: 'utf8',
      }),
    )
    assert.deepEqual(said, [
      'readFileSync(0): refused',
      'a named import: refused',
      'readSync: refused',
      'openSync: refused',
      'a URL: refused',
      'readFile: refused',
      'read: refused',
      'a promise: refused',
      'a stream: refused',
      'a stream of the descriptor: refused',
      'another file: done',
      'another descriptor: done',
      'once it is allowed: done',
    ])
  })
})
