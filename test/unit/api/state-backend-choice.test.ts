/** Which state backend, and which place for checkpoints, a job gets by name, in its program, and where both say something. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  FileSystemCheckpointStorage,
  JobManagerCheckpointStorage,
} from '../../../src/api/environment/checkpoint-storages.js'
import {
  EmbeddedRocksDBStateBackend,
  RocksDBStateBackend,
} from '../../../src/api/environment/rocksdb-state-backends.js'
import {
  FsStateBackend,
  HashMapStateBackend,
  MemoryStateBackend,
  type StateBackend,
} from '../../../src/api/environment/state-backends.js'
import { Configuration } from '../../../src/core/config/configuration.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { FileSystems } from '../../../src/core/fs/file-systems.js'
import { LocalFileSystem } from '../../../src/core/fs/local-file-system.js'
import { SILENT_LOGGER } from '../../../src/core/logging/silent-logger.js'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { ManualClock } from '../../../src/core/time/manual-clock.js'
import { makeCheckpointStorage } from '../../../src/runtime/jobmanager/checkpoint/checkpoint-storage-factory.js'
import { loadStateBackend } from '../../../src/runtime/taskmanager/state/state-backend-loader.js'
import { FileCheckpointStorage } from '../../../src/storage/checkpoint-storage.js'
import { sampleGraph } from '../runtime/jobmanager/sample-graphs.js'

type Texts = Readonly<Record<string, string>>

const DIRECTORY: Texts = { 'state.checkpoints.dir': 'file:///configured' }
const random = new SeededRandom(1)

/** The backend, and `files` or `memory` for checkpoints, as the two sides of a job read them from its configuration. */
function chosenBy(configuration: Configuration): string {
  const backend = loadStateBackend(configuration, { jobId: 'a'.repeat(32), slots: 1, random, logger: SILENT_LOGGER })
  const fileSystems = new FileSystems().register('file', new LocalFileSystem())
  const services = { fileSystems, random, logger: SILENT_LOGGER, clock: new ManualClock() }
  const job = { jobId: 'a'.repeat(32), jobGraph: sampleGraph([]) }
  const storage = makeCheckpointStorage({ ...job, ...services, configuration })
  return `${backend.name}, ${storage instanceof FileCheckpointStorage ? 'files' : 'memory'}`
}

/** What the program leaves in the configuration that it is given. */
function setBy(backend: StateBackend, given: Texts): Configuration {
  const configuration = Configuration.fromMap(given)
  backend.applyTo(configuration)
  return configuration
}

const NAMES: readonly (readonly [name: string, chosen: string, inADirectory: string])[] = [
  ['hashmap', 'hashmap, memory', 'hashmap, files'],
  ['filesystem', 'hashmap, memory', 'hashmap, files'],
  ['jobmanager', 'hashmap, memory', 'hashmap, memory'],
  ['rocksdb', 'rocksdb, memory', 'rocksdb, files'],
  ['RocksDB', 'rocksdb, memory', 'rocksdb, files'],
  [' HASHMAP ', 'hashmap, memory', 'hashmap, files'],
  ['org.apache.flink.runtime.state.hashmap.HashMapStateBackendFactory', 'hashmap, memory', 'hashmap, files'],
  ['org.apache.flink.runtime.state.filesystem.FsStateBackendFactory', 'hashmap, memory', 'hashmap, files'],
  ['org.apache.flink.runtime.state.memory.MemoryStateBackendFactory', 'hashmap, memory', 'hashmap, memory'],
  ['org.apache.flink.contrib.streaming.state.RocksDBStateBackendFactory', 'rocksdb, memory', 'rocksdb, files'],
  ['org.apache.flink.contrib.streaming.state.EmbeddedRocksDBStateBackendFactory', 'rocksdb, memory', 'rocksdb, files'],
  ['org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackendFactory', 'rocksdb, memory', 'rocksdb, files'],
]

const BACKENDS: readonly (readonly [what: string, backend: () => StateBackend, chosen: string])[] = [
  ['MemoryStateBackend', () => new MemoryStateBackend(), 'hashmap, memory'],
  ['FsStateBackend', () => new FsStateBackend('file:///said'), 'hashmap, files'],
  ['HashMapStateBackend', () => new HashMapStateBackend(), 'hashmap, memory'],
  ['EmbeddedRocksDBStateBackend', () => new EmbeddedRocksDBStateBackend(), 'rocksdb, memory'],
  ['RocksDBStateBackend with a URI', () => new RocksDBStateBackend('file:///said', true), 'rocksdb, files'],
  [
    'RocksDBStateBackend with files',
    () => new RocksDBStateBackend(new FsStateBackend('/said'), true),
    'rocksdb, files',
  ],
  ['RocksDBStateBackend with memory', () => new RocksDBStateBackend(new MemoryStateBackend()), 'rocksdb, memory'],
]

describe('The state backend of a job', () => {
  for (const [name, chosen, inADirectory] of NAMES) {
    it(`is chosen by the name ${name}, under the key of today and the older one`, () => {
      for (const key of ['state.backend.type', 'state.backend']) {
        assert.equal(chosenBy(Configuration.fromMap({ [key]: name })), chosen)
        assert.equal(chosenBy(Configuration.fromMap({ [key]: name, ...DIRECTORY })), inADirectory)
      }
    })
  }

  it('is on the heap where nobody says anything', () => {
    assert.equal(chosenBy(Configuration.fromMap({})), 'hashmap, memory')
  })

  for (const [what, backend, chosen] of BACKENDS) {
    it(`is what the program says, whatever the configuration does: ${what}`, () => {
      assert.equal(chosenBy(setBy(backend(), {})), chosen)
      for (const configured of ['hashmap', 'filesystem', 'jobmanager', 'rocksdb']) {
        for (const key of ['state.backend.type', 'state.backend']) {
          const [wanted] = chosen.split(',')
          assert.equal(chosenBy(setBy(backend(), { [key]: configured })).split(',')[0], wanted, configured)
        }
      }
    })
  }

  it('of the program has its checkpoints where it says, and else where the configuration says', () => {
    const inFiles = { ...DIRECTORY, 'state.checkpoint-storage': 'filesystem' }
    const inMemory = { ...DIRECTORY, 'state.checkpoint-storage': 'jobmanager' }
    const cases: readonly (readonly [StateBackend, Texts, string])[] = [
      [new MemoryStateBackend(), inFiles, 'hashmap, memory'],
      [new FsStateBackend('/said'), inMemory, 'hashmap, files'],
      [new RocksDBStateBackend('/said'), inMemory, 'rocksdb, files'],
      [new HashMapStateBackend(), inFiles, 'hashmap, files'],
      [new HashMapStateBackend(), inMemory, 'hashmap, memory'],
      [new HashMapStateBackend(), { ...DIRECTORY, 'state.backend': 'jobmanager' }, 'hashmap, files'],
      [new EmbeddedRocksDBStateBackend(), inFiles, 'rocksdb, files'],
    ]
    for (const [backend, given, chosen] of cases) assert.equal(chosenBy(setBy(backend, given)), chosen)
  })

  it('has no checkpoints in files where nobody names a directory: it is told, and not put into memory', () => {
    const enabled = { 'execution.checkpointing.interval': '1 s' }
    for (const key of ['execution.checkpointing.storage', 'state.checkpoint-storage']) {
      const inFiles = { [key]: 'filesystem' }
      assert.throws(() => chosenBy(Configuration.fromMap({ ...enabled, ...inFiles }, 'flink-conf.yaml:3')), {
        code: 'CHECKPOINT_DIRECTORY_MISSING',
        message: new RegExp(`${key} is filesystem \\(set in flink-conf.yaml:3\\)`),
      })
      assert.equal(chosenBy(Configuration.fromMap({ ...enabled, ...inFiles, ...DIRECTORY })), 'hashmap, files')
      assert.equal(chosenBy(Configuration.fromMap(inFiles)), 'hashmap, memory')
    }
  })

  it('that a program sets last counts', () => {
    const given = setBy(new MemoryStateBackend(), { 'state.backend.type': 'hashmap' })
    new RocksDBStateBackend(new MemoryStateBackend()).applyTo(given)
    assert.equal(chosenBy(given), 'rocksdb, memory')
    new FsStateBackend('/said').applyTo(given)
    assert.equal(chosenBy(given), 'hashmap, files')
  })

  const WRONG: readonly (readonly [name: string, meant: string | undefined])[] = [
    ['rocksbd', 'rocksdb'],
    ['rocks-db', 'rocksdb'],
    ['hash_map', 'hashmap'],
    ['file-system', 'filesystem'],
    ['job.manager', undefined],
    ['MemoryStateBackend', 'jobmanager'],
    ['FsStateBackend', 'filesystem'],
    ['RocksDBStateBackend', 'rocksdb'],
    ['EmbeddedRocksDBStateBackend', 'rocksdb'],
    ['HashMapStateBackend', 'hashmap'],
    ['org.apache.flink.contrib.streaming.state.RocksDBStateBackend', 'rocksdb'],
    ['org.apache.flink.runtime.state.memory.MemoryStateBackend', 'jobmanager'],
    ['mongo', undefined],
    ['', undefined],
  ]
  for (const [name, meant] of WRONG) {
    it(`that does not exist is refused with all there are: '${name}'`, () => {
      const configuration = Configuration.fromMap({ 'state.backend': name })
      assert.throws(
        () => chosenBy(configuration),
        (error: unknown) => {
          assert.ok(FlinkError.is(error, 'CONFIG_VALUE_INVALID'), String(error))
          assert.match(error.message, /for key 'state\.backend'.*\[\[hashmap, jobmanager, filesystem, rocksdb\]\]\./)
          const [, question] = /Did you mean (\w+)\?/.exec(error.message) ?? []
          assert.equal(question, meant)
          return true
        },
      )
    })
  }
})

describe('What says where checkpoints go', () => {
  const MISFITS: readonly (readonly [what: string, words: RegExp, make: () => unknown])[] = [
    ['no directory', /the directory has to be a string.*undefined/, () => new FsStateBackend(undefined as never)],
    ['a number as directory', /has to be a string.*given 5/, () => new FileSystemCheckpointStorage(5 as never)],
    ['an empty directory', /the directory is empty/, () => new RocksDBStateBackend(' ')],
    ['no room at all', /from 1 on, and it was given 0/, () => new MemoryStateBackend(0)],
    ['less than nothing', /whole number from 1 on.*-1/, () => new JobManagerCheckpointStorage(-1)],
    ['a size in words', /whole number.*'5 mb'/, () => new MemoryStateBackend('5 mb' as never)],
    ['part of a byte', /whole number.*1\.5/, () => new MemoryStateBackend(1.5)],
    ['a switch in place of a size', /whole number.*true/, () => new MemoryStateBackend(true as never)],
    ['a negative threshold', /the threshold.*0 to 1048576.*-5/, () => new FileSystemCheckpointStorage('/a', -5)],
    ['a threshold above 1 MB', /0 to 1048576/, () => new FileSystemCheckpointStorage('/a', 1_048_577)],
  ]
  for (const [what, words, make] of MISFITS) {
    it(`is refused at the call where it cannot be meant: ${what}`, () => {
      assert.throws(make, (error: unknown) => {
        assert.ok(FlinkError.is(error, 'GRAPH_INVALID'), String(error))
        assert.match(error.message, words)
        return true
      })
    })
  }
})
