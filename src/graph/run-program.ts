import { installExecutionContext } from '../api/environment/execution-context.js'
import { ParameterTool } from '../api/environment/parameter-tool.js'
import type { Pipeline, PipelineExecutor, SubmittedJob } from '../api/environment/pipeline-executor.js'
import { StreamExecutionEnvironment } from '../api/environment/stream-execution-environment.js'
import { Configuration } from '../core/config/configuration.js'
import { FlinkError } from '../core/errors/flink-error.js'
import {
  isEvaluated,
  loadProgramModule,
  mainFailed,
  modulePath,
  presentArguments,
  type ModuleVersion,
  type ProgramModule,
} from './packaged-program-module.js'
import { registerSelfResolution } from './packaged-program-resolution.js'
import { adviceForNoJob, findEntry, type ProgramEntry } from './program-entry.js'

const FIRST_VERSION: ModuleVersion = { generation: 0, copy: 0 }

/** A program as it is named between threads. */
export interface ProgramToRun {
  /** `file:` URL of the module. */
  readonly moduleUrl: string
  /** Export given by `-c`. */
  readonly entry: string | undefined
  readonly args: readonly string[]
  readonly configuration: Readonly<Record<string, string>>
}

/**
 * Runs a program from import to the end of its main; its jobs go to the executor. A later generation imports the module
 * anew, so that all its function objects are fresh. A further copy of one generation runs its main again: code that is
 * compiled and optimised already, with the function objects that main makes. Of a script it imports the module anew.
 *
 * Rejects with PROGRAM_* errors; what user code threw is the cause of PROGRAM_MAIN_FAILED.
 */
export async function runProgram(
  program: ProgramToRun,
  executor: PipelineExecutor,
  version: ModuleVersion = FIRST_VERSION,
): Promise<void> {
  const path = modulePath(program.moduleUrl)
  registerSelfResolution(program.moduleUrl)
  presentArguments(program.moduleUrl, program.args)
  const counting = new CountingExecutor(executor, path)
  installExecutionContext({
    executor: counting,
    configuration: Configuration.fromMap(program.configuration),
    programArguments: program.args,
  })
  const [module, entry] = await loadEntry(program, version)
  try {
    await invokeProgram(entry, program.args, counting)
  } catch (error) {
    throw mainFailed(error)
  }
  if (counting.submissions > 0) return
  const advice = adviceForNoJob(program.entry === undefined ? module : {})
  throw new FlinkError('PROGRAM_NO_JOB', { path, advice })
}

async function loadEntry(program: ProgramToRun, version: ModuleVersion): Promise<[ProgramModule, ProgramEntry]> {
  const { moduleUrl } = program
  const original = { ...version, copy: 0 }
  if (version.copy === 0 || isEvaluated(moduleUrl, original)) {
    const module = await loadProgramModule(moduleUrl, original)
    const entry = findEntry(module, program.entry, modulePath(moduleUrl))
    if (version.copy === 0 || entry.kind !== 'script') return [module, entry]
  }
  return [await loadProgramModule(moduleUrl, version), { kind: 'script' }]
}

async function invokeProgram(entry: ProgramEntry, args: readonly string[], executor: CountingExecutor): Promise<void> {
  switch (entry.kind) {
    case 'script':
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

/** Knows whether the program has run a job, and refuses an empty one. */
class CountingExecutor implements PipelineExecutor {
  submissions = 0
  readonly #executor: PipelineExecutor
  readonly #path: string

  constructor(executor: PipelineExecutor, path: string) {
    this.#executor = executor
    this.#path = path
  }

  submit(pipeline: Pipeline): Promise<SubmittedJob> {
    if (pipeline.transformations.length === 0) {
      return Promise.reject(new FlinkError('PROGRAM_NO_JOB', { path: this.#path, advice: adviceForNoJob({}) }))
    }
    this.submissions += 1
    return this.#executor.submit(pipeline)
  }
}
