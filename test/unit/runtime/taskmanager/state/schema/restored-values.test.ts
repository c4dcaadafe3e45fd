import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Types } from '../../../../../../src/api/types/types-table.js'
import { DataInputView } from '../../../../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../../../../src/core/memory/data-output-view.js'
import { NO_REGISTERED_TYPES } from '../../../../../../src/core/types/registered-types.js'
import {
  RestoredValueSerializer,
  type MigrationStep,
} from '../../../../../../src/runtime/taskmanager/state/schema/restored-values.js'

interface Pages {
  readonly n: number
  readonly tags: string[]
}

function valuesOf(step: MigrationStep['step'], declared = Types.GENERIC()): Pages[] {
  const stored = Types.LONG.createSerializer(NO_REGISTERED_TYPES)
  const serializer = new RestoredValueSerializer({
    stored,
    declared: declared.createSerializer(NO_REGISTERED_TYPES),
    convert: undefined,
    steps: [{ version: 1, step }],
    misfit: () => undefined,
    validate: undefined,
  })
  const output = new DataOutputView()
  for (const n of [1, 2]) stored.serialize(n, output)
  const input = new DataInputView(output.toBytes())
  return [serializer.deserialize(input), serializer.deserialize(input)] as Pages[]
}

describe('Values that were migrated', () => {
  const pages = Types.OBJECT({ n: Types.LONG, tags: Types.LIST(Types.STRING) })
  for (const declared of [Types.GENERIC(), pages]) {
    it(`share nothing with each other, whatever a step gives again and again: ${declared.description}`, () => {
      const shared: string[] = []
      const [one, other] = valuesOf((n) => ({ n, tags: shared }), declared)
      one?.tags.push('of the first')
      assert.deepEqual([one, other, shared], [{ n: 1, tags: ['of the first'] }, { n: 2, tags: [] }, []])

      const scratch = { n: 0, tags: shared }
      const values = valuesOf((n) => Object.assign(scratch, { n }), declared)
      assert.deepEqual(
        values.map(({ n }) => n),
        [1, 2],
      )
    })
  }
})
