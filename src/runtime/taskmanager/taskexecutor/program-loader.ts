// Duty: the program's graph for every slot of a worker, from as many runs of its main.
// Invariants: each equals the submitted plan. No graph has a function object that an earlier run in this thread had: not that
// of another slot, with which it would be opened twice and its fields written by both, and not that of an earlier attempt,
// whose fields still hold what it had come to. Modules are evaluated anew for each attempt, and for a further slot where
// running main again is not enough. An error in a thread that ran the program before is not the
// last word: the program is loaded again in a fresh one.
// Thread: the task worker.
import type { PipelineExecutor } from '../../../api/environment/pipeline-executor.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { messageOf } from '../../../core/errors/thrown-value.js'
import { compareGraphs } from '../../../graph/plan-comparison.js'
import type { ProgramGraph } from '../../../graph/program-graph.js'
import type { LoadProgram } from '../../protocol/master-to-worker.js'
import type { ProgramDescriptor } from '../../protocol/program-descriptor.js'
import { FunctionClaims } from './function-claims.js'
import { GraphCapturingExecutor } from './graph-capturing-executor.js'

/**
 * Runs a program; its jobs go to the executor. Runs with one number of an evaluation share the modules of the program, a new
 * number has them evaluated anew.
 */
export type ProgramRunner = (
  program: ProgramDescriptor,
  executor: PipelineExecutor,
  evaluation: number,
) => Promise<void>

/** Node keeps every module for the life of a thread: one that restarts for days would run out of memory. */
const MOST_EVALUATIONS = 200

export class ProgramLoader {
  readonly #runProgram: ProgramRunner
  readonly #claims = new FunctionClaims()
  #evaluations = 0
  #isFresh = true

  constructor(runProgram: ProgramRunner) {
    this.#runProgram = runProgram
  }

  /**
   * One graph a slot; undefined where it takes a fresh thread. In a fresh one rejects with what the program threw,
   * JOB_GRAPH_MISMATCH, or, for a further slot, FUNCTION_SHARED_BY_SLOTS or PROGRAM_NOT_REPEATABLE.
   */
  async load(message: LoadProgram): Promise<ProgramGraph[] | undefined> {
    if (this.#evaluations >= MOST_EVALUATIONS) return undefined
    const isFresh = this.#isFresh
    this.#isFresh = false
    try {
      return await this.#graphsOf(message)
    } catch (error) {
      if (isFresh) throw error
      return undefined
    }
  }

  async #graphsOf(message: LoadProgram): Promise<ProgramGraph[]> {
    const first = await this.#onNewModules(message)
    const graphs = [first]
    let evaluation: number | undefined = this.#evaluations - 1
    while (graphs.length < message.slots) {
      let graph = evaluation === undefined ? undefined : await this.#onSameModules(message, evaluation)
      if (graph === undefined) {
        evaluation = undefined
        graph = await this.#onNewModules(message).catch(refuseFurtherSlot)
      }
      graphs.push(graph)
    }
    return graphs
  }

  /** Only main runs: its code is compiled and optimised already. Undefined where that is not enough. */
  async #onSameModules(message: LoadProgram, evaluation: number): Promise<ProgramGraph | undefined> {
    try {
      const graph = await this.#run(message, evaluation)
      if (this.#claims.sharesObjects(graph)) return undefined
      this.#claims.add(graph)
      return graph
    } catch {
      // On new modules it may go well; what goes wrong there too is told.
      return undefined
    }
  }

  async #onNewModules(message: LoadProgram): Promise<ProgramGraph> {
    const evaluation = this.#evaluations
    this.#evaluations += 1
    const graph = await this.#run(message, evaluation)
    const operator = this.#claims.operatorWithUsedFunction(graph)
    if (operator !== undefined) throw new FlinkError('FUNCTION_SHARED_BY_SLOTS', { operator })
    this.#claims.add(graph)
    return graph
  }

  async #run(message: LoadProgram, evaluation: number): Promise<ProgramGraph> {
    const { program, graphIndex, expectedHash, earlierAnswers, plan } = message
    const executor = new GraphCapturingExecutor(graphIndex, earlierAnswers)
    const notReached = this.#runProgram(program, executor, evaluation).then(async (): Promise<never> => {
      await executor.programIdle()
      const reason = `the program ended before its execute() number ${String(graphIndex + 1)}`
      throw new FlinkError('JOB_GRAPH_MISMATCH', { operator: 'execute()', reason })
    })
    const graph = await Promise.race([executor.captured, notReached])
    const { hash } = graph.jobGraph
    if (plan.hash !== hash || expectedHash !== hash) compareGraphs(plan, graph.jobGraph)
    return graph
  }
}

function refuseFurtherSlot(error: unknown): never {
  if (FlinkError.is(error, 'FUNCTION_SHARED_BY_SLOTS')) throw error
  const reason = messageOf(error)
  throw new FlinkError('PROGRAM_NOT_REPEATABLE', { reason }, { cause: error })
}
