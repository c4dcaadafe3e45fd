import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Configuration } from '../../../src/core/config/configuration.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import type { JobGraph } from '../../../src/graph/job-graph.js'
import {
  StreamExecutionEnvironment,
  Types,
  type ConnectedIterativeStreams,
  type DataStream,
} from '../../../src/index.js'
import { installExecutionContext } from '../../../src/api/environment/execution-context.js'
import type { Pipeline, PipelineExecutor } from '../../../src/api/environment/pipeline-executor.js'
import { renderExecutionPlan } from '../../../src/graph/execution-plan.js'
import { generateProgramGraph } from '../../../src/graph/job-graph-generator.js'

const same = (value: number): number => value

type Build = (source: DataStream<number>, env: StreamExecutionEnvironment) => void

/** What the program has asked for when it is executed. */
function pipelineOf(build: Build): Pipeline {
  let submitted: Pipeline | undefined
  const executor: PipelineExecutor = {
    submit: (pipeline) => {
      submitted = pipeline
      return new Promise(() => undefined)
    },
  }
  const configuration = Configuration.fromEntries({ 'parallelism.default': '4' })
  installExecutionContext({ executor, configuration, programArguments: [] })
  const env = StreamExecutionEnvironment.getExecutionEnvironment()
  build(env.fromElements(1, 10).map(same), env)
  void env.execute('loop')
  assert.ok(submitted !== undefined)
  return submitted
}

function jobGraphOf(build: Build): JobGraph {
  return generateProgramGraph(pipelineOf(build)).jobGraph
}

function assertRefused(build: Build, reason: RegExp): void {
  assert.throws(
    () => renderExecutionPlan(pipelineOf(build)),
    (error) => FlinkError.is(error) && error.code === 'GRAPH_INVALID' && reason.test(error.message),
  )
}

const ORIGIN = /does not originate from said iteration/
const PARALLELISM = /Parallelism of the feedback stream must match the parallelism of the original stream/

describe('a loop in a program (the cases of IterateITCase)', () => {
  it('is refused where what comes back has another parallelism than what goes in (testIncorrectParallelism)', () => {
    assertRefused((_, env) => {
      const loop = env.fromElements(1, 10).iterate()
      loop.closeWith(loop.map(same)).print()
    }, PARALLELISM)
  })

  it('may be closed with several streams (testDoubleClosing)', () => {
    const { vertices } = jobGraphOf((source) => {
      const loop = source.iterate()
      loop.closeWith(loop.map(same))
      loop.closeWith(loop.map(same))
    })
    const kinds = vertices.flatMap(({ operators }) => operators.map(({ kind }) => kind))
    assert.equal(kinds.filter((kind) => kind === 'iteration-head').length, 1)
    assert.equal(kinds.filter((kind) => kind === 'iteration-tail').length, 2)
  })

  it('is refused with a body of another parallelism (testDifferingParallelism, testCoDifferingParallelism)', () => {
    assertRefused((source) => {
      const loop = source.iterate()
      loop.closeWith(loop.map(same).setParallelism(2))
    }, PARALLELISM)
    assertRefused((source) => {
      const loop = source.iterate().withFeedbackType(Types.LONG)
      loop.closeWith(loop.map<number>({ map1: same, map2: same }).setParallelism(2))
    }, PARALLELISM)
  })

  it('cannot be closed from outside (testClosingFromOutOfLoop, testCoIterClosingFromOutOfLoop)', () => {
    assertRefused((source) => {
      const [one, other] = [source.iterate(), source.iterate()]
      other.closeWith(one.map(same))
    }, ORIGIN)
    assertRefused((source) => {
      const one = source.iterate()
      source.iterate().withFeedbackType(Types.LONG).closeWith(one.map(same))
    }, ORIGIN)
  })

  it('is refused without anything that comes back (testExecutionWithEmptyIteration)', () => {
    assertRefused((source) => {
      source.iterate().map(same).print()
    }, /Iteration IterationSource-\d+ does not have any feedback edges: give one of its streams to closeWith\(\)/)
  })

  it('is another one with a feedback type (testImmutabilityWithCoiteration)', () => {
    const { vertices } = jobGraphOf((source) => {
      const loop = source.iterate()
      const both = loop.withFeedbackType(Types.STRING)
      loop.closeWith(loop.map(same)).print()
      both.closeWith(both.map<string>({ map1: String, map2: String })).print()
    })
    const names = vertices.flatMap(({ operators }) => operators.map(({ name }) => name)).join(' ')
    assert.equal(names.match(/IterationSource-/g)?.length, 2)
    assert.equal(names.match(/IterationSink-/g)?.length, 2)
  })

  it('has one head and one tail whatever is united on the way back (testmultipleHeadsTailsSimple)', () => {
    const { vertices, edges } = jobGraphOf((source, env) => {
      const loop = source.union(env.fromElements(1, 2).map(same)).iterate()
      const halved = loop.map(same).setParallelism(2).name('halved')
      const forward = loop.map(same).name('forward')
      loop.closeWith(source.union(halved.rebalance().map(same).broadcast(), forward.shuffle()))
    })
    const head = vertices.find(({ name }) => name.startsWith('IterationSource'))
    const tail = vertices.find(({ name }) => name.startsWith('IterationSink'))
    assert.ok(head !== undefined && tail !== undefined)
    assert.equal(head.parallelism, tail.parallelism)
    assert.equal(head.slotSharingGroup, tail.slotSharingGroup)
    const into = edges.filter(({ targetVertex }) => targetVertex === tail.id).map(({ partitioner }) => partitioner)
    assert.deepEqual(into.sort(), ['broadcast', 'forward', 'shuffle'])
    const out = edges.filter(({ sourceVertex }) => sourceVertex === head.id).map(({ partitioner }) => partitioner)
    assert.deepEqual(out.sort(), ['forward', 'rebalance'])
    // Out of the head to both maps, between them, and into the tail; what goes into the loop is not in it.
    assert.equal(edges.filter(({ isInLoop }) => isInLoop === true).length, 5)
  })

  it('keeps its connected streams where they are: keyBy is refused (testCoIteration)', () => {
    assertRefused((source) => {
      const loop = source.iterate().withFeedbackType(Types.STRING) as ConnectedIterativeStreams<number, string> & {
        keyBy(one: number, other: number): void
      }
      loop.keyBy(1, 2)
    }, /Cannot change the input partitioning of an iteration head directly/)
  })

  it('takes neither what is no stream nor a wait that is no time', () => {
    assertRefused(
      (source) => source.iterate().closeWith(1 as unknown as DataStream<number>),
      /takes a stream of the loop, not/,
    )
    assertRefused((source) => source.iterate(-1), /longest wait must be a number of ms of at least 0/)
  })

  it('shows in the plan which tails feed its head', () => {
    const plan = renderExecutionPlan(
      pipelineOf((source) => {
        const loop = source.iterate()
        loop.closeWith(loop.map(same)).print()
      }),
    )
    interface Node {
      readonly id: number
      readonly type: string
      readonly contents: string
      readonly pact: string
      readonly feedback?: readonly number[]
    }
    const { nodes } = JSON.parse(plan) as { nodes: Node[] }
    const head = nodes.find(({ type }) => type.startsWith('IterationSource'))
    const tail = nodes.find(({ type }) => type.startsWith('IterationSink'))
    assert.deepEqual(head?.feedback, [tail?.id])
    assert.equal(head?.contents, 'IterationSource-3, fed by IterationSink-3')
    assert.equal(tail?.contents, 'IterationSink-3, feeds IterationSource-3')
    assert.equal(tail?.pact, 'Data Sink')
  })
})
