// Duty: the program's graph for every slot of a worker, from as many runs of its main.
// Invariants: each equals the submitted plan. No two slots have a function object in common: with one, they would open
// the same object twice and write each other's fields.
// Thread: the task worker.
import type { PipelineExecutor } from '../../../api/environment/pipeline-executor.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { compareGraphs } from '../../../graph/plan-comparison.js'
import type { ProgramGraph } from '../../../graph/program-graph.js'
import type { LoadProgram } from '../../protocol/master-to-worker.js'
import type { ProgramDescriptor } from '../../protocol/program-descriptor.js'
import { GraphCapturingExecutor } from './graph-capturing-executor.js'

/** Which run of the program in this worker. */
export interface ProgramRun {
  /** Counts loads: each has the module evaluated anew. */
  readonly generation: number
  /** Counts the runs of one load. */
  readonly copy: number
}

/** Runs a program; its jobs go to the executor. */
export type ProgramRunner = (program: ProgramDescriptor, executor: PipelineExecutor, run: ProgramRun) => Promise<void>

/** One graph a slot. Rejects with what the program threw, JOB_GRAPH_MISMATCH or FUNCTION_SHARED_BY_SLOTS. */
export async function loadProgramGraphs(
  message: LoadProgram,
  generation: number,
  runProgram: ProgramRunner,
): Promise<ProgramGraph[]> {
  const graphs: ProgramGraph[] = []
  const owned = new Set<object>()
  for (let copy = 0; copy < message.slots; copy += 1) {
    const graph = await loadProgramGraph(message, { generation, copy }, runProgram)
    claimFunctions(graph, owned)
    graphs.push(graph)
  }
  return graphs
}

async function loadProgramGraph(
  message: LoadProgram,
  run: ProgramRun,
  runProgram: ProgramRunner,
): Promise<ProgramGraph> {
  const { program, graphIndex, expectedHash, earlierAnswers, plan } = message
  const executor = new GraphCapturingExecutor(graphIndex, earlierAnswers)
  const notReached = runProgram(program, executor, run).then(async (): Promise<never> => {
    await executor.programIdle()
    const reason = `the program ended before its execute() number ${String(graphIndex + 1)}`
    throw new FlinkError('JOB_GRAPH_MISMATCH', { operator: 'execute()', reason })
  })
  const graph = await Promise.race([executor.captured, notReached])
  const { hash } = graph.jobGraph
  if (plan.hash !== hash || expectedHash !== hash) compareGraphs(plan, graph.jobGraph)
  return graph
}

/** A plain function has no fields to open or to write. */
function claimFunctions(graph: ProgramGraph, owned: Set<object>): void {
  const own = new Set<object>()
  for (const { name, spec } of graph.operators.values()) {
    const userFunction: unknown = spec.function
    if (typeof userFunction !== 'object' || userFunction === null) continue
    if (owned.has(userFunction)) throw new FlinkError('FUNCTION_SHARED_BY_SLOTS', { operator: name })
    own.add(userFunction)
  }
  for (const userFunction of own) owned.add(userFunction)
}
