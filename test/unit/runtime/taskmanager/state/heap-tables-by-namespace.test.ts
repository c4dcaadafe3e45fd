import assert from 'node:assert/strict'
import { it } from 'node:test'
import { hashKey } from '../../../../../src/core/keygroups/canonical-key.js'
import { structuredSerializer } from '../../../../../src/core/types/structured-serializer.js'
import { HeapTablesByNamespace } from '../../../../../src/runtime/taskmanager/state/heap-tables-by-namespace.js'
import { KeyContext } from '../../../../../src/runtime/taskmanager/state/key-context.js'
import { NewKeys } from '../../../../../src/runtime/taskmanager/state/new-keys.js'
import { Span, SPANS } from '../../../../contract/runtime/spans.js'

it('the table of a namespace goes with what was in it', () => {
  const context = new KeyContext()
  const tables = new HeapTablesByNamespace(
    {
      metadata: { name: 'values', kind: 'value', typeFingerprint: 'GENERIC', schemaVersion: 0 },
      serializer: structuredSerializer(),
      namespaces: { ...SPANS, shared: { slotOf: (span) => (span as Span).end } },
      readerOf: () => undefined,
    },
    {
      operatorName: 'Op',
      keyGroups: { start: 0, end: 127 },
      maxParallelism: 128,
      keyKind: 'auto',
      newKeys: new NewKeys('Op', 'auto'),
      context,
    },
  )
  context.setKey('a', hashKey('a', 'auto'))
  for (let end = 1; end <= 50; end += 1) {
    tables.setCurrentNamespace(new Span(0, end))
    tables.put(end)
    if (end === 25) continue
    tables.remove()
    assert.equal(tables.get(), undefined)
  }
  tables.setCurrentNamespace(new Span(0, 25))
  assert.deepEqual(
    tables.all().map(({ namespace, table }) => [(namespace as Span).end, table.size]),
    [[25, 1]],
  )
})
