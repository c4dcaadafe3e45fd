import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { filesUnder, repositoryRoot, sourceFiles, textOf } from './repository.js'

/** Lines of these files that match, as `file:line text`. */
function linesThatMatch(files: readonly string[], pattern: RegExp): string[] {
  return files.flatMap((file) =>
    textOf(file)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1} ${line.trim()}`] : [])),
  )
}

/** The same for code alone: a line of comment (the samples of TSDoc among them) does not count. */
function codeThatMatches(files: readonly string[], pattern: RegExp): string[] {
  return linesThatMatch(files, pattern).filter((found) => !/^\S+ (\*|\/\*|\/\/)/.test(found))
}

/** This file has to spell what it forbids. */
const self = 'test/architecture/words.test.ts'
const topLevelFiles = readdirSync(repositoryRoot, { withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name !== 'package-lock.json')
  .map((entry) => entry.name)
const ownFiles = [...topLevelFiles, ...['bin', 'src', 'conf', 'jobs', 'test', '.config', '.ci'].flatMap(filesUnder)]
  .filter((file) => /\.(ts|js|mjs|cjs|json|md|yaml|yml)$|^\.ci\//.test(file))
  .filter((file) => file !== self)

const outsideAdapters = sourceFiles().filter((file) => !/^src\/(core|cli)\//.test(file))

test('no file names a path of the machine that it was written on', () => {
  const machine = /(^|[\s'"`(=:])(\/work\/|\/root\/|\/home\/[a-z]+\/|\/Users\/[A-Za-z]|[A-Z]:\\\\Users)/
  assert.deepEqual(linesThatMatch(ownFiles, machine), [])
})

test('directories are made in one way, which ends where Node never does', () => {
  const files = sourceFiles().filter((file) => file !== 'src/core/fs/make-directories.ts')
  assert.deepEqual(codeThatMatches(files, /\b(mkdir(Sync)?\(.*recursive|mkdir: true|mkdirp|ensureDir)/), [])
})

test('the lockfile names no registry or path of one machine', () => {
  const lines = linesThatMatch(['package-lock.json'], /"resolved": "(?!https:\/\/registry\.npmjs\.org\/)/)
  assert.deepEqual(lines, [])
})

test('nothing in src is left for later', () => {
  const unfinished = /\b(TODO|FIXME|XXX|HACK)\b|\bfor now\b|\bplaceholder\b|not (yet )?implemented|\bstub\b/i
  const lines = linesThatMatch(sourceFiles(), unfinished)
  // Templates of the error table have placeholders, and speak of them.
  assert.deepEqual(
    lines.filter((line) => !(line.startsWith('src/core/errors/') && /placeholder/i.test(line))),
    [],
  )
})

test('no rule of the linter or the compiler is switched off inside a file', () => {
  const silenced = /eslint-disable|@ts-(ignore|nocheck|expect-error)|prettier-ignore|c8 ignore/
  const files = ['src', 'jobs', 'test'].flatMap((folder) => sourceFiles(folder))
  // What must not compile is written down under test/types with the error that is expected.
  const looked = files.filter((file) => file !== self && !file.startsWith('test/types/'))
  assert.deepEqual(linesThatMatch(looked, silenced), [])
})

test('clock, randomness, environment and console are ambient in core and cli only', () => {
  const ambient = /\bDate\.now\(|\bMath\.random\(|\bprocess\.env\b|\bconsole\.(log|error|warn|info|debug)\b/
  assert.deepEqual(codeThatMatches(outsideAdapters, ambient), [])
})

test('storage, runtime and rest take timers and files from outside', () => {
  // A native database knows files of the machine only: its drivers are an adapter, behind a seam (kv-store.ts) of which
  // there is one in memory.
  const adapters = 'src/runtime/taskmanager/state/rocksdb/drivers/'
  const seams = sourceFiles().filter(
    (file) => /^src\/(storage|runtime|rest)\//.test(file) && !file.startsWith(adapters),
  )
  const ambient =
    /(?<![.\w])(setTimeout|setInterval|performance\.now)\(|from 'node:fs(\/promises)?'|(from |import\()'fs-extra/
  assert.deepEqual(codeThatMatches(seams, ambient), [])
})

test('no error is swallowed by an empty catch', () => {
  const swallowed = /\.catch\(\(\w*\) => (\{\s*\}|undefined|null)\)|catch (\(\w+\) )?\{\s*\}/
  // A promise kept in a field has readers elsewhere; this statement only says so to node before they come.
  const keptForReaders = / this\.\w+\.catch\(\(\) => undefined\)$/
  const lines = codeThatMatches(sourceFiles(), swallowed)
  assert.deepEqual(
    lines.filter((line) => !keptForReaders.test(line)),
    [],
  )
})

/** Names in the first column of the list of words that are types of none of these sources. */
function namesWithoutType(readme: string, sources: readonly string[]): string[] {
  const rows = readme.split('\n').filter((line) => line.startsWith('| '))
  const names = rows.flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/`(\w+)`/g)].map((match) => match[1]))
  const text = sources.join('\n')
  return names.filter(
    (name): name is string =>
      name !== undefined && !new RegExp(`^export (?:class|interface|type) ${name}\\b`, 'm').test(text),
  )
}

test('the list of words in src/README.md speaks of types that there are', () => {
  const readme = textOf('src/README.md')
  assert.deepEqual(namesWithoutType(readme, sourceFiles().map(textOf)), [])
  const planted = '| gate, `InputGate` | `Elsewhere` |\n| `Renamed`, `Gone` | a |\n'
  assert.deepEqual(namesWithoutType(planted, ['export class InputGate {}\nexport type Rename = 1\n']), [
    'Renamed',
    'Gone',
  ])
})

/**
 * Words that src/README.md rules out and that mean nothing else, each with why. What has a second meaning (node, key, job,
 * event, message ...) no test can tell; neither can it tell who speaks of whom, but for the sentences below.
 */
const NEVER: readonly (readonly [RegExp, string])[] = [
  [/\bbehind\b/i, 'in time after, in a pipeline downstream'],
  [/\bthe begin of\b/i, 'the start of'],
  [/\buntold\b/i, 'not told, not reported'],
  [/\bto and fro\b/i, 'say what goes where'],
  [/\bas (it|they) came\b/i, 'unchanged'],
  // That of a sink is something else: Flink's word for the operators around its writers.
  [/\btopolog(y|ies) of (the|a) (job|program)\b|\b(job|program) topolog(y|ies)\b/i, 'plan'],
  [/\b(a|the) backup of\b/i, 'snapshot, savepoint'],
  [/\bgate handler\b/i, 'InputHandler'],
  [/\b(the|top-level|job) script\b|'script'/i, 'program'],
  [/\bcheckpoint marker\b/i, 'barrier'],
  [/\b(key (bucket|shard|partition)s?)\b/i, 'key group'],
  [/\b(checkpoint|savepoint|snapshot)s? (that )?(is|are|was|were) given up\b/i, 'aborted, or declined by a task'],
  [/\bcheckpointGivenUp\b|\bg(ive|ives|ave) (a|the) (older )?(checkpoint|savepoint)s? up\b/, 'aborts, or declines'],
  [/\bcheckpoints? (that )?(is|are|was|were) (cancell?ed|rejected|refused by a task)\b/i, 'aborted, or declined'],
  [/\bcheckpoints? (that )?(is|are|was|were) confirmed\b/i, 'acknowledged'],
  [/\b(jobs?|tasks?) (that )?(is|are|was|were) aborted\b/i, 'cancelled, or failed'],
  [/\d (ns|µs|ms|s|MB) for [\d.,]*\d( \1)?(?=\.?$|[.,;:)] | with )/, 'a figure became another one: 45 → 32 ns'],
]

function ruledOut(text: string): string[] {
  return NEVER.flatMap(([pattern, better]) => {
    const found = pattern.exec(text)?.[0]
    return found === undefined ? [] : [`${found}: ${better}`]
  })
}

test('what is written in any folder keeps to the list of words', () => {
  // The list itself names what it rules out.
  const files = ownFiles.filter((file) => file !== 'src/README.md')
  const lines = files.flatMap((file) =>
    textOf(file)
      .split('\n')
      .flatMap((line, index) => ruledOut(line).map((found) => `${file}:${index + 1} ${found}`)),
  )
  assert.deepEqual(lines, [])
  const planted = [
    '// What comes behind the barrier is not in the snapshot.',
    '// At the begin of a step.',
    'readonly #untold = new Set<string>()',
    '/** Going to and fro takes 5 µs. */',
    '// The value is stored as it came.',
    '// A checkpoint that was given up leaves no file.',
    'ending.checkpointGivenUp(3)',
    '// Two iterators: 32 ns for 45 with two entries.',
    '// The topology of the job.',
    '// A backup of the state.',
    '/** The gate handler of a task. */',
    "kind: 'script'",
    '// A checkpoint marker in each channel.',
    '// One of 128 key buckets.',
    '// The checkpoint was cancelled by the coordinator.',
    '// A checkpoint is confirmed by each task.',
    '// After the job was aborted.',
  ]
  assert.deepEqual(
    planted.filter((line) => ruledOut(line).length !== 1),
    [],
  )
  assert.deepEqual(
    ruledOut('// A file that was left over; Ctrl-C gives up; `leftBehind` is a name; 1 µs for 1 kB.'),
    [],
  )
})

test('no test is skipped, focused or left open', () => {
  const files = sourceFiles('test').filter((file) => file !== self)
  const idle = /\b(test|it|describe|suite)\.(skip|only|todo)\(|skip: true|assert\.ok\(true\)/
  assert.deepEqual(linesThatMatch(files, idle), [])
})

test('the top level holds what the project promises and dot-files, nothing else', () => {
  const allowed =
    /^(package\.json|package-lock\.json|tsconfig\.json|bin|src|conf|jobs|test|README\.md|LICENSE|\..*|node_modules|dist|log)$/
  assert.deepEqual(
    readdirSync(repositoryRoot).filter((name) => !allowed.test(name)),
    [],
  )
})
