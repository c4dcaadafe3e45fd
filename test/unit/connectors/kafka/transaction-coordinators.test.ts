import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namesByPartition } from '../../../../src/connectors/kafka/sink/transaction-coordinators.js'

/** `Utils.abs(name.hashCode()) % partitions`, in numbers without a limit. */
function partitionByJava(name: string, partitions: number): number {
  const units = Buffer.from(name, 'latin1')
  const hash = units.reduce((sum, unit) => BigInt.asIntN(32, sum * 31n + BigInt(unit)), 0n)
  return Number((hash < 0n ? -hash : hash) % BigInt(partitions))
}

test('each partition of the log of transactions has a name that falls to it by the hash of Java', () => {
  for (const partitions of [1, 8, 50]) {
    const names = namesByPartition(partitions)
    assert.deepEqual(
      names.map((name) => partitionByJava(name, partitions)),
      Array.from({ length: partitions }, (_, partition) => partition),
    )
  }
  assert.deepEqual(namesByPartition(0), [], 'where there is no log yet')
})
