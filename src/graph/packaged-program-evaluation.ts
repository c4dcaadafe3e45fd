import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { carryEvaluationOn, isModuleOfProgram, withEvaluation } from './packaged-program-evaluation-hooks.js'
import { addResolveHook } from './packaged-program-resolve-hook.js'

/** Where the engine's own files are; frames under it are not the user's. */
export const ENGINE_ROOT: string = new URL('..', import.meta.url).href

const TYPED_COMMONJS = /\.cts$/

/** Of this thread, as Node keeps hooks and modules for the life of a thread. */
const begun = new Map<string, 'begun' | 'ended'>()
const late = new Set<string>()
let isHooked = false

/** `begun`: its modules are being evaluated, or failed, or wait for ever, as a program without a main does in its execute(). */
export type EvaluationState = 'begun' | 'ended' | undefined

export function evaluationState(moduleUrl: string, evaluation: number): EvaluationState {
  return begun.get(keyOf(moduleUrl, evaluation))
}

function keyOf(moduleUrl: string, evaluation: number): string {
  return `${String(evaluation)} ${moduleUrl}`
}

/** Whether the program has been seen to call execute() only after its import had ended. */
export function executesLate(moduleUrl: string): boolean {
  return late.has(moduleUrl)
}

export function noteLateExecution(moduleUrl: string): void {
  late.add(moduleUrl)
}

/**
 * Imports the program's module, for a new evaluation together with all modules of the program: those that it imports, those
 * that are required, but not those of installed packages.
 */
export async function importForEvaluation(moduleUrl: string, evaluation: number): Promise<unknown> {
  const key = keyOf(moduleUrl, evaluation)
  const isNew = !begun.has(key)
  if (isNew) begun.set(key, 'begun')
  const url = evaluation === 0 ? moduleUrl : urlOf(moduleUrl, evaluation, isNew)
  const module: unknown = TYPED_COMMONJS.test(moduleUrl) ? required(moduleUrl) : await import(url)
  begun.set(key, 'ended')
  return module
}

/** Node 22 finds no ES module, and so not flink-ts, for CommonJS in TypeScript that was imported. */
function required(moduleUrl: string): unknown {
  return { default: createRequire(moduleUrl)(fileURLToPath(moduleUrl)) as unknown }
}

/** An ES module is kept by its URL, so each evaluation has one of its own. Those of CommonJS are forgotten for a new one. */
function urlOf(moduleUrl: string, evaluation: number, isNew: boolean): string {
  hookOnce()
  if (isNew) {
    const { cache } = createRequire(moduleUrl)
    for (const path of Object.keys(cache)) {
      if (isModuleOfProgram(pathToFileURL(path).href, moduleUrl, ENGINE_ROOT)) Reflect.deleteProperty(cache, path)
    }
  }
  return withEvaluation(moduleUrl, String(evaluation))
}

function hookOnce(): void {
  if (isHooked) return
  isHooked = true
  addResolveHook({
    file: new URL('./packaged-program-evaluation-hooks.js', import.meta.url),
    rule: carryEvaluationOn,
    data: { engineRoot: ENGINE_ROOT },
  })
}
