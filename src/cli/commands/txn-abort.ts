import { FlinkError } from '../../core/errors/flink-error.js'
import type { CliCommand } from '../arguments/cli-command.js'
import { argumentError, valueOf } from '../arguments/parsed-values.js'
import { endTransactions, openTransactions } from '../txn/end-transactions.js'
import { isOfPrefix } from '../txn/is-of-prefix.js'
import {
  BOOTSTRAP_OPTION,
  COMMAND_CONFIG_OPTION,
  PREFIX_OPTION,
  SNAPSHOT_OPTION,
  checkCluster,
  withTransactions,
} from '../txn/txn-options.js'

export const txnAbortCommand: CliCommand = {
  name: 'txn abort',
  sentence: 'aborts transactions that are open in Kafka, so that readers need not wait for their timeout.',
  usage: '[OPTIONS] --bootstrap-server <host:port> --prefix <prefix>|<transactional id> ...',
  stopAtOperand: false,
  withSession: 'needs-none',
  options: [
    BOOTSTRAP_OPTION,
    COMMAND_CONFIG_OPTION,
    { ...PREFIX_OPTION, description: 'All that are open of sinks with this transactional id prefix.' },
    {
      ...SNAPSHOT_OPTION,
      description:
        'With --prefix: but those that belong to this savepoint, checkpoint, or job, for its newest checkpoint.',
    },
  ],
  examples: [
    'flink-ts txn abort --bootstrap-server localhost:9092 words-0-57',
    'flink-ts txn abort --bootstrap-server localhost:9092 --prefix words --snapshot /tmp/savepoints/savepoint-cca7bc-bb1e257f0dab',
  ],
  async execute(parsed, context) {
    const ids = parsed.operands
    const [prefix, snapshot] = [valueOf(parsed, 'prefix'), valueOf(parsed, 'snapshot')]
    checkCluster(parsed)
    if (ids.length === 0 && prefix === undefined) {
      throw argumentError('Missing transactions. Name them, or give --prefix <prefix> for all of a sink.')
    }
    if (ids.length > 0 && prefix !== undefined) {
      throw argumentError(`Either those of --prefix are aborted or those that are named: what is ${ids.join(' ')}?`)
    }
    if (snapshot !== undefined && prefix === undefined) {
      throw argumentError('--snapshot says which of --prefix are kept: it needs --prefix.')
    }
    try {
      return await withTransactions(parsed, context, async (admin) => {
        if (prefix === undefined) return endTransactions(admin, await openTransactions(admin, ids), 'abort', context)
        const kept = new Set<string>()
        if (snapshot !== undefined) {
          const { transactionsInSnapshot } = await import('../txn/transactions-in-snapshot.js')
          const { transactions } = await transactionsInSnapshot(snapshot, context)
          for (const { transactionalId } of transactions) kept.add(transactionalId)
        }
        const isMeant = isOfPrefix(prefix)
        const open = await admin.list('open', (id) => isMeant(id) && !kept.has(id))
        const ongoing = open.filter(({ state }) => state === 'Ongoing')
        return endTransactions(admin, ongoing, 'abort', context)
      })
    } catch (cause) {
      throw new FlinkError('ACTION_FAILED', { text: 'Could not abort the transactions.' }, { cause })
    }
  },
}
