import assert from 'node:assert/strict'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { JarStore } from '../../../../../src/cluster/session/jars/jar-store.js'
import { SeededRandom } from '../../../../../src/core/random/seeded-random.js'

const [JOB, OTHER] = ['a'.repeat(32), 'b'.repeat(32)]

let above: string
let directory: string
let store: JarStore

beforeEach(() => {
  above = mkdtempSync(path.join(tmpdir(), 'jar-store-'))
  directory = path.join(above, 'jars')
  store = new JarStore({ uploads: directory, running: path.join(directory, 'running') }, new SeededRandom(1))
})

afterEach(() => {
  rmSync(above, { recursive: true, force: true })
})

function receive(name: string, content = 'content'): Promise<string> {
  return store.receive(name, Readable.from([Buffer.from(content)]))
}

describe('A store of uploaded programs', () => {
  it('keeps a file under an id of its own, for its user alone, and lists the newest first', async () => {
    assert.deepEqual(await store.list(), [])
    const [first, second] = [await receive('job.js'), await receive('job.js', 'other')]
    utimesSync(first, 1, 1)
    assert.deepEqual(
      (await store.list()).map(({ id, name }) => [id, name]),
      [second, first].map((file) => [path.basename(file), 'job.js']),
    )
    assert.match(path.basename(first), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}_job\.js$/)
    assert.deepEqual([statSync(directory).mode & 0o777, statSync(first).mode & 0o777], [0o700, 0o600])
  })

  it('has a file whole or not at all', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from('half')
      await Promise.reject(new RangeError('the connection broke'))
    }
    await assert.rejects(store.receive('job.js', Readable.from(broken())), /the connection broke/)
    assert.deepEqual(readdirSync(directory), [])
  })

  it('neither lists nor finds what is still coming in', async () => {
    let seen: readonly unknown[] | undefined
    async function* slow(): AsyncGenerator<Buffer> {
      yield Buffer.from('half')
      const names = readdirSync(directory)
      assert.equal(names.length, 1)
      seen = await store.list()
      for (const name of names) await assert.rejects(store.find(name), { code: 'JAR_NOT_FOUND' })
      yield Buffer.from('the rest')
    }
    await store.receive('job.js', Readable.from(slow()))
    assert.deepEqual(seen, [])
    assert.equal((await store.list()).length, 1)
  })

  it('removes uploads in the middle of which a session died, and none that another one may still receive', async () => {
    await receive('job.js')
    const [old, fresh] = ['0', '1'].map((digit) => path.join(directory, `${digit.repeat(36)}.part`))
    for (const [part, seconds] of [
      [old, 1],
      [fresh, 1000],
    ] as const) {
      writeFileSync(part ?? '', 'half')
      utimesSync(part ?? '', seconds, seconds)
    }
    await store.removeEnded(() => true, 1_001_000)
    assert.deepEqual([existsSync(old ?? ''), existsSync(fresh ?? ''), (await store.list()).length], [false, true, 1])
  })

  it('says of a disk without room that it is full', async () => {
    async function* full(): AsyncGenerator<Buffer> {
      yield Buffer.from('half')
      await Promise.reject(Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }))
    }
    const refused = store.receive('job.js', Readable.from(full()))
    await assert.rejects(refused, { code: 'DISK_FULL', details: { path: directory } })
    assert.deepEqual(readdirSync(directory), [])
  })

  for (const [given, name] of [
    ['../../etc/evil.js', 'evil.js'],
    ['C:\\jobs\\job.tgz', 'job.tgz'],
    ['job\u0000\u001b[2J.mjs', 'job[2J.mjs'],
    ['größe 1.tar.gz', 'größe 1.tar.gz'],
    [`${'\u8a9e'.repeat(65)}.js`, `${'\u8a9e'.repeat(65)}.js`],
  ] as const) {
    it(`names a file after the last part of what the client says: ${JSON.stringify(given)}`, async () => {
      const file = await receive(given)
      assert.equal(path.dirname(file), directory)
      assert.ok(file.endsWith(`_${name}`), file)
    })
  }

  it('refuses what is no program, and says of Java that it does not run here', async () => {
    await assert.rejects(receive('flink.jar'), {
      code: 'JAR_UPLOAD_REFUSED',
      message: /^flink\.jar is a program for Java/,
    })
    for (const name of [
      '',
      '..',
      '/',
      'job',
      'job.py',
      'job.js/',
      `${'x'.repeat(300)}.js`,
      `${'\u8a9e'.repeat(70)}.js`,
    ]) {
      await assert.rejects(receive(name), { code: 'JAR_UPLOAD_REFUSED' }, name)
    }
    assert.ok(!existsSync(directory))
  })

  it('finds and removes nothing but what it has received', async () => {
    const file = await receive('job.js')
    writeFileSync(path.join(above, 'outside.js'), '')
    writeFileSync(path.join(directory, 'other.js'), '')
    const linked = path.basename(file).replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
    symlinkSync(path.join(above, 'outside.js'), path.join(directory, linked))
    const ids = [
      '',
      '.',
      '..',
      '../outside.js',
      'other.js',
      linked,
      `${path.basename(file)}/`,
      `./${path.basename(file)}`,
      '\0',
    ]
    for (const id of ids) await assert.rejects(store.remove(id), { code: 'JAR_NOT_FOUND' }, id)
    assert.deepEqual(
      (await store.list()).map(({ id }) => id),
      [path.basename(file)],
    )
    await store.remove(path.basename(file))
    await assert.rejects(store.remove(path.basename(file)), {
      message: `File ${path.basename(file)} does not exist in ${directory}.`,
    })
  })

  it('keeps what a job runs, under the name that it came with, until that job has ended', async () => {
    const file = await receive('job.js', 'of the job')
    const kept = await store.keepFor(JOB, path.basename(file))
    await store.keepFor(OTHER, path.basename(file))
    await store.remove(path.basename(file))
    assert.equal(path.basename(kept), 'job.js')
    assert.equal(readFileSync(kept, 'utf8'), 'of the job')
    await store.removeEnded((jobId) => jobId === JOB, 0)
    assert.deepEqual(readdirSync(path.join(directory, 'running')), [JOB])
    await store.removeEnded(() => false, 0)
    assert.deepEqual(readdirSync(path.join(directory, 'running')), [])
  })
})
