import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
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

function configuredBy(backend: StateBackend, given: Readonly<Record<string, string>> = {}): Record<string, string> {
  const configuration = Configuration.fromMap(given)
  backend.applyTo(configuration)
  return configuration.toMap()
}

describe('State backends of a program', () => {
  it('RocksDBStateBackend takes the URI of the checkpoints or the backend that has it, as the course notes write it', () => {
    const expected = {
      'state.backend.type': 'rocksdb',
      'execution.checkpointing.storage': 'filesystem',
      'execution.checkpointing.dir': 'file:///data/checkpoints',
      'execution.state-recovery.from-latest': 'true',
      'execution.checkpointing.incremental': 'true',
    }
    const filebackend = new FsStateBackend('file:///data/checkpoints')
    assert.deepEqual(configuredBy(new RocksDBStateBackend(filebackend, true)), expected)
    assert.deepEqual(configuredBy(new RocksDBStateBackend('file:///data/checkpoints', true)), expected)
    const { 'execution.checkpointing.incremental': _, ...unsaid } = expected
    assert.deepEqual(configuredBy(new RocksDBStateBackend(filebackend)), unsaid)
  })

  it('state on the disk may have its checkpoints in the memory of the JobManager', () => {
    assert.deepEqual(configuredBy(new RocksDBStateBackend(new MemoryStateBackend(1000))), {
      'state.backend.type': 'rocksdb',
      'execution.checkpointing.storage': 'jobmanager',
      'execution.checkpointing.memory-state-limit': '1000',
    })
  })

  it('what the program says wins over the configuration, and what it does not say stays', () => {
    const configured = {
      'state.backend': 'filesystem',
      'state.backend.incremental': 'true',
      'state.backend.rocksdb.localdir': '/configured',
    }
    assert.deepEqual(configuredBy(new EmbeddedRocksDBStateBackend(), configured), {
      'state.backend.type': 'rocksdb',
      'state.backend.incremental': 'true',
      'state.backend.rocksdb.localdir': '/configured',
    })
    const said = new EmbeddedRocksDBStateBackend(false)
    said.setDbStoragePath('/said')
    assert.deepEqual(configuredBy(said, configured), {
      'state.backend.type': 'rocksdb',
      'execution.checkpointing.incremental': 'false',
      'state.backend.rocksdb.localdir': '/said',
    })
  })

  it('local directories are given as paths or file: URIs, and taken back with null', () => {
    const backend = new EmbeddedRocksDBStateBackend()
    assert.equal(backend.getDbStoragePaths(), null)
    backend.setDbStoragePaths('/one', 'file:///two')
    assert.deepEqual(backend.getDbStoragePaths(), ['/one', '/two'])
    assert.equal(configuredBy(backend)['state.backend.rocksdb.localdir'], '/one,/two')
    backend.setDbStoragePath(null)
    assert.equal(backend.getDbStoragePaths(), null)
    assert.equal(configuredBy(backend)['state.backend.rocksdb.localdir'], undefined)
  })

  it('says whether checkpoints were asked to be incremental', () => {
    assert.equal(new EmbeddedRocksDBStateBackend().isIncrementalCheckpointsEnabled(), false)
    assert.equal(new EmbeddedRocksDBStateBackend(true).isIncrementalCheckpointsEnabled(), true)
    assert.ok(new RocksDBStateBackend('file:///a').getCheckpointBackend() instanceof FsStateBackend)
  })

  const MISFITS: readonly (readonly [what: string, words: RegExp, make: () => unknown])[] = [
    [
      'a backend without checkpoints',
      /FsStateBackend, MemoryStateBackend/,
      () => new RocksDBStateBackend(new HashMapStateBackend() as never),
    ],
    ['no place for checkpoints', /given undefined/, () => new RocksDBStateBackend(undefined as never)],
    [
      'a directory that belongs elsewhere',
      /no 'file:\/\/\/a'\. Where checkpoints go is said by getCheckpointConfig\(\)\.setCheckpointStorage/,
      () => new EmbeddedRocksDBStateBackend('file:///a' as never),
    ],
    ['another switch', /no 'yes'/, () => new EmbeddedRocksDBStateBackend('yes' as never)],
    [
      'no directory',
      /at least/,
      () => {
        new EmbeddedRocksDBStateBackend().setDbStoragePaths()
      },
    ],
    [
      'a relative directory',
      /absolute.*'state'/,
      () => {
        new EmbeddedRocksDBStateBackend().setDbStoragePath('state')
      },
    ],
    [
      'a directory elsewhere',
      /'hdfs:\/\/node\/a' is no directory of the local disk/,
      () => {
        new EmbeddedRocksDBStateBackend().setDbStoragePath('hdfs://node/a')
      },
    ],
    [
      'a separator',
      /separate/,
      () => {
        new EmbeddedRocksDBStateBackend().setDbStoragePath('/a,b')
      },
    ],
    [
      'a number',
      /has to be a string/,
      () => {
        new EmbeddedRocksDBStateBackend().setDbStoragePath(7 as never)
      },
    ],
  ]
  for (const [what, words, make] of MISFITS) {
    it(`what cannot be meant is refused at the call: ${what}`, () => {
      assert.throws(make, (error: Error) => {
        assert.match(error.message, words)
        assert.equal((error as Error & { code: string }).code, 'GRAPH_INVALID')
        return true
      })
    })
  }
})
