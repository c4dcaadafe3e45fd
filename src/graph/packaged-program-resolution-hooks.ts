// Runs on Node's loader thread. Sends every import of the package to one copy of it, by resolving it as the package's own
// files would.
import type { InitializeHook, ResolveHook } from 'node:module'

interface SelfResolution {
  readonly packageName: string
  /** URL of the package's own package.json. */
  readonly parentUrl: string
}

let settings: SelfResolution | undefined

export const initialize: InitializeHook<SelfResolution> = (data) => {
  settings = data
}

export const resolve: ResolveHook = (specifier, context, nextResolve) => {
  if (settings === undefined || !isRequestFor(specifier, settings.packageName)) return nextResolve(specifier, context)
  return nextResolve(specifier, { ...context, parentURL: settings.parentUrl })
}

function isRequestFor(specifier: string, packageName: string): boolean {
  return specifier === packageName || specifier.startsWith(`${packageName}/`)
}
