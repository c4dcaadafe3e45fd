import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { KeySpec } from '../../../src/api/dag/key-spec.js'
import type { PartitionerSpec } from '../../../src/api/dag/partitioner-spec.js'
import { CheckpointConfig } from '../../../src/api/environment/checkpoint-config.js'
import { installExecutionContext } from '../../../src/api/environment/execution-context.js'
import type { Pipeline } from '../../../src/api/environment/pipeline-executor.js'
import { Configuration } from '../../../src/core/config/configuration.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { generateProgramGraph } from '../../../src/graph/job-graph-generator.js'
import type { JobGraph } from '../../../src/graph/job-graph.js'
import { alignedOnlyEdges, unalignedCheckpointsOf } from '../../../src/graph/unaligned-checkpoints.js'
import { StreamExecutionEnvironment } from '../../../src/index.js'
import type { Transformation } from '../../../src/api/dag/transformation.js'
import { byName, RecordedProgram } from './recorded-program.js'

const UNALIGNED = { 'execution.checkpointing.unaligned.enabled': 'true' }
const PERIODIC = { 'execution.checkpointing.interval': '1 s', ...UNALIGNED }
const FORCED = { 'execution.checkpointing.unaligned.forced': 'true' }
const key: KeySpec = byName
const CUSTOM: PartitionerSpec = { kind: 'custom', partition: () => 0, key }

function keyedProgram(): RecordedProgram {
  const program = new RecordedProgram()
  program.reduce(program.source('numbers'), 'totals')
  return program
}

function customProgram(): RecordedProgram {
  const program = new RecordedProgram()
  program.map(program.partition(program.source('numbers'), CUSTOM), 'placed')
  return program
}

/** A loop on four subtasks, as the environment records it. */
function loopPipeline(options: Readonly<Record<string, string>>): Pipeline {
  let submitted: Pipeline | undefined
  const executor = {
    submit: (pipeline: Pipeline) => {
      submitted = pipeline
      return new Promise<never>(() => undefined)
    },
  }
  installExecutionContext({ executor, configuration: Configuration.fromMap(options), programArguments: [] })
  const env = StreamExecutionEnvironment.getExecutionEnvironment()
  const loop = env
    .fromElements(1, 10)
    .map((value) => value)
    .iterate()
  loop.closeWith(loop.map((value) => value).rebalance())
  void env.execute('loop')
  assert.ok(submitted !== undefined)
  return submitted
}

function planOf(pipeline: Pipeline): JobGraph {
  return generateProgramGraph(pipeline).jobGraph
}

function refusalOf(pipeline: Pipeline): string {
  try {
    planOf(pipeline)
  } catch (error) {
    assert.ok(FlinkError.is(error, 'UNALIGNED_CHECKPOINTS_REFUSED'), String(error))
    return error.message
  }
  return ''
}

function unalignedOf(pipeline: Pipeline): unknown {
  return unalignedCheckpointsOf(planOf(pipeline))
}

describe('unaligned checkpoints of a job', () => {
  it('are taken where they are enabled, from the beginning or after the time that they are aligned', () => {
    assert.equal(unalignedOf(keyedProgram().pipeline()), undefined)
    assert.deepEqual(unalignedOf(keyedProgram().pipeline(UNALIGNED)), { alignedTimeoutMs: 0 })
    const timeout = { 'execution.checkpointing.alignment-timeout': '30 s' }
    assert.deepEqual(unalignedOf(keyedProgram().pipeline({ ...PERIODIC, ...timeout })), { alignedTimeoutMs: 30_000 })
  })

  it('are not taken at least once, where no channel waits for a barrier', () => {
    const atLeastOnce = { 'execution.checkpointing.mode': 'AT_LEAST_ONCE' }
    const several = { 'execution.checkpointing.max-concurrent-checkpoints': '2' }
    assert.equal(unalignedOf(keyedProgram().pipeline({ ...PERIODIC, ...atLeastOnce, ...several })), undefined)
  })

  it('are refused with more than one checkpoint at a time', () => {
    const several = { 'execution.checkpointing.max-concurrent-checkpoints': '2' }
    assert.match(
      refusalOf(keyedProgram().pipeline({ ...PERIODIC, ...several, ...FORCED })),
      /unaligned\.enabled, set in .+one at a time, and execution\.checkpointing\.max-concurrent-checkpoints is 2\. Set it to 1\./,
    )
  })

  it("are refused for a partitioner of the program, with both operators' names, unless they are forced", () => {
    assert.match(
      refusalOf(customProgram().pipeline(PERIODIC)),
      /the records from numbers to placed are partitioned by a function.+execution\.checkpointing\.unaligned\.forced: true/,
    )
    assert.deepEqual(unalignedOf(customProgram().pipeline({ ...PERIODIC, ...FORCED })), { alignedTimeoutMs: 0 })
  })

  it('are refused for a loop, with its name, unless they are forced', () => {
    assert.match(refusalOf(loopPipeline(PERIODIC)), /it has a loop \(IterationSource-\d+\)/)
    assert.deepEqual(unalignedOf(loopPipeline({ ...PERIODIC, ...FORCED })), { alignedTimeoutMs: 0 })
  })

  it('refuse no job that takes checkpoints only when it is asked to: those are aligned', () => {
    assert.equal(unalignedOf(customProgram().pipeline(UNALIGNED)), undefined)
    assert.equal(unalignedOf(loopPipeline(UNALIGNED)), undefined)
  })

  it('are set by the program, which wins over the configuration', () => {
    const configuration = Configuration.fromMap({
      'execution.checkpointing.unaligned': 'true',
      'execution.checkpointing.alignment-timeout': '30 s',
    })
    const config = new CheckpointConfig(configuration)
    assert.deepEqual([config.isUnalignedCheckpointsEnabled(), config.getAlignedCheckpointTimeout()], [true, 30_000])
    config.enableUnalignedCheckpoints(false)
    config.setAlignedCheckpointTimeout(10)
    config.setForceUnalignedCheckpoints(true)
    assert.deepEqual([config.isUnalignedCheckpointsEnabled(), config.getAlignedCheckpointTimeout()], [false, 10])
    assert.equal(config.isForceUnalignedCheckpoints(), true)
    config.enableUnalignedCheckpoints()
    assert.deepEqual(configuration.toMap(), {
      'execution.checkpointing.unaligned.enabled': 'true',
      'execution.checkpointing.unaligned.forced': 'true',
      'execution.checkpointing.aligned-checkpoint-timeout': '10',
    })
    assert.equal(config.isUnalignedCheckpointsInterruptibleTimersEnabled(), false)
    config.enableUnalignedCheckpointsInterruptibleTimers(true)
    assert.equal(config.isUnalignedCheckpointsInterruptibleTimersEnabled(), true)
  })
})

describe('an edge on which barriers stay among the records', () => {
  /** Of a source, by what it leads to. */
  const alignedFor = (build: (program: RecordedProgram) => void): string[] => {
    const program = new RecordedProgram()
    build(program)
    const plan = planOf(program.pipeline({ 'parallelism.default': '2' }))
    const aligned = alignedOnlyEdges(plan)
    return plan.edges.map(({ id, partitioner }) => `${partitioner}${aligned.has(id) ? ' aligned' : ''}`)
  }

  it('is one from subtask to subtask, or to all with the same records', () => {
    for (const kind of ['forward', 'rescale', 'broadcast'] as const) {
      const edges = alignedFor((program) =>
        program.map(program.partition(program.source('s'), { kind }), 'm', { chainingStrategy: 'never' }),
      )
      assert.deepEqual(edges, [`${kind} aligned`])
    }
    for (const partitioner of [
      { kind: 'rebalance' },
      { kind: 'shuffle' },
      { kind: 'global' },
      { kind: 'hash', key },
      CUSTOM,
    ] as const) {
      const edges = alignedFor((program) => program.map(program.partition(program.source('s'), partitioner), 'm'))
      assert.deepEqual(edges, [partitioner.kind])
    }
  })

  it('is all that is downstream of the writer of a sink, whatever its partitioner', () => {
    const sink = { createWriter: () => ({ write: () => undefined, flush: () => undefined }) }
    const edges = alignedFor((program) => {
      const moved = (input: Transformation): Transformation => program.partition(input, { kind: 'rebalance' })
      const writer = program.operator(moved(program.source('s')), 'Writer', { kind: 'sink-writer', sink })
      const compact = program.map(moved(writer), 'Compact')
      program.map(moved(program.map(compact, 'Chained')), 'Last')
    })
    assert.deepEqual(edges, ['rebalance', 'rebalance aligned', 'rebalance aligned'])
  })

  it('is also any other into the same operator, as in Flink', () => {
    const edges = alignedFor((program) => {
      const rules = program.partition(program.source('rules'), { kind: 'broadcast' })
      const joined = program.multipleInput(
        [
          { input: program.source('numbers'), key },
          { input: rules, key: undefined },
        ],
        'joined',
      )
      program.reduce(joined, 'totals')
    })
    assert.deepEqual(edges.sort(), ['broadcast aligned', 'hash', 'hash aligned'])
  })

  it('is every one of a loop', () => {
    const plan = planOf(loopPipeline({ 'parallelism.default': '4' }))
    const aligned = alignedOnlyEdges(plan)
    const inLoop = plan.edges.filter(({ isInLoop }) => isInLoop === true)
    assert.ok(inLoop.some(({ partitioner }) => partitioner === 'rebalance'))
    assert.deepEqual(
      inLoop.filter(({ id }) => !aligned.has(id)),
      [],
    )
  })
})
