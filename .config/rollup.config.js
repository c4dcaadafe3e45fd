/**
 * Joins the compiled modules of dist/src into the few files of dist/lib that are shipped and run. Every thread of a job
 * loads the engine anew, and loading costs it 0.3 ms a module, whatever its size: a third of the time to the first record.
 * Entries keep their paths. What several of them need lies in parts/, so that the `flink-ts` which a job imports and the
 * engine around the job are one. Nothing is left out or renamed.
 */
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'

const compiled = path.resolve(import.meta.dirname, '../dist/src')
const bundled = path.resolve(import.meta.dirname, '../dist/lib')
const ownPackage = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const { name: ownName, dependencies, optionalDependencies, peerDependencies } = ownPackage
const packages = [ownName, ...Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })]

/** What package.json and bin/ name, and what starts a thread or a process. */
const entries = [
  'index',
  'client/client-entry',
  'connectors/base/base-entry',
  'connectors/datagen/datagen-entry',
  'connectors/filesystem/filesystem-entry',
  'connectors/kafka/kafka-entry',
  'connectors/socket/socket-entry',
  'formats/avro/avro-entry',
  'formats/avro/registry/registry-thread-entry',
  'formats/csv/csv-entry',
  'formats/json/json-entry',
  'formats/raw/raw-entry',
  'formats/string/string-entry',
  'testing/testing-entry',
  'cli/main',
  'cli/detached-entry',
  'cli/session-entry',
  'cluster/check-worker-entry',
  'cluster/plan-worker-entry',
  'cluster/program-worker-entry',
  'runtime/taskmanager/worker-entry',
]

/**
 * What Node before 22.15 loads in a thread for hooks, for which the thread that wants them waits: in files of their own, as the
 * parts are 0.5 MB, which every first restart would load once a worker.
 */
const hooks = ['graph/packaged-program-evaluation-hooks', 'graph/packaged-program-resolution-hooks']

/** Source maps lead to the TypeScript sources and not to what the compiler made of them. */
const sourceMaps = {
  name: 'source-maps',
  load: (id) => ({ code: readFileSync(id, 'utf8'), map: JSON.parse(readFileSync(`${id}.map`, 'utf8')) }),
}

/** A module that was moved into parts/ still finds other files by the place that it has among the sources. */
const places = {
  name: 'places',
  resolveImportMeta(property, { chunkId, moduleId }) {
    if (property !== 'url') return null
    const place = path.posix.relative(path.posix.dirname(chunkId), path.relative(compiled, moduleId))
    return `new URL(${JSON.stringify(place)}, import.meta.url).href`
  },
}

/** No part of an earlier build is left. */
const fresh = {
  name: 'fresh',
  generateBundle() {
    rmSync(bundled, { recursive: true, force: true })
  },
}

/** Small modules that rollup would put into two parts by who needs them; a thread loads both anyway. */
const sharedByMost = [
  'api/eventtime/watermark',
  'api/functions/has-methods',
  'api/functions/sink/sent-bytes',
  'api/functions/sink/socket-client-sink',
  'api/functions/rich-function',
  'api/functions/source-function',
  'api/functions/source/socket-text-stream-function',
  'api/functions/time-domain',
  'api/state/aggregating-state-descriptor',
  'api/state/list-state-descriptor',
  'api/state/value-state-descriptor',
  'api/windowing/evictors/timestamped-value',
  'api/windowing/windows/global-window',
  'api/windowing/windows/time-window',
  'core/config/metric-options',
  'core/config/managed-memory',
  'core/errors/error-codec',
  'core/fs/compressed-file',
  'filesystems/default-file-systems',
  'filesystems/lazy-file-system',
  'core/fs/file-path',
  'core/fs/file-stamp',
  'core/fs/file-systems',
  'core/fs/in-memory-temporary-files',
  'core/fs/input-not-found',
  'core/fs/local-file-system',
  'core/fs/unpackers',
  'core/io/output-lock',
  'core/io/standard-input',
  'core/io/standard-input-guard',
  'core/io/standard-stream',
  'core/io/stream-failure',
  'core/io/thread-streams',
  'core/io/thread-writable',
  'core/keygroups/canonical-key',
  'core/net/tcp-connection',
  'core/net/tcp-writer',
  'core/process/memory-limits',
  'core/process/process-owner',
  'core/process/process-start',
  'core/random/system-random',
  'graph/packaged-program-resolve-hook',
  'storage/task-local-state',
].map((name) => path.join(compiled, `${name}.js`))

const manualChunks = (id) => {
  if (sharedByMost.includes(id)) return 'functions'
  return hooks.find((name) => id === path.join(compiled, `${name}.js`))
}

const build = {
  external: (id) => id.startsWith('node:') || packages.some((one) => id === one || id.startsWith(`${one}/`)),
  treeshake: false,
  onwarn(warning) {
    throw new Error(warning.message)
  },
  output: {
    dir: bundled,
    entryFileNames: '[name].js',
    chunkFileNames: 'parts/[name].js',
    manualChunks,
    experimentalMinChunkSize: 100_000,
    hoistTransitiveImports: false,
    minifyInternalExports: false,
    sourcemap: true,
    sourcemapExcludeSources: true,
  },
}

const inputs = (names) => Object.fromEntries(names.map((name) => [name, path.join(compiled, `${name}.js`)]))

export default { ...build, input: inputs([...entries, ...hooks]), plugins: [sourceMaps, places, fresh] }
