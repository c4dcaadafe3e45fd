/** Archives that are made to write, or to read, where their job has nothing to do. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { openPackagedProgram } from '../../../src/graph/packaged-program.js'
import { rawArchive, type RawEntry } from './raw-archive.js'
import { temporaryDirectory } from './temporary-directory.js'

const PRECIOUS = 'what nobody may change'
const JOB: RawEntry = { path: 'index.js', text: 'export default () => undefined\n' }
/** Two links that lead out of the archive together, and each for itself does not. */
const OUT: readonly RawEntry[] = [
  { path: 'deep/down/top', type: 'SymbolicLink', linkpath: '../..' },
  { path: 'deep/down/out', type: 'SymbolicLink', linkpath: 'top/..' },
]

const EVIL: Readonly<Record<string, readonly RawEntry[]>> = {
  'a file above': [{ path: '../precious', text: 'evil' }],
  'a file above, after what looks harmless': [{ path: 'a/b/../../../precious', text: 'evil' }],
  'a file at an absolute path': [{ path: '/tmp/flink-ts-evil', text: 'evil' }],
  'a file at a path that is absolute twice': [{ path: '//tmp/flink-ts-evil', text: 'evil' }],
  'a directory above': [{ path: '../evil/', type: 'Directory' }],
  'a link to above, and a file through it': [
    { path: 'link', type: 'SymbolicLink', linkpath: '..' },
    { path: 'link/precious', text: 'evil' },
  ],
  'a link to a file above, and a file of its name': [
    { path: 'link', type: 'SymbolicLink', linkpath: '../precious' },
    { path: 'link', text: 'evil' },
  ],
  'links that lead out together, and a file through them': [...OUT, { path: 'deep/down/out/precious', text: 'evil' }],
  'links that lead out together, and a new file through them': [...OUT, { path: 'deep/down/out/evil', text: 'evil' }],
  'links that lead out together, and a directory through them': [
    ...OUT,
    { path: 'deep/down/out/evil/', type: 'Directory' },
  ],
  'links that lead out together, and a hard link through them': [
    ...OUT,
    { path: 'hard', type: 'Link', linkpath: 'deep/down/out/precious' },
  ],
  'a hard link through links, and a file of its name': [
    ...OUT,
    { path: 'hard', type: 'Link', linkpath: 'deep/down/out/precious' },
    { path: 'hard', text: 'evil' },
  ],
  'a hard link to above': [{ path: 'hard', type: 'Link', linkpath: '../precious' }],
  'a hard link to an absolute path': [{ path: 'hard', type: 'Link', linkpath: '/etc/hosts' }],
  'a hard link to a link that leads out': [
    ...OUT,
    { path: 'hard', type: 'Link', linkpath: 'deep/down/out' },
    { path: 'hard/precious', text: 'evil' },
  ],
  'a device of characters': [{ path: 'null', type: 'CharacterDevice' }],
  'a device of blocks': [{ path: 'disk', type: 'BlockDevice' }],
  'a pipe': [{ path: 'pipe', type: 'FIFO' }],
}

interface Place {
  readonly directory: string
  readonly before: readonly string[]
}

/** A directory with something precious beside the one that is unpacked into. */
async function place(context: TestContext): Promise<Place> {
  const directory = await temporaryDirectory(context, { precious: PRECIOUS })
  return { directory, before: await readdir(directory) }
}

async function assertRefused(archive: string, { directory, before }: Place): Promise<string> {
  const unpackDirectory = join(directory, 'unpacked')
  const opened = openPackagedProgram({ path: archive, workingDirectory: directory, unpackDirectory })
  const error: unknown = await opened.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.ok(FlinkError.is(error), `it was taken: ${String(error)}`)
  assert.deepEqual(await readdir(directory), before, 'nothing is left beside it')
  assert.equal(await readFile(join(directory, 'precious'), 'utf8'), PRECIOUS)
  assert.equal((await stat(join(directory, 'precious'))).nlink, 1)
  assert.equal(existsSync('/tmp/flink-ts-evil'), false)
  return error.code
}

describe('Nothing outside is written or linked by an archive with', () => {
  for (const [title, entries] of Object.entries(EVIL))
    for (const kind of ['tar', 'tar.gz', 'tgz'])
      test(`${title}, as ${kind}`, async (context) => {
        const tar = await rawArchive(context, [JOB, ...entries])
        const archive = tar.replace(/tar$/, kind)
        if (kind === 'tar') await rename(tar, archive)
        else await writeFile(archive, gzipSync(await readFile(tar)))
        assert.equal(await assertRefused(archive, await place(context)), 'PROGRAM_ARCHIVE_INVALID')
      })
})

test('an archive of more entries than any job has is refused', async (context) => {
  const one = await readFile(await rawArchive(context, [{ path: 'index.js' }]))
  const header = one.subarray(0, 512)
  const where = await temporaryDirectory(context)
  const archive = join(where, 'job.tgz')
  const many = Buffer.concat([...Array.from({ length: 100_001 }, () => header), Buffer.alloc(1024)])
  await writeFile(archive, gzipSync(many, { level: 1 }))
  await mkdir(join(where, 'place'))
  assert.equal(await assertRefused(archive, await place(context)), 'PROGRAM_ARCHIVE_INVALID')
})

/** The smallest archive that `zip` makes, of one file with this path. */
function zipOf(path: string): Buffer {
  const name = Buffer.from(path)
  const local = Buffer.alloc(30)
  local.write('PK\x03\x04', 'latin1')
  local.writeUInt16LE(name.length, 26)
  const central = Buffer.alloc(46)
  central.write('PK\x01\x02', 'latin1')
  central.writeUInt16LE(name.length, 28)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(central.length + name.length, 12)
  end.writeUInt32LE(local.length + name.length, 16)
  return Buffer.concat([local, name, central, name, end])
}

test('a zip or jar is no archive of a job, by whatever name', async (context) => {
  const where = await temporaryDirectory(context)
  for (const [name, code] of Object.entries({
    'job.zip': 'PROGRAM_NOT_A_MODULE',
    'job.jar': 'PROGRAM_NOT_A_MODULE',
    'job.js': 'PROGRAM_NOT_A_MODULE',
    'job.tgz': 'PROGRAM_ARCHIVE_INVALID',
    'job.tar': 'PROGRAM_ARCHIVE_INVALID',
  })) {
    await writeFile(join(where, name), zipOf('../precious'))
    assert.equal(await assertRefused(join(where, name), await place(context)), code, name)
  }
})
