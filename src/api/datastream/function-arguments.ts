import { FlinkError } from '../../core/errors/flink-error.js'

/**
 * Gives the object form: `{ map: fn }` for an arrow function. GRAPH_INVALID when the argument is neither a function nor
 * has the method.
 */
export function asFunctionObject<I extends object>(argument: unknown, method: keyof I & string, name: string): I {
  if (typeof argument === 'function' && !isClass(argument)) return { [method]: argument } as I
  const hasMethod =
    typeof argument === 'object' && argument !== null && typeof Reflect.get(argument, method) === 'function'
  if (hasMethod) return argument as I
  const reason = `${name}() takes a function or an object with a ${method} method, not ${describe(argument)}`
  throw new FlinkError('GRAPH_INVALID', { operator: name, reason })
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'function') return `the class ${value.name}: make an instance, new ${value.name}(...)`
  return typeof value === 'object' ? 'an object without it' : `a ${typeof value}`
}

/** A class cannot be called, so it is a forgotten `new`. */
function isClass(candidate: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(candidate))
}
