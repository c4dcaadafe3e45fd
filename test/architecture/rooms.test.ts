import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { after, test } from 'node:test'
import { cruise } from 'dependency-cruiser'
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options'
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config'
import { filesUnder, repositoryRoot, textOf } from './repository.js'

interface Room {
  readonly room: string
  readonly mayImport: readonly string[]
  readonly noNodeModules?: boolean
  readonly doors?: Readonly<Record<string, readonly string[]>>
}

const { rooms } = createRequire(import.meta.url)(join(repositoryRoot, '.config', 'rooms.cjs')) as {
  rooms: readonly Room[]
}
const temporaryTrees: string[] = []
const tsConfig = extractTSConfig(join(repositoryRoot, 'tsconfig.json'))

after(() => {
  for (const tree of temporaryTrees) rmSync(tree, { recursive: true, force: true })
})

/** The cruise takes every path from the current folder. */
async function inFolder<T>(folder: string, action: () => Promise<T>): Promise<T> {
  const before = process.cwd()
  process.chdir(folder)
  try {
    return await action()
  } finally {
    process.chdir(before)
  }
}

/** Names of the rules that a tree of these files breaks, as `rule: file`; the two cruises are those of `npm run rooms`. */
async function violationsOf(
  files: Readonly<Record<string, string>>,
  config = '.dependency-cruiser.cjs',
): Promise<string[]> {
  const tree = mkdtempSync(join(tmpdir(), 'flink-ts-rooms-'))
  temporaryTrees.push(tree)
  for (const name of ['.config', '.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) {
    cpSync(join(repositoryRoot, name), join(tree, name), { recursive: true })
  }
  symlinkSync(join(repositoryRoot, 'node_modules'), join(tree, 'node_modules'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true })
    writeFileSync(join(tree, path), text)
  }
  return inFolder(tree, async () => {
    const options = await extractDepcruiseOptions(join(tree, config))
    const { output } = await cruise(['src'], options, undefined, { tsConfig })
    assert.ok(typeof output !== 'string')
    return output.summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`).sort()
  })
}

/** How the file `from` names the module `to`; both without their ending. */
function relativeImport(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to)
  return `${path.startsWith('.') ? path : `./${path}`}.js`
}

test('a room that imports a room above it is found, for every room of the table', async () => {
  const files: Record<string, string> = {}
  const expected: string[] = []
  for (const { room, mayImport } of rooms) {
    const forbidden = rooms.find((other) => other.room !== room && !mayImport.includes(other.room))
    if (forbidden === undefined) continue
    const up = '../'.repeat(room.split('/').length)
    files[`src/${room}/leaf.ts`] = 'export const leaf = 1\n'
    files[`src/${room}/planted.ts`] = `export { leaf } from '${up}${forbidden.room}/leaf.js'\n`
    expected.push(`src/${room}/planted.ts`)
  }
  const found = await violationsOf(files)
  for (const file of expected) {
    assert.ok(
      found.some((line) => line.includes('-imports-') && line.endsWith(`: ${file}`)),
      `no rule found ${file} in\n${found.join('\n')}`,
    )
  }
})

test('a tree that keeps the table breaks no rule', async () => {
  const found = await violationsOf({
    'src/core/leaf.ts': 'export const leaf = 1\n',
    'src/api/stream.ts': "import { leaf } from '../core/leaf.js'\nexport const stream = leaf\n",
    'src/rest/messages/message.ts': 'export interface Message { id: string }\n',
    'src/rest/handler.ts':
      "import type { Message } from './messages/message.js'\nexport type Handler = (m: Message) => void\n",
  })
  assert.deepEqual(found, [])
})

test('an import of types counts as an import', async () => {
  const found = await violationsOf({
    'src/cluster/job.ts': 'export interface Job { id: string }\n',
    'src/core/planted.ts': "import type { Job } from '../cluster/job.js'\nexport type Id = Job['id']\n",
  })
  assert.deepEqual(found, ['core-imports-nothing: src/core/planted.ts'])
})

test('api and graph reach for no node module, and only graph may load the program', async () => {
  const text = "import { readFileSync } from 'node:fs'\nexport const read = readFileSync\n"
  const found = await violationsOf({
    'src/api/planted.ts': text,
    'src/graph/planted.ts': text,
    'src/graph/packaged-program.ts': text,
    'src/storage/planted.ts': text,
  })
  assert.deepEqual(found, [
    'api-imports-no-node-module: src/api/planted.ts',
    'graph-imports-no-node-module: src/graph/planted.ts',
  ])
})

test('a lower layer of the task manager cannot import a higher one', async () => {
  const found = await violationsOf({
    'src/runtime/taskmanager/task/stream-task.ts': 'export const task = 1\n',
    'src/runtime/taskmanager/network/planted.ts': "export { task } from '../task/stream-task.js'\n",
  })
  assert.deepEqual(found, [
    'runtime/taskmanager-network-state-imports-lower-layers-only: src/runtime/taskmanager/network/planted.ts',
  ])
})

test('how keyed state lies in memory is known to no file outside of its folder', async () => {
  const state = 'src/runtime/taskmanager/state'
  const found = await violationsOf({
    [`${state}/entry-table.ts`]: 'export const table = 1\n',
    [`${state}/keyed-state-backend.ts`]: "import { table } from './entry-table.js'\nexport const backend = table\n",
    'src/runtime/taskmanager/operators/user.ts':
      "import { backend } from '../state/keyed-state-backend.js'\nexport const used = backend\n",
    'src/runtime/taskmanager/operators/planted.ts': "export { table } from '../state/entry-table.js'\n",
    'src/runtime/taskmanager/task/planted.ts': "export type { table } from '../state/entry-table.js'\n",
  })
  const rule = 'runtime/taskmanager-state-is-entered-by-its-doors'
  assert.deepEqual(found, [
    `${rule}: src/runtime/taskmanager/operators/planted.ts`,
    `${rule}: src/runtime/taskmanager/task/planted.ts`,
  ])
})

test('every door of a folder is a file of it', () => {
  for (const { room, doors = {} } of rooms) {
    for (const [folder, files] of Object.entries(doors)) {
      for (const file of files) {
        const door = `src/${room}/${folder}/${file}.ts`
        assert.ok(existsSync(join(repositoryRoot, door)), `${door} is not there`)
      }
    }
  }
})

test('cycles between files and between folders are found', async () => {
  const files = await violationsOf({
    'src/core/a.ts': "import { b } from './b.js'\nexport const a = (): unknown => b\n",
    'src/core/b.ts': "import { a } from './a.js'\nexport const b = (): unknown => a\n",
  })
  // A cycle is reported once, at the file that it was met from first.
  assert.deepEqual(files, ['no-cycle-between-files: src/core/a.ts'])
  const folders = await violationsOf({
    'src/core/x/a.ts': "import { b } from '../y/b.js'\nexport const a = b\n",
    'src/core/x/c.ts': 'export const c = 1\n',
    'src/core/y/b.ts': 'export const b = 1\n',
    'src/core/y/d.ts': "import { c } from '../x/c.js'\nexport const d = c\n",
  })
  assert.deepEqual(folders, ['no-cycle-between-folders: src/core/x', 'no-cycle-between-folders: src/core/y'])
})

test('types may go round inside a folder that the table names, and nowhere else', async () => {
  const round = (a: string, b: string): Record<string, string> => ({
    [`${a}.ts`]: `import type { B } from '${relativeImport(a, b)}'\nexport interface A { b: B }\n`,
    [`${b}.ts`]: `import type { A } from '${relativeImport(b, a)}'\nexport interface B { a: A }\n`,
  })
  const found = await violationsOf({
    ...round('src/api/datastream/a', 'src/api/datastream/b'),
    ...round('src/api/dag/a', 'src/api/dag/b'),
    ...round('src/api/types/a', 'src/api/datastream/c'),
  })
  assert.deepEqual(found, [
    'no-cycle-between-files: src/api/dag/a.ts',
    'no-cycle-between-files: src/api/types/a.ts',
    'no-cycle-between-folders: src/api/datastream',
    'no-cycle-between-folders: src/api/types',
  ])
})

test('a cycle of values is found inside such a folder too, where shorter ones of types lie over it', async () => {
  const file = (own: string, next: string, previous: string): string =>
    `import { ${next} } from './${next}.js'\nimport type { T as Previous } from './${previous}.js'\n` +
    `export type T = Previous\nexport const ${own} = (): unknown => ${next}\n`
  const files = {
    'src/api/datastream/a.ts': file('a', 'b', 'c'),
    'src/api/datastream/b.ts': file('b', 'c', 'a'),
    'src/api/datastream/c.ts': file('c', 'a', 'b'),
  }
  assert.deepEqual(await violationsOf(files), [])
  assert.deepEqual(await violationsOf(files, '.config/value-imports.cjs'), [
    'no-cycle-of-values: src/api/datastream/a.ts',
  ])
})

test('a file outside every room is found as soon as one imports it', async () => {
  const found = await violationsOf({
    'src/lost.ts': 'export const lost = 1\n',
    'src/core/planted.ts': "export { lost } from '../lost.js'\n",
  })
  assert.deepEqual(found, [
    'core-imports-nothing: src/core/planted.ts',
    'every-file-stands-in-a-room: src/core/planted.ts',
  ])
})

test('the rules know every folder of src, and src itself holds index.ts and pages only', () => {
  const known = new Set(rooms.flatMap(({ room }) => [room, room.split('/')[0]]))
  for (const entry of readdirSync(join(repositoryRoot, 'src'), { withFileTypes: true })) {
    if (entry.isDirectory()) assert.ok(known.has(entry.name), `src/${entry.name} is no room of the table`)
    else assert.match(entry.name, /^(index\.ts|README\.md|steps\.md)$/, `src/${entry.name} stands in no room`)
  }
  const runtimeFiles = filesUnder('src/runtime').filter((file) => file.split('/').length === 3)
  assert.deepEqual(
    runtimeFiles.filter((file) => !file.endsWith('README.md')),
    [],
    'src/runtime holds rooms only',
  )
})

for (const { room } of rooms) {
  const folder = join(repositoryRoot, 'src', room)
  if (!existsSync(folder)) continue
  test(`the room ${room} has a door: a README.md of 10 to 40 lines`, () => {
    assert.ok(existsSync(join(folder, 'README.md')), `src/${room}/README.md is missing`)
    const lines = textOf(`src/${room}/README.md`).trimEnd().split('\n').length
    assert.ok(lines >= 10 && lines <= 40, `src/${room}/README.md has ${lines} lines`)
  })
}
