/** True for an object (or function) on which all these methods can be called, inherited ones included. */
export function hasMethods(candidate: unknown, ...names: readonly string[]): boolean {
  if (candidate === null || (typeof candidate !== 'object' && typeof candidate !== 'function')) return false
  const target: object = candidate
  return names.every((name) => typeof Reflect.get(target, name) === 'function')
}
