import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, test, type TestContext } from 'node:test'
import { create } from 'tar'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { unpackProgramArchive } from '../../../src/graph/packaged-program-archive.js'
import { openPackagedProgram } from '../../../src/graph/packaged-program.js'
import { rawArchive, type RawEntry } from './raw-archive.js'
import { temporaryDirectory } from './temporary-directory.js'

type Files = Readonly<Record<string, string>>

async function archiveOf(context: TestContext, files: Files, names: readonly string[] = ['.']): Promise<string> {
  const content = await temporaryDirectory(context, files)
  const target = join(await temporaryDirectory(context), 'job.tgz')
  await create({ gzip: true, file: target, cwd: content }, [...names])
  return target
}

async function refused(archive: string, reason: RegExp, directory: string): Promise<void> {
  await assert.rejects(unpackProgramArchive(archive, directory), (error) => {
    assert.ok(FlinkError.is(error, 'PROGRAM_ARCHIVE_INVALID'), String(error))
    assert.match(String(error.details['reason']), reason)
    return true
  })
  assert.equal(existsSync(directory), false, 'nothing is left')
}

/** As Node reads them; where there is none for the package itself "main" stands in. */
const EXPORTS: readonly (readonly [title: string, exports: unknown, module: string])[] = [
  ['a list, of which the first that holds counts', [{ require: './a.js' }, './b.js', './a.js'], 'b.js'],
  ['the condition that comes first', { default: './a.js', import: './b.js' }, 'a.js'],
  ['conditions inside of conditions', { '.': { node: { types: './t.d.ts', import: './a.js' } } }, 'a.js'],
  ['module-sync', { require: './a.js', 'module-sync': './b.js' }, 'b.js'],
  ['a condition that holds and leads nowhere', { '.': { node: { require: './a.js' }, default: './b.js' } }, 'b.js'],
  ['two of them', { node: { require: './a.js' }, import: { browser: './a.js' }, default: './b.js' }, 'b.js'],
  ['patterns and subpaths only', { './*': './*.js', './a': './a.js' }, 'main.js'],
  ['nothing', {}, 'main.js'],
  ['null', null, 'main.js'],
  ['what is no path', { '.': 5 }, 'main.js'],
]

describe('the module of an archive', () => {
  const layouts: readonly (readonly [title: string, files: Files, module: string])[] = [
    [
      '"main" of a package.json at the root',
      { 'package.json': '{"main":"lib/job.js"}', 'lib/job.js': '' },
      'lib/job.js',
    ],
    [
      'what npm pack makes',
      { 'package/package.json': '{"main":"./job.mjs"}', 'package/job.mjs': '' },
      'package/job.mjs',
    ],
    ['the only directory', { 'my-job/package.json': '{"exports":"./j.js"}', 'my-job/j.js': '' }, 'my-job/j.js'],
    ['index.js without package.json', { 'index.js': '' }, 'index.js'],
    ['index.js beside a package.json that names nothing', { 'package.json': '{}', 'index.js': '' }, 'index.js'],
    [
      'conditions in "exports", which win over "main"',
      {
        'package.json': '{"main":"a.js","exports":{".":{"types":"./x.d.ts","browser":"./x.js","import":"./b.js"}}}',
        'b.js': '',
      },
      'b.js',
    ],
    ...EXPORTS.map(([title, exports, module]): readonly [string, Files, string] => [
      `"exports" with ${title}`,
      { 'package.json': JSON.stringify({ main: 'main.js', exports }), 'main.js': '', 'a.js': '', 'b.js': '' },
      module,
    ]),
  ]
  for (const [title, files, module] of layouts) {
    test(`is found: ${title}`, async (context) => {
      const directory = join(await temporaryDirectory(context), 'unpacked')
      const path = await unpackProgramArchive(await archiveOf(context, files, Object.keys(files)), directory)
      assert.equal(path, join(directory, module))
    })
  }

  const broken: readonly (readonly [title: string, files: Files, reason: RegExp])[] = [
    ['no module', { 'read.me': '' }, /no package\.json/],
    ['a module that is not in it', { 'package.json': '{"main":"job.js"}' }, /names 'job\.js', which is not in it/],
    ['a module outside', { 'package.json': '{"main":"../../job.js"}' }, /outside of it/],
    ['a broken package.json', { 'package.json': '{' }, /not valid JSON/],
  ]
  for (const [title, files, reason] of broken) {
    test(`is refused: ${title}`, async (context) => {
      const directory = join(await temporaryDirectory(context), 'unpacked')
      await refused(await archiveOf(context, files), reason, directory)
    })
  }

  test('is opened like a job file', async (context) => {
    const archive = await archiveOf(context, { 'index.js': '' })
    const workingDirectory = await temporaryDirectory(context)
    const unpackDirectory = join(workingDirectory, 'unpacked')
    const program = await openPackagedProgram({ path: archive, workingDirectory, unpackDirectory })
    assert.equal(program.path, archive)
    assert.ok(program.moduleUrl.endsWith('/unpacked/index.js'))
  })
})

describe('an archive is refused', () => {
  const cases: readonly (readonly [title: string, entries: readonly RawEntry[], reason: RegExp])[] = [
    ['with an absolute path', [{ path: '/etc/job.js' }], /absolute path/],
    ['with a drive', [{ path: 'C:/job.js' }], /absolute path/],
    ['with an entry that leaves it', [{ path: 'a/../../job.js' }], /leads out/],
    ['with an entry that leaves it by backslashes', [{ path: '..\\job.js' }], /leads out/],
    ['with a link to outside', [{ path: 'a/link', type: 'SymbolicLink', linkpath: '../../x' }], /leads out/],
    ['with a link to an absolute path', [{ path: 'link', type: 'SymbolicLink', linkpath: '/etc/passwd' }], /leads out/],
    ['with a hard link to outside', [{ path: 'a/link', type: 'Link', linkpath: '../x' }], /leads out/],
    ['with a device', [{ path: 'null', type: 'CharacterDevice' }], /CharacterDevice/],
    ['with a pipe', [{ path: 'pipe', type: 'FIFO' }], /FIFO/],
    ['when it holds nothing', [], /empty|not a readable/],
  ]
  for (const [title, entries, reason] of cases) {
    test(title, async (context) => {
      const directory = join(await temporaryDirectory(context), 'unpacked')
      await refused(await rawArchive(context, entries), reason, directory)
    })
  }

  test('when links lead out over one another', async (context) => {
    const archive = await rawArchive(context, [
      { path: 'deep/down/top', type: 'SymbolicLink', linkpath: '../..' },
      { path: 'deep/down/out', type: 'SymbolicLink', linkpath: 'top/..' },
      { path: 'index.js' },
    ])
    await refused(archive, /leads out/, join(await temporaryDirectory(context), 'unpacked'))
  })

  test('when a link leads nowhere', async (context) => {
    const archive = await rawArchive(context, [
      { path: 'link', type: 'SymbolicLink', linkpath: 'missing' },
      { path: 'index.js' },
    ])
    await refused(archive, /leads nowhere/, join(await temporaryDirectory(context), 'unpacked'))
  })

  test('when it is no archive', async (context) => {
    const directory = await temporaryDirectory(context, { 'job.tgz': 'certainly not an archive'.repeat(100) })
    await refused(join(directory, 'job.tgz'), /not a readable tar archive/, join(directory, 'unpacked'))
  })

  test('when it is cut off', async (context) => {
    const whole = await rawArchive(context, [{ path: 'index.js', text: 'x'.repeat(5000) }])
    await writeFile(whole, (await readFile(whole)).subarray(0, 2000))
    await refused(whole, /not a readable tar archive/, join(await temporaryDirectory(context), 'unpacked'))
  })

  test('when it has too many entries or unpacks to too much', async (context) => {
    const archive = await rawArchive(context, [{ path: 'index.js', text: 'x'.repeat(5000) }, { path: 'b.js' }])
    const directory = join(await temporaryDirectory(context), 'unpacked')
    const limited = (entries: number, sizeBytes: number): Promise<string> =>
      unpackProgramArchive(archive, directory, { entries, sizeBytes })
    await assert.rejects(limited(1, 10_000), /more than 1 entries/)
    await assert.rejects(limited(10, 4999), /more than 4999 bytes/)
    assert.equal(await limited(2, 5000), join(directory, 'index.js'))
  })
})

const SMALL_LIMITS = { entries: 10, sizeBytes: 20_000 }

test('what comes after the end mark of an archive is not read', async (context) => {
  const archive = await rawArchive(context, [{ path: 'index.js', text: 'export default () => 1\n' }])
  const withMore = join(await temporaryDirectory(context), 'more.tgz')
  await writeFile(withMore, gzipSync(Buffer.concat([await readFile(archive), Buffer.alloc(10_000_000)])))
  const directory = join(await temporaryDirectory(context), 'unpacked')
  assert.equal(await unpackProgramArchive(withMore, directory, SMALL_LIMITS), join(directory, 'index.js'))
})

test('an archive of nothing but zeros is refused at its beginning', async (context) => {
  const archive = join(await temporaryDirectory(context), 'zeros.tgz')
  await writeFile(archive, gzipSync(Buffer.alloc(10_000_000)))
  await refused(archive, /not a readable tar archive|it is empty/, join(await temporaryDirectory(context), 'unpacked'))
})

test('a file that compresses very well is taken', async (context) => {
  const archive = await archiveOf(context, { 'index.js': `// ${'a'.repeat(10_000_000)}\n` })
  const directory = join(await temporaryDirectory(context), 'unpacked')
  assert.equal(await unpackProgramArchive(archive, directory), join(directory, 'index.js'))
})

test('an archive may hold links inside of it', async (context) => {
  const content = await temporaryDirectory(context, { 'lib/job.js': '', 'package.json': '{"main":"index.js"}' })
  await symlink('lib/job.js', join(content, 'index.js'))
  const target = join(await temporaryDirectory(context), 'job.tgz')
  await create({ gzip: true, file: target, cwd: content }, ['.'])
  const directory = join(await temporaryDirectory(context), 'unpacked')
  assert.equal(await unpackProgramArchive(target, directory), join(directory, 'index.js'))
})
