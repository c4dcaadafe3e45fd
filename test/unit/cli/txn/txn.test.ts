import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isOfPrefix } from '../../../../src/cli/txn/is-of-prefix.js'
import { transactionDocument, transactionLines } from '../../../../src/cli/txn/transaction-lines.js'

describe('A transaction', () => {
  it('is of a prefix that two numbers follow, and of none that is only the beginning of another one', () => {
    const ids = ['job-0-1', 'job-1-0-1', 'jobs-0-1', 'job-0', 'job-x-1']
    assert.deepEqual(ids.filter(isOfPrefix('job')), ['job-0-1'])
    assert.deepEqual(ids.filter(isOfPrefix('job-1')), ['job-1-0-1'])
    assert.deepEqual(ids.filter(isOfPrefix(undefined)), ids)
  })

  it('is shown with how long it is open, its partitions, and whether it belongs to the snapshot', () => {
    const shown = {
      transactionalId: 'job-0-7',
      state: 'Ongoing',
      ...{ producerId: 12345678901234567890n, epoch: 2 },
      ...{ timeoutMs: 900_000, startedAtMs: 1000 },
      partitions: [
        { topic: 'words', partition: 3 },
        { topic: 'words', partition: 1 },
        { topic: 'counts', partition: 0 },
      ],
      isInSnapshot: true,
    }
    assert.deepEqual(transactionLines([shown], 6000), [
      'transactional id  state                producer  epoch  open for  of      partitions          snapshot',
      'job-0-7           Ongoing  12345678901234567890      2  5.0 s     15 min  words-1,3 counts-0  to be committed',
    ])
    assert.deepEqual(transactionLines([], 0), ['No transactions are open.'])
    const { isInSnapshot: _, ...withoutSnapshot } = shown
    const document = transactionDocument({ ...withoutSnapshot, isInSnapshot: undefined }) as Record<string, unknown>
    assert.deepEqual([document['producerId'], document['isInSnapshot']], ['12345678901234567890', null])
  })
})
