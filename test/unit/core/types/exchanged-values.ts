import fc from 'fast-check'
import { streamSerializers } from '../../../../src/api/types/stream-serializers.js'
import { Types } from '../../../../src/api/types/types-table.js'
import type { TypeSerializer } from '../../../../src/core/types/type-serializer.js'
import { ACCOUNT_TYPE, INSTANCES, SAMPLE_CLASSES } from './sample-classes.js'
import { anyValue, holdsInvalidDate, VALUE_KINDS } from './value-kinds.js'
import { anyText } from './any-text.js'

const ROWS = Types.TUPLE(Types.STRING, Types.LIST(ACCOUNT_TYPE))

/** How two processes may write to each other. */
export const EXCHANGES: readonly string[] = ['learned stream', 'declared stream', 'declared state', 'generic state']

export function exchangeSerializers(kind: string): () => TypeSerializer<unknown> {
  switch (kind) {
    case 'learned stream':
      return streamSerializers(undefined, SAMPLE_CLASSES)
    case 'declared stream':
      return streamSerializers(ROWS, SAMPLE_CLASSES)
    case 'declared state':
      return () => ROWS.createSerializer(SAMPLE_CLASSES)
    default:
      return () => Types.GENERIC().createSerializer(SAMPLE_CLASSES)
  }
}

/** The same values in every process: all kinds, all instances, and what a property test would draw. */
export function exchangedValues(seed: number): unknown[] {
  const row = fc.tuple(
    anyText(),
    fc.array(fc.record({ owner: fc.string(), balance: fc.double(), tags: fc.array(fc.string()) })),
  )
  const drawn = fc.sample(fc.oneof(anyValue, row), { seed, numRuns: 300 })
  const kinds = Object.values({ ...VALUE_KINDS, ...INSTANCES }).map((make) => make())
  return [...kinds, ...drawn.filter((value) => !holdsInvalidDate(value)), ...kinds.slice(0, 20)]
}
