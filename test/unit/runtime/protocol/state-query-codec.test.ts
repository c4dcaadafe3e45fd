import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DataInputView } from '../../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../../src/core/memory/data-output-view.js'
import {
  queriedValuesBytes,
  queryBytes,
  readQueriedValues,
  readQuery,
  writeQueriedValues,
  writeQuery,
  type QueriedValues,
} from '../../../../src/runtime/protocol/state-query-codec.js'
import type { QueryState } from '../../../../src/runtime/protocol/state-queries.js'

/** A char for a byte; some are too long for the loop that writes short ones. */
const byteText = fc
  .oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 100, maxLength: 300 }))
  .map((bytes) => Buffer.from(bytes).toString('latin1'))
const anyText = fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => text.isWellFormed())
const natural = fc.maxSafeNat()

describe('A question about state, and its answer, as bytes', () => {
  it('are read as they were written, and are never longer than was said', () => {
    const query = fc.record(
      {
        type: fc.constant('query-state' as const),
        executionId: byteText,
        queryId: natural,
        name: byteText,
        keys: fc.array(byteText, { maxLength: 5 }),
        limitBytes: natural,
      },
      { noNullPrototype: true },
    )
    fc.assert(
      fc.property(query, (given: QueryState) => {
        const output = new DataOutputView(0)
        writeQuery(given, output)
        assert.ok(output.position <= queryBytes(given))
        assert.deepEqual(readQuery(new DataInputView(output.toBytes())), given)
      }),
    )
    const queried = fc.record(
      {
        executionId: anyText,
        queryId: natural,
        values: fc.array(fc.option(byteText, { nil: undefined }), { maxLength: 5 }),
      },
      { noNullPrototype: true },
    )
    fc.assert(
      fc.property(queried, (given: QueriedValues) => {
        const output = new DataOutputView(0)
        writeQueriedValues(given, output)
        assert.ok(output.position <= queriedValuesBytes(given))
        assert.deepEqual(readQueriedValues(new DataInputView(output.toBytes())), given)
      }),
    )
  })

  it('have no size where a name is no text of bytes', () => {
    const query: QueryState = {
      type: 'query-state',
      executionId: 'e',
      queryId: 1,
      name: 'Zähler',
      keys: [],
      limitBytes: 9,
    }
    assert.ok(queryBytes(query) < 100)
    assert.equal(queryBytes({ ...query, name: 'счётчик' }), Infinity)
    assert.equal(queryBytes({ ...query, executionId: '…' }), Infinity)
  })

  it('tell an empty value from none', () => {
    const output = new DataOutputView()
    writeQueriedValues({ executionId: 'e', queryId: 1, values: ['', undefined] }, output)
    assert.deepEqual(readQueriedValues(new DataInputView(output.toBytes())).values, ['', undefined])
  })
})
