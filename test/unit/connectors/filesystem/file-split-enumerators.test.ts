import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ContinuousFileSplitEnumerator } from '../../../../src/connectors/filesystem/file-split-enumerators.js'
import { FileSourceSplitReader } from '../../../../src/connectors/filesystem/file-source-split-reader.js'
import {
  FileSourceSplit,
  SimpleSplitAssigner,
  type BulkFormat,
} from '../../../../src/connectors/filesystem/filesystem-entry.js'
import { FileSystems } from '../../../../src/core/fs/file-systems.js'

const splitOf = (path: string): FileSourceSplit => new FileSourceSplit({ path, offset: 0, length: 1, fileSizeBytes: 1 })

describe('ContinuousFileSplitEnumerator', () => {
  it('gives a split a request, those that come back as well, and none to a reader that is gone', () => {
    const assigned: string[] = []
    const registered = new Map([0, 1, 2].map((subtask) => [subtask, {}]))
    const context = {
      registeredReaders: () => registered,
      assignSplit: (split: FileSourceSplit, subtask: number) => assigned.push(`${split.path} ${String(subtask)}`),
    }
    const enumerator = new ContinuousFileSplitEnumerator({
      context: context as never,
      fileEnumerator: { enumerateSplits: () => Promise.resolve([]) },
      assigner: new SimpleSplitAssigner([splitOf('/a')]),
      paths: ['/'],
      alreadyProcessedPaths: [],
      discoveryIntervalMs: 1000,
    })
    enumerator.handleSplitRequest(0, undefined)
    enumerator.handleSplitRequest(1, undefined)
    enumerator.handleSplitRequest(2, undefined)
    assert.deepEqual(assigned, ['/a 0'])
    registered.delete(1)
    enumerator.addSplitsBack([splitOf('/b'), splitOf('/c')])
    assert.deepEqual(assigned, ['/a 0', '/b 2'])
    assert.deepEqual(
      enumerator.snapshotState().splits.map(({ path }) => path),
      ['/c'],
    )
  })
})

describe('FileSourceSplitReader', () => {
  it('opens no split that is paused, but the next one', async () => {
    const opened: string[] = []
    const format: BulkFormat<string> = {
      isSplittable: () => false,
      createReader: ({ path }) => {
        opened.push(path)
        return { readBatch: () => Promise.resolve(undefined), close: () => undefined }
      },
      restoreReader: () => assert.fail('nothing was read'),
    }
    const reader = new FileSourceSplitReader(format, new FileSystems())
    reader.addSplits([splitOf('/a'), splitOf('/b')])
    reader.pauseOrResumeSplits(['/a@0'], [])
    await reader.fetch()
    assert.deepEqual(opened, ['/b'])
    reader.pauseOrResumeSplits([], ['/a@0'])
    await reader.fetch()
    assert.deepEqual(opened, ['/b', '/a'])
  })
})
