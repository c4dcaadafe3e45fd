/** Flink's SinkV2TransformationTranslatorITCase and its siblings as facts: which operators a sink becomes, with which settings. */
import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { installExecutionContext } from '../../../src/api/environment/execution-context.js'
import { Configuration } from '../../../src/core/config/configuration.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { generateProgramGraph } from '../../../src/graph/job-graph-generator.js'
import { operatorIdOfUid } from '../../../src/graph/stream-graph-hasher.js'
import type { Pipeline } from '../../../src/api/environment/pipeline-executor.js'
import {
  StandardSinkTopologies,
  StreamExecutionEnvironment,
  type CommittableMessage,
  type Committer,
  type CommittingSinkWriter,
  type DataStream,
  type DataStreamSink,
  type Sink,
} from '../../../src/index.js'

const writer: CommittingSinkWriter<number, string> = {
  write: () => undefined,
  flush: () => undefined,
  prepareCommit: () => [],
}
const createWriter = (): CommittingSinkWriter<number, string> => writer
const createCommitter = (): Committer<string> => ({ commit: () => undefined })

const PRE_WRITE = { addPreWriteTopology: (input: DataStream<number>) => input.map((value) => value).name('Pre Write') }
const PRE_COMMIT = {
  addPreCommitTopology: (input: DataStream<CommittableMessage<string>>) =>
    input
      .map((message) => message)
      .name('Pre Commit')
      .uid('pre')
      .setParallelism(1),
}
const POST_COMMIT = {
  addPostCommitTopology: (input: DataStream<CommittableMessage<string>>) => {
    StandardSinkTopologies.addGlobalCommitter(input, createCommitter)
  },
}

interface Operator {
  readonly name: string
  readonly uid: string | undefined
  readonly id: string
  readonly parallelism: number
  readonly kind: string
}

/** What `sinkTo` of the sink becomes: all operators but the source. */
async function operatorsOf(
  sink: object,
  settings: (sink: DataStreamSink<number>) => unknown = () => undefined,
): Promise<Operator[]> {
  return operatorsAfter((numbers) => settings(numbers.sinkTo(sink as Sink<number>)))
}

async function operatorsAfter(end: (numbers: DataStream<number>) => unknown): Promise<Operator[]> {
  let pipeline: Pipeline | undefined
  const executor = {
    submit: (given: Pipeline) => {
      pipeline = given
      return Promise.reject(new Error('only recorded'))
    },
  }
  installExecutionContext({ executor, configuration: new Configuration(), programArguments: [] })
  const env = StreamExecutionEnvironment.getExecutionEnvironment()
  env.setParallelism(2)
  end(env.fromSequence(1, 3))
  await assert.rejects(env.execute(), /only recorded/)
  assert.ok(pipeline)
  const { jobGraph } = generateProgramGraph(pipeline)
  const operators = jobGraph.vertices.flatMap(({ operators: ofVertex, parallelism }) =>
    ofVertex.map(({ name, uid, id, kind }) => ({ name, uid, id, kind, parallelism })),
  )
  return operators.filter(({ kind }) => kind !== 'source')
}

function isInvalid(text: string): (error: unknown) => boolean {
  return (error) => FlinkError.is(error) && error.message.includes(text)
}

describe('A sink with writers', () => {
  afterEach(() => {
    installExecutionContext(undefined as never)
  })

  it('without a committer is its writer', async () => {
    const operators = await operatorsOf({ createWriter })
    assert.deepEqual(
      operators.map(({ name, kind, parallelism }) => [name, kind, parallelism]),
      [['Sink: Writer', 'sink-writer', 2]],
    )
  })

  it('gives the writer its uid and the others what Flink makes of it', async () => {
    const sink = { createWriter, createCommitter, ...PRE_WRITE, ...PRE_COMMIT, ...POST_COMMIT }
    const operators = await operatorsOf(sink, (given) => given.name('Files').uid('files').setParallelism(3))
    assert.deepEqual(
      operators.map(({ name, uid, parallelism }) => [name, uid, parallelism]),
      [
        ['Files: Pre Write', undefined, 3],
        ['Files: Writer', 'files', 3],
        ['Files: Pre Commit', 'files: pre', 1],
        ['Files: Committer', 'Sink Committer: files', 3],
        ['Files: Global Committer', 'Sink files Global Committer', 1],
      ],
    )
    const committer = operators.find(({ kind }) => kind === 'committer')
    assert.equal(committer?.id, operatorIdOfUid('Sink Committer: files'))
  })

  it('tells a global committer whether committers are upstream of it', async () => {
    const specs = async (sink: object): Promise<Operator[]> => operatorsOf(sink)
    const after = await specs({ createWriter, createCommitter, ...POST_COMMIT })
    assert.deepEqual(
      after.map(({ kind }) => kind),
      ['sink-writer', 'committer', 'global-committer'],
    )
  })

  it('may have a sink in its topology after the committers', async () => {
    const addPostCommitTopology = (input: DataStream<CommittableMessage<string>>): void => {
      input
        .map(() => 1)
        .name('Told')
        .sinkTo({ createWriter })
    }
    const operators = await operatorsOf({ createWriter, createCommitter, addPostCommitTopology })
    assert.deepEqual(
      operators.map(({ name }) => name),
      ['Sink: Writer', 'Sink: Committer', 'Sink: Told', 'Sink: Sink: Writer'],
    )
  })

  it('may have that several times', async () => {
    const sink = (name: string): object => ({
      ...{ createWriter, createCommitter },
      addPostCommitTopology: (input: DataStream<CommittableMessage<string>>): void => {
        input
          .map(() => 1)
          .name(`Told ${name}`)
          .sinkTo({ createWriter })
          .name(`End ${name}`)
      },
    })
    const operators = await operatorsAfter((numbers) => {
      for (const name of ['A', 'B']) numbers.sinkTo(sink(name) as Sink<number>).name(name)
    })
    const ofSink = (name: string): string[] => [
      ...[`${name}: Writer`, `${name}: Committer`, `${name}: Told ${name}`, `${name}: End ${name}: Writer`],
    ]
    assert.deepEqual(operators.map(({ name }) => name).sort(), [...ofSink('A'), ...ofSink('B')].sort())
  })

  it('is refused where what makes a global committer is no function', async () => {
    for (const wrong of [[undefined], [createCommitter, {}]]) {
      const addPostCommitTopology = (input: DataStream<CommittableMessage<string>>): void => {
        StandardSinkTopologies.addGlobalCommitter(input, ...(wrong as [typeof createCommitter]))
      }
      await assert.rejects(
        operatorsOf({ createWriter, createCommitter, addPostCommitTopology }),
        isInvalid('no function'),
      )
    }
  })

  it('is refused with a uid in a topology and none of its own', async () => {
    const sink = { createWriter, createCommitter, ...PRE_COMMIT }
    await assert.rejects(operatorsOf(sink), isInvalid('the sink needs one too'))
  })

  it('is refused where a topology gives no stream', async () => {
    const sink = { createWriter, addPreWriteTopology: () => undefined }
    await assert.rejects(operatorsOf(sink), isInvalid('in place of a stream'))
  })

  it('is refused where it is none, and with a uid hash', async () => {
    await assert.rejects(operatorsOf({ invoke: () => undefined }), isInvalid('goes to addSink'))
    await assert.rejects(operatorsOf({ createWriter, ...PRE_COMMIT }), isInvalid('no method createCommitter'))
    const hashed = operatorsOf({ createWriter }, (given) => given.setUidHash('a'.repeat(32)))
    await assert.rejects(hashed, isInvalid('has no one id'))
  })
})
