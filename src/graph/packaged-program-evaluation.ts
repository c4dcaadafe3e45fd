import { createRequire, register } from 'node:module'
import { pathToFileURL } from 'node:url'
import { isModuleOfProgram, withEvaluation } from './packaged-program-evaluation-hooks.js'

/** Where the engine's own files are; frames under it are not the user's. */
export const ENGINE_ROOT: string = new URL('..', import.meta.url).href

/** Of this thread, as Node keeps hooks and modules for the life of a thread. */
const begun = new Map<string, 'begun' | 'ended'>()
const late = new Set<string>()
let hasHooks = false

/** `begun`: its modules are being evaluated, or failed, or wait for ever, as a script does in its execute(). */
export type EvaluationState = 'begun' | 'ended' | undefined

/** The URL to import for an evaluation: an ES module is kept by its URL, so each evaluation but the first has its own. */
function urlOf(moduleUrl: string, evaluation: number): string {
  return evaluation === 0 ? moduleUrl : withEvaluation(moduleUrl, String(evaluation))
}

export function evaluationState(moduleUrl: string, evaluation: number): EvaluationState {
  return begun.get(urlOf(moduleUrl, evaluation))
}

/** Whether a script has been seen to call execute() only after its import had ended. */
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
  const url = urlOf(moduleUrl, evaluation)
  if (!begun.has(url)) {
    begun.set(url, 'begun')
    if (evaluation > 0) forgetModules(moduleUrl)
  }
  const module: unknown = await import(url)
  begun.set(url, 'ended')
  return module
}

function forgetModules(moduleUrl: string): void {
  if (!hasHooks) {
    hasHooks = true
    register('./packaged-program-evaluation-hooks.js', {
      parentURL: import.meta.url,
      data: { engineRoot: ENGINE_ROOT },
    })
  }
  const { cache } = createRequire(moduleUrl)
  for (const path of Object.keys(cache)) {
    if (isModuleOfProgram(pathToFileURL(path).href, moduleUrl, ENGINE_ROOT)) Reflect.deleteProperty(cache, path)
  }
}
