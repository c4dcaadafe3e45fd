import { realpathSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { isRequestFor, selfResolution } from './packaged-program-resolution-hooks.js'
import { addResolveHook } from './packaged-program-resolve-hook.js'

const PACKAGE_NAME = 'flink-ts'

/** Roots that hooks were registered for in this thread: Node keeps hooks for the life of a thread and cannot remove them. */
const registered = new Set<string>()

/**
 * Lets a job import or require `flink-ts` and its sub-paths from wherever it lies, and always this copy of it. Costs one
 * look at the file system where the job's own resolution leads here already; only else resolution is hooked into.
 */
export function registerSelfResolution(
  moduleUrl: string,
  packageRootUrl: string = new URL('../../../', import.meta.url).href,
): void {
  if (registered.has(packageRootUrl) || resolvesToPackage(moduleUrl, packageRootUrl)) return
  registered.add(packageRootUrl)
  addResolveHook({
    file: new URL('./packaged-program-resolution-hooks.js', import.meta.url),
    rule: selfResolution,
    data: { packageName: PACKAGE_NAME, parentUrl: new URL('package.json', packageRootUrl).href },
  })
  hookIntoRequire(fileURLToPath(new URL('package.json', packageRootUrl)))
}

type ResolveFilename = (this: unknown, request: string, parent: unknown, ...rest: unknown[]) => string

/** `require` has no hooks in Node 20, and those of later ones cannot change who asks: as ts-node and its like do, what resolves a request is replaced, in this thread only. */
function hookIntoRequire(manifestPath: string): void {
  const resolveFilename = Reflect.get(Module, '_resolveFilename') as ResolveFilename
  const insider = new Module(manifestPath)
  insider.filename = manifestPath
  const replacement: ResolveFilename = function (this: unknown, request, parent, ...rest) {
    const asker = isRequestFor(request, PACKAGE_NAME) ? insider : parent
    return resolveFilename.call(this, request, asker, ...rest)
  }
  Reflect.set(Module, '_resolveFilename', replacement)
}

function resolvesToPackage(moduleUrl: string, packageRootUrl: string): boolean {
  try {
    const found = createRequire(moduleUrl).resolve(`${PACKAGE_NAME}/package.json`)
    return realpathSync(found) === realpathSync(fileURLToPath(new URL('package.json', packageRootUrl)))
  } catch {
    // Not found from there, or not to be read: the hook decides.
    return false
  }
}
