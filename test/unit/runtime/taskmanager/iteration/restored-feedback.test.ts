import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { defaultFileSystems } from '../../../../../src/filesystems/default-file-systems.js'
import { crc32c } from '../../../../../src/core/memory/crc32c.js'
import { readFeedbackParts } from '../../../../../src/runtime/taskmanager/iteration/restored-feedback.js'
import type { OperatorStateHandle } from '../../../../../src/storage/state-handles.js'

/** Some lie in several pieces of the file, some with others in one. */
const LENGTHS = [10, 2_500_000, 0, 65_536, 1_000_000, 7]

describe('the parts of a snapshot in which the records of a loop lie', () => {
  let directory = ''
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'restored-feedback-'))
  })
  afterEach(() => {
    rmSync(directory, { recursive: true })
  })

  function written(checksumError = 0): { parts: Buffer[]; handle: OperatorStateHandle } {
    const parts = LENGTHS.map((length, index) => Buffer.alloc(length, index + 1))
    const bytes = Buffer.concat(parts)
    const file = path.join(directory, 'state')
    writeFileSync(file, bytes)
    const offsets = [0]
    for (const { length } of parts) offsets.push((offsets.at(-1) ?? 0) + length)
    const metadata = { name: 'feedback', kind: 'operator-union', typeFingerprint: 'FEEDBACK(GENERIC)' } as const
    const handle = {
      kind: 'file',
      uri: pathToFileURL(file).href,
      offset: 0,
      lengthBytes: bytes.length,
      crc32c: crc32c(bytes) + checksumError,
    } as const
    return { parts, handle: { states: [{ ...metadata, schemaVersion: 0, offsets }], handle } }
  }

  async function read(...handles: OperatorStateHandle[]): Promise<Buffer[]> {
    const parts: Buffer[] = []
    for await (const part of readFeedbackParts(handles, defaultFileSystems())) parts.push(Buffer.from(part))
    return parts
  }

  it('come in their order, wherever the pieces of the file end', async () => {
    const { parts, handle } = written()
    const found = await read(handle, handle)
    assert.ok(Buffer.concat(found).equals(Buffer.concat([...parts, ...parts])))
    assert.deepEqual(
      found.map(({ length }) => length),
      [...LENGTHS, ...LENGTHS],
    )
  })

  it('are refused where the file is damaged, or has fewer of them than it says', async () => {
    await assert.rejects(read(written(1).handle), (error) => FlinkError.is(error, 'SNAPSHOT_CORRUPT'))
    const { handle } = written()
    const [state] = handle.states
    assert.ok(state !== undefined)
    const offsets = [...state.offsets, (state.offsets.at(-1) ?? 0) + 1]
    await assert.rejects(read({ ...handle, states: [{ ...state, offsets }] }), (error) =>
      FlinkError.is(error, 'ASSERTION_FAILED'),
    )
  })
})
