import fc from 'fast-check'

const codePoint = fc.oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
const WITH_A_MEANING = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'valueOf', 'then', 'length']

/**
 * What `fc.string({ unit: 'binary' })` draws, names with a meaning among it. That one makes a table of all code points first,
 * in each process: a second for a megabyte of them.
 */
export function anyText(lengths: { readonly maxLength?: number } = {}): fc.Arbitrary<string> {
  const drawn = fc.array(codePoint, lengths).map((points) => String.fromCodePoint(...points))
  return fc.oneof({ arbitrary: drawn, weight: 9 }, fc.constantFrom(...WITH_A_MEANING))
}
