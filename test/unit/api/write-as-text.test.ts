import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { WriteAsTextSink } from '../../../src/api/functions/sink/write-as-text-sink.js'
import type { WriteMode } from '../../../src/api/functions/sink/write-mode.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import type { FileSystem } from '../../../src/core/fs/file-system.js'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import type { OperatorSubtaskState } from '../../../src/storage/state-handles.js'
import { InMemoryObjectStore } from '../../contract/core/in-memory-object-store.js'
import { OneInputStreamOperatorTestHarness } from '../../operators/one-input-stream-operator-test-harness.js'
import { bindingOf } from '../../operators/operator-harness.js'
import { TestOperatorContext } from '../../operators/test-operator-context.js'
import { mergeSubtasks } from './operator-state-of-subtasks.js'

interface Run {
  readonly path?: string
  readonly mode?: WriteMode
  readonly parallelism?: number
  readonly attemptNumber?: number
  /** From a snapshot, by subtask; a subtask of which it says nothing is left out. */
  readonly restored?: readonly OperatorSubtaskState[]
}

interface Loss {
  readonly title: string
  readonly change: (disk: InMemoryFileSystem) => Promise<void>
  readonly found: string
}

const LOSSES: readonly Loss[] = [
  { title: 'is gone', change: (disk) => disk.delete('/out'), found: 'is not there any more (0 bytes)' },
  {
    title: 'is shorter than it was',
    change: async (disk) => (await disk.openToContinue('/out', 3)).close(),
    found: 'holds 3 bytes now',
  },
  {
    title: 'has become a directory',
    change: async (disk) => {
      await disk.delete('/out')
      await disk.mkdirs('/out')
    },
    found: 'is a directory now',
  },
]

class Job<Disk extends FileSystem = InMemoryFileSystem> {
  readonly disk: Disk

  constructor(disk: Disk) {
    this.disk = disk
  }

  async run(run: Run = {}): Promise<OneInputStreamOperatorTestHarness[]> {
    const { path = '/out', mode = 'OVERWRITE', parallelism = 1, attemptNumber = 0, restored } = run
    const subtasks: OneInputStreamOperatorTestHarness[] = []
    for (let subtaskIndex = 0; subtaskIndex < parallelism; subtaskIndex += 1) {
      const context = new TestOperatorContext({ taskInfo: { subtaskIndex, parallelism, attemptNumber } })
      context.fileSystems.register('file', this.disk)
      const binding = bindingOf({ kind: 'sink', function: new WriteAsTextSink<unknown>(path, mode) })
      const harness = new OneInputStreamOperatorTestHarness(binding, context)
      subtasks.push(await harness.open(restored?.[subtaskIndex], restored === undefined ? undefined : 1))
    }
    return subtasks
  }

  async text(file: string): Promise<string> {
    return new TextDecoder()
      .decode(await this.disk.readFile(file))
      .replaceAll('\n', ' ')
      .trim()
  }
}

/** Everybody writes, and a snapshot is taken; then everybody writes what comes after it. */
async function writeAroundSnapshot(
  subtasks: readonly OneInputStreamOperatorTestHarness[],
): Promise<(OperatorSubtaskState | undefined)[]> {
  const states: (OperatorSubtaskState | undefined)[] = []
  for (const [index, subtask] of subtasks.entries()) {
    subtask.processElement(`ä${String(index + 1)}`)
    states.push(await subtask.snapshot())
    subtask.processElement('after')
    await subtask.operator.close()
  }
  return states
}

async function write(subtasks: readonly OneInputStreamOperatorTestHarness[], record: string): Promise<void> {
  for (const subtask of subtasks) {
    subtask.processElement(record)
    await subtask.operator.close()
  }
}

describe('writeAsText in a job that goes on from a snapshot', () => {
  for (const mode of ['OVERWRITE', 'NO_OVERWRITE'] as const) {
    it(`keeps what was written before the snapshot and drops what comes again (${mode})`, async () => {
      const job = new Job(new InMemoryFileSystem())
      const restored = mergeSubtasks(await writeAroundSnapshot(await job.run({ mode })), 1)
      await write(await job.run({ mode, restored, attemptNumber: 1 }), 'again')
      assert.equal(await job.text('/out'), 'ä1 again')
    })
  }

  it('does so with another parallelism: files that nobody writes any more are cut back too, and later written on', async () => {
    const job = new Job(new InMemoryFileSystem())
    const three = mergeSubtasks(await writeAroundSnapshot(await job.run({ parallelism: 3 })), 2)
    const two = mergeSubtasks(await writeAroundSnapshot(await job.run({ parallelism: 2, restored: three })), 3)
    assert.equal(await job.text('/out/3'), 'ä3')
    await write(await job.run({ parallelism: 3, restored: two }), 'again')
    assert.equal(await job.text('/out/1'), 'ä1 ä1 again')
    assert.equal(await job.text('/out/3'), 'ä3 again')
  })

  it('finds in a store of objects what the snapshot counts, though its process was killed with the file open', async () => {
    const job = new Job(new InMemoryObjectStore())
    let restored: readonly OperatorSubtaskState[] | undefined
    for (const [at, record] of ['one', 'two', 'three'].entries()) {
      const subtasks = await job.run({ mode: 'NO_OVERWRITE', attemptNumber: at, ...(restored && { restored }) })
      for (const subtask of subtasks) {
        for (const each of [record, record.toUpperCase()]) {
          subtask.processElement(each)
          restored = mergeSubtasks([await subtask.snapshot()], 1)
        }
        subtask.processElement('lost')
        await subtask.operator.prepareSnapshotPreBarrier(9)
      }
    }
    assert.equal(await job.text('/out'), 'one ONE two TWO three THREE')
  })

  it('keeps all of a file of which the snapshot says nothing', async () => {
    const job = new Job(new InMemoryFileSystem())
    await writeAroundSnapshot(await job.run())
    await write(await job.run({ restored: [], attemptNumber: 1 }), 'again')
    assert.equal(await job.text('/out'), 'ä1 after again')
  })

  it('begins a file that is new to the job by the write mode', async () => {
    const job = new Job(new InMemoryFileSystem())
    await write(await job.run({ path: '/other' }), 'old')
    const restored = mergeSubtasks(await writeAroundSnapshot(await job.run()), 1)
    await assert.rejects(job.run({ path: '/other', mode: 'NO_OVERWRITE', restored }), { code: 'OUTPUT_EXISTS' })
    await write(await job.run({ path: '/other', restored }), 'new')
    assert.equal(await job.text('/other'), 'new')
    assert.equal(await job.text('/out'), 'ä1 after')
  })

  for (const { title, change, found } of LOSSES) {
    it(`refuses to go on in a file that ${title}, and leaves what is there`, async () => {
      const job = new Job(new InMemoryFileSystem())
      const restored = mergeSubtasks(await writeAroundSnapshot(await job.run()), 1)
      await change(job.disk)
      const before = await job.disk.list('/')
      await assert.rejects(job.run({ restored, attemptNumber: 1 }), ({ cause }: FlinkError) => {
        assert.ok(FlinkError.is(cause, 'FILE_LOST_RECORDS'))
        assert.deepEqual(cause.details, { path: '/out', expectedBytes: 4, found })
        return true
      })
      assert.deepEqual(await job.disk.list('/'), before)
      await write(await job.run({ path: '/other', restored }), 'new')
      assert.equal(await job.text('/other'), 'new')
      await job.disk.delete('/out')
      await write(await job.run(), 'anew')
      assert.equal(await job.text('/out'), 'anew')
    })
  }

  it('refuses to go on where the file of a subtask that is no more is gone', async () => {
    const job = new Job(new InMemoryFileSystem())
    const restored = mergeSubtasks(await writeAroundSnapshot(await job.run({ parallelism: 3 })), 2)
    await job.disk.delete('/out/3')
    await assert.rejects(job.run({ parallelism: 2, restored }), ({ cause }: FlinkError) => {
      return FlinkError.is(cause, 'FILE_LOST_RECORDS')
    })
  })

  it('makes a file anew that is gone and held nothing at the snapshot', async () => {
    const job = new Job(new InMemoryFileSystem())
    const [subtask] = await job.run()
    const restored = mergeSubtasks([await subtask?.snapshot()], 1)
    await subtask?.operator.close()
    await job.disk.delete('/out')
    await write(await job.run({ restored, attemptNumber: 1 }), 'all')
    assert.equal(await job.text('/out'), 'all')
  })

  it('goes on in a pipe or device, which has no length', async () => {
    const job = new Job(new InMemoryFileSystem())
    const restored = mergeSubtasks(await writeAroundSnapshot(await job.run()), 1)
    const status = job.disk.status.bind(job.disk)
    job.disk.status = async (file) => {
      const found = await status(file)
      return found === undefined ? undefined : { ...found, isPlainFile: false, sizeBytes: 0 }
    }
    await write(await job.run({ restored, attemptNumber: 1 }), 'again')
  })

  it("has the snapshot's lines after a crash of the machine", async () => {
    const job = new Job(new InMemoryFileSystem())
    await job.disk.mkdirs('/dir')
    const [subtask] = await job.run({ path: '/dir/out' })
    subtask?.processElement('a')
    await subtask?.snapshot()
    subtask?.processElement('b')
    await subtask?.operator.close()
    job.disk.crash()
    assert.equal(await job.text('/dir/out'), 'a')
  })

  it('makes the entry of its file durable once, with the first snapshot that counts on it', async () => {
    const job = new Job(new InMemoryFileSystem())
    const synced: string[] = []
    job.disk.fault = (operation, file) => {
      if (operation === 'syncDirectory') synced.push(file)
    }
    const [subtask] = await job.run({ path: '/dir/out' })
    await subtask?.snapshot()
    assert.deepEqual(synced, [])
    for (const record of ['a', 'b']) {
      subtask?.processElement(record)
      await subtask?.snapshot()
    }
    await subtask?.operator.close()
    assert.deepEqual(synced, ['/dir'])
  })
})

describe('writeAsText with another parallelism than its path was written with', () => {
  it('says which path, which parallelism and what to do, whatever the mode', async () => {
    const job = new Job(new InMemoryFileSystem())
    const one = mergeSubtasks(await writeAroundSnapshot(await job.run()), 2)
    await assert.rejects(job.run({ parallelism: 2, restored: one }), {
      code: 'OUTPUT_SHAPE_DIFFERS',
      message:
        "'/out' is a file, but writeAsText with parallelism 2 writes a directory of files (task Task). Give it a path that is new, or the parallelism of its file: setParallelism(1).",
    })
    await assert.rejects(job.run({ parallelism: 2 }), { code: 'OUTPUT_SHAPE_DIFFERS' })
    await write(await job.run({ path: '/two', parallelism: 2 }), 'a')
    await assert.rejects(job.run({ path: '/two' }), {
      code: 'OUTPUT_SHAPE_DIFFERS',
      message:
        "'/two' is a directory, but writeAsText with parallelism 1 writes one file (task Task). Give it a path that is new, or the parallelism of its files: setParallelism(n), above 1.",
    })
  })
})

describe('writeAsText in a job that begins from the start', () => {
  it('refuses a file that is there, unless it may be overwritten or a restart finds its own', async () => {
    const job = new Job(new InMemoryFileSystem())
    await write(await job.run({ mode: 'NO_OVERWRITE' }), 'first')
    await assert.rejects(job.run({ mode: 'NO_OVERWRITE' }), { code: 'OUTPUT_EXISTS' })
    assert.equal(await job.text('/out'), 'first')
    await write(await job.run({ mode: 'NO_OVERWRITE', attemptNumber: 1 }), 'second')
    assert.equal(await job.text('/out'), 'second')
    await write(await job.run(), 'third')
    assert.equal(await job.text('/out'), 'third')
  })
})
