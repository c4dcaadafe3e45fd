import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Types } from '../../../../src/api/types/types-table.js'
import { DataInputView } from '../../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../../src/core/memory/data-output-view.js'
import { NO_REGISTERED_TYPES } from '../../../../src/core/types/registered-types.js'
import { skipValue } from '../../../../src/core/types/skip-value.js'
import { structuredSerializer } from '../../../../src/core/types/structured-serializer.js'
import type { TypeSerializer } from '../../../../src/core/types/type-serializer.js'
import { Account, SAMPLE_CLASSES } from './sample-classes.js'

const VALUES = [0, -0, 1e300, 'text', 'ü'.repeat(100), null, true, { a: [1, { b: new Date(5) }] }, new Map([[1, 2]])]
const POINT = Types.OBJECT({ x: Types.INT, name: Types.STRING }).createSerializer(NO_REGISTERED_TYPES)

/** A serializer of a program's own, which knows nothing of stepping over. */
const OWN: TypeSerializer<unknown> = {
  serialize: (value, output) => {
    output.writeUtf8(JSON.stringify(value))
  },
  deserialize: (input) => JSON.parse(input.readUtf8()) as unknown,
  copy: (value) => value,
}

function assertSkipped(serializer: TypeSerializer<unknown>, values: readonly unknown[]): void {
  const output = new DataOutputView()
  const ends = values.map((value) => {
    serializer.serialize(value, output)
    return output.position
  })
  const input = new DataInputView(output.toBytes())
  for (const end of ends) {
    skipValue(serializer, input)
    assert.equal(input.position, end)
  }
  assert.throws(() => {
    skipValue(serializer, input)
  })
}

describe('A value that is stepped over', () => {
  it('ends where it ends when it is read, whatever writes it', () => {
    assertSkipped(structuredSerializer(), VALUES)
    assertSkipped(POINT, [{ x: 1, name: 'a' }, 'no point', { x: 2, name: 'b', more: 3 }])
    assertSkipped(OWN, ['a', 1, null])
  })

  it('is refused where it names a class that is not registered, as when it is read', () => {
    const output = new DataOutputView()
    structuredSerializer(SAMPLE_CLASSES).serialize(new Account('Ada', 1), output)
    skipValue(structuredSerializer(SAMPLE_CLASSES), new DataInputView(output.toBytes()))
    assert.throws(() => {
      skipValue(structuredSerializer(), new DataInputView(output.toBytes()))
    }, /no class of that name is registered/)
  })
})
