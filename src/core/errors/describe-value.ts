import { inspect } from 'node:util'

/** A value for an error message: short, on one line, and without calling anything of its own. */
export function describeValue(value: unknown): string {
  return inspect(value, {
    depth: 2,
    maxArrayLength: 8,
    maxStringLength: 100,
    breakLength: Number.POSITIVE_INFINITY,
    compact: true,
    customInspect: false,
  })
}
