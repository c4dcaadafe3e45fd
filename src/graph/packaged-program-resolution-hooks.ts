// Sends every import of the package to one copy of it, by resolving it as the package's own files would. Run by older Nodes
// on a thread of their own: see packaged-program-resolve-hook.ts.
import type { InitializeHook, ResolveHook } from 'node:module'
import type { ResolveRule } from './packaged-program-resolve-hook.js'

export interface SelfResolution {
  readonly packageName: string
  /** URL of the package's own package.json. */
  readonly parentUrl: string
}

export function selfResolution({ packageName, parentUrl }: SelfResolution): ResolveRule {
  return {
    importerOf: (specifier, importer) => (isRequestFor(specifier, packageName) ? parentUrl : importer),
    urlOf: (found) => found,
  }
}

export function isRequestFor(specifier: string, packageName: string): boolean {
  return specifier === packageName || specifier.startsWith(`${packageName}/`)
}

let rule: ResolveRule | undefined

export const initialize: InitializeHook<SelfResolution> = (data) => {
  rule = selfResolution(data)
}

export const resolve: ResolveHook = (specifier, context, nextResolve) =>
  nextResolve(specifier, { ...context, parentURL: rule?.importerOf(specifier, context.parentURL) })
