import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { defaultFileSystems } from '../../../src/filesystems/default-file-systems.js'
import { toFileUri } from '../../../src/core/fs/file-path.js'
import { crc32c } from '../../../src/core/memory/crc32c.js'
import type { KeyedStateHandle, StreamStateHandle } from '../../../src/storage/state-handles.js'
import {
  findTaskLocalState,
  taskLocalStateDirectory,
  writeTaskLocalState,
  type FoundLocalState,
} from '../../../src/storage/task-local-state.js'

const MAKE_PIPE = 'mkfifo'
const PLACE = { checkpointId: 7, operatorId: 'a'.repeat(32), subtaskIndex: 0 }
const BYTES = Buffer.from('of a state')
const INLINE: StreamStateHandle = { kind: 'inline', bytes: BYTES, crc32c: crc32c(BYTES) }

/** One file of ten bytes is kept; `change` is given the directory with it. */
async function foundAfter(
  context: TestContext,
  change: (directory: string) => Promise<unknown>,
): Promise<FoundLocalState> {
  const root = await mkdtemp(path.join(tmpdir(), 'flink-ts-local-state-'))
  context.after(() => rm(root, { recursive: true, force: true }))
  const fileSystems = defaultFileSystems()
  const directory = taskLocalStateDirectory(root, PLACE)
  const file = path.join(directory, '000001.sst')
  await mkdir(directory, { recursive: true })
  await writeFile(file, BYTES)
  const local = {
    kind: 'file',
    uri: toFileUri(file),
    offset: 0,
    lengthBytes: BYTES.length,
    crc32c: crc32c(BYTES),
  } as const
  await writeTaskLocalState(directory, { handle: INLINE, files: [{ name: 'sst', handle: local }] }, fileSystems)
  await change(directory)
  const backendFiles = { files: [{ name: 'sst', handle: { ...INLINE } }] }
  const handle = { handle: INLINE, backendFiles } as unknown as KeyedStateHandle
  return findTaskLocalState([root], PLACE, handle, fileSystems)
}

/** Put where a file was. */
async function replaceByPipe(file: string): Promise<void> {
  await rm(file)
  assert.equal(spawnSync(MAKE_PIPE, [file]).status, 0)
}

describe('What a subtask has kept of a checkpoint', () => {
  it('is found as it was written', async (context) => {
    const found = await foundAfter(context, () => Promise.resolve())
    assert.ok('files' in found, JSON.stringify(found))
    assert.deepEqual(
      [...found.files.values()].map(({ name }) => name),
      ['sst', '_local'],
    )
  })

  it(
    'is of no use where a pipe stands for a file of it, which nobody waits at',
    {
      skip: process.platform === 'win32',
    },
    async (context) => {
      for (const name of ['_local', '000001.sst']) {
        const found = await foundAfter(context, (directory) => replaceByPipe(path.join(directory, name)))
        assert.ok('reason' in found)
        assert.match(found.reason, new RegExp(`${name}: it is no plain file$`))
      }
    },
  )
})
