import type { TransactionAdmin } from '../../connectors/kafka/sink/transaction-admin.js'
import type { DescribedTransaction, TransactionName } from '../../connectors/kafka/sink/transaction-requests.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import type { CliContext } from '../arguments/cli-context.js'

interface NotEnded {
  readonly transactionalId: string
  readonly reason: string
}

export type End = 'commit' | 'abort'

const DONE = { commit: 'Committed', abort: 'Aborted' } as const

/** One after the other, all of them, also where one cannot be ended. Returns the exit code. */
export async function endTransactions(
  admin: TransactionAdmin,
  transactions: readonly TransactionName[],
  end: End,
  context: CliContext,
): Promise<number> {
  const ended: string[] = []
  const failed: NotEnded[] = []
  for (const transaction of transactions) {
    const { transactionalId } = transaction
    try {
      await admin.end(transaction, end)
      ended.push(transactionalId)
    } catch (error) {
      failed.push({ transactionalId, reason: messageOf(error) })
    }
  }
  const lines = [
    ...ended.map((id) => `${DONE[end]} ${id}.`),
    ...(ended.length === 0 && failed.length === 0 ? [`There is nothing to ${end}.`] : []),
  ]
  context.answer({ [end === 'commit' ? 'committed' : 'aborted']: ended, failed }, lines)
  for (const { transactionalId, reason } of failed) {
    context.printError(context.diagnostics.warning(`Could not ${end} ${transactionalId}: ${reason}`))
  }
  return failed.length === 0 ? 0 : 1
}

/** Those of these names. ACTION_FAILED where one is not open. */
export async function openTransactions(
  admin: TransactionAdmin,
  ids: readonly string[],
): Promise<readonly DescribedTransaction[]> {
  const named = new Set(ids)
  const found = await admin.list('all', (id) => named.has(id))
  for (const id of ids) {
    const transaction = found.find(({ transactionalId }) => transactionalId === id)
    if (transaction?.state === 'Ongoing') continue
    const state = transaction === undefined ? 'no broker knows it' : `it is ${transaction.state}`
    throw new FlinkError('ACTION_FAILED', { text: `The transaction ${id} is not open: ${state}.` })
  }
  return found
}
