import { FlinkError } from '../../core/errors/flink-error.js'
import type { CliCommand } from '../arguments/cli-command.js'
import type { CliContext } from '../arguments/cli-context.js'
import { argumentError, has, valueOf } from '../arguments/parsed-values.js'
import { withProgress } from '../output/progress.js'
import { transactionDocument, transactionLines } from '../txn/transaction-lines.js'
import {
  BOOTSTRAP_OPTION,
  COMMAND_CONFIG_OPTION,
  PREFIX_OPTION,
  SNAPSHOT_OPTION,
  checkCluster,
  withTransactions,
} from '../txn/txn-options.js'
import { isOfPrefix } from '../txn/is-of-prefix.js'

export const txnLsCommand: CliCommand = {
  name: 'txn ls',
  sentence: 'lists the transactions that are open in Kafka.',
  usage: '[OPTIONS] --bootstrap-server <host:port>',
  stopAtOperand: false,
  withSession: 'needs-none',
  options: [
    BOOTSTRAP_OPTION,
    COMMAND_CONFIG_OPTION,
    PREFIX_OPTION,
    SNAPSHOT_OPTION,
    { long: 'all', value: 'none', description: 'Also those that are ended and that the brokers remember.' },
  ],
  examples: [
    'flink-ts txn ls --bootstrap-server localhost:9092',
    'flink-ts txn ls --bootstrap-server localhost:9092 --prefix words --json',
    'flink-ts txn ls --bootstrap-server localhost:9092 --snapshot /tmp/checkpoints/467e17d2cc343e6c56255d222bae3421/chk-56',
  ],
  async execute(parsed, context) {
    const [operand] = parsed.operands
    if (operand !== undefined) throw argumentError(`All are listed, or those of --prefix: what is ${operand}?`)
    checkCluster(parsed)
    const [prefix, snapshot] = [valueOf(parsed, 'prefix'), valueOf(parsed, 'snapshot')]
    try {
      const shown = await withProgress('asking the brokers', context, async () => {
        const prepared = snapshot === undefined ? undefined : await preparedIds(snapshot, context)
        return withTransactions(parsed, context, async (admin) => {
          const found = await admin.list(has(parsed, 'all') ? 'all' : 'open', isOfPrefix(prefix))
          return found.map((each) => ({ ...each, isInSnapshot: prepared?.has(each.transactionalId) }))
        })
      })
      context.answer({ transactions: shown.map(transactionDocument) }, transactionLines(shown, Date.now()))
      return 0
    } catch (cause) {
      throw new FlinkError('ACTION_FAILED', { text: 'Could not list the transactions.' }, { cause })
    }
  },
}

async function preparedIds(snapshot: string, context: CliContext): Promise<Set<string>> {
  const { transactionsInSnapshot } = await import('../txn/transactions-in-snapshot.js')
  const { transactions } = await transactionsInSnapshot(snapshot, context)
  return new Set(transactions.map(({ transactionalId }) => transactionalId))
}
