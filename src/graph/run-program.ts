import { installExecutionContext } from '../api/environment/execution-context.js'
import { ParameterTool } from '../api/environment/parameter-tool.js'
import type { Pipeline, PipelineExecutor, SubmittedJob } from '../api/environment/pipeline-executor.js'
import { StreamExecutionEnvironment } from '../api/environment/stream-execution-environment.js'
import { Configuration, type ConfigurationEntries } from '../core/config/configuration.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { renderExecutionPlan } from './execution-plan.js'
import { evaluationState, executesLate, noteLateExecution } from './packaged-program-evaluation.js'
import { IdleWatch } from './packaged-program-idleness.js'
import {
  describeProgramError,
  loadProgramModule,
  modulePath,
  presentArguments,
  type ProgramModule,
} from './packaged-program-module.js'
import { registerSelfResolution } from './packaged-program-resolution.js'
import { adviceForNoJob, findEntry, type ProgramEntry } from './program-entry.js'

const NOTHING_ADDED = 'no operator was added to the environment'
const NOTHING_DONE = {
  reason: 'its sources have no operator and no sink, so nothing would be done with what they give',
  advice: 'Add one that does: map(...), process(...), print(), addSink(...).',
}
const RAN_ALREADY = {
  reason: NOTHING_ADDED,
  advice: 'A program without a main runs while it is imported, which was done before.',
}
const NEVER_EXECUTED = {
  reason: 'operators were added to an environment, but its execute() was never called',
  advice: 'End with `await env.execute()`, or build the job in a function (env, params) that is the default export.',
}

/** A program as it is named between threads. */
export interface ProgramToRun {
  /** `file:` URL of the module. */
  readonly moduleUrl: string
  /** Export given by `-c`. */
  readonly entry: string | undefined
  readonly args: readonly string[]
  readonly configuration: ConfigurationEntries
}

/**
 * Runs a program from import to the end of its main; its jobs go to the executor. `evaluation` counts how often the modules
 * of the program are evaluated in this thread: with a new number nothing that they made before is used again, but for what
 * lies in installed packages. With the number of an earlier run, main runs again on the modules as they are; a program
 * without a main cannot.
 *
 * Rejects with PROGRAM_* errors; what user code threw is the cause of PROGRAM_MAIN_FAILED.
 */
export async function runProgram(program: ProgramToRun, executor: PipelineExecutor, evaluation = 0): Promise<void> {
  const path = modulePath(program.moduleUrl)
  registerSelfResolution(program.moduleUrl)
  presentArguments(program.moduleUrl, program.args)
  const watch = new IdleWatch()
  const counting = new CountingExecutor(executor, path, () => {
    watch.stop()
  })
  installExecutionContext({
    executor: counting,
    renderPlan: renderExecutionPlan,
    configuration: Configuration.fromEntries(program.configuration),
    programArguments: program.args,
    onSource: () => {
      counting.sources += 1
    },
  })
  try {
    await Promise.race([runToEnd(program, { evaluation, counting, watch }), refusalWhenIdle(watch, path)])
  } finally {
    watch.stop()
  }
}

interface Run {
  readonly evaluation: number
  readonly counting: CountingExecutor
  readonly watch: IdleWatch
}

async function runToEnd(program: ProgramToRun, { evaluation, counting, watch }: Run): Promise<void> {
  const [module, entry] = await loadEntry(program, evaluation)
  try {
    await invokeProgram(entry, program.args, counting)
  } catch (error) {
    throw describeProgramError(error, program.moduleUrl)
  }
  if (counting.submissions > 0) return
  // The module may have called a function that it does not wait for: `main().catch(...)`.
  const mayExecuteLater = evaluation === 0 || executesLate(program.moduleUrl)
  if (entry.kind === 'module' && mayExecuteLater && watch.isWatching) {
    await Promise.race([counting.submitted, watch.idle])
    if (counting.submissions > 0) {
      noteLateExecution(program.moduleUrl)
      return
    }
  }
  const path = modulePath(program.moduleUrl)
  if (counting.sources > 0) throw new FlinkError('PROGRAM_NO_JOB', { path, ...NEVER_EXECUTED })
  const advice = adviceForNoJob(program.entry === undefined ? module : {})
  throw new FlinkError('PROGRAM_NO_JOB', { path, reason: NOTHING_ADDED, advice })
}

async function refusalWhenIdle(watch: IdleWatch, path: string): Promise<never> {
  await watch.idle
  // What the end of the program has to say about it comes first.
  await new Promise((resolve) => setImmediate(resolve))
  throw new FlinkError('PROGRAM_NEVER_EXECUTES', { path })
}

async function loadEntry(program: ProgramToRun, evaluation: number): Promise<[ProgramModule, ProgramEntry]> {
  const { moduleUrl } = program
  const path = modulePath(moduleUrl)
  const state = evaluationState(moduleUrl, evaluation)
  if (state === 'begun') throw new FlinkError('PROGRAM_NO_JOB', { path, ...RAN_ALREADY })
  const module = await loadProgramModule(moduleUrl, evaluation)
  const entry = findEntry(module, program.entry, path)
  if (state === 'ended' && entry.kind === 'module') throw new FlinkError('PROGRAM_NO_JOB', { path, ...RAN_ALREADY })
  return [module, entry]
}

async function invokeProgram(entry: ProgramEntry, args: readonly string[], executor: CountingExecutor): Promise<void> {
  switch (entry.kind) {
    case 'module':
      return
    case 'main':
      await entry.call(args)
      return
    case 'job': {
      const env = StreamExecutionEnvironment.getExecutionEnvironment()
      await entry.call(env, ParameterTool.fromArgs(args))
      // A job function need not call execute() itself.
      if (executor.submissions === 0) await env.execute()
    }
  }
}

/** Knows whether the program has run a job, or could have, and refuses an empty one. */
class CountingExecutor implements PipelineExecutor {
  submissions = 0
  sources = 0
  /** Resolves with the first job. */
  readonly submitted: Promise<void>
  readonly #executor: PipelineExecutor
  readonly #path: string
  #onFirst: () => void = () => undefined

  constructor(executor: PipelineExecutor, path: string, onFirst: () => void) {
    this.#path = path
    this.#executor = executor
    this.submitted = new Promise((resolve) => {
      this.#onFirst = () => {
        onFirst()
        resolve()
      }
    })
  }

  submit(pipeline: Pipeline): Promise<SubmittedJob> {
    if (pipeline.transformations.length === 0) {
      const details = { path: this.#path, reason: NOTHING_ADDED, advice: adviceForNoJob({}) }
      return Promise.reject(new FlinkError('PROGRAM_NO_JOB', details))
    }
    if (pipeline.transformations.every(({ type }) => type === 'source')) {
      return Promise.reject(new FlinkError('PROGRAM_NO_JOB', { path: this.#path, ...NOTHING_DONE }))
    }
    this.submissions += 1
    if (this.submissions === 1) this.#onFirst()
    return this.#executor.submit(pipeline)
  }
}
