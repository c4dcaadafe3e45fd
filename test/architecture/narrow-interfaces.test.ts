/**
 * Windows and joins stand on keyed state by (key, namespace), InternalTimerService and Output: whoever has these three can run
 * the same operators.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sourceFiles, textOf } from './repository.js'

const TASK_MANAGER = 'src/runtime/taskmanager'
const FOLDERS = ['windowing', 'joins']

/** What their files may import of the rest of the task manager. */
const INTERFACES: ReadonlySet<string> = new Set([
  // State, timers, output: the three.
  'state/internal-state',
  'state/keyed-state-backend',
  'state/namespace-type',
  'timers/internal-timer-service',
  'operators/output',
  // What an operator is, and its inputs.
  'operators/combined-watermark',
  'operators/one-input-udf-operator',
  'operators/operator-makers',
  'operators/stream-operator',
  'operators/two-input/key-types',
  'operators/two-input/two-input-udf-operator',
  // Over the three alone: state by descriptor, late records, results with a timestamp.
  'operators/default-keyed-state-store',
  'operators/late-record-dropper',
  'operators/side-output-tag',
  'operators/timestamped-collector',
  // Values.
  'network/explaining-copier',
  'network/stream-element',
  'state/thenable',
])

/**
 * Of a backend that has more: what it knows of memory and snapshots is not for operators. `applyToAllKeys` serves one that finds
 * the state of another after a restore.
 */
const OF_BACKEND: ReadonlySet<string> = new Set(['currentKey', 'getOrCreateKeyedState', 'applyToAllKeys'])

const files = FOLDERS.flatMap((folder) => sourceFiles(`${TASK_MANAGER}/${folder}`))

/** Relative imports of a file, as paths below the task manager; others begin with `..`. */
function importsOf(file: string): string[] {
  const folder = new URL(`file:///${file}`)
  const root = new URL(`file:///${TASK_MANAGER}/`).pathname
  return [...textOf(file).matchAll(/from '(\.[^']+)\.js'/g)].flatMap(([, path = '']) => {
    const { pathname } = new URL(path, folder)
    return pathname.startsWith(root) ? [pathname.slice(root.length)] : []
  })
}

test('windows and joins import of the engine what the narrow interfaces are', () => {
  assert.ok(files.length > 20)
  const others = files.flatMap((file) =>
    importsOf(file)
      .filter((path) => !FOLDERS.includes(path.split('/')[0] ?? '') && !INTERFACES.has(path))
      .map((path) => `${file}: ${path}`),
  )
  assert.deepEqual(others, [])
})

test('every one of these interfaces is used, and some are by both', () => {
  const imported = new Set(files.flatMap(importsOf))
  assert.deepEqual(
    [...INTERFACES].filter((path) => !imported.has(path)),
    [],
  )
})

test('windows and joins ask a backend for state and the current key alone', () => {
  const others = files.flatMap((file) =>
    [...textOf(file).matchAll(/\bbackend\??\.(\w+)/gi)]
      .filter(([, member = '']) => member !== 'js' && !OF_BACKEND.has(member))
      .map(([call]) => `${file}: ${call}`),
  )
  assert.deepEqual(others, [])
})
