/** A program in one chain, as a task runs it: from its first record to its end. */
import assert from 'node:assert/strict'
import type { DataStream, StreamExecutionEnvironment } from '../../../../../src/index.js'
import { generateProgramGraph } from '../../../../../src/graph/job-graph-generator.js'
import { OperatorChain } from '../../../../../src/runtime/taskmanager/task/operator-chain.js'
import { isSourceOperator } from '../../../../../src/runtime/taskmanager/task/operator-factory.js'
import { TestOperatorContext } from '../../../../operators/test-operator-context.js'
import { pipelineOf } from '../../../graph/pipeline-of.js'

export type Program<T> = (records: DataStream<T>) => unknown

export interface Ran {
  readonly metrics: Readonly<Record<string, unknown>>
  readonly warnings: readonly unknown[]
}

/** All of the program runs in one chain, downstream of the records. */
export async function chainRun<T>(records: readonly T[], program: Program<T>): Promise<Ran> {
  const pipeline = await pipelineOf((env: StreamExecutionEnvironment) => program(env.fromCollection([...records])))
  const graph = generateProgramGraph(pipeline)
  const [vertex, ...others] = graph.jobGraph.vertices
  assert.ok(vertex !== undefined && others.length === 0, 'it is one chain')
  const warnings: unknown[] = []
  const logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: (message: string, fields: unknown) => warnings.push([message, fields]),
    error: () => undefined,
  }
  const contexts = new Array<TestOperatorContext>()
  const chain = new OperatorChain({
    vertex,
    program: graph,
    edges: [],
    isObjectReuseEnabled: false,
    contextFor: (_name, surroundings) => {
      const context = new TestOperatorContext({ logger })
      contexts.push(context)
      return Object.assign(context, surroundings, { isOutputAvailable: () => true })
    },
  })
  const { head } = chain
  assert.ok(isSourceOperator(head))
  for (const operator of [...chain.operators].reverse()) {
    await operator.initializeState(undefined, undefined)
    await operator.open()
  }
  while (head.emitNext() !== 'end') for (const context of contexts) await context.resumed()
  for (const operator of chain.operators) await operator.prepareSnapshotPreBarrier(1)
  for (const operator of chain.operators) await operator.finish()
  for (const operator of chain.operators) await operator.close()
  const metrics = Object.assign({}, ...contexts.map((context) => context.metrics.values())) as object
  return { metrics: { ...metrics }, warnings }
}
