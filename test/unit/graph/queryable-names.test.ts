import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { QueryableStateFunction } from '../../../src/api/functions/queryable-state-function.js'
import { ValueStateDescriptor } from '../../../src/api/state/value-state-descriptor.js'
import { checkProgramRules } from '../../../src/graph/program-rules.js'
import type { StreamNode } from '../../../src/graph/stream-graph.js'

function kept(queryable: string, state: string): StreamNode {
  const descriptor = new ValueStateDescriptor<unknown>(state).setQueryable(queryable)
  const operator = { kind: 'keyed-process', function: new QueryableStateFunction(descriptor) }
  return { id: 1, name: `Queryable state: ${queryable}`, operator, keys: [], outEdges: [] } as unknown as StreamNode
}

describe('Two streams that are kept as state', () => {
  it('are refused under one name, at submission', () => {
    checkProgramRules([kept('a', 's'), kept('b', 's')], { generatesUids: true })
    const message = /^The queryable state 'a' is there twice in the job: as state 's' and as state 't'\./
    assert.throws(
      () => {
        checkProgramRules([kept('a', 's'), kept('a', 't')], { generatesUids: true })
      },
      { code: 'QUERYABLE_NAME_TAKEN', message },
    )
  })
})
