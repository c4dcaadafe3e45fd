import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { functionsOf } from '../../../../../src/api/dag/operator-spec.js'
import { installExecutionContext } from '../../../../../src/api/environment/execution-context.js'
import { Configuration } from '../../../../../src/core/config/configuration.js'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { RichMapFunction, StreamExecutionEnvironment, type MapFunction } from '../../../../../src/index.js'
import type { ProgramGraph } from '../../../../../src/graph/program-graph.js'
import { GraphCapturingExecutor } from '../../../../../src/runtime/taskmanager/taskexecutor/graph-capturing-executor.js'
import {
  ProgramLoader,
  type ProgramRunner,
} from '../../../../../src/runtime/taskmanager/taskexecutor/program-loader.js'
import type { LoadProgram } from '../../../../../src/runtime/protocol/master-to-worker.js'

const PROGRAM = { moduleUrl: 'file:///job.mjs', entry: undefined, args: [], configuration: {} }

class Doubling extends RichMapFunction<number, number> {
  map(value: number): number {
    return 2 * value
  }
}

/** Holds what it was given in a field, as a function that fills a cache would. */
class Caching extends Doubling {
  readonly cache: Map<number, number>

  constructor(cache: Map<number, number>) {
    super()
    this.cache = cache
  }
}

interface PlayedProgram {
  readonly runProgram: ProgramRunner
  /** Numbers of evaluations, a run each. */
  readonly runs: number[]
}

/** A program of one map, whose function each run takes from `functionOf`. */
function programOf(
  functionOf: (evaluation: number) => MapFunction<number, number>,
  uidOf: (evaluation: number) => string = () => 'double',
): PlayedProgram {
  const runs: number[] = []
  const runProgram: ProgramRunner = async (program, executor, evaluation) => {
    runs.push(evaluation)
    const configuration = Configuration.fromEntries(program.configuration)
    installExecutionContext({ executor, configuration, programArguments: [] })
    const env = StreamExecutionEnvironment.getExecutionEnvironment()
    env.fromElements(1, 2).map(functionOf(evaluation)).uid(uidOf(evaluation)).print()
    await env.execute('job')
  }
  return { runProgram, runs }
}

/** The plan as the first run of the program made it, outside of the worker. */
async function messageFor({ runProgram, runs }: PlayedProgram, slots: number): Promise<LoadProgram> {
  const executor = new GraphCapturingExecutor(0, [])
  void runProgram(PROGRAM, executor, 0)
  const { jobGraph: plan } = await executor.captured
  runs.length = 0
  const job = { jobId: 'j', program: PROGRAM, graphIndex: 0, earlierAnswers: [], plan, expectedHash: plan.hash }
  return { type: 'load-program', loadNumber: 0, slots, ...job }
}

function mapsOf(graphs: readonly ProgramGraph[] | undefined): unknown[] {
  return (graphs ?? []).flatMap(({ operators }) =>
    [...operators.values()].filter(({ spec }) => spec.kind === 'map').flatMap(({ spec }) => functionsOf(spec)),
  )
}

/** What one thread keeps for all evaluations, as an installed package would. */
function perThread(make: () => MapFunction<number, number>): PlayedProgram {
  const kept = make()
  return programOf(() => kept)
}

/** What the modules of the program make once an evaluation. */
function perEvaluation<T>(make: () => T): (evaluation: number) => T {
  const made: T[] = []
  return (evaluation) => (made[evaluation] ??= make())
}

describe('The program of a worker', () => {
  it('is run once a slot, on the same modules where main makes the function objects', async () => {
    const program = programOf(() => new Doubling())
    const message = await messageFor(program, 3)
    const graphs = await new ProgramLoader(program.runProgram).load(message)
    assert.deepEqual(program.runs, [0, 0, 0])
    assert.equal(new Set(mapsOf(graphs)).size, 3)
  })

  it('has its modules evaluated anew for each slot where they make the function objects', async () => {
    const program = programOf(perEvaluation(() => new Doubling()))
    const message = await messageFor(program, 3)
    const graphs = await new ProgramLoader(program.runProgram).load(message)
    assert.deepEqual(program.runs, [0, 0, 1, 2])
    assert.equal(new Set(mapsOf(graphs)).size, 3)
  })

  it('has them evaluated anew where function objects of two slots would hold the same object', async () => {
    const cacheOf = perEvaluation(() => new Map<number, number>())
    const program = programOf((evaluation) => new Caching(cacheOf(evaluation)))
    const message = await messageFor(program, 2)
    const graphs = await new ProgramLoader(program.runProgram).load(message)
    assert.deepEqual(program.runs, [0, 0, 1])
    const [first, second] = mapsOf(graphs) as [Caching, Caching]
    assert.notEqual(first.cache, second.cache)
  })

  it('has them evaluated anew for each attempt', async () => {
    const program = programOf(() => new Doubling())
    const loader = new ProgramLoader(program.runProgram)
    const message = await messageFor(program, 2)
    for (let attempt = 0; attempt < 3; attempt += 1) assert.equal(mapsOf(await loader.load(message)).length, 2)
    assert.deepEqual(program.runs, [0, 0, 1, 1, 2, 2])
  })

  it('asks for a fresh thread where an attempt would get the function objects of an earlier one', async () => {
    const program = perThread(() => new Doubling())
    const loader = new ProgramLoader(program.runProgram)
    const message = await messageFor(program, 1)
    assert.equal(mapsOf(await loader.load(message)).length, 1)
    assert.equal(await loader.load(message), undefined)
  })

  it('asks for a fresh thread, whatever goes wrong when it is run once more', async () => {
    const throwing = programOf((evaluation) => {
      if (evaluation > 0) throw new Error('already initialised')
      return new Doubling()
    })
    const changing = programOf(
      () => new Doubling(),
      (evaluation) => `double ${String(evaluation)}`,
    )
    for (const program of [throwing, changing]) {
      const loader = new ProgramLoader(program.runProgram)
      const message = await messageFor(program, 1)
      assert.equal(mapsOf(await loader.load(message)).length, 1)
      assert.equal(await loader.load(message), undefined)
    }
  })

  it('asks for a fresh thread before the modules of many attempts fill its memory', async () => {
    const program = programOf(() => new Doubling())
    const loader = new ProgramLoader(program.runProgram)
    const message = await messageFor(program, 1)
    let attempts = 0
    while ((await loader.load(message)) !== undefined) attempts += 1
    assert.equal(attempts, 200)
  })

  it('is refused in a fresh thread when two slots would open the same function object', async () => {
    const program = perThread(() => new Doubling())
    const message = await messageFor(program, 2)
    await assert.rejects(new ProgramLoader(program.runProgram).load(message), (error) => {
      assert.ok(FlinkError.is(error, 'FUNCTION_SHARED_BY_SLOTS'), String(error))
      assert.match(error.message, /function object of Map/)
      return true
    })
    assert.equal(mapsOf(await new ProgramLoader(program.runProgram).load({ ...message, slots: 1 })).length, 1)
  })

  it('is refused in a fresh thread when it cannot run for a second slot', async () => {
    let count = 0
    const program = programOf(() => {
      count += 1
      if (count > 2) throw new Error('already initialised')
      return new Doubling()
    })
    const message = await messageFor(program, 2)
    await assert.rejects(new ProgramLoader(program.runProgram).load(message), (error) => {
      assert.ok(FlinkError.is(error, 'PROGRAM_NOT_REPEATABLE'), String(error))
      assert.match(error.message, /second time in its thread.*already initialised/)
      return true
    })
  })

  it('may use the same plain function in all slots: it has nothing to open', async () => {
    const double = (value: number): number => 2 * value
    const program = programOf(() => double as unknown as MapFunction<number, number>)
    const message = await messageFor(program, 2)
    assert.equal(mapsOf(await new ProgramLoader(program.runProgram).load(message)).length, 2)
    assert.deepEqual(program.runs, [0, 0])
  })

  it('is refused in a fresh thread when it builds another graph there', async () => {
    const program = programOf(() => new Doubling())
    const message = await messageFor(program, 1)
    const { runProgram } = programOf(
      () => new Doubling(),
      () => 'other',
    )
    await assert.rejects(new ProgramLoader(runProgram).load(message), (error) => {
      return FlinkError.is(error, 'JOB_GRAPH_MISMATCH')
    })
  })
})
