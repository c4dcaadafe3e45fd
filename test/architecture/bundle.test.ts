import assert from 'node:assert/strict'
import { posix } from 'node:path'
import { describe, test } from 'node:test'
import { filesUnder, sourceFiles, textOf } from './repository.js'

/** Loading a file costs a thread 0.3 ms; as single modules these were 102, 212 and 92. */
const FILES_OF_A_THREAD = 15
/** Statements that import a file beside: what is imported with `import()` loads later. */
const IMPORT = /^(?:import|export)\b[^'"\n]*['"](\.[^'"]+)['"]/gm
/** What a worker, a process or the loader's hooks begin with. */
const STARTED = /(?:new URL|register)\('(\.[^']+\.js)'/g

function filesLoadedBy(entry: string): string[] {
  const loaded = new Set<string>()
  const waiting = [entry]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (loaded.has(file)) continue
    loaded.add(file)
    const directory = posix.dirname(file)
    for (const match of textOf(file).matchAll(IMPORT)) waiting.push(posix.join(directory, match[1] ?? ''))
  }
  return [...loaded]
}

/** Sources that a file of dist/lib was joined from, as its source map tells. */
function sourcesIn(map: string): string[] {
  const { sources } = JSON.parse(textOf(map)) as { readonly sources: readonly string[] }
  return sources.map((source) => posix.join(posix.dirname(map), source))
}

describe('the joined modules that run', () => {
  for (const entry of ['cluster/program-worker-entry', 'runtime/taskmanager/worker-entry', 'index', 'cli/main']) {
    test(`${entry} loads few files, so that a job starts fast`, () => {
      const files = filesLoadedBy(`dist/lib/${entry}.js`)
      assert.ok(files.length <= FILES_OF_A_THREAD, `${String(files.length)} files: ${files.join(', ')}`)
    })
  }

  test("no module is in two files: a job's flink-ts and the engine around it are the same", () => {
    const sources = filesUnder('dist/lib')
      .filter((file) => file.endsWith('.js.map'))
      .flatMap(sourcesIn)
    assert.ok(sources.length > sourceFiles().length / 2, `only ${String(sources.length)} sources are told of`)
    assert.deepEqual(
      sources.filter((source, index) => sources.indexOf(source) !== index),
      [],
    )
  })

  test('every module that is started by its file name is there', () => {
    const joined = new Set(filesUnder('dist/lib'))
    const started = sourceFiles().flatMap((file) =>
      [...textOf(file).matchAll(STARTED)].map((match) => posix.join(posix.dirname(file), match[1] ?? '')),
    )
    assert.ok(started.length >= 5, `only ${started.join(', ')}`)
    assert.deepEqual(
      started.filter((file) => !joined.has(file.replace(/^src/, 'dist/lib'))),
      [],
    )
  })
})
