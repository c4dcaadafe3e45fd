/** Every kind of value that structured clone supports, made anew by each call. */
import fc from 'fast-check'
import { anyText } from './any-text.js'

export const VALUE_KINDS: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  'minus zero': () => -0,
  'minus zero in a field': () => ({ a: [-0, 0] }),
  NaN: () => Number.NaN,
  infinities: () => [Infinity, -Infinity],
  'numbers at the borders': () => [
    2 ** 31,
    -(2 ** 31),
    2 ** 32,
    2 ** 53,
    -(2 ** 53) - 2,
    5e-324,
    1.7976931348623157e308,
    0.1,
  ],
  'small integers': () => [0, 31, 32, 63, 64, 127, 128, 255, 256, -1, -32, -33, -128, -129, 65535, 65536],
  'a missing field is not one that is undefined': () => ({ a: undefined }),
  'an empty object': () => ({}),
  'an empty array': () => [],
  'an array with holes': () => Object.assign(new Array<unknown>(5), { 1: 'a', 3: undefined }),
  'a huge sparse array': () => Object.assign(new Array<unknown>(4_000_000_000), { 7: 1 }),
  'an array with named properties': () => Object.assign([1, 2], { index: 4 }),
  'an array where a hole and a name cancel out': () => Object.assign(new Array<unknown>(2), { 0: 1, name: 2 }),
  'a match of a regular expression': () => /(?<first>a)b/u.exec('xab'),
  'lone surrogates': () => ['\ud800', 'a\udc00b', 'x'.repeat(100) + '\ud800', { '\udfff': 1 }],
  'a byte order mark': () => ['\ufeffa', '\ufeff' + 'x'.repeat(100), { ['\ufeff' + 'k'.repeat(80)]: 1 }],
  'text beyond ASCII': () => ['äöü', '日本語', '😀'.repeat(50), 'é'.repeat(31), 'é'.repeat(300), '\u0000'],
  'strings of all lengths': () => [0, 1, 15, 16, 31, 32, 63, 64, 65, 255, 256, 70_000].map((n) => 'x'.repeat(n)),
  'names with a meaning': () =>
    JSON.parse('{"__proto__": {"a": 1}, "constructor": 2, "toJSON": 3, "hasOwnProperty": 4}') as unknown,
  'a name that is no identifier': () => ({ 'a b': 1, '1': 2, 'x-y': 3, '': 4 }),
  'bigints of any size': () => [
    0n,
    -1n,
    2n ** 63n - 1n,
    -(2n ** 63n),
    2n ** 63n,
    2n ** 64n,
    -(2n ** 5000n) + 7n,
    10n ** 40n,
  ],
  dates: () => [0, -1, 1, 1_700_000_000_123, -62_135_596_800_001, 8.64e15, -8.64e15].map((ms) => new Date(ms)),
  'a Map': () =>
    new Map<unknown, unknown>([
      ['a', 1],
      [{ b: 1 }, new Map([[-0, Number.NaN]])],
      [null, undefined],
    ]),
  'a Set': () => new Set<unknown>(['a', 1, { b: [1] }, new Set([1n])]),
  'a Buffer': () => Buffer.from([0, 255, 3]),
  'an ArrayBuffer': () => new Uint8Array([1, 2, 3]).buffer,
  'a DataView': () => new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2),
  'typed arrays': () => [
    new Int8Array([-1]),
    new Uint8Array([255]),
    new Uint8ClampedArray([255]),
    new Int16Array([-2]),
    new Uint16Array([2]),
    new Int32Array([-3]),
    new Uint32Array([3]),
    new Float32Array([0.5, -0]),
    new Float64Array([Math.PI, Number.NaN]),
    new BigInt64Array([-4n]),
    new BigUint64Array([4n]),
    new Float64Array(new ArrayBuffer(32), 8, 2),
    new Uint8Array(0),
  ],
  'regular expressions': () => [/a\/b/giu, new RegExp('')],
  errors: () => [
    new TypeError('no', { cause: { code: 7n } }),
    new RangeError('x'),
    Object.assign(new Error('e'), { code: 'EIO' }),
  ],
  'an error with a name of its own': () => Object.assign(new Error('m'), { name: 'Special' }),
  'an object without a prototype': () => Object.assign(Object.create(null) as object, { a: 1 }),
  'an object with very many fields': () =>
    Object.fromEntries(Array.from({ length: 70_000 }, (_, i) => [`k${String(i)}`, i])),
  'a deep value': () => {
    let value: unknown = 'end'
    for (let depth = 0; depth < 500; depth += 1) value = depth % 2 === 0 ? [value] : { value }
    return value
  },
}

export const anyValue: fc.Arbitrary<unknown> = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  withNullPrototype: true,
  withObjectString: true,
  key: anyText(),
  maxDepth: 4,
})

/** deepStrictEqual finds two invalid dates different. */
export function holdsInvalidDate(value: unknown): boolean {
  if (value instanceof Date) return Number.isNaN(value.getTime())
  if (value instanceof Map) return [...value.entries()].some(holdsInvalidDate)
  if (value instanceof Set) return [...value].some(holdsInvalidDate)
  return (
    typeof value === 'object' &&
    value !== null &&
    !ArrayBuffer.isView(value) &&
    Object.values(value).some(holdsInvalidDate)
  )
}
