// Runs on Node's loader thread. Carries the number of an evaluation on, from the URL of a module to those of the modules
// that it imports, so that all modules of the program are evaluated anew with it.
import type { InitializeHook, ResolveHook } from 'node:module'

interface EvaluationHooks {
  /** Below it are the engine's own files, which are the same for all evaluations. */
  readonly engineRoot: string
}

const PARAMETER = 'evaluation'

let settings: EvaluationHooks | undefined

export const initialize: InitializeHook<EvaluationHooks> = (data) => {
  settings = data
}

export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  const resolved = await nextResolve(specifier, context)
  const { parentURL } = context
  const evaluation = parentURL === undefined ? null : evaluationOf(parentURL)
  if (evaluation === null || parentURL === undefined || settings === undefined) return resolved
  if (!isModuleOfProgram(resolved.url, parentURL, settings.engineRoot)) return resolved
  return { ...resolved, url: withEvaluation(resolved.url, evaluation) }
}

/** The URL that a module has in an evaluation. */
export function withEvaluation(moduleUrl: string, evaluation: string): string {
  const url = new URL(moduleUrl)
  url.searchParams.set(PARAMETER, evaluation)
  return url.href
}

function evaluationOf(moduleUrl: string): string | null {
  return URL.canParse(moduleUrl) ? new URL(moduleUrl).searchParams.get(PARAMETER) : null
}

/** A file outside of all installed packages, or in the package that the other module is part of; never an add-on. */
export function isModuleOfProgram(url: string, otherUrl: string, engineRoot: string): boolean {
  if (!url.startsWith('file:') || url.startsWith(engineRoot) || /\.node($|\?)/.test(url)) return false
  const installed = packageOf(url)
  return installed === undefined || installed === packageOf(otherUrl)
}

/** `file:///project/node_modules/name`. */
function packageOf(url: string): string | undefined {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(url)?.[0]
}
