import type { StreamExecutionEnvironment } from '../api/environment/stream-execution-environment.js'
import type { ParameterTool } from '../api/environment/parameter-tool.js'
import { FlinkError } from '../core/errors/flink-error.js'

type JobFunction = (env: StreamExecutionEnvironment, params: ParameterTool) => unknown
type MainFunction = (args: readonly string[]) => unknown

/**
 * What to call in a job module. `job`: a function that builds the job on a given environment. `main`: Flink's style, which
 * gets its environment itself and calls execute(). `module`: nothing, importing the module ran it.
 */
export type ProgramEntry =
  | { readonly kind: 'job'; readonly call: JobFunction }
  | { readonly kind: 'main'; readonly call: MainFunction }
  | { readonly kind: 'module' }

/**
 * Finds the entry point: the export named by `-c`; without one the default export, else an exported `main(args)`, else the
 * module itself is the program.
 */
export function findEntry(
  module: Readonly<Record<string, unknown>>,
  entry: string | undefined,
  path: string,
): ProgramEntry {
  const exported = exportsOf(module)
  if (entry === undefined) {
    return entryOf(exported['default'], 'default', path) ?? mainOf(exported) ?? { kind: 'module' }
  }
  const found = Object.hasOwn(exported, entry) ? entryOf(exported[entry], entry, path) : undefined
  if (found !== undefined) return found
  throw new FlinkError('PROGRAM_ENTRY_NOT_FOUND', { entry, path, available: available(exported) })
}

/**
 * The exports as their module wrote them. Of CommonJS Node gives `module.exports` as the default, and only those names of it
 * beside it that it could see without running the module. Where a compiler made CommonJS of an ES module (`__esModule`), the
 * default export is a name of it like the others.
 */
function exportsOf(module: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { default: whole, 'module.exports': _whole, __esModule: _mark, ...named } = module
  if (typeof whole !== 'object' || whole === null) return 'default' in module ? { default: whole, ...named } : named
  const { default: own, __esModule: _inside, ...inside } = { ...whole } as Readonly<Record<string, unknown>>
  const all = { ...inside, ...named }
  // Not enumerable in what TypeScript makes.
  if (Reflect.get(whole, '__esModule') !== true) return { default: whole, ...all }
  return own === undefined ? all : { default: own, ...all }
}

function entryOf(exported: unknown, name: string, path: string): ProgramEntry | undefined {
  const main = mainOf(exported)
  if (main !== undefined) return main
  if (!isFunction(exported)) return undefined
  if (isClass(exported)) {
    const reason = `its export '${name}' is a class without a static main(args) method`
    throw new FlinkError('PROGRAM_NOT_A_MODULE', { path, reason })
  }
  // `-c main` names the function itself.
  if (name === 'main') return { kind: 'main', call: exported }
  return { kind: 'job', call: exported }
}

function mainOf(owner: unknown): ProgramEntry | undefined {
  if (owner === null || (typeof owner !== 'object' && typeof owner !== 'function')) return undefined
  const main: unknown = Reflect.get(owner, 'main')
  return isFunction(main) ? { kind: 'main', call: (args) => Reflect.apply(main, owner, [args]) } : undefined
}

function isFunction(value: unknown): value is (...parameters: unknown[]) => unknown {
  return typeof value === 'function'
}

function isClass(value: (...parameters: unknown[]) => unknown): boolean {
  return Function.prototype.toString.call(value).startsWith('class')
}

/** What to do about a module that builds no job: one with several functions wants to be told which is the job. */
export function adviceForNoJob(loaded: Readonly<Record<string, unknown>>): string {
  const module = exportsOf(loaded)
  const names = Object.keys(module).filter((name) => name !== 'default' && isFunction(module[name]))
  const [first] = names
  if (module['default'] !== undefined || mainOf(module) !== undefined || first === undefined) {
    return 'Export a function (env, params) that builds one, or call execute() at the top level of the module.'
  }
  return `Its exports are: ${names.join(', ')}. Say which of them is the job with -c, for example: -c ${first}`
}

function available(module: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(module)
  return names.length === 0 ? 'none' : names.join(', ')
}
