import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FileSystems } from '../../../../../../src/core/fs/file-systems.js'
import type { Logger } from '../../../../../../src/core/logging/logger.js'
import { TaskLocalStateStore } from '../../../../../../src/runtime/taskmanager/state/rocksdb/task-local-state-store.js'
import type { KvFiles } from '../../../../../../src/runtime/taskmanager/state/rocksdb/kv-store.js'
import type { WrittenFiles } from '../../../../../../src/runtime/taskmanager/state/rocksdb/files-snapshot.js'
import type { KeyedStateBackendParameters } from '../../../../../../src/runtime/taskmanager/state/state-backend.js'

/** What is told where the links of a checkpoint cannot be moved any more. */
async function toldOfKeeping(isReleased: boolean): Promise<string[]> {
  const told: string[] = []
  const tell = (message: string): void => {
    told.push(message)
  }
  const logger: Logger = { debug: tell, info: tell, warn: tell, error: tell }
  const files: KvFiles = {
    files: [],
    release: () => Promise.resolve(),
    moveTo: () => Promise.reject(new TypeError('the links are gone')),
  }
  const localRecovery = {
    isRecoveredFrom: true,
    subtask: { operatorId: 'a'.repeat(32), subtaskIndex: 0 },
    roots: ['/nowhere'],
    fileSystems: {} as FileSystems,
    logger,
  }
  const store = new TaskLocalStateStore({
    operatorName: 'Count',
    localRecovery,
  } as unknown as KeyedStateBackendParameters)
  const written = { manifest: new Uint8Array(1) } as WrittenFiles
  await store.keep(7, { files, written, isReleased: () => isReleased })
  return told
}

describe('a checkpoint that cannot be kept beside its task', () => {
  it('is told of', async () => {
    assert.deepEqual(await toldOfKeeping(false), ['a checkpoint is not kept beside the task'])
  })

  it('is not told of where it was aborted meanwhile, and its links went with it', async () => {
    assert.deepEqual(await toldOfKeeping(true), [])
  })
})
