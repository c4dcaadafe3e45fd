import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FileSystems } from '../../../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../../../src/core/fs/in-memory-file-system.js'
import { MemoryTextOutput } from '../../../../../src/core/io/memory-text-output.js'
import { SILENT_LOGGER } from '../../../../../src/core/logging/silent-logger.js'
import { SeededRandom } from '../../../../../src/core/random/seeded-random.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { generateProgramGraph } from '../../../../../src/graph/job-graph-generator.js'
import type { WorkerToMaster } from '../../../../../src/runtime/protocol/worker-to-master.js'
import { TaskExecutor } from '../../../../../src/runtime/taskmanager/taskexecutor/task-executor.js'
import { RecordedProgram } from '../../../graph/recorded-program.js'
import { testDescriptor } from '../test-task-environment.js'

const PROGRAM = { moduleUrl: 'file:///job.js', entry: undefined, args: [], configuration: {} }

/** What a worker reports that is told to run two subtasks of a job with this configuration. */
async function reportsOf(configuration: Readonly<Record<string, string>>): Promise<WorkerToMaster[]> {
  const pipeline = () => {
    const program = new RecordedProgram()
    program.sink(program.source('Source'), 'Sink')
    return program.pipeline(configuration)
  }
  const { jobGraph: plan } = generateProgramGraph(pipeline())
  const reports: WorkerToMaster[] = []
  const executor = new TaskExecutor({
    clock: new ManualClock(),
    random: new SeededRandom(1),
    logger: SILENT_LOGGER,
    fileSystems: new FileSystems().register('file', new InMemoryFileSystem()),
    standardOutput: new MemoryTextOutput(),
    standardError: new MemoryTextOutput(),
    scheduler: { yieldNow: () => undefined, sleep: () => true, awake: () => undefined },
    runProgram: (_program, programExecutor) => {
      void programExecutor.submit(pipeline())
      return Promise.resolve()
    },
    loadAsMain: (load) => load(),
    send: (message) => reports.push(message),
    exit: () => undefined,
  })
  const job = { jobId: 'j', program: PROGRAM, graphIndex: 0, earlierAnswers: [], plan, expectedHash: plan.hash }
  executor.handle({ type: 'load-program', loadNumber: 0, slots: 2, ...job })
  while (reports.length === 0) await new Promise((resolve) => setImmediate(resolve))
  const [vertex] = plan.vertices
  const tasks = [0, 1].map((subtaskIndex) =>
    testDescriptor({
      executionId: `e${String(subtaskIndex)}`,
      vertexId: vertex?.id ?? '',
      subtaskIndex,
      slot: subtaskIndex,
    }),
  )
  executor.handle({ type: 'deploy-tasks', tasks })
  return reports
}

describe('A worker that is told to run tasks', () => {
  it('reports each of them as failed, with the reason, where it cannot begin with any', async () => {
    const [loaded, ...reports] = await reportsOf({ 'taskmanager.memory.feedback.size': 'much' })
    assert.equal(loaded?.type, 'program-loaded')
    const told = reports.map((report) => report.type === 'task-state-changed' && [report.executionId, report.state])
    assert.deepEqual(told, [
      ['e0', 'FAILED'],
      ['e1', 'FAILED'],
    ])
    const [first] = reports
    assert.ok(first?.type === 'task-state-changed')
    assert.match(first.error?.message ?? '', /much/)
  })

  it('reports what becomes of them where it can', async () => {
    const [, ...reports] = await reportsOf({})
    const told = reports.map((report) => report.type === 'task-state-changed' && [report.executionId, report.state])
    assert.deepEqual(told, [
      ['e0', 'INITIALIZING'],
      ['e1', 'INITIALIZING'],
    ])
  })
})
