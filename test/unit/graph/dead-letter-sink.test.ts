import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { generateProgramGraph } from '../../../src/graph/job-graph-generator.js'
import {
  type DataStream,
  type DeadLetterSink,
  type OnError,
  type Sink,
  type SourceFunction,
  type StreamExecutionEnvironment,
} from '../../../src/index.js'
import { pipelineOf } from './pipeline-of.js'

const writer = { write: () => undefined, flush: () => undefined, prepareCommit: () => [] }
const plainSink: Sink<unknown> = { createWriter: () => writer }
const committingSink = { ...plainSink, createCommitter: () => ({ commit: () => undefined }) }

async function operatorsOf(program: (numbers: DataStream<number>) => unknown): Promise<unknown[]> {
  const { jobGraph } = generateProgramGraph(await pipelineOf((env) => program(env.fromSequence(1, 3)), 2))
  return jobGraph.vertices.flatMap(({ operators, parallelism }) =>
    operators.map(({ name, uid, onError }) => [name, uid, parallelism, onError]),
  )
}

function same(value: number): number {
  return value
}

async function assertRefused(program: (env: StreamExecutionEnvironment) => unknown, text: string): Promise<void> {
  const refused = async (): Promise<unknown> => generateProgramGraph(await pipelineOf(program))
  await assert.rejects(refused, (error) => FlinkError.is(error, 'GRAPH_INVALID') && error.message.includes(text))
}

describe('The sink of dead letters', () => {
  it('is in the plan beside its operator, with a uid and a parallelism of it', async () => {
    const operators = await operatorsOf((numbers) =>
      numbers.map(same).onError('dead-letter', committingSink).name('Parse').uid('parse').setParallelism(3).print(),
    )
    assert.deepEqual(operators, [
      ['Source: Sequence Source', undefined, 2, undefined],
      ['Parse', 'parse', 3, 'dead-letter'],
      ['Dead letters of Parse: Writer', 'parse: dead letters', 3, undefined],
      ['Dead letters of Parse: Committer', 'Sink Committer: parse: dead letters', 3, undefined],
      ['Sink: Print to Std. Out', undefined, 2, undefined],
    ])
  })

  it('may be a function, and those of a sink go to one as well', async () => {
    const operators = await operatorsOf((numbers) =>
      numbers
        .sinkTo(committingSink)
        .name('Store')
        .onError('dead-letter', () => undefined),
    )
    assert.deepEqual(operators, [
      ['Source: Sequence Source', undefined, 2, undefined],
      ['Store: Writer', undefined, 2, 'dead-letter'],
      ['Dead letters of Store: Writer', undefined, 2, undefined],
      ['Store: Committer', undefined, 2, undefined],
    ])
  })

  it('gives the same plan each time', async () => {
    const pipeline = await pipelineOf((env) =>
      env.fromSequence(1, 3).map(same).onError('dead-letter', plainSink).print(),
    )
    assert.equal(generateProgramGraph(pipeline).jobGraph.hash, generateProgramGraph(pipeline).jobGraph.hash)
  })
})

describe('A policy for bad records', () => {
  it('is refused where its dead letters go nowhere', () =>
    assertRefused(
      (env) => env.fromSequence(1, 3).map(same).onError('dead-letter').print(),
      'nobody reads its dead letters',
    ))

  it('is missed where dead letters are read', () =>
    assertRefused(
      (env) => env.fromSequence(1, 3).map(same).onError('skip').getDeadLetters().print(),
      'would stay empty',
    ))

  it('is refused for a source function', () => {
    const source: SourceFunction<number> = { run: () => undefined, cancel: () => undefined }
    return assertRefused((env) => env.addSource(source).onError('skip').print(), 'a SourceFunction has no onError')
  })

  const WRONG: readonly [policy: unknown, sink: unknown, text: string][] = [
    ['ignore', undefined, "onError takes 'fail', 'skip' or 'dead-letter', not 'ignore'"],
    ['skip', plainSink, "onError('skip') takes no sink"],
    ['dead-letter', {}, 'an object with a method invoke'],
  ]
  for (const [policy, sink, text] of WRONG) {
    it(`is one of three words, and its sink is one: ${text}`, () =>
      assertRefused((env) => {
        const mapped = env.fromSequence(1, 3).map(same)
        return (mapped.onError as (policy: OnError, sink?: DeadLetterSink) => unknown).call(
          mapped,
          policy as OnError,
          sink as DeadLetterSink,
        )
      }, text))
  }
})
