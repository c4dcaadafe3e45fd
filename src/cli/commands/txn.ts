import type { CliCommand } from '../arguments/cli-command.js'
import { refuseSubAction } from '../arguments/sub-actions.js'

/** Nothing by itself: what is to be done stands in the second word. */
export const txnCommand: CliCommand = {
  name: 'txn',
  sentence: 'shows and ends transactions that a job has left open in Kafka; see txn <ls|commit|abort> -h.',
  usage: '<ls|commit|abort> [OPTIONS]',
  stopAtOperand: true,
  withSession: 'needs-none',
  options: [],
  examples: [
    'flink-ts txn ls --bootstrap-server localhost:9092',
    'flink-ts txn commit --bootstrap-server localhost:9092 --snapshot /tmp/checkpoints/467e17d2cc343e6c56255d222bae3421/chk-56',
  ],
  execute(parsed) {
    return refuseSubAction('txn', parsed.operands[0])
  },
}
