import { FlinkError } from '../../core/errors/flink-error.js'
import type { CliCommand } from '../arguments/cli-command.js'
import { argumentError, valueOf } from '../arguments/parsed-values.js'
import { endTransactions, openTransactions } from '../txn/end-transactions.js'
import {
  BOOTSTRAP_OPTION,
  COMMAND_CONFIG_OPTION,
  SNAPSHOT_OPTION,
  checkCluster,
  withTransactions,
} from '../txn/txn-options.js'

export const txnCommitCommand: CliCommand = {
  name: 'txn commit',
  sentence:
    'commits transactions that are open in Kafka: those of a completed checkpoint, whose job is not going to run again.',
  usage: '[OPTIONS] --bootstrap-server <host:port> --snapshot <path>|<transactional id> ...',
  stopAtOperand: false,
  withSession: 'needs-none',
  options: [BOOTSTRAP_OPTION, COMMAND_CONFIG_OPTION, SNAPSHOT_OPTION],
  examples: [
    'flink-ts txn commit --bootstrap-server localhost:9092 --snapshot /tmp/checkpoints/467e17d2cc343e6c56255d222bae3421/chk-56',
    'flink-ts txn commit --bootstrap-server localhost:9092 words-0-57 words-1-57',
  ],
  async execute(parsed, context) {
    const ids = parsed.operands
    const snapshot = valueOf(parsed, 'snapshot')
    checkCluster(parsed)
    if (ids.length === 0 && snapshot === undefined) {
      throw argumentError('Missing transactions. Name them, or give --snapshot <path> for those that belong to it.')
    }
    try {
      return await withTransactions(parsed, context, async (admin) => {
        const named = await openTransactions(admin, ids)
        if (snapshot === undefined) return endTransactions(admin, named, 'commit', context)
        const { transactionsInSnapshot } = await import('../txn/transactions-in-snapshot.js')
        const { transactions } = await transactionsInSnapshot(snapshot, context)
        return endTransactions(admin, [...named, ...transactions], 'commit', context)
      })
    } catch (cause) {
      throw new FlinkError('ACTION_FAILED', { text: 'Could not commit the transactions.' }, { cause })
    }
  },
}
