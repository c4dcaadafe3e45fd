import type { NamespaceType } from '../../../src/runtime/taskmanager/state/namespace-type.js'

/** As windows are: objects that are made anew for every record, and that could be no key. */
export class Span {
  readonly start: number
  readonly end: number

  constructor(start: number, end: number) {
    this.start = start
    this.end = end
  }
}

export const SPANS: NamespaceType<Span> = {
  fingerprint: 'SPAN',
  serializer: {
    serialize: ({ start, end }, output) => {
      output.writeFloat64(start)
      output.writeFloat64(end)
    },
    deserialize: (input) => new Span(input.readFloat64(), input.readFloat64()),
    copy: (span) => span,
  },
  hash: ({ start, end }) => Math.imul(start, 31) + end,
  equals: (left, right) => left.start === right.start && left.end === right.end,
}
