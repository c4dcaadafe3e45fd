// Duty: reading standard input without `process.stdin`, as `readFileSync(0)` does, needs leave as well: bytes that one
// thread takes unseen are missing in another, and a main that runs again in each worker would read something else in
// each run.
// Invariants: only calls that name descriptor 0, or a path of it, are looked at; all others go on unchanged. An error
// is given in the way of the call: thrown, to its callback, or as a rejection.
// Thread: each worker, once, before user code is there.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { asError } from '../errors/thrown-value.js'

type Call = (...args: unknown[]) => unknown
type Guard = (call: Call, claim: () => void) => Call

const PATHS: readonly unknown[] = ['/dev/stdin', '/dev/fd/0', '/proc/self/fd/0']

export function guardStandardInput(claim: () => void): void {
  replace(fs, ['openSync', 'readFileSync', 'readSync', 'readvSync'], throwing, claim)
  replace(fs, ['open', 'read', 'readFile', 'readv'], callingBack, claim)
  replace(fs.promises, ['open', 'readFile'], rejecting, claim)
  syncBuiltinESMExports()
}

function replace(holder: object, names: readonly string[], guard: Guard, claim: () => void): void {
  for (const name of names) {
    const original = Reflect.get(holder, name) as Call
    const guarded = guard(original, claim)
    // What `promisify` reads of a function stands beside it.
    Object.defineProperties(guarded, Object.getOwnPropertyDescriptors(original))
    Reflect.set(holder, name, guarded)
  }
}

function throwing(call: Call, claim: () => void): Call {
  return (...args) => {
    if (isStandardInput(args[0])) claim()
    return call(...args)
  }
}

function callingBack(call: Call, claim: () => void): Call {
  return (...args) => {
    const refusal = refusalOf(args[0], claim)
    const callback = args.at(-1)
    if (refusal === undefined || typeof callback !== 'function') return call(...args)
    process.nextTick(callback, refusal)
    return undefined
  }
}

function rejecting(call: Call, claim: () => void): Call {
  return (...args) => {
    const refusal = refusalOf(args[0], claim)
    return refusal === undefined ? call(...args) : Promise.reject(refusal)
  }
}

function refusalOf(target: unknown, claim: () => void): Error | undefined {
  try {
    if (isStandardInput(target)) claim()
    return undefined
  } catch (error) {
    return asError(error)
  }
}

function isStandardInput(target: unknown): boolean {
  if (target === 0) return true
  if (typeof target === 'string') return PATHS.includes(target)
  return target instanceof URL && PATHS.includes(target.pathname)
}
