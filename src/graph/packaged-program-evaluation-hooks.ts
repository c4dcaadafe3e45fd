// Carries the number of an evaluation on, from the URL of a module to those of the modules that it imports, so that all
// modules of the program are evaluated anew with it. Run by older Nodes on a thread of their own: see
// packaged-program-resolve-hook.ts.
import type { InitializeHook, ResolveHook } from 'node:module'
import type { ResolveRule } from './packaged-program-resolve-hook.js'

export interface EvaluationHooks {
  /** Below it are the engine's own files, which are the same for all evaluations. */
  readonly engineRoot: string
}

const PARAMETER = 'evaluation'

export function carryEvaluationOn({ engineRoot }: EvaluationHooks): ResolveRule {
  return {
    importerOf: (_specifier, importer) => importer,
    urlOf(found, importer) {
      const evaluation = importer === undefined ? null : evaluationOf(importer)
      if (evaluation === null || importer === undefined) return found
      return isModuleOfProgram(found, importer, engineRoot) ? withEvaluation(found, evaluation) : found
    },
  }
}

let rule: ResolveRule | undefined

export const initialize: InitializeHook<EvaluationHooks> = (data) => {
  rule = carryEvaluationOn(data)
}

export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  const found = await nextResolve(specifier, context)
  return { ...found, url: rule?.urlOf(found.url, context.parentURL) ?? found.url }
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
