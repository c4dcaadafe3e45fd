import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { installExecutionContext } from '../../../../../src/api/environment/execution-context.js'
import { Configuration } from '../../../../../src/core/config/configuration.js'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { RichMapFunction, StreamExecutionEnvironment, type MapFunction } from '../../../../../src/index.js'
import { GraphCapturingExecutor } from '../../../../../src/runtime/taskmanager/taskexecutor/graph-capturing-executor.js'
import {
  loadProgramGraphs,
  type ProgramRun,
  type ProgramRunner,
} from '../../../../../src/runtime/taskmanager/taskexecutor/program-loader.js'
import type { LoadProgram } from '../../../../../src/runtime/protocol/master-to-worker.js'

const PROGRAM = { moduleUrl: 'file:///job.mjs', entry: undefined, args: [], configuration: {} }

class Doubling extends RichMapFunction<number, number> {
  map(value: number): number {
    return 2 * value
  }
}

/** A program of one map, whose function each run takes from `functionOf`. */
function programOf(functionOf: (run: ProgramRun) => MapFunction<number, number>): ProgramRunner {
  return async (program, executor, run) => {
    const configuration = Configuration.fromMap(program.configuration)
    installExecutionContext({ executor, configuration, programArguments: [] })
    const env = StreamExecutionEnvironment.getExecutionEnvironment()
    env.fromElements(1, 2).map(functionOf(run)).uid('double').print()
    await env.execute('job')
  }
}

async function messageFor(runProgram: ProgramRunner, slots: number): Promise<LoadProgram> {
  const executor = new GraphCapturingExecutor(0, [])
  void runProgram(PROGRAM, executor, { generation: 0, copy: 0 })
  const { jobGraph: plan } = await executor.captured
  const job = { jobId: 'j', program: PROGRAM, graphIndex: 0, earlierAnswers: [], plan, expectedHash: plan.hash }
  return { type: 'load-program', loadNumber: 0, slots, ...job }
}

describe('The program of a worker', () => {
  it('is run once a slot, each with function objects of its own', async () => {
    const runs: ProgramRun[] = []
    const program = programOf((run) => {
      runs.push(run)
      return new Doubling()
    })
    const message = await messageFor(program, 3)
    runs.length = 0
    const graphs = await loadProgramGraphs(message, 5, program)
    assert.deepEqual(
      runs,
      [0, 1, 2].map((copy) => ({ generation: 5, copy })),
    )
    const functions = graphs.flatMap(({ operators }) => [...operators.values()].map(({ spec }) => spec.function))
    assert.equal(new Set(functions.filter((one) => (one as unknown) instanceof Doubling)).size, 3)
  })

  it('is refused when two slots would open the same function object', async () => {
    const shared = new Doubling()
    const program = programOf(() => shared)
    const message = await messageFor(program, 2)
    await assert.rejects(loadProgramGraphs(message, 0, program), (error) => {
      assert.ok(FlinkError.is(error, 'FUNCTION_SHARED_BY_SLOTS'), String(error))
      assert.match(error.message, /function object of Map/)
      return true
    })
    const alone = await loadProgramGraphs({ ...message, slots: 1 }, 0, program)
    assert.equal(alone.length, 1)
  })

  it('may use the same plain function in all slots: it has nothing to open', async () => {
    const double = (value: number): number => 2 * value
    const program = programOf(() => double as unknown as MapFunction<number, number>)
    assert.equal((await loadProgramGraphs(await messageFor(program, 2), 0, program)).length, 2)
  })

  it('must be the same in every slot', async () => {
    let runs = 0
    const program: ProgramRunner = async (descriptor, executor, run) => {
      runs += 1
      const { configuration } = descriptor
      installExecutionContext({ executor, configuration: Configuration.fromMap(configuration), programArguments: [] })
      const env = StreamExecutionEnvironment.getExecutionEnvironment()
      env
        .fromElements(1)
        .uid(runs > 2 ? 'other' : 'elements')
        .print()
      await env.execute(`job ${String(run.copy)}`)
    }
    const message = await messageFor(program, 2)
    await assert.rejects(loadProgramGraphs(message, 0, program), (error) => {
      return FlinkError.is(error, 'JOB_GRAPH_MISMATCH')
    })
  })
})
