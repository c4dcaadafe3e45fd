import Module, { register } from 'node:module'

/** What a resolve hook may read of an import, and change for the hooks that come after it. */
export interface ResolveContext {
  readonly parentURL?: string | undefined
}

export interface ResolvedModule {
  readonly url: string
}

/** Changes how imports are resolved; a function of its arguments alone, as it runs in either of two threads. */
export interface ResolveRule {
  /** URL of the module that is to count as the one that imports. */
  readonly importerOf: (specifier: string, importer: string | undefined) => string | undefined
  /** URL of the module that is to be loaded, for the URL that was found. */
  readonly urlOf: (found: string, importer: string | undefined) => string
}

type Next<R> = (specifier: string, context: ResolveContext) => R

interface SyncHooks {
  resolve(specifier: string, context: ResolveContext, next: Next<ResolvedModule>): ResolvedModule
}

/** Of Node 22.15, 23.5, 24 and later. The types are those of the oldest Node that is supported. */
const registerHooks = Reflect.get(Module, 'registerHooks') as ((hooks: SyncHooks) => unknown) | undefined

/** Where the hooks of a thread run; beside it, it waits for ever when that thread cannot be started. */
export type HookPlace = 'in its thread' | 'in a thread beside'

export const HOOK_PLACE: HookPlace = registerHooks === undefined ? 'in a thread beside' : 'in its thread'

/** `file` is the URL of a module that makes the same rule of the same data, in a thread of Node's. */
export interface ResolveHook<D> {
  readonly file: URL
  readonly data: D
  readonly rule: (data: D) => ResolveRule
}

/**
 * Adds a hook for this thread and its life. Node runs it in this very thread where it can. Older ones start a thread beside
 * it, and wait for ever where that cannot be started, as with few open files.
 */
export function addResolveHook<D>({ file, data, rule }: ResolveHook<D>): void {
  if (registerHooks === undefined) {
    register(file, { data })
    return
  }
  const { importerOf, urlOf } = rule(data)
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, { ...context, parentURL: importerOf(specifier, context.parentURL) })
      return { ...found, url: urlOf(found.url, context.parentURL) }
    },
  })
}
